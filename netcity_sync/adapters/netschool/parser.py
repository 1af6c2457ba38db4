"""Answers of a staff account turned into the model: the one way, whether they just came or were kept."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from netcity_sync.adapters.netschool import wire
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.journal import confine, to_final_marks, to_journal
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.report_page import ReportPage
from netcity_sync.adapters.netschool.report_rows import to_journal_access
from netcity_sync.adapters.netschool.reports import read_report
from netcity_sync.adapters.netschool.transport import Call
from netcity_sync.errors import AnswerError
from netcity_sync.model import (
    AssignmentType,
    Dictionaries,
    Enrolment,
    FinalMarks,
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

_BYTE_ORDER_MARK = "\ufeff"


class Ask(Protocol):
    """Answers a call as a wire model: the GIS itself, or what it once said."""

    def __call__(self, kind: Any, call: Call) -> Any:
        """Raises AnswerError where there is no such answer, or it has another shape."""
        ...


class NetSchoolParser:
    """Parses the raw answers of `NetSchoolSource`; needs neither a network nor a password."""

    def __init__(self, profile: Profile, notice: Callable[[str, Any], None] = lambda call, answer: None) -> None:
        """`notice` is shown every decoded answer with the name of its call."""
        self._profile = profile
        self._notice = notice

    def parse_dictionaries(self, raw: bytes) -> Dictionaries:
        """Answers that `joined` put together."""
        return compose_dictionaries(self._profile, _Kept(raw, self._decoded).ask)

    def parse_roster(self, class_id: int, raw: bytes) -> Roster:
        """The pupils of a class."""
        pupils: list[wire.Pupil] = self._decoded(list[wire.Pupil], raw, self.roster_call(class_id).name)
        return Roster(
            class_id=class_id,
            students=tuple(Student(id=item.id, name=item.name) for item in pupils),
            enrolments=tuple(Enrolment(class_id=class_id, student_id=item.id, start=item.start) for item in pupils),
        )

    def parse_journal(self, subject_group_id: int, term_id: int, terms: Iterable[Term], raw: bytes) -> Journal:
        """One journal in one term, without the lessons of its other `terms`."""
        name = self.journal_call(subject_group_id, term_id).name
        answer: wire.JournalAnswer = self._decoded(wire.JournalAnswer, raw, name)
        found = [item for item in answer.journals if item.subject_group_id == subject_group_id]
        if len(found) != 1:
            raise AnswerError("В ответе сервера нет запрошенного журнала.", where=f"{name}, поле journals")
        return confine(to_journal(found[0], term_id, self._profile, name), _elsewhere(term_id, terms))

    def parse_term_marks(self, subject_group_id: int, raw: bytes) -> FinalMarks:
        """The final marks of a journal over the year."""
        name = self.term_marks_call(subject_group_id).name
        answer: wire.Totals = self._decoded(wire.Totals, raw, name)
        return to_final_marks(answer, subject_group_id, name)

    def parse_journal_access(self, first: date, last: date, raw: bytes) -> tuple[JournalAccess, ...]:
        """The report on access to the journal, as received."""
        report = self._profile.journal_access
        return access_entries(read_report(raw, report, self._profile), report, first, last)

    def roster_call(self, class_id: int) -> Call:
        """What asks for the pupils of a class."""
        return Call("GET", self._profile.roster.format(class_id=class_id))

    def journal_call(self, subject_group_id: int, term_id: int) -> Call:
        """What asks for a journal in a term."""
        places = {"subject_group_id": subject_group_id, "term_id": term_id}
        path, template = self._profile.journal.format(**places), self._profile.journal_body
        if template is None:
            return Call("GET", path)
        return Call("POST", path, json={name: value.format(**places) for name, value in template.items()})

    def term_marks_call(self, subject_group_id: int) -> Call:
        """What asks for the final marks of a journal."""
        return Call("GET", self._profile.term_marks.format(subject_group_id=subject_group_id))

    def _decoded(self, kind: Any, body: bytes, call: str) -> Any:
        answer = decode(kind, body, call)
        self._notice(call, answer)
        return answer


def compose_dictionaries(profile: Profile, ask: Ask) -> Dictionaries:
    """School, year, terms, staff, classes, work types and the list of journals, from several answers."""
    context: wire.Context = ask(wire.Context, Call("GET", profile.context))
    year: wire.Year = ask(wire.Year, Call("GET", profile.year))
    classes: list[wire.SchoolClass] = ask(list[wire.SchoolClass], Call("GET", profile.classes))
    groups: list[wire.SubjectGroup] = ask(list[wire.SubjectGroup], Call("GET", profile.subject_groups))
    staff: list[wire.Teacher] = ask(list[wire.Teacher], Call("GET", profile.staff))
    types: list[wire.AssignmentType] = ask(list[wire.AssignmentType], Call("GET", profile.assignment_types))
    search = Call("POST", profile.terms, json={"classIds": [item.id for item in classes]})
    terms: list[wire.Term] = ask(list[wire.Term], search)
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
    return content


def access_entries(page: ReportPage, report: str, first: date, last: date) -> tuple[JournalAccess, ...]:
    """Of the report on access to the journal, what happened in a period (§3.2)."""
    return tuple(item for item in to_journal_access(page, f"отчёт {report}") if first <= item.at.date() <= last)


def joined(bodies: Mapping[str, bytes]) -> bytes:
    """Several answers as one JSON object, each under its call."""
    texts = (
        f"{json.dumps(name)}: {body.decode('utf-8', 'replace').removeprefix(_BYTE_ORDER_MARK)}"
        for name, body in bodies.items()
    )
    return ("{" + ",\n".join(texts) + "}").encode()


class _Kept:
    """Answers that `joined` put together, as if they were asked for."""

    def __init__(self, raw: bytes, decoded: Callable[[Any, bytes, str], Any]) -> None:
        self._answers: dict[str, Any] = decode(dict[str, Any], raw, "справочники")
        self._decoded = decoded

    def ask(self, kind: Any, call: Call) -> Any:
        if call.path not in self._answers:
            raise AnswerError("Среди сохранённых ответов нет нужного.", where=call.name)
        return self._decoded(kind, json.dumps(self._answers[call.path]).encode(), call.name)


def _elsewhere(term_id: int, terms: Iterable[Term]) -> list[tuple[date, date]]:
    """The days of the other terms that do not overlap the one asked for."""
    found = {term.id: term for term in terms}
    asked = found.get(term_id)
    return [
        (term.start, term.end)
        for term in found.values()
        if asked is not None and (term.end < asked.start or asked.end < term.start)
    ]


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
