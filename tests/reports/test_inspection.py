"""R11: the paper says what the check found, of journals that were read, and of nothing else."""

from collections import Counter
from datetime import date
from pathlib import Path

from support.reports import desk_at, tables
from support.school import CLASS, Book, Trial

from netcity_sync.errors import AnswerError
from netcity_sync.model import AttendanceCode, Student
from netcity_sync.reports.document import Document
from netcity_sync.reports.period import month_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request

SEPTEMBER = month_period(date(2026, 9, 1))


def made(tried: Trial, focus: Focus = Focus()) -> Document:  # noqa: B008 (frozen)
    """September's paper."""
    with desk_at(tried.settings, tried.now) as desk:
        return find_report("inspection").build(desk, Request(SEPTEMBER, focus))


def trial(folder: Path, **sections: object) -> Trial:
    """Two journals of two teachers; the first has no topics, and pupils without marks."""
    book = Book(students=[Student(id=1, name="Иванов Иван"), Student(id=2, name="Орлова Анна")])
    book.add_lessons("09-01", "09-08", "09-15", "09-22", "09-29", topic=None)
    other = Book(students=book.students, group=701, subject="Физика", first_lesson=201, first_slot=2, teachers=(12,))
    book.beside.append(other.add_lessons("10-06"))
    return Trial(folder, book, **sections)


def test_teachers_with_and_without_remarks(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.sync("09-30 21:00")
    tried.check("LSN-01", "MRK-01")
    for focus in (Focus(), Focus(class_id=CLASS), Focus(grade=7)):
        document = made(tried, focus)
        shown = tables(document)
        assert shown["По областям"].rows == (("Учебнова Е. П.", 5, 2, 7),)
        assert [column.title for column in shown["По областям"].columns][1:3] == ["Своевременность", "Накопляемость"]
        assert [row[:3] for row in shown["Мало отметок"].rows] == [("Учебнова Е. П.", "Химия", "7А")] * 2
        assert [row[3] for row in shown["Мало отметок"].rows] == ["Иванов И.", "Орлова А."]
        assert document.sections[0].paragraphs == (
            "Проверены журналы классов: 7А.", "Классы без замечаний: нет.", "Учителя без замечаний: Примерова В. П.",
            "Учителя с замечаниями: Учебнова Е. П.",
        )  # fmt: skip
        assert ("Срок устранения", "07.10.2026") in document.facts
    assert tables(made(tried, Focus(grade=8))) == {}


def test_remarks_of_other_days_and_of_class_teachers_are_left_out(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.book.add_lessons("10-06", topic=None)
    tried.book.absent(101, AttendanceCode.UNKNOWN)
    tried.sync("10-20 21:00")
    found = tried.check("LSN-01", "ATT-03").findings
    assert Counter(item.rule for item in found) == {"LSN-01": 6, "ATT-03": 1}
    assert tables(made(tried))["По областям"].rows == (("Учебнова Е. П.", 5, 5),)


def test_before_any_check_there_is_no_data(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.sync("09-30 21:00")
    assert made(tried).sections[0].title == "Нет данных"


def test_unread_journals_are_neither_praised_nor_blamed(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.sync("09-30 21:00")
    tried.check("LSN-01")
    tried.source.broken["journal"] = AnswerError("не читается")
    tried.sync("09-30 22:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("inspection").build(desk, Request(SEPTEMBER))
    assert document.sections[0].paragraphs == (
        "Проверены журналы классов: нет.", "Проверены не полностью: 7А.", "Классы без замечаний: нет.",
        "Учителя без замечаний: нет.", "Учителя с замечаниями: нет.",
        "Нет данных о части журналов: Примерова В. П., Учебнова Е. П.",
    )  # fmt: skip
