"""How high the rows of a workbook must be: LibreOffice shows wrapped text of a file in no more room than it names."""

from math import ceil
from textwrap import wrap

LINE = 15
"""The height of a line, points: a row of one line has it without being told."""
_HIGHEST = 409
_LETTER, _BOLD_LETTER = 1.08, 1.2
"""The width of a letter in those of a digit of Calibri: rather much, for a machine without it takes a wider font."""


def lines_of(text: str, width: float, *, bold: bool = False) -> int:
    """Lines that a text takes in a cell of a column of this width (in digits, as Excel counts it)."""
    letters = max(1, int(width / (_BOLD_LETTER if bold else _LETTER)))
    lines = [line for part in text.split("\n") for line in _by_words(part, letters)]
    return sum(max(1, ceil(len(line) / letters)) for line in lines)


def _by_words(text: str, letters: int) -> list[str]:
    """Lines broken between words only: a longer word begins a line of its own."""
    return wrap(text, letters, break_long_words=False, break_on_hyphens=False) or [""]


def height_of(lines: int) -> float | None:
    """The height of a row in points; None where it needs not be told."""
    return min(_HIGHEST, LINE * lines) if lines > 1 else None
