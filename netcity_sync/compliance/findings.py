"""Findings and their life: opened when first seen, open while they hold, fixed when they no longer do.

One whose journal, class or day is none of the year's any more has ended: nobody mended it. How one stands today tells
`life.py`.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.compliance.check import CheckResult
from netcity_sync.compliance.finding import Finding, FindingStatus, Place, Proof, RuleKind, Severity, Violation, Whose
from netcity_sync.compliance.kept_checks import Basis, keep_check
from netcity_sync.compliance.registry import Rule
from netcity_sync.errors import UsageError
from netcity_sync.russian import class_order
from netcity_sync.settings import Role

_COLUMNS = (
    "id", "rule", "kind", "clause", "title", "severity", "message", "recipients", "place", "class_id", "class_name",
    "subject_name", "teacher_ids", "status", "opened_at", "fixed_at", "proof", "act", "first_day", "last_day",
    "seen_run", "fixed_run", "unjudged",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a check changed in the life of findings."""

    opened: int
    fixed: int
    ended: int


@dataclass(frozen=True, slots=True)
class Episode:
    """A former life of a finding: when it was open (UTC), how it closed, and what it rested on."""

    opened_at: datetime
    fixed_at: datetime
    status: FindingStatus
    seen_run: int | None
    fixed_run: int | None
    message: str | None
    proof: Proof | None


def finding_id(rule_id: str, place: Place) -> str:
    """The stable name of a finding, such as `MRK-01-3f9a2c41`."""
    named = {name: value for name, value in _fields(place).items() if value is not None or name in _ALWAYS_IN_AN_ID}
    digest = sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()
    return f"{rule_id}-{digest[:10]}"


_ALWAYS_IN_AN_ID = ("subject_group_id", "term_id", "lesson_id", "student_id", "assignment_id")
"""Parts of a place that are in its name even where they are null; others came later, and must not rename findings."""


def _fields(item: Place | Proof) -> dict[str, object]:
    """The fields of something flat; `asdict`, which copies what lies deeper, took a quarter of a check."""
    return {name: getattr(item, name) for name in type(item).__dataclass_fields__}


def as_findings(result: CheckResult, now: datetime, opened: Mapping[str, datetime] | None = None) -> list[Finding]:
    """What the rules answered as findings, worst first; they open now, unless `opened` tells by id since when."""
    known = opened or {}
    findings = (_new(rule, violation, result, now) for rule, violation in result.violations)
    return sorted(
        (replace(item, opened_at=known[item.id]) if item.id in known else item for item in findings), key=_worst_first
    )


