"""Readable views of what people brought in the exchange folder, and of runs, of which a take is one."""

from enum import Enum

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.spec import Field, FileSpec
from netcity_sync.mirror.views import View, in_words, readable, run_began

_STATUSES = (
    ("'running'", "идёт"), ("'done'", "всё прочитано"), ("'partial'", "прочитано не всё"),
    ("'failed'", "не удался"), ("'interrupted'", "прерван"),
)  # fmt: skip


def _shown(column: Field) -> str:
    if not column.choices:
        return f'r."{column.name}"'
    return in_words(f'r."{column.name}"', ((_literal(value), words) for value, words in column.choices.items()))


def _literal(value: Enum | bool) -> str:
    return f"'{value.value}'" if isinstance(value, Enum) else str(int(value))


def _view(spec: FileSpec) -> View:
    return View(
        f"v_{spec.entity}",
        f"Таблица папки обмена «{spec.title}», как взята последней",
        (
            *((item.heading, _shown(item)) for item in spec.fields),
            ("Взято, UTC", run_began("r.seen_from")),
        ),
        f"FROM {spec.entity} r\nWHERE r.seen_to IS NULL",
    )


VIEWS = (
    View(
        "v_run", "Прогоны: чтения журналов и приёмы папки обмена",
        (
            ("Прогон", "r.run_id"),
            ("Что делал", "CASE WHEN EXISTS (SELECT 1 FROM exchange_take t WHERE t.run_id = r.run_id)"
                          " THEN 'приём папки обмена' ELSE 'чтение журналов' END"),
            ("Начался, UTC", readable("r.started_at")),
            ("Кончился, UTC", readable("r.finished_at")),
            ("Чем кончился", in_words("r.status", _STATUSES)),
            ("Вид ошибки", "r.error"),
            ("Дочитывает прогон", "r.resumes"),
            ("Версия программы", "r.program_version"),
        ),
        "FROM run r",
    ),
    View(
        "v_take", "Приёмы папки обмена: какая таблица, когда, взята ли",
        (
            ("Прогон", "r.run_id"),
            ("Таблица", in_words("r.name", ((f"'{spec.stem}'", spec.title) for spec in FILES))),
            ("Прочитана, UTC", readable("r.read_at")),
            ("Взята", "CASE WHEN r.ok THEN 'да' ELSE 'нет, в ней ошибки' END"),
            ("Строк", "r.rows"),
            ("Изменилось записей", "r.changed_rows"),
            ("Ошибок", "r.problems"),
        ),
        "FROM exchange_take r",
    ),
    *(_view(spec) for spec in FILES),
)  # fmt: skip
"""What the tables of the exchange folder show."""
