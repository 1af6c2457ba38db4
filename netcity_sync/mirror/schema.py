"""The mirror's tables: what is kept, declared once; migrations, merge, views and the docs page follow it.

A row of an entity's table is one version of a record: `seen_from` is the run that first saw it so, `seen_to` the run
that no longer did (null: current). `missing_from` is the first run that did not see it, while that is not confirmed,
or was not before `seen_to`.
"""

from dataclasses import dataclass

from netcity_sync.adapters.source import ScopeKind
from netcity_sync.model import AttendanceCode, FinalKind


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its SQL declaration without the name, and what it holds."""

    name: str
    declaration: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """An entity's table. A scope owns the rows that agree with it in the `scope` columns.

    A record absent from one good read is gone at once where `gone_at_once`, else after a second look (merge.py).
    """

    name: str
    meaning: str
    key: tuple[Column, ...]
    values: tuple[Column, ...]
    scope: tuple[str, ...] = ()
    gone_at_once: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """Key and value columns in their order."""
        return self.key + self.values


@dataclass(frozen=True, slots=True)
class Record:
    """A table that is not versioned; `key` is its primary key where no column declares one."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()


def _id(name: str, meaning: str) -> Column:
    return Column(name, "INTEGER NOT NULL", meaning)


def _text(name: str, meaning: str) -> Column:
    return Column(name, "TEXT NOT NULL", meaning)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, f"INTEGER NOT NULL CHECK ({name} IN (0, 1))", meaning)


_DAY = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]"


def _day(name: str, meaning: str) -> Column:
    return Column(name, f"""TEXT NOT NULL CHECK ("{name}" GLOB '{_DAY}')""", meaning)


def _run(name: str, meaning: str) -> Column:
    return Column(name, "INTEGER NOT NULL REFERENCES run(run_id)", meaning)


_CODES = " OR ".join(f"code = '{code.value}'" for code in AttendanceCode)
"""Seven comparisons: for a longer IN, SQLite would build a table a row."""

_JOURNAL = (_id("subject_group_id", "Журнал"), _id("term_id", "Учебный период"))
_IN_JOURNAL = ("subject_group_id", "term_id")

DICTIONARY_TABLES = (
    Table("school", "Школа", (_id("school_id", "Номер в ГИС"),), (_text("name", "Название"),)),
    Table(
        "school_year", "Учебный год", (_id("school_year_id", "Номер в ГИС"),),
        (_text("name", "Название"), _day("start", "Первый день"), _day("end", "Последний день"),
         _flag("closed", "Год закрыт")),
    ),
    Table(
        "term", "Учебный период", (_id("term_id", "Номер в ГИС"),),
        (_text("name", "Название"),
         Column("kind", "TEXT NOT NULL CHECK (kind IN ('quarter', 'trimester', 'half_year'))", "Вид периода"),
         _day("start", "Первый день"), _day("end", "Последний день")),
    ),
    Table("staff", "Сотрудник", (_id("staff_id", "Номер в ГИС"),), (_text("name", "Фамилия, имя, отчество"),)),
    Table(
        "school_class", "Класс", (_id("class_id", "Номер в ГИС"),),
        (_text("name", "Название"), _id("grade", "Параллель, 1–11")),
    ),
    Table(
        "class_chief", "Классный руководитель", (_id("class_id", "Класс"), _id("staff_id", "Сотрудник")), (),
    ),
    Table(
        "assignment_type", "Тип задания", (_id("type_id", "Номер в ГИС"),),
        (_text("name", "Название"), _text("abbr", "Сокращение")),
    ),
    Table(
        "subject_group", "Журнал: класс или подгруппа × предмет", (_id("subject_group_id", "Номер в ГИС"),),
        (_text("name", "Название"), _id("class_id", "Класс"), _id("subject_id", "Предмет"),
         _text("subject_name", "Название предмета"),
         Column("grading", "TEXT NOT NULL CHECK (grading IN ('marks', 'not_rated'))", "Ставятся ли отметки"),
         _flag("individual_plan", "Индивидуальный учебный план"), _flag("extracurricular", "Внеурочная деятельность")),
    ),
    Table(
        "subject_group_teacher", "Учитель журнала",
        (_id("subject_group_id", "Журнал"), _id("staff_id", "Сотрудник")), (),
    ),
    Table("subject_group_term", "Период журнала", _JOURNAL, ()),
)  # fmt: skip

ROSTER_TABLES = (
    Table(
        "enrolment", "Ученик в списке класса", (_id("class_id", "Класс"), _id("student_id", "Ученик")),
        (Column("start", f"TEXT CHECK (start GLOB '{_DAY}')", "Первый день в классе, если его сообщает ГИС"),),
        scope=("class_id",),
    ),
)  # fmt: skip

