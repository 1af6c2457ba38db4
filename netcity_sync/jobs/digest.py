"""Digests as a job: made from recorded findings, put into the folder, and sent where wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from netcity_sync.clock import Clock, from_utc_text
from netcity_sync.compliance.check import look_at_coverage
from netcity_sync.compliance.finding import FindingStatus
from netcity_sync.compliance.findings import load_findings
from netcity_sync.compliance.life import standings, today_of
from netcity_sync.compliance.registry import all_rules
from netcity_sync.data_folder import DataFolder
from netcity_sync.delivery.area import nobody_named
from netcity_sync.delivery.digest import WEEK, Digest, Material, build_digest
from netcity_sync.delivery.folder import write_digests
from netcity_sync.delivery.message import make_message
from netcity_sync.delivery.outbox import Outbox
from netcity_sync.delivery.smtp import mail_connection, refuse_foreign
from netcity_sync.delivery.upkeep import UPKEEP_ROLES, look_at_upkeep
from netcity_sync.errors import DeliveryError, LockHeld, UsageError
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.drift import KeptDrift, mark_told
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.settings import MailSettings, Person, Role, Settings

log = structlog.get_logger(__name__)

_QUIET_ROLES = (Role.TEACHER, Role.CLASS_TEACHER, Role.CLERK)
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
    made = (build_digest(person, material, settings) for person in people if role in (None, person.role))
    digests = tuple(item for item in made if not (item.empty and item.person.role in _QUIET_ROLES))
    local_now = now.astimezone(settings.zone)
    files = write_digests(folder.digests / f"{local_now:%Y-%m-%d}", digests)
    log.info("digests_made", digests=len(digests))
    outbox = Outbox(folder.outbox)
    refused = _queue(outbox, settings.mail, digests, local_now) if send and settings.mail is not None else []
    if _keepers_were_told(people, digests):
        _remember_told(folder, material.upkeep.drift, now)
    if not send or settings.mail is None:
        return DigestOutcome(digests, files, 0, 0, ())
    sent = outbox.send_all(partial(mail_connection, settings.mail))
    return DigestOutcome(digests, files, sent.sent, sent.waiting, (*refused, *sent.reasons))


def _keepers_were_told(people: Sequence[Person], digests: Sequence[Digest]) -> bool:
    """Whether a digest was made for those who look after the service: the administrators, if there are any."""
    named = {person.role for person in people}
    keeper = next((role for role in UPKEEP_ROLES if role in named), None)
    return any(digest.person.role is keeper for digest in digests)


def _remember_told(folder: DataFolder, drift: tuple[KeptDrift, ...], now: datetime) -> None:
    """Mark drift as told, so that the next digest is silent about it; while another run works it stays untold."""
    if not drift:
        return
    try:
        with hold_lock(folder.lock), open_writer(folder) as connection:
            mark_told(connection, now, drift)
    except LockHeld:
        log.info("drift_left_untold", differences=len(drift))


def _material(folder: DataFolder, settings: Settings, now: datetime) -> tuple[Material, list[str]]:
    with open_snapshot(folder) as snapshot:
        connection = snapshot.connection
        opened = load_findings(connection, status=FindingStatus.OPEN)
        today = today_of(snapshot, settings, now)
        (first_check,) = connection.execute("SELECT min(checked_at) FROM check_run").fetchone()
        material = Material(
            open=tuple(opened),
            fixed=tuple(load_findings(connection, status=FindingStatus.FIXED, fixed_since=now - 2 * WEEK)),
            coverage=look_at_coverage(snapshot, settings, now, all_rules()),
            standings=standings(today, opened),
            upkeep=look_at_upkeep(snapshot, folder),
            first_check=from_utc_text(first_check) if first_check is not None else now,
            now=now,
        )
        classes = connection.execute("SELECT name FROM as_of_school_class ORDER BY grade, name").fetchall()
    return material, [row["name"] for row in classes]


def _queue(outbox: Outbox, mail: MailSettings, digests: Sequence[Digest], now: datetime) -> list[str]:
    """Put the messages of those who have an allowed address into the outbox; answers with the refusals."""
    refused = []
    for digest in digests:
        address = digest.person.email
        if address is None:
            continue
        try:
            refuse_foreign(address, mail)
        except DeliveryError as error:
            refused.append(f"{error.what} {error.todo}")
            continue
        message = make_message(digest, sender=mail.sender, recipient=address, now=now)
        outbox.put(message, key=f"{now:%Y-%m-%d} {_recipient_key(digest.person)}")
    return refused


def _recipient_key(person: Person) -> str:
    """What tells two digests of a day apart: one person may answer for several areas under one address."""
    return person.model_dump_json(exclude={"name"})
