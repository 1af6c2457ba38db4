"""The ledger as a file: a JSON list, replaced whole; what is in no journal names its place with more keys."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from netcity_sync.errors import UsageError
from netcity_sync.simulator.ledger import LedgerEntry


def write_ledger(path: Path, entries: Iterable[LedgerEntry]) -> None:
    """Replace the file by these entries; a reader sees the old list or the new one. Raises UsageError."""
    draft = path.with_name(path.name + ".new")
    try:
        draft.write_text(
            json.dumps([_as_json(item) for item in entries], ensure_ascii=False, indent=1), encoding="utf-8"
        )
        draft.replace(path)
    except OSError as error:
        raise UsageError("Не удалось записать файл нарушений.", where=str(path)) from error


def _as_json(item: LedgerEntry) -> dict[str, object]:
    return {name: value for name, value in asdict(item).items() if value is not None or name in _ALWAYS}


_ALWAYS = ("rule", "subject_group_id", "student_id", "lesson_id", "term_id", "certain")
