"""The act about journals that are destroyed, and the extract of the log that proves it (reports.md §2.4).

What both must hold is said in the order of Роскомнадзор № 179 of 28.10.2022: whose data, which, in which system, why,
when, by whom; they are kept for three years.
"""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from netcity_sync.reports.document import Column, Document, Kind, Section, Signature, Table
from netcity_sync.reports.page import page_of
from netcity_sync.russian import full_date, plural, size
from netcity_sync.settings import PaperSettings

KEEP_YEARS = 3
ORDER = "приказ Роскомнадзора от 28.10.2022 № 179"
SYSTEM = "Зеркало электронного журнала netcity_sync (копия записей ГИС «Сетевой город»)"
CATEGORIES = "фамилия, имя, отчество; класс; отметки текущего контроля; посещаемость уроков; задания"
_WAY = "Файлы архива удалены с диска; строки базы данных удалены, освободившиеся страницы базы перезаписаны нулями."


class Act(BaseModel):
    """An act: what was decided, and what it destroys. `begun_at` is UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    number: str
    dated: date
    reason: str
    by: str
    commission: tuple[str, ...]
    school: str
    year: str
    kept_until: date
    begun_at: datetime
    destroyed_on: date
    classes: tuple[str, ...]
    files: int
    bytes: int
    rows: dict[str, int]
    raw_answers: int
    subjects: int

    @property
    def words(self) -> str:
        """«акт № 3 от 10.01.2033»."""
        return f"акт № {self.number} от {full_date(self.dated)}"

    @property
    def keep_until(self) -> date:
        """The last day of keeping the act itself."""
        day, year = self.destroyed_on, self.destroyed_on.year + KEEP_YEARS
        return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def act_document(act: Act, paper: PaperSettings) -> Document:
    """The act, to be signed by hand."""
    rows = (
        ("Файлы архива: журналы", plural(act.files, "файл", "файла", "файлов"), size(act.bytes)),
        ("Записи базы данных", plural(sum(act.rows.values()), "строка", "строки", "строк"), "mirror.db"),
        ("Исходные ответы «Сетевого города»", plural(act.raw_answers, "ответ", "ответа", "ответов"), "raw.db"),
    )
    table = Table("Что уничтожено", (Column("Что", width=3), Column("Сколько"), Column("Объём или файл")), rows)
    return Document(
        title=f"Акт № {act.number} об уничтожении электронных журналов",
        subtitle=f"За {act.year} учебный год, классы: {', '.join(act.classes)}",
        facts=(
            ("Дата акта", full_date(act.dated)),
            ("Оператор", act.school),
            ("Информационная система", SYSTEM),
            ("Чьи данные", f"{plural(act.subjects, 'обучающийся', 'обучающихся', 'обучающихся')}; поимённо — в выгрузке"
                           " из журнала, приложенной к акту"),
            ("Категории данных", CATEGORIES),
            ("Срок хранения кончился", full_date(act.kept_until)),
            ("Причина уничтожения", act.reason),
            ("Способ", _WAY),
            ("Дата уничтожения", full_date(act.destroyed_on)),
            ("Уничтожил", act.by),
        ),
        sections=(
            Section("Уничтожено", tables=(table,)),
            Section("Оставлено", ("Сводные ведомости успеваемости (срок хранения 25 лет) и итоговые отметки, на которых"
                                  " они основаны.",)),
        ),
        notes=(
            f"Составлен по пункту 7.1 положения; содержание — {ORDER}.",
            f"Акт и выгрузку хранят {plural(KEEP_YEARS, 'год', 'года', 'лет')} со дня уничтожения:"
            f" до {full_date(act.keep_until)}.",
            "Резервные копии, сделанные раньше, держат эти данные, пока не удалены: см. папку backups.",
        ),
        made_at=act.begun_at,
        page=page_of(paper),
        signatures=(Signature("Уничтожил", act.by), *(Signature("Член комиссии", name) for name in act.commission)),
    )  # fmt: skip


def log_document(act: Act, names: Sequence[str], paper: PaperSettings) -> Document:
    """The extract of the log: a row a pupil."""
    columns = (
        Column("ФИО", width=2), Column("Категории персональных данных", width=3), Column("ИСПДн", width=2),
        Column("Причина", width=2), Column("Дата", Kind.DATE),
    )  # fmt: skip
    rows = tuple((name or "—", CATEGORIES, SYSTEM, act.reason, act.destroyed_on) for name in names)
    return Document(
        title="Выгрузка из журнала регистрации событий",
        subtitle=f"Уничтожение электронных журналов за {act.year} учебный год, {act.words}",
        facts=(("Оператор", act.school), ("Начато", f"{act.begun_at:%d.%m.%Y %H:%M} UTC")),
        sections=(Section("Субъекты персональных данных", tables=(Table("Выгрузка", columns, rows),)),),
        notes=(f"Содержание — {ORDER}. Хранить {plural(KEEP_YEARS, 'год', 'года', 'лет')} вместе с актом.",),
        made_at=act.begun_at,
        page=page_of(paper, landscape=True),
    )
