"""How far a sync or a re-reading is: bars on a terminal, a plain line now and then elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from netcity_sync.adapters.source import Scope
from netcity_sync.cli.console import message_console, remark
from netcity_sync.jobs.reparse import ReparseProgress
from netcity_sync.jobs.sync import SyncProgress

_PLAIN_LINES = 10


class _Counts:
    """What both kinds of display count."""

    def __init__(self) -> None:
        self.total = self.done = self.failed = self.rows = self.students = 0

    def add(self, ok: bool, changed_rows: int, students: int) -> None:
        self.done += 1
        self.failed += not ok
        self.rows += changed_rows
        self.students = students

    def text(self) -> str:
        return f"изменений: {self.rows}, учеников: {self.students}, ошибок: {self.failed}"


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._counts = _Counts()
        self._task: TaskID | None = None

    def begin(self, total: int) -> None:
        self._task = self._bars.add_task("Чтение", total=total, counts="")

    def scope_done(self, scope: Scope, ok: bool, changed_rows: int, students: int) -> None:
        self._counts.add(ok, changed_rows, students)
        if self._task is not None:
            self._bars.update(self._task, advance=1, counts=self._counts.text())


class _Lines:
    def __init__(self) -> None:
        self._counts = _Counts()

    def begin(self, total: int) -> None:
        self._counts.total = total
        remark(f"Чтение: всего частей {total}")

    def scope_done(self, scope: Scope, ok: bool, changed_rows: int, students: int) -> None:
        counts = self._counts
        counts.add(ok, changed_rows, students)
        step = max(1, counts.total // _PLAIN_LINES)
        if counts.done % step == 0 or counts.done == counts.total:
            remark(f"Прочитано {counts.done} из {counts.total}; {counts.text()}")


@contextmanager
def sync_progress() -> Iterator[SyncProgress]:
    """The display that fits where stderr goes to."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=message_console()) as bars:
        yield _Bars(bars)


class _ReparseBar:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, total: int) -> None:
        self._task = self._bars.add_task("Разбор", total=total)

    def scope_done(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, advance=1)


class _ReparseLines:
    def __init__(self) -> None:
        self._total = self._done = 0

    def begin(self, total: int) -> None:
        self._total = total
        remark(f"Разбор: всего частей {total}")

    def scope_done(self) -> None:
        self._done += 1
        if self._done % max(1, self._total // _PLAIN_LINES) == 0 or self._done == self._total:
            remark(f"Разобрано {self._done} из {self._total}")


@contextmanager
def reparse_progress() -> Iterator[ReparseProgress]:
    """The display that fits where stderr goes to."""
    if not sys.stderr.isatty():
        yield _ReparseLines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=message_console()) as bars:
        yield _ReparseBar(bars)


@contextmanager
def count_progress(title: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar for so many equal steps; what it answers with is called after each. One step needs no bar."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=message_console(), disable=total <= 1) as bars:
        task = bars.add_task(title, total=total)
        yield lambda: bars.advance(task)
