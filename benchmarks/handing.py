"""Tables of the model handed in as files of the exchange folder, as a school would hand them in."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from io import StringIO
from pathlib import Path

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.spec import NONE_WORD, FileSpec, Kind
from netcity_sync.adapters.exchange.spec import Field as Column
from netcity_sync.model import Entity


def table_text(spec: FileSpec, entities: Iterable[Entity]) -> str:
    """A CSV of a table that holds these rows; with none it says that there is nothing to list."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow([column.heading for column in spec.fields])
    rows = [[cell_text(column, getattr(item, column.name)) for column in spec.fields] for item in entities]
    writer.writerows(rows or [[NONE_WORD]])
    return buffer.getvalue()


def cell_text(column: Column, value: object) -> str:
    """A value of the model as a person would type it into that column."""
    match value:
        case None:
            return ""
        case Enum() | bool() if column.kind is Kind.CHOICE:
            return column.choices[value]
        case datetime():
            return f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
        case float():
            return f"{value:g}".replace(".", ",")
    return str(value)


def hand_in(folder: Path, tables: Mapping[str, Iterable[Entity]]) -> bool:
    """Bring tables, by the names of their files, into the folder; answers whether any is another than the one there."""
    folder.mkdir(exist_ok=True)
    specs = {spec.stem: spec for spec in FILES}
    changed = False
    for stem, entities in tables.items():
        path, text = folder / f"{stem}.csv", table_text(specs[stem], entities)
        if not path.exists() or path.read_bytes() != text.encode():
            path.write_bytes(text.encode())
            changed = True
    return changed
