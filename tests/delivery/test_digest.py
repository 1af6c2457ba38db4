"""Who is told what: areas keep apart, the worst comes first, hundreds of findings stay readable."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.school import at

from netcity_sync.compliance.check import Coverage, JournalFacts
from netcity_sync.compliance.finding import Finding, FindingStatus, NoData, Place, Proof, RuleKind, Severity
from netcity_sync.delivery.digest import Digest, Material, build_digest, nobody_named
from netcity_sync.delivery.render import render_html, render_text
from netcity_sync.school_days import SchoolDays
from netcity_sync.settings import Person, Role, Settings

NOW = at("10-05 21:00")
SETTINGS = Settings.model_validate(
    {
        "gis": {"url": "http://127.0.0.1:1", "school": 1, "login": "x"},
        "school": {"timezone": "Asia/Yekaterinburg"},
        "storage": {"data_dir": "."},
    }
)
JOURNALS = {
    1: JournalFacts("Химия", 71, "7А", "Химия", (11,)),
    2: JournalFacts("Физика", 72, "7Б", "Физика", (12,)),
    3: JournalFacts("Химия", 73, "10А", "Химия", (11,)),
}
PEOPLE = {
    Role.DIRECTOR: Person(name="Директор", role=Role.DIRECTOR),
    Role.DEPUTY: Person(name="Завуч", role=Role.DEPUTY),
    Role.CLASS_TEACHER: Person(name="Классный", role=Role.CLASS_TEACHER, classes=("7 а",)),
    Role.TEACHER: Person(name="Учитель", role=Role.TEACHER, staff_id=12),
    Role.ADMINISTRATOR: Person(name="Администратор", role=Role.ADMINISTRATOR),
}


def finding(group: int, number: int = 0, **changes: object) -> Finding:
    """A finding about a journal; by default a missing topic that was found today."""
    journal = JOURNALS[group]
    usual: dict[str, object] = {
        "id": f"LSN-01-{group}-{number}",
        "rule": "LSN-01",
        "kind": RuleKind.STATE,
        "clause": "4.4",
        "title": "Урок не записан (нет темы)",
        "severity": Severity.VIOL,
        "message": f"{journal.class_name}, {journal.name}, {1 + number % 28:02d}.09 (1-й урок): тема урока не записана",
        "recipients": (Role.TEACHER, Role.DEPUTY, Role.CLASS_TEACHER),
        "place": Place(group, 1, number),
        "class_id": 70 + group,
        "class_name": journal.class_name,
        "subject_name": journal.subject_name,
        "teacher_ids": journal.teacher_ids,
        "status": FindingStatus.OPEN,
        "opened_at": NOW,
        "fixed_at": None,
        "proof": Proof(1, "2026-10-05T16:00:00Z"),
    }
    return Finding(**(usual | changes))  # type: ignore[arg-type]


def digest(
    role: Role,
    *findings: Finding,
    fixed: tuple[Finding, ...] = (),
    no_data: tuple[NoData, ...] = (),
    journals: dict[int, JournalFacts] = JOURNALS,
) -> Digest:
    """The digest of one of the five invented persons."""
    days = SchoolDays(date(2026, 9, 1) + timedelta(days=number) for number in range(60))
    material = Material(findings, fixed, Coverage(journals, no_data, NOW), days, NOW)
    return build_digest(PEOPLE[role], material, SETTINGS)


ALL = (finding(1), finding(2), finding(3))


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.DIRECTOR, set()),
        (Role.DEPUTY, {"7А", "7Б", "10А"}),
        (Role.CLASS_TEACHER, {"7А"}),
        (Role.TEACHER, {"7Б"}),
        (Role.ADMINISTRATOR, {"7А", "7Б", "10А"}),
    ],
)
def test_everybody_sees_the_own_area_only(role: Role, sees: set[str]) -> None:
    made = digest(role, *ALL)
    for page in (render_html(made), render_text(made)):
        assert {name for name in ("7А,", "7Б,", "10А,") if name in page} == {f"{name}," for name in sees}


def test_a_deputy_for_a_subject_sees_only_it() -> None:
    person = Person(name="Завуч", role=Role.DEPUTY, subjects=("Физика",))
    days = SchoolDays([])
    made = build_digest(person, Material(ALL, (), Coverage(JOURNALS, (), NOW), days, NOW), SETTINGS)
    assert [line.where for section in made.sections for line in section.lines] == ["7Б, Физика"]


def test_what_is_meant_for_others_is_not_shown() -> None:
    made = digest(Role.TEACHER, finding(2, recipients=(Role.DEPUTY,)))
    assert made.empty


def test_the_worst_comes_first_then_the_oldest() -> None:
    old = finding(1, opened_at=NOW - timedelta(days=20))
    urgent = finding(3, severity=Severity.CRIT)
    made = digest(Role.DEPUTY, finding(2), old, urgent)
    assert [line.where for line in made.sections[0].lines] == ["10А, Химия", "7А, Химия", "7Б, Физика"]
    assert [line.age for line in made.sections[0].lines] == [0, 20, 0]


def test_the_same_said_once_of_many() -> None:
    made = digest(Role.DEPUTY, *(finding(1, number) for number in range(28)))
    (line,) = made.sections[0].lines
    assert line.count == 28
    assert line.details == (
        "01.09 (1-й урок), 02.09 (1-й урок), 03.09 (1-й урок), 04.09 (1-й урок), 05.09 (1-й урок), 06.09 (1-й урок),"
        " 07.09 (1-й урок), 08.09 (1-й урок) и ещё 20: тема урока не записана",
    )


def test_five_hundred_findings_fit_a_few_screens() -> None:
    journals = {key: JournalFacts(f"Предмет {key}", key, f"{1 + key % 11}А", "Предмет", (11,)) for key in range(1, 60)}
    findings = [
        finding(1, number, place=Place(1 + number % 59, 1, number), class_name=journals[1 + number % 59].class_name)
        for number in range(500)
    ]
    made = digest(Role.DEPUTY, *findings, journals=journals)
    assert made.sections[0].count == 500
    assert len(render_text(made).splitlines()) < 90
    assert "500 открытых замечаний" in render_text(made).splitlines()[3]


def test_what_happened_is_told_in_its_week_only() -> None:
    event = finding(1, rule="LSN-02", kind=RuleKind.EVENT, title="Тема урока внесена с опозданием")
    assert dict(digest(Role.DEPUTY, event).counters)["Внесено с опозданием за неделю"] == 1
    assert digest(Role.DEPUTY, replace(event, opened_at=NOW - timedelta(days=8))).sections == ()


def test_what_was_fixed_is_counted() -> None:
    fixed = replace(finding(1), status=FindingStatus.FIXED, fixed_at=NOW)
    made = digest(Role.CLASS_TEACHER, fixed=(fixed,))
    assert made.headline == "Замечаний не осталось, исправлено за неделю: 1."
    assert "Исправлено за неделю" in render_text(made)


def test_nothing_to_say_is_said() -> None:
    assert digest(Role.DEPUTY).headline == "Замечаний нет."


def test_unread_journals_are_named_to_those_they_concern() -> None:
    gaps = tuple(
        NoData(rule, Place(group, 1), f"{JOURNALS[group].class_name}: журнал не прочитан")
        for group in JOURNALS
        for rule in ("LSN-01", "HW-01")
    )
    assert digest(Role.TEACHER, no_data=gaps).gaps == ("7Б: журнал не прочитан",)
    assert len(digest(Role.DEPUTY, no_data=gaps).gaps) == 3


def test_names_are_not_markup() -> None:
    made = digest(Role.DEPUTY, finding(1, message="7А, Химия: <b>Ив&нов</b> — нет"))
    assert "&lt;b&gt;Ив&amp;нов" in render_html(made)
    assert "<b>Ив&нов</b>" in render_text(made)


def test_without_settings_there_is_a_deputy_and_a_class_teacher_each() -> None:
    people = nobody_named(["5А", "7Б"])
    assert [(person.role, person.classes) for person in people] == [
        (Role.DEPUTY, ()),
        (Role.CLASS_TEACHER, ("5А",)),
        (Role.CLASS_TEACHER, ("7Б",)),
    ]
