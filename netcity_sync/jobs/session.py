"""A session brought over from the browser: taken in, looked at, kept alive."""

import time

from netcity_sync.adapters.netschool.browser_session import SessionFile, parse_session
from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import SignInRefused
from netcity_sync.settings import Settings

KEEP_ALIVE_CRON = "*/5 * * * *"
"""A staff session dies after 15 idle minutes (protocol.md §1.4)."""


def import_session(settings: Settings, text: str, clock: Clock) -> None:
    """Keep the session that a person copied from the browser, if it lives; one that is kept already stays otherwise.

    Raises UsageError where there is none in the text, SignInRefused where it is dead.
    """
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    file = SessionFile(folder.session)
    before = folder.session.read_bytes() if folder.session.exists() else None
    file.save(parse_session(text))
    try:
        refresh_session(settings, clock)
    except SignInRefused:
        if before is None:
            folder.session.unlink()
        else:
            folder.session.write_bytes(before)
        raise


def refresh_session(settings: Settings, clock: Clock) -> None:
    """One call with the kept session, which keeps it alive; what the server changes in it is written down.

    Raises SignInRefused where it is dead, SettingsError where there is none, SourceUnavailable.
    """
    account = Account(settings.gis.login, None, session_file=DataFolder(settings.storage.data_dir).session)
    connection = Connection(settings.gis, account, clock=clock, monotonic=time.monotonic, sleep=time.sleep)
    connection.open()
    connection.close()
