"""Who is told what: areas keep apart, the worst comes first, hundreds of findings stay readable."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from support.school import at

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.check import Coverage, JournalFacts
from netcity_sync.compliance.exemptions import Decision, Exemption, Scope
from netcity_sync.compliance.finding import Finding, FindingStatus, NoData, Place, Proof, RuleKind, Severity
from netcity_sync.compliance.life import Today, standings
from netcity_sync.compliance.wording import missing_words
from netcity_sync.delivery.area import nobody_named
from netcity_sync.delivery.digest import Counter, Digest, Material, build_digest
from netcity_sync.delivery.render import render_html, render_text
from netcity_sync.delivery.upkeep import Upkeep
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
MEND_WITHIN = {Severity.CRIT: 1, Severity.VIOL: 3, Severity.WARN: 7}
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
    person: Person | None = None,
    first_check: datetime = NOW - timedelta(days=30),
    read_at: datetime | None = NOW,
    exemptions: tuple[Exemption, ...] = (),
) -> Digest:
    """The digest of one of the five invented persons, or of `person`."""
    days = SchoolDays(date(2026, 9, 1) + timedelta(days=number) for number in range(60))
    coverage = Coverage(journals, {}, no_data, read_at)
    today = Today(NOW.astimezone(SETTINGS.zone).date(), SETTINGS.zone, days, MEND_WITHIN, exemptions)
    standing = standings(today, findings)
    material = Material(findings, fixed, coverage, standing, Upkeep(NOW, "done", backup_at=NOW), first_check, NOW)
    return build_digest(person or PEOPLE[role], material, SETTINGS)


def counters(made: Digest) -> dict[str, tuple[int, int | None]]:
    """The counters by label: this week's number and the one before."""
    return {item.label: (item.count, item.before) for item in made.counters}


def late(group: int, number: int = 0, **changes: object) -> Finding:
    """A late topic that was noticed today."""
    usual = {"rule": "LSN-02", "kind": RuleKind.EVENT, "title": "Тема урока внесена с опозданием"}
    return finding(group, number, **(usual | changes))


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
    made = digest(Role.DEPUTY, *ALL, person=Person(name="Завуч", role=Role.DEPUTY, subjects=("физика",)))
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
    assert counters(digest(Role.DEPUTY, late(1)))["Внесено с опозданием за неделю"] == (1, 0)
    assert digest(Role.DEPUTY, late(1, opened_at=NOW - timedelta(days=8))).sections == ()


def test_what_happened_is_neither_new_nor_old() -> None:
    (section,) = digest(Role.DEPUTY, late(1, opened_at=NOW - timedelta(days=5))).sections
    assert (section.new, section.lines[0].new, section.lines[0].age) == (0, 0, 0)


def test_late_entries_are_counted_since_the_year_began() -> None:
    this_year = (late(1), late(1, 1, opened_at=NOW - timedelta(days=30)))
    made = digest(Role.DEPUTY, *this_year, late(1, 2, opened_at=at("06-01 21:00")))
    assert made.late_this_year == 2
    assert "с начала учебного года: 2" in render_text(made)


def test_numbers_are_compared_with_the_week_before() -> None:
    old = NOW - timedelta(days=9)
    made = digest(
        Role.DEPUTY,
        finding(1),
        finding(1, 1, opened_at=old),
        fixed=(
            finding(2, 2, opened_at=old, fixed_at=NOW - timedelta(days=1), status=FindingStatus.FIXED),
            finding(2, 3, opened_at=old, fixed_at=NOW - timedelta(days=8), status=FindingStatus.FIXED),
        ),
    )
    assert counters(made) == {
        "Открыто": (2, 2),
        "Просрочено": (1, None),
        "Из них новых за неделю": (1, 2),
        "Внесено с опозданием за неделю": (0, 0),
        "Исправлено за неделю": (1, 1),
    }
    assert "Открыто: 2 (неделю назад 2)" in render_text(made)


