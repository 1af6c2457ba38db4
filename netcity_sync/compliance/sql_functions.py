"""Functions of Python as SQL knows them."""

import sqlite3
from collections.abc import Callable
from functools import cache


def add_function(connection: sqlite3.Connection, name: str, answer: Callable[..., str | int | None]) -> None:
    """Make SQL know a function of one value, asked once for each value: texts and moments of journals recur."""
    connection.create_function(name, 1, cache(answer), deterministic=True)
