"""The settings: config.toml and the environment in, one validated object out.

Every setting is declared here once, with its default, its limits and a Russian sentence; `settings_file.py` makes
the sample file from these declarations.
"""

import os
import tomllib
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from apscheduler.triggers.cron import CronTrigger
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    model_validator,
)

from netcity_sync.errors import SettingsError

PASSWORD_VARIABLE = "NETCITY_PASSWORD"  # noqa: S105 (the name of a variable)
FAMILY_PASSWORD_VARIABLE = "NETCITY_FAMILY_PASSWORD"  # noqa: S105
SMTP_PASSWORD_VARIABLE = "NETCITY_SMTP_PASSWORD"  # noqa: S105


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("неизвестный часовой пояс, пример: Asia/Yekaterinburg") from error
    return name


def _cron_line(line: str) -> str:
    try:
        CronTrigger.from_crontab(line)
    except ValueError as error:
        raise ValueError("нужна строка cron из пяти полей, пример: 30 1 * * *") from error
    return line


def _ascending(grades: tuple[int, int]) -> tuple[int, int]:
    if grades[0] > grades[1]:
        raise ValueError("сначала меньший класс, потом больший, пример: [5, 9]")
    return grades


def _empty_means_never(value: Any) -> Any:
    return None if value == "" else value


Grades = Annotated[tuple[int, int], AfterValidator(_ascending)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]
CronLine = Annotated[str, AfterValidator(_cron_line)]
HourOrNever = Annotated[time | None, BeforeValidator(_empty_means_never)]
"""TOML knows no null: an empty string stands for none."""


