"""Every rule over many schools and whole years: a table of what was planted, found, and passed over."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from itertools import product
from random import Random

import pytest
from support.ledgers import Comparison, compare

SEEDS, SIZES = range(200, 220), (1, 2, 4)
_FIRST, _LAST = datetime(2026, 9, 1, 21), datetime(2027, 5, 31, 21)


def year(seed: int) -> Sequence[datetime]:
    """Evenings of a school year on which journals are read: weeks of nights one after another, and longer gaps."""
    random = Random(f"evenings-{seed}")
    evenings, evening = [], _FIRST
    while evening < _LAST:
        evenings += [evening + timedelta(days=number) for number in range(random.choice((1, 1, 3, 5)))]
        evening = evenings[-1] + timedelta(days=random.randint(8, 30))
    return [*(item for item in evenings if item < _LAST), _LAST]


def one_school(task: tuple[int, int]) -> Comparison:
    """A school of so many classes over its year."""
    seed, classes = task
    return compare(seed, classes, year(seed))


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_all_rules_over_whole_years(capsys: pytest.CaptureFixture[str]) -> None:
    tasks = list(product(SEEDS, SIZES))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(one_school, tasks))
    planted, found, near = (
        sum((getattr(item, name) for item in results), Counter[str]()) for name in ("planted", "found", "near_misses")
    )
    lines = [f"{len(tasks)} schools", f"{'rule':8} {'planted':>9} {'found':>9} {'near-misses passed':>20}"]
    lines += [f"{rule:8} {planted[rule]:9} {found[rule]:9} {near[rule]:20}" for rule in sorted({*planted, *found})]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    astray = {task: item.astray for task, item in zip(tasks, results, strict=True) if item.astray}
    assert astray == {}
