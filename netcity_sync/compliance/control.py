"""CTL: how assessment works are spread over a class's days, weeks and terms (rules.md §7.6)."""

from collections.abc import Iterator
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.accumulation import weeks_of_terms
from netcity_sync.compliance.accumulation_norms import lessons_a_week
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words, lesson_words, read_proof
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.russian import day_month, number, plural
from netcity_sync.settings import Role

_NEEDS = (Capability.LESSONS, Capability.MARKS)
_BOTH = (Role.DEPUTY, Role.TEACHER)
_FEWEST_LESSONS_A_DAY = 3

_SAME_PUPILS = """EXISTS (
  SELECT 1 FROM as_of_group_student one CROSS JOIN as_of_group_student two
    ON two.subject_group_id = earlier.subject_group_id AND two.term_id = earlier.term_id
    AND two.student_id = one.student_id
  WHERE one.subject_group_id = later.subject_group_id AND one.term_id = later.term_id
    AND NOT one.missing AND NOT two.missing)"""

_TWO_WORKS = """later.subject_group_id, later.term_id, later.lesson_id, later.date, later.slot, later.held,
    earlier.subject_group_id AS other_id, earlier.term_id AS other_term, earlier.date AS other_date"""

_OF_COMBINED = """
  FROM shared s
  CROSS JOIN assessment later ON later.subject_group_id = s.subject_group_id AND later.term_id = s.term_id
  CROSS JOIN assessment earlier ON earlier.subject_group_id = s.other_id AND earlier.term_id = s.other_term"""
"""Works that pupils of a combined journal write in journals of different classes."""

_BEFORE = "earlier.subject_id <> later.subject_id AND (earlier.slot, earlier.lesson_id) < (later.slot, later.lesson_id)"

_SHORTLY = """earlier.date > date(later.date, '-' || :gap || ' days') AND earlier.date < later.date
  AND earlier.subject_id = later.subject_id"""

_SAME_DAY = f"""
WITH pair AS (
  SELECT {_TWO_WORKS} FROM assessment later
  CROSS JOIN assessment earlier ON earlier.class_id = later.class_id AND earlier.date = later.date
  WHERE {_BEFORE} AND {_SAME_PUPILS}
  UNION ALL
  SELECT {_TWO_WORKS} {_OF_COMBINED} AND earlier.date = later.date WHERE {_BEFORE}
)
SELECT p.lesson_id, p.date, p.slot, p.held, group_concat(other.group_name, ', ') AS others, j.*
FROM pair p
CROSS JOIN journal j USING (subject_group_id, term_id)
CROSS JOIN journal other ON other.subject_group_id = p.other_id AND other.term_id = p.other_term
WHERE j.fresh
GROUP BY p.subject_group_id, p.term_id, p.lesson_id
"""
"""Days on which pupils write assessment works in more than one subject; a row for each work but the first."""

_SOON_AFTER = f"""
WITH pair AS (
  SELECT {_TWO_WORKS} FROM assessment later
  CROSS JOIN assessment earlier ON earlier.class_id = later.class_id AND {_SHORTLY} AND {_SAME_PUPILS}
  UNION ALL
  SELECT {_TWO_WORKS} {_OF_COMBINED} AND {_SHORTLY}
)
SELECT p.lesson_id, p.date, p.slot, p.held, max(p.other_date) AS before, j.*
FROM pair p
CROSS JOIN journal j USING (subject_group_id, term_id)
WHERE j.fresh
GROUP BY p.subject_group_id, p.term_id, p.lesson_id
"""
"""Assessment works with another one of the subject less than `:gap` days before, and the date of the nearest."""

_EDGE_OF_DAY = """
WITH day AS MATERIALIZED (
  SELECT k.class_id, h.date, min(h.slot) AS first, max(h.slot) AS last
  FROM class_read c
  CROSS JOIN class_journal k ON k.class_id = c.class_id
  CROSS JOIN as_of_subject_group g ON g.subject_group_id = k.subject_group_id
  CROSS JOIN held h ON h.subject_group_id = k.subject_group_id AND h.term_id = k.term_id
  WHERE c.fresh AND NOT g.extracurricular AND NOT g.individual_plan
  GROUP BY k.class_id, h.date HAVING count(DISTINCT h.slot) >= :fewest
), edge AS MATERIALIZED (
  SELECT w.*, max(w.first_slot = day.first) AS is_first
  FROM assessment w
  CROSS JOIN class_journal k ON k.subject_group_id = w.subject_group_id AND k.term_id = w.term_id
  CROSS JOIN day ON day.class_id = k.class_id AND day.date = w.date
  WHERE w.first_slot = day.first OR w.slot = day.last
  GROUP BY w.subject_group_id, w.term_id, w.lesson_id
)
SELECT w.lesson_id, w.date, w.slot, w.held, w.is_first, n.planned, j.*
FROM edge w
CROSS JOIN counts n ON n.subject_group_id = w.subject_group_id AND n.term_id = w.term_id
CROSS JOIN journal j ON j.subject_group_id = w.subject_group_id AND j.term_id = w.term_id
"""
"""Assessment works at the first or the last lesson of the day, of some class whose pupils write them."""


def once_held(held: int) -> RuleKind | None:
    """What is over cannot be mended: it is told once, and grows no older (`Violation.kind`)."""
    return RuleKind.EVENT if held else None


