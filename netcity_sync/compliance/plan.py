"""PLN: the plan of a journal (КТП), and how far the lessons have come with it."""

import sqlite3
from collections.abc import Iterator
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import TOPIC_CHARACTERS, Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words, read_proof
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.russian import day_month, number, plain
from netcity_sync.settings import Role

_GIVEN = """(
  SELECT count(*) FROM journal k CROSS JOIN as_of_lesson l USING (subject_group_id, term_id)
  WHERE k.subject_group_id = c.subject_group_id AND l.date <= {last}
    AND length(trim(coalesce(l.topic, ''))) >= :characters)"""
"""Lessons of a course with a topic, up to a day; one that has vanished, unconfirmed, speaks for the teacher."""

_PLANNED = """(
  SELECT coalesce(sum(p.hours), 0) FROM plan_row p
  WHERE p.subject_group_id = c.subject_group_id AND p.planned_on {until})"""
"""Hours of a course that the plan puts before a day."""

_NEEDS = (Capability.LESSONS, Capability.TOPICS, Capability.PLAN)


@rule(
    "PLN-01", clause="4.4", title="КТП не внесено", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="В таблице КТП нет ни одной строки этого журнала, а с начала его первого периода прошло не меньше days дней"
    " (для 1 сентября — с 11 сентября). Через urgent_days дней — срочно.",
    example="10А, История: КТП не внесено (0 строк на 11.09)",
    params=(
        Param("days", 10, "Сколько первых дней периода КТП ещё не требуется.", 0, 300),
        Param("urgent_days", 30, "Через столько дней замечание становится срочным.", 0, 300),
    ),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w", needs=(Capability.LESSONS, Capability.PLAN), unit=Unit.YEAR,
)  # fmt: skip
def no_plan(bench: Bench) -> Iterator[Violation]:
    """Находит журналы с уроками, для которых в таблице КТП (папка обмена) нет строк.

    Внеурочная деятельность и индивидуальные планы не проверяются. Если в таблице есть строки того же класса, которые
    не подошли ни к одному журналу или подошли к нескольким, о журналах этого класса ничего не говорится.
    """
    for row in bench.rows(
        "SELECT c.*, julianday(c.read_day) - julianday(c.first_start) AS days FROM course c"
        " WHERE c.fresh AND c.usual AND c.rows = 0 AND c.lessons > 0 AND days >= :days"
        " AND NOT EXISTS (SELECT 1 FROM plan_name n CROSS JOIN as_of_planned_lesson USING (class_name, subject,"
        " group_name) WHERE n.class_id = c.class_id AND n.subject_group_id IS NULL)",
        days=bench.param("days"),
    ):
        grave = row["days"] >= bench.param("urgent_days")
        yield Violation(
            Place(row["subject_group_id"], row["first_term_id"]),
            Severity.CRIT if grave else Severity.VIOL,
            f"{journal_words(row)}: КТП не внесено (0 строк на {_day(row['read_day'])})",
            read_proof(row),
        )


