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


_IN_SCALE = frozenset({
    "1", "2", "3", "4", "5", ".", "•", "·", "точка", "н/а", "на", "н.а.", "а/з", "зач", "зач.", "зачет", "зачтено",
    "незач", "незач.", "незачет", "не зачтено", "н/зач", "осв", "осв.", "освобожден", "освобождена", "н/оц", "н/о",
    "н/у", "усв", "н", "б", "п", "нп", "уп", "от", "оп", "о",
})  # fmt: skip
"""What may stand in a cell besides marks: words that schools use, and codes of attendance (MRK-09)."""


def is_outside_scale(raw: str) -> int:
    """1 where the text of a cell is neither a mark, nor two («4/5»), nor a word of the journal."""
    text = plain(raw)
    return int(bool(text) and text not in _IN_SCALE and not all(part.strip() in _MARKS for part in text.split("/")))


_MARKS = frozenset("12345")
_NOT_ATTESTED = frozenset({"н/а", "на", "н.а.", "н/а.", "не аттестован", "не аттестована"})


def is_not_attested(raw: str | None) -> int:
    """1 where a final mark says that the pupil is not attested."""
    return int(raw is not None and plain(raw) in _NOT_ATTESTED)


_VAGUE = frozenset({"прочее", "прочие", "прочая", "другое", "другие", "другая"})


def is_vague(type_name: str | None) -> int:
    """1 where a type of work says nothing: no name at all, or «прочее», «другое» (LSN-04)."""
    words = plain(type_name or "").split()
    return int(not words or words[0].strip(".,:;") in _VAGUE)


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
