"""Words of the journal that rules must recognise, whatever their case and spelling of «ё»."""

import re

from netcity_sync.russian import plain

_CONTROL = (
    "диктант", "контрольная", "лабораторная", "проверочная", "практическая", "самостоятельная", "тест", "изложение",
    "сочинение", "зачет",
)  # fmt: skip
"""What a control work is called (HW-01, rules.md §2)."""


def is_control(text: str | None) -> int:
    """1 where a type of work, or a topic, begins like a control work; an integer for SQLite."""
    return int(_begins(text, _CONTROL))


_DOUGH = re.compile(r"тесто\b")


def _begins(text: str | None, works: tuple[str, ...]) -> bool:
    """Whether a text begins like one of the works; dough («Тесто и изделия из него») is no test."""
    words = plain(text or "")
    return words.startswith(works) and not _DOUGH.match(words)


def work_of_topic(topic: str | None) -> str | None:
    """The control work that a topic alone proves: one that all write at one lesson, and all get a mark for."""
    text = plain(topic or "")
    if text.startswith("контрольная"):
        return "Контрольная работа"
    return "Диктант" if text.startswith("диктант") else None


_ASSESSMENT = (
    "контрольная", "проверочная", "диагностическая", "диктант", "изложение", "сочинение", "тест", "зачет",
)  # fmt: skip
"""What a work that assesses a whole class is called (rules.md §7.6): no laboratory, practical or independent work."""


def is_assessment(text: str | None) -> int:
    """1 where a type of work, or a topic, begins like an assessment work; an integer for SQLite."""
    return int(_begins(text, _ASSESSMENT))


_ASSESSMENT_STEMS = (
    "контрольн", "проверочн", "диагност", "диктант", "изложени", "сочинени", "тест", "зачет",
)  # fmt: skip


def speaks_of_assessment(topic: str | None) -> int:
    """1 where any word of a topic may name an assessment work: «Итоговая контрольная работа» (CTL-05)."""
    words = re.findall(r"\w+", plain(topic or ""))
    return int(any(word.startswith(_ASSESSMENT_STEMS) for word in words))


_CORRECTION = ("анализ", "работа над ошибками", "работы над ошибками", "разбор")


def is_correction(topic: str | None) -> int:
    """1 where a topic tells that a work was gone through: «Анализ контрольной работы»."""
    return int(topic is not None and any(words in plain(topic) for words in _CORRECTION))


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


def marks_in_cell(raw: str | None) -> int:
    """How many marks a text holds that is nothing but marks with strokes between: «4/5» holds two, «4/» none."""
    parts = [part.strip() for part in (raw or "").split("/")]
    return len(parts) if len(parts) > 1 and all(part in _MARKS for part in parts) else 0


_NOT_ATTESTED = frozenset({"н/а", "на", "н.а.", "н/а.", "не аттестован", "не аттестована"})


def is_not_attested(raw: str | None) -> int:
    """1 where a final mark says that the pupil is not attested."""
    return int(raw is not None and plain(raw) in _NOT_ATTESTED)


_VAGUE = frozenset({"прочее", "прочие", "прочая", "другое", "другие", "другая"})


def is_vague(type_name: str | None) -> int:
    """1 where a type of work says nothing: no name at all, or «прочее», «другое» (LSN-04)."""
    words = plain(type_name or "").split()
    return int(not words or words[0].strip(".,:;") in _VAGUE)


_TOUCHED = (("посещ", "attendance"), ("тем", "lesson"), ("домашн", "homework"), ("оцен", "marks"), ("отмет", "marks"))


def touched(action: str) -> str | None:
    """Which kind of entry an action of the report on access is about, as deadlines call it; None where it is unclear.

    The texts of a real server are not known (protocol.md §3.2): an action with no word that begins so proves nothing
    («систему» is no «тема»), and the taking away of an entry is no entry.
    """
    if "удал" in action.lower():
        return None
    words = re.findall(r"\w+", action.lower())
    return next((what for part, what in _TOUCHED if any(word.startswith(part) for word in words)), None)


def work_kind(text: str | None) -> str | None:
    """Which works of the plan a type of work, or a topic, answers to: laboratory, practical or control (PLN-05)."""
    words = plain(text or "")
    if words.startswith("лабораторн"):
        return "laboratory"
    if words.startswith("практическ"):
        return "practical"
    return "control" if _begins(text, _CONTROL) else None


_SAFETY_SUBJECTS = ("физик", "хими", "биолог", "информатик", "технолог", "труд", "физкультур")


def needs_instruction(subject: str) -> int:
    """1 for a subject whose first lessons begin with an instruction on safety (LSN-06)."""
    words = re.findall(r"\w+", plain(subject))
    culture = any(word.startswith("физическ") for word in words) and any(word.startswith("культур") for word in words)
    return int(culture or any(word.startswith(_SAFETY_SUBJECTS) for word in words))


def is_instruction(text: str | None) -> int:
    """1 where a topic tells of an instruction on safety, in any of the usual words."""
    words = re.findall(r"\w+", plain(text or ""))
    guarded = any(word.startswith("охран") for word in words) and any(word.startswith("труд") for word in words)
    return int(guarded or "тб" in words or any(word.startswith(("инструктаж", "безопасн")) for word in words))
