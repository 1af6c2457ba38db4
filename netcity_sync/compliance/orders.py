"""Orders of movement, each beside the change of the lists that it is about (docs/checks.md «Movement»)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.movement import Change, Path, opening_day, read_paths, year_classes
from netcity_sync.model import EnrolmentOrder, MovementKind
from netcity_sync.russian import class_key, plain

_DAY = timedelta(days=1)
_COLUMNS = ", ".join(EnrolmentOrder.model_fields)

_Key = tuple[MovementKind, str, str, str]
"""What an order and a change of the lists have in common: kind, class, pupil, new class of who moves."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of the lists with the order for it, whose day is then the change's.

    It is not `sure` whose an order is where two of that name were ever on the list; none is given then.
    """

    change: Change
    order: EnrolmentOrder | None
    sure: bool

    @property
    def lack(self) -> str | None:
        """What the table does not tell of its order; None where it tells all, or it is not sure."""
        if not self.sure:
            return None
        if self.order is None:
            return "приказа нет"
        return {
            (True, True): None,
            (True, False): "дата приказа не указана",
            (False, True): "номер приказа не указан",
            (False, False): "номер и дата приказа не указаны",
        }[bool(self.order.order_number), self.order.order_date is not None]


@dataclass(frozen=True, slots=True)
class Movements:
    """The year's ways of all pupils, with their movements in the same order.

    `unseen` are orders of the year that no change of the lists answers to; `told_on` is the day of the last take of
    their table, None before the first.
    """

    paths: tuple[Path, ...]
    found: tuple[Movement, ...]
    unseen: tuple[EnrolmentOrder, ...]
    told_on: date | None


def read_movements(bench: Bench) -> Movements:
    """All movements of the year up to the bench's day."""
    paths, opening = read_paths(bench), opening_day(bench)
    classes = {item.class_id: class_key(item.name) for item in year_classes(bench)}
    orders = _orders(bench, opening)
    namesakes = Counter((item, plain(path.name)) for path in paths for item in _classes_of(path))
    doubtful = {item for item, count in namesakes.items() if count > 1}
    changes = [change for path in paths for change in path.changes if not _keys(change) & doubtful]
    answers = _answers(changes, orders, classes)
    told, found = [], []
    for path in paths:
        movements = [Movement(item, answers.get(item), not _keys(item) & doubtful) for item in path.changes]
        dated = _dated(movements, opening, bench.today)
        told.append(replace(path, changes=tuple(item.change for item in dated)))
        found += dated
    taken = bench.rows("SELECT day FROM taken WHERE name = :name", name=Capability.ENROLMENT_ORDERS.value)
    unseen = tuple(item for item in orders if item not in answers.values())
    return Movements(tuple(told), tuple(found), unseen, date.fromisoformat(taken[0]["day"]) if taken else None)


def _classes_of(path: Path) -> set[int]:
    """The classes that the pupil was ever in."""
    return {item for change in path.changes for item in change.classes} | {*path.lists, *filter(None, [path.first])}


def _keys(change: Change) -> set[tuple[int, str]]:
    """The classes that a change concerns, with the name there."""
    return {(item, plain(change.name)) for item in change.classes}


def _orders(bench: Bench, opening: date | None) -> list[EnrolmentOrder]:
    """The orders of the year, from its first day on, by day."""
    rows = bench.rows(
        f"SELECT {_COLUMNS} FROM as_of_enrolment_order WHERE NOT missing ORDER BY moved_on, student, kind"
    )
    orders = [EnrolmentOrder.model_validate(dict(row)) for row in rows]
    return [item for item in orders if opening is None or item.moved_on >= opening]


def _answers(
    changes: Iterable[Change], orders: Iterable[EnrolmentOrder], classes: Mapping[int, str]
) -> Mapping[Change, EnrolmentOrder]:
    """The order that answers to a change, each to one: where there are several, those of the nearest days first."""
    by_key: dict[_Key, list[EnrolmentOrder]] = defaultdict(list)
    for order in orders:
        by_key[order.kind, order.class_name, plain(order.student), order.new_class or ""].append(order)
    pairs = [(change, order) for change in changes for order in by_key.get(_key_of(change, classes), ())]
    found: dict[Change, EnrolmentOrder] = {}
    for change, order in sorted(pairs, key=lambda pair: (abs(pair[1].moved_on - pair[0].day), pair[0].day)):
        if change not in found and order not in found.values():
            found[change] = order
    return found


def _key_of(change: Change, classes: Mapping[int, str]) -> _Key:
    names = [classes[item] for item in change.classes]
    moved_to = names[1] if change.kind is MovementKind.MOVED else ""
    return change.kind, names[0], plain(change.name), moved_to


def _dated(movements: list[Movement], opening: date | None, today: date) -> list[Movement]:
    """A pupil's movements on the days of their orders, as far as these keep their sequence and have come."""
    dated: list[Movement] = []
    for place, item in enumerate(movements):
        change, order = item.change, item.order
        after = movements[place + 1].change.day if place + 1 < len(movements) else today + _DAY
        if dated:
            before = dated[-1].change.day
        else:
            first = opening or date.min + _DAY
            before = first if change.kind is MovementKind.ARRIVED else first - _DAY
        if order is not None and before < order.moved_on < after:
            change = replace(change, day=order.moved_on, exact=True)
        dated.append(replace(item, change=change))
    return dated
