"""Bytes of an answer → a wire model, or an error that names the call and the field and shows no value."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import AliasChoices, TypeAdapter, ValidationError

from netcity_sync.adapters.netschool.answer import Answer
from netcity_sync.errors import AnswerError

_TODO = "Повторите позже. Если ошибка остаётся, эта версия «Сетевого города» отвечает иначе: netcity-sync discover."
_PLACES_NAMED = 3
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def decode(kind: Any, body: bytes, call: str) -> Any:
    """The answer of `call` as `kind`. Raises AnswerError where it is not JSON, or not of that shape."""
    try:
        return _adapter(kind).validate_json(body.removeprefix(_BYTE_ORDER_MARK))
    except ValidationError as error:
        items = error.errors(include_input=False, include_url=False, include_context=False)
        if items[0]["type"] == "json_invalid":
            raise AnswerError("Ответ сервера не читается: это не JSON.", where=call, todo=_TODO) from None
        places = dict.fromkeys(_place(item["loc"]) for item in items)
        named = ", ".join(list(places)[:_PLACES_NAMED])
        raise AnswerError(
            "В ответе сервера нет нужного поля или оно другого вида.", where=f"{call}, поле {named}", todo=_TODO
        ) from None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _place(location: tuple[int | str, ...]) -> str:
    """`journals.marks.studentId`, without the numbers of list items, which would only tell pupils apart."""
    known = set(_names(Answer))
    names = (part for part in location if isinstance(part, str) and part in known)
    return ".".join(names) or "весь ответ"


def _names(kind: type[Answer]) -> Iterator[str]:
    """All field names on the wire: the other parts of a location are alternatives of unions, as pydantic names them."""
    for name, field in kind.model_fields.items():
        choices = field.validation_alias.choices if isinstance(field.validation_alias, AliasChoices) else [name]
        yield from (str(item) for item in (*choices, field.alias or name))
    for heir in kind.__subclasses__():
        yield from _names(heir)
