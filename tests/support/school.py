"""A school small enough to check by hand, and a source that serves it from memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from sqlite_utils import Migrations

from benchmarks.handing import hand_in
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.adapters.source import DriftNote, Page
from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.finding import Finding
from netcity_sync.compliance.schema import migrations
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import NetcityError
from netcity_sync.jobs.check import CheckOutcome, run_check
from netcity_sync.jobs.exchange import take_files
from netcity_sync.jobs.sync import SyncOptions, SyncOutcome, run_sync
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.raw import open_raw
from netcity_sync.model import (
    Assignment,
    AssignmentType,
    Attendance,
    AttendanceCode,
    Dictionaries,
    Enrolment,
    Entity,
    FinalKind,
    FinalMark,
    FinalMarks,
    Grading,
    Journal,
    JournalAccess,
    Lesson,
    Mark,
    Roster,
    School,
    SchoolClass,
    SchoolYear,
    Staff,
    Student,
    SubjectGroup,
    Term,
    TermKind,
)
from netcity_sync.settings import Settings

ZONE = ZoneInfo("Asia/Yekaterinburg")
CLASS, GROUP, TERM, TEACHER, CHIEF = 70, 700, 1, 11, 12
HOMEWORK_TYPE, ANSWER_TYPE, CONTROL_TYPE, OTHER_TYPE = 3, 10, 4, 22
SECOND_CLASS = 71
STAFF = {TEACHER: "Учебнова Елена Петровна", CHIEF: "Примерова Вера Петровна"}
FIRST_DAY = date(2026, 9, 1)


def at(text: str) -> datetime:
    """A moment by the school's clocks: `09-14 21:00`, or `2027-01-12 21:00`."""
    whole = text if text.startswith("20") else f"2026-{text}"
    return datetime.fromisoformat(whole).replace(tzinfo=ZONE).astimezone(UTC)


