"""HTTP to the GIS: one session a thread, paced, repeated where that is safe, its failures sorted by what to do."""

import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from urllib.parse import urlsplit

import certifi
import requests
import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from netcity_sync.adapters.netschool.pace import Pace
from netcity_sync.adapters.netschool.signs import page_text
from netcity_sync.clock import Clock
from netcity_sync.errors import (
    AnswerError,
    SettingsError,
    SourceClosed,
    SourceError,
    SourceMaintenance,
    SourceUnavailable,
)
from netcity_sync.russian import plural
from netcity_sync.settings import GisSettings

log = structlog.get_logger(__name__)

_OVERLOADED = (429, 502, 503, 504)
_MAINTENANCE_WORDS = ("технические работы", "техническое обслуживание", "профилактические работы")
_WAF_WORDS = ("request forbidden", "access denied", "доступ к сайту", "blocked")
_USER_AGENT = "netcity-sync"
_MOST_DIGITS = 9
_PAGE_OF_THE_SITE = re.compile(
    r"/(webapi|app|angular|asp|authorize|static|api|help|about\.html|index\.html)(/.*)?$", re.IGNORECASE
)
"""What an address copied from a browser ends with: it leads into the site, not to it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `again`: it only reads and may be repeated; `page`: an HTML page is what is asked for."""

    method: str
    path: str
    again: bool = True
    form: tuple[tuple[str, str], ...] | None = None
    json: object = None
    page: bool = False

    @property
    def name(self) -> str:
        """How errors and logs call it: without its parameters, and without ids in its path."""
        parts = self.path.partition("?")[0].split("/")
        return f"{self.method} {'/'.join('…' if part[:1].isdigit() else part for part in parts)}"


