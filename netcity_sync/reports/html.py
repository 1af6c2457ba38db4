"""A document as one HTML page: reads well on a screen and a phone, and prints."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from netcity_sync.reports.cells import cell_text
from netcity_sync.reports.document import Document, Kind

_TEMPLATES = Path(__file__).parent / "templates"


def render_html(document: Document) -> bytes:
    """The page, UTF-8, everything in one file."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("document.html.j2")
    return template.render(document=document, cell_text=cell_text, text=Kind.TEXT).encode()