@rule(
    "PLN-02", clause="3.4", title="Отставание от программы", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Часов по КТП к дню чтения больше, чем уроков с темами, и на столько, что это больше и lessons, и доли"
    " share этих часов. Больше grave_lessons и доли grave_share — нарушение. Если даты есть не у всех строк, по КТП"
    " столько часов, сколько проведено уроков.",
    example="9А, География: отставание от КТП на 5 ч (по плану к 14.10 — 20 ч, дано 15)",
    params=(
        Param("lessons", 2, "Отставание на столько уроков допустимо.", 0, 100),
        Param("share", 0.05, "Отставание на такую долю допустимо.", 0, 1),
        Param("grave_lessons", 4, "Больше стольких уроков — нарушение.", 0, 100),
        Param("grave_share", 0.1, "Больше такой доли — нарушение.", 0, 1),
    ),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w", needs=_NEEDS, unit=Unit.YEAR,
)  # fmt: skip
def lag(bench: Bench) -> Iterator[Violation]:
    """Сравнивает, сколько часов должно быть дано по КТП к дню чтения журнала и на скольких уроках записана тема."""
    for row in bench.rows(
        f"SELECT * FROM (SELECT c.*, {_GIVEN.format(last='c.read_day')} AS given,"
        f" CASE WHEN c.dated THEN {_PLANNED.format(until='< c.read_day')} ELSE min(c.hours, ("
        " SELECT count(*) FROM held h WHERE h.subject_group_id = c.subject_group_id AND h.held)) END AS due"
        " FROM course c WHERE c.fresh AND c.usual AND c.planned)"
        " WHERE due - given > :lessons AND due - given > :share * due",
        characters=TOPIC_CHARACTERS, lessons=bench.param("lessons"), share=bench.param("share"),
    ):  # fmt: skip
        behind = row["due"] - row["given"]
        grave = behind > bench.param("grave_lessons") and behind > bench.param("grave_share") * row["due"]
        yield Violation(
            Place(row["subject_group_id"], row["first_term_id"]),
            Severity.VIOL if grave else Severity.WARN,
            f"{journal_words(row)}: отставание от КТП на {_hours(behind)} ч (по плану к {_day(row['read_day'])} —"
            f" {_hours(row['due'])} ч, дано {row['given']})",
            read_proof(row),
        )


_TERMS_OVER = """
SELECT c.*, j.term_id, j.term_name, j.term_end, j.term_end = c.last_end AS last
FROM course c CROSS JOIN journal j ON j.subject_group_id = c.subject_group_id
WHERE c.fresh AND c.usual AND c.planned AND c.read_day > j.term_end
"""
"""The terms of courses that were over when the journal was read."""


@rule(
    "PLN-03", clause="5.3", title="Программа не выполнена на конец периода", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="Период кончился, а уроков с темами с начала года дано меньше share процентов часов, которые КТП относит к"
    " этому времени. В конце года считаются все строки КТП, до того — только если у всех есть даты.",
    example="9А, География (4 четверть): по КТП 68 ч, дано 64 (94,1 %)",
    params=(Param("share", 100, "Сколько процентов программы должно быть дано; если школа уплотняет — 95.", 0, 100),),
    recipients=(Role.DEPUTY, Role.DIRECTOR), cadence="p", needs=_NEEDS, unit=Unit.YEAR,
)  # fmt: skip
def programme_not_given(bench: Bench) -> Iterator[Violation]:
    """Сравнивает КТП и записанные темы, когда период кончился: всё, что должно быть дано с начала года."""
    for row in bench.rows(
        f"SELECT * FROM (SELECT c.*, {_GIVEN.format(last='c.term_end')} AS given,"
        f" CASE WHEN c.last THEN c.hours ELSE {_PLANNED.format(until='<= c.term_end')} END AS due"
        f" FROM ({_TERMS_OVER}) c WHERE c.last OR c.dated) WHERE 100 * given < :share * due",
        characters=TOPIC_CHARACTERS, share=bench.param("share"),
    ):  # fmt: skip
        yield Violation(
            Place(row["subject_group_id"], row["term_id"]),
            Severity.VIOL,
            f"{journal_words(row)} ({row['term_name']}): по КТП {_hours(row['due'])} ч, дано {row['given']}"
            f" ({number(100 * row['given'] / row['due'], 1)} %)",
            read_proof(row),
        )


