"""Recorded answers of live servers become the model and lose nothing; plain JSON walks tell what is there."""

import html
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from support.recorded import recorded, recorded_json

from netcity_sync.adapters.netschool import wire, wire_family
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.drift import DriftRecorder
from netcity_sync.adapters.netschool.family import parse_announcements, parse_diary, parse_students
from netcity_sync.adapters.netschool.journal import to_journal
from netcity_sync.adapters.netschool.parser import group_of, staff_of
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.report_page import read_page
from netcity_sync.adapters.netschool.report_rows import to_graded_works, to_student_total, to_term_marks
from netcity_sync.adapters.netschool.reports import period
from netcity_sync.diary import Attachment, Diary, DiaryAssignment
from netcity_sync.model import Grading

PROFILE = Profile()
DIARIES = ("rec_2019_diary_eimc.json", "rec_edu74_diary_2022-01-10.json", "rec_edu74_diary_2023-04-10.json")
STUDENT = 77
TOTAL = "rec_5.51_report_studenttotal.html"
SNIPPETS = "doc_vkrya_report_snippets.html"
SHAPES = "doc_buerak_5.51_teacher_shapes.json"


def moment(text: str) -> datetime:
    """A moment of the wire, read with the whole of its fraction."""
    found = re.fullmatch(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(?:\.(\d+))?", text)
    assert found is not None
    fraction = found[7] or ""
    return datetime(*(int(found[place]) for place in range(1, 7)), int(f"{fraction:0<6}"[:6]))  # type: ignore[arg-type, misc]


def a_day(text: str) -> date:
    """A date of the wire."""
    return moment(text).date()


def raw_lessons(raw: Any) -> dict[int, Any]:
    """The lessons of a diary as they came."""
    lessons = [lesson for day in raw["weekDays"] for lesson in day["lessons"]]
    by_id = {lesson["classmeetingId"]: lesson for lesson in lessons}
    assert len(by_id) == len(lessons)
    return by_id


def raw_assignments(raw: Any) -> dict[int, Any]:
    """The assignments of a diary as they came."""
    found = [item for lesson in raw_lessons(raw).values() for item in lesson.get("assignments", [])]
    by_id = {item["id"]: item for item in found}
    assert len(by_id) == len(found)
    return by_id


def read_assignments(diary: Diary) -> dict[int, DiaryAssignment]:
    """The assignments of a diary as they were read."""
    found = [item for lesson in diary.lessons for item in lesson.assignments]
    by_id = {item.id: item for item in found}
    assert len(by_id) == len(found)
    return by_id


def files(items: Any) -> tuple[Attachment, ...]:
    """What should become of attachments."""
    return tuple(Attachment(id=x["id"], name=x["originalFileName"], description=x["description"]) for x in items)


@pytest.fixture(params=DIARIES)
def diary(request: pytest.FixtureRequest) -> tuple[Any, Diary]:
    """A recorded diary: plain, and as read."""
    body = recorded(request.param)
    return json.loads(body), parse_diary(body, STUDENT, PROFILE)


def test_a_diary_keeps_its_head(diary: tuple[Any, Diary]) -> None:
    raw, read = diary
    assert (read.class_name, read.term_name) == (raw["className"], raw["termName"])
    assert (read.first, read.last) == (a_day(raw["weekStart"]), a_day(raw["weekEnd"]))
    assert read.student_id == STUDENT


def test_a_diary_keeps_all_lessons(diary: tuple[Any, Diary]) -> None:
    raw, read = diary
    wanted = raw_lessons(raw)
    assert {item.id for item in read.lessons} == wanted.keys()
    assert len(read.lessons) == len(wanted)
    assert list(read.lessons) == sorted(read.lessons, key=lambda item: (item.date, item.number, item.id))
    for lesson in read.lessons:
        came = wanted[lesson.id]
        assert (lesson.date, lesson.number, lesson.subject_name) == (
            a_day(came["day"]), came["number"], came["subjectName"],
        )  # fmt: skip
        assert (lesson.start.strftime("%H:%M"), lesson.end.strftime("%H:%M")) == (came["startTime"], came["endTime"])
        assert (lesson.shift, lesson.room) == (came.get("relay"), came["room"] or None)
        assert lesson.extracurricular is bool(came.get("isEaLesson"))
        assert lesson.remote is came.get("isDistanceLesson")
        assert [item.id for item in lesson.assignments] == [item["id"] for item in came.get("assignments", [])]


def test_a_diary_keeps_all_assignments(diary: tuple[Any, Diary]) -> None:
    raw, read = diary
    wanted, found = raw_assignments(raw), read_assignments(read)
    assert found.keys() == wanted.keys()
    for number, item in found.items():
        came = wanted[number]
        placeholder = came["assignmentName"] == "---Не указана---"
        assert item.text == (None if placeholder else came["assignmentName"].strip() or None)
        assert (item.type_id, item.weight, item.due) == (came["typeId"], came["weight"], a_day(came["dueDate"]))
        assert item.lesson_id == came["classMeetingId"]
        assert item.given_at_lesson_id == came.get("issueClassMeetingId")
        assert item.for_whole_class is came.get("classAssignment")
        assert item.has_test is came.get("existsTestPlan")
        assert item.attachments == files(came.get("attachments", []))
        comment = came.get("markComment")
        assert (None if item.comment is None else item.comment.text) == (comment and comment["name"])


def test_a_diary_keeps_all_marks(diary: tuple[Any, Diary]) -> None:
    raw, read = diary
    wanted = {number: item["mark"] for number, item in raw_assignments(raw).items() if item.get("mark") is not None}
    found = {number: item for number, item in read_assignments(read).items() if item.mark is not None}
    assert found.keys() == wanted.keys()
    for number, item in found.items():
        came = wanted[number]
        assert item.mark is not None
        assert (item.mark.value, item.mark.raw, item.mark.duty) == (came["mark"], None, came["dutyMark"])
        assert (item.mark.student_id, item.mark.assignment_id) == (came["studentId"], came["assignmentId"])
        assert item.mark.lesson_id == raw_assignments(raw)[number]["classMeetingId"]
        assert item.score == came["resultScore"]


def test_a_diary_keeps_all_answers(diary: tuple[Any, Diary]) -> None:
    raw, read = diary
    wanted = {
        number: (item["textAnswer"]["answer"], moment(item["textAnswer"]["answerDate"]))
        for number, item in raw_assignments(raw).items()
        if item.get("textAnswer")
    }
    found = {
        number: (item.answer.text, item.answer.at)
        for number, item in read_assignments(read).items()
        if item.answer is not None
    }
    assert found == wanted


def test_diaries_of_all_releases_are_among_the_recorded() -> None:
    """What the tests above rest on is really there: otherwise they would say nothing."""
    nothing, some, with_answers = (recorded_json(name) for name in DIARIES)
    assert any("mark" in item and item["mark"] is None for item in raw_assignments(nothing).values())
    assert any("existsTestPlan" in item for item in raw_assignments(nothing).values())
    assert any("assignments" not in item for item in raw_lessons(some).values())
    assert any(item.get("mark") for item in raw_assignments(some).values())
    assert any(item.get("textAnswer") for item in raw_assignments(with_answers).values())
    assert any(item["room"] for item in raw_lessons(with_answers).values())


def test_the_children_of_an_account() -> None:
    body = recorded("rec_2019_diary_init_eimc.json")
    raw, read = json.loads(body), parse_students(body)
    assert [(item.id, item.name, item.class_name) for item in read.students] == [
        (item["studentId"], item["nickName"], item["className"]) for item in raw["students"]
    ]
    assert read.current.id == raw["students"][raw["currentStudentId"]]["studentId"]


def test_announcements() -> None:
    body = recorded("rec_edu74_announcements_2022a.json")
    raw, read = json.loads(body), parse_announcements(body)
    assert [(item.id, item.title) for item in read] == [(item["id"], item["name"]) for item in raw]
    assert [item.posted_at for item in read] == [moment(item["postDate"]) for item in raw]
    assert any(item.posted_at.microsecond for item in read)
    assert [item.deleted_at for item in read] == [item["deleteDate"] for item in raw]
    assert [(item.author_id, item.author_name) for item in read] == [
        (item["author"]["id"], item["author"]["fio"]) for item in raw
    ]
    assert [item.attachments for item in read] == [files(item["attachments"]) for item in raw]
    assert any(item.attachments for item in read)


def test_entities_of_announcements_are_resolved_once() -> None:
    body = recorded("rec_edu74_announcements_2022a.json")
    twice = [item["description"] for item in json.loads(body)]
    assert any("&amp;" in text for text in twice)
    for text, item in zip(twice, parse_announcements(body), strict=True):
        assert html.unescape(item.html) == html.unescape(html.unescape(text))
        assert "&amp;" not in item.html
        assert item.html.count("<") == text.count("<")


def test_subject_groups() -> None:
    body = recorded("rec_5.45_subjectgroups.json")
    raw = json.loads(body)
    answer = decode(list[wire.SubjectGroup], body, "GET subjectgroups")
    read = [group_of(item) for item in answer]
    assert [(item.id, item.name, item.class_id) for item in read] == [
        (item["id"], item["name"], item["class"]["id"]) for item in raw
    ]
    assert [(item.subject_id, item.subject_name) for item in read] == [
        (item["subject"]["id"], item["subject"]["name"]) for item in raw
    ]
    assert [item.teacher_ids for item in read] == [tuple(one["id"] for one in item["teachers"]) for item in raw]
    assert {(item.id, item.name) for item in staff_of([one for item in answer for one in item.teachers])} == {
        (one["id"], one["name"]) for item in raw for one in item["teachers"]
    }
    assert [item.term_ids for item in read] == [tuple(item["terms"]) for item in raw]
    assert [(item.individual_plan, item.extracurricular) for item in read] == [
        (item["iup"], item["extraCurricular"]) for item in raw
    ]
    assert [item.grading for item in read] == [
        {"Mark": Grading.MARKS, "NotRated": Grading.NOT_RATED}[item["gradingSys"]] for item in raw
    ]
    assert [item.group and (item.group.id, item.group.name) for item in answer] == [
        (item["group"]["id"], item["group"]["name"]) if "group" in item else None for item in raw
    ]
    assert any("group" in item for item in raw)


def test_the_context_with_its_menu_and_year() -> None:
    body = recorded("rec_5.45_context_role5.json")
    raw = json.loads(body)
    read: wire.Context = decode(wire.Context, body, "GET context")
    assert (read.version, read.product, read.full_name) == (raw["version"], raw["productName"], raw["organizationName"])
    assert (read.school_id, read.school_year_id, read.user_id) == (raw["schoolId"], raw["schoolYearId"], raw["userId"])
    assert (read.organization.id, read.organization.name) == (raw["organization"]["id"], raw["organization"]["name"])
    assert read.user is not None
    assert (read.user.id, read.user.name) == (raw["user"]["id"], raw["user"]["name"])
    assert (list(read.roles), read.date_format) == (raw["roles"], raw["dateFormat"])
    assert read.menu is not None
    assert [(item.title, [(tab.title, tab.url) for tab in item.tabs or ()]) for item in read.menu.items] == [
        (item["title"], [(tab["title"], tab["url"]) for tab in item["tabItemInfos"] or ()])
        for item in raw["menuContext"]["modelMenu"]
    ]
    assert read.year is not None
    same_year(raw["schoolyear"], read.year)


def same_year(raw: Any, read: wire.Year) -> None:
    """Compare a school year."""
    assert (read.id, read.name, read.closed) == (raw["id"], raw["name"], raw["closed"])
    assert (read.start, read.end) == (a_day(raw["startDate"]), a_day(raw["endDate"]))
    behind = raw["globalYear"]
    assert read.global_year is not None
    assert (read.global_year.id, read.global_year.name) == (behind["id"], behind["name"])
    assert (read.global_year.start, read.global_year.end) == (a_day(behind["startDate"]), a_day(behind["endDate"]))


def test_school_years() -> None:
    body = recorded("nm17_years.json")
    raw = json.loads(body)
    read: list[wire.Year] = decode(list[wire.Year], body, "GET years")
    assert len(read) == len(raw)
    for came, item in zip(raw, read, strict=True):
        same_year(came, item)


def test_the_security_warning() -> None:
    body = recorded("rec_5.45_context_state_securitywarning.json")
    raw = json.loads(body)
    read: wire.State = decode(wire.State, body, "GET context/state")
    assert (read.unread, read.sessions) == (raw["mailMessagesUnreadCount"], raw["activeSessionsCount"])
    (notice,), (came,) = read.notifications, raw["notifications"]
    assert notice.type == came["type"] == "security-warning"
    assert notice.data is not None
    assert notice.data.kind == came["data"]["warnType"]
    assert [item.since for item in notice.data.co_workers] == [
        item["loginTimeInto"] for item in came["data"]["coWorkers"]
    ]


def test_found_schools() -> None:
    body = recorded("rec_5.45_schools_search.json")
    read: list[wire.FoundSchool] = decode(list[wire.FoundSchool], body, "GET schools/search")
    assert [(item.id, item.name, item.short_name) for item in read] == [
        (item["id"], item["name"], item["shortName"]) for item in json.loads(body)
    ]


def test_the_documented_shapes_of_the_staff() -> None:
    shapes = recorded_json(SHAPES)
    raw = shapes["journal"]["journals"][0]
    read: wire.JournalAnswer = decode(wire.JournalAnswer, json.dumps(shapes["journal"]).encode(), "GET grade/journal")
    no_attendance = read.journals[0].model_copy(update={"attendance": ()})
    journal = to_journal(no_attendance, 1, PROFILE, "GET grade/journal")
    assert [(item.id, item.name) for item in journal.students] == [(x["id"], x["fullName"]) for x in raw["students"]]
    assert [(item.id, item.date, item.slot) for item in journal.lessons] == [
        (item["id"], a_day(item["date"]), item["scheduleTimeNum"]) for item in raw["classMeeting"]
    ]
    assert [(item.student_id, item.assignment_id, item.value) for item in journal.marks] == [
        (item["studentId"], item["assignmentId"], item["mark"]) for item in raw["marks"]
    ]
    assert [(item.student_id, item.lesson_id) for item in read.journals[0].attendance] == [
        (item["studentId"], item["classmeetingId"]) for item in raw["attendance"]
    ]
    groups = shapes["GET subjectgroups"]
    bodies: list[wire.SubjectGroup] = decode(list[wire.SubjectGroup], json.dumps(groups).encode(), "GET subjectgroups")
    for came, group in zip(groups, bodies, strict=True):
        assert group_of(group).name == came["subject"]["name"]
        assert group_of(group).term_ids == tuple(came["terms"])
    meetings = next(value for name, value in shapes.items() if name.startswith("GET schedule/classmeetings"))
    answer: list[wire.ClassMeeting] = decode(list[wire.ClassMeeting], json.dumps(meetings).encode(), "GET x")
    assert [(item.id, item.day, item.number, item.subject_group_id) for item in answer] == [
        (item["id"], a_day(item["day"]), item["number"], item["subjectGroupId"]) for item in meetings
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, wire_family.Diary) for name in DIARIES),
        ("rec_2019_diary_init_eimc.json", wire_family.DiaryInit),
        ("rec_edu74_announcements_2022a.json", list[wire_family.AnnouncementItem]),
        ("rec_5.45_subjectgroups.json", list[wire.SubjectGroup]),
        ("rec_5.45_context_role5.json", wire.Context),
        ("rec_5.45_context_state_securitywarning.json", wire.State),
        ("rec_5.45_schools_search.json", list[wire.FoundSchool]),
        ("nm17_years.json", list[wire.Year]),
    ],
)
def test_live_servers_send_what_is_declared(name: str, kind: Any) -> None:
    drift = DriftRecorder()
    drift.look(name, decode(kind, recorded(name), name))
    assert drift.notes() == ()


