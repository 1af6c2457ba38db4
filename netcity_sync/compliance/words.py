"""Words of the journal that rules must recognise, whatever their case and spelling of «ё»."""

from netcity_sync.russian import plain

_CONTROL = (
    "диктант", "контрольная", "лабораторная", "проверочная", "практическая", "самостоятельная", "тест", "изложение",
    "сочинение", "зачет",
)  # fmt: skip
"""What a control work is called (HW-01, rules.md §2)."""


def is_control(text: str | None) -> int:
    """1 where a type of work, or a topic, begins like a control work; an integer for SQLite."""
    return int(text is not None and plain(text).startswith(_CONTROL))


_TOUCHED = (("тем", "lesson"), ("домашн", "homework"), ("оцен", "marks"), ("отмет", "marks"))


def touched(action: str) -> str | None:
    """Which kind of entry an action of the report on access is about, as deadlines call it; None where it is unclear.

    The texts of a real server are not known (protocol.md §3.2): an action with none of the words proves nothing, and
    the taking away of an entry is no entry.
    """
    words = action.lower()
    if "удал" in words or "посещ" in words:
        return None
    return next((what for part, what in _TOUCHED if part in words), None)