class _TryAgain(Exception):
    """Carries what to raise when patience ends, and how long the server asks to wait."""

    def __init__(self, error: SourceError, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


class _Breaker:
    """Counts failures in a row over all threads; after too many, no further call goes out, whatever comes late."""

    def __init__(self, limit: int, host: str) -> None:
        self._limit = limit
        self._host = host
        self._failures = 0
        self._reason: SourceClosed | None = None
        self._lock = threading.Lock()

    def count(self, *, failed: bool) -> None:
        """A call was answered, or was not."""
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            if self._failures == self._limit and self._reason is None:
                log.error("breaker_opened", failures=self._failures)
                self._reason = SourceClosed(
                    f"Сервер не ответил {plural(self._limit, 'раз', 'раза', 'раз')} подряд, чтение остановлено.",
                    where=self._host,
                    todo="Повторите позже: netcity-sync sync --resume",
                )

    def open(self, error: SourceClosed) -> None:
        """Nothing goes out any more, for that reason."""
        with self._lock:
            self._reason = self._reason or error

    def check(self) -> None:
        """Raise SourceClosed where the server is clearly down, or has shut us out."""
        if self._reason is not None:
            raise self._reason


class Transport:
    """Sends calls, `gis.readers` at once. Safe to use from several threads; who calls brings the cookies."""

    def __init__(
        self, gis: GisSettings, *, clock: Clock, monotonic: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.base = base_of(str(gis.url))
        self.requests_made = 0
        self._gis = gis
        self._clock = clock
        self._sleep = sleep
        self._pace = Pace(gis.requests_per_second, monotonic, sleep)
        self._slots = threading.BoundedSemaphore(gis.readers)
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: list[requests.Session] = []
        self._breaker = _Breaker(gis.stop_after_failures, self.host)

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base).netloc

    @property
    def on_loopback(self) -> bool:
        """Whether the server runs on this very machine."""
        return _is_loopback(self.base)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
            self._local = threading.local()

    def send(self, call: Call, headers: dict[str, str], cookies: dict[str, str]) -> requests.Response:
        """The answer to a call, whatever its status below 500.

        Raises SourceUnavailable where patience ended, SourceClosed where the server is down, bars us or asks to wait
        longer than the settings allow, SourceMaintenance, AnswerError for a refusal with status 500 (protocol.md
        §5), or SettingsError where `gis.ca_file` holds no certificates.
        """
        attempts = self._gis.attempts if call.again else 1
        retrying = Retrying(
            stop=stop_after_attempt(attempts),
            wait=self._wait,
            sleep=self._sleep,
            retry=retry_if_exception_type(_TryAgain),
            reraise=True,
        )
        try:
            return retrying(self._send_once, call, headers, cookies)
        except _TryAgain as signal:
            raise signal.error from signal.__cause__
        except SourceClosed as error:
            self._breaker.open(error)
            raise

    def give_up(self, error: SourceClosed) -> SourceClosed:
        """Let no further call out, of any thread; answers with the error to raise."""
        self._breaker.open(error)
        return error

    def _wait(self, state: RetryCallState) -> float:
        """Full jitter, but never less than the server asks for; longer than the maximum is a refusal to wait."""
        limit = self._gis.retry_wait_max
        signal = state.outcome.exception() if state.outcome is not None else None
        asked = signal.retry_after if isinstance(signal, _TryAgain) else None
        if asked is not None and isinstance(signal, _TryAgain):
            if asked > limit:
                raise SourceClosed(
                    f"Сервер просит подождать {plural(round(asked), 'секунду', 'секунды', 'секунд')}, это долго.",
                    where=self.host,
                    todo="Повторите позже; самая долгая пауза задана ключом gis.retry_wait_max.",
                )
            return asked
        return wait_random_exponential(multiplier=0.5, max=limit)(state)

    def _send_once(self, call: Call, headers: dict[str, str], cookies: dict[str, str]) -> requests.Response:
        with self._slots:
            self._breaker.check()
            self._pace.wait()
            self._breaker.check()
            response = self._exchange(call, headers, cookies)
        log.debug("call", call=call.name, status=response.status_code, size=len(response.content))
        self._breaker.count(failed=response.status_code in _OVERLOADED)
        self._judge(call, response)
        return response

    def _exchange(self, call: Call, headers: dict[str, str], cookies: dict[str, str]) -> requests.Response:
        with self._lock:
            self.requests_made += 1
        try:
            return self._session().request(
                call.method,
                self.url(call.path),
                data=call.form,
                json=call.json,
                headers=headers,
                cookies=cookies,
                timeout=(self._gis.connect_timeout, self._gis.read_timeout),
                allow_redirects=False,
                # per call, since the environment's would win over those of a session
                proxies=proxies_of(self._gis),
                verify=str(self._gis.ca_file) if self._gis.ca_file is not None else None,
            )
        except requests.exceptions.SSLError as error:
            raise untrusted(self.host) from error
        except requests.RequestException as error:
            log.warning("call_failed", call=call.name, error=type(error).__name__)
            self._breaker.count(failed=True)
            by_proxy = isinstance(error, requests.exceptions.ProxyError)
            raise _TryAgain(proxy_fails(self.host) if by_proxy else self.unreachable()) from error

    def url(self, path: str) -> str:
        """The address of a call; `../` in a path leads out of `webapi/`."""
        return f"{self.base}/{path.removeprefix('../')}" if path.startswith("../") else f"{self.base}/webapi/{path}"

    def _judge(self, call: Call, response: requests.Response) -> None:
        """Raise where the status says that the answer is none."""
        status = response.status_code
        wanted = call.page and status == requests.codes.ok
        if not wanted and (_is_html(response) or status >= 500):
            barred = status in (requests.codes.ok, requests.codes.forbidden)
            judge_page(page_text(response.content)[:4000], self.host, barred=barred)
        if status in _OVERLOADED:
            busy = SourceUnavailable(f"Сервер перегружен (ответ {status}).", where=self.host, todo="Повторите позже.")
            raise _TryAgain(busy, self._retry_after(response))
        if status >= 500:
            refused = AnswerError(f"Сервер ответил ошибкой {status}.", where=call.name)
            raise _TryAgain(refused) if call.again else refused

    def _retry_after(self, response: requests.Response) -> float | None:
        """Seconds the server asks to wait: a number, or a date."""
        value = response.headers.get("Retry-After", "").strip()
        if not value:
            return None
        if value.isascii() and value.isdigit():
            return float(value[:_MOST_DIGITS])
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        return max(0.0, (moment - self._clock()).total_seconds()) if moment.tzinfo else None

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            # cookies belong to the proof that a call is sent with: a jar of its own would send old ones beside it
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            session.headers.update({"User-Agent": _USER_AGENT, "X-Requested-With": "XMLHttpRequest"})
            session.headers["Referer"] = f"{self.base}/"
            session.trust_env = not self.on_loopback
            if self._gis.ca_file is not None:
                trust(self._gis)
            self._local.session = session
            with self._lock:
                self._sessions.append(session)
        return session

    def unreachable(self) -> SourceUnavailable:
        """The error of a connection that was not made, or broke."""
        return SourceUnavailable(
            "Сервер «Сетевого города» не отвечает.",
            where=self.host,
            todo="Проверьте интернет и адрес gis.url; если сайт не открывается и в браузере, повторите позже.",
        )


def base_of(url: str) -> str:
    """Where the site begins: an address as a browser shows it, without the page that was open in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{_PAGE_OF_THE_SITE.sub('', parts.path, count=1).rstrip('/')}"


def proxies_of(gis: GisSettings) -> dict[str, str] | None:
    """The proxy of the settings, for every address; null where there is none."""
    return dict.fromkeys(("http", "https"), str(gis.proxy)) if gis.proxy is not None else None


def trust(gis: GisSettings) -> ssl.SSLContext:
    """Whose certificates are believed. Raises SettingsError where the file of the settings holds none."""
    try:
        return ssl.create_default_context(cafile=str(gis.ca_file) if gis.ca_file is not None else certifi.where())
    except OSError as error:
        raise SettingsError(
            "Файл корневых сертификатов не читается.",
            where=f"gis.ca_file, {gis.ca_file}",
            todo="Укажите файл, в котором есть строки BEGIN CERTIFICATE.",
        ) from error


def untrusted(host: str) -> SourceClosed:
    """The error of a certificate that nobody vouches for."""
    return SourceClosed(
        "Сертификат сервера не проходит проверку.",
        where=host,
        todo="Укажите файл корневых сертификатов в ключе gis.ca_file; проверка не отключается.",
    )


def proxy_fails(host: str) -> SourceUnavailable:
    """The error of a proxy that is not there, or does not let us through."""
    return SourceUnavailable(
        "Прокси-сервер не отвечает или не пропускает к «Сетевому городу».",
        where=host,
        todo="Проверьте ключ gis.proxy и переменные HTTP_PROXY, HTTPS_PROXY.",
    )


def judge_page(text: str, host: str, *, barred: bool) -> None:
    """Raise where a page says that the server is being serviced, or that we are `barred`, where it may say that."""
    words = text.lower()
    if any(word in words for word in _MAINTENANCE_WORDS):
        raise SourceMaintenance("«Сетевой город» закрыт на технические работы.", where=host, todo="Повторите позже.")
    if barred and any(word in words for word in _WAF_WORDS):
        raise SourceClosed(
            "Защита сервера не пропускает запросы с этого адреса.",
            where=host,
            todo="Запускайте программу из сети школы или попросите региональную поддержку разрешить этот адрес.",
        )


def _is_html(response: requests.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "").lower()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
