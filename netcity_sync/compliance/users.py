"""USR: who signs in, who was given access, whether the GIS can be reached."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.registry import Param, Unit, rule, stale_days
from netcity_sync.russian import day_month, full_date, initials, number, plural, short_name
from netcity_sync.settings import Role

_NAMED_AT_MOST = 5

Forms = tuple[str, str, str]
"""A word as it agrees with 1, 2 and 5."""
_OF_PUPILS: Forms = ("ученика", "учеников", "учеников")

_TEACHERS = """
SELECT s.staff_id, s.name, a.* FROM as_of_staff s
CROSS JOIN activity a ON a.user = 'staff' AND a.class_key = '' AND a.name_key = plain(s.name)
WHERE NOT s.missing
  AND 1 = (SELECT count(*) FROM as_of_staff o WHERE plain(o.name) = plain(s.name))
  AND (s.staff_id IN (SELECT staff_id FROM as_of_class_chief WHERE NOT missing)
    OR s.staff_id IN (SELECT t.staff_id FROM journal j CROSS JOIN as_of_subject_group_teacher t
                      USING (subject_group_id) WHERE NOT t.missing))
ORDER BY s.staff_id
"""
"""Class teachers and teachers of journals, by what the table of sign-ins tells of each."""

_FAMILIES_WITHOUT_SIGN_IN = """
SELECT k.*, a.user FROM known_pupil k
CROSS JOIN activity a ON a.user = :user AND a.class_key = k.class_key AND a.name_key = k.name_key
WHERE k.roster_fresh AND k.namesakes = 1 AND k.start <= :since AND a.since <= :since AND a.until >= :day
  AND a.logins = 0 AND a.last_login IS NULL AND a.enabled <> '0'
  AND NOT (a.user = 'parent' AND EXISTS (
    SELECT 1 FROM opted o WHERE o.class_id = k.class_id AND o.student_id = k.student_id))
ORDER BY k.class_id, k.name_key
"""

_NOT_ISSUED = """
SELECT k.* FROM known_pupil k
WHERE k.roster_fresh AND k.namesakes = 1 AND k.start <= :since
  AND NOT EXISTS (
    SELECT 1 FROM issued i WHERE i.recipient = :user AND i.name_key = k.name_key)
  AND NOT EXISTS (
    SELECT 1 FROM activity a WHERE a.user = :user AND a.class_key = k.class_key AND a.name_key = k.name_key
      AND (a.logins > 0 OR a.last_login IS NOT NULL))
  AND NOT (:user = 'parent' AND EXISTS (
    SELECT 1 FROM opted o WHERE o.class_id = k.class_id AND o.student_id = k.student_id))
ORDER BY k.class_id, k.name_key
"""

_GONE_BUT_ACTIVE = """
WITH gone AS (
  SELECT v.staff_id, v.name, max(local_date(r.ended)) AS left_on
  FROM main.scope s CROSS JOIN main.staff v
  JOIN main.scope_read r ON r.scope_id = s.scope_id AND r.run_id = coalesce(v.missing_from, v.seen_to)
  WHERE s.kind = 'dictionaries' AND v.seen_to <= :run AND v.staff_id NOT IN (SELECT staff_id FROM as_of_staff)
  GROUP BY v.staff_id
)
SELECT gone.*, a.last_login, a.until, a.enabled FROM gone
CROSS JOIN activity a ON a.user = 'staff' AND a.class_key = '' AND a.name_key = plain(gone.name)
WHERE plain(gone.name) NOT IN (SELECT plain(name) FROM as_of_staff)
  AND 1 = (SELECT count(*) FROM gone o WHERE plain(o.name) = plain(gone.name))
  AND a.enabled <> '0' AND (a.last_login > gone.left_on OR (a.enabled = '1' AND a.until > gone.left_on))
