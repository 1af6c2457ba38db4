"""Words of the journal that rules must recognise, whatever their case and spelling of «ё»."""

_CONTROL = (
    "диктант", "контрольная", "лабораторная", "проверочная", "практическая", "самостоятельная", "тест", "изложение",
    "сочинение", "зачет",
)  # fmt: skip
"""What a control work is called (HW-01, rules.md §2)."""


def plain(text: str) -> str:
    """Lower case, «ё» as «е», single spaces."""
    return " ".join(text.lower().replace("ё", "е").split())


def is_control(text: str | None) -> int:
    """1 where a type of work, or a topic, begins like a control work; an integer for SQLite."""
    return int(text is not None and plain(text).startswith(_CONTROL))
