"""Grids under one declaration: all rows as the model's objects, or the list of what is wrong and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from netcity_sync.adapters.exchange.cells import CellFault, parse_cell
from netcity_sync.adapters.exchange.grid import MAX_ROWS, Grid, GridRow, Notice, Problem, folded, plain
from netcity_sync.adapters.exchange.spec import NONE_WORD, Field, RowSpec, field_of, key_of
from netcity_sync.model import Entity
from netcity_sync.russian import plural

_ROWS_SEARCHED = 10
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Content:
    """What a table's grids hold. With problems there are no rows; `none_said` means «there is nothing to list»."""

    rows: tuple[Entity, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Notice, ...]
    none_said: bool


def read_grids(spec: RowSpec, grids: Iterable[Grid]) -> Content:
    """All grids of a table as one: whole, or not at all."""
    reader = _Reader(spec)
    for grid in grids:
        reader.read(grid)
    return reader.content()


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the headings stand, and which place in a row belongs to which column."""

    row: int
    columns: dict[int, Field]
    titled: frozenset[int]

    @property
    def width(self) -> int:
        """How many places the headings take up."""
        return max(self.titled) + 1


@dataclass(slots=True)
class _Reader:
    spec: RowSpec
    rows: list[Entity] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    seen: dict[tuple[object, ...], str] = field(default_factory=dict)
    none_at: list[tuple[Grid, int]] = field(default_factory=list)
    filled: int = 0

    def read(self, grid: Grid) -> None:
        self.notices += grid.notices
        header = self._header(grid)
        if header is None:
            return
        broken = {number for number, _ in grid.broken}
        below = (row for row in grid.rows if row.number > header.row)
        filled = [row for row in below if row.number in broken or any(plain(cell) for cell in row.cells)]
        if len(filled) > MAX_ROWS:
            self._fault(grid, None, None, f"больше {plural(MAX_ROWS, 'строки', 'строк', 'строк')}", "разделите файл")
            return
        self._beside(grid, header, filled)
        for row in filled:
            if _says_none(row):
                self.none_at.append((grid, row.number))
            else:
                self.filled += 1
                self._row(grid, header, row)

    def content(self) -> Content:
        if self.filled:
            for grid, row in self.none_at:
                self._fault(grid, row, None, f"слово «{NONE_WORD}» стоит рядом со строками", "удалите эту строку")
        rows = () if self.problems else tuple(self.rows)
        return Content(rows, tuple(self.problems), tuple(self.notices), bool(self.none_at))

    def _fault(self, grid: Grid, row: int | None, column: str | None, reason: str, allowed: str = "") -> None:
        self.problems.append(Problem(grid.file, grid.sheet, row, column, reason, allowed))

    def _header(self, grid: Grid) -> _Header | None:
        """The headings: of the first rows that hold anything, the one with most known headings."""
        candidates = [row for row in grid.rows if any(plain(cell) for cell in row.cells)][:_ROWS_SEARCHED]
        if not candidates:
            self._fault(grid, None, None, "файл пуст, нет даже заголовков", "netcity-sync exchange template")
            return None
        best = max(candidates, key=lambda row: len(set(_known(self.spec, row).values())))
        found = _known(self.spec, best)
        if not found:
            wanted = ", ".join(item.heading for item in self.spec.fields if item.required)
            self._fault(grid, None, None, "нет строки с заголовками", f"нужны столбцы: {wanted}")
            return None
        columns = self._columns(grid, best, found)
        missing = [item for item in self.spec.fields if item.required and item not in columns.values()]
        for item in missing:
            self._fault(grid, best.number, item.heading, "нет такого столбца", item.allowed)
        if best is not candidates[0]:
            self.notices.append(Notice(grid.file, f"строки выше заголовков (строка {best.number}) не читаются"))
        titled = frozenset(place for place, cell in enumerate(best.cells) if plain(cell))
        return None if missing or len(columns) < len(found) else _Header(best.number, columns, titled)

    def _columns(self, grid: Grid, row: GridRow, found: dict[int, str]) -> dict[int, Field]:
        columns: dict[int, Field] = {}
        for place, name in found.items():
            item = field_of(self.spec, name)
            if item in columns.values():
                self._fault(grid, row.number, item.heading, "столбец встречается дважды", "оставьте один")
            else:
                columns[place] = item
        unknown = [plain(cell) for place, cell in enumerate(row.cells) if plain(cell) and place not in found]
        if unknown:
            listed = ", ".join(f"«{name}»" for name in unknown)
            self.notices.append(Notice(grid.file, f"столбцы не читаются и не хранятся: {listed}"))
        return columns

    def _beside(self, grid: Grid, header: _Header, filled: Sequence[GridRow]) -> None:
        """Values under no heading: in a CSV the sign of a shifted row, in a workbook a remark of somebody's."""
        if grid.strict_width:
            for row in filled:
                if any(plain(cell) for cell in row.cells[header.width :]):
                    reason = "в строке больше значений, чем заголовков"
                    self._fault(grid, row.number, None, reason, "значение, в котором есть разделитель, — в кавычках")
            return
        used = {place for row in filled for place, cell in enumerate(row.cells) if plain(cell)}
        bare = ", ".join(_letter(place) for place in sorted(used - header.titled))
        if bare:
            self.notices.append(Notice(grid.file, f"столбцы без заголовка не читаются: {bare}"))

    def _row(self, grid: Grid, header: _Header, row: GridRow) -> None:
        before = len(self.problems)
        values: dict[str, object] = {}
        for place, column in header.columns.items():
            cell = row.cells[place] if place < len(row.cells) else None
            try:
                if (fault := grid.broken.get((row.number, place))) is not None:
                    raise CellFault(fault)
                value = parse_cell(column, cell)
                if value is None and column.required:
                    raise CellFault("не заполнено")
            except CellFault as error:
                self._fault(grid, row.number, column.heading, str(error), column.allowed)
                continue
            if value is not None:
                values[column.name] = value
        if len(self.problems) == before:
            self._accept(grid, row, self.spec.model.model_validate(values))

    def _accept(self, grid: Grid, row: GridRow, entity: Entity) -> None:
        faults = [fault for check in self.spec.checks if (fault := check(entity)) is not None]
        for name, reason in faults:
            column = field_of(self.spec, name)
            self._fault(grid, row.number, column.heading, reason, column.allowed)
        key = tuple(_comparable(getattr(entity, item.name)) for item in key_of(self.spec))
        here = ", ".join(part for part in (grid.file, grid.sheet, f"строка {row.number}") if part)
        if key in self.seen:
            headings = ", ".join(f"«{item.heading}»" for item in key_of(self.spec))
            allowed = f"разные значения хотя бы в одном из столбцов {headings}"
            self._fault(grid, row.number, None, f"повторяет другую ({self.seen[key]})", allowed)
        elif not faults:
            self.seen[key] = here
            self.rows.append(entity)


def _says_none(row: GridRow) -> bool:
    """Whether a row holds nothing but the word for «there is nothing to list»."""
    texts = [text for cell in row.cells if (text := plain(cell))]
    return len(texts) == 1 and folded(texts[0]) == NONE_WORD


def _known(spec: RowSpec, row: GridRow) -> dict[int, str]:
    """The places of a row that hold a known heading, each with the field's name."""
    names = {folded(text): item.name for item in spec.fields for text in item.aliases}
    names |= {folded(item.heading): item.name for item in spec.fields}
    return {place: names[title] for place, cell in enumerate(row.cells) if (title := folded(plain(cell))) in names}


def _comparable(value: object) -> object:
    return folded(value) if isinstance(value, str) else value


def _letter(place: int) -> str:
    """A column as Excel names it: 0 is A, 26 is AA."""
    text = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text
