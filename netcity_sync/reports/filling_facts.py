"""How journals were filled in during a span (R6): topics, homework, lessons with marks, late entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from netcity_sync.compliance.bench import TOPIC_CHARACTERS, Bench
from netcity_sync.compliance.entry import LATE
from netcity_sync.compliance.homework import LATE_HOMEWORK, MISSING_HOMEWORK
from netcity_sync.compliance.lessons import LATE_TOPICS
from netcity_sync.reports.formulas import share
from netcity_sync.reports.in_focus import IN_FOCUS, focus_values
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import Focus
from netcity_sync.russian import initials


@dataclass(frozen=True, slots=True)
class LateEntry:
    """An entry for a lesson of `day`; `delay` in days, at least so many, for only bounds are known."""

    subject_group_id: int
    day: date
    delay: float


@dataclass(frozen=True, slots=True)
class Filling:
    """One journal in the span, its terms together. `homework_due` counts days on which homework is required.

    `marked_lessons` is None in journals without marks.
    """

    teacher: str
    subject: str
    subject_name: str
    class_name: str
    grade: int
    held: int
    topics: int
    homework_due: int
    homework: int
    marked_lessons: int | None
    late: int
    delay: float | None

    @property
    def topic_share(self) -> float | None:
        """Lessons with a topic, %."""
        return share(self.topics, self.held)


@dataclass(frozen=True, slots=True)
class Filled:
    """Several journals together."""

    journals: int
    held: int
    topics: int
    homework_due: int
    homework: int
    late: int

    @property
    def topic_share(self) -> float | None:
        """Lessons with a topic, %."""
        return share(self.topics, self.held)

    @property
    def homework_share(self) -> float | None:
        """Days with homework, % of those on which it is required."""
        return share(self.homework, self.homework_due)


def filled(items: Sequence[Filling]) -> Filled:
    """All together."""
    return Filled(
        len(items), sum(item.held for item in items), sum(item.topics for item in items),
        sum(item.homework_due for item in items), sum(item.homework for item in items),
        sum(item.late for item in items),
    )  # fmt: skip


def late_entries(bench: Bench) -> list[LateEntry]:
    """Topics and homework that were certainly late, of all lessons."""
    return [
        LateEntry(
            row["subject_group_id"], date.fromisoformat(row["date"]),
            (bench.local(row["lower"]) - bench.local(row["deadline"])).total_seconds() / 86_400,
        )
        for entries in (LATE_TOPICS, LATE_HOMEWORK)
        for row in bench.rows(LATE.format(entries=entries), run=bench.run_id, characters=TOPIC_CHARACTERS)
    ]  # fmt: skip


def filling_of(bench: Bench, period: Period, focus: Focus, late: Sequence[LateEntry]) -> list[Filling]:
    """The journals in focus that were read and have lessons in the period; `late` are the entries of all journals."""
    span = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    delays_of: dict[int, list[float]] = {}
    for entry in late:
        if period.first <= entry.day <= period.last:
            delays_of.setdefault(entry.subject_group_id, []).append(entry.delay)
    missing = {row["subject_group_id"]: row["days"] for row in bench.rows(_MISSING, **span)}
    journals = []
    for row in bench.rows(_FILLING, **span, **focus_values(focus)):
        key = row["subject_group_id"]
        delays = delays_of.get(key, [])
        journals.append(
            Filling(
                teacher=", ".join(initials(name) for name in (row["teachers"] or "—").split("\n")),
                subject=row["group_name"],
                subject_name=row["subject_name"],
                class_name=row["class_name"],
                grade=row["grade"],
                held=row["held"],
                topics=row["topics"],
                homework_due=row["homework_due"],
                homework=row["homework_due"] - missing.get(key, 0),
                marked_lessons=row["marked_lessons"] if row["marked"] else None,
                late=len(delays),
                delay=sum(delays) / len(delays) if delays else None,
            )
        )
    return journals


_MISSING = (
    f"SELECT subject_group_id, count(*) AS days FROM ({MISSING_HOMEWORK})"
    " WHERE date BETWEEN :first AND :last GROUP BY subject_group_id"
)
_FILLING = f"""
WITH lessons AS (
  SELECT h.*, EXISTS (
    SELECT 1 FROM as_of_mark m WHERE m.subject_group_id = h.subject_group_id AND m.term_id = h.term_id
      AND m.lesson_id = h.lesson_id AND m.value IS NOT NULL AND NOT m.missing) AS has_marks
  FROM held h WHERE h.held AND h.date BETWEEN :first AND :last
), required AS (
  SELECT h.subject_group_id, count(DISTINCT h.date) AS days FROM held h
  JOIN journal j ON j.subject_group_id = h.subject_group_id AND j.term_id = h.term_id AND j.fresh
  JOIN counts c ON c.subject_group_id = h.subject_group_id AND c.term_id = h.term_id
  WHERE h.held AND h.date BETWEEN :first AND :last AND h.date < c.last_date AND NOT EXISTS (
    SELECT 1 FROM held o WHERE o.subject_group_id = h.subject_group_id AND o.term_id = h.term_id
      AND o.date = h.date AND o.control)
  GROUP BY h.subject_group_id
)
SELECT j.*, count(*) AS held, sum(l.has_topic) AS topics, sum(l.has_marks) AS marked_lessons,
  CASE WHEN j.with_homework THEN coalesce(required.days, 0) ELSE 0 END AS homework_due,
  (SELECT group_concat(s.name, char(10)) FROM as_of_subject_group_teacher t JOIN as_of_staff s USING (staff_id)
   WHERE t.subject_group_id = j.subject_group_id) AS teachers
FROM journal j JOIN lessons l USING (subject_group_id, term_id)
LEFT JOIN required USING (subject_group_id)
WHERE j.fresh AND {IN_FOCUS}
GROUP BY j.subject_group_id
ORDER BY j.grade, j.class_name, j.group_name
"""
