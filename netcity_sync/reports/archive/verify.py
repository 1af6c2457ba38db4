"""Whether an archive is whole: every file with its hash, nothing more, nothing less, and each what it claims to be."""

import re
from collections.abc import Iterator
from pathlib import Path

from netcity_sync.mirror.extract import extract_flaws
from netcity_sync.reports.archive.manifest import (
    EXTRACT,
    JOURNAL,
    MANIFEST,
    PURGED,
    Manifest,
    files_in,
    read_purged,
    sha256_of,
)
from netcity_sync.settings import PdfPart

_SIGNATURE = ".sig"
_PART = re.compile(rb"<pdfaid:part>(\d)</pdfaid:part>")
_LEVEL = re.compile(rb"<pdfaid:conformance>(\w)</pdfaid:conformance>")


def archive_flaws(root: Path, manifest: Manifest, wanted_sha256: str | None = None) -> Iterator[str]:
    """What is wrong with the archive in a folder, in Russian; nothing where it is whole.

    `wanted_sha256` is what the log says of its manifest, where it says anything. Detached signatures may lie beside
    files; journals that were destroyed by an act are not missed.
    """
    if wanted_sha256 is not None and sha256_of(root / MANIFEST) != wanted_sha256:
        yield f"{MANIFEST}: описание не то, что было составлено"
    purged = read_purged(root) is not None
    known = {item.path: item for item in manifest.files}
    found = dict(files_in(root))
    for name, item in known.items():
        if name not in found:
            if not (purged and is_journal(name)):
                yield f"{name}: файла нет"
            continue
        path = found[name]
        if path.stat().st_size != item.bytes or sha256_of(path) != item.sha256:
            yield f"{name}: файл изменён или повреждён"
        elif name.endswith(".pdf") and not _claims(path, manifest.pdf_part):
            yield f"{name}: это не PDF/A"
        elif name == EXTRACT:
            yield from (f"{name}: {words}" for words in extract_flaws(path))
    for name in found.keys() - known.keys() - {MANIFEST, PURGED}:
        if not name.endswith(_SIGNATURE):
            yield f"{name}: лишний файл"


def is_journal(name: str) -> bool:
    """Whether a file belongs to what is destroyed when the journals' term is over."""
    return name.startswith(f"{JOURNAL}/")


def _claims(path: Path, part: PdfPart) -> bool:
    """Whether a PDF still says that it is of the part of PDF/A in which it was made."""
    content = path.read_bytes()
    number, level = _PART.search(content), _LEVEL.search(content)
    return (
        number is not None and level is not None and part.value == f"a-{number[1].decode()}{level[1].decode().lower()}"
    )
