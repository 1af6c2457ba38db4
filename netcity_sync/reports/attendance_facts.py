"""What reports on attendance count: lessons that count for a pupil, and those that were missed, by reason.

Pupils are those on the list of a class at the period's end (`class_lists`). A lesson counts for a pupil where it is
held, stands in a fresh journal of the class on whose list the pupil is (so a lesson of the pupil's own subgroup, or
individual plan), is no extracurricular one, and is not before the pupil's first day in the class. It is missed with the
codes of illness, a valid reason, none, or an unknown one. Who came late, studied from afar or is exempt (sits in the
gym and does not run) was there.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.reports.class_lists import Member
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.formulas import share
from netcity_sync.reports.period import Period
from netcity_sync.russian import plural, plural_word

WORDS = (
    "Посещаемость — доля посещённых уроков: 1 − пропущено ÷ (уроки, проведённые для каждого ученика). Считаются уроки"
    " журналов ученика (его подгруппы, его индивидуального плана) со дня прибытия; внеурочная деятельность не в счёт.",
    "Опоздание, дистанционный урок и освобождение («осв») пропуском не считаются. Полный день — день, когда пропущены"
    " все уроки ученика; «по болезни» — все они по болезни.",
    "Посчитаны ученики, которые были в списке класса в последний день периода, а пока он не кончился — в день"
    " составления: кто выбыл раньше или прибыл позже, в ведомость не входит.",
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


_REASONS = (
    ("illness", "по болезни"), ("excused", "по уважительной причине"), ("unexcused", "без уважительной причины"),
)  # fmt: skip


def missed_words(item: Missed) -> str:
    """«Пропущено 7 уроков из 218: по болезни 2, без уважительной причины 1; причина не указана: 4.»

    It names the reasons that there were, and no others.
    """
    if not item.missed:
        return f"Пропусков нет: посещены все уроки ({item.lessons})."
    verb = plural_word(item.missed, "Пропущен", "Пропущено", "Пропущено")
    counts = [(words, getattr(item, name)) for name, words in _REASONS]
    reasons = ", ".join(f"{words} {count}" for words, count in counts if count)
    if item.unknown:
        reasons = f"{reasons}; причина не указана: {item.unknown}" if reasons else "причина не указана"
    return f"{verb} {plural(item.missed, 'урок', 'урока', 'уроков')} из {item.lessons}: {reasons}."


def codes_known(desk: Desk) -> bool:
    """Whether the source tells of attendance at all."""
    return Capability.ATTENDANCE in desk.snapshot.capabilities()


def days_of_class(desk: Desk, pupils: Iterable[Member], period: Period) -> dict[int, dict[date, Missed]]:
    """By pupil and day; a day without a lesson that counts for the pupil is not there."""
    found: dict[int, dict[date, Missed]] = {}
    for row in desk.bench.rows(_DAYS, **_asked(desk, pupils, period)):
        found.setdefault(row["student_id"], {})[date.fromisoformat(row["date"])] = Missed(*tuple(row)[2:])
    return found


def subjects_of_pupil(desk: Desk, pupil: Member, period: Period) -> dict[int, Missed]:
    """Of one pupil, by journal."""
    rows = desk.bench.rows(_SUBJECTS, **_asked(desk, (pupil,), period))
    return {row["subject_group_id"]: Missed(*tuple(row)[1:]) for row in rows}


def weeks_of_classes(desk: Desk, pupils: Iterable[Member], period: Period) -> dict[int, dict[date, Missed]]:
    """By class and the Monday of a week."""
    asked = _asked(desk, pupils, period)
    found: dict[int, dict[date, Missed]] = {}
    for row in desk.bench.rows(_WEEKS_HELD, **asked):
        found.setdefault(row["class_id"], {})[date.fromisoformat(row["monday"])] = Missed(row["lessons"])
    for row in desk.bench.rows(_WEEKS_MISSED, **asked):
        weeks = found[row["class_id"]]
        monday = date.fromisoformat(row["monday"])
        weeks[monday] += Missed(0, *tuple(row)[2:])
    return found


def _asked(desk: Desk, pupils: Iterable[Member], period: Period) -> dict[str, str | int]:
    """What the queries ask for: the days of a period, and the pupils as JSON (gone is who is off the list by now)."""
    members = [
        (one.class_id, one.student_id, one.first_day.isoformat() if one.first_day else "", one.left_day is not None)
        for one in pupils
    ]
    return {
        "first": period.first.isoformat(), "last": period.last.isoformat(), "members": json.dumps(members),
        "run": desk.bench.run_id,
    }  # fmt: skip


_COUNTED = """
WITH member AS MATERIALIZED (
  SELECT CAST(value ->> 0 AS INTEGER) AS class_id, CAST(value ->> 1 AS INTEGER) AS student_id,
    value ->> 2 AS first_day, value ->> 3 AS gone
  FROM json_each(:members)
), near AS MATERIALIZED (
  SELECT subject_group_id, term_id FROM class_journal WHERE class_id IN (SELECT class_id FROM member)
  UNION
  SELECT subject_group_id, term_id FROM journal WHERE (SELECT max(gone) FROM member)
), opened AS MATERIALIZED (
  SELECT j.subject_group_id, j.term_id, j.class_id
  FROM near n
  CROSS JOIN journal j ON j.subject_group_id = n.subject_group_id AND j.term_id = n.term_id
  CROSS JOIN as_of_subject_group g ON g.subject_group_id = j.subject_group_id AND NOT g.extracurricular
  WHERE j.fresh AND EXISTS (
    SELECT 1 FROM held h WHERE h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id AND h.held
      AND h.date BETWEEN :first AND :last)
), counted AS MATERIALIZED (
  SELECT m.class_id, m.student_id, m.first_day, o.subject_group_id, o.term_id, s.missing
  FROM opened o
  CROSS JOIN as_of_group_student s ON s.subject_group_id = o.subject_group_id AND s.term_id = o.term_id
  CROSS JOIN member m ON m.student_id = s.student_id
  WHERE o.class_id = m.class_id
    OR EXISTS (
      SELECT 1 FROM guest g WHERE g.subject_group_id = o.subject_group_id AND g.term_id = o.term_id
        AND g.student_id = m.student_id AND g.own_class_id = m.class_id)
    OR m.gone AND NOT EXISTS (
      SELECT 1 FROM main.enrolment v WHERE v.class_id = o.class_id AND v.student_id = m.student_id
        AND v.seen_from <= :run)
)
"""
"""The pupils in their journals, a combined one only with those who belong there: its certain guests, and of those who
are off the list by now, so that nothing is certain, who never stood on the list of its class. Who has vanished from a
journal, unconfirmed, keeps lessons and codes."""

_CODES = ", ".join(
    f"coalesce(sum(a.code = '{code}'), 0) AS {code}" for code in ("illness", "excused", "unexcused", "unknown", "late")
)
_LESSONS = """
FROM counted p
CROSS JOIN held h ON h.subject_group_id = p.subject_group_id AND h.term_id = p.term_id AND h.held
  AND h.date BETWEEN max(:first, p.first_day) AND :last
