"""Final marks as they became known here, day by day: what a family must be told of within a day (clause 8.4)."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from netcity_sync.clock import from_unix
from netcity_sync.compliance.bench import Bench
from netcity_sync.model import FinalKind
from netcity_sync.school_days import local_date


@dataclass(frozen=True, slots=True)
class Version:
    """What stood in a place from one read to another. Moments are UTC; `gone_at` is None where it still stands.

    `news` tells whether it became known with that read: what the first one shows may have stood there for long.
    """

    known_at: datetime
    run_id: int
    gone_at: datetime | None
    shown: str
    news: bool


@dataclass(frozen=True, slots=True)
class News:
    """What stood in a place at the end of a local day and did not the evening before; `before` is what stood then.

    `known_at` (UTC) is the read of run `run_id` that was the first to show it.
    """

    day: date
    known_at: datetime
    run_id: int
    shown: str
    before: str


@dataclass(frozen=True, slots=True)
class FinalNews:
    """News of a final mark. `journal` is the whole name of the subject's journal; `term` is empty for other marks."""

    class_id: int
    student_id: int
    subject: str
    journal: str
    kind: FinalKind
    term: str
    news: News


def news_of(versions: Sequence[Version], zone: ZoneInfo) -> Iterator[News]:
    """The news of one place, day by day, from its versions in their order: what came and went in a day is none."""
    for day in sorted({local_date(item.known_at, zone) for item in versions if item.news}):
        place = _standing(versions, day, zone)
        earlier = _standing(versions, day - timedelta(days=1), zone)
        before = versions[earlier].shown if earlier is not None else ""
        if place is None or versions[place].shown in ("", before):
            continue
        while place > 0 and versions[place - 1].shown == versions[place].shown:
            place -= 1
        found = versions[place]
        if found.news and local_date(found.known_at, zone) == day:
            yield News(day, found.known_at, found.run_id, found.shown, before)


def _standing(versions: Sequence[Version], day: date, zone: ZoneInfo) -> int | None:
    """The place of the version that stood at the end of a day."""
    found = [
        place
        for place, item in enumerate(versions)
        if local_date(item.known_at, zone) <= day and (item.gone_at is None or local_date(item.gone_at, zone) > day)
    ]
    return found[-1] if found else None


def final_news(bench: Bench, pupils: Iterable[tuple[int, int]]) -> Iterator[FinalNews]:
    """The news of these pupils (class, pupil), whichever journals of the year hold their marks.

    What a better program reads out of the same answer is as little new as what the first read shows.
    """
    for class_id, student_id in pupils:
        rows = bench.rows(_VERSIONS, student_id=student_id, run=bench.run_id)
        for _, of_cell in groupby(rows, lambda row: (row["subject_group_id"], row["kind"], row["term_id"])):
            cell = list(of_cell)
            for news in news_of([_version(row) for row in cell], bench.settings.zone):
                row = cell[0]
                yield FinalNews(
                    class_id, student_id, row["subject_name"], row["name"], FinalKind(row["kind"]),
                    row["term_name"] or "", news,
                )  # fmt: skip


def _version(row: sqlite3.Row) -> Version:
    return Version(
        from_unix(row["known"]), row["seen_from"], from_unix(row["gone"]) if row["gone"] is not None else None,
        str(row["value"]) if row["value"] is not None else row["raw"] or "", bool(row["later"]) and not row["anew"],
    )  # fmt: skip


_VERSIONS = """
SELECT g.subject_name, g.name, t.name AS term_name, v.*, r.ended AS known, r.anew, EXISTS (
    SELECT 1 FROM main.scope_read e WHERE e.scope_id = r.scope_id AND e.run_id < r.run_id AND e.error IS NULL) AS later,
  (SELECT e.ended FROM main.scope_read e
   WHERE e.scope_id = r.scope_id AND e.run_id = v.seen_to AND v.seen_to <= :run) AS gone
FROM final_read f
CROSS JOIN main.final_mark v ON v.subject_group_id = f.subject_group_id AND v.student_id = :student_id
CROSS JOIN main.scope_read r ON r.scope_id = f.final_scope_id AND r.run_id = v.seen_from
CROSS JOIN as_of_subject_group g ON g.subject_group_id = v.subject_group_id AND NOT g.extracurricular
LEFT JOIN as_of_term t ON t.term_id = v.term_id AND v.kind = 'term'
WHERE v.seen_from <= :run
ORDER BY g.subject_name, v.subject_group_id, v.kind, v.term_id, v.seen_from
"""
