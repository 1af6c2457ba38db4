"""The settings and the secrets beside them."""

import os
from collections.abc import Iterator
from pathlib import Path

from netcity_sync.adapters.netschool.browser_session import SessionFile
from netcity_sync.adapters.netschool.profile import load_profile
from netcity_sync.compliance.tuning import JournalKind, check_entries, unknown_places
from netcity_sync.errors import SettingsError
from netcity_sync.jobs.doctor.installation import FoundSettings, Installation
from netcity_sync.jobs.doctor.result import Result, fault, fault_of, notice, ok
from netcity_sync.mirror.database import open_reader
from netcity_sync.russian import plural
from netcity_sync.settings import PASSWORD_VARIABLE, SMTP_PASSWORD_VARIABLE, SignInWay

_FOR_OTHERS = 0o077


def settings_file(found: FoundSettings) -> Iterator[Result]:
    """Where the settings lie, and whether they can be read."""
    if found.error is not None:
        yield fault_of(found.error)
    else:
        yield ok(f"Файл настроек читается: {found.config}")


def password(found: Installation) -> Iterator[Result]:
    """Whether the GIS password is given, and nobody else can read it."""
    gis = found.settings.gis
    yield from rights(gis.password_file, "Файл с паролем")
    if gis.sign_in is SignInWay.SESSION:
        return
    try:
        found.settings.password()
    except SettingsError as error:
        if gis.password_file is None or not _is_open(gis.password_file):
            yield fault_of(error)
        return
    place = f"переменная {PASSWORD_VARIABLE}" if os.environ.get(PASSWORD_VARIABLE) else "файл"
    yield ok(f"Пароль «Сетевого города» задан: {place}.")


def family_password(found: Installation) -> Iterator[Result]:
    """The same for the parent's account, where there is one."""
    family = found.settings.family
    if family is None:
        return
    yield from rights(family.password_file, "Файл с паролем родителя")
    try:
        found.settings.family_password()
    except SettingsError as error:
        if family.password_file is None or not _is_open(family.password_file):
            yield fault_of(error)
        return
    yield ok("Пароль родителя задан.")


def browser_session(found: Installation) -> Iterator[Result]:
    """The session brought over from a browser: a secret too."""
    path = found.folder.session
    yield from rights(path, "Файл сеанса из браузера")
    if found.settings.gis.sign_in is SignInWay.SESSION:
        SessionFile(path).load()


def certificate_files(found: Installation) -> Iterator[Result]:
    """Root certificates that the settings name."""
    mail = found.settings.mail
    for key, path in (("gis.ca_file", found.settings.gis.ca_file), ("mail.ca_file", mail.ca_file if mail else None)):
        if path is not None and not path.is_file():
            yield fault(f"Нет файла корневых сертификатов: {path}", f"Проверьте ключ {key}.")


def recipients(found: Installation) -> Iterator[Result]:
    """Whether anybody is told, and how."""
    people, mail = found.settings.people, found.settings.mail
    if not people:
        yield notice("Получатели сводок не указаны.", "Перечислите их в разделах [[people]] настроек.")
    else:
        yield ok(f"Сводки получают: {plural(len(people), 'человек', 'человека', 'человек')}.")
    if mail is None:
        yield ok("Почта не настроена: сводки складываются в папку.")
        return
    if mail.login is not None and not os.environ.get(SMTP_PASSWORD_VARIABLE):
        yield fault("Не задан пароль почты.", f"Задайте переменную {SMTP_PASSWORD_VARIABLE}.")
        return
    without = sum(person.email is None for person in people)
    rest = f" Без адреса, только в папку: {without}." if without else ""
    yield ok(f"Почта настроена.{rest}")


def rules(found: Installation) -> Iterator[Result]:
    """What the settings change in the catalogue of rules, and whether the school has what they speak of."""
    entries = found.settings.rules
    if not entries:
        return
    check_entries(entries)
    if found.health is not None:
        with open_reader(found.folder) as connection:
            rows = connection.execute(_JOURNALS).fetchall()
        slips = unknown_places(entries, (JournalKind(*row) for row in rows)) if rows else ()
        if slips:
            words = "\n".join(slips)
            yield notice(f"Разделы [[rules]] называют то, чего в школе нет:\n{words}", "Проверьте названия.")
    changed = len({entry.id.upper() for entry in entries})
    yield ok(f"Настроено по-своему: {plural(changed, 'правило', 'правила', 'правил')}.")


_JOURNALS = (
    "SELECT DISTINCT g.subject_name, c.name, c.grade"
    " FROM current_subject_group g JOIN current_school_class c USING (class_id)"
)


def profile(found: Installation) -> Iterator[Result]:
    """What the settings say of this installation of the GIS."""
    overrides = found.settings.gis.profile
    load_profile(overrides)
    if overrides:
        named = ", ".join(sorted(overrides))
        yield notice(
            f"Описание «Сетевого города» изменено, ключи gis.profile: {named}.",
            "Если чтение идёт без ошибок, делать ничего не нужно.",
        )


def rights(path: Path | None, title: str) -> Iterator[Result]:
    """Whether only its owner can read a file, where the system knows such rights."""
    if path is None or not path.exists():
        return
    if _is_open(path):
        yield fault(f"{title} могут прочитать другие пользователи компьютера: {path}", f"Выполните: chmod 600 {path}")
    else:
        yield ok(f"{title} доступен только владельцу.")


def _is_open(path: Path) -> bool:
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & _FOR_OTHERS)
