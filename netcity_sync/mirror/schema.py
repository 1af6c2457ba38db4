"""The mirror's tables: what is kept of every entity, declared once; migrations and merge follow it.

A row is one version of a record: `seen_from` is the run that first saw it so, `seen_to` the run that no longer did
(null: current). `missing_from` is the first run of an absence that is not confirmed yet, or was before `seen_to`.
"""

from dataclasses import dataclass

from sqlite_utils import Database, Migrations


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


def _id(name: str, meaning: str) -> Column:
    return Column(name, "INTEGER NOT NULL", meaning)


def _text(name: str, meaning: str) -> Column:
    return Column(name, "TEXT NOT NULL", meaning)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, f"INTEGER NOT NULL CHECK ({name} IN (0, 1))", meaning)


_JOURNAL = (_id("subject_group_id", "Журнал"), _id("term_id", "Учебный период"))
_IN_JOURNAL = ("subject_group_id", "term_id")

DICTIONARY_TABLES = (
    Table("school", "Школа", (_id("school_id", "Номер в ГИС"),), (_text("name", "Название"),)),
    Table(
        "school_year", "Учебный год", (_id("school_year_id", "Номер в ГИС"),),
        (_text("name", "Название"), _text("start", "Первый день"), _text("end", "Последний день"),
         _flag("closed", "Год закрыт")),
    ),
    Table(
        "term", "Учебный период", (_id("term_id", "Номер в ГИС"),),
        (_text("name", "Название"),
         Column("kind", "TEXT NOT NULL CHECK (kind IN ('quarter', 'trimester', 'half_year'))", "Вид периода"),
         _text("start", "Первый день"), _text("end", "Последний день")),
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
        (Column("start", "TEXT", "Первый день в классе, если его сообщает ГИС"),), scope=("class_id",),
    ),
)  # fmt: skip

JOURNAL_TABLES = (
    Table("group_student", "Ученик в списке журнала", (*_JOURNAL, _id("student_id", "Ученик")), (), scope=_IN_JOURNAL),
    Table(
        "lesson", "Урок", (*_JOURNAL, _id("lesson_id", "Номер в ГИС")),
        (_text("date", "Дата"), _id("slot", "Номер урока в дне"), Column("topic", "TEXT", "Тема")), scope=_IN_JOURNAL,
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
        (Column(
            "code",
            "TEXT NOT NULL CHECK (code IN ('unexcused','excused','illness','unknown','late','exempt','remote'))",
            "Код посещения"), _text("raw", "Код ГИС")), scope=_IN_JOURNAL,
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

STUDENT_TABLE = Table("student", "Ученик", (_id("student_id", "Номер в ГИС"),), (_text("name", "Фамилия и имя"),))

_FIRST_TABLES = (*DICTIONARY_TABLES, STUDENT_TABLE, *ROSTER_TABLES, *JOURNAL_TABLES)
ENTITY_TABLES = (*_FIRST_TABLES, ACCESS_TABLE)

RUN_STATUSES = ("running", "done", "partial", "failed", "interrupted")
"""How a run ended: `partial` when some scopes failed, `interrupted` when the process died."""


def table_ddl(table: Table) -> str:
    """The statement that creates an entity's table with its index of current rows."""
    names = [column.name for column in table.key]
    columns = [f'"{column.name}" {column.declaration}' for column in table.columns]
    columns += [
        "seen_from INTEGER NOT NULL REFERENCES run(run_id)",
        "seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from)",
        "missing_from INTEGER REFERENCES run(run_id)",
        f"PRIMARY KEY ({', '.join([*names, 'seen_from'])})",
    ]
    body = ",\n  ".join(columns)
    return f"CREATE TABLE {table.name} (\n  {body}\n) STRICT, WITHOUT ROWID"


_SCOPE_READ_DDL = """
CREATE TABLE scope_read (
  run_id INTEGER NOT NULL REFERENCES run(run_id),
  scope TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ({kinds})),
  class_id INTEGER,
  subject_group_id INTEGER,
  term_id INTEGER,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  ok INTEGER NOT NULL CHECK (ok IN (0, 1)),
  payload_hash TEXT,
  changed_rows INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  PRIMARY KEY (run_id, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX scope_read_by_scope ON scope_read (scope, run_id);
CREATE INDEX scope_read_by_journal ON scope_read (subject_group_id, term_id, run_id);
"""
_FIRST_KINDS = "'dictionaries', 'roster', 'journal'"

_RUN_DDL = f"""
CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  status TEXT NOT NULL CHECK (status IN ({", ".join(repr(status) for status in RUN_STATUSES)})),
  resumes INTEGER REFERENCES run(run_id),
  program_version TEXT NOT NULL,
  error TEXT
) STRICT;
{_SCOPE_READ_DDL.format(kinds=_FIRST_KINDS)}CREATE TABLE capability (
  name TEXT PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run(run_id)
) STRICT, WITHOUT ROWID;
"""

migrations = Migrations("mirror")


@migrations()
def first_schema(db: Database) -> None:
    """Runs, scope reads, and one table an entity with a view of its current rows."""
    _execute_all(db, _RUN_DDL)
    for table in _FIRST_TABLES:
        _create(db, table)


@migrations()
def journal_access_and_drift(db: Database) -> None:
    """Who touched which journal when; and how the answers of the GIS differ from what this version expects."""
    _create(db, ACCESS_TABLE)
    db.execute("ALTER TABLE scope_read RENAME TO old_scope_read")
    for index in ("scope_read_by_scope", "scope_read_by_journal"):
        db.execute(f"DROP INDEX {index}")
    _execute_all(db, _SCOPE_READ_DDL.format(kinds=f"{_FIRST_KINDS}, 'journal_access'"))
    db.execute("INSERT INTO scope_read SELECT * FROM old_scope_read")
    db.execute("DROP TABLE old_scope_read")
    db.execute(
        """
        CREATE TABLE drift (
          kind TEXT NOT NULL CHECK (kind IN ('unknown', 'vanished')),
          call TEXT NOT NULL,
          field TEXT NOT NULL,
          first_run INTEGER NOT NULL REFERENCES run(run_id),
          last_run INTEGER NOT NULL REFERENCES run(run_id),
          times INTEGER NOT NULL,
          told_at TEXT,
          PRIMARY KEY (kind, call, field)
        ) STRICT, WITHOUT ROWID
        """
    )


def _execute_all(db: Database, script: str) -> None:
    for statement in script.split(";"):
        if statement.strip():
            db.execute(statement)


def _create(db: Database, table: Table) -> None:
    """An entity's table with a view of its current rows."""
    db.execute(table_ddl(table))
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    db.execute(
        f"CREATE VIEW current_{table.name} AS SELECT {names}, seen_from, missing_from"
        f" FROM {table.name} WHERE seen_to IS NULL"
    )
