"""Checks that were made: what each rested on, found and could not judge, kept so that it can be made once more."""

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from inspect import getsource
from sys import modules

from pydantic import ValidationError

from netcity_sync import __version__
from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.compliance.check import CheckResult
from netcity_sync.compliance.finding import Finding, NoData, Place
from netcity_sync.compliance.registry import Rule
from netcity_sync.errors import UsageError
from netcity_sync.settings import Settings

DETAILS_OF = 400
"""So many of the newest checks keep what they found; older ones keep their numbers."""
_NOT_JUDGED_BY = {"gis", "storage", "exchange", "schedule", "family", "mail", "people"}
"""Sections of the settings that no rule looks at: accounts, paths, people."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a check rests on: the ids of its rules, the rules and the settings that matter as canonical JSON."""

    checked: tuple[str, ...]
    rules: str
    settings: str


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A check as it is kept. `moment` (UTC) is what it was made as of; `by_rule` counts what it found.

    `rules_hash` and `settings_hash` (SHA-256) name what it rested on; null for checks of an older program.
    """

    id: int
    moment: datetime
    run_id: int
    program_version: str
    checked: tuple[str, ...]
    findings: int
    no_data: int
    by_rule: dict[str, int]
    rules_hash: str | None
    settings_hash: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a finding was to a check: how grave, and its words by their hash."""

    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class Details:
    """What a check found, by finding id, and what it could not judge."""

    found: dict[str, Found]
    no_data: tuple[NoData, ...]


def basis_of(settings: Settings, rules: Sequence[Rule]) -> Basis:
    """What a check with these settings and rules rests on."""
    described = [
        {**item.describe(), "applies": item.applies.value, "code": _code(item.find.__module__)} for item in rules
    ]
    kept = settings.model_dump(mode="json", exclude=_NOT_JUDGED_BY)
    return Basis(tuple(item.id for item in rules), _canonical(described), _canonical(kept))


def settings_of(kept: str, settings: Settings) -> Settings:
    """Today's settings with those parts that a check rested on. Raises UsageError where they mean nothing any more."""
    try:
        return Settings.model_validate({**settings.model_dump(), **json.loads(kept)})
    except ValidationError as error:
        raise UsageError(
            "Настройки той проверки этой версии программы непонятны.",
            todo="Повторите её той версией, которой она сделана: netcity-sync checks list",
        ) from error


def details_of(findings: Iterable[Finding], no_data: tuple[NoData, ...]) -> Details:
    """What a check found, as it is kept."""
    found = {item.id: Found(item.severity.value, _hash(item.message)[:8]) for item in findings}
    return Details(found, no_data)


def keep_check(
    connection: sqlite3.Connection, basis: Basis, result: CheckResult, found: Sequence[Finding], now: datetime
) -> None:
    """Keep a check, within the caller's transaction; checks beyond `DETAILS_OF` lose their details."""
    for text in (basis.rules, basis.settings):
        connection.execute("INSERT OR IGNORE INTO check_basis (hash, text) VALUES (?, ?)", [_hash(text), text])
    counts = Counter(item.rule for item in found)
    gaps = result.coverage.no_data
    details = details_of(found, gaps)
    connection.execute(
        f"INSERT INTO check_run ({', '.join(_FIELDS)}) VALUES ({', '.join('?' * len(_FIELDS))})",
        [
            utc_text(now), result.run_id, json.dumps(basis.checked), len(found), len(gaps), __version__,
            _canonical({rule: counts[rule] for rule in basis.checked}), _hash(basis.rules), _hash(basis.settings),
            _packed({key: astuple(item) for key, item in details.found.items()}),
            _packed([[gap.rule, asdict(gap.place), gap.reason] for gap in gaps]),
        ],
    )  # fmt: skip
    connection.execute(
        "UPDATE check_run SET found = NULL, gaps = NULL WHERE found IS NOT NULL"
        " AND check_id <= (SELECT max(check_id) FROM check_run) - ?",
        [DETAILS_OF],
    )


def load_checks(connection: sqlite3.Connection) -> list[KeptCheck]:
    """All checks, the newest first. Raises UsageError where no check was made by this version yet."""
    _need(connection)
    rows = connection.execute(f"SELECT {', '.join(_SHOWN)} FROM main.check_run ORDER BY check_id DESC")
    return [_kept(row) for row in rows]


def find_check(connection: sqlite3.Connection, number: int) -> KeptCheck:
    """A check by its number. Raises UsageError where there is none."""
    _need(connection)
    query = f"SELECT {', '.join(_SHOWN)} FROM main.check_run WHERE check_id = ?"
    row = connection.execute(query, [number]).fetchone()
    if row is None:
        raise UsageError(f"Нет проверки № {number}.", todo="Номера показывает команда: netcity-sync checks list")
    return _kept(row)


def load_details(connection: sqlite3.Connection, number: int) -> Details | None:
    """What a check found; None where that is not kept (any more)."""
    query = "SELECT found, gaps FROM main.check_run WHERE check_id = ?"
    found, gaps = connection.execute(query, [number]).fetchone()
    if found is None or gaps is None:
        return None
    return Details(
        {key: Found(*item) for key, item in json.loads(zlib.decompress(found)).items()},
        tuple(NoData(rule, Place(**place), reason) for rule, place, reason in json.loads(zlib.decompress(gaps))),
    )


def load_basis(connection: sqlite3.Connection, kept: KeptCheck) -> Basis | None:
    """What a check rested on; None for one of an older program."""
    texts = dict(connection.execute("SELECT hash, text FROM main.check_basis").fetchall())
    if kept.rules_hash not in texts or kept.settings_hash not in texts:
        return None
    return Basis(kept.checked, texts[kept.rules_hash], texts[kept.settings_hash])


_FIELDS = (
    "checked_at", "run_id", "rules", "findings", "no_data", "program_version", "by_rule", "rules_hash",
    "settings_hash", "found", "gaps",
)  # fmt: skip
_SHOWN = ("check_id", *_FIELDS[:-2])


def _need(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'check_basis'").fetchone() is None:
        raise UsageError("Проверок этой версией программы ещё не было.", todo="Выполните: netcity-sync check")


def _kept(row: Sequence[object]) -> KeptCheck:
    values = dict(zip(_SHOWN, row, strict=True))
    return KeptCheck(
        id=int(str(values["check_id"])),
        moment=from_utc_text(str(values["checked_at"])),
        run_id=int(str(values["run_id"])),
        program_version=str(values["program_version"]),
        checked=tuple(json.loads(str(values["rules"]))),
        findings=int(str(values["findings"])),
        no_data=int(str(values["no_data"])),
        by_rule=json.loads(str(values["by_rule"])) if values["by_rule"] is not None else {},
        rules_hash=str(values["rules_hash"]) if values["rules_hash"] is not None else None,
        settings_hash=str(values["settings_hash"]) if values["settings_hash"] is not None else None,
    )


@cache
def _code(module: str) -> str:
    """The hash of the module that holds a rule: its meaning may change while its description does not."""
    return _hash(getsource(modules[module]))


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _packed(value: object) -> bytes:
    return zlib.compress(_canonical(value).encode())
