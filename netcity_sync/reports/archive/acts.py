"""The act about journals that are destroyed, and the extract of the log that proves it (reports.md §2.4).

What both must hold is said in the order of Роскомнадзор № 179 of 28.10.2022: whose data, which, in which system, how,
why, when, by whom; they are kept for three years.
"""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from netcity_sync.mirror.purged_people import Subject
from netcity_sync.reports.document import Column, Document, Kind, Section, Signature, Table
from netcity_sync.reports.page import page_of
from netcity_sync.russian import full_date, full_date_time, plural, size
from netcity_sync.settings import PaperSettings, Settings

KEEP_YEARS = 3
ORDER = "приказ Роскомнадзора от 28.10.2022 № 179"
ORDER_UNTIL = date(2029, 3, 1)
"""The first day on which that order is no longer in force."""
SYSTEM = "Зеркало электронного журнала netcity_sync (копия записей ГИС «Сетевой город»)"
_WAY = (
    "Файлы удалены с диска. Строки баз данных удалены, освободившиеся страницы перезаписаны нулями, файлы баз"
    " переписаны заново без удалённого."
)
_DESTROYED, _SUBJECTS = "Что уничтожено", "Субъекты персональных данных"
_HAND = "________________"
ROW_WORDS = {
    "student": "Имена обучающихся", "enrolment": "Строки списков классов", "group_student": "Строки списков журналов",
    "lesson": "Уроки с темами", "assignment": "Задания", "mark": "Отметки", "attendance": "Отметки о посещении",
    "final_mark": "Итоговые отметки", "journal_access": "Записи о доступе к журналу", "staff": "Имена работников",
    "class_chief": "Кто классный руководитель", "subject_group_teacher": "Кто ведёт журнал",
    "substitution": "Замены", "exam_result": "Результаты экзаменов", "opt_out": "Отказы от дневника",
    "credential_issue": "Выдача реквизитов", "user_activity": "Активность пользователей",
    "local_act": "Кто назначен локальными актами", "enrolment_order": "Приказы о движении",
    "scope": "Что читалось из «Сетевого города»",
    "scope_read": "Когда и как это читалось", "finding": "Замечания", "finding_past": "Замечания прежних лет и раз",
    "finding_exception": "Исключения из замечаний",
}  # fmt: skip
"""What the rows are that a table loses, by its name."""


