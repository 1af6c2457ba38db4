"""The tables of findings and checks, in the mirror's file, and how people read them."""

from sqlite_utils import Database, Migrations

from netcity_sync.mirror.migrations import declare_anew
from netcity_sync.mirror.schema import Column, Record, record_ddl
from netcity_sync.mirror.views import View, drop_views, in_words, make_views, readable

_CHECK_RUN = Record(
    "check_run", "Проверка: какие правила по какому прогону",
    (
        Column("check_id", "INTEGER PRIMARY KEY", "Номер по порядку"),
        Column("checked_at", "TEXT NOT NULL", "Когда проверяли, UTC"),
        Column("run_id", "INTEGER NOT NULL REFERENCES run(run_id)", "Прогон, после которого"),
        Column("rules", "TEXT NOT NULL", "Правила, список JSON"),
        Column("findings", "INTEGER NOT NULL", "Сколько нарушений стоит"),
        Column("no_data", "INTEGER NOT NULL", "Скольких случаев нельзя было оценить"),
        Column("program_version", "TEXT NOT NULL", "Версия программы"),
        Column("by_rule", "TEXT", "Сколько нарушений по каждому правилу, JSON"),
        Column("rules_hash", "TEXT", "Хеш правил, SHA-256; текст — в check_basis"),
        Column("settings_hash", "TEXT", "Хеш настроек, от которых зависит ответ; текст — в check_basis"),
        Column("found", "BLOB", "Что нашли: номер, тяжесть, хеш слов; JSON, сжатый zlib; у старых проверок пусто"),
        Column("gaps", "BLOB", "Чего нельзя было оценить и почему; JSON, сжатый zlib; у старых проверок пусто"),
    ),
)  # fmt: skip

_FINDING = Record(
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
        Column("status", "TEXT NOT NULL CHECK (status IN ('open', 'fixed', 'ended'))",
               "open — открыто, fixed — исправлено, ended — больше не проверяется: кончился год или правило выключено"),
        Column("opened_at", "TEXT NOT NULL", "Когда открыто, UTC"),
        Column("fixed_at", "TEXT", "Когда исправлено или закрыто, UTC"),
        Column("episode", "INTEGER NOT NULL DEFAULT 1", "В который раз открыто"),
        Column("proof", "TEXT NOT NULL", "На чём основано: записи и чтения; JSON"),
        Column("act", "TEXT NOT NULL DEFAULT ''", "Локальный акт, на котором основано"),
        Column("first_day", "TEXT", "О каком дне речь: дата урока или первый день периода"),
        Column("last_day", "TEXT", "Дата урока или последний день периода"),
        Column("seen_run", "INTEGER", "Прогон, в котором это видели в последний раз"),
        Column("fixed_run", "INTEGER", "Прогон, в котором этого уже не было"),
        Column("unjudged", "TEXT", "Почему последняя проверка не могла судить; пусто — могла"),
    ),
    key=("id",),
)  # fmt: skip

_FIRST_TABLES = (_CHECK_RUN, _FINDING)

_PAST = Record(
    "finding_past", "Прежняя жизнь замечания, которое исправили, а потом нашли снова",
    (
        Column("id", "TEXT NOT NULL", "Номер замечания"),
        Column("opened_at", "TEXT NOT NULL", "Когда было открыто, UTC"),
        Column("fixed_at", "TEXT NOT NULL", "Когда было исправлено или закрыто, UTC"),
        Column("status", "TEXT NOT NULL DEFAULT 'fixed' CHECK (status IN ('fixed', 'ended'))", "Чем кончилось"),
        Column("seen_run", "INTEGER", "Прогон, в котором это видели в последний раз"),
        Column("fixed_run", "INTEGER", "Прогон, в котором этого уже не было"),
        Column("message", "TEXT", "Что было не так, словами"),
        Column("proof", "TEXT", "На чём было основано, JSON"),
    ),
    key=("id", "opened_at"),
)  # fmt: skip

_EXCEPTION = Record(
    "finding_exception", "Исключение: какие замечания школа решила не считать, кто решил и до какого дня",
    (
        Column("exception_id", "INTEGER PRIMARY KEY", "Номер по порядку"),
        Column("finding_id", "TEXT", "Номер замечания; пусто — по остальным столбцам"),
        Column("rules", "TEXT NOT NULL", "Правила, список JSON; пустой — все"),
        Column("class_name", "TEXT", "Класс; пусто — все"),
        Column("subject", "TEXT", "Предмет; пусто — все"),
        Column("student_id", "INTEGER", "Ученик; пусто — все"),
        Column("first_day", "TEXT", "С какого дня уроки; пусто — с начала"),
        Column("last_day", "TEXT", "По какой день уроки; пусто — до конца"),
        Column("who", "TEXT NOT NULL", "Кто решил"),
        Column("why", "TEXT NOT NULL", "Почему"),
        Column("until", "TEXT", "По какой день действует; пусто — бессрочно"),
        Column("made_at", "TEXT NOT NULL", "Когда записано, UTC"),
        Column("removed_at", "TEXT", "Когда снято, UTC; пусто — не снято"),
    ),
)  # fmt: skip

_BASIS = Record(
    "check_basis", "На чём стояли проверки: тексты правил и настроек, каждый по одному разу",
    (
        Column("hash", "TEXT NOT NULL", "SHA-256 текста"),
        Column("text", "TEXT NOT NULL", "Правила или настройки, JSON"),
    ),
    key=("hash",),
)  # fmt: skip

CHECK_TABLES = (*_FIRST_TABLES, _PAST, _EXCEPTION, _BASIS)

_SEVERITIES = (
    ("'info'", "к сведению"), ("'warn'", "внимание"), ("'viol'", "нарушение"), ("'crit'", "срочно"),
)  # fmt: skip
_STATUSES = (("'open'", "открыто"), ("'fixed'", "исправлено"), ("'ended'", "больше не проверяется"))

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
            ("Не установлено, потому что", "f.unjudged"),
        ),
        "FROM finding f",
    ),
    View(
        "v_exception", "Исключения: какие замечания не считаются, кто решил, почему и до какого дня",
        (
            ("Исключение", "e.exception_id"),
            ("Замечание", "e.finding_id"),
            ("Правила", "(SELECT group_concat(value, ', ') FROM json_each(e.rules))"),
            ("Класс", "e.class_name"),
            ("Предмет", "e.subject"),
            ("Ученик", "(SELECT name FROM student WHERE student_id = e.student_id ORDER BY seen_from DESC LIMIT 1)"),
            ("С", "e.first_day"),
            ("По", "e.last_day"),
            ("Кто", "e.who"),
            ("Причина", "e.why"),
            ("До", "e.until"),
            ("Записано, UTC", readable("e.made_at")),
            ("Снято, UTC", readable("e.removed_at")),
        ),
        "FROM finding_exception e",
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


@migrations()
def lives_and_exceptions(db: Database) -> None:
    """Between which runs a finding was fixed, what it is about, how a former life ended; who excepted what."""
    drop_views(db, VIEWS)
    for record in (_FINDING, _PAST):
        declare_anew(db, record.name, record_ddl(record))
    db.execute("CREATE INDEX IF NOT EXISTS finding_by_status ON finding (status, rule)")
    db.execute(record_ddl(_EXCEPTION))
    make_views(db, VIEWS)


@migrations()
def checks_that_can_be_repeated(db: Database) -> None:
    """What a check rested on, found and could not judge."""
    drop_views(db, VIEWS)
    declare_anew(db, _CHECK_RUN.name, record_ddl(_CHECK_RUN))
    db.execute(record_ddl(_BASIS))
    make_views(db, VIEWS)
