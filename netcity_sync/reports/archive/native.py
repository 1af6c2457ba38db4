"""The year's records as lines of JSON, a file a table, taken from its extract; and what every field of them means."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from netcity_sync.mirror.extract import EXTRACT_TABLES
from netcity_sync.mirror.schema import FINAL_MARK_TABLE, VERSION_COLUMNS, Table

_VIEW_COLUMNS = tuple(column for column in VERSION_COLUMNS if column.name != "seen_to")

_SUMMARY = """
SELECT c.name AS class_name, s.name AS student, g.subject_name AS subject, g.name AS journal, f.kind,
  (SELECT name FROM current_term t WHERE t.term_id = f.term_id) AS term, f.value, f.raw,
  f.subject_group_id, f.student_id, f.term_id
FROM current_school_class c CROSS JOIN current_subject_group g USING (class_id)
CROSS JOIN current_final_mark f USING (subject_group_id) LEFT JOIN current_student s USING (student_id)
WHERE c.class_id = ? ORDER BY s.name, f.student_id, g.subject_name, f.subject_group_id, f.kind, f.term_id
"""
_SUMMARY_FIELDS = {
    "class_name": "Класс", "student": "Ученик", "subject": "Предмет", "journal": "Журнал",
    "term": "Учебный период; пусто — не за период",
    **{column.name: column.meaning for column in FINAL_MARK_TABLE.columns},
}  # fmt: skip


def write_table(extract: Path, table: Table, target: Path) -> None:
    """The current rows of a table, one object a line."""
    key = ", ".join(f'"{column.name}"' for column in table.key)
    _write_rows(extract, f"SELECT * FROM current_{table.name} ORDER BY {key}, seen_from", (), target)


def write_summary(extract: Path, class_id: int, target: Path) -> None:
    """The final marks of a class with names, one object a line."""
    _write_rows(extract, _SUMMARY, (class_id,), target)


def write_fields(target: Path) -> None:
    """What every file of rows holds and every field of them means (Russian)."""
    tables = {
        f"{table.name}.jsonl": {
            "holds": table.meaning,
            "fields": {column.name: column.meaning for column in (*table.columns, *_VIEW_COLUMNS)},
        }
        for table in EXTRACT_TABLES
    }
    _write_json(tables, target)


def write_summary_fields(target: Path) -> None:
    """The same for the files of final marks."""
    _write_json({"*.jsonl": {"holds": "Итоговые отметки класса", "fields": _SUMMARY_FIELDS}}, target)


def _write_json(content: dict[str, Any], target: Path) -> None:
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _write_rows(extract: Path, query: str, values: tuple[int, ...], target: Path) -> None:
    uri = f"{extract.absolute().as_uri()}?mode=ro&immutable=1"
    with (
        closing(sqlite3.connect(uri, uri=True)) as connection,
        target.open("w", encoding="utf-8", newline="\n") as file,
    ):
        names = [item[0] for item in connection.execute(f"{query} LIMIT 0", values).description]
        pairs = ", ".join(f"""'{name}', "{name}\"""" for name in names)
        lines = connection.execute(f"SELECT json_object({pairs}) FROM ({query})", values)
        file.writelines(f"{line}\n" for (line,) in lines)
