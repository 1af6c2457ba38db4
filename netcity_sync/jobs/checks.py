"""A past check as a job: made once more as of its moment, by its settings, and compared with what it found."""

from dataclasses import dataclass

import structlog

from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.finding import Finding, NoData
from netcity_sync.compliance.kept_checks import (
    Basis,
    KeptCheck,
    basis_of,
    details_of,
    find_check,
    load_basis,
    load_details,
    settings_of,
)
from netcity_sync.compliance.registry import find_rule
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.check import run_check
from netcity_sync.mirror.database import open_reader
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Repetition:
    """A check made once more beside the first time: `more` is found now only, `less` (ids) was found then only.

    `changed` findings have another severity or other words. `rules_changed`: the rules are not what they were.
    """

    check: KeptCheck
    run_id: int
    rules_changed: bool
    more: tuple[Finding, ...]
    less: tuple[str, ...]
    changed: tuple[Finding, ...]
    more_no_data: tuple[NoData, ...]
    less_no_data: tuple[NoData, ...]

    @property
    def same(self) -> bool:
        """Whether the answer is the same."""
        differences = (self.more, self.less, self.changed, self.more_no_data, self.less_no_data)
        return self.run_id == self.check.run_id and not any(differences)


def repeat_check(settings: Settings, number: int) -> Repetition:
    """Make a check again, as of its moment and with the settings it had. Nothing is recorded.

    Raises UsageError where there is no such check, or what it found is not kept.
    """
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        kept = find_check(connection, number)
        details, basis = load_details(connection, number), load_basis(connection, kept)
    if details is None or basis is None:
        raise UsageError(
            f"Проверку № {number} сравнить не с чем: её подробности не хранятся.",
            todo="Выберите более новую: netcity-sync checks list",
        )
    then = settings_of(basis.settings, settings)
    outcome = run_check(then, fixed_clock(kept.moment), as_of=kept.moment, rules=kept.checked)
    now = details_of(outcome.findings, outcome.no_data)
    before, after = set(details.no_data), set(now.no_data)
    repetition = Repetition(
        check=kept,
        run_id=outcome.run_id,
        rules_changed=_rules_changed(then, basis),
        more=tuple(item for item in outcome.findings if item.id not in details.found),
        less=tuple(sorted(details.found.keys() - now.found.keys())),
        changed=tuple(
            item for item in outcome.findings if details.found.get(item.id, now.found[item.id]) != now.found[item.id]
        ),
        more_no_data=tuple(item for item in now.no_data if item not in before),
        less_no_data=tuple(item for item in details.no_data if item not in after),
    )
    log.info("check_repeated", check=number, same=repetition.same)
    return repetition


def _rules_changed(settings: Settings, basis: Basis) -> bool:
    return basis_of(settings, [find_rule(item) for item in basis.checked]).rules != basis.rules
