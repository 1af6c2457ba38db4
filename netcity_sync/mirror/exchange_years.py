"""Which rows of the exchange folder's tables belong to a school year, and whom they name.

What happened on a day (a substitution, an exam, an issue of credentials, a month of sign-ins) belongs to the year of
that day. What stands until somebody ends it (an opt-out, an act, an undated row of a plan) belongs to every year in
which it stood.
"""

from dataclasses import dataclass
from enum import StrEnum

STOOD = "v.seen_from <= :last AND coalesce(v.missing_from, v.seen_to, 9e18) > :first"
"""The version stood at some run between the first and the last of a year."""


class Who(StrEnum):
    """Whom a record is about."""

    PUPIL = "обучающийся"
    STAFF = "работник"


@dataclass(frozen=True, slots=True)
class Person:
    """A column that names a person, and an SQL condition on the row under which that is a member of staff."""

    column: str
    staff_if: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """How a table falls into years. Conditions are SQL on a row `v`.

    `day`: the column with its day, where it has one. `standing`: what stood in a year is part of it besides, and under
    this condition; days of the year are `:start` to `:last_day`, its runs `:first` to `:last`. `over`: what stands is
    over with the year that ends on `:last_day`. `people` whom it names; none where it holds no personal data. `data`
    says what it tells of them (Russian).
    """

    day: str | None = None
    standing: str | None = None
    over: str | None = None
    people: tuple[Person, ...] = ()
    data: str = ""

    @property
    def in_year(self) -> str:
        """The condition that a row is part of a year."""
        parts = []
        if self.day is not None:
            parts.append(f"v.{self.day} BETWEEN :start AND :last_day")
        if self.standing is not None:
            parts.append(f"{STOOD} AND {self.standing}")
        return " OR ".join(parts)


BELONGING = {
    "planned_lesson": Belonging("planned_on", "v.planned_on IS NULL"),
    "substitution": Belonging(
        "held_on", people=(Person("absent", "1"), Person("substitute", "1")), data="замены уроков",
    ),
    "exam_result": Belonging("held_on", people=(Person("student", "0"),), data="результаты экзаменов"),
    "opt_out": Belonging(
        None, "v.applied_on <= :last_day AND coalesce(v.withdrawn_on, :start) >= :start", "v.withdrawn_on <= :last_day",
        (Person("student", "0"),), "отказ от электронного дневника",
    ),
    "credential_issue": Belonging(
        None, "v.issued_on BETWEEN :start AND :last_day", None, (Person("person", "v.recipient = 'staff'"),),
        "выдача реквизитов доступа",
    ),
    "user_activity": Belonging(
        "period_end", people=(Person("person", "v.user = 'staff'"),), data="входы в систему",
    ),
    "final_mark_date": Belonging("due_on"),
    "local_act": Belonging(
        None, "v.issued_on <= :last_day AND coalesce(v.ends_on, :start) >= :start", "v.ends_on <= :last_day",
        (Person("appointed", "1"),), "назначение ответственным",
    ),
    "enrolment_order": Belonging("moved_on", people=(Person("student", "0"),), data="приказы о движении"),
}  # fmt: skip
"""By the name of the table in the mirror. Credentials hold for years: only what no kept table names is over."""
