"""Who may come in, and who is in: accounts, one-shot salts, lock-out, sessions that die (protocol.md §1.4–1.8)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import md5
from random import Random

from netcity_sync.simulator.people import Account, Role

_TIME_OUT = timedelta(milliseconds=900_000)
_STUDENT_TIME_OUT = timedelta(milliseconds=3_600_000)
_LOCKED_FOR = timedelta(minutes=1)
_FAILURES_ALLOWED = 3


@dataclass(slots=True)
class Session:
    """A signed-in account; it dies when it was idle for longer than the time-out of the virtual clock."""

    account: Account
    at: str
    secret: str
    last_used: datetime
    role: Role | None
    began: datetime
    cookie: str
    year_id: int | None = None
    grown: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        """What the account works as in this session; empty while its role is not chosen."""
        return "" if self.role is None else "staff" if self.role.staff else self.role.name.lower()

    @property
    def time_out(self) -> timedelta:
        """How long it may be idle [R]: pupils longer than the others."""
        return _STUDENT_TIME_OUT if self.role is Role.STUDENT else _TIME_OUT

    def dead(self, now: datetime) -> bool:
        """Whether it was idle for too long."""
        return now - self.last_used > self.time_out


@dataclass(slots=True)
class SignInAnswer:
    """How a sign-in went: a session, or the text of a refusal."""

    session: Session | None = None
    refusal: str = ""
    second: bool = False


@dataclass(slots=True)
class Sessions:
    """All sessions of the server."""

    accounts: tuple[Account, ...]
    school_id: int
    random: Random
    salts: dict[str, str] = field(default_factory=dict)
    open: dict[str, Session] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    locked_until: dict[str, datetime] = field(default_factory=dict)

    def digits(self, count: int) -> str:
        """A string of digits that does not begin with 0."""
        return str(self.random.randint(10 ** (count - 1), 10**count - 1))

    def new_salt(self, browser: str) -> str:
        """A salt that the browser may use once."""
        self.salts[browser] = self.digits(10)
        return self.salts[browser]

    def sign_in(self, browser: str, form: dict[str, str], now: datetime) -> SignInAnswer:
        """Judge a sign-in form; field names come in lower case."""
        salt = self.salts.pop(browser, None)
        if salt is None:
            return SignInAnswer(refusal="Ошибка входа в систему")
        login = form.get("un", "")
        if now < self.locked_until.get(login, now):
            return SignInAnswer(refusal=_LOCKED)
        account = next((item for item in self.accounts if item.login == login), None)
        if account is None or form.get("scid") != str(self.school_id) or form.get("pw2") != expected(account, salt):
            return self._refuse(login, now)
        self.failures.pop(login, None)
        second = any(item.account is account for item in self.living(now))
        secret = self.digits(12)
        cookie = f"ESRNSECR{self.digits(5)}={secret}"
        session = Session(account, "0016" + self.digits(22), secret, now, _role(account, form), now, cookie)
        self.open[session.at] = session
        return SignInAnswer(session, second=second)

    def rotate(self, session: Session, *, at_once: bool = False) -> str:
        """Give a session a new `at`; the one before may be shown until the next, unless it goes `at_once`."""
        kept = None if at_once else session.at
        self.open = {at: item for at, item in self.open.items() if item is not session or at == kept}
        session.at = "0016" + self.digits(22)
        self.open[session.at] = session
        return session.at

    def _refuse(self, login: str, now: datetime) -> SignInAnswer:
        self.failures[login] = self.failures.get(login, 0) + 1
        if self.failures[login] >= _FAILURES_ALLOWED:
            self.failures[login] = 0
            self.locked_until[login] = now + _LOCKED_FOR
            return SignInAnswer(refusal=_LOCKED)
        return SignInAnswer(refusal="Неправильный пароль или имя пользователя")

    def find(self, at: str | None, secret: str | None, now: datetime) -> Session | None:
        """The live session that shows this `at` and this cookie."""
        session = self.open.get(at or "")
        if session is None or secret is None or not _shows(secret, session):
            return None
        if session.dead(now):
            self.kill(at)
            return None
        session.last_used = max(session.last_used, now)
        return session

    def expired(self, at: str, now: datetime) -> bool:
        """Whether a session is over; to ask does not prolong it."""
        session = self.open.get(at)
        return session is None or session.dead(now)

    def living(self, now: datetime) -> list[Session]:
        """All sessions that are not over, each once."""
        found = {id(item): item for item in self.open.values() if not item.dead(now)}
        return list(found.values())

    def grow(self, session: Session, page: str) -> str | None:
        """The longer cookie of a session that opens a page for the first time; it still holds the one before."""
        if page in session.grown:
            return None
        session.grown.add(page)
        session.cookie = f"{session.cookie}&ESRNSECR{self.digits(5)}={self.digits(12)}"
        return session.cookie

    def kill(self, at: str | None) -> None:
        """End a session."""
        dead = self.open.get(at or "")
        self.open = {key: item for key, item in self.open.items() if item is not dead}


def _shows(cookie: str, session: Session) -> bool:
    """Whether a cookie holds the sub-session that the sign-in gave."""
    return session.cookie.partition("&")[0] in cookie.split("&")


def _role(account: Account, form: dict[str, str]) -> Role | None:
    """The role asked for in `rolegroup`; without one, the only role, or none yet where there are several."""
    asked = [role for role in account.roles if str(int(role)) == form.get("rolegroup")]
    if asked:
        return asked[0]
    return account.roles[0] if len(account.roles) == 1 else None


_LOCKED = "Вы совершили 3 неудачные попытки входа. Следующая попытка может быть совершена не ранее чем через минуту"


def expected(account: Account, salt: str) -> str:
    """What `pw2` must be (protocol.md §1.7)."""
    inner = md5(account.password.encode("cp1251")).hexdigest()  # noqa: S324 (the protocol's)
    return md5((salt + inner).encode()).hexdigest()  # noqa: S324
