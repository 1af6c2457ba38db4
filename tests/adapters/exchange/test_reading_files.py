"""Files as schools save them: encodings, delimiters, workbooks, and what is wrong with some."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from support.exchange import OPT_OUT_HEAD, PLAN_HEAD, PUPIL, csv_text, read, workbook

from netcity_sync.adapters.exchange import folder as folder_module
from netcity_sync.adapters.exchange.files import OPT_OUTS, PLAN, USER_ACTIVITY
from netcity_sync.adapters.exchange.folder import TableState, read_folder
from netcity_sync.errors import UsageError
from netcity_sync.model import OptOut, PlannedLesson

ROW = ("7А", "Алгебра", 1, "Числа и ёлки №")
LESSON = PlannedLesson(class_name="7А", subject="Алгебра", number=1, topic="Числа и ёлки №")
TEXT = csv_text(PLAN_HEAD, ROW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    data = csv_text(PLAN_HEAD, ROW, delimiter=delimiter).encode(encoding)
    assert read(tmp_path, PLAN, "plan.csv", data).rows == (LESSON,)


def test_numbers_of_csv_rows_are_those_of_excel(tmp_path: Path) -> None:
    text = 'Класс;Предмет;№ урока;Тема\n\n7А;Алгебра;1;"Числа;\nи дроби"\n7А;Алгебра;x;Тема\n'
    (problem,) = read(tmp_path, PLAN, "plan.csv", text).problems
    assert (problem.row, problem.column) == (4, "№ урока")
    (problem,) = read(tmp_path, PLAN, "plan.csv", "sep=;\n" + text).problems
    assert problem.row == 4


def test_quotes_that_swallow_the_rest_of_a_csv_are_noticed(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, PLAN, "plan.csv", TEXT + '7А;Алгебра;2;"Дроби\n7А;Алгебра;3;Степени\n').problems
    assert "кавычки" in problem.reason


def test_a_comma_in_a_value_is_noticed(tmp_path: Path) -> None:
    text = 'Класс,Предмет,№ урока,Тема\n7А,Алгебра,1,Числа, дроби\n7А,Алгебра,2,"Числа, дроби"\n'
    (problem,) = read(tmp_path, PLAN, "plan.csv", text).problems
    assert problem.row == 2


@pytest.mark.parametrize("data", [b"\x98" * 50, b"\0\0\0abc", "Класс\0".encode()])
def test_not_text(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, PLAN, "plan.csv", data).state is TableState.FAULTY


def test_a_workbook(tmp_path: Path) -> None:
    head = (*OPT_OUT_HEAD, "Последняя справка")
    rows = [
        ("7А", PUPIL, date(2026, 9, 7), "по почте", None),
        ("7Б", PUPIL, 46272, None, "02.10.2026"),
        ("7В", PUPIL, "2026-09-07", None, datetime(2026, 10, 2, 12)),
    ]
    reading = read(tmp_path, OPT_OUTS, "opt_outs.xlsx", workbook(head, *rows, sheet="Отказы от дневника"))
    assert reading.state is TableState.READY
    assert [row.applied_on for row in reading.rows if isinstance(row, OptOut)] == [date(2026, 9, 7)] * 3
    assert [row.last_issued_on for row in reading.rows if isinstance(row, OptOut)] == [None, *[date(2026, 10, 2)] * 2]


def test_which_sheet_is_read(tmp_path: Path) -> None:
    book = workbook(("заметки",), sheet="Лист1", more={"ктп": [PLAN_HEAD, ROW], "Пояснения": [("x",)], "Пусто": []})
    reading = read(tmp_path, PLAN, "plan.xlsx", book)
    assert reading.rows == (LESSON,)
    assert [item.text for item in reading.notices] == ["лист не читается: «Лист1»"]
    assert read(tmp_path, PLAN, "plan.xlsx", workbook(PLAN_HEAD, ROW, sheet="Лист1")).rows == (LESSON,)
    assert read(tmp_path, PLAN, "plan.xlsx", workbook(("x",), sheet="Пояснения")).state is TableState.FAULTY


def test_places_in_a_workbook_that_does_not_begin_at_its_corner(tmp_path: Path) -> None:
    book = workbook((), (), (None, *PLAN_HEAD), (), (None, "7А", "Алгебра", "x", "Тема"))
    (problem,) = read(tmp_path, PLAN, "plan.xlsx", book).problems
    assert (problem.file, problem.sheet, problem.row, problem.column) == ("plan.xlsx", "КТП", 5, "№ урока")


def test_formulas_and_errors_in_a_workbook(tmp_path: Path) -> None:
    book = workbook(
        (*PLAN_HEAD, "Часов"), ROW, ("7А", "Алгебра", "=C2+1", "Дроби"), ("7А", "Алгебра", 3, "Степени", "=1/0")
    )
    problems = read(tmp_path, PLAN, "plan.xlsx", book).problems
    assert [(item.row, item.column) for item in problems] == [(3, "№ урока"), (4, "Часов")]
    assert "формула" in problems[0].reason


def test_an_error_cell_is_not_an_empty_one(tmp_path: Path) -> None:
    book = workbook((*PLAN_HEAD, "Часов"), (*ROW, 0.5))
    changed = _edit(book, "xl/worksheets/sheet1.xml", b'<c r="E2"><v>0.5</v></c>', b'<c r="E2" t="e"><v>#N/A</v></c>')
    (problem,) = read(tmp_path, PLAN, "plan.xlsx", changed).problems
    assert (problem.row, problem.column, problem.reason) == (2, "Часов", "в ячейке ошибка Excel")


def _edit(book: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with something in one of its parts replaced."""
    buffer = BytesIO()
    with ZipFile(BytesIO(book)) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                assert old in data
                data = data.replace(old, new)
            target.writestr(name, data)
    return buffer.getvalue()