class Cells(HTMLParser):
    """A reading of tables of its own: rows of (tag, text), and marked pieces of text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[tuple[str, str]]]] = []
        self.marked: dict[str, list[str]] = {}
        self._spans: list[str] = []
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append((tag, ""))
            self._in_cell = True
        elif tag == "span":
            name = dict(attrs).get("class") or ""
            self._spans.append(name)
            self.marked.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._spans.pop()
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        for name in self._spans:
            self.marked[name][-1] += data
        if self._in_cell:
            tag, text = self.tables[-1][-1][-1]
            self.tables[-1][-1][-1] = (tag, f"{text} {data}")


def words(text: str) -> str:
    """Text with its spaces put in order."""
    return " ".join(text.replace("\xa0", " ").split())


def plain_rows(table: list[list[tuple[str, str]]], tag: str) -> list[list[str]]:
    """The rows of a table that are made of such cells."""
    return [[words(text) for _, text in row] for row in table if row and row[0][0] == tag]


def months_and_days(top: list[str], bottom: list[str], text: str) -> Iterator[str]:
    """The headings of all columns, days as `3-2` (month, day), taken from the markup by regular expressions."""
    names = [
        "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь",
        "декабрь",
    ]  # fmt: skip
    spans = [int(found) for found in re.findall(r'colspan="(\d+)">[А-Я]', text)]
    days = iter(bottom)
    for name in top:
        if name.lower() in names:
            for _ in range(spans.pop(0)):
                yield f"{names.index(name.lower()) + 1}-{next(days)}"
        else:
            yield name
    assert not spans
    assert next(days, None) is None


def test_the_report_on_progress() -> None:
    body = recorded(TOTAL)
    text = body.decode()
    own = Cells(text)
    table = next(item for item in own.tables if len(item) > 4)
    top, bottom = plain_rows(table, "th")
    columns = list(months_and_days(top, bottom, text))
    rows = plain_rows(table, "td")
    page = read_page(body, "x", footer=PROFILE.report_footer)
    read = to_student_total(page, "x")
    assert [item.subject_name for item in read.subjects] == [row[0] for row in rows]
    filled = 0
    for row, subject in zip(rows, read.subjects, strict=True):
        assert len(row) == len(columns)
        cells = dict(zip(enumerate(columns), row, strict=True))
        days = [(name, cell.split()) for (_, name), cell in cells.items() if re.match(r"\d", name) and cell]
        assert [(f"{item.date.month}-{item.date.day}", list(item.entries)) for item in subject.days] == days
        assert all(read.first <= item.date <= read.last for item in subject.days)
        totals = {name: cell for (_, name), cell in cells.items() if not re.match(r"\d|Предмет", name) and cell}
        assert {f"Средн. оценка {term}": value for term, value in subject.averages} == {
            name: value for name, value in totals.items() if name.startswith("Средн.")
        }
        assert {f"Итог.оценка {term}": value for term, value in subject.finals} == {
            name: value for name, value in totals.items() if name.startswith("Итог.")
        }
        assert (subject.average or "") == totals.get("Общ. Средн. оценка", "")
        filled += len(days) + len(totals)
    assert filled == sum(bool(cell) for row in rows for cell in row[1:])
    assert any(" " in cell for row in rows for cell in row[1:])


def test_the_frame_of_the_report_on_progress() -> None:
    body = recorded(TOTAL)
    own = Cells(body.decode())
    read = to_student_total(read_page(body, "x", footer=PROFILE.report_footer), "x")
    above = dict(words(item).split(":", 1) for item in own.marked["select"])
    assert read.student_name == above["Ученик"].strip()
    span = [[int(part) for part in found.split(".")] for found in re.findall(r"\d+\.\d+\.\d+", above["Период"])]
    assert [[day.day, day.month, day.year - 2000] for day in (read.first, read.last)] == span
    labels, told = own.marked["legend-label"], own.marked["legend-description"]
    assert list(read.legend) == [(code, words(what).lstrip("— ")) for code, what in zip(labels, told, strict=True)]
    state = re.search(r"Состояние на(\d+)\.(\d+)\.(\d+) (\d+):(\d+):(\d+)", body.decode())
    assert state is not None
    day, month, year, *clock = (int(part) for part in state.groups())
    assert read.state_at == datetime(2000 + year, month, day, *clock)


def test_the_photo_goes_nowhere() -> None:
    page = read_page(recorded(TOTAL), "x", footer=PROFILE.report_footer)
    assert "base64" not in repr(page)


def test_the_snippets_of_two_more_reports() -> None:
    body = recorded(SNIPPETS)
    finals, works = Cells(body.decode()).tables
    page = read_page(body, "x", footer="")
    heads, rows = plain_rows(finals, "th")[0], plain_rows(finals, "td")
    for row, item in zip(rows, to_term_marks(page, "x"), strict=True):
        assert item.subject_name == row[1]
        assert list(zip(heads[2:-3], (cell or None for cell in row[2:-3]), strict=True)) == list(item.terms)
        assert [cell or None for cell in row[-3:]] == [item.year, item.exam, item.final]
    assert [
        [item.type_name, item.topic, f"{item.lesson_date:%d.%m.%y}", f"{item.set_on:%d.%m.%y}", item.mark]
        for item in to_graded_works(page, "x")
    ] == plain_rows(works, "td")


def test_what_is_sent_for_a_report_looks_as_recorded() -> None:
    """The period filter: two ISO moments and a dash between them."""
    sent = {item["filterId"]: item["filterValue"] for item in recorded_json("rec_5.45_report_selectedData.json")}
    first, last = (date.fromisoformat(part[:10]) for part in sent["period"].split(" - "))
    assert period(first, last) == sent["period"]
