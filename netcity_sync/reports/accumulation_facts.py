"""How many marks the pupils of each journal have, beside the norm (R7).

Whoever came when the lessons of the term had been held could get no mark, and is not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from netcity_sync.compliance.accumulation import weeks_of_terms
from netcity_sync.compliance.accumulation_norms import needed_now, norm
from netcity_sync.compliance.bench import Bench
from netcity_sync.model import TermKind
from netcity_sync.reports.formulas import share
from netcity_sync.reports.in_focus import IN_FOCUS, focus_values
from netcity_sync.reports.request import Focus


@dataclass(frozen=True, slots=True)
class Accumulation:
    """One journal in its term; counts of pupils. `needed` is the part of the norm that is due by now."""

    class_name: str
    grade: int
    subject: str
    term: str
    pupils: int
    norm: int
    needed: int
    least: int
    middle: float
    without: int
    with_one: int
    below: int

    @property
    def at_norm(self) -> float | None:
        """Pupils with as many marks as are due, %."""
        return share(self.pupils - self.below, self.pupils)


def accumulation_of(bench: Bench, last: date, focus: Focus) -> list[Accumulation]:
    """Marked journals in focus, of the terms that hold the day `last`, or were the last to end before it."""
    weeks = weeks_of_terms(bench)
    pupils: dict[tuple[int, int], list[Any]] = {}
    for row in bench.rows(_ACCUMULATION, last=last.isoformat(), **focus_values(focus)):
        pupils.setdefault((row["subject_group_id"], row["term_id"]), []).append(row)
    return [_one(bench, rows, weeks) for rows in pupils.values()]


_ACCUMULATION = f"""
SELECT p.*, c.held AS held_lessons, j.* FROM pupil p
JOIN journal j USING (subject_group_id, term_id) JOIN counts c USING (subject_group_id, term_id)
WHERE j.fresh AND j.roster_fresh AND p.counted > 0 AND {IN_FOCUS} AND j.term_start = (
  SELECT max(o.term_start) FROM journal o WHERE o.subject_group_id = j.subject_group_id AND o.term_start <= :last)
ORDER BY j.grade, j.class_name, j.group_name
"""


def _one(bench: Bench, rows: Sequence[Any], weeks: dict[int, int]) -> Accumulation:
    first = rows[0]
    planned, held = first["planned"], first["held_lessons"]
    whole = norm(bench.settings.accumulation, TermKind(first["term_kind"]), planned, weeks[first["term_id"]])
    marks = [row["marks"] for row in rows]
    return Accumulation(
        class_name=first["class_name"],
        grade=first["grade"],
        subject=first["group_name"],
        term=first["term_name"],
        pupils=len(rows),
        norm=whole,
        needed=needed_now(whole, held, planned),
        least=min(marks),
        middle=float(median(marks)),
        without=marks.count(0),
        with_one=marks.count(1),
        below=sum(row["marks"] < needed_now(whole, row["counted"], planned) for row in rows),
    )