@dataclass
class Book:
    """One journal that a test writes by hand: lessons on given days, everything else added by the test.

    `beside` are other journals; give these another `group`, and another `class_id`, `grade` and pupils where they are
    of another class. `following` is the same journal in other terms; give these another `term`, with its days and
    name, and write final marks into the first.
    """

    class_id: int = CLASS
    grade: int = 7
    grading: Grading = Grading.MARKS
    extracurricular: bool = False
    individual_plan: bool = False
    term: int = TERM
    term_start: date = FIRST_DAY
    term_end: date = date(2026, 10, 23)
    term_name: str = "1 четверть"
    term_kind: TermKind = TermKind.QUARTER
    students: list[Student] = field(default_factory=lambda: [Student(id=1, name="Иванов Иван Петрович")])
    starts: dict[int, date] = field(default_factory=dict)
    lessons: dict[int, Lesson] = field(default_factory=dict)
    assignments: list[Assignment] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    attendance: list[Attendance] = field(default_factory=list)
    finals: list[FinalMark] = field(default_factory=list)
    off_roster: set[int] = field(default_factory=set)
    group: int = GROUP
    subject_id: int = 14
    subject: str = "Химия"
    subgroup: str = ""
    first_lesson: int = 101
    first_slot: int = 1
    teachers: tuple[int, ...] = ()
    beside: list["Book"] = field(default_factory=list)
    following: list["Book"] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the journal is called."""
        return f"{self.subject}/{self.subgroup}" if self.subgroup else self.subject

    def add_lessons(self, *days: str, topic: str | None = "Тема урока") -> "Book":
        """Lessons on days such as `09-14`, or `2027-01-12`; their ids count up from `first_lesson`."""
        for text in days:
            day = date.fromisoformat(text if len(text) > len("09-14") else f"2026-{text}")
            number = self.first_lesson + len(self.lessons)
            slot = self.first_slot + sum(item.date == day for item in self.lessons.values())
            self.lessons[number] = Lesson(id=number, date=day, slot=slot, topic=topic)
        return self

    def set_topic(self, lesson: int, topic: str | None) -> None:
        """Write or wipe a topic."""
        self.lessons[lesson] = self.lessons[lesson].model_copy(update={"topic": topic})

    def give_homework(self, *lessons: int, text: str | None = "§ 5") -> None:
        """Homework given at these lessons."""
        for lesson in lessons:
            self.assignments.append(
                Assignment(
                    id=5000 + lesson, type_id=HOMEWORK_TYPE, homework=True, lesson_id=lesson,
                    given_at_lesson_id=lesson, text=text,
                )
            )  # fmt: skip

    def add_work(self, lesson: int, type_id: int = ANSWER_TYPE) -> int:
        """A column; answers with its id."""
        number = 9000 + len(self.assignments)
        self.assignments.append(Assignment(id=number, type_id=type_id, homework=False, lesson_id=lesson, text="Работа"))
        return number

    def mark(self, lesson: int, value: int | None = 4, student: int = 1, *, duty: bool = False) -> int:
        """A mark in a column of its own."""
        work = self.add_work(lesson)
        self.marks.append(Mark(student_id=student, assignment_id=work, lesson_id=lesson, value=value, duty=duty))
        return work

    def final(
        self,
        value: int | None = 4,
        student: int = 1,
        *,
        kind: FinalKind = FinalKind.TERM,
        term: int = TERM,
        raw: str | None = None,
    ) -> None:
        """A final mark, in the place of the one that stood in that cell."""
        of_term = term if kind is FinalKind.TERM else None
        self.finals = [
            item for item in self.finals if (item.student_id, item.kind, item.term_id) != (student, kind, of_term)
        ]
        mark = None if raw is not None else value
        self.finals.append(FinalMark(student_id=student, kind=kind, term_id=of_term, value=mark, raw=raw))

    def absent(self, lesson: int, code: AttendanceCode = AttendanceCode.ILLNESS, student: int = 1) -> None:
        """A mark of attendance."""
        self.attendance.append(Attendance(student_id=student, lesson_id=lesson, code=code, raw=code.value))

    @property
    def class_name(self) -> str:
        """What the class is called: the second one is «Б»."""
        return f"{self.grade}{'Б' if self.class_id == SECOND_CLASS else 'А'}"

    @property
    def books(self) -> list["Book"]:
        """This journal and those beside it."""
        return [self, *self.beside]

    @property
    def terms(self) -> list["Book"]:
        """This book and the same journal in its other terms."""
        return [self, *self.following]

    def page(self) -> Journal:
        """The journal as it stands."""
        return Journal(
            subject_group_id=self.group,
            term_id=self.term,
            students=tuple(self.students),
            lessons=tuple(self.lessons.values()),
            assignments=tuple(self.assignments),
            marks=tuple(self.marks),
            attendance=tuple(self.attendance),
        )


class BookSource:
    """A source that serves one book."""

    capabilities = NetSchoolSource.capabilities

    def __init__(self, book: Book) -> None:
        self.book = book
        self.broken: dict[str, NetcityError] = {}
        self.staff_gone: set[int] = set()
        self.chiefs: tuple[int, ...] = (CHIEF,)
        self.teachers: tuple[int, ...] = (TEACHER,)
        self.second_class: tuple[Student, ...] = ()
        self.year_closed = False
        self.signed_in = 0
        self.signed_out = 0

    def __enter__(self) -> Self:
        self.signed_in += 1
        if "sign-in" in self.broken:
            raise self.broken["sign-in"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.signed_out += 1

    def _fail(self, what: str) -> None:
        if what in self.broken:
            raise self.broken[what]

    def drift(self) -> tuple[DriftNote, ...]:
        return ()

    def read_journal_access(self, class_id: int, first: date, last: date) -> Page[tuple[JournalAccess, ...]]:
        raise AssertionError("not among the capabilities")

    def read_dictionaries(self) -> Page[Dictionaries]:
        """One class with its journals."""
        self._fail("dictionaries")
        book = self.book
        content = Dictionaries(
            school=School(id=1, name="МБОУ «СОШ № 0»"),
            year=SchoolYear(id=1, name="2026/2027", start=FIRST_DAY, end=date(2027, 8, 31), closed=self.year_closed),
            terms=tuple(
                Term(id=item.term, name=item.term_name, kind=item.term_kind, start=item.term_start, end=item.term_end)
                for item in {part.term: part for item in book.books for part in item.terms}.values()
            ),
            staff=tuple(
                Staff(id=key, name=name) for key, name in STAFF.items() if key not in self.staff_gone
            ),
            classes=(
                SchoolClass(id=CLASS, name=book.class_name, grade=book.grade, chief_ids=self.chiefs),
                *self._second_class(),
            ),
            assignment_types=(
                AssignmentType(id=HOMEWORK_TYPE, name="Домашнее задание", abbr="ДЗ"),
                AssignmentType(id=ANSWER_TYPE, name="Ответ на уроке", abbr="О"),
                AssignmentType(id=CONTROL_TYPE, name="Контрольная работа", abbr="К"),
                AssignmentType(id=OTHER_TYPE, name="Прочее", abbr="Пр"),
            ),
            subject_groups=tuple(
                SubjectGroup(
                    id=item.group, name=item.title, class_id=item.class_id, subject_id=item.subject_id,
                    subject_name=item.subject, grading=item.grading, individual_plan=item.individual_plan,
                    extracurricular=item.extracurricular, teacher_ids=item.teachers or self.teachers,
                    term_ids=tuple(part.term for part in item.terms),
                )
                for item in book.books
            ),
        )  # fmt: skip
        return Page(content, content.model_dump_json().encode())

    def _second_class(self) -> tuple[SchoolClass, ...]:
        """Another class, where it has journals of its own; one of the same grade where it only has pupils."""
        journals = [item for item in self.book.beside if item.class_id == SECOND_CLASS]
        if not journals and not self.second_class:
            return ()
        book = journals[0] if journals else Book(class_id=SECOND_CLASS, grade=self.book.grade)
        return (SchoolClass(id=SECOND_CLASS, name=book.class_name, grade=book.grade, chief_ids=(CHIEF,)),)

    def read_roster(self, class_id: int) -> Page[Roster]:
        """The pupils of the class's first book, less those who left."""
        self._fail("roster")
        book = next((item for item in self.book.books if item.class_id == class_id), None)
        listed = [item for item in book.students if item.id not in book.off_roster] if book else []
        if class_id == SECOND_CLASS and self.second_class:
            listed = list(self.second_class)
        starts = book.starts if book else {}
        content = Roster(
            class_id=class_id,
            students=tuple(listed),
            enrolments=tuple(
                Enrolment(class_id=class_id, student_id=item.id, start=starts.get(item.id)) for item in listed
            ),
        )
        return Page(content, content.model_dump_json().encode())

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        """The book, or the one beside it that is asked for, in that term."""
        self._fail("journal")
        asked = (item for item in self.book.beside if item.group == subject_group_id)
        book = next(asked, self.book)
        content = next((item for item in book.terms if item.term == term_id), book).page()
        return Page(content, content.model_dump_json().encode())

    def read_term_marks(self, subject_group_id: int) -> Page[FinalMarks]:
        """The final marks of the book, or of the one beside it."""
        self._fail("finals")
        asked = (item for item in self.book.beside if item.group == subject_group_id)
        book = next(asked, self.book)
        content = FinalMarks(subject_group_id=subject_group_id, marks=tuple(book.finals))
        return Page(content, content.model_dump_json().encode())


