"""One check: all rules over one snapshot, and what they could not judge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix
from netcity_sync.compliance.bench import Bench, prepare_bench
from netcity_sync.compliance.finding import NoData, Place, RuleKind, Violation
from netcity_sync.compliance.registry import Rule
from netcity_sync.mirror.snapshot import Snapshot
from netcity_sync.settings import Settings


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """What a journal is called, and whose it is."""

    name: str
    class_id: int
    class_name: str
    subject_name: str
    teacher_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the rules could see: all journals by id, what could not be judged, the newest good read (UTC)."""

    journals: dict[int, JournalFacts]
    no_data: tuple[NoData, ...]
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the rules answered."""

    violations: tuple[tuple[Rule, Violation], ...]
    coverage: Coverage


def check_snapshot(snapshot: Snapshot, settings: Settings, now: datetime, rules: Sequence[Rule]) -> CheckResult:
    """Run rules over a snapshot, as a check made at `now` (UTC) would."""
    bench = prepare_bench(snapshot, settings, now)
    known = snapshot.capabilities()
    able = [item for item in rules if item.capabilities <= known]
    violations = tuple((item, violation) for item in able for violation in item.find(bench))
    return CheckResult(violations, _coverage(bench, known, rules))


def look_at_coverage(snapshot: Snapshot, settings: Settings, now: datetime, rules: Sequence[Rule]) -> Coverage:
    """What a check of these rules at `now` (UTC) could judge, without judging it."""
    return _coverage(prepare_bench(snapshot, settings, now), snapshot.capabilities(), rules)


def _coverage(bench: Bench, known: frozenset[Capability], rules: Sequence[Rule]) -> Coverage:
    able = [item for item in rules if item.capabilities <= known]
    unable = [NoData(item.id, Place(), "источник не даёт нужных сведений") for item in rules if item not in able]
    read_at = bench.rows("SELECT max(read_at) AS newest FROM journal WHERE fresh")[0]["newest"]
    return Coverage(
        journals=_journals(bench),
        no_data=(*unable, *(gap for item in able for gap in _gaps(bench, item))),
        read_at=from_unix(read_at) if read_at else None,
    )


def _gaps(bench: Bench, item: Rule) -> Iterator[NoData]:
    """The journals that a rule about a state could not judge."""
    if item.kind is RuleKind.EVENT:
        return
    wanted = "NOT fresh" + (" OR NOT roster_fresh" if item.about_pupils else "")
    for row in bench.rows(f"SELECT * FROM journal WHERE ({wanted}) AND {item.applies.value}"):
        where = f"{row['class_name']}, {row['group_name']}, {row['term_name']}"
        if row["read_run"] is None:
            why = "журнал ещё ни разу не прочитан"
        elif row["fresh"]:
            why = "список класса не прочитан"
        elif row["read_run"] != row["tried_run"]:
            why = "журнал не прочитан в последнем прогоне"
        else:
            why = "журнал давно не читался"
        yield NoData(item.id, Place(row["subject_group_id"], row["term_id"]), f"{where}: {why}")


def _journals(bench: Bench) -> dict[int, JournalFacts]:
    teachers: dict[int, list[int]] = {}
    for row in bench.rows("SELECT subject_group_id, staff_id FROM as_of_subject_group_teacher ORDER BY staff_id"):
        teachers.setdefault(row["subject_group_id"], []).append(row["staff_id"])
    return {
        row["subject_group_id"]: JournalFacts(
            name=row["group_name"],
            class_id=row["class_id"],
            class_name=row["class_name"],
            subject_name=row["subject_name"],
            teacher_ids=tuple(teachers.get(row["subject_group_id"], ())),
        )
        for row in bench.rows("SELECT * FROM journal GROUP BY subject_group_id")
    }
