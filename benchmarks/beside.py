"""A process that merges without a pause: `python -m benchmarks.beside FOLDER`, until it is ended.

Every page of the mirror comes again and again, each time with another mark.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen

from benchmarks.merging import NoRaw
from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.clock import from_utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.intake import Answer, Caution, Intake
from netcity_sync.mirror.raw import payload_hash
from netcity_sync.mirror.rows import ScopeRows
from netcity_sync.mirror.runs import begin_run
from netcity_sync.mirror.schema import JOURNAL_TABLES

_PAGES_A_COMMIT = 8


@contextmanager
def merging_process(folder: DataFolder) -> Iterator[None]:
    """Such a process, at work from the beginning of the block to its end."""
    with Popen([sys.executable, "-m", "benchmarks.beside", str(folder.root)], stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "merging\n"
        try:
            yield
            assert process.poll() is None
        finally:
            process.kill()


def _answer(mirror: sqlite3.Connection, group: int, term: int, turn: int, now: datetime) -> Answer:
    scope = Scope(ScopeKind.JOURNAL, subject_group_id=group, term_id=term)
    name = payload_hash(f"{scope.key} {turn}".encode())
    return Answer(scope, now, now, _page(mirror, group, term, turn), b"", name)


def _page(mirror: sqlite3.Connection, group: int, term: int, turn: int) -> ScopeRows:
    tables = []
    for table in JOURNAL_TABLES:
        names = ", ".join(item.name for item in table.columns)
        rows = mirror.execute(
            f"SELECT {names} FROM {table.name} WHERE subject_group_id = ? AND term_id = ? AND seen_to IS NULL",
            [group, term],
        ).fetchall()
        if table.name == "mark":
            rows = [(*row[:5], 2 + turn % 4, 0, None) if not place else row for place, row in enumerate(rows)]
        tables.append((table, tuple(rows)))
    return ScopeRows({"subject_group_id": group, "term_id": term}, tuple(tables))


def _merge_for_ever(folder: DataFolder) -> None:
    with open_writer(folder) as mirror:
        now = from_utc_text(mirror.execute("SELECT max(finished_at) FROM run").fetchone()[0])
        places = mirror.execute("SELECT subject_group_id, term_id FROM scope WHERE kind = 'journal'").fetchall()
        for turn in count():
            intake = Intake(mirror, NoRaw(), begin_run(mirror, now, resume=False), Caution())
            for first in range(0, len(places), _PAGES_A_COMMIT):
                answers = [_answer(mirror, *place, turn, now) for place in places[first : first + _PAGES_A_COMMIT]]
                with intake.batch():
                    for answer in answers:
                        intake.take(answer)
                if not turn and not first:
                    print("merging", flush=True)


if __name__ == "__main__":
    _merge_for_ever(DataFolder(Path(sys.argv[1])))
