"""Who was on the list of a class on which day, as its movement tells (docs/checks.md «Movement»)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from netcity_sync.compliance.movement import Path
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.movement_facts import movements_of


@dataclass(frozen=True, slots=True)
class Member:
    """A pupil on the list of a class from `first_day` (None: from the beginning) up to, not including, `left_day`."""

    class_id: int
    student_id: int
    name: str
    first_day: date | None
    left_day: date | None

    def listed(self, day: date) -> bool:
        """Whether the pupil was on the list on that day."""
        return (self.first_day is None or self.first_day <= day) and (self.left_day is None or day < self.left_day)


def members_on(desk: Desk, class_id: int, day: date) -> tuple[Member, ...]:
    """Who was on the list of a class at the end of a day, as journals order them; of a day to come, who is today."""
    known = min(day, desk.bench.today)
    stays = (stay for path in movements_of(desk).paths for stay in _stays(path))
    return tuple(stay for stay in stays if stay.class_id == class_id and stay.listed(known))


def _stays(path: Path) -> Iterator[Member]:
    class_id, since = path.first, None
    for change in path.changes:
        if class_id is not None:
            yield Member(class_id, path.student_id, path.name, since, change.day)
        class_id, since = change.to_class, change.day
    if class_id is not None:
        yield Member(class_id, path.student_id, path.name, since, None)
