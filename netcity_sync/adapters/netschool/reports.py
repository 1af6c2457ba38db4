"""The report engine: filters, queue, hub, file (protocol.md §2.9). A report only reads: a lost one is made anew."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date

import structlog

from netcity_sync.adapters.netschool.classic_hub import open_classic_hub
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.drift import DriftRecorder
from netcity_sync.adapters.netschool.hub import (
    CoreHub,
    Hub,
    HubBrokeError,
    HubDeadError,
    HubMissingError,
    Line,
    broken,
)
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.report_page import ReportPage, read_page
from netcity_sync.adapters.netschool.session import Session
from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.adapters.netschool.transport import Call
from netcity_sync.adapters.netschool.wire import Context
from netcity_sync.adapters.netschool.wire_reports import FilterItem, FilterSource, Queued, ReportForm, ReportGroup
from netcity_sync.errors import AnswerError
from netcity_sync.model import Term
from netcity_sync.school_days import term_kind

log = structlog.get_logger(__name__)

_CORE_HUB_SINCE = (5, 29)
_HUB_MOVED_IN = (5, 32)
_SECOND_REPORTS_SINCE = (5, 24)
_ATTEMPTS = 2
_PERIOD = "period"
_HUB_GOES = 20
_RELEASE = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})(?![0-9])")
_ID = re.compile(r"[0-9]{1,18}")
_GONE = ("404", "405", "409")


@dataclass(frozen=True, slots=True)
class ReportTitle:
    """A report that the account may ask for."""

    id: str
    title: str
    section: str


def release_of(version: str | None) -> tuple[int, int]:
    """The first two numbers of a version; one that cannot be read counts as the newest."""
    found = _RELEASE.match(version or "")
    return (int(found[1]), int(found[2])) if found is not None else (99, 0)


def period(first: date, last: date) -> str:
    """A period as the filter of that name takes it."""
    return f"{first.isoformat()}T00:00:00.000Z - {last.isoformat()}T00:00:00.000Z"


def read_report(body: bytes, report: str, profile: Profile) -> ReportPage:
    """The page of a report as received. Raises AnswerError where it is not whole."""
    return read_page(body, f"GET files, отчёт {report}", footer=profile.report_footer)


class ReportEngine:
    """Makes reports of a signed-in account. Safe to use from several threads."""

    def __init__(self, session: Session, profile: Profile, line: Line, context: Context, drift: DriftRecorder) -> None:
        self._session = session
        self._profile = profile
        self._line = line
        self._context = context
        self._drift = drift
        self._release = release_of(context.version)
        self._core_path: str | None = None

    @property
    def hub_path(self) -> str | None:
        """Where the hub of a newer release was found; null before the first report."""
        return self._core_path

    def catalogue(self) -> tuple[ReportTitle, ...]:
        """The reports that the account's role may ask for."""
        call = Call("GET", self._profile.reports)
        groups: list[ReportGroup] = decode(list[ReportGroup], self._session.call(call), call.name)
        self._drift.look(call.name, groups)
        return tuple(
            ReportTitle(item.id, item.title or item.id, group.title or "") for group in groups for item in group.reports
        )

    def page(self, report: str, wanted: Mapping[str, str]) -> tuple[ReportPage, bytes]:
        """A report with some filters set and the others as the form has them; and its HTML as received.

        Raises AnswerError where a filter has no such value, the report is refused or is not whole; SourceUnavailable
        and SourceClosed as every call does.
        """
        selected = self._selected(report, wanted)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                file_id = self._made(report, selected)
                break
            except HubBrokeError as error:
                log.warning("hub_broke", report=report, attempt=attempt)
                if attempt == _ATTEMPTS:
                    raise broken(self._line.origin) from error
        call = Call("GET", self._profile.file.format(file_id=file_id), page=True)
        body = self._session.call(call)
        return read_report(body, report, self._profile), body

    def sources(self, report: str) -> tuple[FilterSource, ...]:
        """The filters of a report with what can be chosen in them."""
        return self._form(report).sources

    def terms(self, report: str) -> tuple[Term, ...]:
        """The terms that a report offers, each with the days that its period takes on when it is chosen."""
        items = [item for source in self.sources(report) if source.id == "TERMID" for item in source.items or ()]
        return tuple(self._term(report, item) for item in items)

    def _term(self, report: str, item: FilterItem) -> Term:
        chosen = [{"filterId": "TERMID", "filterValue": str(item.value)}]
        body, name = self._ask(report, "/initfilters", {"params": None, "selectedData": chosen})
        sources: list[FilterSource] = decode(list[FilterSource], body, name)
        spans = [source.range for source in sources if source.id == _PERIOD and source.range is not None]
        try:
            start, end = (date.fromisoformat(text[:10]) for text in (spans[0].start, spans[0].end))
        except (IndexError, ValueError):
            raise AnswerError("Отчёт не называет дней учебного периода.", where=f"{name}, фильтр period") from None
        if not _ID.fullmatch(str(item.value)):
            raise AnswerError("Отчёт называет учебный период не числом.", where=f"{name}, фильтр TERMID")
        title = item.title or str(item.value)
        return Term(id=int(item.value), name=title, kind=term_kind(title, start, end), start=start, end=end)

    def _form(self, report: str) -> ReportForm:
        body, name = self._ask(report, "", None)
        form: ReportForm = decode(ReportForm, body, name)
        self._drift.look(f"GET {self._profile.reports}/{report}", form)
        return form

    def _selected(self, report: str, wanted: Mapping[str, str]) -> list[dict[str, str]]:
        form = self._form(report)
        chosen = {name: value for name, value in wanted.items() if any(item.id == name for item in form.sources)}
        sources: Sequence[FilterSource] = form.sources
        if chosen and _has_dependencies(form):
            first = [{"filterId": name, "filterValue": value} for name, value in chosen.items()]
            body, name = self._ask(report, "/initfilters", {"params": None, "selectedData": first})
            sources = decode(list[FilterSource], body, name)
        choices = (_choice(source, chosen.get(source.id), report) for source in sources)
        return [choice for choice in choices if choice is not None]

    def _made(self, report: str, selected: list[dict[str, str]]) -> str:
        """Connect before queueing, so that the end of the task is not missed."""
        payload = {"selectedData": selected, "params": self._parameters()}
        with self._hub() as hub:
            body, name = self._ask(report, "/queue", payload)
            queued: Queued = decode(Queued, body, name)
            return hub.start(queued.task_id, queued.queue)

    def _parameters(self) -> list[dict[str, object]]:
        context = self._context
        year = context.school_year_id or (context.year.id if context.year is not None else "")
        return [
            {"name": "SCHOOLYEARID", "value": str(year)},
            {"name": "SERVERTIMEZONE", "value": self._profile.server_time_zone},
            {"name": "FULLSCHOOLNAME", "value": context.full_name or context.organization.name},
            {"name": "DATEFORMAT", "value": context.date_format or ""},
        ]

    def _ask(self, report: str, action: str, payload: object) -> tuple[bytes, str]:
        """A call of the engine under its newer path where the release has one; where that is gone, under the other."""
        newer, older = self._profile.second_reports, self._profile.reports
        prefixes = [newer, older] if self._release >= _SECOND_REPORTS_SINCE else [older]
        for place, prefix in enumerate(prefixes):
            method = "GET" if payload is None else "POST"
            call = Call(method, f"{prefix}/{report}{action}", again=action != "/queue", json=payload)
            try:
                return self._session.call(call), f"{method} {older}/{report}{action}"
            except AnswerError as error:
                if place + 1 == len(prefixes) or not any(code in error.what for code in _GONE):
                    raise
        raise AssertionError("the last path has answered or raised")

    @contextmanager
    def _hub(self) -> Iterator[Hub]:
        """An open hub; a session that it finds dead is renewed once, as everywhere."""
        with ExitStack() as stack:
            try:
                hub = stack.enter_context(self._hub_once())
            except HubDeadError as error:
                hub = self._hub_again(stack, error.proof)
            yield hub

    def _hub_again(self, stack: ExitStack, dead: Proof) -> Hub:
        """The hub with a live session; as other threads may spend its proof meanwhile, it may take several goes."""
        for _ in range(_HUB_GOES):
            self._session.renew(dead)
            try:
                return stack.enter_context(self._hub_once())
            except HubDeadError as error:
                dead = error.proof
        raise self._session.keeps_dying()

    @contextmanager
    def _hub_once(self) -> Iterator[Hub]:
        profile = self._profile
        if self._release < _CORE_HUB_SINCE:
            with_queue = self._release >= _SECOND_REPORTS_SINCE
            with open_classic_hub(self._session, self._line, profile.classic_hub, with_queue=with_queue) as classic:
                yield classic
            return
        self._early_access()
        order = profile.hubs if self._release >= _HUB_MOVED_IN else profile.hubs[::-1]
        paths = [self._core_path] if self._core_path is not None else list(order)
        for path in paths:
            try:
                with ExitStack() as stack:
                    with self._session.steady() as proof:
                        socket = stack.enter_context(self._line.open(path, proof, {"at": proof.at}))
                    self._core_path = path
                    hub = CoreHub(socket, profile.hub_method, self._line.gis.report_timeout, self._line.origin)
                    hub.shake_hands()
                    yield hub
                    return
            except HubMissingError:
                continue
        raise AnswerError(
            "На сервере нет соединения для отчётов по известным путям.",
            where=", ".join(paths),
            todo="Выполните netcity-sync discover и пришлите результат разработчикам.",
        )

    def _early_access(self) -> None:
        """Clients call it before the hub; nobody knows what for, and its refusal means nothing."""
        try:
            self._session.call(Call("GET", self._profile.early_access, again=False))
        except AnswerError:
            log.debug("early_access_refused")


def _has_dependencies(form: ReportForm) -> bool:
    panel = form.report.panel if form.report is not None else None
    return panel is not None and any(item.dependencies for item in panel.filters)


def _choice(source: FilterSource, wanted: str | None, report: str) -> dict[str, str] | None:
    """A filter as it is sent; None where the form leaves it open. Raises AnswerError where it lacks what is wanted."""
    items = {str(item.value): item.title or "" for item in source.items or ()}
    if wanted is not None and items and wanted not in items:
        raise AnswerError("В отчёте нельзя выбрать нужное значение.", where=f"отчёт {report}, фильтр {source.id}")
    value = wanted if wanted is not None else source.default
    if value is None and source.range is not None:
        value = f"{source.range.start} - {source.range.end}"
    if value is None:
        return None
    text = items.get(str(value), _period_text(str(value)) if source.id == _PERIOD else "")
    return {"filterId": source.id, "filterValue": str(value), "filterText": text}


def _period_text(value: str) -> str:
    """`12.01.2026 - 29.03.2026`, as the form shows a period [R]."""
    try:
        return " - ".join(f"{date.fromisoformat(part.strip()[:10]):%d.%m.%Y}" for part in value.split(" - "))
    except ValueError:
        return ""
