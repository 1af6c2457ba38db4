"""R9: how pupils came, left and changed classes, by class, grade and stage; who, by which order; how full classes are.

What happened comes from the lists of classes, by which order from the exchange folder (docs/checks.md «Movement»).
Clause 4.6.
"""

from collections.abc import Iterator
from datetime import timedelta

from netcity_sync.compliance.movement import opening_day
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document, Section
from netcity_sync.reports.movement_facts import Sheet, Span, lists_read_since, sheet_of, span_of
from netcity_sync.reports.movement_lists import BY_HAND_WORDS, DAY_WORDS, TABLE, list_sections, orders_section
from netcity_sync.reports.movement_tables import main_table, month_table, months_of, moves_by_class, size_table
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import About, Request
from netcity_sync.russian import full_date, plural, some_of

_CLAUSE = "4.6"
_NAMED = 15
_DAY = timedelta(days=1)
_COUNT_WORDS = (
    "«На начало» — вечером накануне первого дня периода, «на конец» — вечером последнего. Зачисленные к первому дню"
    " учебного года считаются бывшими в школе с начала."
)
_MOVED_WORDS = "Перевод из класса в класс — не прибытие и не выбытие."
_BETWEEN_WORDS = " В строках параллелей и ступеней — только переводы за их пределы, в строке школы их нет."


def build_movement(desk: Desk, request: Request) -> Document:
    """The report of the school, a grade or a class."""
    sheet, period = sheet_of(desk, request), request.period
    moved = _MOVED_WORDS + (_BETWEEN_WORDS if sheet.about is About.SCHOOL else "")
    return Document(
        title="Движение учащихся",
        subtitle=desk.subtitle(request),
        facts=desk.facts(period, _CLAUSE, of_lists=True),
        sections=tuple(_sections(desk, sheet, period)),
        notes=desk.notes(_COUNT_WORDS, moved, DAY_WORDS, *_missing(desk, sheet, period)),
        made_at=desk.snapshot.moment,
        page=desk.page(),
    )


def _sections(desk: Desk, sheet: Sheet, period: Period) -> Iterator[Section]:
    yield Section("Главное", tuple(_words(sheet)), (main_table(sheet, _short(desk, period), _earlier(desk, period)),))
    if sheet.about is not About.CLASS:
        yield Section("По классам", tables=(moves_by_class(sheet),))
        yield Section("Наполняемость классов", tables=(size_table(sheet),))
    months = tuple(months_of(sheet.span))
    if len(months) > 1:
        yield Section("По месяцам", tables=(month_table(sheet, months),))
    yield from list_sections(sheet)
    if sheet.found.told_on is not None:
        yield orders_section(sheet)


def _words(sheet: Sheet) -> Iterator[str]:
    if sheet.found.told_on is None:
        yield BY_HAND_WORDS
    elif lacking := len(sheet.lacking()):
        yield f"Без приказа, его номера или даты — {plural(lacking, 'случай', 'случая', 'случаев')}; список в конце."


def _short(desk: Desk, period: Period) -> str:
    """The name of a period within its school year."""
    return period.name.removesuffix(f" {desk.year_name} учебного года")


def _earlier(desk: Desk, period: Period) -> tuple[str, Span] | None:
    """The period before, where it lies in the school year: of another year the lists tell nothing."""
    before, opening = desk.period_before(period), opening_day(desk.bench)
    if before is None or (opening is not None and before.last < opening):
        return None
    return _short(desk, before), span_of(desk, before)


def _missing(desk: Desk, sheet: Sheet, period: Period) -> Iterator[str]:
    """From what the orders come, and what is not known or not to be told."""
    if sheet.found.told_on is not None:
        yield f"Приказы — {TABLE}, принятая {full_date(sheet.found.told_on)}."
    if sheet.span.last < period.last:
        yield f"Период ещё идёт: «на конец» — на {full_date(sheet.span.last)}."
    yield from _vacation(desk, sheet, period)
    since = lists_read_since(desk)
    if since is not None and since > period.first:
        yield f"Списки классов читаются с {full_date(since)}: выбывших раньше не видно."
    twice = [
        f"{path.name} ({', '.join(sheet.names[item] for item in path.lists)})"
        for path in sheet.found.paths
        if len(path.lists) > 1 and any(item.class_id in path.lists for item in sheet.classes)
    ]
    if twice:
        yield f"Числятся сразу в двух классах: {some_of(twice, _NAMED)}. Каждый посчитан там, куда пришёл позже."
    gone = [f"{item.name} — с {full_date(item.gone_on)}" for item in sheet.standing if item.gone_on is not None]
    if gone:
        yield f"Классов больше нет: {some_of(gone, _NAMED)}."
    unread = [item.name for item in sheet.standing if not item.known]
    if unread:
        yield f"Нет данных: не прочитаны списки классов: {some_of(unread, _NAMED)}."


def _vacation(desk: Desk, sheet: Sheet, period: Period) -> Iterator[str]:
    """Who came and left between two terms is in the report of neither: the sheet says how many."""
    before = desk.period_before(period) if period.kind is PeriodKind.TERM else None
    if before is None or before.last + _DAY >= period.first:
        return
    gap = Span(before.last + _DAY, period.first - _DAY)
    found = sheet.figures(sheet.classes, gap)
    if found is not None and (found.arrived or found.left):
        yield (
            f"В каникулы перед этим периодом ({full_date(gap.first)} – {full_date(gap.last)}) прибыло {found.arrived},"
            f" выбыло {found.left}: эти ученики — в отчётах за месяц и за год."
        )
