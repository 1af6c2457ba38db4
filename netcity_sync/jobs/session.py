"""A session brought over from the browser: taken in, looked at, kept alive."""

import time
from pathlib import Path

from netcity_sync.adapters.netschool.browser_session import SessionFile, parse_session
from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.settings import Settings

KEEP_ALIVE_CRON = "*/5 * * * *"
"""A staff session dies after 15 idle minutes (protocol.md §1.4)."""


def import_session(settings: Settings, text: str, clock: Clock) -> None:
    """Keep the session that a person copied from the browser, if it lives; one that is kept already stays otherwise.

    Raises UsageError where there is none in the text, SignInRefused where it is dead, SourceUnavailable where nobody
    can say.
    """
    proof = parse_session(text)
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    trial = SessionFile(folder.session.with_name(f"{folder.session.name}.trial"))
    try:
        trial.save(proof)
        _look(settings, clock, trial.path)
        trial.path.replace(folder.session)
    finally:
        trial.path.unlink(missing_ok=True)


def refresh_session(settings: Settings, clock: Clock) -> None:
    """One call with the kept session, which keeps it alive; what the server changes in it is written down.

    Raises SignInRefused where it is dead, SettingsError where there is none, SourceUnavailable.
    """
    _look(settings, clock, DataFolder(settings.storage.data_dir).session)


def _look(settings: Settings, clock: Clock, file: Path) -> None:
    account = Account(settings.gis.login, None, session_file=file)
    connection = Connection(settings.gis, account, clock=clock, monotonic=time.monotonic, sleep=time.sleep)
    connection.open()
    connection.close()
