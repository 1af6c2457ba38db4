"""How the results of an examination look: what was found, and what to do about it."""

import sys
import textwrap

from netcity_sync.cli.console import result_console, say
from netcity_sync.jobs.doctor.result import Result, Verdict

_MARKS = {Verdict.OK: "✓ в порядке", Verdict.NOTICE: "! внимание", Verdict.FAULT: "✗ неисправность"}


def print_result(result: Result, title: str = "") -> None:
    """A result in a few lines; `title` says where it belongs, where no heading does."""
    first, *rest = result.what.splitlines()
    mark = f"{_MARKS[result.state]}, {title}" if title else _MARKS[result.state]
    _say_wrapped(f"{mark}: {first}", 2)
    for line in rest:
        _say_wrapped(line.strip(), 6)
    if result.todo:
        _say_wrapped(f"Что делать: {result.todo}", 6)


def _say_wrapped(text: str, indent: int) -> None:
    """A paragraph that keeps its indent on a narrow terminal; in a pipe it stays one line."""
    before = " " * indent
    if not sys.stdout.isatty():
        say(before + text)
        return
    width = max(result_console().width, 20)
    say(
        textwrap.fill(
            text, width, initial_indent=before, subsequent_indent=before + "  ", break_long_words=False,
            break_on_hyphens=False,
        )
    )  # fmt: skip
