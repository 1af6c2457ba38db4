"""Learning the installation as a job: what was found in words, the capture that may be sent on, the profile."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tomlkit

from netcity_sync import __version__
from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.adapters.netschool.discovery import Discovery, ProbeState, discover
from netcity_sync.adapters.source import DriftKind
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import SettingsError
from netcity_sync.school_days import local_date
from netcity_sync.settings import AccountKind, Settings, SignInWay

_STATES = {
    ProbeState.ANSWERED: "отвечает как ожидалось",
    ProbeState.OTHER_SHAPE: "отвечает иначе",
    ProbeState.REFUSED: "не отвечает",
    ProbeState.SKIPPED: "не проверено",
}


def run_discovery(settings: Settings, clock: Clock, tell: Callable[[str], None]) -> Discovery:
    """Sign in, look around read-only, sign out. Raises what a sign-in raises, and SourceClosed."""
    from_browser = settings.gis.sign_in is SignInWay.SESSION
    account = Account(
        settings.gis.login,
        None if from_browser else settings.password(),
        settings.gis.role,
        DataFolder(settings.storage.data_dir).session,
    )
    connection = Connection(settings.gis, account, clock=clock, monotonic=time.monotonic, sleep=time.sleep)
    connection.open()
    try:
        family = settings.gis.account is AccountKind.FAMILY
        return discover(connection, local_date(clock(), settings.zone), tell, family=family)
    finally:
        connection.close()


def in_words(found: Discovery) -> Iterator[str]:
    """What was found, line by line, in Russian; no value of any answer."""
    yield f"Версия «Сетевого города»: {found.version or 'не названа'}."
    for probe in found.probes:
        why = f": {probe.note}" if probe.note else ""
        yield f"{probe.title} ({probe.call}) — {_STATES[probe.state]}{why}"
    if found.menu:
        yield f"Меню учётной записи: {'; '.join(title for title, _ in found.menu)}."
    if found.reports:
        yield "Доступные отчёты:"
        yield from (f"  {name} — {title}" for name, title in found.reports)
    for code in found.unknown_codes:
        yield f"Код посещения «{code}» неизвестен: укажите его смысл в разделе [gis.profile.attendance]."
    for key, value in found.changes.items():
        yield f"Отличие от обычной установки: {key} = {json.dumps(value, ensure_ascii=False)}"
    for note in found.drift:
        kind = "новое поле" if note.kind is DriftKind.UNKNOWN else "нет прежнего поля"
        yield f"{note.call}: {kind} {note.field}"


def capture(found: Discovery) -> str:
    """The capture as JSON: calls, shapes, menu and reports; nothing that names a person, a mark or a secret."""
    document = {
        "program": __version__,
        "product": found.product,
        "version": found.version,
        "menu": [{"title": title, "url": url} for title, url in found.menu],
        "reports": [{"id": name, "title": title} for name, title in found.reports],
        "probes": [asdict(probe) for probe in found.probes],
        "drift": [asdict(note) for note in found.drift],
        "unknown_codes": found.unknown_codes,
        "changes": found.changes,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def write_profile(config: Path, changes: dict[str, Any]) -> Path:
    """Put what differs into `[gis.profile]` of the settings file; everything else in it stays as it is.

    Answers with the copy of the file as it was before. Raises SettingsError where the file cannot be changed.
    """
    kept = config.with_name(f"{config.name}.bak")
    try:
        document = tomlkit.parse(config.read_text(encoding="utf-8-sig"))
        gis = document["gis"]
        if not isinstance(gis, MutableMapping):
            raise SettingsError("Раздел [gis] записан не как раздел.", where=str(config))
        profile = gis.setdefault("profile", tomlkit.table())
        for key, value in changes.items():
            profile[key] = value
        shutil.copy2(config, kept)
        draft = config.with_name(f"{config.name}.new")
        draft.write_text(tomlkit.dumps(document), encoding="utf-8")
        shutil.copymode(config, draft)
        draft.replace(config)
    except OSError as error:
        raise SettingsError(
            "Файл настроек не удалось изменить.", where=str(config), todo="Проверьте права на файл и его папку."
        ) from error
    return kept
