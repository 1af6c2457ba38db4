"""R9 and R3's movement against plain loops, day by day, over the simulator's own pupils and its office's orders."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random

import pytest
from support.reports import desk_at, tables
from support.rosters import ListSource, MovingSchool, Step
from support.school import ZONE, Book, Trial

from benchmarks.handing import hand_in
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.exchange import take_files
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document, Table
from netcity_sync.reports.period import Period, PeriodKind, month_period, span_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.simulator.school import Pupil, SchoolClass

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 9, 1), date(2027, 5, 30)
STAGES = {"1–4 классы": range(1, 5), "5–9 классы": range(5, 10),
          "10–11 классы": range(10, 12)}  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """A pupil's place as the lists show it: from a day on in a class, after another; None is outside."""

    pupil: Pupil
    day: date
    exact: bool
    before: int | None
    after: int | None
    step: Step | None


@dataclass
class Told:
    """What can be known of a school on some day: from its reads and the table of orders up to then."""

    school: MovingSchool
    evenings: list[date]
    taken: date
    tells_days: bool
    turns: dict[int, list[Turn]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        spells: dict[int, list[Pupil]] = {}
        for pupil in self.school.pupils:
            if any(pupil.listed(evening) for evening in self.evenings):
                spells.setdefault(pupil.id, []).append(pupil)
        self.spells = {key: sorted(found, key=lambda one: one.start) for key, found in spells.items()}
        self.names = [(one.class_id, one.name.full) for found in self.spells.values() for one in found]
        for key, found in self.spells.items():
            self.turns[key] = list(self._turns(found))

    def _turns(self, spells: list[Pupil]) -> Iterator[Turn]:
        before: int | None = None
        for spell in spells:
            shown = next(evening for evening in self.evenings if evening >= spell.start)
            known = self.tells_days or shown > self.evenings[0]
            day = spell.start if self.tells_days else shown
            if before is not None or (known and day > FIRST):
                yield self._turn(spell, day, self.tells_days, before, spell.class_id)
            before = spell.class_id
        left = spells[-1].left
        without = [evening for evening in self.evenings if left is not None and evening >= left]
        if len(without) > 1:
            yield self._turn(spells[-1], without[0], False, before, None)

    def _turn(self, pupil: Pupil, day: date, exact: bool, before: int | None, after: int | None) -> Turn:
        sure = not namesake(self, Turn(pupil, day, exact, before, after, None))
        for step in self.school.steps:
            same = (step.pupil.id, step.from_class, step.to_class) == (pupil.id, before, after)
            if same and sure and step.entered(self.taken) is not None:
                return Turn(pupil, step.day, True, before, after, step)
        return Turn(pupil, day, exact, before, after, None)

    @cached_property
    def places(self) -> dict[date, dict[int, int | None]]:
        """Each pupil's class at the end of each day, from the eve of the year on."""
        now = {
            key: None if turns and turns[0].before is None else self.spells[key][0].class_id
            for key, turns in self.turns.items()
        }
        found, day = {FIRST - DAY: dict(now)}, FIRST
        while day <= self.evenings[-1]:
            for key, turns in self.turns.items():
                for turn in turns:
                    if turn.day == day:
                        now[key] = turn.after
            found[day] = dict(now)
            day += DAY
        return found

    @cached_property
    def nights(self) -> dict[date, list[tuple[int | None, int | None]]]:
        """What changed overnight, by the day that came after: the class before and the one since."""
        found, before = {}, self.places[FIRST - DAY]
        for day, now in self.places.items():
            found[day] = [(before[key], now[key]) for key in now if before[key] != now[key]]
            before = now
        return found

    def figures(self, classes: set[int], first: date, last: date) -> tuple[int, ...]:
        """At the beginning, arrived, left, moved in and out, at the end, the difference: by what changed overnight."""
        last = min(last, self.evenings[-1])
        start = sum(place in classes for place in self._at(first - DAY).values())
        end = sum(place in classes for place in self._at(last).values())
        arrived = left = came = went = 0
        for day, changed in self.nights.items():
            for before, after in changed if first <= day <= last else ():
                arrived += before is None and after in classes
                left += before in classes and after is None
                came += before is not None and before not in classes and after in classes
                went += before in classes and after is not None and after not in classes
        return start, arrived, left, came, went, end, end - start

    def within(self, classes: set[int], first: date, last: date) -> list[Turn]:
        """The turns of these days that have to do with these classes."""
        every = [turn for turns in self.turns.values() for turn in turns]
        return [item for item in every if first <= item.day <= last and {item.before, item.after} & classes]

    def _at(self, day: date) -> dict[int, int | None]:
        return self.places[max(day, FIRST - DAY)]


def when(turn: Turn) -> str:
    return f"{turn.day:%d.%m.%Y}" if turn.exact else f"не позднее {turn.day:%d.%m.%Y}"


def namesake(told: Told, turn: Turn) -> bool:
    return any(told.names.count((one, turn.pupil.name.full)) > 1 for one in (turn.before, turn.after))


def order_of(told: Told, turn: Turn) -> str | None:
    if namesake(told, turn):
        return "есть тёзка: сверьте сами"
    if turn.step is None or turn.step.order is None:
        return None
    row = turn.step.order.row
    number = f"№ {row.order_number}" if row.order_number else "без номера"
    if row.order_date is None:
        return f"{number}, без даты" if row.order_number else None
    return f"{number} от {row.order_date:%d.%m.%Y}"


def lack_of(told: Told, turn: Turn) -> str | None:
    if namesake(told, turn):
        return None
    if turn.step is None or turn.step.order is None:
        return "приказа нет"
    row = turn.step.order.row
    gone = [word for word, value in (("номер", row.order_number), ("дата", row.order_date)) if value is None]
    if len(gone) == 2:
        return "номер и дата приказа не указаны"
    return {"номер": "номер приказа не указан", "дата": "дата приказа не указана"}[gone[0]] if gone else None


@contextmanager
def lived(
    folder: Path, seed: int, classes: int, *, tells_days: bool
) -> Iterator[tuple[Trial, MovingSchool, list[date]]]:
    """A school read every few days of the year, its table of orders taken each time."""
    random = Random(f"evenings-{seed}")
    evenings, day = [], date(2026, 9, 3)
    while day <= LAST:
        evenings.append(day)
        day += random.choice((1, 1, 8, 15)) * DAY
    moments = [datetime(item.year, item.month, item.day, 21, tzinfo=ZONE) for item in evenings]
    school = MovingSchool(seed, classes, moments[0].replace(tzinfo=None))
    tried = Trial(folder, Book())
    tried.source = ListSource(school, tells_days=tells_days)  # type: ignore[assignment]
    for moment in moments:
        school.world.move(moment.replace(tzinfo=None))
        tried.sync_at(moment)
        if hand_in(tried.settings.exchange_folder, {"enrolment_orders": school.entered()}):
            assert take_files(tried.settings, fixed_clock(moment)).exit_code == 0
            school.world.note_take()
    yield tried, school, evenings


def every_period(desk: Desk, random: Random) -> Iterator[tuple[Period, Period | None]]:
    """Periods of all kinds, each with the one before."""
    month = FIRST
    while month <= LAST:
        period, before = month_period(month), month_period((month - DAY).replace(day=1))
        yield period, before if before.last >= FIRST else None
        month = period.last + DAY
    terms = [desk.term_period(f"{number} четверть") for number in range(1, 5)]
    halves = [desk.term_period(f"{number} полугодие") for number in (1, 2)]
    for found in (terms, halves):
        yield found[0], None
        for place in range(1, len(found)):
            yield found[place], found[place - 1]
    yield desk.year_period(), None
    for _ in range(3):
        first = FIRST + random.randint(40, 200) * DAY
        days = random.randint(1, 39)
        yield span_period(first, first + days * DAY), span_period(first - (days + 1) * DAY, first - DAY)


def check(told: Told, desk: Desk, period: Period, before: Period | None) -> None:
    """All figures and names of the school's report, of each grade's and of each class's."""
    classes = told.school.world.school.classes
    check_sheet(told, desk, Request(period), before, classes)
    for grade in {item.grade for item in classes}:
        of_grade = [item for item in classes if item.grade == grade]
        check_sheet(told, desk, Request(period, Focus(grade=grade)), before, of_grade)
        check_sheet(told, desk, Request(period, Focus(class_id=of_grade[0].id)), before, of_grade[:1])


def check_sheet(
    told: Told,
    desk: Desk,
    request: Request,
    before: Period | None,
    classes: list[SchoolClass] | tuple[SchoolClass, ...],
) -> None:
    period, ids = request.period, {item.id for item in classes}
    document = find_report("movement").build(desk, request)
    shown = tables(document)
    whole = told.figures(ids, period.first, period.last)
    main = {row[0]: row[1:] for row in shown["Движение"].rows}
    was = told.figures(ids, before.first, before.last) if before is not None else None
    for name, place in (("На начало", 0), ("Прибыло", 1), ("Выбыло", 2), ("На конец", 5)):
        value = whole[place]
        assert main[name] == ((value, was[place], value - was[place]) if was else (value,)), (name, period)
    if "По классам" in shown:
        check_classes(told, shown["По классам"].rows, period, classes)
        assert shown["По классам"].total is not None
        assert shown["По классам"].total[1:] == whole
        check_sizes(told, shown["Наполняемость"].rows, period, classes)
    check_names(told, document, period, ids)
    if request.focus.class_id is not None and period.kind in (PeriodKind.TERM, PeriodKind.YEAR):
        check_class_report(told, tables(find_report("class").build(desk, request)), period, request.focus.class_id)


def check_class_report(told: Told, shown: dict[str, Table], period: Period, class_id: int) -> None:
    """R3 counts and names the same, as the class sees it."""
    whole = told.figures({class_id}, period.first, period.last)
    assert tuple(row[1] for row in shown["Контингент"].rows) == whole[:6]
    names = {item.id: item.name for item in told.school.world.school.classes}
    wanted = []
    for turn in told.within({class_id}, period.first, period.last):
        row = turn.step.order.row if turn.step and turn.step.order else None
        if turn.before is None:
            kind, place = "прибыл(а)", row.came_from if row else None
        elif turn.after is None:
            kind, place = "выбыл(а)", row.went_to if row else None
        else:
            kind = "переведён(а)"
            place = f"из {names[turn.before]}" if turn.after == class_id else f"в {names[turn.after]}"
        wanted.append((kind, turn.pupil.name.full, when(turn), place, order_of(told, turn)))
    rows = shown["Движение"].rows if "Движение" in shown else ()
    assert sorted(rows, key=str) == sorted(wanted, key=str), period


def check_classes(
    told: Told,
    rows: tuple[tuple[object, ...], ...],
    period: Period,
    classes: list[SchoolClass] | tuple[SchoolClass, ...],
) -> None:
    for name, *cells in rows:
        own = {item.id for item in classes if item.name == name}
        own |= {item.id for item in classes if item.grade in STAGES.get(str(name), ())}
        own |= {item.id for item in classes if name == f"{item.grade} параллель"}
        assert tuple(cells) == told.figures(own, period.first, period.last), (name, period)


def check_sizes(
    told: Told,
    rows: tuple[tuple[object, ...], ...],
    period: Period,
    classes: list[SchoolClass] | tuple[SchoolClass, ...],
) -> None:
    for row in rows:
        own = [item for item in classes if str(item.grade) == row[0]]
        sizes = [told.figures({item.id}, period.first, period.last)[5] for item in own]
        assert row[1:4] == (len(own), sum(sizes), sum(sizes) / len(own))
        if min(sizes) == max(sizes):
            assert row[4:] == (None, None)
        else:
            assert [str(cell).split()[0] for cell in row[4:]] == [str(min(sizes)), str(max(sizes))]


def check_names(told: Told, document: Document, period: Period, ids: set[int]) -> None:
    """Who came, left and moved, where from and to, by which order; and whose order is missing."""
    names = {item.id: item.name for item in told.school.world.school.classes}
    turns = told.within(ids, period.first, period.last)
    shown = tables(document)
    arrived, left, moved, lacking = [], [], [], []
    for turn in turns:
        row = turn.step.order.row if turn.step and turn.step.order else None
        ends = [names[one] for one in (turn.before, turn.after) if one is not None]
        tail = (order_of(told, turn), row.reason if row else None)
        if turn.before is None:
            arrived.append((*ends, turn.pupil.name.full, when(turn), row.came_from if row else None, *tail))
        elif turn.after is None:
            left.append((*ends, turn.pupil.name.full, when(turn), row.went_to if row else None, *tail))
        else:
            moved.append((turn.pupil.name.full, *ends, when(turn), *tail))
        lack = lack_of(told, turn)
        if lack is not None and turn.day <= told.taken:
            lacking.append((ends[0], turn.pupil.name.full, when(turn), lack))
    for title, wanted in (("Прибыли", arrived), ("Выбыли", left), ("Переведены из класса в класс", moved)):
        rows = shown[title].rows if title in shown else ()
        assert sorted(rows, key=str) == sorted(wanted, key=str), (title, period)
    rows = shown["Движение без приказа"].rows if "Движение без приказа" in shown else ()
    assert sorted((row[0], row[1], row[3], row[4]) for row in rows) == sorted(lacking)


@pytest.mark.parametrize(
    ("seed", "classes", "tells_days"),
    [
        (3, 13, True),
        (4, 13, False),
        *(pytest.param(seed, 24, seed % 2 == 0, marks=pytest.mark.soak) for seed in range(50, 56)),
    ],
)
def test_every_figure_and_name(tmp_path: Path, seed: int, classes: int, tells_days: bool) -> None:
    with lived(tmp_path, seed, classes, tells_days=tells_days) as (tried, school, evenings):
        middle = evenings[len(evenings) // 2]
        for until in (middle, evenings[-1]):
            read = [item for item in evenings if item <= until]
            taken = max(item.date() for item in school.world.takes if item.date() <= until)
            told = Told(school, read, taken, tells_days)
            moment = datetime(until.year, until.month, until.day, 23, tzinfo=ZONE)
            with desk_at(tried.settings, tried.now, moment) as desk:
                for period, before in every_period(desk, Random(seed)):
                    if period.first <= until:
                        check(told, desk, period, before)
        every = [turn for turns in told.turns.values() for turn in turns]
        assert sum(turn.before is not None and turn.after is not None for turn in every) > 5
        assert sum(turn.step is None for turn in every) > 3
        assert period.kind is PeriodKind.SPAN
