"""One sign-in by login and password: salt, school, role, and what a refusal says (protocol.md §1.5–1.8)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import md5
from urllib.parse import urlencode

import requests
import structlog
from pydantic import SecretStr

from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.adapters.netschool.wire import FoundSchool, LoginData, Refusal, Salt, SignIn, SignInRole
from netcity_sync.errors import (
    AnswerError,
    SettingsError,
    SignInRefused,
    SourceClosed,
    SourceMaintenance,
    SourceUnavailable,
)

log = structlog.get_logger(__name__)

_REFUSED_WORDS = ("парол", "имя пользовател", "логин")
_LOCKED_WORDS = ("неудачн", "попыт")
_FORBIDDEN_WORDS = ("нет доступа", "лицензи", "отключ", "заблокирован")
_CHOOSE_ROLE = "choose-session-role"
_WARNING = "securitywarning"
_GONE = (requests.codes.not_found, requests.codes.method_not_allowed, requests.codes.gone)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in where; `role` is the name or number of one of several roles."""

    login: str
    password: SecretStr
    school: int | str
    role: int | str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a session: the `at` header and the cookies; and the role that had to be chosen for it."""

    at: str
    cookies: dict[str, str]
    role_id: int | None = None


class SignInProcedure:
    """Signs in, and remembers what later sign-ins need not find out again."""

    def __init__(self, transport: Transport, profile: Profile, credentials: Credentials) -> None:
        self._transport = transport
        self._profile = profile
        self._credentials = credentials
        self._school_id = credentials.school if isinstance(credentials.school, int) else None
        self._role_id: int | None = None
        self._path = profile.login

    def run(self) -> Proof:
        """Sign in once; once more only where the account must choose a role, or this release signs in elsewhere.

        Raises SignInRefused (never to be repeated), SourceClosed, SourceMaintenance, SourceUnavailable, SettingsError.
        """
        answer, cookies = self._attempt()
        if _must_choose(answer) and self._role_id is None:
            self._leave(answer.at or "", cookies)
            self._role_id = self._chosen(answer.account.roles if answer.account is not None else ())
            answer, cookies = self._attempt()
        if _must_choose(answer):
            self._leave(answer.at or "", cookies)
            raise AnswerError("Сервер снова просит выбрать роль.", where=f"POST {self._path}")
        if _WARNING in (answer.entry_point or "").lower():
            log.info("somebody_else_is_signed_in")
        assert answer.at is not None
        return Proof(answer.at, cookies, self._role_id)

    def _attempt(self) -> tuple[SignIn, dict[str, str]]:
        secret = _encoded(self._credentials.password)
        cookies: dict[str, str] = {}
        self._look_at_the_door(cookies)
        school = self._school(cookies)
        response = self._post(secret, school, cookies)
        if response.status_code in _GONE and self._path != self._profile.newer_login:
            self._path = self._profile.newer_login
            response = self._post(secret, school, cookies)
        return self._accepted(response), cookies

    def _look_at_the_door(self, cookies: dict[str, str]) -> None:
        """The cookie that ties the salt to us; and whether a password gets us in at all."""
        path = self._profile.login_data
        answer = self._send(Call("GET", path), cookies)
        if answer.is_redirect:
            raise redirected(self._transport.base)
        if answer.status_code != requests.codes.ok:
            return
        _insist_on_json(answer, self._transport.host)
        ways: LoginData = decode(LoginData, answer.content, f"GET {path}")
        if ways.password is False:
            raise SignInRefused(
                "Этот «Сетевой город» не впускает по логину и паролю, только через Госуслуги.",
                where=self._transport.host,
                todo="Войдите в браузере и перенесите сеанс: netcity-sync session import; затем впишите в настройки"
                ' gis.sign_in = "session".',
            )

    def _post(self, secret: bytes, school: int, cookies: dict[str, str]) -> requests.Response:
        path = self._profile.login_salt
        answer = self._send(Call("POST", path, again=False), cookies)
        if answer.is_redirect:
            raise redirected(self._transport.base)
        if answer.status_code != requests.codes.ok:
            raise SourceClosed(
                f"Сервер не начинает вход (ответ {answer.status_code}).",
                where=self._transport.host,
                todo="Повторите позже; если в браузере вход работает, выполните: netcity-sync doctor",
            )
        _insist_on_json(answer, self._transport.host)
        salt: Salt = decode(Salt, answer.content, f"POST {path}")
        pw2 = md5(str(salt.salt).encode() + md5(secret).hexdigest().encode()).hexdigest()  # noqa: S324 (the protocol's)
        form = [
            ("LoginType", "1"), ("scid", str(school)), ("UN", self._credentials.login), ("pw2", pw2),
            ("lt", str(salt.lt)), ("ver", str(salt.ver)),
        ]  # fmt: skip
        if self._path != self._profile.newer_login:
            form.append(("PW", pw2[: len(secret)]))
        if self._role_id is not None:
            form.append(("rolegroup", str(self._role_id)))
        return self._send(Call("POST", self._path, again=False, form=tuple(form)), cookies)

    def _send(self, call: Call, cookies: dict[str, str]) -> requests.Response:
        response = self._transport.send(call, {}, cookies)
        cookies.update(response.cookies.get_dict())
        return response

    def _leave(self, at: str, cookies: dict[str, str]) -> None:
        """End a session that only served to learn the roles; where that fails it lingers on, which does no harm."""
        form = (("at", at), ("ver", ""))
        try:
            self._transport.send(Call("POST", self._profile.logout, again=False, form=form), {"at": at}, cookies)
        except (SourceUnavailable, AnswerError) as error:
            log.warning("sign_out_failed", error=type(error).__name__)

    def _chosen(self, roles: tuple[SignInRole, ...]) -> int:
        """The id of the role that the settings name. Raises SettingsError where it is not one of the account's."""
        wanted = self._credentials.role
        for role in roles:
            if wanted is not None and _plain(str(wanted)) in (str(role.id), _plain(role.name)):
                return role.id
        if not roles and isinstance(wanted, int):
            return wanted
        listed = "; ".join(f"{role.id} — {role.name}" for role in roles) or "список не прислан"
        raise SettingsError(
            f"У учётной записи несколько ролей, и сервер просит выбрать: {listed}.",
            where="gis.role",
            todo="Укажите название или номер роли, которой видны все журналы.",
        )

    def _school(self, cookies: dict[str, str]) -> int:
        if self._school_id is None:
            self._school_id = self._find_school(str(self._credentials.school), cookies)
        return self._school_id

    def _find_school(self, name: str, cookies: dict[str, str]) -> int:
        """The id of the school that the settings name. Raises SettingsError where it is not exactly one."""
        found = self._search(" ".join(name.split()), cookies)
        chosen = _called(name, found) or found
        if not found:
            found = self._search(_telling_word(name), cookies)
            chosen = _called(name, found)
        if len(chosen) != 1:
            listed = "; ".join(f"{item.id} — {item.name.strip()}" for item in found[:10]) or "ничего"
            raise SettingsError(
                f"Школа «{name}» не найдена однозначно. Нашлось: {listed}.",
                where="gis.school",
                todo="Укажите номер (id) школы.",
            )
        return chosen[0].id

    def _search(self, text: str, cookies: dict[str, str]) -> list[FoundSchool]:
        """The schools whose names hold a text, as the server sees it."""
        answer = self._send(Call("GET", f"{self._profile.schools}?{urlencode({'name': text})}"), cookies)
        _insist_on_json(answer, self._transport.host)
        found: list[FoundSchool] = decode(list[FoundSchool], answer.content, f"GET {self._profile.schools}")
        return found

    def _accepted(self, response: requests.Response) -> SignIn:
        """The answer to a sign-in that was accepted; raises by the text of the refusal otherwise (§1.8)."""
        host = self._transport.host
        if response.is_redirect:
            raise redirected(host)
        if response.status_code == requests.codes.ok:
            _insist_on_json(response, host)
            answer: SignIn = decode(SignIn, response.content, f"POST {self._path}")
            if answer.at:
                return answer
            raise refusal(answer.error_message or answer.message or "", host)
        if response.status_code == requests.codes.conflict:
            raise refusal(_message(response), host)
        if response.status_code == requests.codes.forbidden:
            raise SourceClosed(
                "Сервер не пропускает вход с этого адреса.", where=host, todo="Запускайте программу из сети школы."
            )
        raise AnswerError(f"Сервер ответил отказом {response.status_code}.", where=f"POST {self._path}")


