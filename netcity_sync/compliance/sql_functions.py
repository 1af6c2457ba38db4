"""Functions of Python as SQL knows them."""

import sqlite3
from collections.abc import Callable
from functools import cache
from inspect import signature


def add_function(connection: sqlite3.Connection, name: str, answer: Callable[..., str | int | None]) -> None:
    """Make SQL know a function, asked once for each set of values: texts, moments and counts of journals recur."""
    connection.create_function(name, len(signature(answer).parameters), cache(answer), deterministic=True)
