"""The sheet of paper: A4 by ГОСТ Р 7.0.97, and the part of PDF/A that the file claims (reports.md §2.2, §2.3)."""

from dataclasses import dataclass

from netcity_sync.settings import GostEdition, PaperSettings, PdfPart

_LONG_KEPT_YEARS = 10
_LONG_KEPT_LEFT = 30
_LEFT = {GostEdition.OF_2016: 30, GostEdition.OF_2025: 20}


@dataclass(frozen=True, slots=True)
class TextStyle:
    """Running text: its size in points, the distance of lines in single ones, the indent of paragraphs in mm."""

    size: float
    spacing: float
    indent: float


_TEXT = {GostEdition.OF_2016: TextStyle(12, 1.0, 12.5), GostEdition.OF_2025: TextStyle(14, 1.5, 12.5)}
_TEXT_OF_SHEETS = TextStyle(12, 1.0, 0)
"""Of sheets on their side: what is not a table there explains one."""


@dataclass(frozen=True, slots=True)
class Page:
    """How a document is laid out. `kept_years` is how long it must be kept: papers of over ten years leave 30 mm."""

    landscape: bool = False
    kept_years: int = 0
    edition: GostEdition = GostEdition.OF_2025
    part: PdfPart = PdfPart.A_2B

    @property
    def left(self) -> int:
        """The left margin, mm."""
        return _LONG_KEPT_LEFT if self.kept_years > _LONG_KEPT_YEARS else _LEFT[self.edition]

    @property
    def right(self) -> int:
        """The right margin, mm."""
        return 10

    @property
    def top(self) -> int:
        """The top and the bottom margin, mm."""
        return 20

    @property
    def text(self) -> TextStyle:
        """How running text is set; tables and notes are smaller, as the standard allows."""
        return _TEXT_OF_SHEETS if self.landscape else _TEXT[self.edition]


def page_of(settings: PaperSettings, *, landscape: bool = False, kept_years: int = 0) -> Page:
    """The page as the school's settings want it."""
    return Page(landscape, kept_years, settings.gost, settings.pdf_part)
