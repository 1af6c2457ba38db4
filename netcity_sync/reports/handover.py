"""R12: the sheet on which a class's families sign for their letters (clauses 8.3, 8.4)."""

from netcity_sync.reports.class_people import class_facts, class_list, teacher_signature
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Column, Document, Kind, Section, Table
from netcity_sync.reports.families import NO_TABLE, declined_families, told_on
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import Focus, Request
from netcity_sync.reports.results import results_foci

_CLAUSE = "8.3, 8.4"
_COLUMNS = (
    Column("№", Kind.INTEGER, 0.5), Column("Фамилия, имя ученика", width=4), Column("Способ передачи", width=2.4),
    Column("Дата", width=1.4), Column("Подпись", width=2),
)  # fmt: skip


def handover_foci(desk: Desk, period: Period, class_ids: tuple[int, ...]) -> tuple[Focus, ...]:
    """The classes that are named; else those in which letters are written to families that declined the diary."""
    if class_ids:
        return tuple(Focus(class_id=class_id) for class_id in class_ids)
    told = results_foci(desk, period, ()) if period.kind is PeriodKind.DAY else declined_families(desk)
    return tuple(Focus(class_id=class_id) for class_id in dict.fromkeys(item.class_id for item in told))


def build_handover(desk: Desk, request: Request) -> Document:
    """A line a family that declined the diary, on a day one with news; for a term a line every family of the class."""
    class_id, period = request.focus.class_id or 0, request.period
    day = told_on(desk)
    channels = {item.student_id: item.channel for item in declined_families(desk, (class_id,))}
    told = _told(desk, class_id, period, frozenset(channels))
    pupils = [item for item in class_list(desk, class_id) if told is None or item.student_id in told]
    rows = tuple((place, item.name, channels.get(item.student_id, ""), "", "") for place, item in enumerate(pupils, 1))
    source = (
        NO_TABLE if day is None else f"Отказы от дневника и способы передачи — по таблице, взятой {day:%d.%m.%Y}.",
        "Пустой способ — семья не отказывалась от дневника, или способ с ней не согласован.",
    )
    words = () if rows else ("В этом классе нет семей, которые отказались от электронного дневника.",)
    return Document(
        title="Ведомость выдачи писем",
        subtitle=f"{desk.class_name(class_id)} класс, за {period.name}",
        facts=(*class_facts(desk, class_id), *desk.facts(period, _CLAUSE)),
        sections=(Section("Получатели", () if day is None else words, (Table("Выдача писем", _COLUMNS, rows),)),),
        notes=desk.notes(*source),
        made_at=desk.snapshot.moment,
        page=desk.page(),
        signatures=(teacher_signature(desk, class_id),),
    )


def _told(desk: Desk, class_id: int, period: Period, declined: frozenset[int]) -> frozenset[int] | None:
    """The pupils whose families are written to; None: all."""
    match period.kind:
        case PeriodKind.TERM:
            return None
        case PeriodKind.DAY:
            found = results_foci(desk, period, (class_id,))
            return declined & {item.student_id for item in found if item.student_id is not None}
    return declined
