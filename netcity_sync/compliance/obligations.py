"""REP, ATT-09 and FIN-10: what the school must do by a date, told from the log of the service and from its own tables.

A report is in the log under its name, for its period: a month `2026-10`, a term by its number, a school year `year`;
the weekly one of a class for its Monday, with the class among the details.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation, Whose
from netcity_sync.compliance.paper_states import COMPARED_STATES
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.compliance.service_log import log_began_on, log_proof, logged
from netcity_sync.mirror.event_schema import WHOSE, EventKind
from netcity_sync.russian import class_key, day_month, full_date, month_name, plural, short_name
from netcity_sync.settings import Role

ACTIVITY_REPORT, FILLING_REPORT, RESULTS_REPORT = "activity", "filling", "school"
ATTENDANCE_REPORT = "attendance"

_DAY = timedelta(days=1)
_DUE_DAY = Param("due_day", 5, "До какого числа следующего месяца отчёт должен быть составлен.", 1, 28)
_REPORT_TO = (Role.DEPUTY, Role.ADMINISTRATOR)


@rule(
    "REP-01", clause="5.1", title="Не составлен отчёт об активности", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="Настал день после числа due_day следующего месяца, а отчёта об активности по всей школе за месяц,"
    " составленного по его окончании, нет.",
    example="Отчёт об активности за октябрь 2026 г. не составлен к 05.11",
    params=(_DUE_DAY,), recipients=_REPORT_TO, cadence="m", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def no_activity_report(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что отчёт об активности пользователей составлен за каждый месяц с уроками.

    Считается отчёт, который составила эта программа: по расписанию службы или командой netcity-sync report make.
    """
    yield from _monthly(bench, ACTIVITY_REPORT, "Отчёт об активности")


