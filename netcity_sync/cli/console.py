"""What a command shows: results on stdout, progress and messages on stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def result_console() -> Console:
    """The console for what a command answers."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())


def message_console() -> Console:
    """The console for progress, remarks and errors."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=not sys.stderr.isatty())


def speak_utf8() -> None:
    """Write UTF-8 into pipes and files whatever the system's code page; a terminal keeps its own."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(**({"errors": "replace"} if stream.isatty() else {"encoding": "utf-8"}))


def print_json(answer: object) -> None:
    """One JSON document on stdout; dataclasses, dates and paths as their natural text."""
    plain = _ANYTHING.dump_python(answer, mode="json")
    sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on stdout."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    result_console().print(table)


def say(text: str) -> None:
    """A line of the answer on stdout."""
    result_console().print(text, markup=False)


def remark(text: str) -> None:
    """A line on stderr."""
    message_console().print(text, markup=False)
