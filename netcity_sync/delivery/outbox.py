"""Messages on their way: written down first, sent then, kept until the mail server has taken them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path

import structlog

from netcity_sync.delivery.files import write_private
from netcity_sync.errors import DeliveryError

log = structlog.get_logger(__name__)

Send = Callable[[EmailMessage], None]
"""Sends one message, or raises DeliveryError."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How a round of sending went: how many left, how many wait for the next round, and why."""

    sent: int
    waiting: int
    reasons: tuple[str, ...]


class Outbox:
    """A folder of messages; `sent/` below it holds those that the mail server took."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sent = folder / "sent"

    def put(self, message: EmailMessage, key: str) -> None:
        """Write a message down. The same key (who and what day) is not queued twice, and never after it was sent."""
        name = f"{sha256(key.encode()).hexdigest()[:24]}.eml"
        if not (self._sent / name).exists():
            write_private(self._folder / name, message.as_bytes())

    def waiting(self) -> int:
        """How many messages wait to be sent."""
        return len(list(self._folder.glob("*.eml")))

    def send_all(self, connect: Callable[[], AbstractContextManager[Send]]) -> Sent:
        """Send what waits over one connection; what the server did not take stays for the next round.

        A message is put away as soon as it is taken: only a crash between the two could send it twice.
        """
        waiting = sorted(self._folder.glob("*.eml"))
        if not waiting:
            return Sent(0, 0, ())
        self._sent.mkdir(mode=0o700, exist_ok=True)
        reasons: list[str] = []
        try:
            with connect() as send:
                for path in waiting:
                    reasons += self._send_one(path, send)
        except DeliveryError as error:
            reasons.append(_words(error))
        left = sum(path.exists() for path in waiting)
        log.info("outbox_sent", sent=len(waiting) - left, waiting=left)
        return Sent(len(waiting) - left, left, tuple(dict.fromkeys(reasons)))

    def _send_one(self, path: Path, send: Send) -> list[str]:
        try:
            send(message_from_bytes(path.read_bytes(), EmailMessage, policy=SMTP))
        except DeliveryError as error:
            return [_words(error)]
        path.replace(self._sent / path.name)
        return []


def _words(error: DeliveryError) -> str:
    return f"{error.what} {error.todo}".strip()
