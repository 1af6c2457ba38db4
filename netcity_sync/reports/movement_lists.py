"""Pupils who came, left or changed classes, with the orders for it: R9's lists, and the cells that R3 shares."""

from collections.abc import Iterator, Mapping, Sequence

from netcity_sync.adapters.exchange.files import ENROLMENT_ORDERS
from netcity_sync.compliance.movement import Change
from netcity_sync.compliance.orders import Movement, Movements
from netcity_sync.model import EnrolmentOrder, MovementKind
from netcity_sync.reports.document import Cell, Column, Section, Table
from netcity_sync.reports.movement_facts import Sheet
from netcity_sync.russian import full_date

TABLE = f"таблица «{ENROLMENT_ORDERS.title}» папки обмена"
DAY_WORDS = (
    "Дата — из приказа, а где его нет — из списка класса. «Не позднее» — точной даты «Сетевой город» не сообщает: это"
    " день чтения, в котором список впервые изменился."
)
BY_HAND_WORDS = f"Приказов программа не знает: {TABLE} ещё не принята. Откуда, куда и приказ вписывают от руки."
NO_MOVEMENT_WORDS = "Движения за период не было."
_ALL_TOLD_WORDS = "На каждое движение за период есть приказ с номером и датой."
_UNSEEN_WORDS = (
    "Приказ внесён, а в списках классов такого движения нет: в «Сетевом городе» его не провели, или в таблице иначе"
    " написаны имя или класс, или в классе есть тёзка, или это было раньше, чем списки начали читать."
)


def when_words(change: Change) -> str:
    """«06.10.2026», «не позднее 06.10.2026»."""
    return full_date(change.day) if change.exact else f"не позднее {full_date(change.day)}"


def place_cell(sheet: Sheet, item: Movement, seen_from: int) -> Cell:
    """Where somebody came from or went to: another class of the school as that class sees it, or as the order tells."""
    if item.change.kind is MovementKind.MOVED:
        return _other_class(item.change, seen_from, sheet.names)
    if item.order is None:
        return _untold(sheet.found)
    place = item.order.came_from if item.change.kind is MovementKind.ARRIVED else item.order.went_to
    return place or None


def order_cell(found: Movements, item: Movement) -> Cell:
    """«№ 57-у от 09.10.2026»; nobody but people can tell whose the order of one of two namesakes is."""
    if not item.sure and found.told_on is not None:
        return "есть тёзка: сверьте сами"
    return order_words(item.order) if item.order else _untold(found)


def reason_cell(found: Movements, item: Movement) -> Cell:
    """Why, as the order tells."""
    return (item.order.reason or None) if item.order else _untold(found)


def order_words(order: EnrolmentOrder) -> str | None:
    """«№ 57-у от 09.10.2026», or what of it there is."""
    number = f"№ {order.order_number}" if order.order_number else "без номера"
    if order.order_date is not None:
        return f"{number} от {full_date(order.order_date)}"
    return f"{number}, без даты" if order.order_number else None


def _kind_words(change: Change, seen_from: int, names: Mapping[int, str]) -> str:
    """What happened, as a class sees it: «прибыл(а)», «переведён(а) из 7Б»."""
    if change.kind is not MovementKind.MOVED:
        return KIND_WORDS[change.kind]
    return f"{KIND_WORDS[change.kind]} {_other_class(change, seen_from, names)}"


def _other_class(change: Change, seen_from: int, names: Mapping[int, str]) -> str:
    origin, target = (names[item] for item in change.classes)
    return f"из {origin}" if change.to_class == seen_from else f"в {target}"


KIND_WORDS = {
    MovementKind.ARRIVED: "прибыл(а)", MovementKind.LEFT: "выбыл(а)", MovementKind.MOVED: "переведён(а)",
}  # fmt: skip


def _untold(found: Movements) -> Cell:
    """Room to write, where no table of orders was ever taken."""
    return "" if found.told_on is None else None


def list_sections(sheet: Sheet) -> Iterator[Section]:
    """Who arrived, who left, who moved from class to class, each by day."""
    found = sheet.found
    name, day, order = Column("Ученик", width=3.2), Column("Дата", width=1.7), Column("Приказ", width=2)
    reason = Column("Причина", width=1.8)
    for kind, title, where in (
        (MovementKind.ARRIVED, "Прибыли", "Откуда"), (MovementKind.LEFT, "Выбыли", "Куда"),
    ):  # fmt: skip
        rows = [
            (
                sheet.names[item.change.classes[0]], item.change.name, when_words(item.change),
                place_cell(sheet, item, item.change.classes[0]), order_cell(found, item), reason_cell(found, item),
            )
            for item in sheet.movements()
            if item.change.kind is kind
        ]  # fmt: skip
        yield _list(title, (Column("Класс", width=0.8), name, day, Column(where, width=2.2), order, reason), rows)
    moved = [
        (
            item.change.name, *(sheet.names[one] for one in item.change.classes), when_words(item.change),
            order_cell(found, item), reason_cell(found, item),
        )
        for item in sheet.movements()
        if item.change.kind is MovementKind.MOVED
    ]  # fmt: skip
    columns = (name, Column("Из класса"), Column("В класс"), day, order, reason)
    yield _list("Переведены из класса в класс", columns, moved)


def class_movements(sheet: Sheet) -> Table | None:
    """The movements of a sheet of one class, as its teacher tells of them; None where there were none."""
    columns = (
        Column("Движение", width=1.3), Column("Фамилия, имя", width=3.2), Column("Дата", width=1.6),
        Column("Откуда, куда", width=2.4), Column("Приказ", width=2),
    )  # fmt: skip
    rows = tuple(
        (
            KIND_WORDS[item.change.kind], item.change.name, when_words(item.change),
            place_cell(sheet, item, one.class_id), order_cell(sheet.found, item),
        )
        for one in sheet.classes
        for item in sheet.movements()
    )  # fmt: skip
    return Table("Движение", columns, rows) if rows else None


def _list(title: str, columns: tuple[Column, ...], rows: Sequence[tuple[Cell, ...]]) -> Section:
    if not rows:
        return Section(title, ("Таких учеников нет.",))
    return Section(title, tables=(Table(title, columns, tuple(rows)),))


def orders_section(sheet: Sheet) -> Section:
    """What does not go together: movements without orders, and orders without movements."""
    lacking = [
        (
            sheet.names[item.change.classes[0]], item.change.name,
            _kind_words(item.change, item.change.classes[0], sheet.names), when_words(item.change), item.lack,
        )
        for item in sheet.lacking()
    ]  # fmt: skip
    words: tuple[str, ...] = ()
    if all(item.sure and item.lack is None for item in sheet.movements()):
        words = (_ALL_TOLD_WORDS if sheet.movements() else NO_MOVEMENT_WORDS,)
    columns = (Column("Класс", width=0.8), Column("Ученик", width=3.2), Column("Движение", width=1.8),
               Column("Дата", width=1.7))  # fmt: skip
    tables = (
        [Table("Движение без приказа", (*columns, Column("Чего нет", width=2.6)), tuple(lacking))] if lacking else []
    )
    kinds = ENROLMENT_ORDERS.words_of("kind")
    unseen = [
        (item.class_name, item.student, kinds[item.kind.value], item.moved_on, order_words(item))
        for item in sheet.unseen()
    ]
    if unseen:
        tables.append(Table("Приказы без движения в списках", (*columns, Column("Приказ", width=2.6)), tuple(unseen)))
        words = (*words, _UNSEEN_WORDS)
    return Section("Приказы", words, tuple(tables))
