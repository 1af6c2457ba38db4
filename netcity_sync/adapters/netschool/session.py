"""Signing in to the GIS and staying signed in (protocol.md §1): one sign-in a run, and one more if the session dies."""

import threading
from dataclasses import dataclass
from hashlib import md5

import requests
import structlog
from pydantic import SecretStr

from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.adapters.netschool.wire import FoundSchool, Refusal, Salt, SignIn
from netcity_sync.errors import AnswerError, SettingsError, SignInRefused, SourceMaintenance, SourceUnavailable

log = structlog.get_logger(__name__)

_REFUSED_WORDS = ("парол", "имя пользовател", "логин")
_LOCKED_WORDS = ("неудачн", "попыт")
_FORBIDDEN_WORDS = ("нет доступа", "лицензи", "отключ", "заблокирован")
_SHORT_PAGE = 1000


@dataclass(frozen=True, slots=True)
class _Token:
    """What proves a session: the `at` header and the cookies, and which sign-in it came from."""

    at: str
    cookies: dict[str, str]
    generation: int


class Session:
    """A signed-in session, shared by all reader threads."""

    def __init__(self, transport: Transport, profile: Profile, login: str, password: SecretStr, school: int | str):
        self._transport = transport
        self._profile = profile
        self._login = login
        self._password = password
        self._school = school
        self._token: _Token | None = None
        self._renewed = False
        self._lock = threading.Lock()

    def open(self) -> None:
        """Sign in. Raises SignInRefused (never to be repeated), SourceMaintenance, SourceUnavailable, SettingsError."""
        self._token = self._sign_in(generation=1)

    def close(self) -> None:
        """Sign out; a session that is gone already, or a server that is, counts as signed out."""
        token, self._token = self._token, None
        if token is None:
            return
        form = (("at", token.at), ("ver", ""))
        try:
            self._transport.send(
                Call("POST", self._profile.logout, again=False, form=form), _headers(token), token.cookies
            )
        except (SourceUnavailable, AnswerError) as error:
            log.warning("sign_out_failed", error=type(error).__name__)

    def call(self, call: Call) -> bytes:
        """The body of the answer to a call. A dead session is renewed once a run, for all threads together.

        Raises SourceUnavailable where the session dies again, AnswerError where the answer is a refusal.
        """
        token = self._token
        assert token is not None, "call inside the session only"
        response = self._transport.send(call, _headers(token), token.cookies)
        if _is_dead(response):
            token = self._renew(token)
            response = self._transport.send(call, _headers(token), token.cookies)
            if _is_dead(response):
                raise _keeps_dying(self._transport.host)
        if response.status_code != requests.codes.ok:
            raise AnswerError(f"Сервер ответил отказом {response.status_code}.", where=call.name)
        return response.content

    def _renew(self, dead: _Token) -> _Token:
        with self._lock:
            current = self._token
            if current is not None and current.generation > dead.generation:
                return current
            if self._renewed:
                raise _keeps_dying(self._transport.host)
            self._renewed = True
            log.info("session_expired")
            self._token = self._sign_in(generation=dead.generation + 1)
            return self._token

    def _sign_in(self, generation: int) -> _Token:
        secret = _encoded(self._password)
        cookies: dict[str, str] = {}
        first = self._send(Call("GET", self._profile.login_data), cookies)
        if first.is_redirect:
            raise _redirected(self._transport.base)
        school = self._school if isinstance(self._school, int) else self._find_school(self._school, cookies)
        answer = self._send(Call("POST", self._profile.login_salt, again=False), cookies)
        if answer.is_redirect:
            raise _redirected(self._transport.base)
        if answer.status_code != requests.codes.ok:
            raise AnswerError(f"Сервер ответил отказом {answer.status_code}.", where=f"POST {self._profile.login_salt}")
        salt: Salt = decode(Salt, answer.content, f"POST {self._profile.login_salt}")
        pw2 = md5(str(salt.salt).encode() + md5(secret).hexdigest().encode()).hexdigest()  # noqa: S324 (the protocol's)
        form = (
            ("LoginType", "1"), ("scid", str(school)), ("UN", self._login), ("PW", pw2[: len(secret)]), ("pw2", pw2),
            ("lt", str(salt.lt)), ("ver", str(salt.ver)),
        )  # fmt: skip
        response = self._send(Call("POST", self._profile.login, again=False, form=form), cookies)
        at = _accepted(response, self._profile.login, self._transport.host)
        log.info("signed_in", generation=generation)
        return _Token(at, cookies, generation)

    def _send(self, call: Call, cookies: dict[str, str]) -> requests.Response:
        response = self._transport.send(call, {}, cookies)
        cookies.update(response.cookies.get_dict())
        return response

    def _find_school(self, name: str, cookies: dict[str, str]) -> int:
        """The id of the school that the settings name. Raises SettingsError where it is not exactly one."""
        query = requests.models.PreparedRequest()
        query.prepare_url("http://x/", {"name": name})
        path = f"{self._profile.schools}?{(query.url or '').partition('?')[2]}"
        answer = self._send(Call("GET", path), cookies)
        found: list[FoundSchool] = decode(list[FoundSchool], answer.content, f"GET {self._profile.schools}")
        exact = [item for item in found if _plain(name) in (_plain(item.name), _plain(item.short_name or ""))]
        chosen = exact or found
        if len(chosen) != 1:
            listed = "; ".join(f"{item.id} — {item.name.strip()}" for item in found[:10]) or "ничего"
            raise SettingsError(
                f"Школа «{name}» не найдена однозначно. Нашлось: {listed}.",
                where="gis.school",
                todo="Укажите номер (id) школы.",
            )
        return chosen[0].id