class Act(BaseModel):
    """An act: what was decided, and what it destroys. `begun_at` is UTC; `staff` are so many of the `subjects`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    number: str
    dated: date
    reason: str
    by: str
    commission: tuple[str, ...]
    school: str
    address: str = ""
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
    staff: int = 0
    data: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """«акт № 3 от 10.01.2033»."""
        return f"акт № {self.number} от {full_date(self.dated)}"

    @property
    def keep_until(self) -> date:
        """The last day of keeping the act itself."""
        day, year = self.destroyed_on, self.destroyed_on.year + KEEP_YEARS
        return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)

    @property
    def rows_by_words(self) -> tuple[tuple[str, int], ...]:
        """What each table that loses rows holds (Russian), and how many it loses."""
        return tuple((words, self.rows[name]) for name, words in ROW_WORDS.items() if self.rows.get(name))

    @property
    def subjects_words(self) -> str:
        """«25 обучающихся, 2 работника»."""
        pupils = plural(self.subjects - self.staff, "обучающийся", "обучающихся", "обучающихся")
        return f"{pupils}, {plural(self.staff, 'работник', 'работника', 'работников')}" if self.staff else pupils


def act_document(act: Act, paper: PaperSettings) -> Document:
    """The act, to be signed by hand."""
    return Document(
        title=f"Акт № {act.number} об уничтожении персональных данных: электронные журналы",
        subtitle=f"За {act.year} учебный год, классы: {', '.join(act.classes)}",
        facts=(
            ("Дата акта", full_date(act.dated)),
            ("Оператор", act.school),
            ("Адрес оператора", act.address or _HAND),
            ("По поручению оператора данные обрабатывал", f"никто / {_HAND}"),
            ("Информационная система", SYSTEM),
            ("Чьи данные", f"{act.subjects_words}; поимённо — в выгрузке из журнала, приложенной к акту"),
            ("Категории данных", "; ".join(act.data)),
            ("Срок хранения кончился", full_date(act.kept_until)),
            ("Причина уничтожения", act.reason),
            ("Способ", _WAY),
            ("Дата уничтожения", full_date(act.destroyed_on)),
            ("Уничтожил", act.by),
        ),
        sections=(
            Section(_DESTROYED, tables=(_destroyed(act),)),
            Section("Оставлено", (
                "Сводные ведомости успеваемости и итоговые отметки, на которых они основаны: в архиве года, папка"
                " summary. Бумажные журналы этим актом не уничтожаются.",
            )),
        ),
        notes=(
            f"Составлен по пункту 7.1 положения; содержание — {_order(act)}.",
            f"Акт и выгрузку хранят {plural(KEEP_YEARS, 'год', 'года', 'лет')} со дня уничтожения:"
            f" до {full_date(act.keep_until)}.",
            "Резервные копии, прежние отчёты и сводки держат эти данные, пока не удалены: папки backups, reports,"
            " digests.",
        ),
        made_at=act.begun_at,
        page=page_of(paper),
        signatures=(
            Signature(act.by, lead="Уничтожил"), *(Signature(name, lead="Член комиссии") for name in act.commission),
        ),
    )  # fmt: skip


def _order(act: Act) -> str:
    """What rules the contents; an order that was in force when this was written may be replaced by another."""
    if act.destroyed_on < ORDER_UNTIL:
        return ORDER
    return f"{ORDER} (действовал до {full_date(ORDER_UNTIL)}; сверьте с тем, что его заменил)"


def _destroyed(act: Act) -> Table:
    rows = (
        ("Файлы журналов: архив года и бумажные копии", act.files, size(act.bytes)),
        *((words, count, "mirror.db") for words, count in act.rows_by_words),
        ("Исходные ответы «Сетевого города»", act.raw_answers, "raw.db"),
    )
    return Table(
        _DESTROYED,
        (Column("Что", width=4), Column("Сколько", Kind.INTEGER), Column("Объём или файл базы", width=1.5)),
        rows,
    )


def log_document(act: Act, subjects: Sequence[Subject], settings: Settings) -> Document:
    """The extract of the log: a row a person. What is the same of all, and the kinds of data, stand once above them."""
    kinds = {what: str(number) for number, what in enumerate(act.data, 1)}
    legend = "; ".join(f"{number} — {what}" for what, number in kinds.items())
    columns = (
        Column("№", Kind.INTEGER, width=0.5), Column("ФИО", width=4), Column("Кто", width=1.3),
        Column("Категории данных", width=2.5),
    )  # fmt: skip
    rows = tuple(
        (number, item.name or "—", item.who.value, ", ".join(sorted((kinds[what] for what in item.data), key=int)))
        for number, item in enumerate(subjects, 1)
    )
    return Document(
        title="Выгрузка из журнала регистрации событий",
        subtitle=f"Уничтожение электронных журналов за {act.year} учебный год, {act.words}",
        facts=(
            ("Оператор", act.school),
            ("Информационная система", SYSTEM),
            ("Причина уничтожения", act.reason),
            ("Дата уничтожения", full_date(act.destroyed_on)),
            ("Начато", full_date_time(act.begun_at, settings.zone)),
            ("Чьи данные", f"{act.subjects_words}; система, причина и дата у всех одни"),
        ),
        sections=(
            Section(
                _SUBJECTS, (f"Категории персональных данных: {legend}.",), tables=(Table(_SUBJECTS, columns, rows),)
            ),
        ),
        notes=(f"Содержание — {_order(act)}. Хранить {plural(KEEP_YEARS, 'год', 'года', 'лет')} вместе с актом.",),
        made_at=act.begun_at,
        page=page_of(settings.paper),
    )
