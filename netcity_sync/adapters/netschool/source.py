"""The GIS as a source of journals: its calls, and its answers turned into the model."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr

from netcity_sync.adapters.netschool import wire
from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.adapters.netschool.journal import carries_topics, confine, to_journal
from netcity_sync.adapters.netschool.report_reader import ReportReader
from netcity_sync.adapters.netschool.transport import Call
from netcity_sync.adapters.source import Capability, DriftNote, Page
from netcity_sync.clock import Clock, system_clock
from netcity_sync.errors import AnswerError
from netcity_sync.model import (
    AssignmentType,
    Dictionaries,
    Enrolment,
    Grading,
    Journal,
    JournalAccess,
    Roster,
    School,
    SchoolClass,
    SchoolYear,
    Staff,
    Student,
    SubjectGroup,
    Term,
)
from netcity_sync.school_days import term_kind
from netcity_sync.settings import GisSettings

_FROM_PAGES = frozenset({
    Capability.ROSTER, Capability.LESSONS, Capability.TOPICS, Capability.HOMEWORK, Capability.MARKS,
    Capability.ATTENDANCE,
})  # fmt: skip


class NetSchoolSource:
    """A signed-in staff account of «Сетевой город» (design.md §4.1). Use it as a context manager."""

    capabilities: frozenset[Capability] = _FROM_PAGES

    def __init__(
        self,
        gis: GisSettings,
        password: SecretStr | None,
        *,
        session_file: Path | None = None,
        journal_access: bool = False,
        clock: Clock = system_clock,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`password` signs in; without one, `session_file` holds a session brought over from a browser."""
        if journal_access:
            self.capabilities = _FROM_PAGES | {Capability.JOURNAL_ACCESS}
        self._connection = Connection(
            gis, Account(gis.login, password, gis.role, session_file), clock=clock, monotonic=monotonic, sleep=sleep
        )
        self.reports = ReportReader(self._connection)
        self._profile = self._connection.profile
        self._topics_told = False
        self._terms: dict[int, Term] = {}
        self._group_terms: dict[int, tuple[int, ...]] = {}

    @property
    def requests_made(self) -> int:
        """How many requests were sent, repetitions included."""
        return self._connection.transport.requests_made

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
        """School, year, terms, staff, classes, work types and the list of journals."""
        profile, read = self._profile, _Reading(self._connection)
        context: wire.Context = read.get(wire.Context, profile.context)
        year: wire.Year = read.get(wire.Year, profile.year)
        classes: list[wire.SchoolClass] = read.get(list[wire.SchoolClass], profile.classes)
        groups: list[wire.SubjectGroup] = read.get(list[wire.SubjectGroup], profile.subject_groups)
        staff: list[wire.Teacher] = read.get(list[wire.Teacher], profile.staff)
        types: list[wire.AssignmentType] = read.get(list[wire.AssignmentType], profile.assignment_types)
        search = Call("POST", profile.terms, json={"classIds": [item.id for item in classes]})
        terms: list[wire.Term] = read.ask(list[wire.Term], search)
        chiefs = [chief for item in classes for chief in item.chiefs or ()]
        content = Dictionaries(
            school=School(id=context.school_id, name=context.organization.name),
            year=SchoolYear(id=year.id, name=year.name, start=year.start, end=year.end, closed=year.closed == "Closed"),
            terms=tuple(term_of(item) for item in terms),
            staff=staff_of([*staff, *chiefs, *(teacher for group in groups for teacher in group.teachers)]),
            classes=tuple(_class(item) for item in classes),
            assignment_types=types_of(types),
            subject_groups=tuple(group_of(item) for item in groups),
        )
        _insist_on_journals(content)
        self._terms = {term.id: term for term in content.terms}
        self._group_terms = {group.id: group.term_ids for group in content.subject_groups}
        return Page(content, _joined(read.bodies))

    def read_roster(self, class_id: int) -> Page[Roster]:
        """The pupils of a class today."""
        call = Call("GET", self._profile.roster.format(class_id=class_id))
        pupils: list[wire.Pupil]
        pupils, body = self._connection.ask(list[wire.Pupil], call)
        content = Roster(
            class_id=class_id,
            students=tuple(Student(id=item.id, name=item.name) for item in pupils),
            enrolments=tuple(Enrolment(class_id=class_id, student_id=item.id, start=item.start) for item in pupils),
        )
        return Page(content, body)

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        """One journal in one term, whole."""
        call = self._journal_call({"subject_group_id": subject_group_id, "term_id": term_id})
        answer: wire.JournalAnswer
        answer, body = self._connection.ask(wire.JournalAnswer, call)
        found = [item for item in answer.journals if item.subject_group_id == subject_group_id]
        if len(found) != 1:
            raise AnswerError("В ответе сервера нет запрошенного журнала.", where=f"{call.name}, поле journals")
        self._note_topics(found[0])
        journal = to_journal(found[0], term_id, self._profile, call.name)
        return Page(confine(journal, self._other_terms(subject_group_id, term_id)), body)

    def _note_topics(self, body: wire.JournalBody) -> None:
        """Where no lesson carries a topic and nothing stands for one, topics are not among what the server tells."""
        told = carries_topics(body)
        if told is not None:
            stand_in = any(item.type_id == self._profile.topic_type and item.name for item in body.assignments)
            self._topics_told = self._topics_told or told or stand_in
            if self._topics_told:
                self.capabilities |= {Capability.TOPICS}
            else:
                self.capabilities -= {Capability.TOPICS}

    def _other_terms(self, subject_group_id: int, term_id: int) -> list[tuple[date, date]]:
        """The days of the other terms of a journal that do not overlap the one asked for."""
        asked = self._terms.get(term_id)
        others = (self._terms[item] for item in self._group_terms.get(subject_group_id, ()) if item in self._terms)
        return [
            (term.start, term.end)
            for term in others
            if asked is not None and (term.end < asked.start or asked.end < term.start)
        ]

    def _journal_call(self, places: dict[str, int]) -> Call:
        path, template = self._profile.journal.format(**places), self._profile.journal_body
        if template is None:
            return Call("GET", path)
        return Call("POST", path, json={name: value.format(**places) for name, value in template.items()})

    def read_journal_access(self, class_id: int, first: date, last: date) -> Page[tuple[JournalAccess, ...]]:
        """Who touched the journals of a class in a period, from the report on access to the journal."""
        return Page(*self.reports.journal_access(class_id, first, last))


