"""How far the lessons of journals have come with the programme in a period, and the control works given in them."""

from collections.abc import Sequence

from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Kind, Table
from netcity_sync.reports.formulas import share
from netcity_sync.reports.period import Period

PROGRAMME_WORDS = (
    "По плану — часы КТП с датами внутри периода, до дня чтения журнала; где КТП не передано или его даты неполны —"
    " проведённые уроки по расписанию. Дано — проведённые уроки с записанной темой. Работы — уроки с контрольными,"
    " самостоятельными, лабораторными и другими работами, по типу задания или теме."
)
_COLUMNS = (
    Column("Класс", width=0.9), Column("Предмет", width=3), Column("По плану, ч", Kind.DECIMAL, 1),
    Column("Источник плана", width=1.4), Column("Дано, ч", Kind.INTEGER, 0.8),
    Column("Выполнение, %", Kind.PERCENT, 1.3, 1), Column("Отставание, ч", Kind.DECIMAL, 1.1),
    Column("Работ проведено", Kind.INTEGER, 1.2),
)  # fmt: skip


def programme_table(desk: Desk, journals: Sequence[tuple[int, str, str]], period: Period) -> Table:
    """A row for each journal, given as its id, class and name."""
    return Table("Выполнение программы", _COLUMNS, tuple(_row(desk, item, period) for item in journals))


def _row(desk: Desk, journal: tuple[int, str, str], period: Period) -> tuple[Cell, ...]:
    group, class_name, name = journal
    span = {"group": group, "first": period.first.isoformat(), "last": period.last.isoformat()}
    told = desk.bench.rows(_GIVEN, **span)[0]
    if not told["fresh"]:
        return (class_name, name, *(None for _ in _COLUMNS[2:]))
    plan = desk.bench.rows(_PLANNED, **span)
    by_plan = bool(plan and plan[0]["planned"] and plan[0]["dated"])
    due = float(plan[0]["due"]) if by_plan else float(told["lessons"])
    given = told["given"]
    return (
        class_name, name, due, "КТП" if by_plan else "расписание", given, share(given, due), max(0.0, due - given),
        told["works"],
    )  # fmt: skip


_GIVEN = """
SELECT min(j.fresh) AS fresh, coalesce(sum(h.held), 0) AS lessons,
  coalesce(sum(h.held AND h.has_topic), 0) AS given, coalesce(sum(h.held AND h.control), 0) AS works
FROM journal j
LEFT JOIN held h ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id
  AND h.date BETWEEN :first AND :last
WHERE j.subject_group_id = :group AND j.term_start <= :last AND j.term_end >= :first
"""
_PLANNED = """
SELECT c.planned, c.dated, coalesce((
  SELECT sum(p.hours) FROM plan_row p WHERE p.subject_group_id = c.subject_group_id
    AND p.planned_on BETWEEN :first AND :last AND p.planned_on < c.read_day), 0) AS due
FROM course c WHERE c.subject_group_id = :group
"""
