"""Digests as a job: made from recorded findings, put into the folder, and sent where wanted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from netcity_sync.clock import Clock
from netcity_sync.compliance.check import look_at_coverage
from netcity_sync.compliance.finding import FindingStatus
from netcity_sync.compliance.findings import load_findings
from netcity_sync.compliance.registry import all_rules
from netcity_sync.data_folder import DataFolder
from netcity_sync.delivery.digest import Digest, Material, build_digest, nobody_named
from netcity_sync.delivery.message import make_message
from netcity_sync.delivery.outbox import Outbox
from netcity_sync.delivery.render import render_html, render_text
from netcity_sync.delivery.smtp import refuse_foreign, send_messages
from netcity_sync.errors import DeliveryError, UsageError
from netcity_sync.mirror.database import open_reader
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.settings import MailSettings, Person, Role, Settings

log = structlog.get_logger(__name__)

_WEEK = timedelta(days=7)
_QUIET_ROLES = (Role.TEACHER, Role.CLASS_TEACHER)
"""Who gets no digest at all where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class DigestOutcome:
    """The digests made, their files, and how sending went; `refused` are reasons without addresses."""

    digests: tuple[Digest, ...]
    files: tuple[Path, ...]
    sent: int
    waiting: int
    refused: tuple[str, ...]


def make_digests(settings: Settings, clock: Clock, *, role: Role | None = None, send: bool = False) -> DigestOutcome:
    """Make the digests of everybody named in the settings (or of one role), and send them where `send` says so.

    Raises UsageError where nothing was checked yet, or there is no [mail] section to send by.
    """
    if send and settings.mail is None:
        raise UsageError("Почта не настроена.", where="раздел [mail]", todo="Заполните его или уберите --send.")
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    now = clock()
    material, class_names = _material(folder, settings, now)
    people = settings.people or nobody_named(class_names)
    digests = [build_digest(person, material, settings) for person in people if role in (None, person.role)]
    digests = [item for item in digests if not (item.empty and item.person.role in _QUIET_ROLES)]
    files = _write_all(folder.digests / f"{now.astimezone(settings.zone):%Y-%m-%d}", digests)
    if not send or settings.mail is None:
        return DigestOutcome(tuple(digests), files, 0, 0, ())
    refused = _queue(Outbox(folder.outbox), settings.mail, digests, now.astimezone(settings.zone))
    mail = settings.mail
    sent = Outbox(folder.outbox).send_all(lambda messages: send_messages(mail, messages))
    return DigestOutcome(tuple(digests), files, sent.sent, sent.waiting, (*refused, *sent.reasons))


def _material(folder: DataFolder, settings: Settings, now: datetime) -> tuple[Material, list[str]]:
    with open_reader(folder) as connection:
        opened = load_findings(connection, status=FindingStatus.OPEN)
        fixed = load_findings(connection, status=FindingStatus.FIXED, fixed_since=now - _WEEK)
    with open_snapshot(folder) as snapshot:
        material = Material(
            open=tuple(opened),
            fixed=tuple(fixed),
            coverage=look_at_coverage(snapshot, settings, now, all_rules()),
            school_days=snapshot.school_days(settings.calendar.days_off),
            now=now,
        )
        classes = snapshot.connection.execute("SELECT name FROM as_of_school_class ORDER BY grade, name").fetchall()
    return material, [row["name"] for row in classes]


def _write_all(folder: Path, digests: list[Digest]) -> tuple[Path, ...]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = []
    for digest, name in zip(digests, _file_names([digest.person for digest in digests]), strict=True):
        for suffix, text in (("html", render_html(digest)), ("txt", render_text(digest))):
            path = folder / f"{name}.{suffix}"
            path.write_text(text, encoding="utf-8")
            paths.append(path)
    return tuple(paths)


_ROLE_FILES = {
    Role.TEACHER: "uchitel",
    Role.CLASS_TEACHER: "klass",
    Role.DEPUTY: "zavuch",
    Role.IKT_DEPUTY: "zavuch-ikt",
    Role.ADMINISTRATOR: "administrator",
    Role.DIRECTOR: "direktor",
    Role.CLERK: "dokumentoved",
}


def _file_names(people: list[Person]) -> list[str]:
    """A name for each: the role, the class of a class teacher, and a number where that is not enough."""
    names: list[str] = []
    for person in people:
        base = _ROLE_FILES[person.role]
        if person.role is Role.CLASS_TEACHER:
            base = "-".join([base, *person.classes])
        number = sum(name == base or name.startswith(f"{base}-no") for name in names)
        names.append(f"{base}-no{number + 1}" if number else base)
    return names


def _queue(outbox: Outbox, mail: MailSettings, digests: list[Digest], now: datetime) -> list[str]:
    """Put the messages of those who have an allowed address into the outbox; answers with the refusals."""
    refused = []
    for digest in digests:
        address = digest.person.email
        if address is None:
            continue
        try:
            refuse_foreign(address, mail)
        except DeliveryError as error:
            refused.append(error.what)
            continue
        message = make_message(digest, sender=mail.sender, recipient=address, now=now)
        outbox.put(message, key=f"{now:%Y-%m-%d} {digest.person.role.value} {address} {digest.title}")
    return refused