class Section(BaseModel):
    """Base of all sections: unknown keys are refused, values never appear in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SignInWay(StrEnum):
    """How the service gets into the GIS."""

    PASSWORD = "password"  # noqa: S105 (a way, not a secret)
    SESSION = "session"


class AccountKind(StrEnum):
    """Whose account the journals are read with."""

    STAFF = "staff"
    FAMILY = "family"


class GisSettings(Section):
    """Сетевой город: адрес, учётная запись, темп чтения."""

    url: HttpUrl = Field(
        description="Адрес «Сетевого города», как в браузере; страница в конце (/authorize/login, /app/…) не мешает."
    )
    school: str | int = Field(description="Школа: номер (id) или название, как на странице входа.")
    login: str = Field(min_length=1, description="Логин сотрудника, которому видны все журналы школы.")
    sign_in: SignInWay = Field(
        default=SignInWay.PASSWORD,
        description="Как входить: password — логин и пароль; session — сеанс, перенесённый из браузера"
        " (netcity-sync session import), если регион впускает только через Госуслуги.",
    )
    account: AccountKind = Field(
        default=AccountKind.STAFF,
        description="Чья учётная запись: staff — сотрудника, все журналы; family — родителя или ученика: видны только"
        " отметки и задания своих детей, запасной способ там, где журналы сотруднику не отвечают.",
    )
    role: str | int | None = Field(
        default=None, description="Роль, если у учётной записи их несколько: название или номер."
    )
    password_file: Path | None = Field(
        default=None,
        description=f"Файл с паролем (права 0600). Если не указан, пароль берётся из переменной {PASSWORD_VARIABLE}.",
    )
    ca_file: Path | None = Field(
        default=None, description="Файл корневых сертификатов, если сервер использует свой удостоверяющий центр."
    )
    proxy: HttpUrl | None = Field(default=None, description="Прокси-сервер, если школа выходит в сеть через него.")
    readers: int = Field(default=4, ge=1, le=16, description="Сколько журналов читать одновременно.")
    requests_per_second: float = Field(
        default=20.0, ge=0, le=200, description="Не больше стольких запросов в секунду; 0 — без ограничения."
    )
    connect_timeout: float = Field(default=10.0, gt=0, le=120, description="Ждать соединения, секунд.")
    read_timeout: float = Field(default=60.0, gt=0, le=600, description="Ждать ответа, секунд.")
    attempts: int = Field(default=4, ge=1, le=10, description="Сколько раз пробовать запрос, который можно повторить.")
    retry_wait_max: float = Field(
        default=60.0, ge=0, le=3600, description="Самая долгая пауза перед повтором, секунд; дольше — отказ."
    )
    stop_after_failures: int = Field(
        default=12,
        ge=1,
        le=1000,
        description="После стольких неудач подряд сервер считается упавшим, чтение кончается.",
    )
    report_timeout: float = Field(default=120.0, gt=0, le=3600, description="Ждать, пока сервер строит отчёт, секунд.")
    profile: dict[str, Any] = Field(
        default_factory=dict,
        description="Чем эта установка отличается от обычной: пути и имена полей. Обычно пусто.",
    )


class FamilySettings(Section):
    """Учётная запись родителя: проверка, что записи видны семьям. Без раздела [family] проверки нет."""

    login: str = Field(min_length=1, description="Логин родителя, который согласился помочь с проверкой.")
    password_file: Path | None = Field(
        default=None, description=f"Файл с паролем (права 0600); иначе — переменная {FAMILY_PASSWORD_VARIABLE}."
    )


class SyncSettings(Section):
    """Чтение журналов."""

    not_after: HourOrNever = Field(
        default=time(6, 0),
        description="Ночное чтение не начинает новых журналов после этого часа; дневного он не касается."
        ' Пустая строка ("") — читать до конца.',
    )
    journal_access: bool = Field(
        default=False,
        description="Читать и отчёт о доступе к журналу: время записей становится известно до минуты.",
    )
    absences_to_confirm: int = Field(
        default=2,
        ge=1,
        le=10,
        description="Запись, пропавшая из журнала, считается удалённой после стольких успешных чтений подряд без неё.",
    )
    shrink_rows: int = Field(
        default=10, ge=1, description="Журнал, потерявший сразу не меньше стольких записей и больше доли shrink_share…"
    )
    shrink_share: float = Field(
        default=0.2,
        ge=0,
        lt=1,
        description="…от тех, что были, тут же перечитывается; если записей так и нет — CHG-05.",
    )


class SchoolSettings(Section):
    """Школа."""

    timezone: ZoneName = Field(description="Часовой пояс школы.")


class StorageSettings(Section):
    """Где хранятся данные."""

    data_dir: Path = Field(description="Папка данных: зеркало, копии, отчёты, журналы работы.")
    raw_days: int = Field(default=90, ge=1, description="Сколько дней хранить исходные ответы сервера.")
    min_free_mb: int = Field(
        default=200,
        ge=0,
        description="Сколько мегабайт диска должно оставаться свободными; если не останется, чтение журналов и"
        " копирование не начинаются.",
    )

    @property
    def min_free(self) -> int:
        """The same in bytes."""
        return self.min_free_mb * 1024**2


class ExchangeSettings(Section):
    """Папка обмена: таблицы с тем, чего нельзя прочитать в «Сетевом городе» (docs/exchange.md)."""

    folder: Path | None = Field(default=None, description="Где она; если не указана — exchange в папке данных.")


class LocalActs(Section):
    """Локальные акты, на которые ссылаются замечания и отчёты."""

    journal: str = Field(
        default="Положение об электронном журнале успеваемости", description="Название, дата и номер положения."
    )


class CalendarSettings(Section):
    """Календарь. Учебные дни берутся из расписания, здесь — только исключения."""

    days_off: tuple[date, ...] = Field(
        default=(), description="Дни, которые не считаются учебными, хотя уроки в сетке есть."
    )


class WorkDeadline(Section):
    """Срок выставления отметок за вид работы."""

    type: str = Field(min_length=1, description="Начало названия типа задания, строчными буквами.")
    grades: Grades | None = Field(default=None, description="С какого по какой класс; без него — все.")
    school_days: int = Field(ge=0, le=60, description="Учебных дней после урока.")


def _default_work_types() -> tuple[WorkDeadline, ...]:
    days = {
        "устный ответ": 0, "диктант": 1, "самостоятельная": 2, "контрольная": 3,
        "лабораторная": 5, "изложение": 7, "сочинение": 7,
    }  # fmt: skip
    entries = [WorkDeadline(type=name, school_days=count) for name, count in days.items()]
    return (*entries, WorkDeadline(type="сочинение", grades=(9, 11), school_days=10))


class DeadlineSettings(Section):
    """Сроки записей."""

    lesson: time = Field(default=time(23, 59), description="До какого часа в день урока внести тему.")
    homework: time = Field(default=time(23, 59), description="До какого часа в день урока внести домашнее задание.")
    marks: time = Field(default=time(23, 59), description="До какого часа последнего дня срока выставить отметки.")
    work_types: tuple[WorkDeadline, ...] = Field(
        default_factory=_default_work_types, description="Учебных дней на проверку по видам работ."
    )


class AccumulationPreset(StrEnum):
    """A usual norm of marks in a term; docs/checks.md has the numbers."""

    GRADED_3_5_7 = "graded_3_5_7"
    FLAT_3_5 = "flat_3_5"
    GRADED_3_3_5 = "graded_3_3_5"
    BY_LESSONS = "by_lessons"
    DETAILED = "detailed"


Norms = Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(max_length=12)]


class AccumulationSettings(Section):
    """Накопляемость отметок."""

    preset: AccumulationPreset = Field(
        default=AccumulationPreset.GRADED_3_5_7,
        description="Норма отметок за период. graded_3_5_7 — за четверть или триместр 3, 5, 7 при 1, 2, 3 и более"
        " уроках в неделю, за полугодие 5, 7, 9; flat_3_5 — 3 и 5 при любом числе уроков; graded_3_3_5 — 3, 3, 5 и"
        " 5, 5, 7; by_lessons — 3, если уроков в периоде меньше 15, иначе 5 (за полугодие 5 и 7, граница 30 уроков);"
        " detailed — 3, 5, 7, 8, 10 при 1, 2, 3, 4, 5 и более уроках в неделю, за полугодие вдвое больше.",
    )
    quarter_norm: Norms = Field(
        default=(),
        description="Своя норма за четверть или триместр: отметок при 1, 2, 3, … уроках в неделю, последнее число — и"
        " при большем, например [3, 5, 7]. Пусто — по preset.",
    )
    half_year_norm: Norms = Field(default=(), description="То же за полугодие. Пусто — по preset.")


class CheckSettings(Section):
    """Проверки."""

    stale_after_hours: int = Field(
        default=72, ge=1, description="Журнал, прочитанный раньше, проверкой не оценивается: «нет данных»."
    )
    mend_within: dict[Literal["crit", "viol", "warn", "info"], Annotated[int, Field(ge=0, le=200)]] = Field(
        default={"crit": 1, "viol": 3, "warn": 7},
        description="За сколько учебных дней исправить замечание, по тяжести: crit — срочно, viol — нарушение,"
        " warn — внимание, info — к сведению. Дольше — «просрочено»; какой тяжести здесь нет, та срока не имеет.",
    )


class Role(StrEnum):
    """Who somebody is to the service (rules.md §1); the values stand in settings and answers."""

    TEACHER = "teacher"
    CLASS_TEACHER = "class_teacher"
    DEPUTY = "deputy"
    IKT_DEPUTY = "ikt_deputy"
    ADMINISTRATOR = "administrator"
    DIRECTOR = "director"
    CLERK = "clerk"


SeverityName = Literal["info", "warn", "viol", "crit"]


class RuleEntry(Section):
    """Что у правила не так, как в каталоге (docs/rules.md): везде или по предметам, классам, параллелям."""

    id: str = Field(min_length=1, description="Правило.")
    subjects: tuple[str, ...] = Field(default=(), description="Только по этим предметам; пусто — по всем.")
    classes: tuple[str, ...] = Field(default=(), description="Только в этих классах; пусто — во всех.")
    grades: Grades | None = Field(default=None, description="Только в параллелях с какой по какую; без него — во всех.")
    enabled: bool | None = Field(default=None, description="false — не проверять, true — проверять.")
    severity: SeverityName | None = Field(
        default=None,
        description="Тяжесть вместо той, что в каталоге (вместо обеих, если их две): info — к сведению, warn —"
        " внимание, viol — нарушение, crit — срочно.",
    )
    recipients: tuple[Role, ...] | None = Field(
        default=None, min_length=1, description="Кому сообщать вместо тех, кто в каталоге. Роли — как в [[people]]."
    )
    params: dict[str, Any] = Field(
        default_factory=dict, description="Параметры правила; какие есть и что допустимо, скажет docs/rules.md."
    )
    act: str | None = Field(
        default=None, min_length=1, description="Локальный акт, который это установил: печатается при замечании."
    )

    @property
    def everywhere(self) -> bool:
        """Whether the entry is about the whole school."""
        return not self.subjects and not self.classes and self.grades is None

    @model_validator(mode="after")
    def _changes_something(self) -> "RuleEntry":
        if not self.params and all(value is None for value in (self.enabled, self.severity, self.recipients, self.act)):
            raise ValueError("здесь ничего не меняется: нужен enabled, severity, recipients, params или act")
        return self


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class MailSettings(Section):
    """Почта. Без раздела [mail] сводки только складываются в папку."""

    host: str = Field(min_length=1, description="Почтовый сервер.")
    port: int = Field(default=465, ge=1, le=65535, description="Порт.")
    security: MailSecurity = Field(
        default=MailSecurity.TLS, description="tls, starttls; none — только для сервера на этом же компьютере."
    )
    ca_file: Path | None = Field(default=None, description="Файл корневых сертификатов почтового сервера.")
    login: str | None = Field(
        default=None, description=f"Логин на почтовом сервере; пароль — в переменной {SMTP_PASSWORD_VARIABLE}."
    )
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="Адрес отправителя.")
    domains: tuple[str, ...] = Field(min_length=1, description="Только в эти домены разрешено отправлять письма.")

    @model_validator(mode="after")
    def _open_mail_stays_on_this_machine(self) -> "MailSettings":
        if self.security is MailSecurity.NONE and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError('security = "none" разрешено только для localhost')
        return self


class Person(Section):
    """Получатель сводок."""

    name: str = Field(min_length=1, description="Имя и отчество, как обращаться.")
    role: Role = Field(description="Роль: " + ", ".join(role.value for role in Role) + ".")
    email: str | None = Field(
        default=None, pattern=r"^[^@\s]+@[^@\s]+$", description="Адрес; без него — только в папку."
    )
    classes: tuple[str, ...] = Field(
        default=(), description="Классы (для классного руководителя и завуча); пусто — все."
    )
    subjects: tuple[str, ...] = Field(default=(), description="Предметы, за которые отвечает завуч; пусто — все.")
    staff_id: int | None = Field(default=None, description="Номер (id) сотрудника в «Сетевом городе», для учителя.")


class GostEdition(StrEnum):
    """Which edition of ГОСТ Р 7.0.97 sets the margins (reports.md §2.3)."""

    OF_2016 = "2016"
    OF_2025 = "2025"


class PdfPart(StrEnum):
    """Which part of PDF/A files claim (reports.md §2.2)."""

    A_1B = "a-1b"
    A_2B = "a-2b"


class PaperSettings(Section):
    """Документы на бумаге: отчёты, ведомости, бумажные копии журналов."""

    gost: GostEdition = Field(
        default=GostEdition.OF_2025,
        description="Редакция ГОСТ Р 7.0.97: 2025 — текст 14 пунктов через полтора интервала, левое поле 20 мм (у"
        " бумаг, которые хранят больше 10 лет, 30); 2016 — 12 пунктов через один, 30 мм у всех.",
    )
    pdf_part: PdfPart = Field(default=PdfPart.A_2B, description="Вид PDF/A: a-2b или a-1b.")
    director: str = Field(default="", description="Директор: фамилия и инициалы для подписей. Пусто — линия.")
    deputy: str = Field(default="", description="Заместитель директора по учебной работе: то же.")
    clerk: str = Field(default="", description="Документовед: то же.")
    address: str = Field(default="", description="Адрес школы для актов об уничтожении данных. Пусто — линия.")
    sample_percent: int = Field(
        default=5, ge=1, le=100,
        description="Сколько процентов заполненных клеток бумажной копии журнала сверяют с «Сетевым городом».",
    )  # fmt: skip
    sample_cells: int = Field(default=1000, ge=10, description="Сколько клеток сверяют самое большее.")


class RetentionSettings(Section):
    """Сроки хранения (пункты 7.1, 7.2)."""

    journal_years: int = Field(default=5, ge=1, le=75, description="Сколько лет хранят журналы.")
    summary_years: int = Field(default=25, ge=1, le=75, description="Сколько лет хранят сводные ведомости.")
    warn_days: int = Field(default=60, ge=0, le=366, description="За сколько дней предупредить о конце срока.")
    source: str = Field(
        default="Положение об электронном журнале, пункты 7.1 и 7.2", min_length=1,
        description="Чем установлены сроки: положение или номенклатура дел школы.",
    )  # fmt: skip


class ScheduleSettings(Section):
    """Расписание службы: строки cron, время школы."""

    sync: CronLine = Field(default="30 1 * * *", description="Чтение журналов и проверка.")
    digest: CronLine = Field(default="0 7 * * 1-5", description="Сводки.")
    report: CronLine = Field(default="0 5 * * *", description="Отчёты, срок которых настал и которых ещё нет.")
    backup: CronLine = Field(default="0 4 * * *", description="Резервная копия.")
    misfire_grace_minutes: int = Field(
        default=180, ge=1, description="Насколько можно опоздать с запуском, если компьютер был выключен."
    )


class Settings(Section):
    """All settings of one installation."""

    gis: GisSettings
    school: SchoolSettings
    storage: StorageSettings
    sync: SyncSettings = SyncSettings()
    exchange: ExchangeSettings = ExchangeSettings()
    local_acts: LocalActs = LocalActs()
    calendar: CalendarSettings = CalendarSettings()
    deadlines: DeadlineSettings = DeadlineSettings()
    accumulation: AccumulationSettings = AccumulationSettings()
    checks: CheckSettings = CheckSettings()
    rules: tuple[RuleEntry, ...] = Field(
        default=(),
        description="Правила, которые у школы не такие, как в каталоге: netcity-sync rules list. Разделов [[rules]]"
        " может быть сколько угодно, и об одном правиле несколько: они действуют по порядку, последний важнее.",
    )
    paper: PaperSettings = PaperSettings()
    retention: RetentionSettings = RetentionSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    family: FamilySettings | None = None
    mail: MailSettings | None = None
    people: tuple[Person, ...] = Field(default=(), description="Кому сводки. По разделу на человека:")

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return ZoneInfo(self.school.timezone)

    @property
    def exchange_folder(self) -> Path:
        """Where people put tables for what no account can read."""
        return self.exchange.folder or self.storage.data_dir / "exchange"

    def password(self) -> SecretStr:
        """The GIS password: from the environment, else from the password file.

        Raises SettingsError where there is none, or the file is readable by others.
        """
        return _secret(PASSWORD_VARIABLE, self.gis.password_file, "gis.password_file", "«Сетевой город»")

    def family_password(self) -> SecretStr:
        """The password of the parent's account, found and refused as `password` is."""
        path = self.family.password_file if self.family is not None else None
        return _secret(FAMILY_PASSWORD_VARIABLE, path, "family.password_file", "«Сетевой город» от имени родителя")


