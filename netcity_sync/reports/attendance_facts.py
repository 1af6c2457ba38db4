"""What reports on attendance count: lessons that count for a pupil, and those that were missed, by reason.

A lesson counts for a pupil where it is held, stands in a fresh journal on whose list the pupil is (so a lesson of the
pupil's own subgroup, or individual plan), is no extracurricular one, and is not before the pupil's first day in the
class. It is missed with the codes of illness, a valid reason, none, or an unknown one. Who came late, studied from
afar or is exempt (sits in the gym and does not run) was there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.formulas import share
from netcity_sync.reports.period import Period

WORDS = (
    "Посещаемость — доля посещённых уроков: 1 − пропущено ÷ (уроки, проведённые для каждого ученика). Считаются уроки"
    " журналов ученика (его подгруппы, его индивидуального плана) со дня прибытия; внеурочная деятельность не в счёт.",
    "Опоздание, дистанционный урок и освобождение («осв») пропуском не считаются. Полный день — день, когда пропущены"
    " все уроки ученика; «по болезни» — все они по болезни.",
    "Выбывшие из класса в ведомость не входят.",
)
NO_CODES = "Источник не сообщает о посещаемости: пропусков и опозданий нет данных."


@dataclass(frozen=True, slots=True)
class Missed:
    """Lessons that count, those missed by reason, and those that a pupil came late to."""

    lessons: int = 0
    illness: int = 0
    excused: int = 0
    unexcused: int = 0
    unknown: int = 0
    late: int = 0

    @property
    def missed(self) -> int:
        """All missed ones."""
        return self.illness + self.excused + self.unexcused + self.unknown

    @property
    def attendance(self) -> float | None:
        """Посещаемость, %."""
        return share(self.lessons - self.missed, self.lessons)

    @property
    def whole(self) -> bool:
        """Whether, of one day, all was missed."""
        return self.lessons > 0 and self.missed == self.lessons

    @property
    def whole_ill(self) -> bool:
        """Whether all of it was missed for illness."""
        return self.lessons > 0 and self.illness == self.lessons

    def __add__(self, other: "Missed") -> "Missed":
        """Both together."""
        return Missed(
            self.lessons + other.lessons, self.illness + other.illness, self.excused + other.excused,
            self.unexcused + other.unexcused, self.unknown + other.unknown, self.late + other.late,
        )  # fmt: skip


def total(items: Iterable[Missed]) -> Missed:
    """All together."""
    return sum(items, Missed())


def codes_known(desk: Desk) -> bool:
    """Whether the source tells of attendance at all."""
    return Capability.ATTENDANCE in desk.snapshot.capabilities()


def days_of_class(desk: Desk, class_id: int, period: Period) -> dict[int, dict[date, Missed]]:
    """By pupil and day; a day without a lesson that counts for the pupil is not there."""
    rows = desk.bench.rows(
        _DAYS, class_id=class_id, first=period.first.isoformat(), last=period.last.isoformat()
    )  # fmt: skip
    found: dict[int, dict[date, Missed]] = {}
    for row in rows:
        found.setdefault(row["student_id"], {})[date.fromisoformat(row["date"])] = Missed(*tuple(row)[2:])
    return found


_CODES = ", ".join(
    f"coalesce(sum(a.code = '{code}'), 0) AS {code}" for code in ("illness", "excused", "unexcused", "unknown", "late")
)
_LESSONS = """
FROM class_journal k
CROSS JOIN journal j ON j.subject_group_id = k.subject_group_id AND j.term_id = k.term_id
CROSS JOIN as_of_subject_group g ON g.subject_group_id = j.subject_group_id AND NOT g.extracurricular
CROSS JOIN held h ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id AND h.held
  AND h.date BETWEEN :first AND :last
CROSS JOIN listed p
  ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id AND p.first_day <= h.date
