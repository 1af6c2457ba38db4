"""Who is on a class's list, and who leads it, in the order and the forms that papers use."""

from dataclasses import dataclass

from netcity_sync.errors import UsageError
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Signature
from netcity_sync.russian import initials

BY_NAME = "replace(replace(s.name, 'ё', 'е'), 'Ё', 'Е'), s.student_id"
"""The order of pupils (`s`) in a journal."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A pupil on the list of a class; `first_day` (ISO) is empty where the pupil was there from the beginning."""

    student_id: int
    name: str
    first_day: str


def class_list(desk: Desk, class_id: int) -> tuple[Listed, ...]:
    """The pupils who are on the list of a class at the desk's state of the mirror."""
    rows = desk.bench.rows(
        "SELECT s.student_id, s.name, a.first_day FROM arrival a JOIN as_of_student s USING (student_id)"
        f" WHERE a.class_id = :class_id ORDER BY {BY_NAME}",
        class_id=class_id,
    )
    return tuple(Listed(row["student_id"], row["name"], row["first_day"]) for row in rows)


def listed_pupil(desk: Desk, class_id: int, student_id: int) -> Listed:
    """One of them. Raises UsageError for a pupil not on the list."""
    found = next((item for item in class_list(desk, class_id) if item.student_id == student_id), None)
    if found is None:
        raise UsageError("Ученика нет в списке класса.", todo="Составьте письма заново.")
    return found


def class_teachers(desk: Desk, class_id: int) -> str:
    """«Примерова В. П.»; empty where the source names nobody."""
    rows = desk.bench.rows(
        "SELECT s.name FROM as_of_class_chief c JOIN as_of_staff s USING (staff_id)"
        " WHERE c.class_id = :class_id AND NOT c.missing ORDER BY s.name",
        class_id=class_id,
    )
    return ", ".join(initials(row["name"]) for row in rows)


def class_facts(desk: Desk, class_id: int) -> tuple[tuple[str, str], ...]:
    """The lines about the class under the title."""
    return (
        ("Класс", desk.class_name(class_id)),
        ("Классный руководитель", class_teachers(desk, class_id) or "—"),
    )


def teacher_signature(desk: Desk, class_id: int) -> Signature:
    """The class teacher's line."""
    return Signature("Классный руководитель", class_teachers(desk, class_id))


def letter_signatures(desk: Desk, class_id: int) -> tuple[Signature, ...]:
    """Who signs what a family is told: the class teacher, and a parent on the copy that stays at school."""
    return (
        teacher_signature(desk, class_id),
        Signature("Родитель (законный представитель)", lead="Ознакомлен(а)"),
    )
