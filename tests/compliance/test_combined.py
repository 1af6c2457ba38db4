"""Combined journals: listed under one class, with pupils of another on the list, over all rules at once."""

from collections.abc import Callable
from datetime import date

import pytest
from support.books import PUPILS, WEEKS, fill, finals, told, touch
from support.school import CLASS, CONTROL_TYPE, SECOND_CLASS, TEACHER, Book, Trial

from netcity_sync.adapters.source import Page
from netcity_sync.compliance.finding import Finding, FindingStatus
from netcity_sync.compliance.findings import load_findings
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError
from netcity_sync.mirror.database import open_reader
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.model import AttendanceCode, Journal, Roster, Student, Substitution

New = Callable[..., Trial]
GUEST, OTHER = Student(id=60, name="Орлова Анна Ильинична"), Student(id=61, name="Чайкина Анна Ильинична")
UNKNOWN = AttendanceCode.UNKNOWN
COMBINED_GROUP, OWN_GROUP = 700, 900


def school(*days: str, subject_id: int = 15, first_slot: int = 2, marked: bool = True) -> Book:
    """География of 7А that holds a pupil of 7Б, whose own class has История beside it."""
    own = Book(
        class_id=SECOND_CLASS, group=OWN_GROUP, first_lesson=501, subject="История", subject_id=subject_id,
        first_slot=first_slot, students=[GUEST, OTHER],
    )  # fmt: skip
    book = Book(subject="География", students=[*PUPILS, GUEST], off_roster={GUEST.id})
    if not marked:
        book.students.remove(GUEST)
    fill(book, *days)
    if not marked:
        book.students.append(GUEST)
    book.beside = [fill(own, *days)]
    finals(book)
    finals(own)
    return book


def about(tried: Trial, pupil: int = GUEST.id) -> set[tuple[str, int | None, str]]:
    """What is found of a pupil: the rule, the journal of the place, and whose class's business it is."""
    return {
        (item.rule, item.place.subject_group_id, item.class_name)
        for item in tried.check().findings
        if item.place.student_id == pupil
    }


class TestWhoBelongsToACombinedJournal:
    def test_a_pupil_who_is_asked_like_the_others(self, trial: New) -> None:
        tried = trial(school())
        tried.sync("10-30 21:00")
        assert told(tried) == set()

    def test_a_pupil_whom_nobody_asks_is_the_business_of_the_own_class_and_the_journals_teacher(
        self, trial: New
    ) -> None:
        tried = trial(school(marked=False))
        tried.book.finals = [item for item in tried.book.finals if item.student_id != GUEST.id]
        tried.sync("10-30 21:00")
        assert about(tried) == {("MRK-01", COMBINED_GROUP, "7Б"), ("ACC-01", COMBINED_GROUP, "7Б")}
        (finding,) = tried.found("MRK-01")
        assert finding.message == "7А, География: Орлова А. — ни одной отметки за 16 уроков (1 четверть)"
        assert (finding.class_id, finding.subject_name, finding.teacher_ids) == (SECOND_CLASS, "География", (TEACHER,))
        (finding,) = tried.found("FIN-01")
        assert "нет итоговой отметки у 1 ученика из 5 — Орлова А." in finding.message
        assert finding.class_name == "7А"

    @pytest.mark.parametrize("doubt", ["came later", "own journal", "was here", "list not confirmed"])
    def test_whoever_is_not_sure_is_not_judged(self, trial: New, doubt: str) -> None:
        book = school(marked=False, subject_id=14 if doubt == "own journal" else 15)
        own = book.beside[0]
        if doubt == "came later":
            own.starts[GUEST.id] = date(2026, 9, 2)
        tried = trial(book)
        if doubt == "was here":
            own.starts[GUEST.id] = date(2026, 9, 1)
            book.off_roster, own.off_roster = set(), {GUEST.id}
            tried.sync("09-01 21:00")
            book.off_roster, own.off_roster = {GUEST.id}, set()
            tried.sync("10-28 21:00")
            tried.sync("10-29 21:00")
        if doubt == "list not confirmed":
            tried.sync("10-29 21:00")
            own.off_roster.add(GUEST.id)
        tried.sync("10-30 21:00")
        assert about(tried) == set()

    def test_the_first_day_of_the_term_is_before_it_for_the_rule(self, trial: New) -> None:
        tried = trial(school(marked=False))
        tried.book.beside[0].starts[GUEST.id] = date(2026, 9, 1)
        tried.sync("10-30 21:00")
        assert ("MRK-01", COMBINED_GROUP, "7Б") in about(tried)

    def test_a_journal_of_the_own_class_that_was_never_read_may_list_the_pupil(self, trial: New) -> None:
        tried = trial(school(marked=False))
        unread = Book(
            class_id=SECOND_CLASS, group=901, first_lesson=801, subject="География", students=[OTHER], first_slot=3
        )
        tried.book.beside.append(fill(unread))
        _fail_journal(tried, 901)
        tried.sync("10-30 21:00")
        assert about(tried) == set()


