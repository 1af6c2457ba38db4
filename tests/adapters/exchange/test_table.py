"""A table is taken whole, or every bad row of it is listed and nothing is taken."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.exchange import OPT_OUT_HEAD, PLAN_HEAD, PUPIL

from netcity_sync.adapters.exchange.files import (
    ENROLMENT_ORDERS,
    FILES,
    LOCAL_ACTS,
    OPT_OUTS,
    PLAN,
    SUBSTITUTIONS,
    USER_ACTIVITY,
)
from netcity_sync.adapters.exchange.grid import MAX_ROWS, Cell, Grid, GridRow, plain
from netcity_sync.adapters.exchange.spec import FileSpec
from netcity_sync.adapters.exchange.table import Content, read_grids
from netcity_sync.mirror.exchange import _value
from netcity_sync.model import EnrolmentOrder, MovementKind, OptOut, PlannedLesson

Rows = list[tuple[Cell, ...]]
GOOD_PLAN: Rows = [("7А", "Алгебра", 1, "Числа"), ("7А", "Алгебра", 2, "Дроби")]


def grid(head: tuple[Cell, ...], rows: Rows, **more: object) -> Grid:
    lines = [head, *rows]
    return Grid("f.xlsx", "Лист", tuple(GridRow(n, cells) for n, cells in enumerate(lines, 1)), **more)  # type: ignore[arg-type]


def read(spec: FileSpec, head: tuple[Cell, ...], rows: Rows, **more: object) -> Content:
    return read_grids(spec, [grid(head, rows, **more)])


def faults(content: Content) -> list[tuple[int | None, str | None]]:
    return [(item.row, item.column) for item in content.problems]


def test_a_good_table() -> None:
    content = read(PLAN, PLAN_HEAD, GOOD_PLAN)
    assert content.problems == ()
    assert content.rows[0] == PlannedLesson(class_name="7А", subject="Алгебра", number=1, topic="Числа")


def test_columns_in_any_order_under_any_of_their_names() -> None:
    content = read(PLAN, (" ТЕМА  урока:", "предмет*", "№", "класс"), [("Числа", "Алгебра", "1,0", "7а")])
    assert content.rows == (PlannedLesson(class_name="7А", subject="Алгебра", number=1, topic="Числа"),)


def test_every_bad_cell_is_listed_and_nothing_is_taken() -> None:
    rows: Rows = [
        ("7А", "Алгебра", 1, "Числа"),
        ("7А", "Алгебра", "два", "Дроби"),
        (None, None, None, None),
        ("А7", "", 3, "Степени"),
        ("7А", "алгебра", 1, "Повтор"),
    ]
    content = read(PLAN, PLAN_HEAD, rows)
    assert content.rows == ()
    assert faults(content) == [(3, "№ урока"), (5, "Класс"), (5, "Предмет"), (6, None)]
    words = [item.reason for item in content.problems]
    assert words[0] == "не число: «два»"
    assert words[2] == "не заполнено"
    assert words[3] == "повторяет другую (f.xlsx, Лист, строка 2)"
    assert content.problems[0].allowed == "целое число от 1 до 1000"


def test_a_missing_column() -> None:
    content = read(PLAN, ("Класс", "Предмет", "Тема"), [("7А", "Алгебра", "Числа")])
    assert [(item.row, item.column, item.reason) for item in content.problems] == [(1, "№ урока", "нет такого столбца")]


def test_no_headings_at_all() -> None:
    assert "нет строки с заголовками" in read(PLAN, ("a", "b"), GOOD_PLAN).problems[0].reason
    assert "пуст" in read(PLAN, (None,), []).problems[0].reason


def test_a_column_twice() -> None:
    content = read(PLAN, (*PLAN_HEAD, "Тема урока"), [("7А", "Алгебра", 1, "Числа", "Дроби")])
    assert (content.rows, content.problems[0].reason) == ((), "столбец встречается дважды")


def test_a_title_above_the_headings() -> None:
    content = read(PLAN, ("КТП на 2026/27",), [(), PLAN_HEAD, *GOOD_PLAN])
    assert len(content.rows) == 2
    assert "строки выше заголовков (строка 3)" in content.notices[0].text


def test_what_is_not_read_is_said() -> None:
    content = read(PLAN, (*PLAN_HEAD, "СНИЛС"), [("7А", "Алгебра", 1, "Числа", "112-233-445 95", "заметка")])
    assert [item.text for item in content.notices] == [
        "столбцы не читаются и не хранятся: «СНИЛС»",
        "столбцы без заголовка не читаются: F",
    ]
    assert "112" not in repr(content.rows)


def test_a_shifted_row_of_a_csv() -> None:
    content = read(PLAN, PLAN_HEAD, [("7А", "Алгебра", "1", "Числа", " дроби")], strict_width=True)
    assert [(item.row, item.reason) for item in content.problems] == [(2, "в строке больше значений, чем заголовков")]


def test_formulas_and_errors_are_bad_cells_even_where_they_look_empty() -> None:
    content = read(OPT_OUTS, OPT_OUT_HEAD, [("7А", PUPIL, date(2026, 9, 7), "")], broken={(2, 3): "в ячейке формула"})
    assert faults(content) == [(2, "Канал")]
    assert faults(read(PLAN, PLAN_HEAD, [()], broken={(2, 0): "в ячейке ошибка Excel"}))[0] == (2, "Класс")


def test_nothing_to_list_is_said_by_a_word() -> None:
    assert not read(PLAN, PLAN_HEAD, []).none_said
    content = read(PLAN, PLAN_HEAD, [(" Нет ", None)])
    assert (content.rows, content.problems, content.none_said) == ((), (), True)
    assert faults(read(PLAN, PLAN_HEAD, [("нет",), *GOOD_PLAN])) == [(2, None)]


def test_too_many_rows() -> None:
    rows: Rows = [("7А", "Алгебра", number, "Тема") for number in range(MAX_ROWS + 1)]
    assert [item.reason for item in read(PLAN, PLAN_HEAD, rows).problems] == ["больше 100000 строк"]


def test_parts_of_a_table_are_one_table() -> None:
    parts = [grid(PLAN_HEAD, GOOD_PLAN[:1]), grid(PLAN_HEAD, GOOD_PLAN[1:])]
    assert len(read_grids(PLAN, parts).rows) == 2
    assert read_grids(PLAN, [*parts, parts[0]]).rows == ()


@pytest.mark.parametrize(
    ("spec", "values", "column"),
    [
        (OPT_OUTS, {"last_issued_on": "01.09.2026"}, "Последняя справка"),
        (OPT_OUTS, {"withdrawn_on": "01.09.2026"}, "Отозвано"),
        (USER_ACTIVITY, {"class_name": None}, "Класс"),
        (USER_ACTIVITY, {"period_end": "30.09.2026"}, "Конец периода"),
        (SUBSTITUTIONS, {"substitute": "учебнова елена петровна"}, "Кто замещает"),
        (FILES[2], {"mark": None, "passed": None, "score": None}, "Отметка"),
        (FILES[2], {"received": "01.06.2027"}, "Получен школой"),
        (FILES[2], {"informed": "14.06.2027"}, "Доведён до семьи"),
        (FILES[4], {"class_name": None}, "Класс"),
        (ENROLMENT_ORDERS, {"kind": "перевод"}, "В класс"),
        (ENROLMENT_ORDERS, {"kind": "перевод", "new_class": "7 «a»"}, "В класс"),
        (ENROLMENT_ORDERS, {"new_class": "7Б"}, "В класс"),
        (ENROLMENT_ORDERS, {"order_date": "09.10.2006"}, "Дата приказа"),
    ],
)
def test_rows_that_contradict_themselves(spec: FileSpec, values: dict[str, Cell], column: str) -> None:
    head = tuple(item.heading for item in spec.fields)
    row = tuple(values.get(item.name, item.example) for item in spec.fields)
    assert faults(read(spec, head, [row])) == [(2, column)]


@pytest.mark.parametrize("spec", FILES, ids=lambda spec: spec.stem)
def test_the_examples_are_good_rows(spec: FileSpec) -> None:
    content = read(spec, tuple(item.heading for item in spec.fields), [tuple(item.example for item in spec.fields)])
    assert content.problems == ()
    assert len(content.rows) == 1


@pytest.mark.parametrize("spec", FILES, ids=lambda spec: spec.stem)
def test_declarations_are_sound(spec: FileSpec) -> None:
    assert {item.name for item in spec.fields} == set(spec.model.model_fields)
    titles = [title.casefold() for item in spec.fields for title in (item.heading, *item.aliases)]
    assert len(titles) == len(set(titles))
    for item in spec.fields:
        model_field = spec.model.model_fields[item.name]
        assert model_field.is_required() is item.required
        if item.key and not item.required:
            assert model_field.default == ""


def test_an_act_may_have_many_clauses() -> None:
    head = ("Вид", "Название", "Номер", "Дата", "Пункт")
    rows: Rows = [("положение", "Об ЭЖ", "187", "30.08.2026", clause) for clause in ("", "3.5", 4.4)]
    assert [item.clause for item in read(LOCAL_ACTS, head, rows).rows] == ["", "3.5", "4,4"]  # type: ignore[attr-defined]


def test_orders_of_movement() -> None:
    head = ("Класс", "ФИО", "Вид движения", "С какого дня", "Новый класс", "Приказ", "Дата приказа")
    rows: Rows = [
        ("7А", PUPIL, "перевод", "12.10.2026", "7 б класс", 57, date(2026, 10, 9)),
        ("7А", PUPIL, "прибыла", "12.10.2026", "", "", ""),
        ("7А", PUPIL, "перевод", "12.10.2026", "другая школа", "58-у", "позже"),
    ]
    content = read(ENROLMENT_ORDERS, head, rows)
    told = [(item.row, item.column, item.reason, item.allowed) for item in content.problems]
    assert told == [
        (3, "Движение", "такого значения нет: «прибыла»", "одно из: прибытие, выбытие, перевод"),
        (4, "В класс", "не класс: «другая школа»", "класс, пример: 7А"),
        (4, "Дата приказа", "не дата: «позже»", "дата, пример: 05.10.2026"),
    ]
    assert content.rows == ()
    assert read(ENROLMENT_ORDERS, head, rows[:1]).rows == (
        EnrolmentOrder(
            class_name="7А", student=PUPIL, kind=MovementKind.MOVED, moved_on=date(2026, 10, 12), new_class="7Б",
            order_number="57", order_date=date(2026, 10, 9),
        ),
    )  # fmt: skip


TEXTS = st.sampled_from(
    [
        "7А",
        "9",
        "Алгебра",
        PUPIL,
        "05.10.2026",
        "46300",
        "3,5",
        "нет",
        "да",
        "приказ",
        "ОГЭ",
        "родитель",
        "=A1",
        " ",
        "Тема",
    ]
)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(), TEXTS, st.text(max_size=12), st.integers(-5, 50_000), st.floats(), st.booleans(),
    st.dates(date(1990, 1, 1), date(2110, 1, 1)), st.datetimes(datetime(1990, 1, 1), datetime(2110, 1, 1)),
    st.just(time(9)), st.just(timedelta(1)),
)  # fmt: skip


@st.composite
def grids(draw: st.DrawFn) -> tuple[FileSpec, Grid]:
    """Any grid, most with the headings of some table, its rows made of anything or near to good."""
    spec = draw(st.sampled_from(FILES))
    columns = draw(st.permutations(spec.fields))
    head: tuple[Cell, ...] = tuple(item.heading for item in columns)
    if draw(st.integers(0, 9)) == 0:
        head = tuple(draw(st.lists(CELLS, max_size=8)))
    rows: Rows = []
    for _ in range(draw(st.integers(0, 5))):
        row: list[Cell] = [item.example or None for item in columns]
        for place in draw(st.lists(st.integers(0, len(row) - 1), max_size=3)):
            row[place] = draw(CELLS)
        rows.append(tuple(row[: draw(st.integers(0, len(row)))]) if draw(st.integers(0, 5)) == 0 else tuple(row))
    broken = {(2, 0): "в ячейке формула"} if draw(st.integers(0, 9)) == 0 else {}
    return spec, grid(head, rows, broken=broken, strict_width=draw(st.booleans()))


@settings(max_examples=300, deadline=None)
@given(grids())
def test_any_grid_is_taken_whole_or_not_at_all(drawn: tuple[FileSpec, Grid]) -> None:
    spec, page = drawn
    content = read_grids(spec, [page])
    filled = {row.number for row in page.rows[1:] if any(plain(cell) for cell in row.cells)}
    if content.problems:
        assert content.rows == ()
        assert {item.row for item in content.problems} <= {row.number for row in page.rows} | {None}
        assert all(item.reason for item in content.problems)
    else:
        assert content.none_said or len(content.rows) == len(filled)
        assert page.broken == {} or page.rows[1:] == ()
        keys = {tuple(getattr(row, item.name) for item in spec.key) for row in content.rows}
        assert len(keys) == len(content.rows)
        for row in content.rows:
            assert type(row) is spec.model
            for name in spec.model.model_fields:
                _value(getattr(row, name))


def test_a_row_is_what_the_model_says() -> None:
    content = read(OPT_OUTS, OPT_OUT_HEAD, [("7А", PUPIL, 46272, "По почте")])
    assert content.rows == (
        OptOut(class_name="7А", student=PUPIL, applied_on=date(2026, 9, 7), channel="post"),  # type: ignore[arg-type]
    )
