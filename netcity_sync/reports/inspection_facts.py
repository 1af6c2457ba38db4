"""What an inspection of journals rests on: recorded findings of the period, and which journals could be checked.

Findings are those that were open at the desk's moment and are about days of the period (where no day is known, those
that were opened in it); what is merely information, is excepted, or could not be judged by the last check is no
remark, nor is what a class teacher has to mend and not the teacher of the subject. A journal whose last read failed or
is too old was not checked: its findings are left out, and its teachers are neither praised nor blamed for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from netcity_sync.compliance.finding import Finding, FindingStatus, Severity
from netcity_sync.compliance.findings import load_findings
from netcity_sync.compliance.kept_checks import load_checks
from netcity_sync.compliance.life import State, today_of
from netcity_sync.compliance.registry import all_rules
from netcity_sync.errors import UsageError
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.request import Request
from netcity_sync.russian import initials
from netcity_sync.school_days import local_date
from netcity_sync.settings import Role

_AREAS = (
    ("Своевременность", ("LSN-01", "LSN-02", "HW-02", "MRK-03", "MRK-10", "ATT-02", "FIN-01")),
    ("Накопляемость", ("ACC-", "MRK-01", "MRK-02", "MRK-11", "FIN-03")),
    ("Объективность", ("FIN-", "MRK-")),
    ("Домашние задания", ("HW-",)),
    ("Темы уроков", ("LSN-",)),
    ("Программа", ("PLN-",)),
    ("Контрольные работы", ("CTL-",)),
    ("Посещаемость", ("ATT-",)),
)
AREAS = tuple(name for name, _ in _AREAS)


def area_of(rule: str) -> str | None:
    """What part of the inspection a rule belongs to; None: to none."""
    return next((name for name, starts in _AREAS if rule.startswith(starts)), None)


@dataclass(frozen=True, slots=True)
class CheckedJournal:
    """A journal in a term that meets the period; `read` tells whether it could be checked."""

    class_id: int
    class_name: str
    grade: int
    read: bool
    teacher_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """Journals in the focus, remarks about those that were read, names of staff, and when was last checked."""

    journals: tuple[CheckedJournal, ...]
    remarks: tuple[Finding, ...]
    teachers: dict[int, str]
    checked_at: datetime | None

    def with_remarks(self) -> set[int]:
        """Teachers whom some remark is about."""
        return {teacher for item in self.remarks for teacher in item.teacher_ids if teacher in self.teachers}

    def without_remarks(self) -> set[int]:
        """Teachers all of whose journals were read, with no remark in them."""
        return self._all() - self.with_remarks() - self.not_checked()

    def not_checked(self) -> set[int]:
        """Teachers some of whose journals were not read."""
        return {teacher for item in self.journals if not item.read for teacher in item.teacher_ids}

    def _all(self) -> set[int]:
        return {teacher for item in self.journals for teacher in item.teacher_ids if teacher in self.teachers}


def inspect(desk: Desk, request: Request) -> Inspection:
    """Everything that the paper tells."""
    rows = desk.bench.rows(
        _JOURNALS, first=request.period.first.isoformat(), last=request.period.last.isoformat(),
        class_id=request.focus.class_id, grade=request.focus.grade,
    )  # fmt: skip
    journals = {
        (row["subject_group_id"], row["term_id"]): CheckedJournal(
            row["class_id"], row["class_name"], row["grade"], bool(row["fresh"]),
            tuple(int(item) for item in (row["teachers"] or "").split(",") if item),
        )
        for row in rows
    }  # fmt: skip
    names = {row["staff_id"]: row["name"] for row in desk.bench.rows("SELECT staff_id, name FROM as_of_staff")}
    checked_at = _last_check(desk)
    return Inspection(
        tuple(journals.values()),
        tuple(_remarks(desk, request, journals)) if checked_at else (),
        {key: initials(name) for key, name in names.items()},
        checked_at,
    )


def _last_check(desk: Desk) -> datetime | None:
    """When a check was last made by the desk's moment; None where none was."""
    try:
        checks = load_checks(desk.snapshot.connection)
    except UsageError:
        return None
    return max((item.moment for item in checks if item.moment <= desk.bench.now), default=None)


_JOURNALS = """
SELECT j.*, (SELECT group_concat(staff_id) FROM (SELECT staff_id FROM as_of_subject_group_teacher t
  WHERE t.subject_group_id = j.subject_group_id AND NOT t.missing ORDER BY staff_id)) AS teachers
FROM journal j WHERE j.term_start <= :last AND j.term_end >= :first
  AND (:class_id IS NULL OR j.class_id = :class_id) AND (:grade IS NULL OR j.grade = :grade)
ORDER BY j.grade, j.class_name, j.group_name, j.term_start
"""


def _remarks(desk: Desk, request: Request, journals: dict[tuple[int, int], CheckedJournal]) -> Iterator[Finding]:
    now, zone = desk.bench.now, desk.settings.zone
    today = today_of(desk.snapshot, desk.settings, now)
    of_teachers = {rule.id for rule in all_rules() if Role.TEACHER in rule.recipients}
    groups = {key[0] for key, item in journals.items() if item.read}
    for item in load_findings(desk.snapshot.connection):
        if item.opened_at > now or (item.fixed_at is not None and item.fixed_at <= now):
            continue
        then = replace(item, status=FindingStatus.OPEN, fixed_at=None)
        opened = local_date(item.opened_at, zone)
        first, last = item.first_day or opened, item.last_day or item.first_day or opened
        place = item.place
        read = journals.get((place.subject_group_id or 0, place.term_id or 0))
        if (
            place.subject_group_id is not None
            and (read.read if read is not None else place.term_id is None and place.subject_group_id in groups)
            and item.severity is not Severity.INFO
            and area_of(item.rule) is not None
            and item.rule in of_teachers
            and _meet((first, last), (request.period.first, request.period.last))
            and today.standing(then).state in (State.OPEN, State.OVERDUE)
        ):
            yield then


def _meet(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
