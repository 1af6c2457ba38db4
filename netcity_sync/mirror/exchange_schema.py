"""The mirror's tables for what people bring in the exchange folder; they follow the declarations of the files."""

from sqlite_utils import Database, Migrations

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.spec import Field, FileSpec, Kind
from netcity_sync.mirror.exchange_views import VIEWS
from netcity_sync.mirror.migrations import bring_up_to_date, create_table
from netcity_sync.mirror.schema import Column, Record, Table, record_ddl
from netcity_sync.mirror.views import make_views

TAKE_TABLE = "exchange_take"
TAKE_RECORD = Record(
    TAKE_TABLE, "Приём: как прошла одна таблица папки обмена",
    (
        Column("run_id", "INTEGER NOT NULL REFERENCES run(run_id)", "В каком прогоне"),
        Column("name", "TEXT NOT NULL", "Имя таблицы, как у её файла: plan, opt_outs, …"),
        Column("read_at", "TEXT NOT NULL", "Когда прочитана, UTC"),
        Column("ok", "INTEGER NOT NULL CHECK (ok IN (0, 1))", "Взята целиком; 0 — в ней ошибки, не взято ничего"),
        Column("payload_hash", "TEXT NOT NULL", "SHA-256 её файлов"),
        Column("rows", "INTEGER NOT NULL", "Сколько в ней строк"),
        Column("changed_rows", "INTEGER NOT NULL", "Сколько записей изменилось"),
        Column("problems", "INTEGER NOT NULL", "Сколько ошибок"),
    ),
    key=("run_id", "name"),
)  # fmt: skip


def _declaration(column: Field) -> str:
    if column.kind is Kind.CHOICE:
        stored = [int(value) if isinstance(value, bool) else f"'{value.value}'" for value in column.choices]
        kind = "INTEGER" if isinstance(next(iter(column.choices)), bool) else "TEXT"
        null = " NOT NULL" if column.required or column.key else ""
        return f"{kind}{null} CHECK ({column.name} IN ({', '.join(map(str, stored))}))"
    kind = {Kind.INTEGER: "INTEGER", Kind.NUMBER: "REAL"}.get(column.kind, "TEXT")
    return f"{kind} NOT NULL" if column.required or column.key else kind


def _table(spec: FileSpec) -> Table:
    columns = {item: Column(item.name, _declaration(item), item.heading) for item in spec.fields}
    return Table(
        spec.entity,
        spec.title,
        key=tuple(columns[item] for item in spec.fields if item.key),
        values=tuple(columns[item] for item in spec.fields if not item.key),
        gone_at_once=True,
    )


TABLE_OF_FILE = {spec.stem: _table(spec) for spec in FILES}
EXCHANGE_TABLES = tuple(TABLE_OF_FILE.values())

_ORDERS_TABLE = TABLE_OF_FILE["enrolment_orders"]
_EARLY_TABLES = tuple(table for table in EXCHANGE_TABLES if table is not _ORDERS_TABLE)

migrations = Migrations("exchange")


@migrations()
def tables_of_the_exchange_folder(db: Database) -> None:
    """A table a file with a view of its current rows, and the record of takes."""
    for table in _EARLY_TABLES:
        create_table(db, table)
    db.execute(record_ddl(TAKE_RECORD))


@migrations()
def declarations_like_those_of_journals(db: Database) -> None:
    """The columns of versions are declared as everywhere."""
    bring_up_to_date(db, _EARLY_TABLES)


@migrations()
def readable_views(db: Database) -> None:
    """Views that people read, of runs too."""
    make_views(db, VIEWS)


@migrations()
def orders_of_movement(db: Database) -> None:
    """Orders by which pupils come, go and change classes."""
    create_table(db, _ORDERS_TABLE)
    make_views(db, VIEWS)
