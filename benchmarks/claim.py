"""A claim and its figure: `ok|short  NAME  figure  goal`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Claim:
    """A figure and what it should be. Without a goal it is only told."""

    name: str
    figure: float
    goal: str = "-"
    ok: bool = True

    def __str__(self) -> str:
        return f"{'ok' if self.ok else 'short'}  {self.name}  {self.figure:.3g}  {self.goal}"


def at_least(name: str, figure: float, goal: float) -> Claim:
    """A figure that should not be smaller."""
    return Claim(name, figure, f">= {goal:g}", figure >= goal)


def at_most(name: str, figure: float, goal: float) -> Claim:
    """A figure that should not be larger."""
    return Claim(name, figure, f"<= {goal:g}", figure <= goal)


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_megabytes() -> float:
    """The most memory of this program so far; `getrusage` begins with that of the process it was forked from."""
    (line,) = (row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