def test_workbooks_that_would_eat_the_memory(tmp_path: Path) -> None:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("КТП")
    sheet.write_row(0, 0, PLAN_HEAD)
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    (problem,) = read(tmp_path, PLAN, "plan.xlsx", buffer.getvalue()).problems
    assert problem.reason == "лист слишком велик"
    bomb = BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (201 * 1024 * 1024))
    (problem,) = read(tmp_path, PLAN, "plan.xlsx", bomb.getvalue()).problems
    assert problem.reason == "книга слишком велика"


def test_dates_of_1904(tmp_path: Path) -> None:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": True})
    book.add_worksheet("КТП").write_row(0, 0, PLAN_HEAD)
    book.close()
    assert "1904" in read(tmp_path, PLAN, "plan.xlsx", buffer.getvalue()).problems[0].reason


@pytest.mark.parametrize(
    "data", [b"hello", b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0" * 200, workbook(PLAN_HEAD)[:-900]]
)
def test_damaged_workbooks(tmp_path: Path, data: bytes) -> None:
    (problem,) = read(tmp_path, PLAN, "plan.xlsx", data).problems
    assert problem.row is None
    assert problem.allowed


@pytest.mark.parametrize("name", ["plan.csv", "plan.xlsx"])
def test_a_file_with_nothing_in_it(tmp_path: Path, name: str) -> None:
    (problem,) = read(tmp_path, PLAN, name, b"  \n").problems
    assert "пуст" in problem.reason


def test_a_file_too_big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MAX_BYTES", 10)
    (problem,) = read(tmp_path, PLAN, "plan.csv", TEXT).problems
    assert "больше" in problem.reason


def test_a_folder(tmp_path: Path) -> None:
    for name, data in {
        "plan.csv": TEXT.encode(),
        "PLAN 8Б.xlsx": workbook(PLAN_HEAD, ("8Б", *ROW[1:])),
        "~$plan.xlsx": b"lock",
        ".hidden.csv": b"x",
        "planet.csv": b"x",
        "opt_out.xlsx": b"x",
        "opt_outs.xls": b"x",
        "user_activity.csv": csv_text(tuple(item.heading for item in USER_ACTIVITY.fields)).encode(),
    }.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "plan").mkdir()
    reading = read_folder(tmp_path)
    states = {item.spec.stem: item.state for item in reading.tables if item.state is not TableState.ABSENT}
    assert states == {"plan": TableState.READY, "opt_outs": TableState.FAULTY, "user_activity": TableState.EMPTY}
    assert reading.tables[0].files == ("PLAN 8Б.xlsx", "plan.csv")
    assert len(reading.tables[0].rows) == 2
    assert [(item.file, item.reason) for item in reading.problems] == [("opt_outs.xls", "файлы «.xls» не читаются")]
    assert "может быть, opt_outs.xlsx?" in next(item.text for item in reading.notices if item.file == "opt_out.xlsx")
    assert {item.file for item in reading.notices} == {"opt_out.xlsx", "planet.csv"}


def test_one_bad_part_holds_back_the_whole_table(tmp_path: Path) -> None:
    (tmp_path / "plan 7А.csv").write_text(TEXT, encoding="utf-8")
    (tmp_path / "plan 7Б.csv").write_text(TEXT.replace(";1;", ";один;"), encoding="utf-8")
    reading = read_folder(tmp_path).tables[0]
    assert (reading.state, reading.rows) == (TableState.FAULTY, ())


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Папки обмена нет"):
        read_folder(tmp_path / "нет")