def test_a_week_is_seven_nights() -> None:
    for kind in (finding, late):
        nights = [kind(1, number, opened_at=NOW - timedelta(days=number)) for number in range(20)]
        found = counters(digest(Role.DEPUTY, *nights))
        numbers = found["Из них новых за неделю" if kind is finding else "Внесено с опозданием за неделю"]
        assert numbers == (7, 7)


@pytest.mark.parametrize(("days", "opened", "new"), [(6, None, None), (7, 0, None), (14, 0, None), (15, 0, 0)])
def test_the_first_check_is_not_compared_with_nothing(days: int, opened: int | None, new: int | None) -> None:
    made = digest(Role.DEPUTY, finding(1), first_check=NOW - timedelta(days=days))
    assert made.counters[:2] == (Counter("Открыто", 1, opened), Counter("Из них новых за неделю", 1, new))


def test_a_pupil_without_marks_is_named_once_to_the_same_reader() -> None:
    place = Place(1, 1, student_id=5)
    unmarked = finding(1, rule="MRK-01", title="Ученик без отметок", place=place, message="7А, Химия: Котов А. — нет")
    low = finding(1, rule="ACC-01", title="Накопляемость", place=place, message="7А, Химия: Котов А. — 0 из 4")
    both = digest(Role.DEPUTY, unmarked, low)
    sections = {section.rule: section for section in both.sections}
    assert (sections["ACC-01"].count, sections["ACC-01"].elsewhere, sections["ACC-01"].lines) == (1, 1, ())
    assert render_text(both).count("Котов А.") == 1
    assert "Ещё 1 — об учениках, названных в других разделах." in render_text(both)
    assert digest(Role.DEPUTY, low).sections[0].elsewhere == 0


def test_who_corrects_entries_is_not_sent_to_the_command_line() -> None:
    journals = {key: JournalFacts(f"Предмет {key}", 72, "7Б", "Предмет", (12,)) for key in range(1, 60)}
    findings = [finding(2, number, place=Place(number, 1, number)) for number in range(1, 60)]
    for role, told in ((Role.DEPUTY, True), (Role.TEACHER, False)):
        page = render_text(digest(role, *findings, journals=journals))
        assert "… и ещё" in page
        assert ("netcity-sync" in page) is told


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
    assert digest(Role.DEPUTY, no_data=gaps).gaps == ("10А; 7А; 7Б: журнал не прочитан",)
    assert digest(Role.DEPUTY, no_data=gaps).headline == "Замечаний нет, но нет данных по 3 журналам."


def test_many_unread_journals_are_a_line_a_reason() -> None:
    journals = {key: JournalFacts("Химия", 71, "7А", "Химия", (11,)) for key in range(1, 300)}
    gaps = tuple(NoData("LSN-01", Place(key, 1), f"Журнал {key}: журнал не прочитан") for key in journals)
    (words,) = digest(Role.DEPUTY, no_data=gaps, journals=journals).gaps
    assert words.endswith(" и ещё 294: журнал не прочитан")


def test_a_rule_without_data_concerns_those_who_watch_over_others() -> None:
    gap = NoData("LSN-01", Place(), "источник не даёт нужных сведений")
    assert digest(Role.TEACHER, no_data=(gap,)).gaps == ()
    (words,) = digest(Role.DEPUTY, no_data=(gap,)).gaps
    assert words == "«Урок не записан (нет темы)»: источник не даёт нужных сведений"


def test_rules_that_lack_the_same_are_told_together() -> None:
    reason = missing_words({Capability.PLAN})
    gaps = tuple(NoData(rule, Place(), reason) for rule in ("LSN-07", "PLN-01", "PLN-02"))
    (words,) = digest(Role.DEPUTY, no_data=gaps).gaps
    assert words.count("источник") == 1
    assert words.endswith(f": {reason}")


