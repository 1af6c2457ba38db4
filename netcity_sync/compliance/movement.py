"""How pupils came, left and changed classes this year, as reads of the lists show it (docs/checks.md «Movement»)."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby, pairwise

from netcity_sync.compliance.bench import Bench
from netcity_sync.model import MovementKind

_TRANSFER = timedelta(days=7)
"""Who stands on another list so soon after leaving one has moved."""

_CLASSES = """
SELECT c.class_id, c.class_name AS name, c.grade, c.roster_fresh AS fresh, NULL AS gone_run FROM class_read c
UNION ALL
SELECT v.class_id, v.name, v.grade, 0, CASE WHEN v.seen_to <= :run THEN coalesce(v.missing_from, v.seen_to) END
FROM main.school_class v
WHERE v.class_id NOT IN (SELECT class_id FROM class_read)
  AND v.seen_from = (
    SELECT max(o.seen_from) FROM main.school_class o WHERE o.class_id = v.class_id AND o.seen_from <= :run)
  AND EXISTS (
    SELECT 1 FROM main.subject_group g CROSS JOIN main.subject_group_term t USING (subject_group_id)
    WHERE g.class_id = v.class_id AND g.seen_from <= :run AND t.seen_from <= :run
      AND t.term_id IN (SELECT term_id FROM as_of_term WHERE NOT missing))
ORDER BY grade, name, class_id
"""
"""Of classes that the source names no more those are the year's that ever had a journal in one of its terms."""

_VERSIONS = """
SELECT v.student_id, v.start, v.seen_from,
  CASE WHEN v.seen_to <= :run THEN v.seen_to END AS seen_to,
  CASE WHEN v.missing_from <= :run THEN v.missing_from END AS missing_from
FROM main.enrolment v WHERE v.class_id = :class_id AND v.seen_from <= :run
ORDER BY v.student_id, v.seen_from
"""

_LIST_READS = """
SELECT s.class_id, r.run_id, r.ended, r.anew FROM main.scope s CROSS JOIN main.scope_read r USING (scope_id)
WHERE s.kind = 'roster' AND r.run_id <= :run AND r.error IS NULL ORDER BY r.run_id
"""

_OPENED = """
SELECT c.class_id, first.ended FROM
  (SELECT class_id, min(seen_from) AS run_id FROM main.school_class WHERE seen_from <= :run GROUP BY class_id) c
  JOIN as_of_read first ON first.kind = 'dictionaries' AND first.run_id = c.run_id AND NOT first.anew
WHERE EXISTS (
  SELECT 1 FROM as_of_read r WHERE r.kind = 'dictionaries' AND r.error IS NULL
    AND r.run_id < c.run_id AND local_date(r.ended) >= :opening)
"""
"""The classes that a read of the dictionaries within the year, from its `opening` on, did not know yet."""


@dataclass(frozen=True, slots=True)
class YearClass:
    """A class of the year; `fresh` tells whether its list was read of late.

    `opened_on` is the day of the read that was the first to know it, None where it was there from the beginning;
    `gone_on` the day since which there is none.
    """

    class_id: int
    name: str
    grade: int
    fresh: bool
    opened_on: date | None
    gone_on: date | None

    @property
    def known(self) -> bool:
        """Whether it is known who is in it."""
        return self.fresh or self.gone_on is not None


@dataclass(frozen=True, slots=True)
class Change:
    """A pupil's place changes on a day from one class to another; None is outside of the school.

    `day` is the first one in the new place; where it is not `exact`, the lists showed the change on it: it was made
    not later.
    """

    student_id: int
    name: str
    day: date
    exact: bool
    from_class: int | None
    to_class: int | None

    @property
    def kind(self) -> MovementKind:
        """What this is for the school."""
        if self.from_class is None:
            return MovementKind.ARRIVED
        return MovementKind.LEFT if self.to_class is None else MovementKind.MOVED

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes that it concerns, first the one under which an order names it."""
        return tuple(item for item in (self.from_class, self.to_class) if item is not None)


@dataclass(frozen=True, slots=True)
class Path:
    """A pupil's way through the school in a year.

    `first` is the class at its beginning (None: came later), `lists` are the classes on whose lists the pupil stands
    now: more than one where nobody took the pupil off the old list.
    """

    student_id: int
    name: str
    first: int | None
    changes: tuple[Change, ...]
    lists: tuple[int, ...]

    def at(self, day: date) -> int | None:
        """The pupil's class at the end of a day."""
        passed = [item for item in self.changes if item.day <= day]
        return passed[-1].to_class if passed else self.first