def _headers(token: _Token) -> dict[str, str]:
    return {"at": token.at}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _encoded(password: SecretStr) -> bytes:
    """The password as the GIS hashes it: in windows-1251, not UTF-8 (protocol.md §1.7)."""
    try:
        return password.get_secret_value().encode("cp1251")
    except UnicodeEncodeError:
        raise SignInRefused(
            "В пароле есть знаки, которых «Сетевой город» не знает.",
            todo="Проверьте пароль: буквы, цифры и обычные знаки.",
        ) from None


def _is_dead(response: requests.Response) -> bool:
    """Whether an answer means that the session is over: all the forms of protocol.md §1.4."""
    if response.status_code == requests.codes.unauthorized or response.is_redirect:
        return True
    if response.status_code != requests.codes.ok:
        return False
    head = response.content[:_SHORT_PAGE].lstrip().lower()
    if head.startswith((b"<", b"\xef\xbb\xbf<")):
        return True
    return head.decode("utf-8", "replace").startswith("ошибка доступа")


def _accepted(response: requests.Response, path: str, host: str) -> str:
    """The `at` of a sign-in that was accepted; raises by the text of the refusal otherwise (protocol.md §1.8)."""
    if response.is_redirect:
        raise _redirected(host)
    if response.status_code == requests.codes.ok:
        if response.content.lstrip()[:1] == b"<":
            raise SourceMaintenance("Вместо входа сервер показывает страницу.", where=host, todo="Повторите позже.")
        answer: SignIn = decode(SignIn, response.content, f"POST {path}")
        if answer.at:
            return answer.at
        raise _refusal(answer.error_message or answer.message or "", host)
    if response.status_code == requests.codes.conflict:
        raise _refusal(_message(response), host)
    if response.status_code == requests.codes.forbidden:
        raise SourceUnavailable(
            "Сервер не пропускает вход с этого адреса.", where=host, todo="Запускайте программу из сети школы."
        )
    raise AnswerError(f"Сервер ответил отказом {response.status_code}.", where=f"POST {path}")


def _message(response: requests.Response) -> str:
    try:
        refusal: Refusal = decode(Refusal, response.content, "")
    except AnswerError:
        return ""
    return refusal.message or ""


def _refusal(message: str, host: str) -> SignInRefused | SourceMaintenance:
    text = message.lower()
    if any(word in text for word in _LOCKED_WORDS):
        return SignInRefused(
            "Учётная запись временно закрыта: было несколько неудачных попыток входа.",
            where=host,
            todo="Подождите несколько минут, проверьте пароль в браузере и только потом повторите.",
        )
    if any(word in text for word in _FORBIDDEN_WORDS):
        return SignInRefused(
            "Учётной записи закрыт доступ.", where=host, todo="Обратитесь к администратору «Сетевого города» школы."
        )
    if any(word in text for word in _REFUSED_WORDS):
        return SignInRefused(
            "«Сетевой город» не принял логин или пароль. Повторных попыток не было.",
            where=host,
            todo="Проверьте логин gis.login и пароль: войдите с ними в браузере. После трёх неудач вход закрывается.",
        )
    return SourceMaintenance("«Сетевой город» сейчас не впускает: идут работы.", where=host, todo="Повторите позже.")


def _redirected(where: str) -> SourceUnavailable:
    return SourceUnavailable(
        "Сервер переадресует на другой адрес, при этом вход теряется.",
        where=where,
        todo="Укажите в gis.url адрес, который показывает браузер после перехода; обычно он начинается с https://.",
    )


def _keeps_dying(host: str) -> SourceUnavailable:
    return SourceUnavailable(
        "Сеанс обрывается сразу после входа.",
        where=host,
        todo="Проверьте, что под этой учётной записью не работает кто-то ещё, и повторите позже.",
    )
