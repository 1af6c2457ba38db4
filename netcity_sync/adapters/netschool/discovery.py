"""Learning an installation: which expected calls answer, in which shape, and how it differs from the profile (§3.3).

Read-only. What it tells, and the capture that can be sent on, hold names of calls and fields, never a value.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import structlog

from netcity_sync.adapters.netschool import wire, wire_family
from netcity_sync.adapters.netschool.connection import Connection
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.journal import looks_like_a_code
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.report_reader import ReportReader
from netcity_sync.adapters.netschool.shape import Shape, shape_of
from netcity_sync.adapters.netschool.transport import Call
from netcity_sync.adapters.netschool.wire_reports import ReportGroup
from netcity_sync.adapters.source import DriftNote
from netcity_sync.errors import AnswerError, SourceClosed, SourceError, SourceUnavailable

log = structlog.get_logger(__name__)

_JOURNALS_TRIED = 5
_ACCESS_DAYS = 7


class ProbeState(StrEnum):
    """How an expected call fared."""

    ANSWERED = "answered"
    OTHER_SHAPE = "other_shape"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Probe:
    """One expected call: what it is for, how it fared, and what it is made of. `note` is Russian and shows no value."""

    title: str
    call: str
    state: ProbeState
    needed: bool
    note: str = ""
    shape: Shape = ""


@dataclass(slots=True)
class Discovery:
    """What was learnt of an installation. `changes` are the profile keys that differ, with what answers here."""

    version: str = ""
    product: str = ""
    menu: list[tuple[str, str]] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    drift: tuple[DriftNote, ...] = ()
    unknown_codes: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether everything that a sync needs has answered as expected, or by a call that was found instead."""
        return not self.unknown_codes and all(
            probe.state is ProbeState.ANSWERED for probe in self.probes if probe.needed
        )


def discover(connection: Connection, today: date, tell: Callable[[str], None], *, family: bool) -> Discovery:
    """Try what the profile expects on a signed-in account of staff, or of a `family`.

    `tell` hears what is being tried, in Russian.

    Raises SourceClosed and SignInRefused where the whole server is gone; a call that fails alone is only noted.
    """
    explorer = _Explorer(connection, today, tell)
    return explorer.explore_as_family() if family else explorer.explore()


