"""HW: homework. All lessons of a journal on one day are one block, named by its last lesson."""

from collections.abc import Iterator
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.entry import LATE, late_proof, late_words
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words, read_proof
from netcity_sync.compliance.registry import Applies, Param, rule
from netcity_sync.russian import day_month, month_name
from netcity_sync.settings import Role

_BLOCKS = """
  SELECT h.subject_group_id, h.term_id, h.date, max(h.slot) AS slot
  FROM held h JOIN journal j USING (subject_group_id, term_id) JOIN counts c USING (subject_group_id, term_id)
  WHERE j.with_homework AND h.date < c.last_date
  GROUP BY h.subject_group_id, h.term_id, h.date HAVING NOT max(h.control)
"""
"""Days of a journal on which homework must be given: no control work, and not the last day of the term."""

_GIVEN = """EXISTS (
  SELECT 1 FROM homework_day g
  WHERE g.subject_group_id = b.subject_group_id AND g.term_id = b.term_id AND g.date = b.date)"""
"""Whether homework was given on such a day."""

MISSING_HOMEWORK = f"""
SELECT b.date, max(h.lesson_id) AS lesson_id, j.* FROM ({_BLOCKS}) b
JOIN journal j USING (subject_group_id, term_id)
JOIN held h ON h.subject_group_id = b.subject_group_id AND h.term_id = b.term_id
  AND h.date = b.date AND h.slot = b.slot
JOIN due ON due.what = 'homework' AND due.days = 0 AND due.date = b.date
WHERE j.fresh AND due.moment < j.read_at AND NOT {_GIVEN}
GROUP BY b.subject_group_id, b.term_id, b.date
"""
"""Such days that passed without homework; a row a day, with the journal's columns."""

_FIRST_GIVEN = """
  SELECT a.subject_group_id, a.term_id, a.given_at_lesson_id AS lesson_id, min(a.seen_from) AS first_run
  FROM journal j CROSS JOIN main.assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  WHERE a.homework AND a.text IS NOT NULL AND a.seen_from <= :run
  GROUP BY a.subject_group_id, a.term_id, a.given_at_lesson_id
"""
"""The run that first saw homework given at a lesson."""

LATE_HOMEWORK = f"""
SELECT b.subject_group_id, b.term_id, b.date, 'homework' AS what, 0 AS days, min(v.first_run) AS first_run,
  (SELECT max(h.lesson_id) FROM held h WHERE h.subject_group_id = b.subject_group_id
     AND h.term_id = b.term_id AND h.date = b.date AND h.slot = b.slot) AS lesson_id
FROM ({_BLOCKS}) b
CROSS JOIN held g ON g.subject_group_id = b.subject_group_id AND g.term_id = b.term_id AND g.date = b.date
JOIN ({_FIRST_GIVEN}) v ON v.subject_group_id = b.subject_group_id AND v.term_id = b.term_id
  AND v.lesson_id = g.lesson_id
GROUP BY b.subject_group_id, b.term_id, b.date
"""
"""When the first homework of such days was entered, for `entry.LATE`."""

_POOR_MONTHS = f"""
WITH day AS MATERIALIZED (
  SELECT b.subject_group_id, b.term_id, b.date, b.slot, strftime('%Y-%m', b.date) AS month, {_GIVEN} AS given
  FROM ({_BLOCKS}) b
  JOIN journal j USING (subject_group_id, term_id)
  JOIN due ON due.what = 'homework' AND due.days = 0 AND due.date = b.date
  WHERE j.fresh AND due.moment < j.read_at AND local_date(j.read_at) >= date(b.date, 'start of month', '+1 month')
), month AS (
  SELECT subject_group_id, term_id, max(date) AS date, count(*) AS days, sum(given) AS given
  FROM day GROUP BY subject_group_id, term_id, month
)
SELECT month.days, month.given, month.date, (
    SELECT max(h.lesson_id) FROM held h CROSS JOIN day d USING (subject_group_id, term_id, date, slot)
    WHERE h.subject_group_id = month.subject_group_id AND h.term_id = month.term_id AND h.date = month.date
  ) AS lesson_id, j.*
FROM month JOIN journal j USING (subject_group_id, term_id)
WHERE month.days >= :least AND month.days - month.given >= :missed AND month.given < :share * month.days
"""
"""Months that are over in which homework was given on too few of the days that need it."""

