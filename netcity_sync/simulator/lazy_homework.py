"""Homework that says nothing, says the same again, or asks too much; and what only looks so. Draws of its own."""

from random import Random

from netcity_sync.simulator.entries import GroupEntries, Homework

_ODD = (
    "/", "—", "См. тетрадь", "по тетради", "выучить", "§5", "№ 7", "Выучить слова", "нет",
    "Подготовить реферат", "Доклад о поэте", "Сделать презентацию", "Защита проекта", "Закончить доклад",
    "Прочитать 3 книги на каникулах", "Задание на каникулы: с. 40–60", "После каникул принести атлас",
)  # fmt: skip
_SHARE, _SHARE_AGAIN = 0.04, 0.01


def add_lazy_homework(entries: GroupEntries, random: Random) -> None:
    """Replace some texts of a written journal; when they were written stays as it was."""
    ordered = sorted(entries.homework, key=lambda item: (item.given_at.date, item.given_at.slot))
    for place, item in enumerate(ordered):
        if random.random() < _SHARE:
            _rewrite(item, random.choice(_ODD))
        if random.random() < _SHARE_AGAIN:
            for other in ordered[place + 1 : place + random.randint(2, 5)]:
                _rewrite(other, str(item.text.values[-1]))


def _rewrite(item: Homework, text: str) -> None:
    item.text.values = [text] * len(item.text.values)
