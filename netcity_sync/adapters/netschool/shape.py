"""What an answer is made of, without anything that it says: safe to show to anybody."""

import json
import re
from typing import Any

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")
_KINDS = (
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?"), "дата и время"),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "дата"),
    (re.compile(r"\d{1,2}:\d{2}"), "время"),
    (re.compile(r"\d+"), "цифры"),
    (re.compile(r"\s*<.*", re.DOTALL), "HTML"),
)
_DEEPEST = 12

Shape = str | dict[str, Any] | list[Any]
"""A kind of value, an object's fields with their shapes, or a list with the shape of its items."""


def shape_of(body: bytes, content_type: str) -> Shape:
    """The shape of an answer. Keys that are no plain names are masked: some servers use ids, or names, as keys."""
    if "html" in content_type.lower() or body.lstrip()[:1] == b"<":
        return "HTML"
    try:
        return shape_of_value(json.loads(body))
    except (ValueError, RecursionError):
        return "не JSON"


def shown_key(key: str) -> str:
    """A key as it may be shown: masked where it is no plain name of a field, since it may name a person then."""
    return key if _KEY.fullmatch(key) else "<ключ>"


def shape_of_value(value: Any, depth: int = 0) -> Shape:
    """The shape of a decoded value."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        merged: dict[str, Any] = {}
        for key, item in value.items():
            name = shown_key(key)
            inner = shape_of_value(item, depth + 1)
            merged[name] = _either(merged[name], inner) if name in merged else inner
        return dict(sorted(merged.items()))
    if isinstance(value, list):
        shape: Shape | None = None
        for item in value:
            inner = shape_of_value(item, depth + 1)
            shape = inner if shape is None else _either(shape, inner)
        return [] if shape is None else [shape]
    return _kind(value)


def _kind(value: Any) -> str:
    match value:
        case None:
            kind = "null"
        case bool():
            kind = "да/нет"
        case int():
            kind = "целое"
        case float():
            kind = "дробное"
        case str() if not value.strip():
            kind = "пустая строка"
        case str():
            kind = next((name for pattern, name in _KINDS if pattern.fullmatch(value)), "текст")
        case _:
            kind = "иное"
    return kind


def _either(one: Shape, other: Shape) -> Shape:
    """The shape of things that are one or the other."""
    if one == other:
        return one
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other})
        return {key: _either(one[key], other[key]) if key in one and key in other else _maybe(one, other, key)
                for key in keys}  # fmt: skip
    if isinstance(one, list) and isinstance(other, list):
        items = [*one, *other]
        return items[:1] if len(items) < 2 else [_either(items[0], items[1])]
    names = sorted({*_names(one), *_names(other)})
    return " | ".join(names)


def _maybe(one: dict[str, Any], other: dict[str, Any], key: str) -> Shape:
    """A field that not every item has."""
    return _either(one[key] if key in one else other[key], "нет")


def _names(shape: Shape) -> list[str]:
    if isinstance(shape, str):
        return shape.split(" | ")
    return ["объект"] if isinstance(shape, dict) else ["список"]
