"""The page of the docs about the mirror's tables and views, made from their declarations.

It stands here since the tables of checks do, and no room further left may know them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from netcity_sync.compliance.schema import CHECK_TABLES
from netcity_sync.compliance.schema import VIEWS as CHECK_VIEWS
from netcity_sync.mirror.event_schema import EVENT_RECORD
from netcity_sync.mirror.event_schema import VIEWS as EVENT_VIEWS
from netcity_sync.mirror.exchange_schema import EXCHANGE_TABLES, TAKE_RECORD
from netcity_sync.mirror.exchange_views import VIEWS as EXCHANGE_VIEWS
from netcity_sync.mirror.raw_schema import RAW_TABLES
from netcity_sync.mirror.schema import (
    ACCESS_TABLE,
    DICTIONARY_TABLES,
    FINAL_MARK_TABLE,
    JOURNAL_TABLES,
    RECORD_TABLES,
    ROSTER_TABLES,
    STUDENT_TABLE,
    VERSION_COLUMNS,
    Column,
    Record,
    Table,
)
from netcity_sync.mirror.views import VIEWS, View

AnyTable = Table | Record


@dataclass(frozen=True, slots=True)
class Group:
    """Tables that are told of together, and how they hang together: lines of a Mermaid diagram."""

    title: str
    tables: tuple[AnyTable, ...]
    relations: tuple[str, ...] = ()


GROUPS = (
    Group(
        "Справочники", DICTIONARY_TABLES,
        (
            'school_class ||--o{ subject_group : "class_id"',
            'school_class ||--o{ class_chief : "class_id"',
            'staff ||--o{ class_chief : "staff_id"',
            'subject_group ||--o{ subject_group_teacher : "subject_group_id"',
            'staff ||--o{ subject_group_teacher : "staff_id"',
            'subject_group ||--o{ subject_group_term : "subject_group_id"',
            'term ||--o{ subject_group_term : "term_id"',
        ),
    ),
    Group(
        "Списки", (STUDENT_TABLE, *ROSTER_TABLES, JOURNAL_TABLES[0]),
        (
            'school_class ||--o{ enrolment : "class_id"',
            'student ||--o{ enrolment : "student_id"',
            'student ||--o{ group_student : "student_id"',
            'subject_group_term ||--o{ group_student : "subject_group_id, term_id"',
        ),
    ),
    Group(
        "Журнал", (*JOURNAL_TABLES[1:], FINAL_MARK_TABLE, ACCESS_TABLE),
        (
            'subject_group_term ||--o{ lesson : "subject_group_id, term_id"',
            'lesson |o--o{ assignment : "lesson_id, given_at_lesson_id"',
            'assignment_type ||--o{ assignment : "type_id"',
            'assignment |o--o{ mark : "assignment_id"',
            'lesson |o--o{ mark : "lesson_id"',
            'lesson ||--o{ attendance : "lesson_id"',
            'student ||--o{ mark : "student_id"',
            'student ||--o{ attendance : "student_id"',
            'subject_group ||--o{ final_mark : "subject_group_id"',
            'student ||--o{ final_mark : "student_id"',
            'term |o--o{ final_mark : "term_id"',
            'school_class ||--o{ journal_access : "class_id"',
        ),
    ),
    Group(
        "Прогоны и чтения", RECORD_TABLES,
        (
            'run |o--o| run : "resumes"',
            'run ||--o{ scope_read : "run_id"',
            'scope ||--o{ scope_read : "scope_id"',
            'run ||--o{ capability : "run_id"',
            'run ||--o{ drift : "first_run, last_run"',
        ),
    ),
    Group("Работа службы", (EVENT_RECORD,), ('run |o--o{ service_event : "run_id"',)),
    Group("Папка обмена", (TAKE_RECORD, *EXCHANGE_TABLES), ('run ||--o{ exchange_take : "run_id"',)),
    Group(
        "Проверки", CHECK_TABLES,
        (
            'run ||--o{ check_run : "run_id"',
            'school_class |o--o{ finding : "class_id"',
            'finding ||--o{ finding_past : "id"',
            'finding |o--o{ finding_exception : "finding_id"',
            'check_basis ||--o{ check_run : "rules_hash, settings_hash"',
        ),
    ),
)  # fmt: skip
"""All tables of the mirror's file."""

