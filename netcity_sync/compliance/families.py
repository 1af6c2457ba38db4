"""PAR: families that declined the electronic diary, that have nothing at all, or were not told of results."""

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.registry import Param, Unit, rule, stale_days
from netcity_sync.compliance.result_news import FinalNews, News, final_news
from netcity_sync.compliance.service_log import log_began, log_began_on, log_proof, logged
from netcity_sync.compliance.users import by_class, pupils_words
from netcity_sync.mirror.event_schema import WHOSE, EventKind
from netcity_sync.russian import class_key, day_month, full_date_time, plural, short_name
from netcity_sync.settings import Role

RESULTS_LETTER, LETTER = "results", "letter"

_DECLINED = """
SELECT k.*, o.applied_on, o.channel, o.contact_known, o.last_issued_on
FROM opted o CROSS JOIN known_pupil k USING (class_id, student_id)
WHERE k.roster_fresh ORDER BY k.class_id, k.student_id
"""

_WITHOUT_ANYTHING = """
SELECT k.* FROM known_pupil k
CROSS JOIN activity a ON a.user = 'parent' AND a.class_key = k.class_key AND a.name_key = k.name_key
WHERE k.roster_fresh AND k.namesakes = 1 AND k.start <= :since AND a.since <= :since AND a.until >= :day
  AND (a.last_login < :since OR (a.last_login IS NULL AND a.logins = 0))
  AND NOT EXISTS (
    SELECT 1 FROM activity s WHERE s.user = 'student' AND s.class_key = k.class_key AND s.name_key = k.name_key
      AND (s.last_login >= :since OR (s.last_login IS NULL AND s.logins > 0)))
  AND NOT EXISTS (
    SELECT 1 FROM as_of_opt_out o WHERE NOT o.missing AND o.last_issued_on >= :since
      AND class_key(o.class_name) = k.class_key AND plain(o.student) = k.name_key)
ORDER BY k.class_id, k.name_key
"""
"""Pupils of whom neither a parent nor they themselves signed in of late, and whose family got no letter."""

_TERMS = """
SELECT DISTINCT class_id, class_name, term_id, term_name, term_end FROM journal
WHERE marked ORDER BY term_end, grade, class_name
"""


@rule(
    "PAR-01", clause="8.3", title="Неделя без печатной справки отказавшейся семье", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="Семья отказалась от электронного дневника, и с последней справки (а если их не было — с заявления) до дня,"
    " в который взята таблица «Отказы от дневника», прошло больше days дней, из них school_days учебных или больше."
    " Таблица, которой больше stale_days дней, — «нет данных».",
    example="7А: Петров П. — 9 дней без печатной справки (последняя 02.10)",
    params=(
        Param("days", 7, "Сколько дней может пройти между справками.", 1, 60),
        Param("school_days", 5, "Сколько из них должно быть учебных: в каникулы справки не нужны.", 0, 60),
        stale_days(14),
    ),
    recipients=(Role.CLASS_TEACHER, Role.DEPUTY), cadence="w", needs=(Capability.OPT_OUTS,), unit=Unit.ROSTER,
    about_pupils=True,
)  # fmt: skip
def week_without_letter(bench: Bench) -> Iterator[Violation]:
    """Находит семьи, которые отказались от электронного дневника и больше недели не получали печатной справки.

    Судит на день, в который таблица взята последней: позже справку могли выдать, но ещё не внести.
    """
    taken = bench.taken(Capability.OPT_OUTS)
    if taken is None:
        return
    for row in bench.rows(_DECLINED):
        last = date.fromisoformat(row["last_issued_on"] or row["applied_on"])
        days = (taken.day - last).days
        if days <= bench.param("days") or bench.school_days.between(last, taken.day) < bench.param("school_days"):
            continue
        since = f"последняя {day_month(last)}" if row["last_issued_on"] else f"заявление {day_month(last)}"
        yield Violation(
            Place(class_id=row["class_id"], student_id=row["student_id"]),
            Severity.VIOL,
            f"{row['class_name']}: {short_name(row['name'])} — {plural(days, 'день', 'дня', 'дней')} без печатной"
            f" справки ({since})",
            taken.proof,
        )


