"""OPS-06 to OPS-08: the archive of past school years, told from the log of the service."""

from collections.abc import Iterator
from datetime import date, timedelta

from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.compliance.service_log import Logged, log_began_on, log_proof, logged
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.russian import full_date
from netcity_sync.settings import Role

_YEARS = """
SELECT name, max("end") AS last_day FROM main.school_year WHERE seen_from <= :run GROUP BY name ORDER BY name
"""
"""All school years that the mirror has ever read, this one included."""


@rule(
    "OPS-06", clause="7.1", title="Журнал подлежит архивированию или истекает срок его хранения",
    kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Настало 1 июля года, в котором кончается учебный год, а архива за него нет; или до конца срока хранения"
    " архива (years лет с конца учебного года) осталось не больше days дней, а он не уничтожен.",
    example="2025/2026: архива журналов на 01.07.2026 нет",
    params=(
        Param("years", 5, "Сколько лет хранят журналы.", 1, 75),
        Param("days", 60, "За сколько дней предупредить, что срок хранения кончается.", 0, 366),
    ),
    recipients=(Role.CLERK, Role.IKT_DEPUTY), cadence="y", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def archive_due(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что журналы учебного года к 1 июля сданы в архив, и напоминает, когда кончается срок их хранения.

    Не касается лет, которые кончились раньше, чем служба начала вести свой журнал.
    """
    began = log_began_on(bench)
    made = {item.period for item in logged(bench, EventKind.ARCHIVE_MADE) if item.ok}
    purged = {item.period for item in logged(bench, EventKind.ARCHIVE_PURGED) if item.ok}
    for row in bench.rows(_YEARS, run=bench.run_id):
        name, last = row["name"], date.fromisoformat(row["last_day"])
        due = date(last.year, 7, 1)
        expires = _years_later(last, int(bench.param("years")))
        if name not in made and began is not None and began <= due <= bench.today:
            words = f"{name}: архива журналов на {full_date(due)} нет"
        elif name in made - purged and bench.today >= expires - timedelta(days=bench.param("days")):
            words = f"{name}: срок хранения архива кончается {full_date(expires)}"
        else:
            continue
        yield Violation(Place(key=name), Severity.WARN, words, log_proof(bench, bench.now))


def _years_later(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28) if day.month == 2 else day.day)


@rule(
    "OPS-07", clause="7.1", title="Архив уничтожен без акта", kind=RuleKind.EVENT, severity=Severity.VIOL,
    formula="В записи об уничтожении архива нет акта.",
    example="2020/2021: архив уничтожен 14.10.2026 без акта",
    recipients=(Role.IKT_DEPUTY, Role.DIRECTOR), cadence="y", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def purged_without_act(bench: Bench) -> Iterator[Violation]:
    """Находит архивы, которые уничтожены без акта о выделении к уничтожению."""
    for item in _purges(bench):
        if not item.text("act"):
            words = f"{item.period}: архив уничтожен {full_date(item.day)} без акта"
            yield Violation(_place(item), Severity.VIOL, words, log_proof(bench, item.at))


@rule(
    "OPS-08", clause="7.2", title="Ведомость не заморожена до уничтожения журнала", kind=RuleKind.EVENT,
    severity=Severity.CRIT,
    formula="К уничтожению архива учебного года, или класса в нём, сводная ведомость не была заморожена.",
    example="8Б, 2020/2021: архив уничтожен 14.10.2026, сводная ведомость не заморожена",
    recipients=(Role.IKT_DEPUTY,), cadence="y", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def purged_before_freezing(bench: Bench) -> Iterator[Violation]:
    """Находит архивы, которые уничтожены раньше, чем сохранена сводная ведомость: её хранят 25 лет."""
    frozen = [item for item in logged(bench, EventKind.SUMMARY_FROZEN) if item.ok]
    for item in _purges(bench):
        kept = (other for other in frozen if other.period == item.period and other.at <= item.at)
        if not any(other.what in ("", item.what) for other in kept):
            where = f"{item.what}, {item.period}" if item.what else item.period
            words = f"{where}: архив уничтожен {full_date(item.day)}, сводная ведомость не заморожена"
            yield Violation(_place(item), Severity.CRIT, words, log_proof(bench, item.at))


def _purges(bench: Bench) -> list[Logged]:
    return [item for item in logged(bench, EventKind.ARCHIVE_PURGED) if item.ok]


def _place(item: Logged) -> Place:
    return Place(day=item.day.isoformat(), key=f"{item.period}:{item.what}")