"""
"""People whom the dictionary of staff no longer names, and whose accounts were used, or work, after that day."""


@rule(
    "USR-01", clause="5.1", title="Сотрудник не входил в журнал", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="По таблице «Активность пользователей» учитель журнала или классный руководитель не входил в «Сетевой"
    " город» school_days учебных дней подряд или больше до последнего дня таблицы."
    " Таблица, которой больше stale_days дней, — «нет данных».",
    example="Учебнова Е. П. — нет входов в журнал 6 учебных дней (последний вход 07.10)",
    params=(Param("school_days", 5, "Сколько учебных дней без входов — уже много.", 1, 60), stale_days(31)),
    recipients=(Role.DEPUTY, Role.ADMINISTRATOR), cadence="w", needs=(Capability.USER_ACTIVITY,), unit=Unit.SCHOOL,
)  # fmt: skip
def staff_away(bench: Bench) -> Iterator[Violation]:
    """Находит учителей и классных руководителей, которые давно не входили в «Сетевой город».

    Каникулы не считаются: в них нет учебных дней. О тех, чья учётная запись заблокирована, не говорит.
    """
    taken = bench.taken(Capability.USER_ACTIVITY)
    if taken is None:
        return
    for row in bench.rows(_TEACHERS):
        if row["enabled"] == "0" or row["until"] < taken.day.isoformat():
            continue
        if row["last_login"] is None and row["logins"]:
            continue
        until = date.fromisoformat(row["until"])
        last = date.fromisoformat(row["last_login"]) if row["last_login"] else None
        since = last or date.fromisoformat(row["since"]) - timedelta(days=1)
        days = bench.school_days.between(since, until)
        if days < bench.param("school_days"):
            continue
        ago = f"последний вход {day_month(last)}" if last else f"за время с {day_month(since + timedelta(days=1))}"
        yield Violation(
            Place(staff_id=row["staff_id"]),
            Severity.WARN,
            f"{initials(row['name'])} — нет входов в журнал {_school_days(days)} ({ago})",
            taken.proof,
        )


@rule(
    "USR-02", clause="3.2, 5.1", title="Родитель или ученик ни разу не входил", kind=RuleKind.STATE,
    severity=Severity.INFO,
    formula="По таблице «Активность пользователей» родители ученика (или он сам) ни разу не входили, хотя она говорит о"
    " них за days дней или больше, и столько же ученик в классе. Замечание — о классе. Семьи, которые отказались от"
    " электронного дневника, не в счёт."
    " Таблица, которой больше stale_days дней, — «нет данных».",
    example="8В: ни разу не входили родители 11 учеников из 27",
    params=(Param("days", 30, "Сколько дней надо знать о человеке.", 1, 366), stale_days(31)),
    recipients=(Role.CLASS_TEACHER,), cadence="m", needs=(Capability.USER_ACTIVITY,), unit=Unit.ROSTER,
    about_pupils=True,
)  # fmt: skip
def never_signed_in(bench: Bench) -> Iterator[Violation]:
    """Считает по классам семьи, которые ещё не начали пользоваться электронным дневником.

    О блокированных учётных записях и о тех, кого в таблице нет, не судит.
    """
    taken = bench.taken(Capability.USER_ACTIVITY)
    if taken is None:
        return
    since = (taken.day - timedelta(days=int(bench.param("days")) - 1)).isoformat()
    for user, words, forms in (
        ("parent", "ни разу не входили родители", _OF_PUPILS),
        ("student", "ни разу не входили сами", ("ученик", "ученика", "учеников")),
    ):
        rows = bench.rows(_FAMILIES_WITHOUT_SIGN_IN, user=user, since=since, day=taken.day.isoformat())
        for place, message in _of_classes(bench, rows, user, words, forms):
            yield Violation(place, Severity.INFO, message, taken.proof)


@rule(
    "USR-03", clause="3.2, 4.5", title="Реквизиты не выданы", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Прошло больше days дней с начала учебного года и с прихода ученика в класс, а в таблице «Выдача"
    " реквизитов» нет строки о его родителях (или о нём). Замечание — о классе. Семьи, которые отказались от"
    " электронного дневника, и те, кто уже входил, не в счёт."
    " Таблица, которой больше stale_days дней, — «нет данных».",
    example="9А: нет записи о выдаче реквизитов родителям 4 учеников из 25",
    params=(Param("days", 9, "Сколько дней даётся на выдачу: 9 от 1 сентября — по 10 сентября.", 0, 366),
            stale_days(31)),
    recipients=(Role.CLASS_TEACHER, Role.ADMINISTRATOR), cadence="m", needs=(Capability.CREDENTIALS,),
    unit=Unit.ROSTER, about_pupils=True,
)  # fmt: skip
def not_issued(bench: Bench) -> Iterator[Violation]:
    """Считает по классам семьи, которым не выдали реквизиты доступа.

    Годится запись за любой год и под любым классом. Об учениках судит, если школа вообще вносит в таблицу учеников.
    """
    taken = bench.taken(Capability.CREDENTIALS)
    if taken is None or bench.year_began is None:
        return
    since = taken.day - timedelta(days=int(bench.param("days")) + 1)
    if bench.year_began > since:
        return
    kinds = {row["recipient"] for row in bench.rows("SELECT DISTINCT recipient FROM issued")}
    words = "нет записи о выдаче реквизитов"
    for user, whom, forms in (
        ("parent", f"{words} родителям", _OF_PUPILS),
        ("student", words, ("ученику", "ученикам", "ученикам")),
    ):
        if user == "parent" or user in kinds:
            rows = bench.rows(_NOT_ISSUED, user=user, since=since.isoformat())
            for place, message in _of_classes(bench, rows, user, whom, forms):
                yield Violation(place, Severity.WARN, message, taken.proof)


@rule(
    "USR-04", clause="6.6", title="Не работает в школе, а учётная запись действует", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="Человека больше нет в справочнике сотрудников, а по таблице «Активность пользователей» он входил после"
    " того дня, в который справочник впервые его не показал, или его учётная запись после него действует."
    " Таблица, которой больше stale_days дней, — «нет данных».",
    example="Учебнова Е. П. — в справочнике сотрудников нет с 01.10.2026, а последний вход 05.10.2026",
    params=(stale_days(31),),
    recipients=(Role.ADMINISTRATOR, Role.IKT_DEPUTY), cadence="w", needs=(Capability.USER_ACTIVITY,),
    unit=Unit.DICTIONARIES,
)  # fmt: skip
def gone_but_active(bench: Bench) -> Iterator[Violation]:
    """Находит учётные записи тех, кто уволился.

    Общих учётных записей и входов с двух адресов источники не показывают: о них программа не судит.
    """
    taken = bench.taken(Capability.USER_ACTIVITY)
    if taken is None or not bench.rows("SELECT 1 FROM dictionary_read WHERE fresh"):
        return
    for row in bench.rows(_GONE_BUT_ACTIVE, run=bench.run_id):
        used = row["last_login"] is not None and row["last_login"] > row["left_on"]
        what = f"последний вход {_date(row['last_login'])}" if used else "учётная запись действует"
        yield Violation(
            Place(staff_id=row["staff_id"]),
            Severity.VIOL,
            f"{initials(row['name'])} — в справочнике сотрудников нет с {_date(row['left_on'])}, а {what}",
            taken.proof,
        )


@rule(
    "USR-05", clause="3.6, 8.2", title="Права шире роли", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="Учётная запись видит классы или предметы, которых её роли видеть не положено.",
    example="Роль «Учитель» видит журналы всех классов",
    recipients=(Role.IKT_DEPUTY,), cadence="m", needs=(Capability.USER_RIGHTS,), unit=Unit.SCHOOL,
)  # fmt: skip
def rights_too_wide(_: Bench) -> Iterator[Violation]:
    """Права учётных записей. Их пока не даёт ни один источник: ответ всегда «нет данных»."""
    return iter(())


@rule(
    "USR-06", clause="6.1", title="«Сетевой город» недоступен", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="За последние days дней из чтений журналов (не меньше runs) больше percent % кончилось тем, что «Сетевой"
    " город» не ответил.",
    example="«Сетевой город» не ответил 7 раз из 96 чтений за 30 дней (7,3 %)",
    params=(
        Param("percent", 5, "Сколько процентов неудач терпимо.", 0, 100),
        Param("runs", 10, "Меньше скольких чтений ни о чём не говорят.", 1, 1000),
        Param("days", 30, "За сколько дней считать.", 1, 366),
    ),
    recipients=(Role.ADMINISTRATOR, Role.IKT_DEPUTY), cadence="d", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def unavailable(bench: Bench) -> Iterator[Violation]:
    """Считает, как часто «Сетевой город» не отвечал программе. Отказ во входе и ошибка в ответе — это ответ."""
    days = int(bench.param("days"))
    (row,) = bench.rows(_RUNS, since=utc_text(bench.now - timedelta(days=days)))
    runs, failed = row["runs"], row["failed"] or 0
    if runs < bench.param("runs") or failed * 100 <= runs * bench.param("percent"):
        return
    yield Violation(
        Place(),
        Severity.WARN,
        f"«Сетевой город» не ответил {plural(failed, 'раз', 'раза', 'раз')} из"
        f" {plural(runs, 'чтения', 'чтений', 'чтений')} за {plural(days, 'день', 'дня', 'дней')}"
        f" ({number(failed * 100 / runs, 1)} %)",
        Proof(row["run_id"], row["started_at"]),
    )


_RUNS = """
SELECT count(*) AS runs, max(run_id) AS run_id, max(started_at) AS started_at,
  sum(status = 'failed' AND error IN ('SourceUnavailable', 'SourceClosed', 'SourceMaintenance')) AS failed
