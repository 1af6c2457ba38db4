"""The archive of a closed school year: what it holds, and how it is proved whole (docs/archive.md)."""