@rule(
    "CTL-01", clause="4.3", title="Больше одной контрольной в день", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="В один день у тех же учеников оценочные работы по двум и более предметам: проведённые, с темой или"
    " заданием такого вида, и назначенные на будущее заданием. Оценочная работа — контрольная, проверочная,"
    " диагностическая, диктант, изложение, сочинение, тест, зачёт. Прошедший день исправить нельзя: он не просрочен.",
    example="8В, Физика, 20.11 (4-й урок): не первая контрольная работа за день, в тот же день — Алгебра",
    recipients=_BOTH, cadence="d", needs=_NEEDS,
)  # fmt: skip
def second_control_work(bench: Bench) -> Iterator[Violation]:
    """Находит дни, в которые одни и те же ученики пишут контрольные работы по двум и более предметам.

    Считаются проведённые работы и те, что уже назначены на будущие дни. Замечание — у более поздней из них. Подгруппы
    одного предмета друг другу не мешают. Лабораторные, практические и самостоятельные работы оценочными не считаются.
    """
    for row in bench.rows(_SAME_DAY):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.VIOL,
            f"{lesson_words(row)}: не первая контрольная работа за день, в тот же день — {row['others']}",
            read_proof(row),
            kind=once_held(row["held"]),
        )


@rule(
    "CTL-02", clause="4.3", title="Контрольные чаще одного раза в две с половиной недели", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="Меньше min_gap_days календарных дней прошло с предыдущей оценочной работы тех же учеников по тому же"
    " предмету; считаются проведённые и назначенные на будущее.",
    example="7А, Русский язык, 10.10 (2-й урок): контрольная работа через 9 дней после предыдущей (01.10), а нужно не"
    " меньше 17",
    params=(Param("min_gap_days", 17, "Не меньше стольких дней от одной работы до следующей.", 1, 100),),
    recipients=(Role.DEPUTY,), cadence="w", needs=_NEEDS,
)  # fmt: skip
def control_too_soon(bench: Bench) -> Iterator[Violation]:
    """Находит контрольные работы, между которыми по одному предмету прошло меньше двух с половиной недель.

    Проверяется каждый класс сам по себе: в параллели классы пишут работы в разные дни, и друг другу они не мешают.
    """
    gap = int(bench.param("min_gap_days"))
    for row in bench.rows(_SOON_AFTER, gap=gap):
        before = date.fromisoformat(row["before"])
        days = plural((date.fromisoformat(row["date"]) - before).days, "день", "дня", "дней")
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.WARN,
            f"{lesson_words(row)}: контрольная работа через {days} после предыдущей ({day_month(before)}),"
            f" а нужно не меньше {gap}",
            read_proof(row),
            kind=once_held(row["held"]),
        )


@rule(
    "CTL-03", clause="4.3", title="Контрольные занимают слишком много уроков", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="Дней с оценочными работами не меньше works, и они больше max_share от всех уроков журнала в периоде.",
    example="9А, География: контрольные работы на 2 из 16 уроков (12,5 %), 1 четверть",
    params=(
        Param("max_share", 0.1, "Какую долю уроков могут занимать контрольные работы.", 0.0, 1.0),
        Param("works", 2, "О меньшем числе работ ничего не говорится.", 1, 50),
    ),
    recipients=(Role.DEPUTY,), cadence="p", needs=_NEEDS,
)  # fmt: skip
def too_many_control_works(bench: Bench) -> Iterator[Violation]:
    """Находит журналы, в которых контрольные работы занимают больше десятой части уроков периода.

    За год доля не может стать больше, если она не была больше ни в одном периоде, поэтому год отдельно не считается.
    """
    share = bench.param("max_share")
    for row in bench.rows(
        "SELECT count(*) AS works, sum(w.held) AS written, n.planned, j.* FROM journal j"
        " CROSS JOIN counts n USING (subject_group_id, term_id)"
        " JOIN assessment w ON w.subject_group_id = j.subject_group_id AND w.term_id = j.term_id"
        " WHERE j.fresh GROUP BY j.subject_group_id, j.term_id HAVING count(*) >= :works",
        works=bench.param("works"),
    ):
        if row["works"] <= share * row["planned"]:
            continue
        percent = number(100 * row["works"] / row["planned"], 1)
        yield Violation(
            Place(row["subject_group_id"], row["term_id"]),
            Severity.WARN,
            f"{journal_words(row)}: контрольные работы на {row['works']} из"
            f" {plural(row['planned'], 'урока', 'уроков', 'уроков')} ({percent} %), {row['term_name']}",
            read_proof(row),
            kind=once_held(row["written"] > share * row["planned"]),
        )


@rule(
    "CTL-04", clause="4.3", title="Контрольная на первом или последнем уроке", kind=RuleKind.STATE,
    severity=Severity.INFO,
    formula="Оценочная работа стоит на первом или последнем уроке дня у класса, а предмет идёт чаще раза в неделю."
    " Внеурочная деятельность и индивидуальные планы не в счёт; в дне не меньше трёх уроков.",
    example="7А, Алгебра, 20.11 (6-й урок): контрольная работа на последнем уроке дня",
    recipients=(Role.DEPUTY,), cadence="w", needs=_NEEDS, unit=Unit.CLASS,
)  # fmt: skip
def control_at_edge(bench: Bench) -> Iterator[Violation]:
    """Находит контрольные работы на первом или последнем уроке дня.

    Не касается предметов, у которых не больше одного урока в неделю: им деться некуда.
    """
    weeks = weeks_of_terms(bench)
    for row in bench.rows(_EDGE_OF_DAY, fewest=_FEWEST_LESSONS_A_DAY):
        if lessons_a_week(row["planned"], weeks[row["term_id"]]) <= 1:
            continue
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.INFO,
            f"{lesson_words(row)}: контрольная работа на {'первом' if row['is_first'] else 'последнем'} уроке дня",
            read_proof(row),
            kind=once_held(row["held"]),
        )
