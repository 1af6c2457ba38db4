"""Every value with the interval in which it was entered, and who opened the journal then."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.school import CLASS, GROUP, TERM, ZONE, Book, Trial, at
from support.two_groups import SECOND, two_groups

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, UsageError
from netcity_sync.mirror.database import open_reader, open_writer
from netcity_sync.mirror.history import Event, JournalHistory, Wanted, read_history
from netcity_sync.mirror.lookup import all_journals, find_student, of_class, of_subject, of_term, of_year
from netcity_sync.mirror.records import AttendanceSaid, LessonSaid, MarkSaid, Step, TextSaid, What
from netcity_sync.model import AttendanceCode, Student

EVERYTHING = Wanted()


def histories(tried: Trial, wanted: Wanted = EVERYTHING, group: int = GROUP) -> JournalHistory:
    with open_reader(DataFolder(tried.settings.storage.data_dir)) as connection:
        journals = [item for item in all_journals(connection) if item.subject_group_id == group]
        (history,) = read_history(connection, ZONE, journals, wanted)
    return history


def events(tried: Trial, what: What, wanted: Wanted = EVERYTHING, group: int = GROUP) -> list[Event]:
    return [item for item in histories(tried, wanted, group).events if item.what is what]


def mark(value: int) -> MarkSaid:
    return MarkSaid(value, False, None)


def change_mark(book: Book, value: int | None) -> None:
    (old,) = book.marks
    book.marks = [old.model_copy(update={"value": value, "duty": value is None})]


@pytest.fixture
def book() -> Book:
    book = Book().add_lessons("09-14", "09-16")
    book.set_topic(102, None)
    return book


def test_what_the_first_read_saw_was_entered_at_an_unknown_time(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    book.mark(101, 4)
    tried.sync("09-14 21:00")
    (event,) = events(tried, What.MARK)
    assert (event.step, event.old, event.new) == (Step.ADDED, None, mark(4))
    assert (event.not_before, event.not_after) == (None, at("09-14 21:00"))
    assert event.place.lesson_date == date(2026, 9, 14)
    assert event.place.student_name == "Иванов Иван Петрович"


def test_a_failed_read_widens_the_interval(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    tried.sync("09-14 21:00")
    book.mark(101, 4)
    tried.source.broken["journal"] = AnswerError("нет ответа")
    tried.sync("09-15 21:00")
    assert histories(tried).failed_since
    del tried.source.broken["journal"]
    tried.sync("09-16 21:00")
    (event,) = events(tried, What.MARK)
    assert (event.not_before, event.not_after, event.run_id) == (at("09-14 21:00"), at("09-16 21:00"), 3)
    assert not histories(tried).failed_since


def test_two_changes_between_two_reads_are_one(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    book.mark(101, None, duty=True)
    tried.sync("09-14 21:00")
    change_mark(book, 3)
    change_mark(book, 5)
    tried.sync("09-15 21:00")
    tried.sync("09-16 21:00")
    first, second = events(tried, What.MARK)
    assert first.new == MarkSaid(None, True, None)
    assert first.last_seen == at("09-14 21:00")
    assert (second.step, second.old, second.new) == (Step.CHANGED, first.new, mark(5))
    assert second.last_seen == at("09-16 21:00")


def test_missing_then_back(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    book.mark(101, 4)
    tried.sync("09-14 21:00")
    kept, book.marks = book.marks, []
    tried.sync("09-15 21:00")
    last = events(tried, What.MARK)[-1]
    assert (last.step, last.old, last.new, last.confirmed_run_id) == (Step.MISSING, mark(4), None, None)
    book.marks = kept
    tried.sync("09-16 21:00")
    assert [(item.step, item.run_id) for item in events(tried, What.MARK)] == [
        (Step.ADDED, 1), (Step.MISSING, 2), (Step.RETURNED, 3),
    ]  # fmt: skip


def test_gone_for_sure_then_back_otherwise(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    book.mark(101, 4)
    tried.sync("09-14 21:00")
    kept, book.marks = book.marks, []
    tried.sync("09-15 21:00")
    tried.sync("09-16 21:00")
    removed = events(tried, What.MARK)[-1]
    assert (removed.step, removed.run_id, removed.confirmed_run_id) == (Step.REMOVED, 2, 3)
    assert (removed.not_before, removed.not_after) == (at("09-14 21:00"), at("09-15 21:00"))
    book.marks = kept
    change_mark(book, 5)
    tried.sync("09-17 21:00")
    back = events(tried, What.MARK)[-1]
    assert (back.step, back.old, back.new, back.run_id) == (Step.RETURNED, mark(4), mark(5), 4)


def test_a_changed_record_that_was_missing_is_back(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    book.mark(101, 4)
    tried.sync("09-14 21:00")
    kept, book.marks = book.marks, []
    tried.sync("09-15 21:00")
    book.marks = kept
    change_mark(book, 5)
    tried.sync("09-16 21:00")
    assert [(item.step, item.old, item.new) for item in events(tried, What.MARK)][1:] == [
        (Step.MISSING, mark(4), None), (Step.RETURNED, mark(4), mark(5)),
    ]  # fmt: skip


def test_topics_and_lessons_are_told_apart(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    tried.sync("09-14 21:00")
    book.set_topic(102, "Атомы")
    tried.sync("09-15 21:00")
    book.lessons[102] = book.lessons[102].model_copy(update={"date": date(2026, 9, 17)})
    tried.sync("09-16 21:00")
    book.set_topic(102, None)
    tried.sync("09-17 21:00")
    topics = [item for item in events(tried, What.TOPIC) if item.place.lesson_id == 102]
    assert [(item.step, item.old, item.new, item.run_id) for item in topics] == [
        (Step.ADDED, None, TextSaid("Атомы"), 2), (Step.REMOVED, TextSaid("Атомы"), None, 4),
    ]  # fmt: skip
    moved = [item for item in events(tried, What.LESSON) if item.step is Step.CHANGED]
    assert [(item.old, item.new, item.run_id) for item in moved] == [
        (LessonSaid(date(2026, 9, 16), 1), LessonSaid(date(2026, 9, 17), 1), 3)
    ]


def test_a_lesson_is_found_by_any_day_on_which_it_stood(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    book.give_homework(102)
    book.absent(102, AttendanceCode.UNKNOWN)
    tried.sync("09-14 21:00")
    book.lessons[102] = book.lessons[102].model_copy(update={"date": date(2026, 9, 17)})
    tried.sync("09-15 21:00")
    for day in (date(2026, 9, 16), date(2026, 9, 17)):
        found = histories(tried, Wanted(day=day)).events
        assert {item.what for item in found} == {What.LESSON, What.HOMEWORK, What.ATTENDANCE}
        assert {item.place.lesson_id for item in found} == {102}
    assert histories(tried, Wanted(day=date(2026, 9, 16), slot=2)).events == ()
    (absence,) = events(tried, What.ATTENDANCE)
    assert absence.new == AttendanceSaid(AttendanceCode.UNKNOWN, "unknown")


def test_a_read_that_cannot_be_compared_gives_no_lower_bound(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    tried.sync("09-14 21:00")
    book.mark(101, 4)
    tried.sync("09-15 21:00")
    change_mark(book, 5)
    tried.sync("09-16 21:00")
    scope = Scope(ScopeKind.JOURNAL, subject_group_id=GROUP, term_id=TERM)
    with open_writer(DataFolder(tmp_path)) as connection:
        connection.execute(
            "UPDATE scope_read SET anew = 1 WHERE run_id = 2"
            " AND scope_id = (SELECT scope_id FROM scope WHERE key = ?)", [scope.key],
        )  # fmt: skip
    first, second = events(tried, What.MARK)
    assert (first.not_before, first.not_after) == (None, at("09-15 21:00"))
    assert second.not_before == at("09-15 21:00")


def test_times_bound_the_events(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    book.mark(101, 3)
    tried.sync("09-14 21:00")
    change_mark(book, 4)
    tried.sync("09-15 21:00")
    change_mark(book, 5)
    tried.sync("09-16 21:00")

    def values(wanted: Wanted) -> list[object]:
        return [item.new for item in events(tried, What.MARK, wanted)]

    assert values(Wanted(since=at("09-15 21:00"))) == [mark(4), mark(5)]
    assert values(Wanted(since=at("09-15 21:01"))) == [mark(5)]
    assert values(Wanted(until=at("09-15 21:00"))) == [mark(3), mark(4), mark(5)]
    assert values(Wanted(until=at("09-15 20:59"))) == [mark(3), mark(4)]
    assert values(Wanted(until=at("09-13 20:59"))) == []


def test_two_subgroups_and_who_touched_them(tmp_path: Path) -> None:
    first, second = Book().add_lessons("09-14"), Book().add_lessons("09-14")
    second.students = [Student(id=2, name="Иванова Анна Ильинична")]
    tried, source = two_groups(tmp_path, first, second)
    source.touch("09-14T20:58", "09-14")
    tried.sync("09-14 21:00")
    first.mark(101, 5)
    source.touch("09-14T21:00", "09-14", "в минуту чтения")
    source.touch("09-15T12:00", "09-14")
    source.touch("09-15T12:05", None, "вообще")
    source.touch("09-15T12:10", "09-12", "о другом уроке")
    source.touch("09-15T21:01", "09-14", "после")
    tried.sync("09-15 21:00")
    (event,) = events(tried, What.MARK)
    assert [item.action for item in event.touches] == ["в минуту чтения", "Изменение оценок", "вообще"]
    assert event.touches[1].at == at("09-15 12:00")
    assert event.access_read
    assert events(tried, What.MARK, group=SECOND) == []
    assert [item.place.student_id for item in events(tried, What.LISTED, group=SECOND)] == [2]


def test_a_report_on_access_that_was_not_read_later_covers_nothing(tmp_path: Path) -> None:
    book = Book().add_lessons("09-14")
    tried, source = two_groups(tmp_path, book, Book())
    tried.sync("09-14 21:00")
    book.mark(101, 5)
    source.broken["access"] = AnswerError("нет отчёта")
    tried.sync("09-15 21:00")
    assert not events(tried, What.MARK)[0].access_read
    assert events(tried, What.LESSON)[0].access_read


def test_names_are_found_however_they_are_written(tmp_path: Path) -> None:
    book = Book().add_lessons("09-14")
    book.students = [
        Student(id=1, name="Иванов Пётр Ильич"), Student(id=2, name="Иванов Игорь Ильич"),
        Student(id=3, name="Иванова Анна Ильинична"), Student(id=4, name="Семёнов Иван"),
        Student(id=5, name="Семёнов Иван"),
    ]  # fmt: skip
    tried, _ = two_groups(tmp_path, book, Book(students=[]))
    tried.sync("09-14 21:00")
    with open_reader(DataFolder(tmp_path)) as connection:
        journals = of_class(of_year(all_journals(connection), None), "7 a")
        group = of_subject(journals, "английский язык/2")
        assert {item.subject_group_id for item in group} == {SECOND}
        assert of_subject(journals, str(GROUP))[0].name == "Английский язык/1 группа"
        assert of_term(group, "1")[0].term_name == "1 четверть"
        found = {
            text: find_student(connection, journals, text).id for text in ("иванова", "иванов п", "Иванов Петр", "5")
        }
        assert found == {"иванова": 3, "иванов п": 1, "Иванов Петр": 1, "5": 5}
        for text, said in (
            ("Иванов", "Иванов Игорь Ильич; Иванов Пётр Ильич"),
            ("семенов", r"\(№ 4\)"),
            ("Ж", "Есть уч"),
        ):
            with pytest.raises(UsageError, match=said):
                find_student(connection, journals, text)
        for way, text, said in (
            (of_subject, "англ", "1 группа; Английский язык/2 группа"), (of_subject, "Химия", "Есть журналы"),
            (of_class, "8А", "Есть классы: 7А"), (of_term, "2", "Есть: 1 четверть"),
        ):  # fmt: skip
            with pytest.raises(UsageError, match=said):
                way(journals, text)
        with pytest.raises(UsageError, match="Есть учебные годы: 2026/2027"):
            of_year(journals, 2020)


def test_a_journal_that_was_closed_keeps_the_names_of_its_time(tmp_path: Path, book: Book) -> None:
    tried = Trial(tmp_path, book)
    book.mark(101, 4)
    tried.sync("09-14 21:00")
    with open_writer(DataFolder(tmp_path)) as connection:
        connection.execute("INSERT INTO run (run_id, started_at, status, program_version) VALUES (2, '', 'done', '')")
        for table in ("subject_group_term", "subject_group", "school_class", "term"):
            connection.execute(f"UPDATE {table} SET seen_to = 2")
        connection.execute(f"INSERT INTO school_class VALUES ({CLASS}, '8А', 8, 2, NULL, NULL)")
    with open_reader(DataFolder(tmp_path)) as connection:
        (journal,) = all_journals(connection)
    assert (journal.label, journal.year) == ("7А, Химия, 1 четверть", 2026)
    assert len(events(tried, What.MARK)) == 1
    assert replace(journal, term_start=date(2027, 2, 1)).year == 2026