@rule(
    "PLN-04", clause="4.4", title="КТП не равно часам учебного плана", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Сумма часов КТП отличается от числа уроков журнала за весь год больше чем на hours. Проверяется, когда"
    " прочитаны все периоды года.",
    example="9А, География: в КТП 66 ч, а уроков в журнале за год 68",
    params=(Param("hours", 0, "Отличие на столько часов допустимо.", 0, 100),),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="p", needs=(Capability.LESSONS, Capability.PLAN), unit=Unit.YEAR,
)  # fmt: skip
def hours_differ(bench: Bench) -> Iterator[Violation]:
    """Сравнивает число часов в КТП и число уроков по расписанию за год; до начала последнего периода молчит."""
    for row in bench.rows(
        "SELECT * FROM course c WHERE c.fresh AND c.usual AND c.planned AND c.complete"
        " AND (c.hours > c.lessons + c.unconfirmed + :hours OR c.hours < c.lessons - :hours)",
        hours=bench.param("hours"),
    ):
        yield Violation(
            Place(row["subject_group_id"], row["first_term_id"]),
            Severity.WARN,
            f"{journal_words(row)}: в КТП {_hours(row['hours'])} ч, а уроков в журнале за год {row['lessons']}",
            read_proof(row),
        )


_WORKS = {
    "control": ("control", "assessment"),
    "laboratory": ("laboratory",),
    "practical": ("practical",),
}
"""Kinds of work in the journal, and those of the plan that they answer to; control works bear too many names."""
_WORK_WORDS = {
    "control": "контрольных работ",
    "laboratory": "лабораторных работ",
    "practical": "практических работ",
}

_DONE = """
SELECT subject_group_id, work, date, count(DISTINCT lesson_id) AS lessons FROM (
  SELECT l.subject_group_id, l.lesson_id, l.date, work_kind(l.topic) AS work
  FROM journal j CROSS JOIN as_of_lesson l USING (subject_group_id, term_id) WHERE work_kind(l.topic) IS NOT NULL
  UNION ALL
  SELECT l.subject_group_id, l.lesson_id, l.date, w.work
  FROM (SELECT type_id, work_kind(name) AS work FROM as_of_assignment_type WHERE work_kind(name) IS NOT NULL) w
  CROSS JOIN journal j
  CROSS JOIN as_of_assignment a USING (subject_group_id, term_id, type_id)
  CROSS JOIN as_of_lesson l USING (subject_group_id, term_id, lesson_id)
  WHERE NOT a.homework
) GROUP BY subject_group_id, work, date
"""


@rule(
    "PLN-05", clause="4.4", title="Работ меньше, чем по КТП", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Период кончился, а контрольных (с проверочными), лабораторных или практических работ в журнале с начала"
    " года меньше, чем дней с такими работами в КТП к концу периода.",
    example="7А, Физика (1 четверть): лабораторных работ по КТП 5, в журнале 3",
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="p", needs=_NEEDS, unit=Unit.YEAR,
)  # fmt: skip
def fewer_works(bench: Bench) -> Iterator[Violation]:
    """Сравнивает число контрольных, лабораторных и практических работ в КТП и в журнале.

    Контрольной считается любая работа, которую называют так в журнале: диктант, тест, изложение и другие. Считаются
    только КТП, у всех строк которых есть даты.
    """
    bench.connection.execute("DROP TABLE IF EXISTS temp.done")
    bench.connection.execute(f"CREATE TEMP TABLE done AS {_DONE}")
    bench.connection.execute("CREATE INDEX temp.done_key ON done (subject_group_id, work)")
    for work, kinds in _WORKS.items():
        named = ", ".join(f"'{kind}'" for kind in kinds)
        for row in bench.rows(
            "SELECT * FROM (SELECT c.*, (SELECT count(DISTINCT p.planned_on) FROM plan_row p"
            f" WHERE p.subject_group_id = c.subject_group_id AND p.work IN ({named})"
            " AND p.planned_on <= c.term_end) AS due,"
            " (SELECT coalesce(sum(lessons), 0) FROM done d WHERE d.subject_group_id = c.subject_group_id"
            f" AND d.work = :work AND d.date <= c.term_end) AS made FROM ({_TERMS_OVER}) c WHERE c.dated)"
            " WHERE made < due",
            work=work,
        ):
            yield Violation(
                Place(row["subject_group_id"], row["term_id"], key=work),
                Severity.WARN,
                f"{journal_words(row)} ({row['term_name']}): {_WORK_WORDS[work]} по КТП {row['due']}, в журнале"
                f" {row['made']}",
                read_proof(row),
            )


