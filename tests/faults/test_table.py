"""Every fault at every stage: what the run does stands in docs/faults.md, and never does more harm than that."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.table import STAGES, Laboratory, Night, laboratory

from netcity_sync.simulator.faults import Fault

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lab() -> Iterator[Laboratory]:
    """One school for all faults that a worker tries."""
    with laboratory() as made:
        yield made


def parts_of_scopes(night: Night, lab: Laboratory) -> list[str]:
    """Scopes that are neither as they were nor as the server showed them."""
    keys = night.state.keys() | lab.before.keys() | lab.after.keys()
    none: frozenset[tuple[object, ...]] = frozenset()
    return [
        key
        for key in sorted(keys)
        if night.state.get(key, none) not in (lab.before.get(key, none), lab.after.get(key, none))
    ]


def insist_on_no_harm(night: Night, lab: Laboratory) -> None:
    """No storm of sign-ins, no value that the server never sent, no scope in part."""
    assert night.exit_code in (0, 1, 3, 4)
    assert night.sign_ins <= 2
    known = frozenset().union(*lab.before.values(), *lab.after.values())
    assert frozenset().union(*night.state.values()) <= known
    if night.fault != Fault.INCOMPLETE:
        assert parts_of_scopes(night, lab) == []


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_at_every_stage(fault: Fault, lab: Laboratory) -> None:
    for stage in STAGES:
        night = lab.night(fault.value, stage)
        assert night.row in PAGE
        insist_on_no_harm(night, lab)


@pytest.mark.parametrize("stage", ["dictionaries", "journal", "hub"])
@pytest.mark.parametrize("fault", [Fault.EXPIRED_SESSION, Fault.SIGN_IN_PAGE, Fault.ROTATED_AT, Fault.DROP])
def test_four_readers_do_no_more_harm_than_one(fault: Fault, stage: str, lab: Laboratory) -> None:
    insist_on_no_harm(lab.night(fault.value, stage, readers=4), lab)


def test_the_page_holds_every_fault_at_every_stage() -> None:
    rows = {tuple(line.split(" | ")[:2]) for line in PAGE.splitlines() if line.startswith("| `")}
    assert rows == {(f"| `{fault.value}`", stage) for fault in Fault for stage in STAGES}