class _Reading:
    """Several answers of one scope, each kept under its call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.bodies: dict[str, bytes] = {}

    def get(self, kind: Any, path: str) -> Any:
        return self.ask(kind, Call("GET", path))

    def ask(self, kind: Any, call: Call) -> Any:
        answer, self.bodies[call.path] = self._connection.ask(kind, call)
        return answer


def _insist_on_journals(content: Dictionaries) -> None:
    """Raise AnswerError where classes have no journals, or journals no terms: reading nothing is no success."""
    todo = "Проверьте, что учётной записи видны все журналы школы: netcity-sync discover"
    if content.classes and not content.subject_groups:
        raise AnswerError("Сервер не показал ни одного журнала.", where="GET subjectgroups", todo=todo)
    known = {term.id for term in content.terms}
    if content.subject_groups and not any(known.intersection(group.term_ids) for group in content.subject_groups):
        raise AnswerError(
            "У журналов нет ни одного учебного периода.", where="POST terms/search и GET subjectgroups", todo=todo
        )


def term_of(item: wire.Term) -> Term:
    """A term; one without a name is named by its days."""
    name = item.name or f"{item.start:%d.%m.%Y} – {item.end:%d.%m.%Y}"
    kind = term_kind(item.name or "", item.start, item.end)
    return Term(id=item.id, name=name, kind=kind, start=item.start, end=item.end)


def _class(item: wire.SchoolClass) -> SchoolClass:
    chiefs = tuple(chief.id for chief in item.chiefs or ())
    return SchoolClass(id=item.id, name=item.name, grade=item.grade, chief_ids=chiefs)


def group_of(item: wire.SubjectGroup) -> SubjectGroup:
    """A journal of the list; one without a name is named by its subject, and its subgroup."""
    parts = (item.subject.name, item.group.name if item.group is not None else "")
    return SubjectGroup(
        id=item.id,
        name=item.name or "/".join(filter(None, parts)),
        class_id=item.school_class.id,
        subject_id=item.subject.id,
        subject_name=item.subject.name,
        grading=Grading.NOT_RATED if item.grading == "NotRated" else Grading.MARKS,
        individual_plan=item.individual_plan,
        extracurricular=item.extracurricular,
        teacher_ids=tuple(teacher.id for teacher in item.teachers),
        term_ids=item.terms,
    )


def staff_of(people: Iterable[wire.Named]) -> tuple[Staff, ...]:
    """Everybody once, by the first name met."""
    names: dict[int, str] = {}
    for person in people:
        names.setdefault(person.id, person.name)
    return tuple(Staff(id=key, name=name) for key, name in names.items())


def types_of(items: Iterable[wire.AssignmentType]) -> tuple[AssignmentType, ...]:
    """The kinds of work; one without a short name is shown by its full one."""
    return tuple(AssignmentType(id=item.id, name=item.name, abbr=item.abbr or item.name) for item in items)


def _joined(bodies: dict[str, bytes]) -> bytes:
    """All answers as one JSON object, each under its call."""
    texts = (f"{json.dumps(name)}: {body.decode('utf-8', 'replace')}" for name, body in bodies.items())
    return ("{" + ",\n".join(texts) + "}").encode()
