"""The GIS as a source of journals: its calls, and its answers turned into the model."""

import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from netcity_sync.adapters.netschool import wire
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.journal import to_journal
from netcity_sync.adapters.netschool.profile import load_profile
from netcity_sync.adapters.netschool.session import Session
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.adapters.source import Capability, Page
from netcity_sync.clock import Clock, system_clock
from netcity_sync.errors import AnswerError
from netcity_sync.model import (
    AssignmentType,
    Dictionaries,
    Enrolment,
    Grading,
    Journal,
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


class NetSchoolSource:
    """A signed-in staff account of «Сетевой город» (design.md §4.1). Use it as a context manager."""

    capabilities = frozenset({
        Capability.ROSTER, Capability.LESSONS, Capability.TOPICS, Capability.HOMEWORK, Capability.MARKS,
        Capability.ATTENDANCE,
    })  # fmt: skip

    def __init__(
        self,
        gis: GisSettings,
        password: SecretStr,
        *,
        clock: Clock = system_clock,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._profile = load_profile(gis.profile)
        self._transport = Transport(gis, clock=clock, monotonic=monotonic, sleep=sleep)
        self._session = Session(self._transport, self._profile, gis.login, password, gis.school)

    @property
    def requests_made(self) -> int:
        """How many requests were sent, repetitions included."""
        return self._transport.requests_made

    def __enter__(self) -> Self:
        try:
            self._session.open()
        except BaseException:
            self._transport.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._session.close()
        finally:
            self._transport.close()

    def read_dictionaries(self) -> Page[Dictionaries]:
        """School, year, terms, staff, classes, work types and the list of journals."""
        profile = self._profile
        bodies: dict[str, bytes] = {}

        def read(path: str) -> bytes:
            bodies[path] = self._session.call(Call("GET", path))
            return bodies[path]

        context: wire.Context = decode(wire.Context, read(profile.context), f"GET {profile.context}")
        year: wire.Year = decode(wire.Year, read(profile.year), f"GET {profile.year}")
        classes: list[wire.SchoolClass] = decode(
            list[wire.SchoolClass], read(profile.classes), f"GET {profile.classes}"
        )
        groups: list[wire.SubjectGroup] = decode(
            list[wire.SubjectGroup], read(profile.subject_groups), f"GET {profile.subject_groups}"
        )
        staff: list[wire.Named] = decode(list[wire.Named], read(profile.staff), f"GET {profile.staff}")
        types: list[wire.AssignmentType] = decode(
            list[wire.AssignmentType], read(profile.assignment_types), f"GET {profile.assignment_types}"
        )
        search = Call("POST", profile.terms, json={"classIds": [item.id for item in classes]})
        bodies[profile.terms] = self._session.call(search)
        terms: list[wire.Term] = decode(list[wire.Term], bodies[profile.terms], search.name)
        content = Dictionaries(
            school=School(id=context.school_id, name=context.organization.name),
            year=SchoolYear(id=year.id, name=year.name, start=year.start, end=year.end, closed=year.closed == "Closed"),
            terms=tuple(_term(item) for item in terms),
            staff=_everybody(staff, classes, groups),
            classes=tuple(_class(item) for item in classes),
            assignment_types=tuple(
                AssignmentType(id=item.id, name=item.name, abbr=item.abbr or item.name) for item in types
            ),
            subject_groups=tuple(_group(item) for item in groups),
        )
        return Page(content, _joined(bodies))

    def read_roster(self, class_id: int) -> Page[Roster]:
        """The pupils of a class today."""
        call = Call("GET", self._profile.roster.format(class_id=class_id))
        body = self._session.call(call)
        pupils: list[wire.Pupil] = decode(list[wire.Pupil], body, call.name)
        content = Roster(
            class_id=class_id,
            students=tuple(Student(id=item.id, name=item.full_name) for item in pupils),
            enrolments=tuple(Enrolment(class_id=class_id, student_id=item.id, start=item.start) for item in pupils),
        )
        return Page(content, body)

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        """One journal in one term, whole."""
        path = self._profile.journal.format(subject_group_id=subject_group_id, term_id=term_id)
        call = Call("GET", path)
        body = self._session.call(call)
        answer: wire.JournalAnswer = decode(wire.JournalAnswer, body, call.name)
        found = [item for item in answer.journals if item.subject_group_id == subject_group_id]
        if len(found) != 1:
            raise AnswerError("В ответе сервера нет запрошенного журнала.", where=f"{call.name}, поле journals")
        return Page(to_journal(found[0], term_id, self._profile, call.name), body)


def _term(item: wire.Term) -> Term:
    name = item.name or f"{item.start:%d.%m.%Y} – {item.end:%d.%m.%Y}"
    kind = term_kind(item.name or "", item.start, item.end)
    return Term(id=item.id, name=name, kind=kind, start=item.start, end=item.end)


def _class(item: wire.SchoolClass) -> SchoolClass:
    chiefs = tuple(chief.id for chief in item.chiefs or ())
    return SchoolClass(id=item.id, name=item.name, grade=item.grade, chief_ids=chiefs)


def _group(item: wire.SubjectGroup) -> SubjectGroup:
    return SubjectGroup(
        id=item.id,
        name=item.name,
        class_id=item.school_class.id,
        subject_id=item.subject.id,
        subject_name=item.subject.name,
        grading=Grading.NOT_RATED if item.grading == "NotRated" else Grading.MARKS,
        individual_plan=item.individual_plan,
        extracurricular=item.extracurricular,
        teacher_ids=tuple(teacher.id for teacher in item.teachers),
        term_ids=item.terms,
    )


def _everybody(
    staff: list[wire.Named], classes: list[wire.SchoolClass], groups: list[wire.SubjectGroup]
) -> tuple[Staff, ...]:
    """The list of teachers, and whoever else is named as a class teacher or beside a journal."""
    named = [*staff, *(chief for item in classes for chief in item.chiefs or ())]
    named += [teacher for group in groups for teacher in group.teachers]
    names: dict[int, str] = {}
    for person in named:
        names.setdefault(person.id, person.name)
    return tuple(Staff(id=key, name=name) for key, name in names.items())


def _joined(bodies: dict[str, bytes]) -> bytes:
    """All answers as one JSON object, each under its call."""
    texts = (f"{json.dumps(name)}: {body.decode('utf-8', 'replace')}" for name, body in bodies.items())
    return ("{" + ",\n".join(texts) + "}").encode()