FROM as_of_run
WHERE started_at > :since AND status IN ('done', 'partial', 'failed')
  AND run_id NOT IN (SELECT run_id FROM as_of_exchange_take)
"""


def pupils_words(rows: Iterable[sqlite3.Row]) -> str:
    """«: Иванов И., Петрова А.» where they are few."""
    names = [short_name(row["name"]) for row in rows]
    return f": {', '.join(names)}" if len(names) <= _NAMED_AT_MOST else ""


def by_class(rows: Iterable[sqlite3.Row]) -> dict[int, list[sqlite3.Row]]:
    """Pupils of classes by the class's id."""
    classes: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        classes.setdefault(row["class_id"], []).append(row)
    return classes


def _of_classes(
    bench: Bench, rows: Iterable[sqlite3.Row], user: str, words: str, forms: Forms
) -> Iterator[tuple[Place, str]]:
    """The place and message of a finding for each class about so many of its pupils, or their parents."""
    sizes = {row["class_id"]: row["pupils"] for row in bench.rows(_CLASS_SIZES)}
    for class_id, pupils in by_class(rows).items():
        count = f"{plural(len(pupils), *forms)} из {sizes[class_id]}"
        yield (
            Place(class_id=class_id, key=user),
            f"{pupils[0]['class_name']}: {words} {count}{pupils_words(pupils)}",
        )


_CLASS_SIZES = "SELECT class_id, count(*) AS pupils FROM known_pupil GROUP BY class_id"


def _school_days(count: int) -> str:
    return plural(count, "учебный день", "учебных дня", "учебных дней")


def _date(day: str) -> str:
    return full_date(date.fromisoformat(day))