@dataclass(frozen=True, slots=True)
class _Stay:
    """On the list of a class from `begins` (None: from the beginning) up to, not including, `ends`.

    `seen` is the day of the read that was the first to show it, None where that proves nothing.
    """

    class_id: int
    begins: date | None
    exact: bool
    ends: date | None
    seen: date | None


@dataclass(frozen=True, slots=True)
class _Lists:
    """The good reads of lists: when each ended, by class and run; and the first run of each class not opened since."""

    bench: Bench
    ended: Mapping[tuple[int, int], int]
    anew: frozenset[tuple[int, int]]
    first_run: Mapping[int, int]

    def day(self, class_id: int, run: int) -> date | None:
        """The local date of a read."""
        ended = self.ended.get((class_id, run))
        return self.bench.local(ended).date() if ended is not None else None

    def first_seen(self, class_id: int, run: int) -> date | None:
        """The date of the read that was the first to show somebody; None where no earlier one proves that."""
        if run == self.first_run.get(class_id) or (class_id, run) in self.anew:
            return None
        return self.day(class_id, run)


def opening_day(bench: Bench) -> date | None:
    """The first day of the year's first term: who is on a list by then did not come in the year."""
    return _day(bench.rows("SELECT min(start) AS first FROM as_of_term WHERE NOT missing")[0]["first"])


def year_classes(bench: Bench) -> tuple[YearClass, ...]:
    """The classes of the year by grade and name, those too that were dissolved in it."""
    read = {
        row["run_id"]: bench.local(row["ended"]).date()
        for row in bench.rows("SELECT run_id, ended FROM as_of_read WHERE kind = 'dictionaries' AND error IS NULL")
    }
    opening = opening_day(bench)
    opened = {
        row["class_id"]: bench.local(row["ended"]).date()
        for row in bench.rows(_OPENED, run=bench.run_id, opening=opening.isoformat() if opening is not None else None)
    }
    return tuple(
        YearClass(
            row["class_id"], row["name"], row["grade"], bool(row["fresh"]),
            opened.get(row["class_id"]), read.get(row["gone_run"]),
        )
        for row in bench.rows(_CLASSES, run=bench.run_id)
    )  # fmt: skip


def read_paths(bench: Bench) -> tuple[Path, ...]:
    """The ways of all who were ever on the list of a class this year, as journals order names."""
    classes, opening = year_classes(bench), opening_day(bench)
    lists = _read_lists(bench, {item.class_id for item in classes if item.opened_on is not None})
    names = {row["student_id"]: row["name"] for row in bench.rows("SELECT student_id, name FROM as_of_student")}
    stays: dict[int, list[_Stay]] = {}
    for item in classes:
        rows = bench.rows(_VERSIONS, class_id=item.class_id, run=bench.run_id)
        for student_id, versions in groupby(rows, key=lambda row: int(row["student_id"])):
            stays.setdefault(student_id, []).extend(_stays(item, list(versions), lists, opening))
    paths = (_path(student_id, names.get(student_id, "—"), found) for student_id, found in stays.items() if found)
    return tuple(sorted(paths, key=lambda item: (item.name.replace("ё", "е").replace("Ё", "Е"), item.student_id)))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _read_lists(bench: Bench, opened: Set[int]) -> _Lists:
    rows = bench.rows(_LIST_READS, run=bench.run_id)
    first: dict[int, int] = {}
    for row in rows:
        if row["class_id"] not in opened:
            first.setdefault(row["class_id"], row["run_id"])
    return _Lists(
        bench,
        {(row["class_id"], row["run_id"]): row["ended"] for row in rows},
        frozenset((row["class_id"], row["run_id"]) for row in rows if row["anew"]),
        first,
    )


