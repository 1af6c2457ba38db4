"""CHG-03, CHG-07: who touched the journals, by the report on access to the journal.

The report names users by their names alone: what a name does not tell for certain is told of nobody.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation, Whose
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.russian import day_month, plain, plural
from netcity_sync.settings import Role

EDITS = ("правка", "правки", "правок")
_WINDOW_MINUTES = 30


def numbers_by_name(bench: Bench, query: str) -> dict[str, set[int]]:
    """Numbers by names, however these are written; two numbers are namesakes."""
    found = defaultdict[str, set[int]](set)
    for name, number in bench.rows(query, run=bench.run_id):
        found[plain(name)].add(number)
    return found


STAFF_NAMES = "SELECT name, staff_id FROM main.staff WHERE seen_from <= :run"
"""Whoever worked here once is staff to a report about the past."""
_PUPILS = "SELECT DISTINCT s.name, s.student_id FROM as_of_enrolment e JOIN as_of_student s USING (student_id)"


@rule(
    "CHG-03", clause="1.7", title="Запись сделана учётной записью ученика", kind=RuleKind.EVENT,
    severity=Severity.CRIT,
    formula="В отчёте о доступе запись сделал пользователь, имя которого — имя ученика школы, а сотрудника с таким"
    " именем нет и не было.",
    example="7А, Химия: 14.10 записи в журнал (2 правки) сделал пользователь «Иванов Иван», это имя ученика",
    recipients=(Role.ADMINISTRATOR, Role.IKT_DEPUTY, Role.DIRECTOR), cadence="d",
    needs=(Capability.JOURNAL_ACCESS, Capability.ROSTER), settings=("sync.journal_access",), unit=Unit.SCHOOL,
)  # fmt: skip
def entry_by_pupil(bench: Bench) -> Iterator[Violation]:
    """Находит записи в журнале, сделанные под именем ученика.

    Роли пользователей отчёт о доступе не сообщает, поэтому судят по имени: оно должно совпасть полностью. Учётные
    записи родителей так не узнать.
    """
    staff, pupils = numbers_by_name(bench, STAFF_NAMES), numbers_by_name(bench, _PUPILS)
    for row in bench.rows(_BY_DAY):
        name = plain(row["user_name"])
        if name not in pupils or name in staff:
            continue
        day = date.fromisoformat(row["day"])
        yield Violation(
            Place(class_id=row["class_id"], day=row["day"], key=f"{row['subject_name']}:{row['user_name']}"),
            Severity.CRIT,
            f"{row['class_name']}, {row['subject_name']}: {day_month(day)} записи в журнал"
            f" ({plural(row['edits'], *EDITS)}) сделал пользователь «{row['user_name']}», это имя ученика",
            check_proof(bench),
            whose=Whose(row["class_id"], row["class_name"], row["subject_name"]),
        )


_BY_DAY = """
SELECT a.class_id, c.class_name, a.subject_name, a.user_name, substr(a.at, 1, 10) AS day, sum(a.times) AS edits
FROM class_read c CROSS JOIN as_of_journal_access a ON a.class_id = c.class_id
GROUP BY a.class_id, a.subject_name, a.user_name, substr(a.at, 1, 10)
"""


@rule(
    "CHG-07", clause="6.6", title="Необычное время или частота записей", kind=RuleKind.EVENT, severity=Severity.INFO,
    formula="По отчёту о доступе один пользователь за день сделал с 0 до 5 часов не меньше night правок или за 30"
    " минут одного дня больше burst правок.",
    example="Сидоров Пётр Ильич, 14.10: 140 правок за полчаса, 02:10–02:39",
    params=(
        Param("night", 10, "Сколько правок за ночь необычно.", 1, 10000),
        Param("burst", 120, "Больше скольких правок за полчаса необычно.", 1, 10000),
    ),
    recipients=(Role.IKT_DEPUTY,), cadence="m", needs=(Capability.JOURNAL_ACCESS,),
    settings=("sync.journal_access",), unit=Unit.SCHOOL,
)  # fmt: skip
def unusual_access(bench: Bench) -> Iterator[Violation]:
    """Находит дни, когда пользователь писал в журналы ночью или необычно часто: возможно, это был не он."""
    told: set[tuple[str, str]] = set()
    for query, words in ((_BURSTS, _burst_words), (_NIGHTS, _night_words)):
        values = {"night": bench.param("night"), "burst": bench.param("burst"), "minutes": _WINDOW_MINUTES - 1}
        for row in bench.rows(query, **values):
            if (row["user_name"], row["day"]) in told:
                continue
            told.add((row["user_name"], row["day"]))
            yield Violation(
                Place(day=row["day"], key=row["user_name"]),
                Severity.INFO,
                f"{row['user_name']}, {day_month(date.fromisoformat(row['day']))}: {words(row)}",
                check_proof(bench),
            )


_MINUTES = """
SELECT a.user_name, substr(a.at, 1, 10) AS day, substr(a.at, 12, 5) AS clock,
  60 * substr(a.at, 12, 2) + substr(a.at, 15, 2) AS minute, sum(a.times) AS edits
FROM class_read c CROSS JOIN as_of_journal_access a ON a.class_id = c.class_id
GROUP BY a.user_name, a.at
"""

_NIGHTS = f"""
SELECT user_name, day, sum(edits) AS edits, min(clock) AS first, max(clock) AS last
FROM ({_MINUTES}) WHERE minute < 300 GROUP BY user_name, day HAVING sum(edits) >= :night
"""

_BURSTS = f"""
WITH minutes AS MATERIALIZED ({_MINUTES}),
busy AS MATERIALIZED (SELECT user_name, day FROM minutes GROUP BY user_name, day HAVING sum(edits) > :burst),
window_sum AS (
  SELECT user_name, day, min(clock) OVER half AS first, clock AS last, sum(edits) OVER half AS edits
  FROM minutes JOIN busy USING (user_name, day)
  WINDOW half AS (PARTITION BY user_name, day ORDER BY minute RANGE BETWEEN :minutes PRECEDING AND CURRENT ROW)
)
SELECT user_name, day, first, last, edits FROM (
  SELECT *, row_number() OVER (PARTITION BY user_name, day ORDER BY edits DESC, last) AS place FROM window_sum
) WHERE place = 1 AND edits > :burst
"""


def _night_words(row: sqlite3.Row) -> str:
    return f"{plural(row['edits'], *EDITS)} ночью, {row['first']}–{row['last']}"


def _burst_words(row: sqlite3.Row) -> str:
    return f"{plural(row['edits'], *EDITS)} за полчаса, {row['first']}–{row['last']}"


def check_proof(bench: Bench) -> Proof:
    """The proof of what the report on access tells: the run that the check stands on."""
    return Proof(bench.run_id, utc_text(bench.now))