class _Explorer:
    def __init__(self, connection: Connection, today: date, tell: Callable[[str], None]) -> None:
        self._connection = connection
        self._profile = connection.profile
        self._today = today
        self._tell = tell
        self._found = Discovery()

    def explore(self) -> Discovery:
        found, profile = self._found, self._profile
        context = self._try("Кто вошёл и что ему видно", wire.Context, Call("GET", profile.context))
        if context is not None:
            found.version, found.product = context.version or "", context.product or ""
            found.menu = list(_menu(context))
        self._try("Учебный год", wire.Year, Call("GET", profile.year))
        classes = self._try("Классы", list[wire.SchoolClass], Call("GET", profile.classes)) or []
        groups = self._try("Список журналов", list[wire.SubjectGroup], Call("GET", profile.subject_groups)) or []
        self._try("Учителя", list[wire.Teacher], Call("GET", profile.staff))
        self._try("Виды работ", list[wire.AssignmentType], Call("GET", profile.assignment_types))
        search = Call("POST", profile.terms, json={"classIds": [item.id for item in classes]})
        terms = self._try("Учебные периоды", list[wire.Term], search) or []
        pupils: Sequence[wire.Pupil] = ()
        if classes:
            roster = Call("GET", profile.roster.format(class_id=classes[0].id))
            pupils = self._try("Список класса", list[wire.Pupil], roster) or ()
        begun = {item.id for item in terms if item.start <= self._today}
        if groups:
            finals = Call("GET", profile.term_marks.format(subject_group_id=groups[0].id))
            self._try("Итоговые отметки", wire.Totals, finals, needed=False)
        self._journals([(group.id, term) for group in groups for term in group.terms if term in begun])
        self._reports()
        if classes:
            own = [group.id for group in groups if group.school_class.id == classes[0].id]
            self._read_reports(classes[0].id, pupils, own[0] if own else None)
        self._try("Состояние сеанса", wire.State, Call("GET", profile.state), needed=False)
        found.drift = self._connection.drift.notes()
        return found

    def explore_as_family(self) -> Discovery:
        """The calls by which a family's account is read."""
        found, profile = self._found, self._profile
        context = self._try("Кто вошёл и что ему видно", wire.Context, Call("GET", profile.context))
        if context is not None:
            found.version, found.product = context.version or "", context.product or ""
            found.menu = list(_menu(context))
        year = self._try("Учебный год", wire.Year, Call("GET", profile.year))
        init = self._try("Дети учётной записи", wire_family.DiaryInit, Call("GET", profile.diary_init))
        self._try("Виды работ", list[wire.AssignmentType], Call("GET", profile.assignment_types))
        if year is not None and init is not None and init.students:
            places = {"student_id": init.students[0].id, "year_id": year.id, "last": self._today,
                      "first": self._today - timedelta(days=_ACCESS_DAYS)}  # fmt: skip
            self._try("Дневник", wire_family.Diary, Call("GET", profile.diary.format(**places)))
            groups = Call("GET", profile.family_groups.format(**places))
            self._try("Список журналов ребёнка", list[wire.SubjectGroup], groups)
            meetings = Call("GET", profile.family_meetings.format(**places))
            self._try("Расписание ребёнка", list[wire.ClassMeeting], meetings)
            overdue = Call("GET", profile.overdue.format(**places))
            self._try("Долги ребёнка", list[wire_family.OverdueItem], overdue, needed=False)
        news = Call("GET", profile.announcements)
        self._try("Объявления", list[wire_family.AnnouncementItem], news, needed=False)
        self._reports()
        found.drift = self._connection.drift.notes()
        return found

    def _try(self, title: str, kind: Any, call: Call, *, needed: bool = True) -> Any:
        """The answer of an expected call, or None with the reason noted."""
        self._tell(title)
        probe, answer = self._probe(title, kind, call, needed=needed)
        self._found.probes.append(probe)
        return answer

    def _probe(self, title: str, kind: Any, call: Call, *, needed: bool) -> tuple[Probe, Any]:
        try:
            response = self._connection.session.ask(call)
        except SourceClosed:
            raise
        except (AnswerError, SourceUnavailable) as error:
            return Probe(title, call.name, ProbeState.REFUSED, needed, error.what), None
        shape = shape_of(response.content, response.headers.get("Content-Type", ""))
        try:
            answer = decode(kind, response.content, call.name)
        except AnswerError as error:
            note = f"{error.what} {error.where.partition(', ')[2]}".strip()
            return Probe(title, call.name, ProbeState.OTHER_SHAPE, needed, note, shape), None
        self._connection.drift.look(call.name, answer)
        return Probe(title, call.name, ProbeState.ANSWERED, needed, shape=shape), answer

    def _journals(self, places: list[tuple[int, int]]) -> None:
        """The journal as the profile asks for it; where that fails, in the other ways that are likely."""
        title = "Журнал"
        if not places:
            note = "Нет ни одного журнала в начавшемся периоде."
            self._found.probes.append(Probe(title, f"GET {self._profile.journal}", ProbeState.SKIPPED, True, note))
            return
        self._tell(title)
        first: Probe | None = None
        for way in _journal_ways(self._profile):
            call = way.call(*places[0])
            probe, answer = self._probe(title, wire.JournalAnswer, call, needed=True)
            first = first or probe
            if answer is not None and any(item.subject_group_id == places[0][0] for item in answer.journals):
                self._found.probes.append(probe)
                self._found.changes |= way.changes
                self._look_into(way, places)
                return
        assert first is not None
        self._found.probes.append(first)

    def _look_into(self, way: "_Way", places: list[tuple[int, int]]) -> None:
        """Codes of attendance that the profile does not know: the codes themselves name nobody."""
        unknown: set[str] = set()
        for place in places[:: max(1, len(places) // _JOURNALS_TRIED)][:_JOURNALS_TRIED]:
            _, answer = self._probe("Журнал", wire.JournalAnswer, way.call(*place), needed=False)
            for journal in answer.journals if answer is not None else ():
                codes = {str(item.reason).strip().upper() for item in journal.attendance}
                unknown |= {_shown_code(code) for code in codes - self._profile.attendance.keys()}
        self._found.unknown_codes = sorted(unknown)

    def _reports(self) -> None:
        """The list of reports that the role may ask for."""
        groups = self._try("Список отчётов", list[ReportGroup], Call("GET", self._profile.reports), needed=False) or []
        self._found.reports = [(item.id, item.title or "") for group in groups for item in group.reports]

    def _read_reports(self, class_id: int, pupils: Sequence[wire.Pupil], group_id: int | None) -> None:
        """Each report that is read, to its end: the first one also tells where the hub is."""
        reader, profile = ReportReader(self._connection), self._profile
        week = (self._today - timedelta(days=_ACCESS_DAYS), self._today)
        access = "Отчёт о доступе к журналу"
        self._read_report(access, profile.journal_access, lambda: reader.journal_access(class_id, *week))
        path = self._connection.engine().hub_path
        if path not in (None, *profile.hubs[:1]):
            self._found.changes["hubs"] = [path]
        if not pupils or group_id is None:
            return
        pupil = pupils[0].id
        total = "Отчёт об успеваемости и посещаемости"
        self._read_report(total, profile.student_total, lambda: reader.student_total(class_id, pupil, *week))
        finals = "Отчёт об итоговых отметках"
        self._read_report(finals, profile.student_total_marks, lambda: reader.term_marks(class_id, pupil))
        grades = "Отчёт с датами выставления отметок"
        self._read_report(grades, profile.student_grades, lambda: reader.graded_works(class_id, pupil, group_id, week))

    def _read_report(self, title: str, name: str, read: Callable[[], object]) -> None:
        self._tell(title)
        call = f"отчёт {name}"
        try:
            read()
        except SourceClosed:
            raise
        except SourceError as error:
            note = f"{error.what} {error.where}".strip()
            self._found.probes.append(Probe(title, call, ProbeState.REFUSED, needed=False, note=note))
            return
        self._found.probes.append(Probe(title, call, ProbeState.ANSWERED, needed=False))


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to ask for a journal, and how the profile must change for it."""

    path: str
    body: dict[str, str] | None
    changes: dict[str, Any]

    def call(self, subject_group_id: int, term_id: int) -> Call:
        places = {"subject_group_id": subject_group_id, "term_id": term_id}
        if self.body is None:
            return Call("GET", self.path.format(**places))
        body = {name: value.format(**places) for name, value in self.body.items()}
        return Call("POST", self.path.format(**places), json=body)


def _journal_ways(profile: Profile) -> Iterator[_Way]:
    """What the profile says, then guesses near to the evidence (§3.1.3): the call, its method and names are unknown."""
    yield _Way(profile.journal, profile.journal_body, {})
    for group in ("sgId", "SGID", "subjectGroupId"):
        for term in ("termId", "TERMID"):
            query = f"{group}={{subject_group_id}}&{term}={{term_id}}"
            yield from _changed(f"grade/journal?{query}", None)
            yield from _changed("grade/journal", {group: "{subject_group_id}", term: "{term_id}"})


def _changed(path: str, body: dict[str, str] | None) -> Iterator[_Way]:
    changes: dict[str, Any] = {"journal": path}
    if body is not None:
        changes["journal_body"] = body
    yield _Way(path, body, changes)


def _shown_code(code: str) -> str:
    """A code of attendance as it may be shown; somebody's remark in its place may name a person."""
    return code if looks_like_a_code(code) else "<текст>"


def _menu(context: wire.Context) -> Iterator[tuple[str, str]]:
    for item in context.menu.items if context.menu is not None else ():
        for tab in item.tabs or ():
            yield f"{item.title.strip()} → {tab.title.strip()}", (tab.url or "").partition("?")[0]
