"""The table of what the service itself did, in the mirror's file, and how people read it."""

from enum import StrEnum

from sqlite_utils import Database, Migrations

from netcity_sync.mirror.schema import Column, Record, record_ddl
from netcity_sync.mirror.views import View, in_words, make_views, readable

EVENT_TABLE = "service_event"


class EventKind(StrEnum):
    """What the service does that must be provable later. Add to it; what is written stays readable as it is."""

    BACKUP_MADE = "backup_made"
    BACKUP_VERIFIED = "backup_verified"
    DRILL = "drill"
    DISK_MEASURED = "disk_measured"
    RECONCILED = "reconciled"
    REPORT_MADE = "report_made"
    LETTERS_ISSUED = "letters_issued"
    ARCHIVE_MADE = "archive_made"
    ARCHIVE_VERIFIED = "archive_verified"
    ARCHIVE_PURGED = "archive_purged"
    SUMMARY_FROZEN = "summary_frozen"
    PAPER_SET_STATE = "paper_set_state"


WHOSE = "whose"
"""The detail of a report's event that says whose the report is: empty, or not there, where it is the whole school's."""

EVENT_WORDS = {
    EventKind.BACKUP_MADE: "резервная копия сделана",
    EventKind.BACKUP_VERIFIED: "резервная копия проверена",
    EventKind.DRILL: "восстановление из копии",
    EventKind.DISK_MEASURED: "место на диске измерено",
    EventKind.RECONCILED: "зеркало сверено с ответами ГИС",
    EventKind.REPORT_MADE: "отчёт составлен",
    EventKind.LETTERS_ISSUED: "справки семьям выданы",
    EventKind.ARCHIVE_MADE: "архив года составлен",
    EventKind.ARCHIVE_VERIFIED: "архив года проверен",
    EventKind.ARCHIVE_PURGED: "архив года уничтожен",
    EventKind.SUMMARY_FROZEN: "сводная ведомость заморожена",
    EventKind.PAPER_SET_STATE: "состояние бумажной копии",
}

EVENT_RECORD = Record(
    EVENT_TABLE, "Что делала сама служба: копии, отчёты, архивы; строки только добавляются",
    (
        Column("event_id", "INTEGER PRIMARY KEY", "Номер по порядку"),
        Column("at", "TEXT NOT NULL", "Когда, UTC"),
        Column("kind", "TEXT NOT NULL", f"Что: {', '.join(EventKind)}"),
        Column("what", "TEXT NOT NULL DEFAULT ''", "С чем: имя копии, имя отчёта, класс; пусто — без имени"),
        Column("for_period", "TEXT NOT NULL DEFAULT ''",
               "За какой период: месяц 2026-10, учебный год 2026/2027, номер периода; пусто — не за период"),
        Column("for_day", "TEXT", "За какой день или неделю с какого дня"),
        Column("ok", "INTEGER NOT NULL CHECK (ok IN (0, 1))", "Удалось ли"),
        Column("detail", "TEXT NOT NULL DEFAULT '{}'", "Подробности, JSON"),
        Column("run_id", "INTEGER REFERENCES run(run_id)", "Прогон, если это было в нём"),
    ),
)  # fmt: skip

VIEWS = (
    View(
        "v_service_event", "Что делала служба: копии, отчёты, архивы, место на диске",
        (
            ("Когда, UTC", readable("e.at")),
            ("Что", in_words("e.kind", ((f"'{kind}'", words) for kind, words in EVENT_WORDS.items()))),
            ("С чем", "e.what"),
            ("За период", "e.for_period"),
            ("За день", "e.for_day"),
            ("Удалось", "CASE WHEN e.ok THEN 'да' ELSE 'нет' END"),
            ("Подробности", "e.detail"),
            ("Прогон", "e.run_id"),
        ),
        f"FROM {EVENT_TABLE} e",
    ),
)  # fmt: skip

migrations = Migrations("events")


@migrations()
def log_of_the_service(db: Database) -> None:
    """A row an event, and the view of them."""
    db.execute(record_ddl(EVENT_RECORD))
    make_views(db, VIEWS)


@migrations()
def words_for_checks_of_archives(db: Database) -> None:
    """The view names the kind of event that came later."""
    make_views(db, VIEWS)
