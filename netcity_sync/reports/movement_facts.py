"""Who was on the list of which class from when to when, as reads of the lists show it.

A day that the source tells is exact; else it is that of the first read that showed the pupil there, or no longer: the
pupil came, or left, not later. Who leaves and comes back within the year counts as never gone. A pupil whom only the
newest read lacks has not left until that is confirmed.
"""

from dataclasses import dataclass
from datetime import date

from netcity_sync.reports.class_people import BY_NAME
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period


@dataclass(frozen=True, slots=True)
class Stay:
    """A pupil in a class; `came` is None for who was there at the first read, `left` for who is there still."""

    class_id: int
    student_id: int
    name: str
    came: date | None
    came_exactly: bool
    left: date | None

    def at_start(self, period: Period) -> bool:
        """On the list on the period's first day."""
        return (self.came is None or self.came <= period.first) and (self.left is None or self.left >= period.first)

    def arrived(self, period: Period) -> bool:
        """Came later in the period."""
        return self.came is not None and period.first < self.came <= period.last

    def departed(self, period: Period) -> bool:
        """Left in the period."""
        return self.left is not None and period.first <= self.left <= period.last


def stays(desk: Desk) -> tuple[Stay, ...]:
    """All of them in the classes of the year, by class and name."""
    return tuple(
        Stay(
            row["class_id"], row["student_id"], row["name"] or "—", _day(row["start"] or row["seen_on"]),
            row["start"] is not None, _day(row["left_on"]),
        )
        for row in desk.bench.rows(_STAYS, run=desk.bench.run_id)
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_STAYS = f"""
WITH known AS MATERIALIZED (
  SELECT c.class_id, c.grade, c.class_name, v.student_id, min(v.seen_from) AS first_run, max(v.start) AS start,
    max(coalesce(v.missing_from, v.seen_to)) AS last_run,
    (SELECT scope_id FROM main.scope WHERE class_id = c.class_id AND kind = 'roster') AS scope_id,
    EXISTS (SELECT 1 FROM as_of_enrolment e WHERE e.class_id = c.class_id AND e.student_id = v.student_id) AS present
  FROM class_read c CROSS JOIN main.enrolment v ON v.class_id = c.class_id AND v.seen_from <= :run
  GROUP BY c.class_id, v.student_id
)
SELECT k.class_id, k.student_id, k.start,
  coalesce(s.name, (
    SELECT n.name FROM main.student n WHERE n.student_id = k.student_id AND n.seen_from <= :run
    ORDER BY n.seen_from DESC LIMIT 1)) AS name,
  (SELECT local_date(r.ended) FROM main.scope_read r WHERE r.scope_id = k.scope_id AND r.run_id = k.first_run
     AND NOT r.anew AND EXISTS (SELECT 1 FROM main.scope_read b WHERE b.scope_id = r.scope_id
       AND b.error IS NULL AND b.run_id < r.run_id)) AS seen_on,
  CASE WHEN NOT k.present THEN (SELECT local_date(r.ended) FROM main.scope_read r
     WHERE r.scope_id = k.scope_id AND r.run_id = k.last_run) END AS left_on
FROM known k LEFT JOIN as_of_student s ON s.student_id = k.student_id
ORDER BY k.grade, k.class_name, {BY_NAME}, k.student_id
"""


def lists_read_since(desk: Desk) -> date | None:
    """When the lists of the year's classes began to be read: what moved before is not seen."""
    rows = desk.bench.rows(
        "SELECT local_date(min(r.ended)) AS first FROM class_read c CROSS JOIN as_of_read r ON r.class_id = c.class_id"
        " AND r.kind = 'roster' AND r.error IS NULL"
    )
    return _day(rows[0]["first"])
