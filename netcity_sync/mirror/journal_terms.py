"""Which terms a journal had when it was read: what its page is confined to (adapters/netschool/journal.py)."""

import sqlite3
from datetime import date

from netcity_sync.adapters.source import Scope
from netcity_sync.model import Term, TermKind


class TermsOfJournals:
    """The terms of all journals in all runs, as the dictionaries said; looked up once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        runs = "seen_from, coalesce(min(seen_to, missing_from), seen_to, missing_from)"
        self._terms: dict[int, list[tuple[Term, int, int | None]]] = {}
        for key, name, kind, start, end, first, last in connection.execute(
            f'SELECT term_id, name, kind, start, "end", {runs} FROM term'
        ):
            term = Term(id=key, name=name, kind=TermKind(kind), start=_day(start), end=_day(end))
            self._terms.setdefault(key, []).append((term, first, last))
        self._pairs: dict[int, list[tuple[int, int, int | None]]] = {}
        for group, key, first, last in connection.execute(
            f"SELECT subject_group_id, term_id, {runs} FROM subject_group_term"
        ):
            self._pairs.setdefault(group, []).append((key, first, last))

    def of(self, scope: Scope, run_id: int) -> tuple[Term, ...]:
        """The terms of a journal in a run, the scope's own among them; none for other scopes."""
        if scope.subject_group_id is None or scope.term_id is None:
            return ()
        pairs = self._pairs.get(scope.subject_group_id, ())
        own = {scope.term_id, *(key for key, first, last in pairs if _stood(first, last, run_id))}
        return tuple(
            term for key in sorted(own) for term, first, last in self._terms.get(key, ()) if _stood(first, last, run_id)
        )


def _stood(first: int, last: int | None, run_id: int) -> bool:
    return first <= run_id and (last is None or last > run_id)


def _day(text: str) -> date:
    return date.fromisoformat(text)
