"""What a report is asked for: a period, and whose."""

from dataclasses import dataclass
from enum import StrEnum

from netcity_sync.reports.period import Period


class About(StrEnum):
    """Whose a report can be."""

    SCHOOL = "school"
    GRADE = "grade"
    CLASS = "class"
    TEACHER = "teacher"
    SUBJECT = "subject"
    PUPIL = "pupil"


@dataclass(frozen=True, slots=True)
class Focus:
    """Whose: one class, grade, teacher or subject (ids of the GIS); nothing of these: the whole school.

    A pupil is named together with the class.
    """

    class_id: int | None = None
    grade: int | None = None
    staff_id: int | None = None
    subject_id: int | None = None
    student_id: int | None = None

    @property
    def about(self) -> About:
        """What kind of focus this is."""
        known = (
            (self.student_id, About.PUPIL),
            (self.class_id, About.CLASS), (self.grade, About.GRADE), (self.staff_id, About.TEACHER),
            (self.subject_id, About.SUBJECT),
        )  # fmt: skip
        return next((about for value, about in known if value is not None), About.SCHOOL)


@dataclass(frozen=True, slots=True)
class Request:
    """A period and a focus.

    `named` tells that a person named the class: letters of a term, and of results of a day, are then made for all of
    its families, not only for those that declined the diary.
    """

    period: Period
    focus: Focus = Focus()
    named: bool = False