_RAW_GROUP = Group(
    "Ответы сервера: файл raw.db", RAW_TABLES,
    ('payload ||--|| payload_body : "payload_id"', 'dictionary |o--o{ payload_body : "dictionary_id"'),
)  # fmt: skip

ALL_VIEWS = (*VIEWS, *EVENT_VIEWS, *EXCHANGE_VIEWS, *CHECK_VIEWS)


@dataclass(frozen=True, slots=True)
class Example:
    """A question that people put to the mirror, and the SQL that answers it."""

    question: str
    sql: str


EXAMPLES = (
    Example(
        "Как стояли журналы на дату: последний прогон, начавшийся не позже неё, и версии, которые тогда действовали."
        " Так же спрашивают любую таблицу с версиями.",
        """\
WITH r AS (SELECT max(run_id) AS run FROM run WHERE started_at <= '2026-10-05T20:59:59Z' AND status <> 'running')
SELECT student.name, lesson.date, mark.value
FROM r CROSS JOIN mark
JOIN student ON student.student_id = mark.student_id
  AND student.seen_from <= run AND (student.seen_to IS NULL OR student.seen_to > run)
LEFT JOIN lesson ON lesson.subject_group_id = mark.subject_group_id AND lesson.term_id = mark.term_id
  AND lesson.lesson_id = mark.lesson_id
  AND lesson.seen_from <= run AND (lesson.seen_to IS NULL OR lesson.seen_to > run)
WHERE mark.seen_from <= run AND (mark.seen_to IS NULL OR mark.seen_to > run)
LIMIT 100""",
    ),
    Example(
        "Отметки класса, как они стоят сейчас:",
        """\
SELECT "Ученик", "Дата урока", "Отметка" FROM v_mark
WHERE "Класс" = '7А' AND "Предмет" = 'Химия' ORDER BY "Ученик", "Дата урока" LIMIT 1000""",
    ),
    Example(
        "Какие отметки исправляли или убирали:",
        """\
SELECT "Класс", "Предмет", "Ученик", "Дата урока", "Отметка", "Впервые увидено, UTC", "Перестало быть, UTC"
FROM v_mark_history WHERE "Перестало быть, UTC" IS NOT NULL ORDER BY "Перестало быть, UTC" DESC LIMIT 100""",
    ),
    Example(
        "Какие темы и когда дописали позже дня урока:",
        """\
SELECT "Класс", "Предмет", "Дата урока", "Тема", "Впервые увидено, UTC" FROM v_lesson
WHERE "Тема" IS NOT NULL AND date("Впервые увидено, UTC") > "Дата урока" LIMIT 100""",
    ),
    Example(
        "Когда какой журнал читался последний раз, давно не читанные сначала:",
        """\
SELECT "Класс", "Предмет", "Период", "Последнее чтение, UTC" FROM v_journal
ORDER BY "Последнее чтение, UTC" LIMIT 100""",
    ),
    Example(
        "Что не прочиталось и почему:",
        """\
SELECT "Начали, UTC", "Класс", "Предмет", "Как прошло" FROM v_read
WHERE "Как прошло" NOT IN ('прочитано', 'без изменений') ORDER BY "Прогон" DESC LIMIT 100""",
    ),
)  # fmt: skip