def test_no_findings_without_reading_is_not_good_news() -> None:
    made = digest(Role.DEPUTY, read_at=None)
    assert made.headline == "Свежих данных нет: журналы не прочитаны."
    assert "Журналы прочитаны" not in render_text(made)


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (Person(name="К", role=Role.CLASS_TEACHER, classes=("7Ж",)), "журналов класса «7Ж» нет"),
        (Person(name="К", role=Role.CLASS_TEACHER), "класс (classes) не указан"),
        (Person(name="З", role=Role.DEPUTY, subjects=("Хамия",)), "журналов по предмету «Хамия» нет"),
        (Person(name="У", role=Role.TEACHER, staff_id=99), "журналов учителя с таким номером (staff_id) нет"),
        (Person(name="У", role=Role.TEACHER), "журналов учителя с таким номером (staff_id) нет"),
    ],
)
def test_a_slip_in_the_settings_does_not_look_like_good_news(person: Person, said: str) -> None:
    made = digest(person.role, *ALL, person=person)
    assert not made.empty
    for page in (render_html(made), render_text(made)):
        assert said in page
    assert digest(person.role, person=person, journals={}).notes == ()


@pytest.mark.parametrize("written", ["7А", "7 а", "7«A»"])
def test_a_class_is_known_however_it_is_written(written: str) -> None:
    made = digest(Role.DEPUTY, *ALL, person=Person(name="З", role=Role.DEPUTY, classes=(written,)))
    assert [line.where for section in made.sections for line in section.lines] == ["7А, Химия"]
    assert made.notes == ()


def test_the_subject_says_what_is_new() -> None:
    assert digest(Role.CLASS_TEACHER, finding(1)).subject == "Журнал 7 а: 1 новое замечание"
    assert digest(Role.DEPUTY, finding(1), late(1, 1)).subject == "Журнал: 2 новых замечания"
    assert digest(Role.DEPUTY).subject == "Журнал: новых замечаний нет"


def test_names_are_not_markup() -> None:
    made = digest(Role.DEPUTY, finding(1, message="7А, Химия: <b>Ив&нов</b> — нет"))
    assert "&lt;b&gt;Ив&amp;нов" in render_html(made)
    assert "<b>Ив&нов</b>" in render_text(made)


def test_without_settings_there_are_an_administrator_a_deputy_and_a_class_teacher_each() -> None:
    people = nobody_named(["5А", "7Б"])
    assert [(person.role, person.classes) for person in people] == [
        (Role.ADMINISTRATOR, ()),
        (Role.DEPUTY, ()),
        (Role.CLASS_TEACHER, ("5А",)),
        (Role.CLASS_TEACHER, ("7Б",)),
    ]


def test_an_act_of_a_rules_own_stands_beside_it_once() -> None:
    usual = "Положение об электронном журнале успеваемости"
    acts = ("Приказ № 7", "Приказ № 7", usual)
    made = digest(Role.DEPUTY, *(finding(1, number, act=act) for number, act in enumerate(acts)))
    for page in (render_html(made), render_text(made)):
        assert page.count("Основание: Приказ № 7") == 1
        assert page.count(usual) == 1


def test_what_is_overdue_is_counted_and_marked() -> None:
    just, over = (finding(1, number, opened_at=NOW - timedelta(days=age)) for number, age in ((0, 3), (1, 4)))
    grave = finding(3, severity=Severity.CRIT, opened_at=NOW - timedelta(days=2))
    made = digest(Role.DEPUTY, just, over, grave)
    assert counters(made)["Просрочено"] == (2, None)
    assert {line.where: line.overdue for line in made.sections[0].lines} == {"10А, Химия": 1, "7А, Химия": 1}
    page = render_text(made)
    assert "7А, Химия — 2 (уже 4 учебных дня) [просрочено: 1]" in page
    assert "10А, Химия (уже 2 учебных дня) [просрочено] [срочно]" in page
    assert "просрочено: 1</span>" in render_html(made)


def test_an_excepted_finding_is_not_counted() -> None:
    left_alone = finding(1)
    exemption = Exemption(1, Scope(left_alone.id), Decision("Директор", "Приказ 7"), NOW - timedelta(days=1), None)
    made = digest(Role.DEPUTY, left_alone, finding(2), exemptions=(exemption,))
    assert counters(made)["Открыто"][0] == 1
    assert made.excepted == 1
    for page in (render_text(made), render_html(made)):
        assert "Не считаются по решению школы (исключения): 1" in page
    assert digest(Role.DEPUTY, left_alone, exemptions=(exemption,)).headline == "Замечаний нет."
