"""Who may sign in: staff, parents and pupils, with the roles of the GIS's own table (protocol.md §2.8)."""

from dataclasses import dataclass
from enum import IntEnum
from random import Random

from netcity_sync.simulator.names import adult
from netcity_sync.simulator.school import Group, Pupil, School, Teacher


class Role(IntEnum):
    """A role by its id [R]."""

    PRINCIPAL = 2
    TEACHER = 3
    STUDENT = 4
    PARENT = 5

    @property
    def title(self) -> str:
        """As the GIS calls it."""
        return _TITLES[self]

    @property
    def key(self) -> str:
        """The name that older releases show instead of the id."""
        return self.name.capitalize()

    @property
    def staff(self) -> bool:
        """Whether it works at the school."""
        return self in (Role.PRINCIPAL, Role.TEACHER)


_TITLES = {Role.PRINCIPAL: "Завуч", Role.TEACHER: "Учитель", Role.STUDENT: "Ученик", Role.PARENT: "Родитель"}


@dataclass(frozen=True, slots=True)
class Account:
    """A login. `students` are a parent's children, or the pupil; `teacher` is whose journals a teacher keeps."""

    roles: tuple[Role, ...]
    login: str
    password: str
    user_id: int
    name: str
    students: tuple[Pupil, ...] = ()
    teacher: Teacher | None = None

    @property
    def role(self) -> str:
        """The titles of its roles."""
        return ", ".join(role.title for role in self.roles)

    @property
    def kind(self) -> str:
        """staff, parent or student; what somebody with several roles works as."""
        return "staff" if self.roles[0].staff else self.roles[0].name.lower()


def deal_accounts(school: School, random: Random) -> tuple[Account, ...]:
    """The deputy who sees everything first, then one account of every other kind, and one with two roles."""
    children = _siblings(school)
    teacher = _teacher_of(school, children[0])
    mother = adult(random).full

    def password() -> str:
        return f"Пароль-{random.randint(1000, 9999)}"

    accounts = [
        Account((Role.PRINCIPAL,), "zavuch", password(), 900_001, "Примерова Вера Петровна"),
        Account((Role.TEACHER,), "uchitel", password(), teacher.id, teacher.name.full, teacher=teacher),
        Account((Role.PARENT,), "roditel", password(), 900_003, mother, children),
        Account((Role.STUDENT,), "uchenik", password(), children[0].id, children[0].name.full, children[:1]),
        Account((Role.TEACHER, Role.PARENT), "uchitel-roditel", password(), 900_005, mother, children[-1:], teacher),
    ]
    return tuple(accounts)


def _siblings(school: School) -> tuple[Pupil, ...]:
    """A child in an upper class, and where there is another class, one in it."""
    usual = [pupil for pupil in school.pupils if pupil.left is None and not pupil.home_schooled]
    usual = [pupil for pupil in usual if pupil.start == school.calendar.start]
    grades = {item.id: item.grade for item in school.classes}
    first = max(usual, key=lambda pupil: (min(grades[pupil.class_id], 9), -pupil.id))
    others = [pupil for pupil in usual if pupil.class_id != first.class_id and grades[pupil.class_id] > 1]
    return (first, others[0]) if others else (first,)


def _teacher_of(school: School, pupil: Pupil) -> Teacher:
    return next(group.teacher for group in journals_of(school, pupil) if group.rated)


def journals_of(school: School, pupil: Pupil) -> list[Group]:
    """The journals that a pupil stands in."""
    return [group for group in school.groups if pupil in group.pupils]
