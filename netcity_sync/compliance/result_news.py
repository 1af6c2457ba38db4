"""Final marks as they became known here: what a family must be told of within a day (clause 8.4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Proof
from netcity_sync.model import FinalKind


@dataclass(frozen=True, slots=True)
class FinalNews:
    """A final mark that a read was the first to show (`known_at`, UTC); `before` is what stood there until then.

    `term` is the term's name, empty for marks that are not of a term.
    """

    class_id: int
    student_id: int
    subject: str
    kind: FinalKind
    term: str
    shown: str
    before: str
    known_at: datetime
    proof: Proof


def final_news(bench: Bench, pupils: Iterable[tuple[int, int]]) -> Iterator[FinalNews]:
    """The news of these pupils (class, pupil), oldest first.

    What the first good read of a journal showed may have stood there for long, and what a better program reads out of
    the same answer is not new either: both are no news.
    """
    for class_id, student_id in pupils:
        for row in bench.rows(_NEWS, class_id=class_id, student_id=student_id, run=bench.run_id):
            known_at = from_unix(row["ended"])
            yield FinalNews(
                class_id, student_id, row["subject_name"], FinalKind(row["kind"]), row["term_name"] or "",
                _shown(row["value"], row["raw"]), _shown(row["old_value"], row["old_raw"]), known_at,
                Proof(row["seen_from"], utc_text(known_at), None),
            )  # fmt: skip


def _shown(value: int | None, raw: str | None) -> str:
    return str(value) if value is not None else raw or ""


_SAME_CELL = "{o}.subject_group_id = v.subject_group_id AND {o}.student_id = v.student_id" \
             " AND {o}.kind = v.kind AND {o}.term_id = v.term_id"  # fmt: skip
_NEWS = f"""
SELECT DISTINCT g.subject_name, v.subject_group_id, v.kind, v.term_id, t.name AS term_name, v.value, v.raw,
  old.value AS old_value, old.raw AS old_raw, v.seen_from, r.ended
FROM class_journal k
CROSS JOIN final_read f ON f.subject_group_id = k.subject_group_id
CROSS JOIN main.final_mark v ON v.subject_group_id = k.subject_group_id AND v.student_id = :student_id
CROSS JOIN main.scope_read r ON r.scope_id = f.final_scope_id AND r.run_id = v.seen_from AND NOT r.anew
CROSS JOIN as_of_subject_group g ON g.subject_group_id = v.subject_group_id AND NOT g.extracurricular
LEFT JOIN as_of_term t ON t.term_id = v.term_id AND v.kind = 'term'
LEFT JOIN main.final_mark old ON {_SAME_CELL.format(o="old")} AND old.seen_from = (
  SELECT max(before.seen_from) FROM main.final_mark before
  WHERE {_SAME_CELL.format(o="before")} AND before.seen_from < v.seen_from)
WHERE k.class_id = :class_id AND v.seen_from <= :run AND (v.value IS NOT NULL OR coalesce(v.raw, '') <> '')
  AND (old.seen_from IS NULL OR old.value IS NOT v.value OR old.raw IS NOT v.raw)
  AND EXISTS (
    SELECT 1 FROM main.scope_read e WHERE e.scope_id = r.scope_id AND e.run_id < r.run_id AND e.error IS NULL)
ORDER BY r.ended, g.subject_name, v.subject_group_id, v.kind, v.term_id
"""
