"""The report engine: which reports there are, their filters, the queue of tasks, and the files they end in (§2.9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from netcity_sync.simulator import report_pages
from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.pages import Json, moment
from netcity_sync.simulator.people import journals_of
from netcity_sync.simulator.school import Group, Pupil, SchoolClass
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.touches import touches_of
from netcity_sync.simulator.world import World

QUEUE = "report-v2"
_FIRST_TASK = 13_600_184
_FAMILY_REPORTS = ("StudentTotal", "StudentTotalMarks", "StudentGrades", "JournalAccess")
_TITLES = {
    "StudentTotal": "Отчет об успеваемости и посещаемости ученика",
    "StudentTotalMarks": "Итоговые отметки",
    "StudentGrades": "Отчет об успеваемости",
    "JournalAccess": "Отчет о доступе к классному журналу",
}
_FILTERS = {
    "studenttotal": ("SID", "PCLID", "TERMID", "period"),
    "studenttotalmarks": ("SID", "PCLID"),
    "studentgrades": ("SID", "PCLID_IUP", "SGID", "TERMID", "period"),
    "journalaccess": ("PCLID_IUP", "period"),
}
_FILTER_TITLES = {
    "SID": "Ученик", "PCLID": "Класс", "PCLID_IUP": "Класс", "SGID": "Предмет", "TERMID": "Учебный период",
    "period": "Период",
}  # fmt: skip
_DEPENDENCIES = {"SID": ("PCLID",), "SGID": ("PCLID_IUP", "SID"), "period": ("TERMID",)}


class BadFilterError(Exception):
    """A filter has a value that the session may not choose."""


@dataclass(slots=True)
class Task:
    """A report that was asked for; its file appears when the hub was told to start it."""

    id: int
    report: str
    selected: dict[str, str]
    owner: str
    file: str | None = None


@dataclass(slots=True)
class Reports:
    """All tasks and files of the server."""

    world: World
    version: str
    tasks: dict[int, Task] = field(default_factory=dict)
    files: dict[str, tuple[str, str]] = field(default_factory=dict)

    def catalogue(self) -> Json:
        """`GET reports`; the same for all roles: what staff see besides is not known."""
        shown = [{"id": name, "title": _TITLES[name]} for name in _FAMILY_REPORTS]
        return [{"id": "student", "title": "Отчёты об успеваемости", "reports": shown}]

    def describe(self, session: Session, report: str) -> Json:
        """`GET reports/{id}`."""
        names = _FILTERS[report]
        title = next(text for name, text in _TITLES.items() if name.lower() == report)
        filters = [
            {
                "id": name, "title": _FILTER_TITLES[name], "order": place,
                "filterType": "DateRange" if name == "period" else "SingleSelect", "optionalFlag": False,
                "hideSingleOption": False, "hasSureCheckedFlag": False, "hideTitleFlag": False,
                "existStateProvider": True, "emptyText": None,
                "dependencies": [
                    {"relatedObject": {"type": "Filter", "ref": other}, "relatedValue": None, "condition": None}
                    for other in _DEPENDENCIES.get(name, ()) if other in names
                ],
            }
            for place, name in enumerate(names)
        ]  # fmt: skip
        panel = {"filters": filters}
        head = {"id": report, "name": title, "group": "student", "level": 1, "order": 1, "filterPanel": panel,
                "presentTypes": []}  # fmt: skip
        return {"report": head, "filterSources": self.sources(session, report, {})}

    def sources(self, session: Session, report: str, selected: Mapping[str, str]) -> list[Json]:
        """`POST reports/{id}/initfilters`: what can be chosen, given what was chosen already."""
        choice = self._choose(session, selected)
        made: dict[str, Callable[[], Json]] = {
            "SID": lambda: _select("SID", [(str(item.id), item.name.full) for item in choice.pupils], choice.pupil_id),
            "PCLID": lambda: _select("PCLID", [(str(item.id), item.name) for item in choice.classes],
                                     str(choice.school_class.id)),
            "PCLID_IUP": lambda: _select("PCLID_IUP", [(f"{item.id}_0", item.name) for item in choice.classes],
                                         f"{choice.school_class.id}_0"),
            "SGID": lambda: _select("SGID", [(str(item.id), item.subject.name) for item in choice.groups],
                                    str(choice.groups[0].id) if choice.groups else None),
            "TERMID": lambda: _select("TERMID", [(str(item.id), item.name) for item in choice.terms],
                                      str(choice.term.id)),
            "period": lambda: self._period(report, choice.term),
        }  # fmt: skip
        return [made[name]() for name in _FILTERS[report]]

    def queue(self, session: Session, report: str, selected: Mapping[str, str]) -> Task:
        """Take a task. Raises BadFilterError."""
        self._choose(session, selected)
        task = Task(_FIRST_TASK + len(self.tasks), report, dict(selected), session.at)
        self.tasks[task.id] = task
        return task

    def newest(self, session: Session) -> int | None:
        """The last task that a session queued."""
        return max((task.id for task in self.tasks.values() if task.owner == session.at), default=None)

    def start(self, session: Session, task_id: object) -> Task | None:
        """Make the report of a task; None where there is no such task."""
        task = self.tasks.get(task_id) if isinstance(task_id, int) else None
        if task is None:
            return None
        task.file = f"{task.id:08d}-0000-4000-8000-000000000000"
        self.files[task.file] = ("text/html; charset=utf-8", self._render(session, task))
        return task

    def _render(self, session: Session, task: Task) -> str:
        choice = self._choose(session, task.selected)
        first, last = self._dates(task.selected.get("period"), choice.term)
        world, version = self.world, self.version
        if task.report == "journalaccess":
            groups = [group for group in world.school.groups if group.school_class == choice.school_class]
            return report_pages.journal_access(
                world, version, choice.school_class, touches_of(world, groups, first, last)
            )
        if task.report == "studenttotalmarks":
            return report_pages.student_total_marks(world, version, choice.pupil, choice.school_class)
        if task.report == "studenttotal":
            return report_pages.student_total(world, version, choice.pupil, choice.school_class, (first, last))
        wanted = task.selected.get("SGID")
        group = next((item for item in choice.groups if str(item.id) == wanted), choice.groups[0])
        return report_pages.student_grades(world, version, choice.pupil, group, (first, last))

    def _choose(self, session: Session, selected: Mapping[str, str]) -> "_Choice":
        """What the filters mean for who asks: families see their own children, staff the whole school."""
        world = self.world
        own = session.account.students
        pupils = list(world.school.pupils) if session.kind == "staff" else list(own)
        reachable = {pupil.class_id for pupil in pupils}
        classes = [item for item in world.school.classes if item.id in reachable]
        asked_class = (selected.get("PCLID") or selected.get("PCLID_IUP") or "").removesuffix("_0")
        asked_pupil = selected.get("SID")
        by_pupil = [pupil for pupil in pupils if str(pupil.id) == asked_pupil]
        if (asked_pupil and not by_pupil) or (asked_class and asked_class not in {str(item.id) for item in classes}):
            raise BadFilterError
        class_id = int(asked_class) if asked_class else (by_pupil or pupils)[0].class_id
        listed = [pupil for pupil in pupils if pupil.class_id == class_id] if session.kind == "staff" else pupils
        pupil = by_pupil[0] if by_pupil else next(item for item in listed if item.class_id == class_id)
        school_class = next(item for item in classes if item.id == class_id)
        groups = journals_of(world.school, pupil)
        terms = list(groups[0].terms)
        today = world.now.date()
        asked_term = [item for item in terms if str(item.id) == selected.get("TERMID")]
        current = [item for item in terms if item.start <= today] or terms[:1]
        return _Choice(listed, pupil, classes, school_class, groups, terms, (asked_term or current[-1:])[0])

    def _period(self, report: str, term: Term) -> Json:
        calendar = self.world.school.calendar
        whole = report == "journalaccess"
        first, last = (calendar.start, calendar.end) if whole else (term.start, term.end)
        span = {"start": moment(first), "end": moment(last)}
        return {
            "filterId": "period", "items": None, "nullText": None, "minValue": moment(calendar.start),
            "maxValue": moment(calendar.end), "range": span, "defaultRange": span,
            "defaultValue": f"{moment(first)}.0000000 - {moment(last)}.0000000",
        }  # fmt: skip

    def _dates(self, period: str | None, term: Term) -> tuple[date, date]:
        if not period:
            return self.world.school.calendar.start, self.world.school.calendar.end
        try:
            first, last = (datetime.fromisoformat(part.strip()[:10]).date() for part in period.split(" - "))
        except ValueError as error:
            raise BadFilterError from error
        return first, last


@dataclass(frozen=True, slots=True)
class _Choice:
    pupils: list[Pupil]
    pupil: Pupil
    classes: list[SchoolClass]
    school_class: SchoolClass
    groups: list[Group]
    terms: list[Term]
    term: Term

    @property
    def pupil_id(self) -> str:
        return str(self.pupil.id)


def known_report(name: str) -> bool:
    """Whether the server makes that report; ids know no case."""
    return name.lower() in _FILTERS


def selected_of(body: Any) -> dict[str, str]:
    """The chosen filters of a request body. Raises BadFilterError where it has another shape."""
    try:
        return {str(item["filterId"]): str(item["filterValue"]) for item in body["selectedData"]}
    except (KeyError, TypeError) as error:
        raise BadFilterError from error


def _select(name: str, items: list[tuple[str, str]], default: str | None) -> Json:
    return {
        "filterId": name, "items": [{"title": title, "value": value} for value, title in items],
        "defaultValue": default, "nullText": None, "minValue": None, "maxValue": None, "range": None,
        "defaultRange": None,
    }  # fmt: skip
