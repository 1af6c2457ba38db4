"""CTL: what came of assessment works: their marks, and whether they were gone through afterwards."""

from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.registry import Applies, Param, rule
from netcity_sync.russian import number, plural
from netcity_sync.settings import Role

_MARKS_OF_WORKS = """
SELECT a.assignment_id, a.lesson_id, t.name AS type_name, h.date, h.slot, count(*) AS marks,
  sum(m.value <= 2) AS low, avg(m.value) AS mean, j.*
FROM journal j
CROSS JOIN as_of_assignment a USING (subject_group_id, term_id)
CROSS JOIN as_of_assignment_type t USING (type_id)
CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)
CROSS JOIN as_of_mark m ON m.subject_group_id = a.subject_group_id AND m.term_id = a.term_id
  AND m.assignment_id = a.assignment_id
WHERE j.fresh AND j.marked AND NOT a.homework AND NOT a.missing AND is_assessment(t.name) AND m.value IS NOT NULL
GROUP BY a.subject_group_id, a.term_id, a.assignment_id
HAVING NOT max(m.missing) AND count(*) >= :marks AND (sum(m.value <= 2) > :low_share * count(*) OR avg(m.value) < :mean)
"""

_AFTERWARDS = """
WITH row_of_lessons AS (
  SELECT h.subject_group_id, h.term_id, h.lesson_id, h.topic, h.slot, h.date,
    lead(h.topic, 1) OVER later AS one, lead(h.topic, 2) OVER later AS two,
    lead(h.held, 2) OVER later AND lead(h.has_topic, 1) OVER later AND lead(h.has_topic, 2) OVER later AS known
  FROM held h
  WHERE (h.subject_group_id, h.term_id) IN (SELECT subject_group_id, term_id FROM assessment)
  WINDOW later AS (PARTITION BY h.subject_group_id, h.term_id ORDER BY h.date, h.slot, h.lesson_id)
)
SELECT r.lesson_id, r.date, r.slot, j.*
FROM assessment w
CROSS JOIN row_of_lessons r USING (subject_group_id, term_id, lesson_id)
CROSS JOIN journal j USING (subject_group_id, term_id)
WHERE j.fresh AND w.held AND r.known
  AND NOT is_correction(r.topic) AND NOT is_correction(r.one) AND NOT is_correction(r.two)
"""


@rule(
    "CTL-06", clause="4.4", title="Массовые низкие результаты контрольной", kind=RuleKind.STATE,
    severity=Severity.INFO,
    formula="За оценочную работу стоит не меньше marks отметок, из них «2» и «1» больше доли low_share, или средний"
    " балл меньше mean.",
    example="8А, Химия, 12.11 (2-й урок): за работу «Контрольная работа» двоек 14 из 25 отметок, средний балл 2,48",
    params=(
        Param("marks", 8, "О работе с меньшим числом отметок ничего не говорится.", 1, 100),
        Param("low_share", 0.5, "Больше какой доли двоек — уже массово.", 0.0, 1.0),
        Param("mean", 2.6, "Ниже какого среднего балла результаты низкие.", 1.0, 5.0),
    ),
    recipients=(Role.DEPUTY,), cadence="w", needs=(Capability.LESSONS, Capability.MARKS), applies=Applies.MARKED,
)  # fmt: skip
def low_results(bench: Bench) -> Iterator[Violation]:
    """Находит контрольные работы, с которыми не справилась половина писавших или больше."""
    for row in bench.rows(
        _MARKS_OF_WORKS, marks=bench.param("marks"), low_share=bench.param("low_share"), mean=bench.param("mean")
    ):
        marks = plural(row["marks"], "отметки", "отметок", "отметок")
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], assignment_id=row["assignment_id"]),
            Severity.INFO,
            f"{lesson_words(row)}: за работу «{row['type_name']}» двоек {row['low']} из {marks},"
            f" средний балл {number(row['mean'], 2)}",
            read_proof(row),
        )


@rule(
    "CTL-07", clause="4.4", title="Нет работы над ошибками", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="В темах двух уроков журнала, следующих за оценочной работой, и в её собственной нет слов «анализ»,"
    " «работа над ошибками», «разбор»; обе темы записаны.",
    example="7А, Алгебра, 12.11 (2-й урок): после контрольной работы два урока без работы над ошибками",
    recipients=(Role.TEACHER,), cadence="w", needs=(Capability.LESSONS, Capability.TOPICS, Capability.MARKS),
    enabled=False,
)  # fmt: skip
def no_correction(bench: Bench) -> Iterator[Violation]:
    """Находит контрольные работы, после которых два урока подряд в теме нет работы над ошибками."""
    for row in bench.rows(_AFTERWARDS):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.INFO,
            f"{lesson_words(row)}: после контрольной работы два урока без работы над ошибками",
            read_proof(row),
            kind=RuleKind.EVENT,
        )
