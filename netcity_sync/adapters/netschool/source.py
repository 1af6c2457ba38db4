"""The GIS as a source of journals: a staff account's calls, their answers turned into the model by the parser."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr

from netcity_sync.adapters.netschool import wire
from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.adapters.netschool.journal import carries_topics
from netcity_sync.adapters.netschool.parser import NetSchoolParser, compose_dictionaries, joined
from netcity_sync.adapters.netschool.report_reader import ReportReader
from netcity_sync.adapters.netschool.transport import Call
from netcity_sync.adapters.source import Capability, DriftNote, Page
from netcity_sync.clock import Clock, system_clock
from netcity_sync.model import Dictionaries, FinalMarks, Journal, JournalAccess, Roster, Term
from netcity_sync.settings import GisSettings

_FROM_PAGES = frozenset({
    Capability.ROSTER, Capability.LESSONS, Capability.TOPICS, Capability.HOMEWORK, Capability.MARKS,
    Capability.ATTENDANCE, Capability.TERM_MARKS,
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
        self._parser = NetSchoolParser(self._profile, self._notice)
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
        bodies: dict[str, bytes] = {}

        def ask(kind: Any, call: Call) -> Any:
            answer, bodies[call.path] = self._connection.ask(kind, call)
            return answer

        content = compose_dictionaries(self._profile, ask)
        self._terms = {term.id: term for term in content.terms}
        self._group_terms = {group.id: group.term_ids for group in content.subject_groups}
        return Page(content, joined(bodies))

    def read_roster(self, class_id: int) -> Page[Roster]:
        """The pupils of a class today."""
        body = self._connection.fetch(self._parser.roster_call(class_id))
        return Page.unparsed(body, lambda: self._parser.parse_roster(class_id, body))

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        """One journal in one term, whole."""
        body = self._connection.fetch(self._parser.journal_call(subject_group_id, term_id))
        own = (term_id, *self._group_terms.get(subject_group_id, ()))
        terms = [self._terms[item] for item in own if item in self._terms]
        return Page.unparsed(body, lambda: self._parser.parse_journal(subject_group_id, term_id, terms, body))

    def read_term_marks(self, subject_group_id: int) -> Page[FinalMarks]:
        """The final marks of one journal over the year."""
        body = self._connection.fetch(self._parser.term_marks_call(subject_group_id))
        return Page.unparsed(body, lambda: self._parser.parse_term_marks(subject_group_id, body))

    def _notice(self, call: str, answer: Any) -> None:
        self._connection.notice(call, answer)
        if isinstance(answer, wire.JournalAnswer):
            for journal in answer.journals:
                self._note_topics(journal)

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

    def read_journal_access(self, class_id: int, first: date, last: date) -> Page[tuple[JournalAccess, ...]]:
        """Who touched the journals of a class in a period, from the report on access to the journal."""
        return Page(*self.reports.journal_access(class_id, first, last))
