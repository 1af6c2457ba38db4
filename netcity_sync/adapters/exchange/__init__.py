"""CSV and XLSX files that a person drops in, for what no account can read."""
