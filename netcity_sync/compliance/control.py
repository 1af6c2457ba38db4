"""CTL: control works, as a class meets them: over all of its journals."""

from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.registry import rule
from netcity_sync.settings import Role

_SAME_DAY = """
WITH work AS MATERIALIZED (
  SELECT j.class_id, g.subject_id, h.subject_group_id, h.term_id, h.lesson_id, h.date, h.slot,
    row_number() OVER (
      PARTITION BY h.subject_group_id, h.term_id, h.date ORDER BY h.slot DESC, h.lesson_id DESC
    ) AS place
  FROM journal j
  CROSS JOIN as_of_subject_group g USING (subject_group_id)
  CROSS JOIN held h USING (subject_group_id, term_id)
  WHERE NOT g.individual_plan AND NOT g.extracurricular AND h.control AND (h.held AND is_control(h.topic) OR EXISTS (
    SELECT 1 FROM as_of_assignment a CROSS JOIN as_of_assignment_type t USING (type_id)
    WHERE a.subject_group_id = h.subject_group_id AND a.term_id = h.term_id AND a.lesson_id = h.lesson_id
      AND NOT a.homework AND NOT a.missing AND is_control(t.name)))
), block AS MATERIALIZED (SELECT * FROM work WHERE place = 1)
SELECT later.lesson_id, later.date, later.slot, group_concat(other.group_name, ', ') AS others, j.*
FROM block later
CROSS JOIN block earlier ON earlier.class_id = later.class_id AND earlier.date = later.date
  AND earlier.subject_id <> later.subject_id AND (earlier.slot, earlier.lesson_id) < (later.slot, later.lesson_id)
CROSS JOIN journal j ON j.subject_group_id = later.subject_group_id AND j.term_id = later.term_id
CROSS JOIN journal other ON other.subject_group_id = earlier.subject_group_id AND other.term_id = earlier.term_id
WHERE j.fresh AND EXISTS (
  SELECT 1 FROM as_of_group_student one CROSS JOIN as_of_group_student two
    ON two.subject_group_id = earlier.subject_group_id AND two.term_id = earlier.term_id
    AND two.student_id = one.student_id
  WHERE one.subject_group_id = later.subject_group_id AND one.term_id = later.term_id
    AND NOT one.missing AND NOT two.missing)
GROUP BY later.subject_group_id, later.term_id, later.lesson_id
"""
"""Days on which pupils write control works in more than one subject; a row for each work but the first."""


@rule(
    "CTL-01", clause="4.3", title="Больше одной контрольной в день", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="В один день у тех же учеников контрольные по двум и более предметам: проведённые, с темой или заданием"
    " такого вида, и назначенные на будущее заданием. Что считается контрольной — диктант, контрольная, лабораторная,"
    " проверочная, практическая, самостоятельная, тест, изложение, сочинение, зачёт.",
    example="8В, Физика, 20.11 (4-й урок): не первая контрольная работа за день, в тот же день — Алгебра",
    recipients=(Role.DEPUTY, Role.TEACHER), cadence="d", needs=(Capability.LESSONS, Capability.MARKS),
)  # fmt: skip
def second_control_work(bench: Bench) -> Iterator[Violation]:
    """Находит дни, в которые одни и те же ученики пишут контрольные работы по двум и более предметам.

    Считаются проведённые работы и те, что уже назначены на будущие дни. Замечание — у более поздней из них. Подгруппы
    одного предмета друг другу не мешают.
    """
    for row in bench.rows(_SAME_DAY):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.VIOL,
            f"{lesson_words(row)}: не первая контрольная работа за день, в тот же день — {row['others']}",
            read_proof(row),
        )
