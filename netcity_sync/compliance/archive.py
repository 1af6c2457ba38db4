"""OPS-06 to OPS-08: the archive of past school years, told from the log of the service."""

from collections.abc import Iterator
from datetime import date, timedelta

from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.registry import Unit, rule
from netcity_sync.compliance.service_log import Logged, log_began_on, log_proof, logged
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.retention import keep_until
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
    " архива осталось не больше retention.warn_days дней, а он не уничтожен. Срок — 31 декабря:"
    " retention.journal_years полных лет с 1 января года, который следует за окончанием учебного.",
    example="2025/2026: архива журналов на 01.07.2026 нет",
    settings=("retention.journal_years", "retention.warn_days"),
    recipients=(Role.CLERK, Role.IKT_DEPUTY), cadence="y", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def archive_due(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что журналы учебного года к 1 июля сданы в архив, и напоминает, когда кончается срок их хранения.

    Не касается лет, которые кончились раньше, чем служба начала вести свой журнал.
    """
    began, retention = log_began_on(bench), bench.settings.retention
    made = {item.period for item in logged(bench, EventKind.ARCHIVE_MADE) if item.ok}
    purged = {item.period for item in logged(bench, EventKind.ARCHIVE_PURGED) if item.ok}
    for row in bench.rows(_YEARS, run=bench.run_id):
        name, last = row["name"], date.fromisoformat(row["last_day"])
        due = date(last.year, 7, 1)
        expires = keep_until(last, retention.journal_years)
        if name not in made and began is not None and began <= due <= bench.today:
            words = f"{name}: архива журналов на {full_date(due)} нет"
        elif name in made - purged and bench.today >= expires - timedelta(days=retention.warn_days):
            verb = "кончается" if bench.today <= expires else "кончился"
            words = f"{name}: срок хранения архива {verb} {full_date(expires)}"
        else:
            continue
        yield Violation(Place(key=name), Severity.WARN, words, log_proof(bench, bench.now))


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