def _stays(item: YearClass, versions: Sequence[sqlite3.Row], lists: _Lists, opening: date | None) -> list[_Stay]:
    """A pupil's stays in one class: versions without a confirmed absence between them are one."""
    class_id = item.class_id
    found: list[_Stay] = []
    for part in _unbroken(versions):
        last = part[-1]
        told = _day(next((row["start"] for row in reversed(part) if row["start"]), None))
        seen = lists.first_seen(class_id, part[0]["seen_from"])
        ends = item.gone_on
        if last["seen_to"] is not None:
            ends = lists.day(class_id, last["missing_from"] or last["seen_to"])
        returned = found[-1].ends if found else None
        if told is not None and (returned is None or told >= returned):
            stay = _Stay(class_id, told, True, ends, seen)
        else:
            stay = _Stay(class_id, seen, False, ends, seen)
        if stay.begins is not None and opening is not None and stay.begins <= opening:
            stay = replace(stay, begins=None)
        if found and stay.begins is None:
            found[-1] = replace(found[-1], ends=ends)
        elif ends is None or stay.begins is None or stay.begins < ends:
            found.append(stay)
    return found


def _unbroken(versions: Sequence[sqlite3.Row]) -> Iterator[list[sqlite3.Row]]:
    part = [versions[0]]
    for before, after in pairwise(versions):
        if before["seen_to"] != after["seen_from"]:
            yield part
            part = []
        part.append(after)
    yield part


def _path(student_id: int, name: str, stays: Sequence[_Stay]) -> Path:
    line = _line([_as_seen(item, stays) for item in stays])
    return Path(
        student_id,
        name,
        line[0].class_id if line[0].begins is None else None,
        tuple(_changes(student_id, name, line)),
        tuple(item.class_id for item in stays if item.ends is None),
    )


def _as_seen(stay: _Stay, stays: Iterable[_Stay]) -> _Stay:
    """A source may tell of a new class the day on which the pupil came to the old one: the reads know better."""
    seen = stay.seen
    if seen is not None and any(
        other.begins == stay.begins and (other.seen is None or other.seen < seen) for other in stays
    ):
        return replace(stay, begins=seen, exact=False)
    return stay


def _line(stays: Iterable[_Stay]) -> list[_Stay]:
    """One class at a time: where lists overlap, or hardly part, the pupil moved when the later stay began.

    A stay that ended within another one is a slip of whoever keeps the lists. Of two from the same day that which
    lasts longer stands.
    """
    line: list[_Stay] = []
    for stay in sorted(stays, key=lambda item: (item.begins or date.min, item.ends or date.max)):
        before = line[-1] if line else None
        if before is None or (before.ends is not None and (stay.begins or date.min) > before.ends + _TRANSFER):
            line.append(stay)
        elif stay.ends is not None and (before.ends is None or stay.ends <= before.ends):
            continue
        elif stay.class_id == before.class_id:
            line[-1] = replace(before, ends=stay.ends)
        elif stay.begins == before.begins:
            line[-1] = stay
        else:
            line[-1] = replace(before, ends=stay.begins)
            line.append(stay)
    return line


def _changes(student_id: int, name: str, line: Sequence[_Stay]) -> Iterator[Change]:
    before: _Stay | None = None
    for stay in line:
        if stay.begins is not None:
            moved = before is not None and before.ends == stay.begins
            if before is not None and before.ends is not None and not moved:
                yield Change(student_id, name, before.ends, False, before.class_id, None)
            origin = before.class_id if before is not None and moved else None
            yield Change(student_id, name, stay.begins, stay.exact, origin, stay.class_id)
        before = stay
    if before is not None and before.ends is not None:
        yield Change(student_id, name, before.ends, False, before.class_id, None)
