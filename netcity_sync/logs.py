"""Logs: JSON lines in the data folder, short lines on the console, never a name, a mark or a secret."""

import logging
import logging.handlers
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

_FILE = "netcity-sync.jsonl"
_MAX_BYTES = 5_000_000
_KEPT_FILES = 5
_HIDDEN = "***"
_SECRET_KEYS = frozenset(
    {
        "password", "pw", "pw2", "at", "salt", "lt", "ver", "cookie", "cookies", "token", "authorization", "name",
        "full_name", "fio", "student", "mark", "value", "email", "address", "login",
    }
)  # fmt: skip


def hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what must never be logged, should somebody pass it after all."""
    for key in event.keys() & _SECRET_KEYS:
        event[key] = _HIDDEN
    return event


_SHARED: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_secrets,
]


def configure_logging(folder: Path | None, *, verbose: bool) -> None:
    """Send events to a rotating file in `folder` (None: to no file), and errors (`verbose`: everything) to stderr."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger("netcity_sync")
    _close_handlers(root)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    root.propagate = False
    if folder is not None:
        root.addHandler(_file_handler(folder))
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(_formatter(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())))
    console.setLevel(logging.DEBUG if verbose else logging.ERROR)
    root.addHandler(console)


def _file_handler(folder: Path) -> logging.Handler:
    handler = logging.handlers.RotatingFileHandler(
        folder / _FILE, maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False)))
    return handler


def _close_handlers(root: logging.Logger) -> None:
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()


def _formatter(renderer: Any) -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
