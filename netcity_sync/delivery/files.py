"""Files that hold what pupils' parents would not want seen: whole or not at all, for their owner only."""

from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Write a file in one step: whoever looks sees the old one or the new one, never a part."""
    draft = path.with_name(f"{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
