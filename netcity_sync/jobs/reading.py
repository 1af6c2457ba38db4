"""The reading threads of a sync: they fetch and parse scopes, and hand over what came back together."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from netcity_sync.adapters.source import JournalSource, Page, Scope
from netcity_sync.clock import Clock
from netcity_sync.errors import NetcityError
from netcity_sync.jobs.sync_scopes import span_of_month
from netcity_sync.mirror.raw import payload_hash
from netcity_sync.mirror.rows import ScopeRows, access_rows, final_mark_rows, journal_rows, roster_rows

_AHEAD_PER_READER = 4
_SPARE_READERS = 2
_TURN_SECONDS = 0.002
"""How long a thread computes before another has its turn: an answer that has come should not wait for a merge."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a reading thread brought back for a scope: rows with the bytes that prove them and their hash, or an error.

    There are no rows where the answer is the known one.

    Moments are UTC. `begun` is false where the night was over first; `second_look` where the scope was read twice on
    purpose.
    """

    scope: Scope
    began: datetime
    ended: datetime
    rows: ScopeRows | None = None
    body: bytes = b""
    name: bytes = b""
    error: NetcityError | None = None
    begun: bool = True
    second_look: bool = False


class Readers:
    """Threads that read `count` scopes at once, and a few that parse meanwhile."""

    def __init__(
        self,
        source: JournalSource,
        clock: Clock,
        count: int,
        *,
        known: Mapping[str, bytes],
        is_over: Callable[[], bool],
    ) -> None:
        """`known` are hashes of answers that need not be parsed, by scope. Once `is_over`, no scope is begun."""
        self._source = source
        self._clock = clock
        self._count = count
        self._known = known
        self._is_over = is_over
        self._executor = ThreadPoolExecutor(count + min(count - 1, _SPARE_READERS), thread_name_prefix="reader")
        self._running: set[Future[Fetched]] = set()

    @contextmanager
    def reading(self, scopes: Iterable[Scope]) -> Iterator[Iterator[Sequence[Fetched]]]:
        """What came back together, batch by batch; when the block is left early, what has not begun is dropped."""
        turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_SECONDS)
        try:
            yield self._batches(iter(scopes))
        finally:
            sys.setswitchinterval(turn)
            self._executor.shutdown(wait=True, cancel_futures=True)

    def read_again(self, scopes: Iterable[Scope]) -> None:
        """Read scopes of the batch just handed over once more, to see whether they say the same."""
        for scope in scopes:
            self._submit(scope, second_look=True)

    def read_now(self, scope: Scope) -> Fetched:
        """Read a scope at once, in the thread that asks."""
        return self._read(scope, second_look=False)

    def _batches(self, waiting: Iterator[Scope]) -> Iterator[Sequence[Fetched]]:
        for scope in islice(waiting, self._count * _AHEAD_PER_READER):
            self._submit(scope)
        while self._running:
            done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
            yield [future.result() for future in done]
            for scope in islice(waiting, len(done)):
                self._submit(scope)

    def _submit(self, scope: Scope, *, second_look: bool = False) -> None:
        self._running.add(self._executor.submit(self._read, scope, second_look))

    def _read(self, scope: Scope, second_look: bool) -> Fetched:
        """Runs in a reading thread; what waited for one until the night was over is not begun."""
        began = self._clock()
        if self._is_over():
            return Fetched(scope, began, began, begun=False)
        try:
            page, convert = self._fetch(scope)
            ended, name = self._clock(), payload_hash(page.raw)
            rows = convert(page.content) if self._known.get(scope.key) != name else None
        except NetcityError as error:
            return Fetched(scope, began, self._clock(), error=error)
        return Fetched(scope, began, ended, rows, page.raw, name, second_look=second_look)

    def _fetch(self, scope: Scope) -> tuple[Page[Any], Callable[[Any], ScopeRows]]:
        if scope.month is not None and scope.class_id is not None:
            page = self._source.read_journal_access(scope.class_id, *span_of_month(scope.month))
            return page, partial(access_rows, scope.class_id, scope.month)
        if scope.class_id is not None:
            return self._source.read_roster(scope.class_id), roster_rows
        assert scope.subject_group_id is not None
        if scope.term_id is None:
            return self._source.read_term_marks(scope.subject_group_id), final_mark_rows
        return self._source.read_journal(scope.subject_group_id, scope.term_id), journal_rows
