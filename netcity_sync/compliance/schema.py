"""The tables of findings and checks, in the mirror's file, and how people read them."""

from sqlite_utils import Database, Migrations

from netcity_sync.mirror.schema import Column, Record, record_ddl
from netcity_sync.mirror.views import View, drop_views, in_words, make_views, readable

_FIRST_TABLES = (
    Record(
        "check_run", "Проверка: какие правила по какому прогону",
        (
            Column("check_id", "INTEGER PRIMARY KEY", "Номер по порядку"),
            Column("checked_at", "TEXT NOT NULL", "Когда проверяли, UTC"),
            Column("run_id", "INTEGER NOT NULL REFERENCES run(run_id)", "Прогон, после которого"),
            Column("rules", "TEXT NOT NULL", "Правила, список JSON"),
            Column("findings", "INTEGER NOT NULL", "Сколько нарушений стоит"),
            Column("no_data", "INTEGER NOT NULL", "Скольких случаев нельзя было оценить"),
            Column("program_version", "TEXT NOT NULL", "Версия программы"),
        ),
    ),
    Record(
        "finding", "Замечание и его жизнь",
        (
            Column("id", "TEXT NOT NULL", "Номер, например MRK-01-3f9a2c41d0"),
            Column("rule", "TEXT NOT NULL", "Правило"),
            Column("kind", "TEXT NOT NULL CHECK (kind IN ('state', 'event'))",
                   "state — так стоит сейчас, event — случилось однажды"),
            Column("clause", "TEXT NOT NULL", "Пункт положения"),
            Column("title", "TEXT NOT NULL", "Название правила"),
            Column("severity", "TEXT NOT NULL CHECK (severity IN ('info', 'warn', 'viol', 'crit'))",
                   "Тяжесть: info, warn, viol, crit — от лёгкой к тяжёлой"),
            Column("message", "TEXT NOT NULL", "Что не так, словами"),
            Column("recipients", "TEXT NOT NULL", "Чьё это дело: роли, список JSON"),
            Column("place", "TEXT NOT NULL", "Где: номера журнала, периода, урока, ученика, задания; JSON"),
            Column("class_id", "INTEGER", "Класс"),
            Column("class_name", "TEXT NOT NULL", "Название класса"),
            Column("subject_name", "TEXT NOT NULL", "Название предмета"),
            Column("teacher_ids", "TEXT NOT NULL", "Учителя, список JSON номеров"),
            Column("status", "TEXT NOT NULL CHECK (status IN ('open', 'fixed'))", "open — открыто, fixed — исправлено"),
            Column("opened_at", "TEXT NOT NULL", "Когда открыто, UTC"),
            Column("fixed_at", "TEXT", "Когда исправлено, UTC"),
            Column("episode", "INTEGER NOT NULL DEFAULT 1", "В который раз открыто"),
            Column("proof", "TEXT NOT NULL", "На чём основано: записи и чтения; JSON"),
            Column("act", "TEXT NOT NULL DEFAULT ''", "Локальный акт, на котором основано"),
        ),
        key=("id",),
    ),
)  # fmt: skip

_PAST = Record(
    "finding_past", "Прежняя жизнь замечания, которое исправили, а потом нашли снова",
    (
        Column("id", "TEXT NOT NULL", "Номер замечания"),
        Column("opened_at", "TEXT NOT NULL", "Когда было открыто, UTC"),
        Column("fixed_at", "TEXT NOT NULL", "Когда было исправлено, UTC"),
    ),
    key=("id", "opened_at"),
)  # fmt: skip

CHECK_TABLES = (*_FIRST_TABLES, _PAST)

_SEVERITIES = (
    ("'info'", "к сведению"), ("'warn'", "внимание"), ("'viol'", "нарушение"), ("'crit'", "срочно"),
)  # fmt: skip
_STATUSES = (("'open'", "открыто"), ("'fixed'", "исправлено"))

VIEWS = (
    View(
        "v_finding", "Замечания: что не так, чьё, с какого дня и исправлено ли",
        (
            ("Номер", "f.id"),
            ("Тяжесть", in_words("f.severity", _SEVERITIES)),
            ("Класс", "f.class_name"),
            ("Предмет", "f.subject_name"),
            ("Учителя", "(SELECT group_concat(name, ', ') FROM json_each(f.teacher_ids) h CROSS JOIN staff"
                        " ON staff.staff_id = h.value AND staff.seen_to IS NULL)"),
            ("Правило", "f.rule"),
            ("Пункт", "f.clause"),
            ("Что требуется", "f.title"),
            ("Замечание", "f.message"),
            ("Локальный акт", "f.act"),
            ("Состояние", in_words("f.status", _STATUSES)),
            ("Открыто, UTC", readable("f.opened_at")),
            ("Исправлено, UTC", readable("f.fixed_at")),
            ("В который раз", "f.episode"),
        ),
        "FROM finding f",
    ),
    View(
        "v_check", "Проверки: когда, по какому прогону, сколько нашли",
        (
            ("Проверка", "c.check_id"),
            ("Когда, UTC", readable("c.checked_at")),
            ("После прогона", "c.run_id"),
            ("Правил", "json_array_length(c.rules)"),
            ("Нарушений", "c.findings"),
            ("Нельзя оценить", "c.no_data"),
            ("Версия программы", "c.program_version"),
        ),
        "FROM check_run c",
    ),
)  # fmt: skip

migrations = Migrations("compliance")


@migrations()
def findings_and_checks(db: Database) -> None:
    """A row a finding with its life, a row a check."""
    for record in _FIRST_TABLES:
        db.execute(record_ddl(record))
    db.execute("CREATE INDEX finding_by_status ON finding (status, rule)")


@migrations()
def former_lives_of_findings(db: Database) -> None:
    """A row a life that ended: what was found, fixed, and found again keeps when that was."""
    db.execute(record_ddl(_PAST))


@migrations()
def readable_views(db: Database) -> None:
    """Views that people read."""
    make_views(db, VIEWS)


@migrations()
def acts_of_findings(db: Database) -> None:
    """A finding names the local act behind it."""
    drop_views(db, VIEWS)
    if "act" not in {column.name for column in db["finding"].columns}:
        db.execute("ALTER TABLE finding ADD COLUMN act TEXT NOT NULL DEFAULT ''")
    make_views(db, VIEWS)