LEFT JOIN as_of_attendance a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  AND a.student_id = p.student_id AND a.lesson_id = h.lesson_id AND NOT a.missing
"""
_DAYS = f"""
SELECT p.student_id, h.date, count(*) AS lessons, {_CODES}
{_LESSONS}
WHERE j.fresh AND k.class_id = :class_id AND p.own_class_id = :class_id
GROUP BY p.student_id, h.date ORDER BY p.student_id, h.date
"""


def subjects_of_pupil(desk: Desk, class_id: int, student_id: int, period: Period) -> dict[int, Missed]:
    """Of one pupil, by journal."""
    rows = desk.bench.rows(
        _SUBJECTS, class_id=class_id, student_id=student_id, first=period.first.isoformat(),
        last=period.last.isoformat(),
    )  # fmt: skip
    return {row["subject_group_id"]: Missed(*tuple(row)[1:]) for row in rows}


_SUBJECTS = f"""
SELECT j.subject_group_id, count(*) AS lessons, {_CODES}
{_LESSONS}
WHERE j.fresh AND k.class_id = :class_id AND p.student_id = :student_id
GROUP BY j.subject_group_id
"""


def weeks_of_school(desk: Desk, period: Period, grade: int | None) -> dict[int, dict[date, Missed]]:
    """By class and the Monday of a week."""
    span = {"first": period.first.isoformat(), "last": period.last.isoformat(), "grade": grade}
    found: dict[int, dict[date, Missed]] = {}
    for row in desk.bench.rows(_WEEKS_HELD, **span):
        found.setdefault(row["class_id"], {})[date.fromisoformat(row["monday"])] = Missed(row["lessons"])
    for row in desk.bench.rows(_WEEKS_MISSED, **span):
        weeks = found[row["class_id"]]
        monday = date.fromisoformat(row["monday"])
        weeks[monday] += Missed(0, *tuple(row)[2:])
    return found


_MONDAY = "date(h.date, '-6 days', 'weekday 1')"
_COUNTED = """
FROM journal j
CROSS JOIN as_of_subject_group g ON g.subject_group_id = j.subject_group_id AND NOT g.extracurricular
"""
_OF_SCHOOL = "j.fresh AND (:grade IS NULL OR j.grade = :grade)"
_WEEKS_HELD = f"""
WITH lessons AS MATERIALIZED (
  SELECT h.subject_group_id, h.term_id, h.date, count(*) AS held {_COUNTED}
  CROSS JOIN held h ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id AND h.held
    AND h.date BETWEEN :first AND :last
  WHERE {_OF_SCHOOL} GROUP BY h.subject_group_id, h.term_id, h.date
), arrived AS MATERIALIZED (
  SELECT p.own_class_id AS class_id, p.subject_group_id, p.term_id, p.first_day, count(*) AS pupils {_COUNTED}
  CROSS JOIN listed p ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id
  WHERE {_OF_SCHOOL} GROUP BY p.own_class_id, p.subject_group_id, p.term_id, p.first_day
)
SELECT a.class_id, {_MONDAY} AS monday, sum(h.held * a.pupils) AS lessons
FROM lessons h JOIN arrived a
  ON a.subject_group_id = h.subject_group_id AND a.term_id = h.term_id AND a.first_day <= h.date
GROUP BY a.class_id, monday ORDER BY a.class_id, monday
"""
_WEEKS_MISSED = f"""
SELECT p.own_class_id AS class_id, {_MONDAY} AS monday, {_CODES} {_COUNTED}
CROSS JOIN as_of_attendance a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id AND NOT a.missing
CROSS JOIN held h
  ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id AND h.lesson_id = a.lesson_id AND h.held
  AND h.date BETWEEN :first AND :last
CROSS JOIN listed p ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id
  AND p.student_id = a.student_id AND p.first_day <= h.date
WHERE {_OF_SCHOOL} GROUP BY p.own_class_id, monday ORDER BY p.own_class_id, monday
"""


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
