"""One check: all rules over one snapshot, and what they could not judge."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix
from netcity_sync.compliance.acts import acts_by_rule
from netcity_sync.compliance.bench import Bench, prepare_bench
from netcity_sync.compliance.final_bench import prepare_finals
from netcity_sync.compliance.finding import NoData, Place, RuleKind, Violation, Whose
from netcity_sync.compliance.handed import STALE_DAYS, TABLES
from netcity_sync.compliance.registry import Rule, Unit
from netcity_sync.compliance.tuning import JournalKind, Tuned, tune
from netcity_sync.compliance.wording import missing_words
from netcity_sync.mirror.snapshot import Snapshot
from netcity_sync.russian import short_name
from netcity_sync.school_days import local_date
from netcity_sync.settings import Settings


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """What a journal is called, and whose it is; `guest_class_ids` are other classes that a combined one holds."""

    name: str
    class_id: int
    class_name: str
    subject_name: str
    teacher_ids: tuple[int, ...]
    guest_class_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the rules could see: all journals, and names of classes, by id; what could not be judged; `read_at`.

    That is the newest good read of a journal (UTC).
    """

    journals: dict[int, JournalFacts]
    classes: dict[int, str]
    no_data: tuple[NoData, ...]
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the rules answered after a run.

    `reads` is the last good read (a run's id) of each journal of the year by subject group and term, null where there
    was none; `year_began` is when the year did, where that is known; `days` are what the violations are about, where
    that can be said (`Finding.first_day`). Each violation is
    as its rule is in force at its place; `off` are the rules that the settings switch off, with the journal or class
    (`Tuned.off`); `events` are the rules whose findings stay, whatever a later check sees.
    """

    run_id: int
    violations: tuple[tuple[Rule, Violation], ...]
    coverage: Coverage
    reads: dict[tuple[int, int], int | None]
    year_began: date | None
    days: dict[Place, Span]
    off: frozenset[tuple[str, Place]]
    events: frozenset[str]


def check_snapshot(snapshot: Snapshot, settings: Settings, now: datetime, rules: Sequence[Rule]) -> CheckResult:
    """Run rules over a snapshot, as a check made at `now` (UTC) would. Raises SettingsError as `tune` does."""
    bench = prepare_bench(snapshot, settings, now)
    prepare_finals(bench)
    known = snapshot.capabilities()
    tuned = tune(rules, settings, _kinds(bench), _class_kinds(bench))
    acts = acts_by_rule(snapshot.connection, local_date(now, settings.zone))
    guests = _guests(bench)
    violations = tuple(
        (rule, _as_own(violation, guests))
        for item in tuned
        if item.rule.capabilities <= known
        for rule, violation in _judge(bench, item, acts.get(item.rule.id, settings.local_acts.journal))
    )
    off = frozenset((item.rule.id, place) for item in tuned for place in item.off())
    journals = bench.rows("SELECT subject_group_id, term_id, read_run FROM journal")
    return CheckResult(
        bench.run_id,
        violations,
        _coverage(bench, known, tuned),
        {(row["subject_group_id"], row["term_id"]): row["read_run"] for row in journals},
        bench.year_began,
        _days(bench, {violation.place for _, violation in violations}),
        off,
        frozenset(item.id for item in rules if item.kind is RuleKind.EVENT),
    )


def _judge(bench: Bench, tuned: Tuned, act: str) -> Iterator[tuple[Rule, Violation]]:
    """Ask a rule once for each set of its numbers, and keep what it says of the journals that they are meant for."""
    for params in tuned.variants():
        for violation in tuned.rule.find(replace(bench, params=dict(params))):
            here = tuned.at(violation.place)
            if here.enabled and here.params == params:
                rule = tuned.rule
                if here.recipients != rule.recipients:
                    rule = replace(rule, recipients=here.recipients)
                yield rule, replace(violation, severity=here.severity or violation.severity, act=here.act or act)


def _guests(bench: Bench) -> Mapping[tuple[int | None, ...], Whose]:
    """Whose the pupils of combined journals are, by journal, term and pupil: of their own class, in that subject."""
    rows = bench.rows(
        "SELECT g.*, j.subject_name, c.class_name, (SELECT group_concat(t.staff_id) FROM as_of_subject_group_teacher t"
        "   WHERE t.subject_group_id = g.subject_group_id) AS teachers"
        " FROM guest g CROSS JOIN journal j USING (subject_group_id, term_id)"
        " CROSS JOIN class_read c ON c.class_id = g.own_class_id"
    )
    return {
        (row["subject_group_id"], row["term_id"], row["student_id"]): Whose(
            row["own_class_id"], row["class_name"], row["subject_name"],
            tuple(sorted(int(item) for item in (row["teachers"] or "").split(",") if item)),
        )
        for row in rows
    }  # fmt: skip


def _as_own(violation: Violation, guests: Mapping[tuple[int | None, ...], Whose]) -> Violation:
    """What is found of a pupil of a combined journal is the business of the pupil's own class."""
    place = violation.place
    whose = guests.get((place.subject_group_id, place.term_id, place.student_id))
    return violation if whose is None or violation.whose is not None else replace(violation, whose=whose)


def _days(bench: Bench, places: set[Place]) -> dict[Place, Span]:
    dates = _lesson_dates(bench, {place.lesson_id for place in places})
    lessons = {
        place: dates[key]
        for place in places
        if (key := (place.subject_group_id, place.term_id, place.lesson_id)) in dates
    }
    terms = {row["term_id"]: row for row in bench.rows("SELECT DISTINCT term_id, term_start, term_end FROM journal")}
    of_pupils = {
        place: terms[place.term_id]
        for place in places
        if place.lesson_id is None and place.student_id is not None and place.term_id in terms
    }
    lessons |= {place: place.day for place in places if place.day is not None}
    days = {place: Span(date.fromisoformat(day), date.fromisoformat(day)) for place, day in lessons.items()}
    return days | {
        place: Span(date.fromisoformat(row["term_start"]), date.fromisoformat(row["term_end"]))
        for place, row in of_pupils.items()
    }


def _lesson_dates(bench: Bench, wanted: set[int | None]) -> dict[tuple[int | None, int | None, int | None], str]:
    """The dates of those lessons, by journal, term and lesson."""
    lessons = bench.connection.execute(
        "SELECT subject_group_id, term_id, lesson_id, date FROM journal CROSS JOIN as_of_lesson"
        " USING (subject_group_id, term_id)"
    )
    return {(group, term, lesson): day for group, term, lesson, day in lessons if lesson in wanted}


def look_at_coverage(snapshot: Snapshot, settings: Settings, now: datetime, rules: Sequence[Rule]) -> Coverage:
    """What a check of these rules at `now` (UTC) could judge, without judging it. Raises as `check_snapshot` does."""
    bench = prepare_bench(snapshot, settings, now)
    prepare_finals(bench)
    return _coverage(bench, snapshot.capabilities(), tune(rules, settings, _kinds(bench), _class_kinds(bench)))


def _coverage(bench: Bench, known: frozenset[Capability], tuned: Sequence[Tuned]) -> Coverage:
    wanted = [item for item in tuned if item.enabled]
    able = [item for item in wanted if item.rule.capabilities <= known]
    unable = [item.rule for item in wanted if not item.rule.capabilities <= known]
    read_at = bench.rows("SELECT max(read_at) AS newest FROM journal WHERE fresh")[0]["newest"]
    return Coverage(
        journals=_journals(bench),
        classes={row["class_id"]: row["class_name"] for row in bench.rows("SELECT * FROM class_read")},
        no_data=(
            *(gap for item in able for gap in _gaps(bench, item)),
            *(NoData(rule.id, Place(), missing_words(rule.capabilities - known)) for rule in unable),
        ),
        read_at=from_unix(read_at) if read_at else None,
    )


def _gaps(bench: Bench, tuned: Tuned) -> Iterator[NoData]:
    """The journals or classes that a rule about a state should have judged and could not."""
    item = tuned.rule
    if item.kind is RuleKind.EVENT:
        return
    yield from _school_gaps(bench, tuned)
    if item.unit in (Unit.SCHOOL, Unit.DICTIONARIES, Unit.ROSTERS):
        return
    if item.unit is Unit.TEACHER:
        yield from _teacher_gaps(bench, tuned)
        return
    if item.unit not in (Unit.JOURNAL, Unit.YEAR):
        yield from _class_gaps(bench, tuned)
        return
    yield from _journal_gaps(bench, tuned)


def _journal_gaps(bench: Bench, tuned: Tuned) -> Iterator[NoData]:
    item = tuned.rule
    wanted = "NOT fresh" + (" OR NOT roster_fresh" if item.about_pupils else "")
    if item.unit is Unit.YEAR:
        wanted += " OR subject_group_id IN (SELECT subject_group_id FROM journal WHERE NOT fresh)"
    wanted += " OR NOT finals_fresh" if Capability.TERM_MARKS in item.capabilities else ""
    for row in bench.rows(f"SELECT * FROM journal WHERE ({wanted}) AND {item.applies.value}"):
        place = Place(row["subject_group_id"], row["term_id"])
        if not tuned.at(place).enabled:
            continue
        where = f"{row['class_name']}, {row['group_name']}, {row['term_name']}"
        if row["read_run"] is None:
            why = "журнал ещё ни разу не прочитан"
        elif row["fresh"]:
            why = _beside_words(item, row)
        elif row["read_run"] != row["tried_run"]:
            why = "журнал не прочитан в последнем прогоне"
        else:
            why = "журнал давно не читался"
        yield NoData(item.id, place, f"{where}: {why}")


def _beside_words(rule: Rule, row: sqlite3.Row) -> str:
    """What besides a journal, itself read, a rule has no data of."""
    if rule.about_pupils and not row["roster_fresh"]:
        return "список класса не прочитан"
    if Capability.TERM_MARKS in rule.capabilities and not row["finals_fresh"]:
        return "итоговые отметки не прочитаны"
    return "журнал другого периода не прочитан"


def _school_gaps(bench: Bench, tuned: Tuned) -> Iterator[NoData]:
    """What keeps a rule from judging anything at all."""
    item = tuned.rule
    whole = replace(bench, params=dict(tuned.general.params))
    for table in sorted(item.capabilities & TABLES.keys()):
        if STALE_DAYS in whole.params and whole.taken(table) is None:
            yield NoData(item.id, Place(), f"таблица «{TABLES[table]}» папки обмена давно не обновлялась")
    if item.unit is Unit.DICTIONARIES and not bench.rows("SELECT 1 FROM dictionary_read WHERE fresh"):
        yield NoData(item.id, Place(), "справочники школы не прочитаны в последнем прогоне")
    if item.unit is Unit.ROSTERS and bench.rows("SELECT 1 FROM class_read WHERE NOT roster_fresh"):
        yield NoData(item.id, Place(), "прочитаны списки не всех классов")


def _class_gaps(bench: Bench, tuned: Tuned) -> Iterator[NoData]:
    item = tuned.rule
    rostered = item.about_pupils or item.unit is Unit.ROSTER
    for row in bench.rows("SELECT * FROM class_read"):
        place = Place(class_id=row["class_id"])
        journals_missing = item.unit is Unit.CLASS and not row["fresh"]
        unlisted = rostered and not row["roster_fresh"]
        unfinished = Capability.TERM_MARKS in item.capabilities and not row["finals_fresh"]
        if not tuned.at(place).enabled or not (journals_missing or unlisted or unfinished):
            continue
        if journals_missing:
            why = "прочитаны не все журналы класса"
        else:
            why = "список класса не прочитан" if unlisted else "прочитаны не все итоговые отметки класса"
        yield NoData(item.id, place, f"{row['class_name']}: {why}")


def _teacher_gaps(bench: Bench, tuned: Tuned) -> Iterator[NoData]:
    if not tuned.general.enabled:
        return
    for row in bench.rows(
        "SELECT t.staff_id, s.name FROM journal j CROSS JOIN as_of_subject_group_teacher t USING (subject_group_id)"
        " LEFT JOIN as_of_staff s USING (staff_id)"
        f" WHERE NOT (j.fresh AND j.roster_fresh) AND {tuned.rule.applies.value} GROUP BY t.staff_id"
    ):
        why = f"{short_name(row['name'] or '')}: прочитаны не все журналы учителя"
        yield NoData(tuned.rule.id, Place(staff_id=row["staff_id"]), why)


def _kinds(bench: Bench) -> Mapping[int, JournalKind]:
    rows = bench.rows("SELECT DISTINCT subject_group_id, subject_name, class_name, grade FROM journal")
    return {row["subject_group_id"]: JournalKind(row["subject_name"], row["class_name"], row["grade"]) for row in rows}


def _class_kinds(bench: Bench) -> Mapping[int, JournalKind]:
    return {
        row["class_id"]: JournalKind("", row["class_name"], row["grade"])
        for row in bench.rows("SELECT * FROM class_read")
    }


def _journals(bench: Bench) -> dict[int, JournalFacts]:
    teachers: dict[int, list[int]] = {}
    for row in bench.rows("SELECT subject_group_id, staff_id FROM as_of_subject_group_teacher ORDER BY staff_id"):
        teachers.setdefault(row["subject_group_id"], []).append(row["staff_id"])
    guests: dict[int, list[int]] = {}
    for row in bench.rows("SELECT DISTINCT subject_group_id, own_class_id FROM guest"):
        guests.setdefault(row["subject_group_id"], []).append(row["own_class_id"])
    return {
        row["subject_group_id"]: JournalFacts(
            name=row["group_name"],
            class_id=row["class_id"],
            class_name=row["class_name"],
            subject_name=row["subject_name"],
            teacher_ids=tuple(teachers.get(row["subject_group_id"], ())),
            guest_class_ids=tuple(guests.get(row["subject_group_id"], ())),
        )
        for row in bench.rows("SELECT * FROM journal GROUP BY subject_group_id")
    }
