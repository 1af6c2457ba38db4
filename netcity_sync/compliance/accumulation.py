"""ACC: whether enough marks accumulate (rules.md §7.2)."""

from collections.abc import Iterator
from datetime import date, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import read_proof
from netcity_sync.compliance.marks import ATTENDED, PUPILS, lessons_words, pupil_facts, pupil_place, pupil_words
from netcity_sync.compliance.registry import Applies, Param, rule
from netcity_sync.model import TermKind
from netcity_sync.russian import plural
from netcity_sync.settings import AccumulationSettings, Role


@rule(
    "ACC-01", clause="4.4", title="Накопляемость ниже нормы", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Отметок меньше, чем max(1, норма × проведено уроков ÷ уроков в периоде), с округлением вверх;"
    " проведено уроков не меньше lessons, ученик посетил не меньше attended из них. Если проведены все уроки периода —"
    " нарушение.",
    example="10Б, Алгебра: Иванов И. — 4 отметки из 7 за 30 уроков (1 полугодие)",
    params=(Param("lessons", 4, "Раньше стольких проведённых уроков накопляемость не судят.", 1, 200), ATTENDED),
    settings=("accumulation.quarter_norm", "accumulation.half_year_norm", "deadlines.lesson"),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w",
    needs=(Capability.LESSONS, Capability.MARKS, Capability.ATTENDANCE), applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def too_few_marks(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, у которых отметок меньше нормы с учётом того, какая часть периода прошла.

    Норма зависит от числа уроков в неделю. Не касается 1 класса, предметов без отметок, недавно прибывших и тех, кто
    почти не посещал уроки.
    """
    weeks = weeks_of_terms(bench)
    query = f"{PUPILS} AND p.counted >= :least AND p.attended >= :attended"
    for row in bench.rows(query, least=bench.param("lessons"), attended=bench.param("attended")):
        kind = TermKind(row["term_kind"])
        whole = norm(bench.settings.accumulation, kind, row["planned"], weeks[row["term_id"]])
        needed = needed_now(whole, row["counted"], row["planned"])
        if row["marks"] + row["unconfirmed"] >= needed:
            continue
        over = row["held_lessons"] == row["planned"]
        yield Violation(
            pupil_place(row),
            Severity.VIOL if over else Severity.WARN,
            f"{pupil_words(row)} — {plural(row['marks'], 'отметка', 'отметки', 'отметок')} из {needed}"
            f" {lessons_words(row)}",
            read_proof(row, *pupil_facts(row), ("Норма за период", str(whole)), ("Нужно к этому дню", str(needed))),
        )


def norm(settings: AccumulationSettings, kind: TermKind, planned: int, weeks: int) -> int:
    """Marks that a pupil should have by the end of a term, by lessons a week."""
    a_week = lessons_a_week(planned, weeks)
    norms = settings.half_year_norm if kind is TermKind.HALF_YEAR else settings.quarter_norm
    return norms[min(a_week, len(norms)) - 1]


def lessons_a_week(planned: int, weeks: int) -> int:
    """Lessons a week, rounded half up, at least one."""
    return max(1, (2 * planned + weeks) // (2 * weeks))


def needed_now(whole: int, counted: int, planned: int) -> int:
    """The part of the norm that is due by now, rounded up, at least one."""
    return max(1, -(-whole * counted // planned))


def weeks_of_terms(bench: Bench) -> dict[int, int]:
    """Weeks, Monday to Sunday, with a school day inside each term."""
    days = [
        date.fromisoformat(row["date"])
        for row in bench.rows(
            "SELECT DISTINCT date FROM journal CROSS JOIN as_of_lesson USING (subject_group_id, term_id)"
            " WHERE NOT as_of_lesson.missing"
        )
    ]
    weeks = {}
    for row in bench.rows('SELECT term_id, start, "end" AS last FROM as_of_term'):
        first, last = date.fromisoformat(row["start"]), date.fromisoformat(row["last"])
        inside = (day for day in days if first <= day <= last and day in bench.school_days)
        weeks[row["term_id"]] = len({day - timedelta(days=day.weekday()) for day in inside})
    return weeks
