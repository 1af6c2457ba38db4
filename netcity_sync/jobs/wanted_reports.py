"""Which reports a person asks for: one for the school, or one for each class, grade, teacher or subject named."""

from collections.abc import Iterator
from dataclasses import dataclass

from netcity_sync.errors import UsageError
from netcity_sync.jobs.report import Wanted
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.guide import ABOUT_WORDS, PERIOD_WORDS
from netcity_sync.reports.period import Period
from netcity_sync.reports.registry import Report
from netcity_sync.reports.request import About, Focus, Request
from netcity_sync.russian import plain


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose reports a person named: at most one of these kinds, as typed."""

    classes: tuple[str, ...] = ()
    grade: int | None = None
    teacher: str | None = None
    subject: str | None = None


def wanted_reports(desk: Desk, report: Report, period: Period, whose: Whose = Whose()) -> tuple[Wanted, ...]:
    """A report for each that was named; where nobody is, for the school, or for each class, or for each teacher.

    What is first of all about a class (`Report.about`) is made for each, and for the school too where it can be.

    Raises UsageError where the report cannot be made for such a period or of such, or where nobody is called so.
    """
    if period.kind not in report.periods:
        allowed = ", ".join(PERIOD_WORDS[kind] for kind in report.periods)
        raise UsageError(f"Отчёт «{report.id}» не составляется за такой период.", todo=f"Можно: {allowed}.")
    foci = tuple(_foci(desk, report, period, whose))
    for focus in foci:
        if focus.about not in report.about:
            allowed = ", ".join(ABOUT_WORDS[item] for item in report.about)
            raise UsageError(f"Отчёт «{report.id}» так не составляется.", todo=f"Можно: {allowed}.")
    return tuple(Wanted(report, Request(period, focus, named=bool(whose.classes))) for focus in foci)


def _foci(desk: Desk, report: Report, period: Period, whose: Whose) -> Iterator[Focus]:
    if sum(item not in ((), None) for item in (whose.classes, whose.grade, whose.teacher, whose.subject)) > 1:
        raise UsageError("Укажите что-то одно.", todo="Это --class, --grade, --teacher или --subject.")
    if report.foci is not None and (whose.grade, whose.teacher, whose.subject) == (None, None, None):
        yield from report.foci(desk, period, tuple(desk.class_id(name) for name in whose.classes))
    elif whose.classes:
        yield from (Focus(class_id=desk.class_id(name)) for name in whose.classes)
    elif whose.grade is not None:
        yield Focus(grade=whose.grade)
    elif whose.teacher is not None:
        yield Focus(staff_id=_named(desk, _TEACHERS, whose.teacher, "учителя"))
    elif whose.subject is not None:
        yield Focus(subject_id=_named(desk, _SUBJECTS, whose.subject, "предмета"))
    elif About.SCHOOL in report.about or About.CLASS in report.about:
        if About.CLASS in report.about and About.SCHOOL not in report.about[:1]:
            yield from (Focus(class_id=row["class_id"]) for row in desk.bench.rows(_CLASSES))
        if About.SCHOOL in report.about:
            yield Focus()
    else:
        yield from (Focus(staff_id=row["id"]) for row in desk.bench.rows(_TEACHERS))


_CLASSES = "SELECT class_id FROM class_read ORDER BY grade, class_name"
_TEACHERS = (
    "SELECT DISTINCT staff_id AS id, s.name FROM journal j CROSS JOIN as_of_subject_group_teacher USING"
    " (subject_group_id) JOIN as_of_staff s USING (staff_id) ORDER BY s.name, staff_id"
)
_SUBJECTS = (
    "SELECT DISTINCT g.subject_id AS id, g.subject_name AS name FROM journal j"
    " CROSS JOIN as_of_subject_group g USING (subject_group_id) ORDER BY g.subject_name"
)


def _named(desk: Desk, query: str, wanted: str, what: str) -> int:
    """The one whose name begins so. Raises UsageError where none is, or more than one."""
    found = [row for row in desk.bench.rows(query) if plain(row["name"]).startswith(plain(wanted))]
    if len(found) == 1:
        return int(found[0]["id"])
    exact = [row for row in found if plain(row["name"]) == plain(wanted)]
    if len(exact) == 1:
        return int(exact[0]["id"])
    if found:
        names = "; ".join(row["name"] for row in found)
        raise UsageError(f"Под «{wanted}» подходит несколько.", todo=f"Уточните: {names}.")
    raise UsageError(f"Нет {what} «{wanted}».", todo="Напишите, как в «Сетевом городе».")
