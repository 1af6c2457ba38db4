"""FIN: final marks of pupils: whether they are there in time, and whether they follow from the journal."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.final_bench import DAYS_BEFORE, GIVEN, JUDGED, WORDS, fill_due, finals_proof
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words
from netcity_sync.compliance.marks import pupil_place
from netcity_sync.compliance.registry import Applies, Param, rule
from netcity_sync.model import TermKind
from netcity_sync.russian import day_month, number, plural, short_name, some_of
from netcity_sync.settings import Role

_NAMED = 5
"""So many pupils of a finding are named, the others counted."""
_NEEDS = (Capability.LESSONS, Capability.MARKS, Capability.TERM_MARKS)
_WITH_ATTENDANCE = (*_NEEDS, Capability.ATTENDANCE)
_PUPILS = (Role.TEACHER, Role.CLASS_TEACHER, Role.DEPUTY)
_TEACHING = (Role.TEACHER, Role.DEPUTY)
_NEARLY = 1e-9

ROUND_UP_FROM = Param("round_up_from", 0.5, "С какой дробной части средний балл округляют вверх.", 0.01, 1)


def term_words(row: sqlite3.Row) -> str:
    """«8А, Химия (1 четверть)»."""
    return f"{journal_words(row)} ({row['term_name']})"


def pupil_words(row: sqlite3.Row) -> str:
    """«8А, Химия (1 четверть): Иванов И.»."""
    return f"{term_words(row)}: {short_name(row['name'] or '')}"


@rule(
    "FIN-01", clause="4.4", title="Итоговая отметка не выставлена к сроку", kind=RuleKind.STATE, severity=Severity.CRIT,
    formula="Срок приказа для класса, параллели или школы (без приказа — за days_before учебных дней до последнего"
    " учебного дня периода) прошёл, а у учеников журнала нет итоговой отметки за период.",
    example="9Б, История (1 четверть): нет итоговой отметки у 2 учеников из 25 — Иванов И., Петрова А. (срок 21.10)",
    params=(DAYS_BEFORE,), settings=("deadlines.marks",),
    recipients=_PUPILS, cadence="d", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def no_final_mark(bench: Bench) -> Iterator[Violation]:
    """Находит журналы, в которых к сроку стоят не все итоговые отметки за период; «н/а» и «осв» — тоже отметки.

    Сроки приказа берутся из таблицы «Сроки итоговых отметок» папки обмена. Не касается 1 класса, предметов без отметок
    и тех, кто прибыл во второй половине периода. Если по предмету отметку ставят за полугодие, выключите правило для
    этого предмета в [[rules]].
    """
    fill_due(bench)
    rows = bench.rows(
        "SELECT s.name, d.day AS due_day, f.student_id IS NULL AS without, fr.final_run, fr.final_at, fr.final_hash,"
        " j.* FROM pupil p CROSS JOIN journal j USING (subject_group_id, term_id)"
        " CROSS JOIN counts c USING (subject_group_id, term_id) CROSS JOIN final_read fr USING (subject_group_id)"
        " CROSS JOIN final_due d ON d.class_id = p.own_class_id AND d.term_id = j.term_id"
        " LEFT JOIN final f ON f.subject_group_id = p.subject_group_id AND f.term_id = p.term_id"
        " AND f.student_id = p.student_id AND f.kind = 'term' LEFT JOIN as_of_student s ON s.student_id = p.student_id"
        " WHERE j.fresh AND j.roster_fresh AND j.finals_fresh AND d.moment < fr.final_at AND d.moment < j.read_at"
        " AND p.counted > 0 AND 2 * p.counted >= c.held"
        " ORDER BY j.subject_group_id, j.term_id, s.name"
    )
    for _, found in groupby(rows, key=lambda row: (row["subject_group_id"], row["term_id"])):
        pupils = list(found)
        without = [short_name(row["name"] or "") for row in pupils if row["without"]]
        due_day = max((row["due_day"] for row in pupils if row["without"]), default="")
        row = pupils[0]
        if without:
            yield Violation(
                Place(row["subject_group_id"], row["term_id"]),
                Severity.CRIT,
                f"{term_words(row)}: нет итоговой отметки у {plural(len(without), 'ученика', 'учеников', 'учеников')}"
                f" из {len(pupils)} — {some_of(without, _NAMED)}"
                f" (срок {day_month(date.fromisoformat(due_day))})",
                finals_proof(row, ("Без итоговой отметки", str(len(without))), ("Всего учеников", str(len(pupils)))),
            )


_MEAN = """
WITH weighted AS MATERIALIZED (
  SELECT DISTINCT a.subject_group_id, a.term_id
  FROM journal j CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  WHERE j.marked AND NOT a.homework AND NOT a.missing AND a.weight > 0
), mean AS MATERIALIZED (
  SELECT m.subject_group_id, m.term_id, m.student_id,
    sum(m.value * CASE WHEN w.term_id IS NULL THEN 1 ELSE a.weight END) AS points,
    sum(CASE WHEN w.term_id IS NULL THEN 1 ELSE a.weight END) AS weight,
    sum(w.term_id IS NOT NULL AND a.assignment_id IS NULL) AS loose
  FROM journal j
  CROSS JOIN as_of_mark m ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
  LEFT JOIN weighted w ON w.subject_group_id = m.subject_group_id AND w.term_id = m.term_id
  LEFT JOIN as_of_assignment a ON w.term_id IS NOT NULL AND a.subject_group_id = m.subject_group_id
    AND a.term_id = m.term_id AND a.assignment_id = m.assignment_id
  WHERE j.marked AND j.fresh AND j.finals_fresh AND j.term_end < local_date(j.read_at)
    AND m.value IS NOT NULL AND NOT m.missing
  GROUP BY m.subject_group_id, m.term_id, m.student_id
)
"""


@rule(
    "FIN-02", clause="6.4", title="Итоговая отметка не равна среднему баллу", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="Период кончился, и итоговая отметка не равна среднему баллу (взвешенному, если у работ журнала есть веса),"
    " округлённому вверх с дробной части round_up_from. Если до неё не дальше band и стоит соседняя отметка — к"
    " сведению.",
    example="8А, Химия (1 четверть): Иванов И. — итоговая отметка 5, а средний балл 4,33",
    params=(ROUND_UP_FROM, Param("band", 0.05, "Как близко к границе округления отметка спорная.", 0, 0.5)),
    recipients=_TEACHING, cadence="p", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def not_the_mean(bench: Bench) -> Iterator[Violation]:
    """Находит итоговые отметки, которые не следуют из отметок периода.

    Порог округления можно задать для каждого предмета. Не касается прибывших в течение периода, «н/а», «осв», «зач» и
    тех, у кого при весах есть отметка вне заданий.
    """
    query = (
        f"{_MEAN} SELECT * FROM (SELECT m.points, m.weight, m.points / m.weight AS whole,"
        f" m.points * 1.0 / m.weight - m.points / m.weight AS rest, {WORDS} {GIVEN}"
        " CROSS JOIN mean m ON m.subject_group_id = p.subject_group_id AND m.term_id = p.term_id"
        f" AND m.student_id = p.student_id WHERE {JUDGED} AND f.value IS NOT NULL AND p.unconfirmed = 0"
        " AND m.loose = 0 AND m.weight > 0) WHERE value <> whole + (rest >= :from - :nearly)"
    )
    for row in bench.rows(query, **{"from": bench.param("round_up_from"), "nearly": _NEARLY}):
        near = abs(row["rest"] - bench.param("round_up_from")) <= bench.param("band") + _NEARLY
        disputed = near and row["value"] in (row["whole"], row["whole"] + 1)
        yield Violation(
            pupil_place(row),
            Severity.INFO if disputed else Severity.WARN,
            f"{pupil_words(row)} — итоговая отметка {row['value']}, а средний балл"
            f" {number(row['points'] / row['weight'], 2)}",
            finals_proof(
                row,
                ("Отметок", str(row["marks"])),
                ("Средний балл", number(row["points"] / row["weight"], 2)),
                ("Выставлено", str(row["value"])),
            ),
        )


@rule(
    "FIN-03", clause="4.4", title="Итоговая отметка при недостатке отметок", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="Период кончился, итоговая отметка 1–5 стоит, а отметок в периоде меньше quarter (в полугодии — меньше"
    " half_year).",
    example="8А, Химия (1 четверть): Иванов И. — итоговая отметка 4 при 2 отметках за период, нужно 3",
    params=(
        Param("quarter", 3, "Сколько отметок нужно для итоговой за четверть или триместр.", 0, 50),
        Param("half_year", 5, "Сколько отметок нужно для итоговой за полугодие.", 0, 50),
    ),
    recipients=_TEACHING, cadence="p", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def final_without_marks(bench: Bench) -> Iterator[Violation]:
    """Находит итоговые отметки, для которых в периоде слишком мало отметок. Не касается прибывших в течение периода."""
    query = (
        f"SELECT {WORDS}, CASE j.term_kind WHEN :half THEN :half_year ELSE :quarter END AS needed {GIVEN}"
        f" WHERE {JUDGED} AND f.value IS NOT NULL AND p.marks + p.unconfirmed <"
        " CASE j.term_kind WHEN :half THEN :half_year ELSE :quarter END"
    )
    needed = {name: bench.param(name) for name in ("quarter", "half_year")}
    for row in bench.rows(query, half=TermKind.HALF_YEAR.value, **needed):
        few = plural(row["marks"], "отметке", "отметках", "отметках")
        yield Violation(
            pupil_place(row),
            Severity.VIOL,
            f"{pupil_words(row)} — итоговая отметка {row['value']} при {few} за период, нужно {row['needed']:g}",
            finals_proof(row, ("Отметок", str(row["marks"])), ("Нужно", f"{row['needed']:g}")),
        )


_MISSED = """
WITH missed AS MATERIALIZED (
  SELECT a.subject_group_id, a.term_id, a.student_id, count(*) AS lessons,
    sum(NOT a.missing AND a.code <> 'exempt') AS certain
  FROM journal j
  CROSS JOIN as_of_attendance a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  CROSS JOIN held h
    ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id AND h.lesson_id = a.lesson_id
  WHERE j.marked AND j.fresh AND j.finals_fresh AND j.term_end < local_date(j.read_at) AND h.held
    AND a.code NOT IN ('late', 'remote')
  GROUP BY a.subject_group_id, a.term_id, a.student_id
)
"""


@rule(
    "FIN-04", clause="4.4", title="Итоговая отметка при пропусках, «н/а» без оснований", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="Период кончился. Стоит итоговая отметка 1–5, а пропущено больше доли missed_most уроков (освобождение не"
    " пропуск); или стоит «н/а», а пропущено меньше доли missed_least.",
    example="8А, Химия (1 четверть): Иванов И. — пропущено 26 уроков из 36, а стоит 3",
    params=(
        Param("missed_most", 0.667, "Какая доля пропусков ещё позволяет аттестовать.", 0, 1),
        Param("missed_least", 0.5, "С какой доли пропусков можно не аттестовать.", 0, 1),
    ),
    settings=("deadlines.lesson",),
    recipients=_PUPILS, cadence="p", needs=_WITH_ATTENDANCE, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def attested_or_not(bench: Bench) -> Iterator[Violation]:
    """Сверяет итоговые отметки и «н/а» с тем, сколько уроков ученик пропустил.

    Опоздание и занятия дистанционно — не пропуски. Не касается прибывших в течение периода.
    """
    query = (
        f"{_MISSED} SELECT coalesce(m.lessons, 0) AS missed_lessons, coalesce(m.certain, 0) AS certain, {WORDS} {GIVEN}"
        " LEFT JOIN missed m ON m.subject_group_id = p.subject_group_id AND m.term_id = p.term_id"
        f" AND m.student_id = p.student_id WHERE {JUDGED} AND p.counted > 0"
        " AND (f.value IS NOT NULL AND coalesce(m.certain, 0) > :most * p.counted"
        " OR f.not_attested AND coalesce(m.lessons, 0) < :least * p.counted)"
    )
    for row in bench.rows(query, most=bench.param("missed_most"), least=bench.param("missed_least")):
        missed = row["certain"] if row["value"] is not None else row["missed_lessons"]
        lessons = plural(missed, "урок", "урока", "уроков")
        shown = row["value"] if row["value"] is not None else "«н/а»"
        yield Violation(
            pupil_place(row),
            Severity.WARN,
            f"{pupil_words(row)} — пропущено {lessons} из {row['counted']}, а стоит {shown}",
            finals_proof(row, ("Уроков проведено", str(row["counted"])), ("Пропущено", str(missed))),
        )


@rule(
    "FIN-05", clause="6.4", title="Итоговая отметка выше всех контрольных", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Период кончился, и итоговая отметка больше каждой отметки за контрольные работы; их не меньше works.",
    example="8А, Химия (1 четверть): Иванов И. — итоговая отметка 5, а за контрольные: 3, 3",
    params=(Param("works", 2, "Сколько отметок за контрольные нужно, чтобы сравнивать.", 1, 50),),
    recipients=(Role.DEPUTY,), cadence="p", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def above_control_works(bench: Bench) -> Iterator[Violation]:
    """Находит итоговые отметки, которые выше любой отметки за контрольные работы периода."""
    query = (
        "WITH written AS MATERIALIZED (SELECT m.subject_group_id, m.term_id, m.student_id, max(m.value) AS best,"
        " sum(NOT m.missing) AS works, group_concat(m.value, ', ') FILTER (WHERE NOT m.missing) AS given"
        " FROM journal j CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id"
        " AND a.term_id = j.term_id JOIN as_of_mark m ON m.subject_group_id = a.subject_group_id"
        " AND m.term_id = a.term_id AND m.assignment_id = a.assignment_id"
        " WHERE j.marked AND j.fresh AND j.finals_fresh AND NOT a.homework AND m.value IS NOT NULL"
        " AND a.type_id IN (SELECT type_id FROM as_of_assignment_type WHERE is_control(name))"
        " GROUP BY m.subject_group_id, m.term_id, m.student_id)"
        f" SELECT w.given, {WORDS} {GIVEN} CROSS JOIN written w ON w.subject_group_id = p.subject_group_id"
        f" AND w.term_id = p.term_id AND w.student_id = p.student_id WHERE {JUDGED} AND w.works >= :works"
        " AND f.value > w.best"
    )
    for row in bench.rows(query, works=bench.param("works")):
        yield Violation(
            pupil_place(row),
            Severity.INFO,
            f"{pupil_words(row)} — итоговая отметка {row['value']}, а за контрольные: {row['given']}",
            finals_proof(row),
        )


@rule(
    "FIN-06", clause="4.4", title="Годовая отметка не равна среднему по периодам", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="За все периоды стоят отметки 1–5, и годовая не равна их среднему, округлённому вверх с дробной части"
    " round_up_from.",
    example="8А, Химия (4 четверть): Иванов И. — годовая отметка 3, а по периодам: 4, 4, 3, 4",
    params=(ROUND_UP_FROM,),
    recipients=_TEACHING, cadence="y", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def not_the_mean_of_terms(bench: Bench) -> Iterator[Violation]:
    """Находит годовые отметки, которые не следуют из отметок за периоды.

    Если за какой-то период стоит «н/а» или нет отметки, правило молчит.
    """
    query = """
    WITH term AS MATERIALIZED (
      SELECT g.subject_group_id, count(*) AS terms FROM as_of_subject_group_term g
      WHERE NOT g.missing GROUP BY g.subject_group_id
    ), given AS MATERIALIZED (
      SELECT subject_group_id, student_id, sum(value) AS points, count(value) AS marks, max(missing) AS doubt,
        group_concat(value, ', ') AS shown, max(term_start) AS last_start
      FROM (
        SELECT f.*, j.term_start FROM journal j
        JOIN final f ON f.subject_group_id = j.subject_group_id AND f.term_id = j.term_id AND f.kind = 'term'
        WHERE j.marked AND j.finals_fresh ORDER BY f.subject_group_id, f.student_id, j.term_start
      ) GROUP BY subject_group_id, student_id
    )
    SELECT y.value, g.shown, s.name, p.student_id, fr.final_run, fr.final_at, fr.final_hash, j.*
    FROM given g
    JOIN term t ON t.subject_group_id = g.subject_group_id AND t.terms = g.marks
    JOIN final y ON y.subject_group_id = g.subject_group_id AND y.student_id = g.student_id AND y.kind = 'year'
      AND y.term_id = 0
    JOIN journal j ON j.subject_group_id = g.subject_group_id AND j.term_start = g.last_start
    JOIN listed p ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id AND p.student_id = g.student_id
    JOIN final_read fr ON fr.subject_group_id = g.subject_group_id
    LEFT JOIN as_of_student s ON s.student_id = g.student_id
    WHERE j.fresh AND j.roster_fresh AND NOT g.doubt AND NOT y.missing AND y.value IS NOT NULL
      AND y.value <> g.points / g.marks + (g.points * 1.0 / g.marks - g.points / g.marks >= :from - :nearly)
    """
    for row in bench.rows(query, **{"from": bench.param("round_up_from"), "nearly": _NEARLY}):
        yield Violation(
            pupil_place(row),
            Severity.WARN,
            f"{pupil_words(row)} — годовая отметка {row['value']}, а по периодам: {row['shown']}",
            finals_proof(row),
        )


@rule(
    "FIN-08", clause="6.4", title="«5» за период при наличии «2»", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Период кончился, итоговая отметка 5, а среди отметок периода есть 2.",
    example="8А, Химия (1 четверть): Иванов И. — итоговая отметка 5, а среди отметок периода есть 2",
    recipients=(Role.TEACHER,), cadence="p", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True, enabled=False,
)  # fmt: skip
def five_with_a_two(bench: Bench) -> Iterator[Violation]:
    """Находит отличные итоговые отметки у тех, у кого в периоде есть «2», если локальный акт этого не допускает."""
    query = (
        f"SELECT {WORDS} {GIVEN} WHERE {JUDGED} AND f.value = 5 AND EXISTS (SELECT 1 FROM as_of_mark m"
        " WHERE m.subject_group_id = p.subject_group_id AND m.term_id = p.term_id AND m.student_id = p.student_id"
        " AND m.value = 2 AND NOT m.missing)"
    )
    for row in bench.rows(query):
        yield Violation(
            pupil_place(row),
            Severity.INFO,
            f"{pupil_words(row)} — итоговая отметка 5, а среди отметок периода есть 2",
            finals_proof(row),
        )
