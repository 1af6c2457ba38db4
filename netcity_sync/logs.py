"""Logs: JSON lines in the data folder, short lines on the console, never a name, a mark or a secret.

Everything goes one way: our events, those of the libraries, warnings, and what broke a thread. All of it is scrubbed
last, so nobody has to remember to. Tracebacks go into the file only, without the values of variables.
"""

import logging
import logging.handlers
import sys
import threading
import traceback
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from netcity_sync.scrubbing import Scrubber

OWN_WORDS = "netcity_sync.in_words"
"""The logger for what a person is told in words anyway: it is not repeated on the console, unless everything is."""

_FILE = "netcity-sync.jsonl"
_MAX_BYTES = 5_000_000
_KEPT_FILES = 5
_FRAMES_SHOWN = 6
_NOT_WRITTEN = "Журнал работы не пишется ({reason}): {path}\n"

_SHARED: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

log = structlog.get_logger(__name__)


def configure_logging(folder: Path | None, *, verbose: bool, secrets: Iterable[str] = ()) -> None:
    """Send events to a rotating file in `folder` (None: to no file), and errors (`verbose`: everything) to stderr.

    `secrets` are values that must not appear, wherever they come from.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    close_logging()
    root, scrubber = logging.getLogger(), Scrubber(secrets)
    root.setLevel(logging.DEBUG if verbose else logging.WARNING)
    logging.getLogger("netcity_sync").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.captureWarnings(True)
    if folder is not None:
        root.addHandler(_File(folder / _FILE, scrubber))
    root.addHandler(_Console(scrubber, verbose=verbose))


def close_logging() -> None:
    """Write nothing any more, anywhere."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _File | _Console):
            root.removeHandler(handler)
            handler.close()
    root.setLevel(logging.WARNING)
    logging.captureWarnings(False)


def log_file() -> Path | None:
    """The file that events are written to; None where there is none, or it cannot be written."""
    files = [handler for handler in logging.getLogger().handlers if isinstance(handler, _File)]
    return next((handler.path for handler in files if not handler.broken), None)


def log_stray_exceptions() -> None:
    """Log, and do not print, what breaks a thread or an object's end: Python itself would print a traceback."""

    def thread_broke(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.error("thread_broke", thread=args.thread.name if args.thread else None, exc_info=args.exc_value)

    def could_not_raise(args: Any) -> None:
        if args.exc_value is not None:
            log.warning("exception_ignored", exc_info=args.exc_value)

    threading.excepthook = thread_broke
    sys.unraisablehook = could_not_raise


class _File(logging.handlers.RotatingFileHandler):
    """The file of JSON lines. Where it cannot be written, that is said once, in a line, and work goes on."""

    def __init__(self, path: Path, scrubber: Scrubber) -> None:
        super().__init__(path, maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True)
        self.path = path
        self.broken = False
        self.setFormatter(
            _formatter(
                structlog.processors.format_exc_info,
                _scrubbed_by(scrubber),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            )
        )

    def handleError(self, record: logging.LogRecord) -> None:
        """Python would print a traceback, with what was to be logged."""
        error = sys.exception()
        if not self.broken:
            reason = getattr(error, "strerror", None) or type(error).__name__
            sys.stderr.write(_NOT_WRITTEN.format(reason=reason, path=self.path))
        self.broken = True

    def close(self) -> None:
        """Close the file; what was left in its buffer is lost where the disk is full."""
        try:
            super().close()
        except OSError:
            self.handleError(logging.makeLogRecord({}))


class _Console(logging.StreamHandler[TextIO]):
    """Short lines on stderr, as it is at that moment; of an exception only what and where."""

    def __init__(self, scrubber: Scrubber, *, verbose: bool) -> None:
        logging.Handler.__init__(self)
        self.setLevel(logging.DEBUG if verbose else logging.ERROR)
        if not verbose:
            self.addFilter(lambda record: record.name != OWN_WORDS)
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        self.setFormatter(_formatter(_brief_exception, _scrubbed_by(scrubber), renderer))

    @property
    def stream(self) -> TextIO:
        """Where stderr leads to now."""
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        raise AttributeError("the console is stderr")

    def handleError(self, record: logging.LogRecord) -> None:
        """There is nowhere left to complain."""


def _brief_exception(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as one line: what it says, and through which lines it came."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = sys.exception() if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_SHOWN:]
        event["exception_kind"] = type(error).__name__
        event["raised_at"] = " → ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return event


def _scrubbed_by(scrubber: Scrubber) -> Any:
    def scrub(logger: Any, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        return scrubber.event(event)

    return scrub


def _formatter(*processors: Any) -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *processors],
    )
