"""R11: the paper on an inspection of journals (3.5, 4.3): what was found, at whom, and until when to mend it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from netcity_sync.compliance.finding import Finding
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Signature, Table
from netcity_sync.reports.inspection_facts import AREAS, Inspection, area_of, inspect
from netcity_sync.reports.request import Request
from netcity_sync.russian import class_order, full_date, full_date_time, initials

_CLAUSE = "3.5, 4.3"
_TO_MEND = timedelta(days=7)
_NOT_THE_MEAN, _FEW = "FIN-02", ("MRK-01", "MRK-02", "FIN-03")
_NOTES = (
    "Справка основана на замечаниях последней проверки, открытых к её дате и относящихся к дням периода. Сведения («к"
    " сведению»), исключения и то, о чём у проверки не было данных, замечаниями не считаются.",
    "Учителя, чьи журналы прочитаны не все, среди учителей без замечаний не названы.",
)


def build_inspection(desk: Desk, request: Request) -> Document:
    """The paper for the school, a grade or a class."""
    period, found, today = request.period, inspect(desk, request), desk.bench.today
    checked = full_date_time(found.checked_at, desk.settings.zone) if found.checked_at else "—"
    facts = [
        ("Дата справки", full_date(today)), *desk.facts(period, _CLAUSE), ("Последняя проверка", checked),
        ("Срок устранения", full_date(today + _TO_MEND)),
    ]  # fmt: skip
    return Document(
        title="Справка по итогам проверки журналов",
        subtitle=desk.subtitle(request),
        facts=tuple(facts),
        sections=tuple(_sections(desk, found, today)) if found.checked_at else (_NO_CHECK,),
        notes=desk.notes(*_NOTES, period=period, focus=request.focus),
        made_at=desk.snapshot.moment,
        page=desk.page(),
        signatures=(Signature("Заместитель директора по учебной работе"),),
    )


_NO_CHECK = Section(
    "Нет данных",
    ("Журналы ещё не проверялись: выполните netcity-sync check и составьте справку заново.",),
)


def _sections(desk: Desk, found: Inspection, today: date) -> Iterable[Section]:
    yield Section("Итоги", tuple(_summary(found)))
    if not found.remarks:
        return
    yield Section("Учителя с замечаниями", tables=(_area_table(found), _remark_table(found)))
    pupils = {row["student_id"]: row["name"] for row in desk.bench.rows("SELECT student_id, name FROM as_of_student")}
    mean = [item for item in found.remarks if item.rule == _NOT_THE_MEAN]
    if mean:
        yield Section("Объективность", tables=(_mean_table(found, mean, pupils),))
    few = [item for item in found.remarks if item.rule in _FEW]
    if few:
        yield Section("Мало отметок", tables=(_few_table(found, few, pupils),))
    words = f"Учителям, названным в справке, устранить замечания до {full_date(today + _TO_MEND)}."
    yield Section("Срок устранения", (words,))


def _summary(found: Inspection) -> Iterable[str]:
    classes = dict.fromkeys(item.class_name for item in found.journals)
    whole = [name for name in classes if all(item.read for item in found.journals if item.class_name == name)]
    touched = {item.class_name for item in found.remarks}
    yield _said("Проверены журналы классов", whole)
    partly = [name for name in classes if name not in whole]
    if partly:
        yield _said("Проверены не полностью", partly)
    yield _said("Классы без замечаний", [name for name in whole if name not in touched])
    yield _said("Учителя без замечаний", _names(found, found.without_remarks()))
    yield _said("Учителя с замечаниями", _names(found, found.with_remarks()))
    doubtful = found.not_checked() - found.with_remarks()
    if doubtful:
        yield _said("Нет данных о части журналов", _names(found, doubtful))


def _said(what: str, names: list[str]) -> str:
    """A sentence that lists names, initials at its end or not."""
    return f"{what}: {', '.join(names) if names else 'нет'}".rstrip(".") + "."


def _names(found: Inspection, teachers: Iterable[int]) -> list[str]:
    return sorted(found.teachers[item] for item in teachers if item in found.teachers)


def _area_table(found: Inspection) -> Table:
    """Teachers × areas."""
    counts: Counter[tuple[int, str]] = Counter()
    for item in found.remarks:
        counts.update((teacher, area_of(item.rule) or "") for teacher in item.teacher_ids)
    shown = tuple(area for area in AREAS if any(key[1] == area for key in counts))
    columns = (Column("Учитель", width=2.6), *(Column(area, Kind.INTEGER, 1.3) for area in shown),
               Column("Всего", Kind.INTEGER))  # fmt: skip
    teachers = sorted(found.with_remarks(), key=lambda item: (found.teachers[item], item))
    rows: list[tuple[Cell, ...]] = []
    for teacher in teachers:
        cells = [counts[teacher, area] for area in shown]
        rows.append((found.teachers[teacher], *cells, sum(cells)))
    return Table("По областям", columns, tuple(rows))


def _remark_table(found: Inspection) -> Table:
    """What at which journal, how often."""
    titles = {item.rule: item.title for item in found.remarks}
    counts = Counter(
        (found.teachers[teacher], item.class_name, item.subject_name, item.rule)
        for item in found.remarks
        for teacher in item.teacher_ids
        if teacher in found.teachers
    )
    columns = (Column("Учитель", width=2), Column("Класс", width=0.7), Column("Предмет", width=2),
               Column("Замечание", width=3.5), Column("Сколько", Kind.INTEGER, 0.9))  # fmt: skip
    rows = tuple((*key[:3], titles[key[3]], count) for key, count in sorted(counts.items(), key=_by_class))
    return Table("Замечания", columns, rows)


def _mean_table(found: Inspection, remarks: list[Finding], pupils: dict[int, str]) -> Table:
    columns = (
        *_WHERE, Column("Средний", width=0.9), Column("Выставлено", width=1.1), Column("Отметок", width=0.9),
    )  # fmt: skip
    rows = tuple(
        (*_where(found, item, pupils), *(dict(item.proof.facts).get(name) for name in _MEAN_FACTS))
        for item in remarks
    )  # fmt: skip
    return Table("Несоответствие среднему баллу", columns, tuple(sorted(rows, key=_by_journal)))


_MEAN_FACTS = ("Средний балл", "Выставлено", "Отметок")
_WHERE = (Column("Учитель", width=2), Column("Предмет", width=2), Column("Класс", width=0.7),
          Column("Ученик", width=2))  # fmt: skip


def _few_table(found: Inspection, remarks: list[Finding], pupils: dict[int, str]) -> Table:
    rows = ((*_where(found, item, pupils), dict(item.proof.facts).get("Отметок"), item.title) for item in remarks)
    columns = (*_WHERE, Column("Отметок", width=0.9), Column("Замечание", width=2.4))
    return Table("Мало отметок", columns, tuple(sorted(rows, key=_by_journal)))


def _by_class(item: tuple[tuple[str, str, str, str], int]) -> tuple[str, tuple[int, str], str, str]:
    teacher, class_name, subject, title = item[0]
    return teacher, class_order(class_name), subject, title


def _by_journal(row: tuple[Cell, ...]) -> tuple[str, str, tuple[int, str], list[str]]:
    teacher, subject, class_name, *rest = (str(cell) for cell in row)
    return teacher, subject, class_order(class_name), rest


def _where(found: Inspection, item: Finding, pupils: dict[int, str]) -> tuple[str, str, str, str]:
    teachers = ", ".join(_names(found, item.teacher_ids))
    return teachers, item.subject_name, item.class_name, initials(pupils.get(item.place.student_id or 0, "—"))