@rule(
    "REP-02", clause="5.2", title="Не составлен отчёт о заполнении журнала", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="Настал день после числа due_day следующего месяца, а отчёта о заполнении и накопляемости по всей школе"
    " за месяц, составленного по его окончании, нет.",
    example="Отчёт о заполнении журнала за октябрь 2026 г. не составлен к 05.11",
    params=(_DUE_DAY,), recipients=_REPORT_TO, cadence="m", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def no_filling_report(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что отчёт о заполнении журнала и накопляемости отметок составлен за каждый месяц с уроками.

    Считается отчёт, который составила эта программа: по расписанию службы или командой netcity-sync report make.
    """
    yield from _monthly(bench, FILLING_REPORT, "Отчёт о заполнении журнала")


def _monthly(bench: Bench, report: str, title: str) -> Iterator[Violation]:
    """Months with lessons that ended after the log began, and for which a report should have been made."""
    began = log_began_on(bench)
    made = _made(bench, report)
    for month in sorted({day.replace(day=1) for day in bench.lesson_dates}):
        following = (month + 31 * _DAY).replace(day=1)
        due = following.replace(day=int(bench.param("due_day")))
        done = any(day >= following for day in made.get(f"{month:%Y-%m}", ()))
        if began is not None and began < following and due < bench.today and not done:
            yield Violation(
                Place(key=f"{month:%Y-%m}"),
                Severity.VIOL,
                f"{title} за {month_name(month)} не составлен к {day_month(due)}",
                log_proof(bench, bench.now),
            )


def _made(bench: Bench, report: str) -> dict[str, list[date]]:
    """On which days a report of the whole school was made, by what it is for."""
    days: dict[str, list[date]] = {}
    for item in logged(bench, EventKind.REPORT_MADE):
        if item.ok and item.what == report and not item.text(WHOSE):
            days.setdefault(item.period, []).append(item.day)
    return days


@rule(
    "REP-03", clause="5.3", title="Не составлен отчёт по итогам периода", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="После конца учебного периода прошло больше term_days дней (после конца последнего периода года —"
    " year_days), а отчёта по всей школе по его итогам (по итогам года), составленного после его конца, нет.",
    example="Отчёт по итогам периода «1 четверть» не составлен к 26.10",
    params=(
        Param("term_days", 3, "Сколько дней даётся после конца периода.", 0, 60),
        Param("year_days", 10, "Сколько дней даётся после конца учебного года.", 0, 90),
    ),
    recipients=_REPORT_TO, cadence="p", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def no_term_report(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что отчёт составлен по итогам каждого учебного периода и года.

    Считается отчёт, который составила эта программа: по расписанию службы или командой netcity-sync report make.
    """
    terms = bench.rows('SELECT term_id, name, "end" AS last_day FROM as_of_term WHERE NOT missing')
    wanted = [
        (str(row["term_id"]), f"периода «{row['name']}»", date.fromisoformat(row["last_day"]), "term_days")
        for row in terms
    ]
    if wanted:
        wanted.append(("year", "учебного года", max(item[2] for item in wanted), "year_days"))
    began = log_began_on(bench)
    made = _made(bench, RESULTS_REPORT)
    for period, words, last, days in wanted:
        due = last + bench.param(days) * _DAY
        done = any(day > last for day in made.get(period, ()))
        if began is not None and began <= last and due < bench.today and not done:
            yield Violation(
                Place(day=last.isoformat(), key=period),
                Severity.VIOL,
                f"Отчёт по итогам {words} не составлен к {day_month(due)}",
                log_proof(bench, bench.now),
            )


@rule(
    "REP-04", clause="4.3", title="Бумажная копия не сверена", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="С тех пор как бумажная копия класса составлена, прошло больше days дней, а состояния «сверено» или"
    " следующего за ним у неё нет.",
    example="9А: бумажная копия (1 четверть) не сверена 12 дней",
    params=(Param("days", 10, "Сколько дней даётся на сверку.", 0, 366),),
    recipients=(Role.DEPUTY,), cadence="p", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def unchecked_paper(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что лист сверки бумажной копии журнала подписан. Касается только составленных копий."""
    names = {str(row["term_id"]): row["name"] for row in bench.rows("SELECT term_id, name FROM as_of_term")}
    classes = _classes(bench)
    states = logged(bench, EventKind.PAPER_SET_STATE)
    first = {(item.what, item.period): item for item in states}
    last = {(item.what, item.period): item for item in reversed(states)}
    for (name, period), item in sorted(last.items()):
        made = first[(name, period)]
        age = (bench.today - made.day).days
        if item.text("state") not in COMPARED_STATES and age > bench.param("days"):
            yield Violation(
                Place(class_id=classes.get(class_key(name)), key=f"{period}:{name}"),
                Severity.WARN,
                f"{name}: бумажная копия ({names.get(period, period)}) не сверена {plural(age, 'день', 'дня', 'дней')}",
                log_proof(bench, made.at),
                whose=Whose(classes.get(class_key(name)), name),
            )


def _classes(bench: Bench) -> dict[str, int]:
    """The classes of the year by their names."""
    return {class_key(row["class_name"]): row["class_id"] for row in bench.rows("SELECT * FROM class_read")}


@rule(
    "ATT-09", clause="5.3", title="Отчёт о пропусках не сформирован", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Неделя, в которой у класса были уроки, кончилась, понедельник после неё тоже, а отчёта о пропусках класса"
    " за эту неделю нет.",
    example="6А: нет отчёта о пропусках за 12.10–18.10",
    recipients=(Role.CLASS_TEACHER,), cadence="w", needs=(Capability.LESSONS,), unit=Unit.SCHOOL,
)  # fmt: skip
def no_attendance_report(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что отчёт о пропусках класса составлен за каждую неделю, в которой были уроки.

    Считается отчёт, который составила эта программа: по расписанию службы или командой netcity-sync report make.
    """
    began = log_began_on(bench)
    made = {
        (class_key(item.text("class")), item.for_day)
        for item in logged(bench, EventKind.REPORT_MADE)
        if item.ok and item.what == ATTENDANCE_REPORT
    }
    for row in bench.rows(_WEEKS):
        monday = date.fromisoformat(row["monday"])
        over = monday + 7 * _DAY < bench.today
        if not over or began is None or began > monday or (class_key(row["class_name"]), row["monday"]) in made:
            continue
        yield Violation(
            Place(class_id=row["class_id"], day=row["monday"]),
            Severity.INFO,
            f"{row['class_name']}: нет отчёта о пропусках за {day_month(monday)}–{day_month(monday + 6 * _DAY)}",
            log_proof(bench, bench.now),
        )


_WEEKS = """
SELECT DISTINCT c.class_id, c.class_name, c.grade, date(h.date, '-6 days', 'weekday 1') AS monday
FROM class_read c
CROSS JOIN class_journal k ON k.class_id = c.class_id
CROSS JOIN held h ON h.subject_group_id = k.subject_group_id AND h.term_id = k.term_id
WHERE h.held ORDER BY monday, c.grade, c.class_name
"""


@rule(
    "FIN-10", clause="8.4", title="Результат экзамена не доведён в срок", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="По таблице результатов экзаменов, полученных в этом учебном году, между получением результата школой и"
    " сообщением семье прошло больше hours часов; или семье не сообщено, а когда таблица бралась последний раз, эти"
    " часы прошли. Где известен только день, он считается в пользу школы.",
    example="9А: Иванов И., Математика (экзамен 05.06): результат получен 20.06.2027 10:00, доведён 23.06.2027 09:00",
    params=(Param("hours", 24, "Сколько часов даётся.", 1, 720),),
    recipients=(Role.CLASS_TEACHER, Role.DEPUTY), cadence="d", needs=(Capability.EXAM_RESULTS,), unit=Unit.SCHOOL,
)  # fmt: skip
def result_not_told(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что о результате экзамена семье сообщили в течение суток после того, как его узнала школа.

    Судит по таблице «Результаты экзаменов» папки обмена, такой, какой она взята последний раз.
    """
    takes = bench.rows("SELECT max(read_at) AS at FROM as_of_exchange_take WHERE name = 'exam_results' AND ok")
    if takes[0]["at"] is None:
        return
    taken_at = from_utc_text(takes[0]["at"])
    taken = taken_at.astimezone(bench.settings.zone).replace(tzinfo=None)
    classes = _classes(bench)
    for row in bench.rows(
        "SELECT * FROM as_of_exam_result WHERE received >= :began ORDER BY class_name, student, held_on, subject",
        began=f"{bench.year_began or ''}",
    ):
        received = datetime.fromisoformat(row["received"])
        informed = datetime.fromisoformat(row["informed"]) if row["informed"] else None
        latest = received if _has_time(received) else received + _DAY
        told = taken if informed is None else informed
        if told - latest <= timedelta(hours=bench.param("hours")):
            continue
        name, class_id = row["class_name"], classes.get(class_key(row["class_name"]))
        how = f"доведён {_moment(informed)}" if informed is not None else f"семье не сообщён до {_moment(taken)}"
        held = date.fromisoformat(row["held_on"])
        yield Violation(
            Place(
                class_id=class_id,
                day=row["held_on"],
                key=f"{row['exam']}:{row['subject']}:{row['held_on']}:{name}:{row['student']}",
            ),
            Severity.VIOL,
            f"{name}: {short_name(row['student'])}, {row['subject']} (экзамен {day_month(held)}):"
            f" результат получен {_moment(received)}, {how}",
            log_proof(bench, taken_at),
            whose=Whose(class_id, name, row["subject"]),
        )


def _has_time(moment: datetime) -> bool:
    return moment.time() != time()


def _moment(moment: datetime) -> str:
    """«20.06.2027 10:00», or the day where only that is known."""
    return f"{full_date(moment.date())} {moment:%H:%M}" if _has_time(moment) else full_date(moment.date())
