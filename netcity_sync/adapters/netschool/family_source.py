"""Journals as a family's account shows them: its own children's marks and homework, by calls that are all evidenced.

A second way where the staff's journal does not answer (protocol.md §2.4, §3.3). What it gives is honest about being
partial: the only pupils of its journals are the account's own children, and attendance is not among its capabilities.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import SecretStr

from netcity_sync.adapters.netschool import wire
from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.adapters.netschool.family import FamilyView
from netcity_sync.adapters.netschool.parser import group_of, staff_of, term_of, types_of
from netcity_sync.adapters.netschool.transport import Call
from netcity_sync.adapters.source import Capability, DriftNote, Page
from netcity_sync.clock import Clock, system_clock
from netcity_sync.diary import DiaryAssignment, DiaryLesson, FamilyStudent
from netcity_sync.errors import AnswerError
from netcity_sync.model import (
    Assignment,
    Dictionaries,
    Enrolment,
    FinalMarks,
    Journal,
    JournalAccess,
    Lesson,
    Roster,
    School,
    SchoolClass,
    SchoolYear,
    Student,
    Term,
)
from netcity_sync.settings import GisSettings

T = TypeVar("T", Lesson, Assignment)


class FamilySource:
    """A parent's or pupil's account as a `JournalSource`."""

    capabilities: frozenset[Capability] = frozenset(
        {Capability.ROSTER, Capability.LESSONS, Capability.HOMEWORK, Capability.MARKS}
    )

    def __init__(
        self,
        gis: GisSettings,
        password: SecretStr | None,
        *,
        session_file: Path | None = None,
        clock: Clock = system_clock,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = Connection(
            gis, Account(gis.login, password, gis.role, session_file), clock=clock, monotonic=monotonic, sleep=sleep
        )
        self._view = FamilyView(self._connection)
        self._children: dict[int, tuple[FamilyStudent, ...]] = {}
        self._members: dict[int, tuple[FamilyStudent, ...]] = {}
        self._terms: dict[int, Term] = {}
        self._groups: dict[int, wire.SubjectGroup] = {}

    def __enter__(self) -> Self:
        self._connection.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def drift(self) -> tuple[DriftNote, ...]:
        """How the answers so far differ from what is expected."""
        return self._connection.drift.notes()

    def read_dictionaries(self) -> Page[Dictionaries]:
        """The journals of the account's children, their classes and terms."""
        profile, ask = self._connection.profile, self._connection.ask
        context, year = self._connection.context(), self._view.year()
        children = self._view.students().students
        groups: dict[int, wire.SubjectGroup] = {}
        classes: dict[int, list[FamilyStudent]] = {}
        members: dict[int, list[FamilyStudent]] = {}
        bodies = []
        for child in children:
            found: list[wire.SubjectGroup]
            path = profile.family_groups.format(student_id=child.id)
            found, body = ask(list[wire.SubjectGroup], Call("GET", path))
            groups |= {item.id: item for item in found}
            for item in found:
                members.setdefault(item.id, []).append(child)
            for class_id, _ in Counter(item.school_class.id for item in found).most_common(1):
                classes.setdefault(class_id, []).append(child)
            bodies.append(body)
        types, body = ask(list[wire.AssignmentType], Call("GET", profile.assignment_types))
        terms = self._read_terms(groups.values())
        self._groups, self._terms = groups, {item.id: item for item in terms}
        self._children = {key: tuple(here) for key, here in classes.items()}
        self._members = {key: tuple(here) for key, here in members.items()}
        content = Dictionaries(
            school=School(id=context.school_id, name=context.organization.name),
            year=SchoolYear(id=year.id, name=year.name, start=year.start, end=year.end, closed=year.closed == "Closed"),
            terms=terms,
            staff=staff_of([teacher for group in groups.values() for teacher in group.teachers]),
            classes=_classes(groups.values()),
            assignment_types=types_of(types),
            subject_groups=tuple(group_of(item) for item in groups.values()),
        )
        return Page(content, b"[" + b",\n".join([*bodies, body]) + b"]")

    def read_roster(self, class_id: int) -> Page[Roster]:
        """Of a class, the account's own children: those most of whose journals are its; others may be combined."""
        children = self._children.get(class_id, ())
        content = Roster(
            class_id=class_id,
            students=tuple(Student(id=child.id, name=child.name) for child in children),
            enrolments=tuple(Enrolment(class_id=class_id, student_id=child.id) for child in children),
        )
        return Page(content, content.model_dump_json().encode())

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        """A journal as far as the diaries of its children show it."""
        group, term = self._groups.get(subject_group_id), self._terms.get(term_id)
        if group is None or term is None:
            raise AnswerError("Такого журнала нет среди журналов семьи.", where=f"{subject_group_id}")
        profile = self._connection.profile
        own: list[FamilyStudent] = []
        lessons: dict[tuple[int, int], DiaryLesson] = {}
        bodies: list[bytes] = []
        for child in self._members.get(group.id, ()):
            diary, body = self._view.diary(child.id, term.start, term.end)
            path = profile.family_meetings.format(student_id=child.id, first=term.start, last=term.end)
            meetings: list[wire.ClassMeeting]
            meetings, _ = self._connection.ask(list[wire.ClassMeeting], Call("GET", path))
            here = {item.id for item in meetings if item.subject_group_id == subject_group_id}
            if here:
                own.append(child)
                lessons |= {(child.id, item.id): item for item in diary.lessons if item.id in here}
                bodies.append(body)
        given = [entry for item in lessons.values() for entry in item.assignments]
        journal = Journal(
            subject_group_id=subject_group_id,
            term_id=term_id,
            students=tuple(Student(id=child.id, name=child.name) for child in own),
            lessons=_once(Lesson(id=item.id, date=item.date, slot=item.number) for item in lessons.values()),
            assignments=_once(_assignment(entry, profile.homework_type) for entry in given),
            marks=tuple(entry.mark for entry in given if entry.mark is not None),
            attendance=(),
        )
        return Page(journal, b"[" + b",\n".join(bodies) + b"]")

    def read_term_marks(self, subject_group_id: int) -> Page[FinalMarks]:
        """Not among the capabilities of this source."""
        raise AnswerError(
            "Учётная запись семьи не читает итоговые отметки журнала.", where=f"журнал {subject_group_id}"
        )

    def read_journal_access(self, class_id: int, first: date, last: date) -> Page[tuple[JournalAccess, ...]]:
        """Not among the capabilities of this source."""
        raise AnswerError("Учётная запись семьи не читает отчёт о доступе к журналу.", where=f"класс {class_id}")

    def _read_terms(self, groups: Iterable[wire.SubjectGroup]) -> tuple[Term, ...]:
        """The terms of the children's classes; where their call does not answer, those that the reports offer."""
        search = Call(
            "POST", self._connection.profile.terms, json={"classIds": [group.school_class.id for group in groups]}
        )
        try:
            found: list[wire.Term]
            found, _ = self._connection.ask(list[wire.Term], search)
        except AnswerError:
            return self._connection.engine().terms(self._connection.profile.student_grades)
        return tuple(term_of(item) for item in found)


def _once(items: Iterable[T]) -> tuple[T, ...]:
    """What two children of one class both show, once."""
    return tuple({item.id: item for item in items}.values())


def _classes(groups: Iterable[wire.SubjectGroup]) -> tuple[SchoolClass, ...]:
    found = {item.school_class.id: item.school_class for item in groups}
    return tuple(SchoolClass(id=item.id, name=item.name, grade=item.grade or 0) for item in found.values())


def _assignment(item: DiaryAssignment, homework_type: int) -> Assignment:
    homework = item.type_id == homework_type
    return Assignment(
        id=item.id,
        type_id=item.type_id,
        homework=homework,
        lesson_id=item.lesson_id,
        given_at_lesson_id=(item.given_at_lesson_id or item.lesson_id) if homework else None,
        text=item.text,
        weight=item.weight,
    )
