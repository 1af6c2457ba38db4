"""MRK: whether those who wrote a control work, and those who did not, have a mark for it.

All works of a journal on one day are one, named by its last lesson (docs/checks.md «Judged work»).
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.marks import allowed_days, fill_allowed_days
from netcity_sync.compliance.order import ABSENT
from netcity_sync.compliance.registry import Applies, Param, rule
from netcity_sync.compliance.sql_functions import add_function
from netcity_sync.compliance.words import work_of_topic
from netcity_sync.russian import day_month, plural, short_name, some_of
from netcity_sync.settings import Role

_NEEDS = (Capability.LESSONS, Capability.MARKS, Capability.ATTENDANCE)
_NAMES_SHOWN = 3

_WORK = """
CREATE TEMP TABLE IF NOT EXISTS work AS
SELECT subject_group_id, term_id, date, slot, lesson_id, max(days) AS days, max(name) AS name FROM (
  SELECT h.subject_group_id, h.term_id, h.date, h.slot, h.lesson_id, d.days, d.type_name AS name
  FROM journal j
  CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  CROSS JOIN allowed_days d ON d.type_id = a.type_id AND d.grade = j.grade
  CROSS JOIN held h
    ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id AND h.lesson_id = a.lesson_id
  WHERE j.marked AND h.held AND NOT a.homework AND NOT a.missing AND is_control(d.type_name)
  UNION ALL
  SELECT h.subject_group_id, h.term_id, h.date, h.slot, h.lesson_id,
    days_of_work(work_of_topic(h.topic), j.grade), work_of_topic(h.topic)
  FROM journal j CROSS JOIN held h USING (subject_group_id, term_id)
  WHERE j.marked AND h.held AND h.control AND work_of_topic(h.topic) IS NOT NULL
) GROUP BY subject_group_id, term_id, lesson_id
"""

_WORK_DAY = """
CREATE TEMP TABLE IF NOT EXISTS work_day AS
SELECT w.subject_group_id, w.term_id, w.date, w.slot, w.lesson_id, w.name, due.moment AS deadline FROM (
  SELECT work.*, max(days) OVER (PARTITION BY subject_group_id, term_id, date) AS most_days, row_number() OVER (
      PARTITION BY subject_group_id, term_id, date ORDER BY slot DESC, lesson_id DESC) AS place
  FROM work
) w
CROSS JOIN journal j USING (subject_group_id, term_id)
CROSS JOIN due ON due.what = 'marks' AND due.days = w.most_days AND due.date = w.date
WHERE w.place = 1 AND due.moment < j.read_at
"""

_ANSWERED = """
CREATE TEMP TABLE IF NOT EXISTS answered AS
SELECT m.subject_group_id, m.term_id, h.date, m.student_id, min(m.missing) AS missing
FROM journal j
CROSS JOIN as_of_mark m ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
CROSS JOIN held h
  ON h.subject_group_id = m.subject_group_id AND h.term_id = m.term_id AND h.lesson_id = m.lesson_id
CROSS JOIN work_day w ON w.subject_group_id = h.subject_group_id AND w.term_id = h.term_id AND w.date = h.date
WHERE j.marked GROUP BY m.subject_group_id, m.term_id, h.date, m.student_id
"""
"""Who has anything in a cell of a day with a work."""

_WITHOUT_MARK = """
FROM journal j
CROSS JOIN work_day w ON w.subject_group_id = j.subject_group_id AND w.term_id = j.term_id
CROSS JOIN listed p ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id AND p.first_day <= w.date
LEFT JOIN as_of_student s ON s.student_id = p.student_id
WHERE j.fresh AND j.roster_fresh AND NOT EXISTS (
  SELECT 1 FROM answered m WHERE m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
    AND m.date = w.date AND m.student_id = p.student_id)
"""

_UNMARKED = f"""
SELECT w.date, w.slot, w.lesson_id, w.name AS work_name, p.student_id, s.name, j.*, (
    SELECT count(*) FROM answered m
    WHERE m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id AND m.date = w.date) AS marked_pupils
{_WITHOUT_MARK} AND NOT EXISTS (
  SELECT 1 FROM work x CROSS JOIN as_of_attendance a
    ON a.subject_group_id = x.subject_group_id AND a.term_id = x.term_id AND a.lesson_id = x.lesson_id
  WHERE x.subject_group_id = j.subject_group_id AND x.term_id = j.term_id AND x.date = w.date
    AND a.student_id = p.student_id AND a.code <> 'late')