_ENDED = """
SELECT n.subject_group_id, p.number, p.topic, p.work, p.seen_to AS run, r.started_at,
  local_date(CAST(strftime('%s', r.started_at) AS INTEGER)) AS day
FROM plan_name n CROSS JOIN main.planned_lesson p USING (class_name, subject, group_name)
CROSS JOIN as_of_run r ON r.run_id = p.seen_to
CROSS JOIN course c ON c.subject_group_id = n.subject_group_id
WHERE c.usual AND p.planned_on >= c.first_start AND p.planned_on < day
ORDER BY n.subject_group_id, p.seen_to, p.number
"""
"""Rows of plans whose day was over when a take no longer found them as they were."""

_VERSIONS = """
SELECT p.topic, p.work, p.seen_from, p.seen_to FROM plan_name n
CROSS JOIN main.planned_lesson p USING (class_name, subject, group_name)
WHERE n.subject_group_id = :journal
"""
"""All rows that the plan of a journal ever had."""


def _rewritten(bench: Bench) -> Iterator[sqlite3.Row]:
    """Ended rows that nothing in the plan says any more, where there is still a plan."""
    versions: dict[int, list[sqlite3.Row]] = {}
    kept: dict[tuple[int, int], frozenset[tuple[str, str | None]]] = {}
    for row in bench.rows(_ENDED):
        group, run = row["subject_group_id"], row["run"]
        if group not in versions:
            versions[group] = bench.rows(_VERSIONS, journal=group)
        if (group, run) not in kept:
            kept[group, run] = frozenset(
                (plain(item["topic"]), item["work"])
                for item in versions[group]
                if item["seen_from"] <= run and (item["seen_to"] is None or item["seen_to"] > run)
            )
        if kept[group, run] and (plain(row["topic"]), row["work"]) not in kept[group, run]:
            yield row


@rule(
    "PLN-06", clause="3.4", title="КТП изменено задним числом", kind=RuleKind.EVENT, severity=Severity.INFO,
    formula="В приёме папки обмена из КТП журнала пропали темы (или виды работ) уроков, дата которых по плану уже"
    " прошла. Перенос даты и сдвиг номеров изменением не считаются.",
    example="7А, Химия: 20.10 в КТП переписаны прошедшие уроки: № 3, 4, 5",
    recipients=(Role.DEPUTY,), cadence="w", needs=(Capability.PLAN,), unit=Unit.YEAR,
)  # fmt: skip
def rewritten_plan(bench: Bench) -> Iterator[Violation]:
    """Находит КТП, в которых темы уже прошедших уроков заменены другими."""
    courses = {row["subject_group_id"]: row for row in bench.rows("SELECT * FROM course")}
    rewritten: dict[tuple[int, str], list[sqlite3.Row]] = {}
    for row in _rewritten(bench):
        rewritten.setdefault((row["subject_group_id"], row["day"]), []).append(row)
    for (group, day), rows in rewritten.items():
        course = courses[group]
        numbers = ", ".join(str(item) for item in sorted({row["number"] for row in rows}))
        yield Violation(
            Place(group, course["first_term_id"], day=day),
            Severity.INFO,
            f"{journal_words(course)}: {_day(day)} в КТП переписаны прошедшие уроки: № {numbers}",
            Proof(rows[0]["run"], rows[0]["started_at"]),
        )


def _day(text: str) -> str:
    return day_month(date.fromisoformat(text))


def _hours(value: float) -> str:
    """«5» or «5,5»."""
    return number(value, 0 if float(value).is_integer() else 1)