JOURNAL_TABLES = (
    Table("group_student", "Ученик в списке журнала", (*_JOURNAL, _id("student_id", "Ученик")), (), scope=_IN_JOURNAL),
    Table(
        "lesson", "Урок", (*_JOURNAL, _id("lesson_id", "Номер в ГИС")),
        (_day("date", "Дата"), _id("slot", "Номер урока в дне"), Column("topic", "TEXT", "Тема")), scope=_IN_JOURNAL,
    ),
    Table(
        "assignment", "Задание", (*_JOURNAL, _id("assignment_id", "Номер в ГИС")),
        (_id("type_id", "Тип задания"), _flag("homework", "Домашнее задание"),
         Column("lesson_id", "INTEGER", "Урок, в столбце которого стоит"),
         Column("given_at_lesson_id", "INTEGER", "Урок, на котором задано"),
         Column("text", "TEXT", "Название или текст"), _id("weight", "Вес")), scope=_IN_JOURNAL,
    ),
    Table(
        "mark", "Отметка",
        (*_JOURNAL, _id("student_id", "Ученик"), _id("assignment_id", "Задание; 0 — без задания"),
         _id("lesson_id", "Урок; 0 — неизвестен")),
        (Column("value", "INTEGER CHECK (value BETWEEN 1 AND 5)", "Отметка 1–5"), _flag("duty", "«Точка»"),
         Column("raw", "TEXT", "Иное содержимое клетки")), scope=_IN_JOURNAL,
    ),
    Table(
        "attendance", "Отметка о посещении", (*_JOURNAL, _id("student_id", "Ученик"), _id("lesson_id", "Урок")),
        (Column("code", f"TEXT NOT NULL CHECK ({_CODES})", "Код посещения"), _text("raw", "Код ГИС")),
        scope=_IN_JOURNAL,
    ),
)  # fmt: skip

ACCESS_TABLE = Table(
    "journal_access", "Запись отчёта о доступе к журналу",
    (_id("class_id", "Класс"), _id("month", "Год и месяц изменения, например 202610"),
     _text("subject_name", "Предмет, как напечатан"), _text("at", "Когда, время школы с точностью до минуты"),
     _text("user_name", "Кто"), _text("lesson_date", "Дата урока; пусто — не указана"),
     _text("term_name", "Период, как напечатан"), _text("action", "Что сделано, словами сервера")),
    (_id("times", "Сколько таких строк"),), scope=("class_id", "month"),
)  # fmt: skip

_FINAL_KINDS = ", ".join(f"'{kind.value}'" for kind in FinalKind)

FINAL_MARK_TABLE = Table(
    "final_mark", "Итоговая отметка",
    (_id("subject_group_id", "Журнал"), _id("student_id", "Ученик"),
     Column("kind", f"TEXT NOT NULL CHECK (kind IN ({_FINAL_KINDS}))",
            "Чего отметка: term — периода, year — года, exam — экзамена, final — итоговая"),
     _id("term_id", "Учебный период; 0 — не за период")),
    (Column("value", "INTEGER CHECK (value BETWEEN 1 AND 5)", "Отметка 1–5"),
     Column("raw", "TEXT", "Иное содержимое клетки, например н/а")), scope=("subject_group_id",),
)  # fmt: skip

STUDENT_TABLE = Table("student", "Ученик", (_id("student_id", "Номер в ГИС"),), (_text("name", "Фамилия и имя"),))

_FIRST_TABLES = (*DICTIONARY_TABLES, STUDENT_TABLE, *ROSTER_TABLES, *JOURNAL_TABLES)
ENTITY_TABLES = (*_FIRST_TABLES, ACCESS_TABLE, FINAL_MARK_TABLE)

TABLES_OF_SCOPE: dict[ScopeKind, tuple[Table, ...]] = {
    ScopeKind.DICTIONARIES: DICTIONARY_TABLES,
    ScopeKind.ROSTER: ROSTER_TABLES,
    ScopeKind.JOURNAL: JOURNAL_TABLES,
    ScopeKind.TERM_MARKS: (FINAL_MARK_TABLE,),
    ScopeKind.JOURNAL_ACCESS: (ACCESS_TABLE,),
}
"""The tables that hold what a scope of a kind says; names of pupils come with any of them."""

VERSION_COLUMNS = (
    _run("seen_from", "Прогон, который первым увидел запись такой"),
    Column("seen_to", "INTEGER REFERENCES run(run_id) CHECK (seen_to > seen_from)",
           "Прогон, который больше не увидел её такой; пусто — она такова и сейчас"),
    Column("missing_from", "INTEGER REFERENCES run(run_id)",
           "Первый прогон, который её не увидел, пока это не подтверждено следующими"),
)  # fmt: skip
"""What every entity's table has besides."""