class Trial:
    """A book, the mirror it is synced into, and the checks over it."""

    def __init__(self, folder: Path, book: Book, *, checked: bool = False, **sections: object) -> None:
        """A mirror that was `checked` has the tables of a check before the first one."""
        self.book = book
        self.checked = checked
        self.source = BookSource(book)
        self.settings = Settings.model_validate(
            {
                "gis": {"url": "http://127.0.0.1:1", "school": 1, "login": "x"},
                "school": {"timezone": ZONE.key},
                "storage": {"data_dir": str(folder)},
                **sections,
            }
        )
        self.now = at("09-01 08:00")

    def sync(self, moment: str, **options: object) -> SyncOutcome:
        """Read the book at a moment such as `09-14 21:00`."""
        return self.sync_at(at(moment), **options)

    def sync_at(self, moment: datetime, **options: object) -> SyncOutcome:
        """Read the book at a moment of any year."""
        self.now = moment
        _lay_mirror(self.settings.storage.data_dir, checked=self.checked)
        return run_sync(self.settings, self.source, fixed_clock(self.now), SyncOptions(**options))  # type: ignore[arg-type]

    def hand_in(self, moment: str, **tables: Iterable[Entity]) -> None:
        """Put whole tables, by the names of their files, into the exchange folder and take them at a moment."""
        self.now = at(moment)
        hand_in(self.settings.exchange_folder, tables)
        assert take_files(self.settings, fixed_clock(self.now)).exit_code == 0

    def check(self, *rules: str) -> CheckOutcome:
        """Check at the moment of the last sync."""
        return run_check(self.settings, fixed_clock(self.now), rules=rules)

    def found(self, rule: str) -> list[Finding]:
        """The findings of one rule."""
        return [item for item in self.check(rule).findings if item.rule == rule]


@cache
def _empty_files(*more: Migrations) -> dict[str, bytes]:
    """A mirror and raw answers in which nothing was read yet: making tables takes longer than most tests."""
    with TemporaryDirectory() as name:
        folder = DataFolder(Path(name))
        with open_writer(folder, *more), open_raw(folder.raw):
            pass
        return {path.name: path.read_bytes() for path in (folder.mirror, folder.raw)}


def _lay_mirror(root: Path, *, checked: bool) -> None:
    folder = DataFolder(root)
    if not folder.mirror.exists():
        folder.prepare()
        for name, body in _empty_files(*([migrations] if checked else [])).items():
            path = folder.root / name
            if not path.exists():
                path.write_bytes(body)
