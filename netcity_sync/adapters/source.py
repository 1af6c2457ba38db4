"""The door to where data comes from: what every adapter offers, and what may be missing from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from netcity_sync.model import Dictionaries, FinalMarks, Journal, JournalAccess, Roster, Term

T = TypeVar("T")


class Capability(StrEnum):
    """What a source can tell. What it cannot is absent from its set, never an empty list (design.md §4.1)."""

    ROSTER = "roster"
    LESSONS = "lessons"
    TOPICS = "topics"
    HOMEWORK = "homework"
    MARKS = "marks"
    ATTENDANCE = "attendance"
    TERM_MARKS = "term_marks"
    JOURNAL_ACCESS = "journal_access"
    PLAN = "plan"
    SUBSTITUTIONS = "substitutions"
    EXAM_RESULTS = "exam_results"
    OPT_OUTS = "opt_outs"
    CREDENTIALS = "credentials"
    USER_ACTIVITY = "user_activity"
    FINAL_MARK_DATES = "final_mark_dates"
    LOCAL_ACTS = "local_acts"
    ENROLMENT_ORDERS = "enrolment_orders"
    """Orders by which pupils come, go and change classes."""
    USER_RIGHTS = "user_rights"
    """No source tells these yet."""


class ScopeKind(StrEnum):
    """What is read in one go."""

    DICTIONARIES = "dictionaries"
    ROSTER = "roster"
    JOURNAL = "journal"
    TERM_MARKS = "term_marks"
    JOURNAL_ACCESS = "journal_access"


class DriftKind(StrEnum):
    """How an answer of the source differs from what this version expects."""

    UNKNOWN = "unknown"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class DriftNote:
    """A field that is new, or that no longer comes: in which call, and how often it was noticed."""

    kind: DriftKind
    call: str
    field: str
    count: int


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing to read: dictionaries, a class's roster, a journal in a term or its final marks, who touched it."""

    kind: ScopeKind
    class_id: int | None = None
    subject_group_id: int | None = None
    term_id: int | None = None
    month: int | None = None
    """Year and month of a report, as 202610."""

    @property
    def key(self) -> str:
        """Stable text form, as the mirror keeps it: `dictionaries`, `roster:12`, `journal:340:7`."""
        parts = (self.class_id, self.subject_group_id, self.term_id, self.month)
        return ":".join([self.kind.value, *(str(part) for part in parts if part is not None)])


class Page(Generic[T]):
    """What one scope held, and the raw answer that proves it (bytes as received)."""

    def __init__(self, content: T, raw: bytes) -> None:
        self.raw = raw
        self._parse: Callable[[], T] = lambda: content

    @classmethod
    def unparsed(cls, raw: bytes, parse: Callable[[], T]) -> Self:
        """A page that is parsed when its content is asked for: an answer that is known already need not be."""
        page = cls.__new__(cls)
        page.raw, page._parse = raw, parse
        return page

    @cached_property
    def content(self) -> T:
        """What it held. Raises AnswerError where the answer cannot be used."""
        return self._parse()


class JournalSource(Protocol):
    """A place journals are read from. Entering it signs in, leaving it signs out, whatever happened.

    All but `read_dictionaries` may be called from several threads at once. Every
    method, or the content of its page, raises `AnswerError` where one answer cannot be used; `SourceUnavailable` where
    the whole source is gone, `SignInRefused` where the account is no longer accepted.
    """

    capabilities: frozenset[Capability]

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def read_dictionaries(self) -> Page[Dictionaries]:
        """School, year, terms, staff, classes, work types and the list of journals."""
        ...

    def read_roster(self, class_id: int) -> Page[Roster]:
        """The pupils of a class today."""
        ...

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        """One journal in one term, whole."""
        ...

    def read_term_marks(self, subject_group_id: int) -> Page[FinalMarks]:
        """The final marks of one journal over the year; only where TERM_MARKS is among the capabilities.

        A source may believe that it can, and learn by the first answer that it cannot (`jobs.sync`).
        """
        ...

    def read_journal_access(self, class_id: int, first: date, last: date) -> Page[tuple[JournalAccess, ...]]:
        """Who touched the journals of a class in a period; only where JOURNAL_ACCESS is among the capabilities."""
        ...

    def drift(self) -> tuple[DriftNote, ...]:
        """How the answers so far differ from what is expected."""
        ...


class PageParser(Protocol):
    """What turns raw answers into the model, without any source at hand: a source's own reads go through it too.

    Every method raises `AnswerError` where the answer cannot be used.
    """

    def parse_dictionaries(self, raw: bytes) -> Dictionaries:
        """The answer of `JournalSource.read_dictionaries`."""
        ...

    def parse_roster(self, class_id: int, raw: bytes) -> Roster:
        """The answer of `JournalSource.read_roster`."""
        ...

    def parse_journal(self, subject_group_id: int, term_id: int, terms: Iterable[Term], raw: bytes) -> Journal:
        """The answer of `JournalSource.read_journal`; `terms` are those of the journal when it was read."""
        ...

    def parse_term_marks(self, subject_group_id: int, raw: bytes) -> FinalMarks:
        """The answer of `JournalSource.read_term_marks`."""
        ...

    def parse_journal_access(self, first: date, last: date, raw: bytes) -> tuple[JournalAccess, ...]:
        """The answer of `JournalSource.read_journal_access`."""
        ...