LEFT JOIN as_of_attendance a ON a.subject_group_id = p.subject_group_id AND a.term_id = p.term_id
  AND a.student_id = p.student_id AND a.lesson_id = h.lesson_id AND (p.missing OR NOT a.missing)
"""
_DAYS = f"""
{_COUNTED}
SELECT p.student_id, h.date, count(*) AS lessons, {_CODES}
{_LESSONS}
GROUP BY p.student_id, h.date ORDER BY p.student_id, h.date
"""
_SUBJECTS = f"""
{_COUNTED}
SELECT p.subject_group_id, count(*) AS lessons, {_CODES}
{_LESSONS}
GROUP BY p.subject_group_id
"""
_MONDAY = "date(h.date, '-6 days', 'weekday 1')"
_WEEKS_HELD = f"""
{_COUNTED}, arrived AS MATERIALIZED (
  SELECT class_id, subject_group_id, term_id, first_day, count(*) AS pupils FROM counted
  GROUP BY class_id, subject_group_id, term_id, first_day
)
SELECT p.class_id, {_MONDAY} AS monday, sum(p.pupils) AS lessons
FROM arrived p
CROSS JOIN held h ON h.subject_group_id = p.subject_group_id AND h.term_id = p.term_id AND h.held
  AND h.date BETWEEN max(:first, p.first_day) AND :last
GROUP BY p.class_id, monday ORDER BY p.class_id, monday
"""
_WEEKS_MISSED = f"""
{_COUNTED}
SELECT p.class_id, {_MONDAY} AS monday, {_CODES}
FROM opened o
CROSS JOIN as_of_attendance a ON a.subject_group_id = o.subject_group_id AND a.term_id = o.term_id
CROSS JOIN held h
  ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id AND h.lesson_id = a.lesson_id AND h.held
CROSS JOIN counted p ON p.subject_group_id = a.subject_group_id AND p.term_id = a.term_id
  AND p.student_id = a.student_id AND (p.missing OR NOT a.missing)
  AND h.date BETWEEN max(:first, p.first_day) AND :last
GROUP BY p.class_id, monday ORDER BY p.class_id, monday
"""


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
