"""Bytes of an answer → a wire model, or an error that names the call and the field and shows no value."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from netcity_sync.errors import AnswerError

_TODO = "Повторите позже. Если ошибка остаётся, эта версия «Сетевого города» отвечает иначе: netcity-sync discover."
_PLACES_NAMED = 3


def decode(kind: Any, body: bytes, call: str) -> Any:
    """The answer of `call` as `kind`. Raises AnswerError where it is not JSON, or not of that shape."""
    try:
        return _adapter(kind).validate_json(body)
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
    names = (part for part in location if isinstance(part, str) and not _is_of_a_union(part))
    return ".".join(names) or "весь ответ"


def _is_of_a_union(part: str) -> bool:
    """Whether a part of a location is no field but an alternative of a union, as pydantic names it."""
    return part in ("int", "str", "float", "bool") or part[:1].isupper() or "[" in part
