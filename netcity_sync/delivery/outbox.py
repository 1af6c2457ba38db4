"""Messages on their way: written down first, sent then, kept until the mail server has taken them."""

from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path

import structlog

from netcity_sync.errors import DeliveryError

log = structlog.get_logger(__name__)


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
        if (self._sent / name).exists():
            return
        draft = self._folder / f"{name}.new"
        draft.touch(mode=0o600)
        draft.write_bytes(message.as_bytes())
        draft.replace(self._folder / name)

    def waiting(self) -> int:
        """How many messages wait to be sent."""
        return len(list(self._folder.glob("*.eml")))

    def send_all(self, send: Callable[[list[EmailMessage]], list[DeliveryError | None]]) -> Sent:
        """Send what waits; what the server did not take stays for the next round."""
        paths = sorted(self._folder.glob("*.eml"))
        if not paths:
            return Sent(0, 0, ())
        self._sent.mkdir(mode=0o700, exist_ok=True)
        messages = [message_from_bytes(path.read_bytes(), EmailMessage, policy=SMTP) for path in paths]
        outcomes = send(messages)
        reasons = []
        for path, outcome in zip(paths, outcomes, strict=True):
            if outcome is None:
                path.replace(self._sent / path.name)
            else:
                reasons.append(outcome.what)
        log.info("outbox_sent", sent=len(paths) - len(reasons), waiting=len(reasons))
        return Sent(len(paths) - len(reasons), len(reasons), tuple(dict.fromkeys(reasons)))
