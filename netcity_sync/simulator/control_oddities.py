"""Written works that went badly: most of the class has «2». It has draws of its own, made over written journals."""

from random import Random

from netcity_sync.simulator.curriculum import ANSWER_TYPE
from netcity_sync.simulator.entries import GroupEntries

_FAILED = 0.04
_FEWEST_MARKS = 6


def fail_some_works(entries: GroupEntries, random: Random) -> None:
    """Turn marks of some works into «2», as they were first given; those that were changed later stay."""
    for work in entries.works:
        if work.type_id == ANSWER_TYPE or len(work.marks) < _FEWEST_MARKS or random.random() >= _FAILED:
            continue
        share = random.choice((0.4, 0.5, 0.6, 0.8))
        for mark in work.marks:
            if len(mark.value.values) == 1 and mark.value.values[0] is not None and random.random() < share:
                mark.value.values[0] = 2
