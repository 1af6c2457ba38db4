"""A CSV file of exceptions, for a whole illness or quarantine: its columns, declared once, and its reader."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from netcity_sync.adapters.exchange.csv_file import read_csv
from netcity_sync.adapters.exchange.grid import MAX_BYTES, FileFault, Problem
from netcity_sync.adapters.exchange.spec import Check, Field, Kind
from netcity_sync.adapters.exchange.table import read_grids
from netcity_sync.errors import UsageError
from netcity_sync.model import Entity

ALL_WORD = "все"
"""In the column of rules: every rule, as an empty cell says too."""


class ExemptionRow(Entity):
    """A row: which findings are left alone (rules parted by spaces, commas or semicolons), who decided, why, how long.

    `first` and `last` are dates of lessons; `until` is the last day on which the exception holds.
    """

    rules: str = ""
    class_name: str = ""
    subject: str = ""
    student: str = ""
    first: date | None = None
    last: date | None = None
    who: str
    why: str
    until: date | None = None

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The rules as written, in capitals; none mean all."""
        words = self.rules.replace(",", " ").replace(";", " ").split()
        return () if [word.casefold() for word in words] == [ALL_WORD] else tuple(word.upper() for word in words)


_FIELDS = (
    Field("rules", "Правило", Kind.TEXT, "Номера правил через пробел; пусто или «все» — все.", "ATT-03", key=True,
          aliases=("Правила",)),
    Field("class_name", "Класс", Kind.CLASS, "Пусто — все.", "7А", key=True),
    Field("subject", "Предмет", Kind.TEXT, "Как в журнале; пусто — все.", "Алгебра", key=True),
    Field("student", "Ученик", Kind.PERSON, "Пусто — весь класс.", "Иванова Мария Петровна", key=True),
    Field("first", "С", Kind.DATE, "Первый день, уроки которого не считаются.", "05.10.2026", key=True),
    Field("last", "По", Kind.DATE, "Последний такой день.", "16.10.2026", key=True),
    Field("who", "Кто", Kind.TEXT, "Кто решил.", "Директор", required=True),
    Field("why", "Причина", Kind.TEXT, "Почему: приказ, карантин, болезнь.", "Карантин, приказ 112", required=True,
          aliases=("Почему",)),
    Field("until", "До", Kind.DATE, "По какой день действует; пусто — бессрочно.", "30.10.2026"),
)  # fmt: skip


def write_exemptions_template(path: Path) -> tuple[Field, ...]:
    """An empty file of exceptions that Excel opens as a table; answers with its columns.

    Raises UsageError where there is such a file already, or it cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            file.write(";".join(item.heading for item in _FIELDS) + "\r\n")
    except FileExistsError as error:
        raise UsageError("Такой файл уже есть, он не тронут.", where=str(path), todo="Укажите другое имя.") from error
    except OSError as error:
        raise UsageError("Образец не записан.", where=str(path), todo="Проверьте путь и права на папку.") from error
    return _FIELDS


@dataclass(frozen=True, slots=True)
class _Spec:
    """The table with the checks of whoever asks."""

    checks: tuple[Check, ...]
    model: type[Entity] = ExemptionRow
    fields: tuple[Field, ...] = _FIELDS


def read_exemptions(path: Path, more: tuple[Check, ...] = ()) -> tuple[tuple[ExemptionRow, ...], tuple[Problem, ...]]:
    """The rows of a file, or all that is wrong with it and no rows; `more` is asked of each row too."""
    try:
        grid = read_csv(path.name, _bytes(path), _Spec(()))
    except FileFault as error:
        return (), (Problem(path.name, "", None, None, error.reason, error.todo),)
    content = read_grids(_Spec((_limited, _in_order, *more)), [grid])
    return tuple(row for row in content.rows if isinstance(row, ExemptionRow)), content.problems


def _bytes(path: Path) -> bytes:
    headings = ";".join(item.heading for item in _FIELDS)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileFault(f"файл больше {MAX_BYTES // 1024**2} МБ", "разделите его на несколько")
        data = path.read_bytes()
    except OSError as error:
        raise FileFault("файла нет, или он не открывается", "проверьте путь и права; закройте файл в Excel") from error
    if not data.strip():
        raise FileFault("файл пуст, нет даже заголовков", f"первая строка: {headings}")
    return data


def _limited(row: Entity) -> tuple[str, str] | None:
    assert isinstance(row, ExemptionRow)
    if row.rule_ids or row.class_name or row.subject or row.student or row.first or row.last:
        return None
    return "rules", "строка ничем не ограничена: из-за неё не считалось бы ни одно замечание"


def _in_order(row: Entity) -> tuple[str, str] | None:
    assert isinstance(row, ExemptionRow)
    if row.first is not None and row.last is not None and row.last < row.first:
        return "last", "раньше, чем «С»"
    return None