def openings(connection: sqlite3.Connection, moment: datetime) -> dict[str, datetime]:
    """When the findings that were open at a past moment (UTC) had been opened, by id."""
    present = {row[0] for row in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    lives = [f"SELECT id, opened_at, fixed_at FROM main.{name}" for name in _LIVES if name in present]
    if not lives:
        return {}
    rows = connection.execute(
        f"SELECT id, max(opened_at) FROM ({' UNION ALL '.join(lives)})"
        " WHERE opened_at <= :moment AND (fixed_at IS NULL OR fixed_at > :moment) GROUP BY id",
        {"moment": utc_text(moment)},
    )
    return {row[0]: from_utc_text(row[1]) for row in rows}


_LIVES = ("finding", "finding_past")
"""The present life of findings, and the former ones of those that were fixed and opened again."""


def record(connection: sqlite3.Connection, result: CheckResult, basis: Basis, now: datetime) -> Recorded:
    """Write what a check found, all of it in one transaction.

    What no longer holds is fixed, unless it could not be judged; what happened once (an event) is never fixed. Where a
    rule is switched off now, whatever it had found has ended, as with the journals of a past year.
    """
    found = as_findings(result, now)
    connection.execute("BEGIN IMMEDIATE")
    known = {row[0]: row[1] for row in connection.execute("SELECT id, status FROM finding")}
    opened = [item for item in found if known.get(item.id) != FindingStatus.OPEN]
    again = [(item.id,) for item in opened if item.id in known]
    connection.executemany(_KEEP_EPISODE, again)
    for item in found:
        connection.execute(_UPSERT, _row(item))
    fixed, ended = _close(connection, {item.id for item in found}, basis.checked, result, now)
    keep_check(connection, basis, result, found, now)
    connection.execute("COMMIT")
    return Recorded(len(opened), fixed, ended)


def load_findings(
    connection: sqlite3.Connection,
    *,
    status: FindingStatus | None = None,
    rules: tuple[str, ...] = (),
    opened_since: datetime | None = None,
    fixed_since: datetime | None = None,
) -> list[Finding]:
    """Recorded findings, worst first. Raises UsageError where no check was made yet."""
    _need_checks(connection)
    conditions, values = ["1"], list[str]()
    if status is not None:
        conditions.append("status = ?")
        values.append(status.value)
    if rules:
        conditions.append(f"rule IN ({', '.join('?' * len(rules))})")
        values += [item.upper() for item in rules]
    for column, since in (("opened_at", opened_since), ("fixed_at", fixed_since)):
        if since is not None:
            conditions.append(f"{column} >= ?")
            values.append(utc_text(since))
    query = f"SELECT {', '.join(_COLUMNS)} FROM finding WHERE {' AND '.join(conditions)}"
    return sorted((_finding(row) for row in connection.execute(query, values)), key=_worst_first)


def find_finding(connection: sqlite3.Connection, wanted: str) -> Finding:
    """One finding by its id. Raises UsageError where there is none."""
    _need_checks(connection)
    row = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM finding WHERE id = ?", [wanted]).fetchone()
    if row is None:
        raise UsageError(f"Нет замечания «{wanted}».", todo="Номера показывает команда: netcity-sync findings list")
    return _finding(row)


def episodes_of(connection: sqlite3.Connection, finding_id: str) -> list[Episode]:
    """The former lives of a finding, the first one first."""
    rows = connection.execute(
        "SELECT opened_at, fixed_at, status, seen_run, fixed_run, message, proof FROM finding_past WHERE id = ?"
        " ORDER BY opened_at",
        [finding_id],
    )
    return [
        Episode(
            from_utc_text(row[0]), from_utc_text(row[1]), FindingStatus(row[2]), row[3], row[4], row[5],
            _proof(row[6]) if row[6] else None,
        )
        for row in rows
    ]  # fmt: skip


def _need_checks(connection: sqlite3.Connection) -> None:
    """Findings can be read once there are any, and their table has today's columns."""
    columns = {row[0] for row in connection.execute("SELECT name FROM pragma_table_info('finding', 'main')")}
    if not columns.issuperset(_COLUMNS):
        what = "Проверок этой версией программы ещё не было." if columns else "Проверок ещё не было."
        raise UsageError(what, todo="Выполните: netcity-sync check")


def _close(
    connection: sqlite3.Connection, found: set[str], checked: tuple[str, ...], result: CheckResult, now: datetime
) -> tuple[int, int]:
    """Close what no longer holds, and note what could not be judged; answers how many were fixed, and ended."""
    reasons = {(gap.rule, _where(gap.place)): gap.reason for gap in result.coverage.no_data}
    rows = connection.execute(
        "SELECT id, rule, json_extract(place, '$.subject_group_id'), json_extract(place, '$.term_id'), class_id,"
        " json_extract(place, '$.staff_id'), last_day"
        f" FROM finding WHERE status = 'open' AND rule IN ({', '.join('?' * len(checked))})",
        checked,
    ).fetchall()
    journals = result.coverage.journals
    fixed, ended, unjudged = [], [], []
    for key, rule_id, group, term, class_id, staff_id, last_day in (row for row in rows if row[0] not in found):
        guests = journals[group].guest_class_ids if group in journals else ()
        classes = (Place(class_id=item) for item in (class_id, *guests))
        places = (Place(group, term), *classes, Place(staff_id=staff_id), Place())
        reason = next((reasons[(rule_id, place)] for place in places if (rule_id, place) in reasons), None)
        over = (group, term) not in result.reads if group is not None else _is_past(class_id, last_day, result)
        off = (Place(group), Place(), *([Place(class_id=class_id)] if group is None else []))
        if over or any((rule_id, place) in result.off for place in off):
            ended.append((utc_text(now), key))
        elif rule_id in result.events:
            continue
        elif reason is not None:
            unjudged.append((reason, key))
        else:
            fixed.append((utc_text(now), result.reads.get((group, term)) or result.run_id, key))
    connection.executemany("UPDATE finding SET status = 'ended', fixed_at = ?, unjudged = NULL WHERE id = ?", ended)
    connection.executemany("UPDATE finding SET unjudged = ? WHERE id = ?", unjudged)
    connection.executemany(
        "UPDATE finding SET status = 'fixed', fixed_at = ?, fixed_run = ?, unjudged = NULL WHERE id = ?", fixed
    )
    return len(fixed), len(ended)


def _is_past(class_id: int | None, last_day: str | None, result: CheckResult) -> bool:
    """Whether a class is none of the year's any more, or what a finding is about was over before the year began."""
    if class_id is not None and class_id not in result.coverage.classes:
        return True
    return last_day is not None and result.year_began is not None and last_day < result.year_began.isoformat()


def _where(place: Place) -> Place:
    """The journal in a term, or the class, or the teacher, that a gap in the data is about."""
    if place.subject_group_id is not None:
        return Place(place.subject_group_id, place.term_id)
    return Place(class_id=place.class_id, staff_id=place.staff_id if place.class_id is None else None)


_KEEP_EPISODE = """
INSERT INTO finding_past (id, opened_at, fixed_at, status, seen_run, fixed_run, message, proof)
SELECT id, opened_at, fixed_at, status, seen_run, fixed_run, message, proof FROM finding WHERE id = ?
"""


def _new(rule: Rule, violation: Violation, result: CheckResult, now: datetime) -> Finding:
    place = violation.place
    whose = violation.whose or _whose(place, result)
    days = result.days.get(place)
    return Finding(
        id=finding_id(rule.id, violation.place),
        rule=rule.id,
        kind=violation.kind or rule.kind,
        clause=rule.clause,
        title=rule.title,
        severity=violation.severity,
        message=violation.message,
        recipients=rule.recipients,
        place=place,
        class_id=whose.class_id,
        class_name=whose.class_name,
        subject_name=whose.subject_name,
        teacher_ids=whose.teacher_ids,
        status=FindingStatus.OPEN,
        opened_at=now,
        fixed_at=None,
        proof=violation.proof,
        act=violation.act,
        first_day=days.first if days else None,
        last_day=days.last if days else None,
        seen_run=result.reads.get((place.subject_group_id or 0, place.term_id or 0)),
    )


def _whose(place: Place, result: CheckResult) -> Whose:
    """What the journal of a place, or its class, or its teacher, tells."""
    if place.subject_group_id is not None:
        journal = result.coverage.journals[place.subject_group_id]
        return Whose(journal.class_id, journal.class_name, journal.subject_name, journal.teacher_ids)
    teachers = (place.staff_id,) if place.staff_id is not None else ()
    return Whose(place.class_id, result.coverage.classes.get(place.class_id or 0, ""), "", teachers)


_UPSERT = f"""
INSERT INTO finding ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})
ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, message = excluded.message, proof = excluded.proof,
  clause = excluded.clause, title = excluded.title, recipients = excluded.recipients, class_id = excluded.class_id,
  act = excluded.act, kind = excluded.kind,
  class_name = excluded.class_name, subject_name = excluded.subject_name, teacher_ids = excluded.teacher_ids,
  opened_at = CASE status WHEN 'open' THEN opened_at ELSE excluded.opened_at END,
  episode = episode + (status <> 'open'), status = 'open', fixed_at = NULL, first_day = excluded.first_day,
  last_day = excluded.last_day, seen_run = excluded.seen_run, fixed_run = NULL, unjudged = NULL
"""


def _row(item: Finding) -> list[str | int | None]:
    return [
        item.id, item.rule, item.kind.value, item.clause, item.title, item.severity.value, item.message,
        json.dumps([role.value for role in item.recipients]), json.dumps(_fields(item.place)), item.class_id,
        item.class_name, item.subject_name, json.dumps(item.teacher_ids), item.status.value, utc_text(item.opened_at),
        utc_text(item.fixed_at) if item.fixed_at else None, json.dumps(_fields(item.proof), ensure_ascii=False),
        item.act,
        item.first_day.isoformat() if item.first_day else None, item.last_day.isoformat() if item.last_day else None,
        item.seen_run, item.fixed_run, item.unjudged,
    ]  # fmt: skip


def _finding(row: sqlite3.Row | tuple[str, ...]) -> Finding:
    values = dict(zip(_COLUMNS, row, strict=True))
    return Finding(
        id=values["id"],
        rule=values["rule"],
        kind=RuleKind(values["kind"]),
        clause=values["clause"],
        title=values["title"],
        severity=Severity(values["severity"]),
        message=values["message"],
        recipients=tuple(Role(item) for item in json.loads(values["recipients"])),
        place=Place(**json.loads(values["place"])),
        class_id=values["class_id"],
        class_name=values["class_name"],
        subject_name=values["subject_name"],
        teacher_ids=tuple(json.loads(values["teacher_ids"])),
        status=FindingStatus(values["status"]),
        opened_at=from_utc_text(values["opened_at"]),
        fixed_at=from_utc_text(values["fixed_at"]) if values["fixed_at"] else None,
        proof=_proof(values["proof"]),
        act=values["act"],
        first_day=date.fromisoformat(values["first_day"]) if values["first_day"] else None,
        last_day=date.fromisoformat(values["last_day"]) if values["last_day"] else None,
        seen_run=values["seen_run"],
        fixed_run=values["fixed_run"],
        unjudged=values["unjudged"],
    )


def _proof(text: str) -> Proof:
    proof = json.loads(text)
    return Proof(**{**proof, "facts": tuple(tuple(fact) for fact in proof["facts"])})


def _worst_first(item: Finding) -> tuple[int, int, str, str, str, str]:
    return (-item.severity.rank, *class_order(item.class_name), item.subject_name, item.message, item.id)