@rule(
    "PAR-02", clause="8.3", title="Отказ без канала или контакта", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Семья отказалась от электронного дневника, а в таблице «Отказы от дневника» не указан канал; или он —"
    " почта либо электронная почта, а контакта, как сказано в таблице, нет."
    " Таблица, которой больше stale_days дней, — «нет данных».",
    example="7А: Петров П. — отказ от дневника с 07.09, но не указано, как передавать справки",
    params=(stale_days(14),),
    recipients=(Role.CLASS_TEACHER,), cadence="w", needs=(Capability.OPT_OUTS,), unit=Unit.ROSTER, about_pupils=True,
)  # fmt: skip
def no_channel(bench: Bench) -> Iterator[Violation]:
    """Находит заявления об отказе, по которым непонятно, как передавать семье справки."""
    taken = bench.taken(Capability.OPT_OUTS)
    if taken is None:
        return
    for row in bench.rows(_DECLINED):
        if row["channel"] is None:
            what = "не указано, как передавать справки"
        elif row["channel"] in ("post", "email") and row["contact_known"] == 0:
            what = "нет адреса, чтобы отправлять справки"
        else:
            continue
        yield Violation(
            Place(class_id=row["class_id"], student_id=row["student_id"]),
            Severity.WARN,
            f"{row['class_name']}: {short_name(row['name'])} — отказ от дневника с"
            f" {day_month(date.fromisoformat(row['applied_on']))}, но {what}",
            taken.proof,
        )