def _fail_journal(tried: Trial, group: int) -> None:
    whole = tried.source.read_journal

    def read(subject_group_id: int, term_id: int) -> Page[Journal]:
        if subject_group_id == group:
            raise AnswerError("нет ответа", where="journal")
        return whole(subject_group_id, term_id)

    tried.source.read_journal = read  # type: ignore[method-assign]


def _fail_roster(tried: Trial, class_id: int) -> None:
    whole = tried.source.read_roster

    def read(asked: int) -> Page[Roster]:
        if asked == class_id:
            raise AnswerError("нет ответа", where="roster")
        return whole(asked)

    tried.source.read_roster = read  # type: ignore[method-assign]


def _still_open(tried: Trial, rule: str) -> list[Finding]:
    with open_reader(DataFolder(tried.settings.storage.data_dir)) as connection:
        return load_findings(connection, status=FindingStatus.OPEN, rules=(rule,))


class TestNoData:
    def test_the_list_of_the_pupils_own_class(self, trial: New) -> None:
        tried = trial(school(marked=False))
        tried.sync("10-29 21:00")
        assert tried.found("MRK-01")
        _fail_roster(tried, SECOND_CLASS)
        tried.sync("10-30 21:00")
        outcome = tried.check("MRK-01")
        assert {gap.place.subject_group_id for gap in outcome.no_data} == {COMBINED_GROUP, OWN_GROUP}
        assert not outcome.findings
        assert _still_open(tried, "MRK-01")

    def test_the_combined_journal_is_the_own_classes_too(self, trial: New) -> None:
        tried = trial(school())
        tried.sync("10-29 21:00")
        _fail_journal(tried, COMBINED_GROUP)
        tried.sync("10-30 21:00")
        gaps = {gap.place.class_id: gap.reason for gap in tried.check("ATT-04").no_data}
        assert gaps[SECOND_CLASS] == "7Б: прочитаны не все журналы класса"

    def test_what_rests_on_another_classes_day_stays_open(self, trial: New) -> None:
        book = school(*WEEKS, first_slot=3)
        third = Book(
            class_id=SECOND_CLASS, group=901, first_lesson=801, subject="Музыка", subject_id=16, first_slot=2,
            students=[OTHER],
        )  # fmt: skip
        book.beside.append(fill(third))
        earlier = Book(group=701, first_lesson=301, subject="Химия", subject_id=17, students=list(PUPILS), first_slot=0)
        book.beside.append(fill(earlier))
        book.add_work(110, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("10-29 21:00")
        (found,) = tried.found("CTL-04")
        assert found.place.lesson_id == 110
        _fail_journal(tried, OWN_GROUP)
        tried.sync("10-30 21:00")
        tried.check("CTL-04")
        assert _still_open(tried, "CTL-04")


class TestTheDayOfAClassIsTheUnion:
    DAYS = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08")

    def away(self, *, also_here: bool) -> Book:
        book = school(*self.DAYS)
        own = book.beside[0]
        for place in range(1, 4):
            own.absent(501 + place, UNKNOWN, GUEST.id)
            if also_here:
                book.absent(101 + place, UNKNOWN, GUEST.id)
        for item in (book, own):
            item.marks = [mark for mark in item.marks if mark.student_id != GUEST.id]
        return book

    def test_who_was_at_the_combined_lesson_was_not_away_all_day(self, trial: New) -> None:
        tried = trial(self.away(also_here=False))
        tried.sync("09-08 21:00")
        assert not tried.found("ATT-08")

    def test_who_was_at_none(self, trial: New) -> None:
        tried = trial(self.away(also_here=True))
        tried.sync("09-08 21:00")
        (finding,) = tried.found("ATT-08")
        assert finding.message.startswith("7Б: Орлова А. — нет на уроках 3 учебных дня подряд")
        assert finding.class_name == "7Б"
        assert (finding.place.subject_group_id, finding.place.student_id) == (OWN_GROUP, GUEST.id)

    def test_marks_around_an_absence_in_journals_of_two_classes(self, trial: New) -> None:
        book = school(*self.DAYS, first_slot=2)
        last = Book(
            class_id=SECOND_CLASS, group=901, first_lesson=801, subject="Музыка", subject_id=16, first_slot=3,
            students=[GUEST, OTHER],
        )  # fmt: skip
        book.beside.append(fill(last, *self.DAYS))
        book.beside[0].absent(503, UNKNOWN, GUEST.id)
        book.mark(103, 5, GUEST.id)
        last.mark(803, 5, GUEST.id)
        tried = trial(book)
        tried.sync("09-08 21:00")
        assert {(item.place.lesson_id, item.class_name) for item in tried.found("ATT-05")} == {(503, "7Б")}

    def test_truancy_counts_over_both(self, trial: New) -> None:
        days = [f"09-{day:02}" for day in (1, 2, 3, 4, 7, 8)]
        book = school(*days)
        for number in range(6):
            for item, first in ((book, 101), (book.beside[0], 501)):
                item.absent(first + number, AttendanceCode.UNEXCUSED, GUEST.id)
        tried = trial(book)
        tried.sync("09-10 21:00")
        (finding,) = tried.found("ATT-04")
        assert "7Б: Орлова А. — за сентябрь 2026 г. без уважительной причины пропущено 12 из 12" in finding.message
        assert finding.class_id == SECOND_CLASS

    def test_a_note_about_a_guest_shows_nothing_of_the_journals_class(self, trial: New) -> None:
        days = [f"09-{day:02}" for day in (1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18)]
        many = [Student(id=number, name=f"Учеников{number} Иван Ильич") for number in range(1, 26)]
        book = Book(subject="География", students=[*many, GUEST], off_roster={GUEST.id})
        own = Book(
            class_id=SECOND_CLASS, group=OWN_GROUP, first_lesson=501, subject="История", subject_id=15, first_slot=2,
            students=[GUEST, OTHER, *(Student(id=100 + n, name=f"Вторых{n} Иван Ильич") for n in range(23))],
        )  # fmt: skip
        for item in (book, own):
            item.add_lessons(*days)
        for number in range(len(days)):
            own.absent(501 + number, AttendanceCode.ILLNESS, 100)
            own.absent(501 + number, AttendanceCode.ILLNESS, 101)
            book.absent(101 + number, AttendanceCode.ILLNESS, GUEST.id)
        book.beside = [own]
        tried = trial(book)
        tried.sync("09-18 23:59")
        tried.sync("09-21 21:00")
        assert {item.class_name for item in tried.found("ATT-01")} == {"7А"}


class TestWorks:
    def test_two_works_of_a_day_in_journals_of_two_classes(self, trial: New) -> None:
        book = school()
        book.add_work(105, CONTROL_TYPE)
        book.beside[0].add_work(505, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("10-30 21:00")
        (finding,) = tried.found("CTL-01")
        assert (finding.place.lesson_id, finding.class_name) == (505, "7Б")
        assert finding.message.endswith("не первая контрольная работа за день, в тот же день — География")

    def test_a_pupil_who_is_not_sure_writes_no_second_work(self, trial: New) -> None:
        book = school()
        book.beside[0].starts[GUEST.id] = date(2026, 9, 2)
        book.add_work(105, CONTROL_TYPE)
        book.beside[0].add_work(505, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("10-30 21:00")
        assert not tried.found("CTL-01")

    def test_homework_of_the_combined_journal_counts_for_the_own_class_only(self, trial: New) -> None:
        book = school()
        others = [
            fill(
                Book(
                    class_id=SECOND_CLASS, group=901 + number, first_lesson=1000 + 100 * number,
                    subject=f"Предмет {number}", subject_id=30 + number, first_slot=3 + number, students=[GUEST, OTHER],
                )
            )
            for number in range(5)
        ]  # fmt: skip
        book.beside += others
        for item in book.books:
            lessons = list(item.lessons)
            item.assignments = [one for one in item.assignments if not one.homework]
            item.give_homework(lessons[4])
        tried = trial(book)
        tried.sync("09-16 21:00")
        (finding,) = tried.found("HW-04")
        assert finding.message == "7Б: на 15.09 задано по 7 предметам, а допустимо не больше 6"

    def test_two_lessons_at_once_in_journals_of_two_classes(self, trial: New) -> None:
        book = school("09-01", "09-03", first_slot=1)
        book.students = [PUPILS[0], GUEST]
        tried = trial(book)
        tried.sync("09-08 21:00")
        assert {item.place.lesson_id for item in tried.found("LSN-09")} == {501, 502}
        book.beside[0].starts[GUEST.id] = date(2026, 9, 2)
        tried.sync("09-09 21:00")
        assert not tried.found("LSN-09")


class TestAccess:
    def test_a_substitution_noted_for_the_other_class(self, trial: New) -> None:
        tried = trial(school())
        tried.sync("09-16 21:00")
        touch(tried, "Примерова Вера Петровна", "География", "09-15T10:00:00", "09-15")
        row = Substitution(
            held_on=date(2026, 9, 15), slot=1, class_name="7Б", subject="География", absent="Учебнова Елена Петровна",
            substitute="Примерова Вера Петровна",
        )  # fmt: skip
        tried.hand_in("09-17 08:00", substitutions=[row])
        assert not {item.rule for item in tried.check("CHG-04", "LSN-08").findings}


class TestChosenClasses:
    def test_a_journal_that_held_pupils_of_the_class_is_read_with_it(self, trial: New) -> None:
        tried = trial(school())
        tried.sync("09-15 21:00", classes=("7Б",))
        assert _read(tried) == {("roster", SECOND_CLASS), ("journal", OWN_GROUP)}
        tried.sync("09-16 21:00")
        tried.sync("09-17 21:00", classes=("7Б",))
        assert _read(tried) == {
            ("roster", CLASS), ("roster", SECOND_CLASS), ("journal", OWN_GROUP), ("journal", COMBINED_GROUP),
        }  # fmt: skip
        assert not {gap.rule for gap in tried.check("ATT-04", "MRK-01").no_data if gap.place.class_id == SECOND_CLASS}

    def test_a_class_whose_journals_hold_others_is_read_alone(self, trial: New) -> None:
        tried = trial(school())
        tried.sync("09-16 21:00")
        tried.sync("09-17 21:00", classes=("7А",))
        assert _read(tried) == {("roster", CLASS), ("journal", COMBINED_GROUP)}
        assert {gap.place.subject_group_id for gap in tried.check("MRK-01").no_data} == set()


def _read(tried: Trial) -> set[tuple[str, int]]:
    """Lists and journals that the newest run read."""
    with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
        rows = snapshot.connection.execute(
            "SELECT kind, coalesce(class_id, subject_group_id) FROM as_of_read"
            " WHERE run_id = (SELECT max(run_id) FROM as_of_read) AND kind IN ('roster', 'journal')"
        )
        return {(row[0], row[1]) for row in rows}
