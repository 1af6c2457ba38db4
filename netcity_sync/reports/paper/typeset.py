"""Data into PDF/A through a Typst template, with the numbers of pages that the template tells of."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from netcity_sync.errors import RenderError
from netcity_sync.settings import PdfPart

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent.parent / "templates"
_MANY_PAGES = 20
_REMEMBERED = 11
"""Typst remembers how it laid a document out until so many others were."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """A made PDF; `pages` is how many it has, `marks` the page of each of the template's marks, in their order."""

    pdf: bytes
    pages: int
    marks: tuple[int, ...]


def typeset(template: str, data: Mapping[str, Any], part: PdfPart, made_at: datetime) -> Sheets:
    """Lay out `templates/<template>.typ` over `data`.

    The template ends with `metadata((pages: …, marks: …)) <pages>`. The file is not tagged: tags of a grid of cells
    take thirty times the room of the grid, and neither part «b» of PDF/A nor paper has a use for them. Raises
    RenderError where Typst refuses.
    """
    import typst  # noqa: PLC0415 (heavy, and needed for paper only)

    with TemporaryDirectory() as folder:
        work = Path(folder)
        main = work / f"{template}.typ"
        main.write_bytes((_TEMPLATES / main.name).read_bytes())
        (work / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        made = _compile(typst.Compiler(str(main), ignore_system_fonts=True), template, part, made_at)
        if made.pages >= _MANY_PAGES:
            blank = work / "blank.typ"
            blank.touch()
            _forget(typst.Compiler(str(blank), ignore_system_fonts=True))
        return made


def _forget(blank: "typst.Compiler") -> None:
    """Make Typst let go of a large document: the next one takes its memory (measured: 3 MB a page)."""
    for _ in range(_REMEMBERED):
        blank.compile(format="pdf")


def _compile(compiler: "typst.Compiler", template: str, part: PdfPart, made_at: datetime) -> Sheets:
    try:
        pdf = compiler.compile(
            format="pdf", pdf_standards=part.value, timestamp=int(made_at.timestamp()), pdf_tags=False
        )
        told = json.loads(compiler.query("<pages>", field="value", one=True))
    except RuntimeError as error:
        raise RenderError(f"Документ не удалось сверстать: {error}.", where=template) from error
    assert isinstance(pdf, bytes)
    return Sheets(pdf, int(told["pages"]), tuple(int(page) for page in told["marks"]))


def page_count(pdf: bytes) -> int:
    """How many pages a PDF of ours has: Typst leaves the objects of pages uncompressed."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
