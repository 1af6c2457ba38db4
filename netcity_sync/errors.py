"""Every error that a user may meet, sorted by what has to be done about it.

    NetcityError                    exit code
    ├── UsageError                      2   a person must correct the command
    │   └── SettingsError               2   … or the settings file
    ├── SourceError                     1   the GIS, one scope of it or all
    │   ├── AnswerError                 1   skip this scope, go on with the others
    │   ├── SourceUnavailable           3   one call got no answer in all the time it was given
    │   │   └── SourceClosed            3   … and none will: stop the run, try again later
    │   │       └── SourceMaintenance   3   … the GIS says itself that it is being serviced
    │   └── SignInRefused               4   stop; never retried (three failures lock the account)
    ├── DamagedError                    5   the mirror or a backup cannot be trusted
    ├── LockHeld                        6   another run is working
    ├── NoSpace                         1   nothing was begun: the disk has too little room for it
    ├── DeliveryError                   1   a message was not sent
    └── RenderError                     1   a document was not made

The exit codes are those of docs/cli.md. Each error says in Russian what happened, where, and what to do.
"""

from typing import ClassVar


class NetcityError(Exception):
    """A foreseeable fault. `what` happened, `where`, and what `todo`: Russian sentences for the user."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"Где: {self.where}")
        if self.todo:
            parts.append(f"Что делать: {self.todo}")
        return "\n".join(parts)


class UsageError(NetcityError):
    """The command cannot be carried out as it was given."""

    exit_code = 2


class SettingsError(UsageError):
    """The settings file is missing, unreadable, or holds something that is not allowed."""


class SourceError(NetcityError):
    """Reading from a source went wrong."""


class AnswerError(SourceError):
    """One answer of the source cannot be used; `where` names the call and the field, never a value."""


class SourceUnavailable(SourceError):
    """A call got no answer: the source cannot be reached, or is overloaded beyond the patience of the settings."""

    exit_code = 3


class SourceClosed(SourceUnavailable):
    """The source as a whole answers no more: another call would only add to its load."""


class SourceMaintenance(SourceClosed):
    """The source answers that it is being serviced."""


class SignInRefused(SourceError):
    """The source refused the login, the password or the account."""

    exit_code = 4


class DamagedError(NetcityError):
    """A file of ours does not hold what it should: the mirror, a backup, a manifest."""

    exit_code = 5


class LockHeld(NetcityError):
    """Another process of ours is writing to the same data folder."""

    exit_code = 6


class NoSpace(NetcityError):
    """The disk has too little room for what was to begin; nothing was changed."""


class DeliveryError(NetcityError):
    """A message was refused, by us or by the mail server."""


class RenderError(NetcityError):
    """A document could not be made in the wanted format."""