_HEAD = """\
# Зеркало: таблицы и представления

Зеркало — файл `mirror.db` в папке данных ([data-folder.md](data-folder.md)): база SQLite. Её открывает любая программа
для SQLite, например Datasette (`datasette mirror.db`) или sqlite-utils (`sqlite-utils rows mirror.db v_mark`).
Открывайте только для чтения: пишет в файл одна эта программа. Страница составлена из описаний в программе.

## Версии

Зеркало ничего не забывает. Строка таблицы с версиями — одна версия записи: она действовала с прогона `seen_from` до
прогона `seen_to`. После прогона R запись была такой, если

```sql
seen_from <= R AND (seen_to IS NULL OR seen_to > R)
```

* `seen_to` пусто — запись такова и сейчас; нынешние строки таблицы `X` показывает представление `current_X`.
* Запись, которой в очередном чтении не оказалось, остаётся, в `missing_from` отмечается прогон; если её нет и в
  следующем чтении, версия закрывается, а если она вернулась — начинается новая.
* Прогон — и чтение журналов, и приём папки обмена; когда он начался, сказано в таблице `run`. Когда читался именно этот
  журнал — в `scope_read`.
* Время прогонов и чтений — UTC. Дата и номер урока, время в отчёте о доступе — школьные.
* Номера (`…_id`) — те же, что в «Сетевом городе». Ключ записи — её ключевые столбцы, ключ строки — они же и
  `seen_from`.

| столбец | что в нём |
|---|---|
"""

_VIEWS_HEAD = """
## Представления для чтения

Имена вместо номеров, русские заголовки; моменты — UTC. Без `history` — журналы этого года, как они стоят сейчас;
с `history` — все версии, и прошлых лет. «Не видно с» — запись пропала из последнего чтения, это ещё не подтверждено.
`v_finding` и `v_check` появляются после первой проверки.

| представление | что в нём | столбцы |
|---|---|---|
"""

_TABLES_HEAD = """
## Таблицы

У таблиц с версиями на рисунках не показаны `seen_from`, `seen_to` и `missing_from`: они ведут в `run`.
Хэши ответов (`payload_hash`) ведут в файл `raw.db`, который лежит рядом: ответ сервера хранится там, сжатый, под
именем своей SHA-256 `storage.raw_days` дней после того, как его видели в последний раз.
"""


def guide_text() -> str:
    """The whole page."""
    return "".join([
        _HEAD, *_lines(VERSION_COLUMNS), _how_to_ask(), _VIEWS_HEAD, *(_view(view) for view in ALL_VIEWS), _TABLES_HEAD,
        *(_group(group) for group in (*GROUPS, _RAW_GROUP)),
    ])  # fmt: skip


def _lines(columns: Iterable[Column], key: Iterable[str] = ()) -> list[str]:
    keys = set(key)
    return [
        f"| `{column.name}`{' (ключ)' if column.name in keys else ''} | {_cell(column.meaning)} |\n"
        for column in columns
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _how_to_ask() -> str:
    parts = [f"\n{item.question}\n\n```sql\n{item.sql}\n```\n" for item in EXAMPLES]
    return "\n## Как спрашивать\n" + "".join(parts)


def _view(view: View) -> str:
    headings = ", ".join(f"«{heading}»" for heading, _ in view.columns)
    return f"| `{view.name}` | {_cell(view.meaning)} | {_cell(headings)} |\n"


def _group(group: Group) -> str:
    boxes = "".join(_box(table) for table in group.tables)
    relations = "".join(f"  {line}\n" for line in group.relations)
    drawing = f"\n### {group.title}\n\n```mermaid\nerDiagram\n{boxes}{relations}```\n"
    return drawing + "".join(_table(table) for table in group.tables)


def _box(table: AnyTable) -> str:
    keys = _keys(table)
    lines = [
        f"    {column.declaration.split()[0]} {column.name}{' PK' if column.name in keys else ''}\n"
        for column in table.columns
    ]
    return f"  {table.name} {{\n{''.join(lines)}  }}\n"


def _keys(table: AnyTable) -> tuple[str, ...]:
    if isinstance(table, Table):
        return tuple(column.name for column in table.key)
    return table.key or tuple(column.name for column in table.columns if "PRIMARY KEY" in column.declaration)


def _table(table: AnyTable) -> str:
    versions = " С версиями." if isinstance(table, Table) else ""
    head = f"\n#### `{table.name}`\n\n{table.meaning}.{versions}\n\n| столбец | что в нём |\n|---|---|\n"
    return head + "".join(_lines(table.columns, _keys(table)))
