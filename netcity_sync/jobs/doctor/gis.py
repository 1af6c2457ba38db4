"""«Сетевой город» from outside and from inside: one look at its door, one sign-in, one sign-out."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

from netcity_sync.adapters.netschool.browser_session import SessionFile
from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.adapters.netschool.front_door import FrontDoor, look_at_front_door
from netcity_sync.adapters.netschool.profile import ROLES_WITHOUT_ALL_JOURNALS, load_profile
from netcity_sync.adapters.netschool.transport import Transport
from netcity_sync.errors import AnswerError, NetcityError, SettingsError
from netcity_sync.jobs.doctor.installation import Installation
from netcity_sync.jobs.doctor.result import Result, fault_of, notice, ok, span
from netcity_sync.settings import AccountKind, GisSettings, SignInWay

_CLOCKS_DIFFER = timedelta(minutes=5)
_ATTEMPTS = 2
_SETTINGS_FIRST = "Сначала исправьте то, что найдено в настройках."


def server_and_account(found: Installation) -> Iterator[Result]:
    """The server first; where it answers, the account: exactly one sign-in, whatever happens, and a sign-out."""
    if _is_hopeless(found):
        yield notice("Сервер и вход не проверялись.", _SETTINGS_FIRST)
        return
    gis = found.settings.gis.model_copy(update={"attempts": min(_ATTEMPTS, found.settings.gis.attempts)})
    try:
        yield from _door(found, gis)
    except NetcityError as error:
        yield fault_of(error)
        return
    try:
        account = _account(found)
    except SettingsError:
        yield notice("Вход не проверялся.", _SETTINGS_FIRST)
        return
    yield from _visit(found, gis, account)


def _is_hopeless(found: Installation) -> bool:
    """Whether no call can be made with these settings; what is wrong was said where they were examined."""
    gis = found.settings.gis
    if gis.ca_file is not None and not gis.ca_file.is_file():
        return True
    try:
        load_profile(gis.profile)
    except SettingsError:
        return True
    return False


def _account(found: Installation) -> Account:
    """The account of the settings. Raises SettingsError where neither its password nor a session is given."""
    gis, session = found.settings.gis, found.folder.session
    if gis.sign_in is SignInWay.SESSION:
        SessionFile(session).load()
        return Account(gis.login, None, gis.role, session)
    return Account(gis.login, found.settings.password(), gis.role)


def _door(found: Installation, gis: GisSettings) -> Iterator[Result]:
    transport = Transport(gis, clock=found.clock, monotonic=time.monotonic, sleep=time.sleep)
    with closing(transport):
        door = look_at_front_door(transport, load_profile(gis.profile))
        now = found.clock()
    version = f", версия {door.version}" if door.version else ", версия не сообщается"
    yield ok(f"Сервер отвечает{version}.")
    if gis.url.scheme == "https":
        yield ok("Сертификат сервера проходит проверку.")
    elif not transport.on_loopback:
        yield notice(
            "Адрес без https: пароль и журналы идут по сети открыто.",
            "Если сайт открывается с https://, исправьте gis.url.",
        )
    yield from _ways_in(door)
    if door.moment is not None and abs(door.moment - now) > _CLOCKS_DIFFER:
        behind = "отстают от часов сервера" if door.moment > now else "спешат по сравнению с сервером"
        yield notice(
            f"Часы компьютера {behind}, разница: {span(door.moment - now)}.",
            "Установите точное время: по нему судят, вовремя ли внесены записи.",
        )


def _ways_in(door: FrontDoor) -> Iterator[Result]:
    if door.by_password is False:
        yield notice(
            "Сервер впускает только через Госуслуги.",
            'Перенесите сеанс из браузера: netcity-sync session import, и укажите gis.sign_in = "session".',
        )
    elif door.by_password:
        also = "; основной путь — Госуслуги" if door.state_services_first else ""
        yield ok(f"Сервер впускает по логину и паролю{also}.")
    else:
        yield ok("Какими способами входят, сервер не сообщает.")


def _visit(found: Installation, gis: GisSettings, account: Account) -> Iterator[Result]:
    connection = Connection(
        gis, account, clock=found.clock, monotonic=time.monotonic, sleep=time.sleep, renewable=False
    )
    try:
        connection.open()
    except NetcityError as error:
        yield fault_of(error)
        return
    with closing(connection):
        looks: tuple[Callable[[Installation, Connection], Iterator[Result]], ...] = (_who_we_are, _who_else)
        for look in looks:
            try:
                yield from look(found, connection)
            except NetcityError as error:
                yield fault_of(error)
                if not isinstance(error, AnswerError):
                    return


def _who_we_are(found: Installation, connection: Connection) -> Iterator[Result]:
    """School, role, and whether the menu leads to the journals."""
    context = connection.context()
    roles = connection.roles()
    working_as = f", роль: {', '.join(roles)}" if roles else ""
    yield ok(f"Вход выполнен, школа: {context.organization.name}{working_as}.")
    if found.settings.gis.account is AccountKind.FAMILY:
        return
    if roles and set(roles) <= ROLES_WITHOUT_ALL_JOURNALS:
        yield notice(
            "С такой ролью видны не все журналы школы.",
            "Нужна учётная запись завуча; если ролей несколько, укажите ключ gis.role.",
        )
    shown = connection.shows_journals()
    if shown is False:
        yield notice(
            "В меню учётной записи нет страницы журнала.",
            "Проверьте в браузере, открываются ли под этой учётной записью все журналы; если ролей несколько, укажите"
            " ключ gis.role.",
        )
    elif shown:
        yield ok("В меню учётной записи есть страница журнала.")


def _who_else(found: Installation, connection: Connection) -> Iterator[Result]:
    """Whether somebody else works under the same login."""
    others = connection.co_workers()
    if others:
        yield notice(
            f"Под этой учётной записью работает кто-то ещё, сеансов: {len(others)}.",
            "Заведите для программы отдельную учётную запись, а если других сеансов быть не должно, смените пароль.",
        )