def refusal(message: str, host: str) -> SignInRefused | SourceMaintenance:
    """The error that the text of a refused sign-in means (§1.8); a text without a known word is no word on us."""
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


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _called(name: str, schools: Iterable[FoundSchool]) -> list[FoundSchool]:
    """The schools of that name: short, in full, or in full without the town; spaces and quotes do not count."""
    wanted = _letters(name)
    return [
        item
        for item in schools
        if wanted in map(_letters, (item.short_name or "", item.name, item.name.rpartition(" (")[0]))
    ]


def _letters(name: str) -> str:
    return re.sub(r"[\s\"'«»“”„]", "", name.casefold().replace("ё", "е"))


def _telling_word(name: str) -> str:
    """The word of a school's name to search by where the whole name finds nothing."""
    words: list[str] = re.findall(r"[^\W\d_]+", name)
    return max(words or [name], key=len)


def _must_choose(answer: SignIn) -> bool:
    return _CHOOSE_ROLE in (answer.entry_point or "").lower()


def _encoded(password: SecretStr) -> bytes:
    """The password as the GIS hashes it: in windows-1251, not UTF-8 (§1.7)."""
    try:
        return password.get_secret_value().encode("cp1251")
    except UnicodeEncodeError:
        raise SignInRefused(
            "В пароле есть знаки, которых «Сетевой город» не знает.",
            todo="Проверьте пароль: буквы, цифры и обычные знаки.",
        ) from None


def _message(response: requests.Response) -> str:
    try:
        answer: Refusal = decode(Refusal, response.content, "")
    except AnswerError:
        return ""
    return answer.message or ""


def _insist_on_json(response: requests.Response, host: str) -> None:
    """Raise where a page, or its one sentence, stands in the place of an answer: nobody can sign in then."""
    text = response.content.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text[:1] not in '{["0123456789-tfn':
        raise SourceMaintenance("Вместо входа сервер показывает страницу.", where=host, todo="Повторите позже.")


def redirected(where: str) -> SourceClosed:
    """The error of an address that leads elsewhere."""
    return SourceClosed(
        "Сервер переадресует на другой адрес, при этом вход теряется.",
        where=where,
        todo="Укажите в gis.url адрес, который показывает браузер после перехода; обычно он начинается с https://.",
    )
