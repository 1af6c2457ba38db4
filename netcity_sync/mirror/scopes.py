"""The scopes that the mirror knows, and what a user calls them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.errors import UsageError
from netcity_sync.russian import class_key

_ORDER = tuple(ScopeKind)


@dataclass(frozen=True, slots=True)
class KnownScope:
    """A scope that was read at least once. `class_id` is that of its class, journals included."""

    scope_id: int
    scope: Scope
    class_id: int | None
    label: str


def known_scopes(connection: sqlite3.Connection, classes: Sequence[str] = ()) -> list[KnownScope]:
    """All scopes, or those of some classes; dictionaries first, then rosters, journals, final marks, reports on access.

    Raises UsageError where there is no such class.
    """
    chosen = _chosen(connection, classes)
    names = _Names(connection)
    found = []
    for scope_id, kind, class_id, group_id, term_id, month in connection.execute(
        "SELECT scope_id, kind, class_id, subject_group_id, term_id, month FROM scope ORDER BY scope_id"
    ):
        scope = Scope(ScopeKind(kind), class_id, group_id, term_id, month)
        owner = class_id if class_id is not None else names.class_of_group.get(group_id)
        if chosen is None or owner in chosen:
            found.append(KnownScope(scope_id, scope, owner, names.label(scope, owner)))
    return sorted(found, key=lambda item: _ORDER.index(item.scope.kind))


class _Names:
    """The newest names of classes, journals and terms, those that are gone included."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.class_of_group: dict[int | None, int] = {}
        self._groups: dict[int | None, str] = {}
        for key, name, class_id in connection.execute(
            "SELECT subject_group_id, name, class_id FROM subject_group ORDER BY seen_from"
        ):
            self._groups[key], self.class_of_group[key] = name, class_id
        by_class = connection.execute("SELECT class_id, name FROM school_class ORDER BY seen_from")
        self._classes: dict[int | None, str] = dict(by_class.fetchall())
        by_term = connection.execute("SELECT term_id, name FROM term ORDER BY seen_from")
        self._terms: dict[int | None, str] = dict(by_term.fetchall())

    def label(self, scope: Scope, class_id: int | None) -> str:
        """«7А, Химия, 1 четверть»."""
        owner = self._classes.get(class_id, "?")
        match scope.kind:
            case ScopeKind.DICTIONARIES:
                return "справочники"
            case ScopeKind.ROSTER:
                return f"список класса {owner}"
            case ScopeKind.JOURNAL:
                group, term = (self._groups.get(scope.subject_group_id, "?"), self._terms.get(scope.term_id, "?"))
                return f"{owner}, {group}, {term}"
            case ScopeKind.TERM_MARKS:
                return f"{owner}, {self._groups.get(scope.subject_group_id, '?')}, итоговые отметки"
            case ScopeKind.JOURNAL_ACCESS:
                month = scope.month or 0
                return f"доступ к журналам {owner}, {month % 100:02d}.{month // 100}"


def _chosen(connection: sqlite3.Connection, classes: Sequence[str]) -> frozenset[int | None] | None:
    """The ids of the classes named by a user; None where none is named. A name may have served in several years."""
    if not classes:
        return None
    rows = connection.execute("SELECT DISTINCT class_id, name FROM school_class ORDER BY class_id").fetchall()
    wanted = {class_key(name) for name in classes}
    unknown = [name for name in classes if class_key(name) not in {class_key(row[1]) for row in rows}]
    if unknown:
        raise UsageError(
            f"Нет такого класса: {', '.join(unknown)}.",
            todo=f"Есть классы: {', '.join(dict.fromkeys(row[1] for row in rows))}.",
        )
    return frozenset(row[0] for row in rows if class_key(row[1]) in wanted)
