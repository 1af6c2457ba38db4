"""The check as a job: rules over the mirror, findings recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from netcity_sync.clock import Clock
from netcity_sync.compliance.check import check_snapshot
from netcity_sync.compliance.finding import Finding, NoData
from netcity_sync.compliance.findings import as_findings, finding_id, load_findings, openings, record
from netcity_sync.compliance.kept_checks import basis_of
from netcity_sync.compliance.life import Standing, standings, today_of
from netcity_sync.compliance.registry import all_rules, find_rule
from netcity_sync.compliance.schema import migrations
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What a check found: everything that holds now, worst first, and how it stands, by id. Moments are UTC."""

    findings: tuple[Finding, ...]
    standings: Mapping[str, Standing]
    no_data: tuple[NoData, ...]
    opened: int
    fixed: int
    ended: int
    run_id: int
    checked_at: datetime


def run_check(
    settings: Settings, clock: Clock, *, as_of: datetime | None = None, rules: tuple[str, ...] = ()
) -> CheckOutcome:
    """Check the mirror and record the findings; with `as_of` (UTC) only look: what would a check have said then?

    All of it is judged as of that moment, whether a read is stale too. Raises UsageError where nothing was synced by
    then, or a rule is unknown.
    """
    folder = DataFolder(settings.storage.data_dir)
    chosen = tuple(find_rule(item) for item in rules) or all_rules()
    now = as_of or clock()
    with open_snapshot(folder, as_of.astimezone(settings.zone) if as_of else None) as snapshot:
        result = check_snapshot(snapshot, settings, now, chosen)
        opened = openings(snapshot.connection, now) if as_of else {}
        today = today_of(snapshot, settings, now)
    no_data = result.coverage.no_data
    if as_of is not None:
        findings = tuple(as_findings(result, now, opened))
        return CheckOutcome(findings, standings(today, findings), no_data, 0, 0, 0, result.run_id, now)
    with open_writer(folder, migrations) as connection:
        recorded = record(connection, result, basis_of(settings, chosen), now)
        holding = {finding_id(rule.id, violation.place) for rule, violation in result.violations}
        findings = tuple(item for item in load_findings(connection) if item.id in holding)
    log.info("check_done", run=result.run_id, findings=len(findings), opened=recorded.opened, fixed=recorded.fixed)
    return CheckOutcome(
        findings,
        standings(today, findings),
        no_data,
        recorded.opened,
        recorded.fixed,
        recorded.ended,
        result.run_id,
        now,
    )
