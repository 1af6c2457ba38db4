"""Whose a finding is: the role it is meant for, and the classes, subjects or journals of the person."""

from collections.abc import Iterable, Mapping

from netcity_sync.compliance.check import JournalFacts
from netcity_sync.compliance.finding import Finding
from netcity_sync.russian import class_key, plain
from netcity_sync.settings import Person, Role

_SEES_ALL_RULES = (Role.DIRECTOR, Role.IKT_DEPUTY, Role.ADMINISTRATOR)
"""Who is shown findings of the area whomever they are addressed to (rules.md §7.13)."""


def is_for(person: Person, item: Finding) -> bool:
    """Whether a finding may be shown to a person (rules.md §7.13)."""
    if person.role not in _SEES_ALL_RULES and person.role not in item.recipients:
        return False
    return _in_area(person, item.class_name, item.subject_name, item.teacher_ids)


def unknown_area(person: Person, journals: Iterable[JournalFacts]) -> tuple[str, ...]:
    """What of a person's area no journal knows, in Russian: a slip there would look like «замечаний нет»."""
    known = tuple(journals)
    if not known:
        return ()
    classes = {class_key(item.class_name) for item in known}
    subjects = {plain(item.subject_name) for item in known}
    words = [f"журналов класса «{name}» нет" for name in person.classes if class_key(name) not in classes]
    words += [f"журналов по предмету «{name}» нет" for name in person.subjects if plain(name) not in subjects]
    if person.role is Role.TEACHER and not any(person.staff_id in item.teacher_ids for item in known):
        words.append("журналов учителя с таким номером (staff_id) нет")
    if person.role is Role.CLASS_TEACHER and not person.classes:
        words.append("класс (classes) не указан")
    return tuple(words)


def nobody_named(class_names: Iterable[str]) -> tuple[Person, ...]:
    """Who gets digests in the folder where the settings name nobody."""
    staff = (Person(name="Администратор", role=Role.ADMINISTRATOR), Person(name="Завуч", role=Role.DEPUTY))
    chiefs = (
        Person(name=f"Классный руководитель {name}", role=Role.CLASS_TEACHER, classes=(name,)) for name in class_names
    )
    return (*staff, *chiefs)


def journals_of(person: Person, journals: Mapping[int, JournalFacts]) -> frozenset[int]:
    """The ids of the journals in a person's area."""
    return frozenset(
        key
        for key, journal in journals.items()
        if _in_area(person, journal.class_name, journal.subject_name, journal.teacher_ids)
    )


def _in_area(person: Person, class_name: str, subject_name: str, teacher_ids: tuple[int, ...]) -> bool:
    """Whether something is a person's; what is of no class, or no subject, is so for whoever is not bound to one."""
    if person.role is Role.TEACHER and person.staff_id not in teacher_ids:
        return False
    if person.role is Role.CLASS_TEACHER and not (person.classes and class_name):
        return False
    in_classes = (
        not class_name or not person.classes or class_key(class_name) in {class_key(name) for name in person.classes}
    )
    in_subjects = (
        not subject_name or not person.subjects or plain(subject_name) in {plain(name) for name in person.subjects}
    )
    return in_classes and in_subjects
