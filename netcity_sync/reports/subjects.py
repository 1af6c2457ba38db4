"""Names of subjects short enough for the head of a column."""

from collections.abc import Iterable

from netcity_sync.russian import plain

_SHORT = {
    "русский язык": "Рус. яз.", "литература": "Лит.", "литературное чтение": "Лит. чт.", "математика": "Мат.",
    "алгебра": "Алг.", "алгебра и начала анализа": "Алг. и нач. ан.", "геометрия": "Геом.",
    "вероятность и статистика": "Вер. и ст.", "информатика": "Инф.", "окружающий мир": "Окр. мир",
    "иностранный язык (английский)": "Англ. яз.", "английский язык": "Англ. яз.", "немецкий язык": "Нем. яз.",
    "иностранный язык (немецкий)": "Нем. яз.", "французский язык": "Фр. яз.", "история": "Ист.",
    "обществознание": "Общ.", "география": "Геогр.", "биология": "Биол.", "физика": "Физ.", "химия": "Хим.",
    "музыка": "Муз.", "изобразительное искусство": "ИЗО", "изо": "ИЗО", "технология": "Техн.",
    "труд (технология)": "Труд", "физическая культура": "Физ-ра",
    "основы безопасности и защиты родины": "ОБЗР", "основы религиозных культур и светской этики": "ОРКСЭ",
    "индивидуальный проект": "Инд. пр.",
}  # fmt: skip
_LONG = 6
_CUT = 4


def short_subject(name: str) -> str:
    """«Рус. яз.»; a name that is not known is cut word by word."""
    return _SHORT.get(plain(name)) or " ".join(
        word if len(word) <= _LONG else f"{word[:_CUT].rstrip('(')}." for word in name.split()
    )


def short_subjects(names: Iterable[str]) -> list[str]:
    """Short names, whole ones where two would read the same."""
    names = list(names)
    short = [short_subject(name) for name in names]
    return [one if short.count(one) == 1 else name for one, name in zip(short, names, strict=True)]


def legend(names: Iterable[str]) -> str:
    """What the short names stand for: «Рус. яз. — Русский язык; …»."""
    names = list(names)
    pairs = zip(short_subjects(names), names, strict=True)
    return "; ".join(f"{short} — {name}" for short, name in pairs if short != name)
