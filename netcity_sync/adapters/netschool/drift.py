"""How the answers of the GIS differ from what is expected: fields nobody knows, and fields that no longer come.

Counted by call and field, names of fields only: a value might be a pupil's.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

from netcity_sync.adapters.netschool.answer import Answer
from netcity_sync.adapters.netschool.shape import shown_key
from netcity_sync.adapters.source import DriftKind, DriftNote


class DriftRecorder:
    """Counts differences over the answers of a run. Safe to use from several threads."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[DriftKind, str, str]] = Counter()
        self._lock = threading.Lock()

    def look(self, call: str, value: Any) -> None:
        """Compare a decoded answer with the declarations of its models."""
        found: Counter[tuple[DriftKind, str, str]] = Counter()
        seen: dict[tuple[str, type[Answer]], set[str]] = {}
        for path, item in _answers(value, ""):
            if item.model_extra:
                for name in item.model_extra.keys() - item.IGNORED:
                    found[DriftKind.UNKNOWN, call, f"{path}{shown_key(name)}"] += 1
            seen.setdefault((path, type(item)), set()).update(item.model_fields_set)
        for (path, kind), fields in seen.items():
            for name, wire_name in kind.expected().items():
                if name not in fields:
                    found[DriftKind.VANISHED, call, f"{path}{wire_name}"] += 1
        if found:
            with self._lock:
                self._counts.update(found)

    def notes(self) -> tuple[DriftNote, ...]:
        """What was found so far, in a stable order."""
        with self._lock:
            items = sorted(self._counts.items())
        return tuple(DriftNote(kind, call, field, count) for (kind, call, field), count in items)


def _answers(value: Any, path: str) -> Iterator[tuple[str, Answer]]:
    """All answer objects inside a decoded value, with the path of their fields."""
    if isinstance(value, Answer):
        yield path, value
        for name, wire_name in type(value).nested().items():
            yield from _answers(getattr(value, name), f"{path}{wire_name}.")
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _answers(item, path)