_NEEDS = (Capability.LESSONS, Capability.HOMEWORK)


@rule(
    "HW-01", clause="3.5", title="Нет домашнего задания", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="Срок прошёл, а ни на одном уроке дня задания нет. Сдвоенный урок — один. «Не задано» — это задание; пустой"
    " текст и «---Не указана---» — нет.",
    example="6А, Русский язык, 21.10: нет домашнего задания", settings=("deadlines.homework",),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="d", needs=_NEEDS, applies=Applies.HOMEWORK,
)  # fmt: skip
def no_homework(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что на уроке задано домашнее задание (или написано «не задано»).

    Не требуется в 1 классе, во внеурочной деятельности, на контрольных работах и на последнем уроке периода.
    """
    for row in bench.rows(MISSING_HOMEWORK):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.VIOL,
            f"{journal_words(row)}, {day_month(date.fromisoformat(row['date']))}: нет домашнего задания",
            read_proof(row),
        )


@rule(
    "HW-02", clause="3.5", title="Домашнее задание внесено с опозданием", kind=RuleKind.EVENT, severity=Severity.WARN,
    formula="Первое задание дня впервые увидено после срока, и в предыдущем чтении, тоже после срока, его ещё не было.",
    example="6А, Русский язык, 14.10: домашнее задание внесено с опозданием, срок 14.10, а 16.10 21:00 записи ещё не"
    " было (позже на 2 дня)",
    settings=("deadlines.homework", "sync.journal_access"),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w", needs=_NEEDS, applies=Applies.HOMEWORK,
)  # fmt: skip
def late_homework(bench: Bench) -> Iterator[Violation]:
    """Находит уроки, домашнее задание на которых точно внесено позже дня урока.

    Не касается того же, чего и HW-01: 1 класса, внеурочной деятельности, контрольных работ, последнего урока периода.
    """
    for row in bench.rows(LATE.format(entries=LATE_HOMEWORK), run=bench.run_id):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.WARN,
            f"{journal_words(row)}, {day_month(date.fromisoformat(row['date']))}:"
            f" домашнее задание внесено с опозданием, {late_words(bench, row)}",
            late_proof(row),
        )


@rule(
    "HW-07", clause="4.4", title="Домашние задания даются от случая к случаю", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="Месяц кончился, дней, когда задание требуется, было не меньше days, без него прошло не меньше missed, и"
    " доля дней с заданием меньше share.",
    example="6А, Русский язык, октябрь 2026 г.: дней с домашним заданием 11 из 18 (61 %)",
    params=(
        Param("share", 0.8, "Какая доля дней должна быть с заданием.", 0, 1),
        Param("days", 3, "За сколько дней месяца есть о чём судить.", 1, 31),
        Param("missed", 2, "Столько дней без задания — ещё не случайность.", 1, 31),
    ),
    settings=("deadlines.homework",),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="m", needs=_NEEDS, applies=Applies.HOMEWORK,
)  # fmt: skip
def poor_month(bench: Bench) -> Iterator[Violation]:
    """Находит месяцы, в которых домашнее задание было слишком редко из тех дней, когда оно требуется.

    Месяц оценивается, когда кончился.
    """
    least, missed, share = (bench.param(name) for name in ("days", "missed", "share"))
    for row in bench.rows(_POOR_MONTHS, least=least, missed=missed, share=share):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.WARN,
            f"{journal_words(row)}, {month_name(date.fromisoformat(row['date']))}: дней с домашним заданием"
            f" {row['given']} из {row['days']} ({100 * row['given'] // row['days']} %)",
            read_proof(row, ("Дней, когда задание требуется", str(row["days"])), ("Из них с ним", str(row["given"]))),
        )
