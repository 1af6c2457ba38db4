"""What a focus holds: the condition on journals (`journal j` of the bench) in SQL, its values, and a name for all."""

from collections.abc import Mapping
from dataclasses import asdict

from netcity_sync.reports.request import About, Focus

IN_FOCUS = """(:class_id IS NULL OR j.class_id = :class_id) AND (:grade IS NULL OR j.grade = :grade)
  AND (:subject_id IS NULL OR EXISTS (
    SELECT 1 FROM as_of_subject_group f WHERE f.subject_group_id = j.subject_group_id AND f.subject_id = :subject_id))
  AND (:staff_id IS NULL OR EXISTS (
    SELECT 1 FROM as_of_subject_group_teacher f
    WHERE f.subject_group_id = j.subject_group_id AND f.staff_id = :staff_id))"""


def whole_name(about: About) -> str:
    """What the last line of a table says, which is of all that is in focus."""
    return {About.SCHOOL: "Школа", About.GRADE: "Параллель"}.get(about, "Всего")


def focus_values(focus: Focus) -> Mapping[str, int | None]:
    """What the condition asks for."""
    return asdict(focus)
