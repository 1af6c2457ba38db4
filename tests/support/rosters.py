"""The simulator's pupils as a source that serves nothing but the lists of classes: a school year in a second.

Some of them change classes, which in the simulator nobody does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from types import TracebackType
from typing import Self

from netcity_sync.adapters.source import Capability, DriftNote, Page
from netcity_sync.model import (
    Dictionaries,
    Enrolment,
    EnrolmentOrder,
    FinalMarks,
    Journal,
    JournalAccess,
    MovementKind,
    Roster,
    School,
    SchoolClass,
    SchoolYear,
    Staff,
    Student,
    Term,
    TermKind,
)
from netcity_sync.simulator.orders import OfficeOrder, movements, order_of
from netcity_sync.simulator.school import Pupil
from netcity_sync.simulator.world import World

_MOVING = 0.06


@dataclass(frozen=True, slots=True)
class Step:
    """A pupil's place changes on a day from a class to another, or from or to outside, by an order or without."""

    pupil: Pupil
    day: date
    from_class: int | None
    to_class: int | None
    order: OfficeOrder | None

    def entered(self, today: date) -> OfficeOrder | None:
        """The order, if the office has entered it by then."""
        return self.order if self.order is not None and self.order.entered <= today else None


class MovingSchool:
    """A simulated school of which some pupils change classes; a pupil of two classes stands in it twice, by one id."""

    def __init__(self, seed: int, classes: int, now: datetime) -> None:
        self.world = World(seed, classes, now)
        self.steps = [
            Step(pupil, day, *_ends(kind, pupil.class_id), order_of(self.world, pupil, kind, day))
            for pupil, kind, day in movements(self.world)
        ]
        self.pupils = list(self._moved(Random(f"moving-{seed}")))

    def _moved(self, random: Random) -> Iterable[Pupil]:
        school = self.world.school
        names = {item.id: item.name for item in school.classes}
        for pupil in school.pupils:
            if len(names) < 2 or pupil.left is not None or random.random() > _MOVING:
                yield pupil
                continue
            day = pupil.start + random.randint(10, 200) * timedelta(days=1)
            target = random.choice([item for item in names if item != pupil.class_id])
            yield replace(pupil, left=day)
            yield replace(pupil, start=day, class_id=target)
            order = None
            if random.random() < 0.7:
                row = EnrolmentOrder(
                    class_name=names[pupil.class_id], student=pupil.name.full, kind=MovementKind.MOVED, moved_on=day,
                    new_class=names[target], order_number=random.choice(("77-у", None)), order_date=day,
                )  # fmt: skip
                order = OfficeOrder(day + random.randint(0, 9) * timedelta(days=1), row)
            self.steps.append(Step(pupil, day, pupil.class_id, target, order))

    def entered(self) -> list[EnrolmentOrder]:
        """The table of orders today."""
        today = self.world.now.date()
        return [order.row for step in self.steps if (order := step.entered(today)) is not None]


def _ends(kind: MovementKind, class_id: int) -> tuple[int | None, int | None]:
    return (None, class_id) if kind is MovementKind.ARRIVED else (class_id, None)


class ListSource:
    """A source of the lists of classes as they stand at the world's now; `tells_days` of who came, or only names."""

    capabilities = frozenset({Capability.ROSTER})

    def __init__(self, school: MovingSchool, *, tells_days: bool) -> None:
        self.school = school
        self.tells_days = tells_days

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def drift(self) -> tuple[DriftNote, ...]:
        return ()

    def read_dictionaries(self) -> Page[Dictionaries]:
        school = self.school.world.school
        calendar = school.calendar
        terms = [(item, TermKind.QUARTER) for item in calendar.quarters]
        terms += [(item, TermKind.HALF_YEAR) for item in calendar.half_years]
        content = Dictionaries(
            school=School(id=school.id, name=school.name),
            year=SchoolYear(id=1, name=calendar.name, start=calendar.start, end=calendar.end, closed=False),
            terms=tuple(
                Term(id=item.id, name=item.name, kind=kind, start=item.start, end=item.end) for item, kind in terms
            ),
            staff=tuple(Staff(id=item.chief.id, name=item.chief.name.full) for item in school.classes),
            classes=tuple(
                SchoolClass(id=item.id, name=item.name, grade=item.grade, chief_ids=(item.chief.id,))
                for item in school.classes
            ),
            assignment_types=(),
            subject_groups=(),
        )
        return Page(content, content.model_dump_json().encode())

    def read_roster(self, class_id: int) -> Page[Roster]:
        today = self.school.world.now.date()
        listed = [item for item in self.school.pupils if item.class_id == class_id and item.listed(today)]
        content = Roster(
            class_id=class_id,
            students=tuple(Student(id=item.id, name=item.name.full) for item in listed),
            enrolments=tuple(
                Enrolment(class_id=class_id, student_id=item.id, start=item.start if self.tells_days else None)
                for item in listed
            ),
        )
        return Page(content, content.model_dump_json().encode())

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        raise AssertionError("it has no journals")

    def read_term_marks(self, subject_group_id: int) -> Page[FinalMarks]:
        raise AssertionError("it has no journals")

    def read_journal_access(self, class_id: int, first: date, last: date) -> Page[tuple[JournalAccess, ...]]:
        raise AssertionError("it has no journals")