RUN_STATUSES = ("running", "done", "partial", "failed", "interrupted")
"""How a run ended: `partial` when some scopes failed, `interrupted` when the process died."""

SCOPE_KINDS = tuple(kind.value for kind in ScopeKind)

RECORD_TABLES = (
    Record(
        "run", "Прогон: чтение журналов или приём папки обмена",
        (
            Column("run_id", "INTEGER PRIMARY KEY", "Номер по порядку"),
            _text("started_at", "Когда начался, UTC"),
            Column("finished_at", "TEXT", "Когда кончился, UTC"),
            Column("status", f"TEXT NOT NULL CHECK (status IN {RUN_STATUSES})",
                   "Чем кончился: running, done, partial, failed, interrupted"),
            Column("resumes", "INTEGER REFERENCES run(run_id)", "Прогон, который этот дочитывает"),
            _text("program_version", "Версия программы"),
            Column("error", "TEXT", "Вид ошибки, которая его оборвала"),
        ),
    ),
    Record(
        "scope", "То, что читается целиком за один раз: справочники, список класса, журнал за период",
        (
            Column("scope_id", "INTEGER PRIMARY KEY", "Номер по порядку"),
            Column("key", "TEXT NOT NULL UNIQUE", "Имя, например journal:340:7"),
            Column("kind", f"TEXT NOT NULL CHECK (kind IN {SCOPE_KINDS})",
                   "Вид: dictionaries, roster, journal, term_marks, journal_access"),
            Column("class_id", "INTEGER", "Класс, если это список или отчёт о доступе"),
            Column("subject_group_id", "INTEGER", "Журнал"),
            Column("term_id", "INTEGER", "Учебный период журнала"),
            Column("month", "INTEGER", "Год и месяц отчёта о доступе, например 202610"),
            Column("payload_hash", "BLOB CHECK (length(payload_hash) = 32)",
                   "SHA-256 последнего принятого ответа сервера"),
            _flag("unconfirmed", "Есть записи, пропажа которых ещё не подтверждена"),
        ),
    ),
    Record(
        "scope_read", "Чтение: как прошла одна часть прогона",
        (
            Column("scope_id", "INTEGER NOT NULL REFERENCES scope(scope_id)", "Что читали"),
            _run("run_id", "В каком прогоне"),
            _id("began", "Когда начали, секунды UTC с 1970 года"),
            _id("ended", "Когда кончили, так же"),
            Column("payload_hash", "BLOB CHECK (length(payload_hash) = 32)",
                   "SHA-256 ответа; пусто — тот же, что при прошлом удачном чтении, или чтение не удалось"),
            _id("changed_rows", "Сколько записей изменилось"),
            _flag("anew", "История до этого чтения несравнима: она разобрана прежней версией программы"),
            Column("error", "TEXT", "Почему не прочитано; пусто — прочитано целиком"),
        ),
        key=("scope_id", "run_id"),
    ),
    Record(
        "capability", "Что умел сообщать источник",
        (_run("run_id", "В каком прогоне"), _text("name", "Что: marks, topics, attendance, …")),
        key=("run_id", "name"),
    ),
    Record(
        "drift", "Чем ответы сервера отличаются от ожидаемых",
        (
            Column("kind", "TEXT NOT NULL CHECK (kind IN ('unknown', 'vanished'))",
                   "unknown — новое поле, vanished — поля больше нет"),
            _text("call", "Запрос"),
            _text("field", "Поле"),
            _run("first_run", "Когда замечено впервые"),
            _run("last_run", "Когда замечено в последний раз"),
            _id("times", "Сколько раз всего"),
            Column("told_at", "TEXT", "Когда об этом сказано администратору, UTC"),
        ),
        key=("kind", "call", "field"),
    ),
)  # fmt: skip
"""What the mirror keeps of its own work, not versioned."""


def table_ddl(table: Table) -> str:
    """The statement that creates an entity's table."""
    key = ", ".join([*(column.name for column in table.key), "seen_from"])
    return _ddl(table.name, (*table.columns, *VERSION_COLUMNS), key)


def record_ddl(record: Record) -> str:
    """The statement that creates a table that is not versioned."""
    return _ddl(record.name, record.columns, ", ".join(record.key))


def _ddl(name: str, columns: tuple[Column, ...], key: str) -> str:
    lines = [f'"{column.name}" {column.declaration}' for column in columns]
    body = ",\n  ".join([*lines, f"PRIMARY KEY ({key})"] if key else lines)
    return f"CREATE TABLE {name} (\n  {body}\n) STRICT{', WITHOUT ROWID' if key else ''}"


def current_view_ddl(table: Table) -> str:
    """The statement that creates the view of an entity's current rows."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return (
        f"CREATE VIEW current_{table.name} AS SELECT {names}, seen_from, missing_from"
        f" FROM {table.name} WHERE seen_to IS NULL"
    )