def _secret(variable: str, path: Path | None, key: str, where_to: str) -> SecretStr:
    from_environment = os.environ.get(variable)
    if from_environment:
        return SecretStr(from_environment)
    if path is None:
        raise SettingsError(
            f"Не указан пароль для входа в {where_to}.",
            where=f"переменная {variable} или ключ {key}",
            todo=f"Задайте переменную {variable} или укажите файл с паролем.",
        )
    return SecretStr(_read_secret(path, key))


def _read_secret(path: Path, key: str) -> str:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise SettingsError(
                "Файл с паролем могут прочитать другие пользователи компьютера.",
                where=str(path),
                todo=f"Выполните: chmod 600 {path}",
            )
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("Файл с паролем не читается.", where=str(path), todo=f"Проверьте ключ {key}.") from error


def find_config(given: Path | None) -> Path:
    """The settings file to use: the one given, else ./config.toml, else the platform's folder for settings."""
    if given is not None:
        return given
    here = Path("config.toml")
    return here if here.exists() else platformdirs.user_config_path("netcity-sync") / "config.toml"


def load_settings(path: Path) -> Settings:
    """Read and validate a settings file. Relative paths in it are relative to its folder.

    Raises SettingsError naming the file, each key that is wrong and what is allowed there.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError(
            "Нет файла настроек.", where=str(path), todo="Создайте его командой: netcity-sync init"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("Файл настроек не читается.", where=str(path), todo="Сохраните его в UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"Ошибка в записи файла настроек: {error}.", where=str(path), todo="Исправьте указанную строку."
        ) from error
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        problems = "\n".join(f"  {explain(item)}" for item in error.errors(include_input=False, include_url=False))
        raise SettingsError(
            f"В настройках есть ошибки:\n{problems}",
            where=str(path),
            todo="Исправьте эти ключи; все допустимые описаны в config.example.toml.",
        ) from error
    return with_absolute_paths(settings, path.resolve().parent)


def with_absolute_paths(settings: Settings, base: Path) -> Settings:
    """The settings with every path in them relative to `base` made absolute."""
    storage = settings.storage.model_copy(update={"data_dir": base / settings.storage.data_dir.expanduser()})
    files = {
        name: base / value.expanduser()
        for name in ("password_file", "ca_file")
        if (value := getattr(settings.gis, name)) is not None
    }
    exchange = settings.exchange
    if exchange.folder is not None:
        exchange = exchange.model_copy(update={"folder": base / exchange.folder.expanduser()})
    update: dict[str, object] = {"exchange": exchange, "storage": storage, "gis": settings.gis.model_copy(update=files)}
    if settings.family is not None and settings.family.password_file is not None:
        path = base / settings.family.password_file.expanduser()
        update["family"] = settings.family.model_copy(update={"password_file": path})
    if settings.mail is not None and settings.mail.ca_file is not None:
        update["mail"] = settings.mail.model_copy(update={"ca_file": base / settings.mail.ca_file.expanduser()})
    return settings.model_copy(update=update)


_EXPLANATIONS = {
    "missing": "обязательный ключ не указан",
    "extra_forbidden": "такого ключа нет",
    "greater_than": "должно быть больше {gt}",
    "greater_than_equal": "должно быть не меньше {ge}",
    "less_than": "должно быть меньше {lt}",
    "less_than_equal": "должно быть не больше {le}",
    "string_too_short": "значение не должно быть пустым",
    "string_pattern_mismatch": "неверный вид значения",
    "too_short": "нужно хотя бы одно значение",
    "too_long": "слишком много значений",
    "enum": "допустимо только: {expected}",
    "literal_error": "допустимо только: {expected}",
    "value_error": "{error}",
}
_KINDS = {
    "int": "нужно целое число", "float": "нужно число", "string": "нужна строка в кавычках",
    "bool": "нужно true или false", "date": "нужна дата, пример: 2026-11-04", "time": "нужно время, пример: \"23:59\"",
    "url": "нужен адрес, пример: https://sgo.example.ru", "path": "нужен путь к файлу или папке",
    "tuple": "нужен список", "model": "нужен раздел", "dict": "нужен раздел",
}  # fmt: skip


def explain(item: Any) -> str:
    """One pydantic error as a Russian line: the key as it stands in the file, and what is allowed."""
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in item["loc"]).lstrip(".")
    kind = str(item["type"])
    template = _EXPLANATIONS.get(kind) or _KINDS.get(kind.partition("_")[0]) or "недопустимое значение"
    context = {name: str(value).replace(" or ", " или ") for name, value in item.get("ctx", {}).items()}
    return f"{key or 'файл'}: {template.format(**context)}"
