"""How a file of the exchange folder is described: its columns, once, for template, reader, guide and messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from netcity_sync.adapters.source import Capability
from netcity_sync.model import Entity

YES_NO: Mapping[Enum | bool, str] = {True: "да", False: "нет"}
NONE_WORD = "нет"
"""Alone in a row, says that there is nothing to list: an empty file says only that nobody filled it in."""


class Kind(Enum):
    """What a cell of a column holds; the value is what a user calls it."""

    TEXT = "текст"
    CLASS = "класс"
    CLASS_OR_GRADE = "класс или параллель"
    PERSON = "фамилия, имя, отчество"
    INTEGER = "целое число"
    NUMBER = "число"
    DATE = "дата"
    MOMENT = "дата и время"
    CHOICE = "одно из значений"


_ALLOWED = {
    Kind.TEXT: "текст",
    Kind.CLASS: "класс, пример: 7А",
    Kind.CLASS_OR_GRADE: "класс или параллель, примеры: 9А, 9",
    Kind.PERSON: "фамилия и имя полностью, без цифр, пример: Иванова Мария Петровна",
    Kind.DATE: "дата, пример: 05.10.2026",
    Kind.MOMENT: "дата, лучше с временем, пример: 05.10.2026 14:30",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column. `name` is the field of the model; `choices` maps model values to the words of the cell.

    A key column that is not required has the empty text as its default in the model.
    """

    name: str
    heading: str
    kind: Kind
    hint: str
    example: str = ""
    required: bool = False
    key: bool = False
    aliases: tuple[str, ...] = ()
    choices: Mapping[Enum | bool, str] = field(default_factory=dict, hash=False)
    low: int = 0
    high: int = 1_000_000

    @property
    def allowed(self) -> str:
        """What may stand in a cell, for messages and the guide."""
        if self.kind is Kind.CHOICE:
            return "одно из: " + ", ".join(self.choices.values())
        if self.kind in (Kind.INTEGER, Kind.NUMBER):
            return f"{self.kind.value} от {self.low} до {self.high}"
        return _ALLOWED[self.kind]


Check = Callable[[Entity], tuple[str, str] | None]
"""Looks at a whole row; answers with a field's name and what is wrong there, or None."""


class RowSpec(Protocol):
    """What a reader must know of a table: the model of its rows, its columns, and what is asked of a whole row."""

    @property
    def model(self) -> type[Entity]:
        """What a row becomes."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """What is asked of a whole row."""


def key_of(spec: RowSpec) -> tuple[Field, ...]:
    """The columns that together name a row."""
    return tuple(item for item in spec.fields if item.key)


def field_of(spec: RowSpec, name: str) -> Field:
    """The column of a model's field."""
    return next(item for item in spec.fields if item.name == name)


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A file: its name without the extension, the sheet's title, what it is for, and its columns."""

    capability: Capability
    entity: str
    title: str
    meaning: str
    model: type[Entity]
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()

    @property
    def stem(self) -> str:
        """The name of the file without the extension; also how the command line calls it."""
        return self.capability.value

    @property
    def key(self) -> tuple[Field, ...]:
        """The columns that together name a row."""
        return key_of(self)

    def words_of(self, column: str) -> dict[str, str]:
        """What people read for the codes that the mirror keeps of a column of choices."""
        (field,) = (item for item in self.fields if item.name == column)
        return {key.value: words for key, words in field.choices.items() if not isinstance(key, bool)}
