"""How a figure stands beside that of the period before: columns, cells, and what the report says of it."""

from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Kind
from netcity_sync.reports.formulas import change
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import Request
from netcity_sync.russian import number, plural, some_of

_NAMED = 5

EARLIER_WORDS = {
    PeriodKind.WEEK: "Неделей раньше",
    PeriodKind.MONTH: "Месяцем раньше",
    PeriodKind.TERM: "Периодом раньше",
    PeriodKind.SPAN: "Раньше",
}
"""By the kind of the period that is compared; a year has none before it."""


def share_columns(title: str, earlier: Period | None, width: float = 1.0) -> tuple[Column, ...]:
    """The columns of a share: one, or with the period before and the change under the same heading."""
    if earlier is None:
        return (Column(title, Kind.PERCENT, width, 1),)
    return (
        Column("сейчас", Kind.PERCENT, digits=1, group=title),
        Column("раньше", Kind.PERCENT, digits=1, group=title),
        Column("изм., п.\u00a0п.", Kind.DECIMAL, 1, 1, title),
    )


def share_cells(now: float | None, was: float | None, earlier: Period | None) -> tuple[Cell, ...]:
    """The cells of `share_columns`."""
    return (now,) if earlier is None else (now, was, change(now, was))


def count_columns(title: str, earlier: Period | None, width: float = 1.0) -> tuple[Column, ...]:
    """The columns of a count: one, or with the period before."""
    if earlier is None:
        return (Column(title, Kind.INTEGER, width),)
    return (Column("сейчас", Kind.INTEGER, group=title), Column("раньше", Kind.INTEGER, group=title))


def earlier_words(now: float | None, was: float | None, earlier: Period | None) -> tuple[str, ...]:
    """A sentence on a share of the period before: «Месяцем раньше — 93,1 %, изменение −2,3 п. п.»."""
    if earlier is None or was is None:
        return ()
    grown = change(now, was)
    more = f", изменение {number(grown, 1)} п.\u00a0п" if grown is not None else ""
    return (f"{EARLIER_WORDS[earlier.kind]} — {number(was, 1)} %{more}.",)


def comparison_notes(desk: Desk, request: Request, before: Period | None, *, found: bool) -> tuple[str, ...]:
    """With which period one was compared, and what is missing of it.

    Why with none, where the period has one before it, but nothing was `found` there.
    """
    if before is None:
        return ()
    words = f"Сравнивается с периодом за {before.name}: он посчитан по тем же журналам, какими они стали к дате данных."
    if not found:
        words = f"Сравнить не с чем: за {before.name} в прочитанных журналах уроков нет."
    elif desk.bench.today < request.period.last:
        words += " Нынешний период ещё не закончился."
    unread = desk.unread(before, request.focus)
    if unread:
        count = plural(len(unread), "журнал", "журнала", "журналов")
        words += f" За тот период не прочитано: {count} ({some_of(unread, _NAMED, '; ')})."
    return (words,)
