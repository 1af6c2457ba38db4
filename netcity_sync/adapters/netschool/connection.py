"""One account's way to the GIS, put together: profile, transport, session, drift, and the report engine when needed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from netcity_sync.adapters.netschool.browser_session import SessionFile
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.doors import BrowserDoor, PasswordDoor
from netcity_sync.adapters.netschool.drift import DriftRecorder
from netcity_sync.adapters.netschool.hub import Line
from netcity_sync.adapters.netschool.profile import load_profile
from netcity_sync.adapters.netschool.reports import ReportEngine, release_of
from netcity_sync.adapters.netschool.session import Door, Session
from netcity_sync.adapters.netschool.sign_in import Credentials
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.adapters.netschool.wire import Context, State
from netcity_sync.clock import Clock
from netcity_sync.errors import SettingsError
from netcity_sync.settings import GisSettings

_JSON_LOGOUT_SINCE = (5, 29)
_OTHERS_WORK = "security-warning"


@dataclass(frozen=True, slots=True)
class Account:
    """Who comes: by password, or with the session in a file."""

    login: str
    password: SecretStr | None
    role: int | str | None = None
    session_file: Path | None = None


class Connection:
    """A signed-in account. `open` signs in, `close` signs out; in between it is safe to use from several threads.

    A session that dies is renewed once, or not at all where it is not `renewable`.
    """

    def __init__(
        self,
        gis: GisSettings,
        account: Account,
        *,
        clock: Clock,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        renewable: bool = True,
    ) -> None:
        self.profile = load_profile(gis.profile)
        self.transport = Transport(gis, clock=clock, monotonic=monotonic, sleep=sleep)
        self.session = Session(self.transport, self.profile, self._door(gis, account), renewable=renewable)
        self.drift = DriftRecorder()
        self._line = Line(self.transport.base, gis, self.transport.on_loopback)
        self._context: Context | None = None
        self._engine: ReportEngine | None = None
        self._lock = threading.Lock()

    def open(self) -> None:
        """Sign in. Raises what `Door.enter` raises."""
        try:
            self.session.open()
        except BaseException:
            self.transport.close()
            raise

    def close(self) -> None:
        """Sign out and close all connections."""
        try:
            self.session.close()
        finally:
            self.transport.close()

    def ask(self, kind: Any, call: Call) -> tuple[Any, bytes]:
        """The answer to a call as a wire model, and as received; what is new or missing in it is noted."""
        body = self.fetch(call)
        answer = decode(kind, body, call.name)
        self.notice(call.name, answer)
        return answer, body

    def fetch(self, call: Call) -> bytes:
        """The answer to a call as received; whoever decodes it shows it to `notice`."""
        return self.session.call(call)

    def notice(self, call: str, answer: Any) -> None:
        """Note what is new or missing in a decoded answer, and what the account's context says."""
        self.drift.look(call, answer)
        if isinstance(answer, Context):
            self._remember(answer)

    def context(self) -> Context:
        """The account's context, asked for once."""
        if self._context is None:
            self.ask(Context, Call("GET", self.profile.context))
        assert self._context is not None
        return self._context

    def roles(self) -> tuple[str, ...]:
        """What the account works as in this session, in the words of the GIS."""
        known = self.profile.roles
        return tuple(known.get(str(role).lower(), f"роль {role}") for role in self.context().roles)

    def co_workers(self) -> tuple[str, ...]:
        """Since when others work under the same login, one text each, as the server writes it («?»: not said)."""
        state: State
        state, _ = self.ask(State, Call("GET", self.profile.state))
        warned = [item for item in state.notifications if item.type == _OTHERS_WORK]
        others = [other for item in warned if item.data is not None for other in item.data.co_workers]
        return tuple(other.since or "?" for other in others) or ("?",) * len(warned)

    def shows_journals(self) -> bool | None:
        """Whether the account's menu leads to the journals; None where the server tells no menu."""
        menu = self.context().menu
        if menu is None or not menu.items:
            return None
        addresses = (tab.url or "" for item in menu.items for tab in item.tabs or ())
        return any(self.profile.journal_page in address.lower() for address in addresses)

    def engine(self) -> ReportEngine:
        """The report engine, which needs to know the release."""
        context = self.context()
        with self._lock:
            if self._engine is None:
                self._engine = ReportEngine(self.session, self.profile, self._line, context, self.drift)
            return self._engine

    def _remember(self, context: Context) -> None:
        self._context = context
        self.session.old_logout = release_of(context.version) < _JSON_LOGOUT_SINCE

    def _door(self, gis: GisSettings, account: Account) -> Door:
        if account.password is not None:
            credentials = Credentials(account.login, account.password, gis.school, account.role)
            return PasswordDoor(self.transport, self.profile, credentials)
        if account.session_file is None:
            raise SettingsError("Нет ни пароля, ни сеанса из браузера.", where="gis.sign_in")
        return BrowserDoor(self.transport, self.profile, SessionFile(account.session_file))