ORDER BY j.subject_group_id, j.term_id, w.date, s.name
"""
"""Pupils who were at a work and have nothing for it."""

_DEBTS = f"""
SELECT * FROM (
  SELECT w.date, w.slot, w.lesson_id, w.name AS work_name, p.student_id, s.name, j.*, (
    SELECT min(h.date) FROM held h
    WHERE h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id AND h.held AND h.date > w.date
      AND NOT EXISTS (
        SELECT 1 FROM as_of_attendance a WHERE a.subject_group_id = h.subject_group_id AND a.term_id = h.term_id
          AND a.lesson_id = h.lesson_id AND a.student_id = p.student_id AND a.code <> 'late')
  ) AS back
  {_WITHOUT_MARK} AND NOT EXISTS (
    SELECT 1 FROM work x
    WHERE x.subject_group_id = j.subject_group_id AND x.term_id = j.term_id AND x.date = w.date AND NOT EXISTS (
      SELECT 1 FROM as_of_attendance a WHERE a.subject_group_id = x.subject_group_id AND a.term_id = x.term_id
        AND a.lesson_id = x.lesson_id AND a.student_id = p.student_id AND NOT a.missing AND {ABSENT}))
    AND EXISTS (
      SELECT 1 FROM answered m WHERE m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
        AND m.date = w.date AND NOT m.missing)
) d
CROSS JOIN due ON due.what = 'debt' AND due.days = :days AND due.date = d.back
WHERE due.moment < d.read_at
"""
"""Pupils who were not at a work that others have marks for, are back for long, and have nothing for it."""


def _fill_works(bench: Bench) -> None:
    entries = bench.settings.deadlines.work_types
    connection = bench.connection
    add_function(connection, "work_of_topic", work_of_topic)
    connection.create_function(
        "days_of_work", 2, lambda name, grade: allowed_days(entries, name, grade), deterministic=True
    )
    fill_allowed_days(bench)
    for query in (_WORK, _WORK_DAY, _ANSWERED):
        connection.execute(query)
    connection.execute("CREATE INDEX IF NOT EXISTS temp.work_key ON work (subject_group_id, term_id, date)")
    connection.execute("CREATE INDEX IF NOT EXISTS temp.work_day_key ON work_day (subject_group_id, term_id, date)")
    connection.execute(
        "CREATE INDEX IF NOT EXISTS temp.answered_key ON answered (subject_group_id, term_id, date, student_id)"
    )


@rule(
    "MRK-03", clause="4.4", title="Нет отметок у присутствовавших на контрольной", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="Срок отметок за контрольную работу прошёл, а у ученика, который на ней был, в тот день в журнале нет ни"
    " отметки, ни «точки», ни текста. Контрольная — столбец такого вида, а по одной теме урока — только «контрольная» и"
    " «диктант».",
    example="7А, Химия, 12.11 (3-й урок): работа «Контрольная работа» — нет отметки у 3 учеников из присутствовавших:"
    " Иванов И., Козлов П., Петрова А.",
    settings=("deadlines.work_types", "deadlines.marks"),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="d", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def unmarked_work(bench: Bench) -> Iterator[Violation]:
    """Находит контрольные работы, за которые к сроку нет отметки хотя бы у одного из присутствовавших.

    Отметка в другом столбце того же дня тоже считается. Опоздавшие — присутствовали; освобождённых и занимавшихся
    дистанционно не судят.
    """
    _fill_works(bench)
    for _, group in groupby(bench.rows(_UNMARKED), key=lambda row: (row["subject_group_id"], row["lesson_id"])):
        pupils = list(group)
        row = pupils[0]
        if row["marked_pupils"]:
            names = [short_name(pupil["name"] or "") for pupil in pupils]
            missing = plural(len(pupils), "ученика", "учеников", "учеников")
            words = f"нет отметки у {missing} из присутствовавших: {some_of(names, _NAMES_SHOWN)}"
        else:
            words = "отметок нет ни у кого"
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.VIOL,
            f"{lesson_words(row)}: работа «{row['work_name']}» — {words}",
            read_proof(row, ("Присутствовали, отметки нет", str(len(pupils)))),
        )


@rule(
    "MRK-04", clause="4.4", title="Долг по контрольной у отсутствовавших", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Ученика на контрольной не было, у других отметки за неё есть, а у него нет и после school_days учебных"
    " дней с первого посещённого потом урока журнала.",
    example="7А, Химия, 12.11 (3-й урок): Козлов П. — не было на работе «Контрольная работа», на уроках снова с 16.11,"
    " отметки за неё нет",
    params=(Param("school_days", 10, "За сколько учебных дней после возвращения работу пишут.", 0, 100),),
    settings=("deadlines.work_types", "deadlines.marks", "deadlines.lesson"),
    recipients=(Role.TEACHER, Role.CLASS_TEACHER), cadence="w", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def debt_of_absent(bench: Bench) -> Iterator[Violation]:
    """Находит контрольные работы, которых ученик не писал, потому что его не было, и не написал потом.

    Срок идёт с первого урока журнала, на котором ученик снова был.
    """
    _fill_works(bench)
    days = int(bench.param("school_days"))
    bench.add_due("debt", days, bench.settings.deadlines.marks)
    for row in bench.rows(_DEBTS, days=days):
        back = day_month(date.fromisoformat(row["back"]))
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
            Severity.INFO,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — не было на работе «{row['work_name']}»,"
            f" на уроках снова с {back}, отметки за неё нет",
            read_proof(row),
        )
