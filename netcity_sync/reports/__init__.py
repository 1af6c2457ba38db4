"""Documents: built once as data, rendered as HTML, XLSX and PDF/A."""
