"""What the final marks of a term under way would be: means of current marks, rounded half up.

Means are weighted where the works of a journal have weights. Nothing here foretells a teacher's decision.
"""

from dataclasses import replace

from netcity_sync.reports.desk import Desk
from netcity_sync.reports.final_matrix import ClassFinals, Final, Point, SchoolClass, class_finals

CURRENT_WORDS = (
    "Предварительно, по текущим отметкам: средний балл каждого предмета (взвешенный, если у работ есть веса) округлён"
    " до целого, от 0,5 — вверх. Окончательную отметку ставит учитель."
)


def current_finals(desk: Desk, item: SchoolClass, point: Point) -> ClassFinals:
    """The matrix of a class as current marks would make it today."""
    matrix = class_finals(desk, item, point, min(point.last, desk.bench.today))
    means = {
        (row["subject_id"], row["student_id"]): Final(_rounded(row["mean"]), journal=row["subject_group_id"])
        for row in reversed(desk.bench.rows(_MEANS, class_id=item.class_id, term=point.term_id))
    }
    unread = desk.bench.rows(
        "SELECT group_name FROM journal WHERE class_id = :class_id AND term_id = :term AND NOT fresh ORDER BY 1",
        class_id=item.class_id, term=point.term_id,
    )  # fmt: skip
    pupils = tuple(
        replace(
            pupil,
            finals={
                key: means.get((key, pupil.student_id), Final(journal=final.journal))
                for key, final in pupil.finals.items()
            },
        )
        for pupil in matrix.pupils
    )
    return replace(matrix, pupils=pupils, unread=tuple(f"{item.name} {row['group_name']}" for row in unread))


def _rounded(mean: float) -> int:
    return int(mean + 0.5 + 1e-9)


_MEANS = """
WITH weighted AS MATERIALIZED (
  SELECT DISTINCT a.subject_group_id
  FROM class_journal k CROSS JOIN journal j USING (subject_group_id, term_id)
  CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  WHERE k.class_id = :class_id AND j.term_id = :term AND NOT a.homework AND NOT a.missing AND a.weight > 0
), given AS MATERIALIZED (
  SELECT m.subject_group_id, m.student_id, m.value,
    CASE WHEN w.subject_group_id IS NULL THEN 1 ELSE coalesce(a.weight, 1) END AS weight
  FROM class_journal k CROSS JOIN journal j USING (subject_group_id, term_id)
  CROSS JOIN as_of_mark m ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
  CROSS JOIN as_of_group_student p ON p.subject_group_id = m.subject_group_id AND p.term_id = m.term_id
    AND p.student_id = m.student_id
  LEFT JOIN weighted w ON w.subject_group_id = m.subject_group_id
  LEFT JOIN as_of_assignment a ON a.subject_group_id = m.subject_group_id AND a.term_id = m.term_id
    AND a.assignment_id = m.assignment_id
  WHERE k.class_id = :class_id AND j.term_id = :term AND j.fresh AND m.value IS NOT NULL
    AND (p.missing OR NOT m.missing)
)
SELECT s.subject_id, s.subject_group_id, student_id, sum(value * weight) * 1.0 / sum(weight) AS mean
FROM given CROSS JOIN as_of_subject_group s USING (subject_group_id)
WHERE s.grading = 'marks' AND NOT s.extracurricular
GROUP BY s.subject_group_id, student_id HAVING sum(weight) > 0
ORDER BY s.name, s.subject_group_id
"""
"""Of two journals on whose lists a pupil is, the first that has marks of the pupil counts, as with final marks. Who has
vanished from a journal, unconfirmed, keeps the marks that stood there."""
