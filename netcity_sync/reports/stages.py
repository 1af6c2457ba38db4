"""The stages of a school, as reports sum up its grades."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """Grades that belong together, both ends included, and what they are called."""

    name: str
    first: int
    last: int

    def holds(self, grade: int) -> bool:
        """Whether a grade belongs to it."""
        return self.first <= grade <= self.last


STAGES = (Stage("1–4 классы", 1, 4), Stage("5–9 классы", 5, 9), Stage("10–11 классы", 10, 12))
"""Evening schools have a twelfth grade."""
