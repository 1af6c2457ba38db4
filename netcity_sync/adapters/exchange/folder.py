"""The exchange folder: which files stand in it, and what each table of it holds."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from netcity_sync.adapters.exchange.csv_file import read_csv
from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.grid import MAX_BYTES, FileFault, Grid, Notice, Problem
from netcity_sync.adapters.exchange.spec import FileSpec
from netcity_sync.adapters.exchange.table import read_grids
from netcity_sync.adapters.exchange.xlsx_file import read_xlsx
from netcity_sync.errors import UsageError
from netcity_sync.model import Entity

_READERS = {".csv": read_csv, ".xlsx": read_xlsx}
_PART_MARKS = " -_.("
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})


class TableState(StrEnum):
    """What stands in the folder for a table: no file, files with headings only, with faults, or ready to be taken."""

    ABSENT = "absent"
    EMPTY = "empty"
    FAULTY = "faulty"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table as the folder has it now: all its files together. Rows only where it is ready."""

    spec: FileSpec
    state: TableState
    files: tuple[str, ...] = ()
    digest: str = ""
    rows: tuple[Entity, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class FolderReading:
    """All tables, and remarks on files that belong to none."""

    tables: tuple[TableReading, ...]
    notices: tuple[Notice, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, table by table."""
        return tuple(problem for table in self.tables for problem in table.problems)

    @property
    def all_notices(self) -> tuple[Notice, ...]:
        """Remarks on the tables and on files of none."""
        return (*(notice for table in self.tables for notice in table.notices), *self.notices)


def read_folder(folder: Path) -> FolderReading:
    """Read everything in the folder. Raises UsageError where there is no such folder, or it cannot be listed."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and not _is_passing(path.name))
    except OSError as error:
        raise UsageError(
            "Папки обмена нет, или она не читается.",
            where=str(folder),
            todo="Создайте её с образцами таблиц: netcity-sync exchange template",
        ) from error
    mine = {spec.stem: [path for path in paths if belongs_to(spec, path)] for spec in FILES}
    strange = [path for path in paths if not any(path in found for found in mine.values())]
    tables = tuple(read_table(spec, mine[spec.stem]) for spec in FILES)
    return FolderReading(tables, tuple(Notice(path.name, _guess(path)) for path in strange))


def read_table(spec: FileSpec, paths: Sequence[Path]) -> TableReading:
    """A table from its files, taken together."""
    if not paths:
        return TableReading(spec, TableState.ABSENT)
    digest = sha256()
    grids: list[Grid] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            data = _bytes(path)
            digest.update(sha256(path.name.encode(errors="surrogateescape") + b"\0" + data).digest())
            grids.append(_READERS[path.suffix.lower()](path.name, data, spec))
        except FileFault as error:
            problems.append(Problem(path.name, error.sheet, None, None, error.reason, error.todo))
    content = read_grids(spec, grids)
    problems += content.problems
    state = TableState.READY
    if problems:
        state = TableState.FAULTY
    elif not content.rows and not content.none_said:
        state = TableState.EMPTY
    rows = content.rows if state is TableState.READY else ()
    names = tuple(path.name for path in paths)
    return TableReading(spec, state, names, digest.hexdigest(), rows, tuple(problems), content.notices)


def belongs_to(spec: FileSpec, path: Path) -> bool:
    """Whether a file is the table's, or a part of it: `plan.xlsx`, `plan 7А.csv`."""
    name = path.stem.casefold()
    return name == spec.stem or (name.startswith(spec.stem) and name[len(spec.stem)] in _PART_MARKS)


def _is_passing(name: str) -> bool:
    """Lock files of office programs, hidden files and those of the system."""
    return name.startswith(("~$", ".", "~")) or name.casefold() in _SYSTEM_FILES


def _bytes(path: Path) -> bytes:
    if path.suffix.lower() not in _READERS:
        raise FileFault(f"файлы «{path.suffix}» не читаются", "сохраните его как .xlsx или .csv")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileFault(f"файл больше {MAX_BYTES // 1024**2} МБ", "разделите его на несколько")
        data = path.read_bytes()
    except OSError as error:
        raise FileFault("файл не открывается", "закройте его в Excel и проверьте права на него") from error
    if not data.strip():
        raise FileFault("файл пуст, нет даже заголовков", "netcity-sync exchange template")
    return data


def _guess(path: Path) -> str:
    near = difflib.get_close_matches(path.stem.casefold(), [spec.stem for spec in FILES], n=1)
    return "файл не относится ни к одной таблице" + (f"; может быть, {near[0]}{path.suffix}?" if near else "")