@rule(
    "PAR-03", clause="4.5, 6.3", title="Родителям не отправлен отчёт за период", kind=RuleKind.STATE,
    severity=Severity.INFO,
    formula="После последнего дня учебного периода прошло больше days дней, а в журнале работы службы нет записи, что"
    " в этот день или позже семьям класса выданы справки за этот период.",
    example="5Б: отчёт за период «2 четверть» не отправлен родителям к 03.01",
    params=(Param("days", 5, "Сколько дней даётся после конца периода.", 0, 60),),
    recipients=(Role.CLASS_TEACHER,), cadence="p", needs=(), unit=Unit.SCHOOL, enabled=False,
)  # fmt: skip
def no_term_letters(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что по итогам каждого учебного периода семьям каждого класса с отметками отправлен отчёт.

    Изначально выключено: включите, когда справки семьям составляет эта программа.
    """
    began = log_began_on(bench)
    issued = {
        (class_key(item.what), item.period): item.day
        for item in reversed(logged(bench, EventKind.LETTERS_ISSUED))
        if item.ok
    }
    for row in bench.rows(_TERMS):
        last = date.fromisoformat(row["term_end"])
        due = last + timedelta(days=bench.param("days"))
        newest = issued.get((class_key(row["class_name"]), str(row["term_id"])))
        told = newest is not None and newest >= last
        if told or began is None or began > last or due >= bench.today:
            continue
        yield Violation(
            Place(class_id=row["class_id"], key=str(row["term_id"])),
            Severity.INFO,
            f"{row['class_name']}: отчёт за период «{row['term_name']}» не отправлен родителям к {day_month(due)}",
            log_proof(bench, bench.now),
        )


@rule(
    "PAR-04", clause="8.1", title="Семья не имеет ни дневника, ни печатной формы", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="За days дней до последнего дня обеих таблиц ни родители, ни ученик не входили («Активность"
    " пользователей»), и семье не выдано ни одной справки («Отказы от дневника»). Замечание — о классе."
    " Таблица, которой больше stale_days дней, — «нет данных».",
    example="5В: 2 семьи без входов в дневник и без печатных справок за 30 дней: Иванов И., Петрова А.",
    params=(Param("days", 30, "За сколько дней судить.", 1, 366), stale_days(31)),
    recipients=(Role.CLASS_TEACHER,), cadence="m", needs=(Capability.USER_ACTIVITY, Capability.OPT_OUTS),
    unit=Unit.ROSTER, about_pupils=True,
)  # fmt: skip
def without_anything(bench: Bench) -> Iterator[Violation]:
    """Находит семьи, которые никак не узнают об успехах ребёнка.

    Судит о тех, чьи родители есть в таблице активности за всё это время и кто столько же учится в классе.
    """
    activity, declined = bench.taken(Capability.USER_ACTIVITY), bench.taken(Capability.OPT_OUTS)
    if activity is None or declined is None:
        return
    days = int(bench.param("days"))
    day = min(activity.day, declined.day)
    since = day - timedelta(days=days - 1)
    rows = bench.rows(_WITHOUT_ANYTHING, since=since.isoformat(), day=day.isoformat())
    for class_id, pupils in by_class(rows).items():
        yield Violation(
            Place(class_id=class_id),
            Severity.WARN,
            f"{pupils[0]['class_name']}: {plural(len(pupils), 'семья', 'семьи', 'семей')} без входов в дневник и без"
            f" печатных справок за {plural(days, 'день', 'дня', 'дней')}{pupils_words(pupils)}",
            activity.proof,
        )


@rule(
    "PAR-05", clause="8.4", title="Отказавшейся семье не сообщено об итоговых отметках", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="Чтение журналов впервые показало итоговую отметку (новую или другую), семья ученика к тому дню отказалась"
    " от электронного дневника, а сообщение об этом (или письмо по итогам периода) не составлено в течение hours часов"
    " после чтения. Таблица отказов, которой больше stale_days дней, — «нет данных».",
    example="9А: Петров П. — об итоговых отметках, известных с 24.10.2026 06:10 (3), сообщение не составлено",
    params=(Param("hours", 24, "Сколько часов даётся.", 1, 720), stale_days(14)),
    recipients=(Role.CLASS_TEACHER, Role.DEPUTY), cadence="d", needs=(Capability.OPT_OUTS, Capability.TERM_MARKS),
    unit=Unit.ROSTER, about_pupils=True,
)  # fmt: skip
def no_letter_about_finals(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что семьям, отказавшимся от дневника, сообщение об итоговых отметках составлено за сутки.

    Остальные семьи видят отметки в дневнике. Считается, что составила эта программа: служба делает это каждое утро.
    Отметки, которые стояли уже при первом чтении журнала, не считаются: когда они появились, неизвестно.
    """
    began, taken = log_began(bench), bench.taken(Capability.OPT_OUTS)
    if began is None or taken is None:
        return
    families = {(row["class_id"], row["student_id"]): row for row in bench.rows(_DECLINED)}
    made = _letters_about_results(bench)
    given = timedelta(hours=bench.param("hours"))
    found = [item for item in final_news(bench, families) if item.news.known_at >= began]
    found.sort(key=lambda item: (_place(item), item.news.known_at))
    for (place, day), items in groupby(found, lambda item: (_place(item), item.news.day)):
        row, of_day = families[place], list(items)
        letters = made.get(row["student_id"], [])
        for item in of_day:
            told = min((at for at, run_id in letters if run_id >= item.news.run_id), default=None)
            if day.isoformat() >= row["applied_on"] and (told or bench.now) - item.news.known_at > given:
                yield _untold(bench, row, item.news, len(of_day), told)
                break


def _place(item: FinalNews) -> tuple[int, int]:
    return item.class_id, item.student_id


def _letters_about_results(bench: Bench) -> dict[int, list[tuple[datetime, int]]]:
    """Letters that tell of final marks, by pupil: when each was made, and what run it rests on.

    These are the letters of terms, and the messages about results.
    """
    made: dict[int, list[tuple[datetime, int]]] = {}
    for item in logged(bench, EventKind.REPORT_MADE):
        _, _, pupil = item.text(WHOSE).rpartition("-")
        of_term = item.what == LETTER and item.for_day is None
        if item.ok and item.run_id is not None and (of_term or item.what == RESULTS_LETTER) and pupil.isdigit():
            made.setdefault(int(pupil), []).append((item.at, item.run_id))
    return made


def _untold(bench: Bench, row: sqlite3.Row, news: News, count: int, told: datetime | None) -> Violation:
    zone, known = bench.settings.zone, news.known_at
    how = f"составлено {full_date_time(told, zone)}" if told is not None else "не составлено"
    return Violation(
        Place(class_id=row["class_id"], student_id=row["student_id"], day=news.day.isoformat()),
        Severity.VIOL,
        f"{row['class_name']}: {short_name(row['name'])} — об итоговых отметках, известных с"
        f" {full_date_time(known, zone)} ({count}), сообщение {how}",
        Proof(news.run_id, utc_text(known)),
        kind=None if told is None else RuleKind.EVENT,
    )
