"""Who was on the list of a class on which day: who is there now, who came during the year, who left."""

from dataclasses import dataclass
from datetime import date

from netcity_sync.reports.class_people import BY_NAME
from netcity_sync.reports.desk import Desk


@dataclass(frozen=True, slots=True)
class Member:
    """A pupil on the list from `first_day` (None: from the beginning) up to, not including, `left_day`.

    Where the source tells no days, they are those of the first read with the pupil, and of the first without.
    """

    student_id: int
    name: str
    first_day: date | None
    left_day: date | None

    def listed(self, day: date) -> bool:
        """Whether the pupil was on the list on that day."""
        return (self.first_day is None or self.first_day <= day) and (self.left_day is None or day < self.left_day)


def members(desk: Desk, class_id: int) -> tuple[Member, ...]:
    """All who were ever on the list of a class this year, as journals order them."""
    rows = desk.bench.rows(_MEMBERS, class_id=class_id, run=desk.bench.run_id)
    return tuple(
        Member(row["student_id"], row["name"], _day(row["first_day"]), _day(row["left_day"]))
        for row in rows
        if not (row["left_day"] and row["first_day"] and row["left_day"] <= row["first_day"])
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_MEMBERS = f"""
WITH newest AS MATERIALIZED (
  SELECT v.*, (SELECT min(o.seen_from) FROM main.enrolment o
               WHERE o.class_id = v.class_id AND o.student_id = v.student_id) AS first_run,
    CASE WHEN v.missing_from <= :run THEN v.missing_from WHEN v.seen_to <= :run THEN v.seen_to END AS gone_run
  FROM main.enrolment v
  WHERE v.class_id = :class_id AND v.seen_from = (
    SELECT max(o.seen_from) FROM main.enrolment o
    WHERE o.class_id = v.class_id AND o.student_id = v.student_id AND o.seen_from <= :run)
), roster AS (
  SELECT r.run_id, local_date(r.ended) AS day, r.anew, EXISTS (
    SELECT 1 FROM main.scope_read e WHERE e.scope_id = r.scope_id AND e.error IS NULL AND e.run_id < r.run_id
  ) AS later
  FROM main.scope k CROSS JOIN main.scope_read r USING (scope_id)
  WHERE k.class_id = :class_id AND k.kind = 'roster'
)
SELECT n.student_id, s.name, gone.day AS left_day,
  coalesce(n.start, CASE WHEN came.later AND NOT came.anew THEN came.day END) AS first_day
FROM newest n
JOIN as_of_student s USING (student_id)
LEFT JOIN roster came ON came.run_id = n.first_run
LEFT JOIN roster gone ON gone.run_id = n.gone_run
ORDER BY {BY_NAME}
"""
