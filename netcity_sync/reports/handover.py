"""R12: the sheet on which a class's families sign for their letters (clauses 8.3, 8.4)."""

from collections.abc import Iterator
from datetime import date

from netcity_sync.reports.class_people import class_facts, class_list, teacher_signature
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Table
from netcity_sync.reports.families import NO_TABLE, declined_families, told_on
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import Focus, Request
from netcity_sync.reports.results import results_foci

_CLAUSE = "8.3, 8.4"
_NO_WAY = "способ не согласован"
_NOBODY = "В этом классе нет семей, которые отказались от электронного дневника."
_NO_NEWS = "В этот день сообщать семьям этого класса было нечего."
_COLUMNS = (
    Column("№", Kind.INTEGER, 0.5), Column("Фамилия, имя ученика", width=4), Column("Способ передачи", width=2.6),
    Column("Дата", width=1.4), Column("Подпись", width=2),
)  # fmt: skip


def handover_foci(desk: Desk, period: Period, class_ids: tuple[int, ...]) -> tuple[Focus, ...]:
    """The classes that are named; else those in which letters are written to families that declined the diary."""
    if class_ids:
        return tuple(Focus(class_id=class_id) for class_id in class_ids)
    told = results_foci(desk, period, ()) if period.kind is PeriodKind.DAY else declined_families(desk)
    return tuple(Focus(class_id=class_id) for class_id in dict.fromkeys(item.class_id for item in told))


def build_handover(desk: Desk, request: Request) -> Document:
    """A line a family for which letters are made: one that declined the diary, on a day one with news.

    In a class that a person named, for a term or a day, those are all families.
    """
    class_id, period = request.focus.class_id or 0, request.period
    ways = {item.student_id: item.channel or _NO_WAY for item in declined_families(desk, (class_id,))}
    told = _told(desk, request, frozenset(ways))
    pupils = [item for item in class_list(desk, class_id) if told is None or item.student_id in told]
    rows = tuple((place, item.name, ways.get(item.student_id, ""), "", "") for place, item in enumerate(pupils, 1))
    words = () if rows else (_NO_NEWS if period.kind is PeriodKind.DAY else _NOBODY,)
    day = told_on(desk)
    return Document(
        title="Ведомость выдачи писем",
        subtitle=f"{desk.class_name(class_id)} класс, за {period.name}",
        facts=(*class_facts(desk, class_id), *desk.facts(period, _CLAUSE)),
        sections=(Section("Получатели", () if day is None else words, (Table("Выдача писем", _COLUMNS, rows),)),),
        notes=desk.notes(*_notes(day, rows)),
        made_at=desk.snapshot.moment,
        page=desk.page(),
        signatures=(teacher_signature(desk, class_id),),
    )


def _notes(day: date | None, rows: tuple[tuple[Cell, ...], ...]) -> Iterator[str]:
    if day is None:
        yield NO_TABLE
        return
    yield f"Отказы от дневника и способы передачи — по таблице, взятой {day:%d.%m.%Y}."
    if any(way == "" for _, _, way, *_ in rows):
        yield "Способ не указан, если семья не отказывалась от дневника."


def _told(desk: Desk, request: Request, declined: frozenset[int]) -> frozenset[int] | None:
    """The pupils whose families are written to; None: all."""
    period, class_id = request.period, request.focus.class_id or 0
    if period.kind is PeriodKind.DAY:
        found = results_foci(desk, period, (class_id,) if request.named else ())
        return frozenset(item.student_id for item in found if item.class_id == class_id and item.student_id is not None)
    return None if request.named and period.kind is PeriodKind.TERM else declined
