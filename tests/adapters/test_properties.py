"""Whatever a server sends, it becomes the model or one of our errors, which names the call and shows no value."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from html import escape
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from support.odd_answers import (
    SECRET,
    SECRET_NUMBER,
    TOO_LARGE,
    bodies,
    body_of,
    made_up,
    odd_bodies,
    whatever,
    wire_names,
)
from support.recorded import recorded

from netcity_sync.adapters.netschool.browser_session import parse_session
from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.adapters.netschool.family import FamilyView
from netcity_sync.adapters.netschool.family_source import FamilySource
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.report_page import read_page
from netcity_sync.adapters.netschool.report_rows import (
    to_graded_works,
    to_journal_access,
    to_student_total,
    to_term_marks,
)
from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, SettingsError, SourceError, SourceUnavailable, UsageError
from netcity_sync.jobs.sync_scopes import plan_scopes
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.merge import Merger, PageContradicts
from netcity_sync.mirror.rows import ScopeRows, access_rows, dictionary_rows, journal_rows, roster_rows
from netcity_sync.mirror.runs import begin_run
from netcity_sync.settings import GisSettings
from netcity_sync.simulator import report_pages
from netcity_sync.simulator.touches import touches_of
from netcity_sync.simulator.world import World

HOST = "sgo.example.ru"
NOW = datetime(2026, 10, 5, 16, tzinfo=UTC)
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 25)
CLASS, GROUP, TERM, PUPIL, WORK = 70, 700, 1, 20, 31
NAMES = wire_names()
FOOTER = Profile().report_footer

fast = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)  # fmt: skip


def person(number: int, word: str = "") -> dict[str, Any]:
    """`{id, name}` with a name that no error may show."""
    return {"id": number, "name": f"{SECRET} {word or number}"}


YEAR = {
    "globalYear": {"startDate": "2026-09-01T00:00:00", "endDate": "2027-08-31T00:00:00", "id": 26, "name": "2026/2027"},
    "schoolId": 1, "startDate": "2026-09-01T00:00:00", "endDate": "2027-08-31T00:00:00", "closed": "Open", "id": 9,
    "name": "2026/2027",
}  # fmt: skip
CONTEXT = {
    "schoolId": 1, "organization": person(1), "user": person(5), "userId": 5, "schoolYearId": 9, "version": "5.51.0",
    "productName": SECRET, "organizationName": SECRET, "roles": [3], "schoolyear": YEAR, "dateFormat": "d\x01mm\x01yy",
    "menuContext": {"modelMenu": [{"title": SECRET, "tabItemInfos": [{"title": SECRET, "url": "/app/"}]}]},
}  # fmt: skip
LESSON = {"id": 10, "date": "2026-09-04T00:00:00", "scheduleTimeNum": 1, "topic": SECRET}
FILE = {"id": 5, "name": SECRET, "originalFileName": SECRET, "description": None}
DIARY_WORK = {
    "id": WORK, "typeId": 3, "assignmentName": SECRET, "weight": 0, "dueDate": "2026-09-05T00:00:00",
    "classMeetingId": 11, "issueClassMeetingId": 10, "existsTestPlan": False, "attachments": [FILE],
    "mark": {"assignmentId": WORK, "studentId": PUPIL, "mark": 5, "resultScore": None, "dutyMark": False, "id": 0},
    "markComment": {"id": 1, "name": SECRET, "wasRead": True, "editTime": "2026-09-05T10:00:00.1"},
    "textAnswer": {"answer": SECRET, "answerDate": "2026-09-05T10:00:00.813"},
}  # fmt: skip
SPAN = {"start": "2026-09-01T00:00:00", "end": "2026-10-25T00:00:00"}


def filters(**chosen: str) -> list[Any]:
    """The filters of a report."""
    items = [
        {"filterId": name, "items": [{"title": SECRET, "value": value}], "defaultValue": value, "range": None}
        for name, value in chosen.items()
    ]
    return [*items, {"filterId": "period", "items": None, "defaultValue": None, "range": SPAN}]


def form(report: str, sources: list[Any]) -> dict[str, Any]:
    """The form of a report."""
    depends = [{"relatedObject": {"type": "Filter", "ref": "period"}, "relatedValue": None, "condition": None}]
    panel = {"filters": [{"id": "PCLID_IUP", "dependencies": depends}]}
    return {"report": {"id": report, "name": SECRET, "filterPanel": panel}, "filterSources": sources}


ACCESS_FILTERS = filters(PCLID_IUP=f"{CLASS}_0")
TERM_FILTERS = filters(TERMID=str(TERM))
ANSWERS: dict[str, Any] = {
    "logindata": {"version": "5.51.0", "schoolLogin": True, "esiaMainAuth": False},
    "auth/getdata": {"lt": "1", "ver": "2", "salt": "1458933352"},
    "schools/search": [{**person(1), "shortName": "Лицей"}],
    "login": {
        "at": "00161234567890123456789375",
        "entryPoint": "/app/",
        "errorMessage": None,
        "message": None,
        "accountInfo": {"userRoles": [{"role": person(3)}, {"role": person(2)}]},
    },
    "auth/logout": {},
    "context": CONTEXT,
    "years/current": YEAR,
    "classes": [{"id": CLASS, "name": f"7 {SECRET}", "grade": 7, "chiefs": [person(12)]}],
    "subjectgroups": [
        {
            "id": GROUP,
            "name": SECRET,
            "class": {**person(CLASS), "grade": 7},
            "subject": person(14),
            "group": person(3),
            "teachers": [person(11)],
            "terms": [TERM],
            "iup": False,
            "extraCurricular": False,
            "gradingSys": "Mark",
        }
    ],
    "users/staff/teachers": [{**person(11), "subjects": [{"name": SECRET}]}],
    "grade/assignment/types": [{**person(3), "abbr": "ДЗ"}],
    "terms/search": [
        {"id": TERM, "name": "1 четверть", "startDate": "2026-09-01T00:00:00", "endDate": "2026-10-25T00:00:00"}
    ],
    "users/studentlist": [
        {"id": PUPIL, "fullName": SECRET, "startDate": "2026-09-01T00:00:00"},
        {"id": 21, "lastName": SECRET, "firstName": SECRET},
    ],
    "grade/journal": {
        "journals": [
            {
                "subjectGroupId": GROUP,
                "students": [{"id": PUPIL, "fullName": SECRET}],
                "assignments": [
                    {"id": WORK, "typeId": 10, "assignmentName": SECRET, "classMeetingId": 10, "weight": 10}
                ],
                "classMeeting": [LESSON, {**LESSON, "id": 11}],
                "marks": [{"studentId": PUPIL, "assignmentId": WORK, "mark": 5, "dutyMark": False}],
                "attendance": [{"studentId": PUPIL, "classmeetingId": 11, "reason": "Б"}],
            }
        ]
    },
    "student/diary/init": {
        "students": [{"studentId": PUPIL, "nickName": SECRET, "className": None}],
        "currentStudentId": 0,
    },
    "student/diary": {
        "weekStart": "2026-09-01T00:00:00",
        "weekEnd": "2026-10-25T00:00:00",
        "termName": SECRET,
        "className": SECRET,
        "weekDays": [
            {
                "date": "2026-09-05T00:00:00",
                "lessons": [
                    {
                        "classmeetingId": 11,
                        "day": "2026-09-05T00:00:00",
                        "number": 1,
                        "relay": 1,
                        "room": SECRET,
                        "startTime": "08:30",
                        "endTime": "09:10",
                        "subjectName": SECRET,
                        "isEaLesson": False,
                        "assignments": [DIARY_WORK],
                    }
                ],
            }
        ],
    },
    "schedule/classmeetings": [{"id": 11, "day": "2026-09-05T00:00:00", "number": 1, "subjectGroupId": GROUP}],
    f"student/diary/assigns/{WORK}": {
        "id": WORK,
        "assignmentName": SECRET,
        "subjectGroup": person(GROUP),
        "teachers": [person(11)],
        "weight": 0,
        "date": "2026-09-05T00:00:00",
        "description": SECRET,
        "isDeleted": False,
        "attachments": [FILE],
    },
    "student/diary/get-attachments": [{"assignmentId": WORK, "attachments": [FILE]}],
    "student/diary/pastMandatory": [
        {
            "id": WORK,
            "typeId": 3,
            "assignmentName": SECRET,
            "classMeetingId": 11,
            "dueDate": "2026-09-05T00:00:00",
            "subjectName": SECRET,
            "weight": 0,
        }
    ],
    "announcements": [
        {
            "id": 1,
            "name": SECRET,
            "description": f"&amp;#171;{SECRET}",
            "author": {"id": 1, "fio": SECRET},
            "postDate": "2026-09-05T10:00:00.93",
            "deleteDate": None,
            "attachments": [FILE],
        }
    ],
    "reports": [{"title": SECRET, "reports": [{"id": "journalaccess", "title": SECRET}]}],
    "v2/reports/journalaccess": form("journalaccess", ACCESS_FILTERS),
    "v2/reports/journalaccess/initfilters": ACCESS_FILTERS,
    "v2/reports/journalaccess/queue": {"taskId": 7, "queueKey": "report-v2"},
    "v2/reports/studentgrades": form("studentgrades", TERM_FILTERS),
    "v2/reports/studentgrades/initfilters": TERM_FILTERS,
    "signalr/negotiate": {"ConnectionToken": SECRET},
    "signalr/start": {"Response": "started"},
}
ACCESS_HEADS = ("Класс", "Предмет", "Дата и время изменений", "Пользователь", "Дата урока", "Период", "Действие")
ACCESS_ROW = ("7А", SECRET, "05.09.2026 10:11", SECRET, "05.09.2026", "1 четверть", SECRET)
PAGE = (
    "<table><tr>" + "".join(f"<th>{name}</th>" for name in ACCESS_HEADS) + "</tr><tr>"
    + "".join(f"<td>{text}</td>" for text in ACCESS_ROW) + f'</tr></table><table class="{FOOTER}"><tr></tr></table>'
).encode()  # fmt: skip
END = "\x1e"
CORE = [
    {}, {"type": 6}, {"type": 3, "invocationId": "0", "result": {"success": True, "message": None}},
    {"type": 1, "target": "progress", "arguments": [{"taskId": 7, "status": SECRET, "details": None}]},
    {"type": 1, "target": "complete", "arguments": [{"taskId": 7, "data": "0007-file", "componentId": None}]},
]  # fmt: skip
CLASSIC = [
    {"I": "0"}, {"C": "x", "M": [{"H": "QueueHub", "M": "progress", "A": [{"TaskId": 7, "Status": SECRET}]}]}, {},
    {"C": "x", "M": [{"H": "QueueHub", "M": "complete", "A": [{"TaskId": 7, "Data": "0007-file"}]}]},
]  # fmt: skip


def gis(**changes: object) -> GisSettings:
    """Settings of an account that never waits."""
    given_ = {"url": f"https://{HOST}", "school": 1, "login": "x", "requests_per_second": 0, "attempts": 1, **changes}
    return GisSettings.model_validate(given_)


def staff() -> NetSchoolSource:
    """A staff account."""
    return NetSchoolSource(gis(), SecretStr("x"), journal_access=True, clock=fixed_clock(NOW), sleep=lambda _: None)


def family() -> FamilySource:
    """A family's account."""
    return FamilySource(gis(), SecretStr("x"), clock=fixed_clock(NOW), sleep=lambda _: None)


def sign_in() -> list[ScopeRows]:
    """A sign-in that has to find the school, and a role."""
    settings_ = gis(school="Лицей", role=3)
    account = Account("x", SecretStr("x"), settings_.role)
    connection = Connection(
        settings_, account, clock=fixed_clock(NOW), monotonic=lambda: 0.0, sleep=lambda _: None
    )  # fmt: skip
    connection.open()
    assert isinstance(connection.session.proof, Proof)
    connection.close()
    return []


def dictionaries() -> list[ScopeRows]:
    """The dictionaries, as far as the plan of a sync."""
    with staff() as source:
        content = source.read_dictionaries().content
    plan_scopes(content, (), LAST)
    return [dictionary_rows(content)]


def journal() -> list[ScopeRows]:
    """A journal."""
    with staff() as source:
        return [journal_rows(source.read_journal(GROUP, TERM).content)]


def roster() -> list[ScopeRows]:
    """A roster."""
    with staff() as source:
        return [roster_rows(source.read_roster(CLASS).content)]


def access() -> list[ScopeRows]:
    """A report on access, with the list of reports."""
    with staff() as source:
        source._connection.engine().catalogue()
        return [access_rows(CLASS, 202609, source.read_journal_access(CLASS, FIRST, LAST).content)]


def family_journals() -> list[ScopeRows]:
    """All that a family's account reads in a sync."""
    with family() as source:
        content = source.read_dictionaries().content
        rows = [dictionary_rows(content)]
        rows += [roster_rows(source.read_roster(item.id).content) for item in content.classes]
        for scope in plan_scopes(content, (), LAST).scopes:
            if scope.subject_group_id is not None and scope.term_id is not None:
                rows.append(journal_rows(source.read_journal(scope.subject_group_id, scope.term_id).content))
        return rows


def family_view() -> list[ScopeRows]:
    """All that a family sees."""
    with family() as source:
        view: FamilyView = source._view
        view.students().model_dump_json()
        view.diary(PUPIL, FIRST, LAST)[0].model_dump_json()
        view.details(PUPIL, WORK).model_dump_json()
        view.attachments(PUPIL, [WORK])
        view.overdue(PUPIL, FIRST, LAST)
        view.announcements()
    return []


SIGN_IN = ("logindata", "auth/getdata", "login")
FAMILY = ("context", "years/current", "student/diary/init", "subjectgroups", "grade/assignment/types", "terms/search",
          "student/diary", "schedule/classmeetings")  # fmt: skip
REPORT = ("context", "reports", "v2/reports/journalaccess", "v2/reports/journalaccess/initfilters",
          "v2/reports/journalaccess/queue")  # fmt: skip
TERM_REPORT = ("v2/reports/studentgrades", "v2/reports/studentgrades/initfilters")


@dataclass(frozen=True)
class Reading:
    """Something that is read, by which calls; `without` some that do not answer."""

    read: Callable[[], list[ScopeRows]]
    calls: tuple[str, ...]
    without: tuple[str, ...] = ()
    version: str = "5.51.0"


READINGS = {
    "sign-in": Reading(sign_in, (*SIGN_IN, "schools/search", "auth/logout")),
    "dictionaries": Reading(dictionaries, ("context", "years/current", "classes", "subjectgroups",
                                           "users/staff/teachers", "grade/assignment/types", "terms/search")),
    "journal": Reading(journal, ("grade/journal",)),
    "roster": Reading(roster, ("users/studentlist",)),
    "report": Reading(access, REPORT),
    "report of an old release": Reading(access, ("signalr/negotiate", "signalr/start"), version="5.25.0"),
    "family's journals": Reading(family_journals, FAMILY),
    "family's journals, terms from a report": Reading(family_journals, TERM_REPORT, ("terms/search",)),
    "family's view": Reading(family_view, ("student/diary/init", "student/diary", f"student/diary/assigns/{WORK}",
                                           "student/diary/get-attachments", "student/diary/pastMandatory",
                                           "announcements", "years/current")),
}  # fmt: skip
PAIRS = [(name, call) for name, reading in READINGS.items() for call in reading.calls]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A real mirror with a run under way."""
    with open_writer(DataFolder(tmp_path_factory.mktemp("data"))) as connection:
        begin_run(connection, NOW, resume=False)
        yield connection


def merge(mirror: sqlite3.Connection, rows: list[ScopeRows]) -> bool:
    """Merge as a sync does, and take it back; whether it went well. Nothing but the error of a sync may escape."""
    mirror.execute("BEGIN")
    merger = Merger(mirror, 1)
    try:
        for scope in rows:
            merger.write(merger.compare(scope), scope.students)
    except PageContradicts:
        return False
    finally:
        mirror.execute("ROLLBACK")
    return True


def world(reading: Reading, **changes: bytes) -> dict[str, bytes]:
    """Good answers with changes."""
    good = {**ANSWERS, "context": {**CONTEXT, "version": reading.version}}
    answers = {name: body_of(value) for name, value in good.items() if name not in reading.without}
    return {**answers, "files/0007-file": PAGE, **changes}


def messages(reading: Reading) -> list[str | bytes]:
    """What the hub says when all is well."""
    if reading.version == "5.51.0":
        return [f"{json.dumps(item)}{END}" for item in CORE]
    return [json.dumps(item) for item in CLASSIC]


def insist_on_the_error(error: SourceError | SettingsError, *names: str) -> None:
    """An error names the call, and fields that are declared; it shows no value."""
    text = str(error)
    assert any(name.replace(f"/{WORK}", "/…") in error.where for name in names), error.where
    if "поле " in error.where:
        fields = re.split(r"[.,] ?", error.where.partition("поле ")[2])
        assert set(fields) <= NAMES | {"весь ответ"}, error.where
    if not isinstance(error, SettingsError):
        for secret in (SECRET, str(SECRET_NUMBER), str(TOO_LARGE), "7" * 20):
            assert secret not in text, text


@pytest.mark.parametrize("name", READINGS)
def test_good_answers_are_read_and_merged(name: str, mirror: sqlite3.Connection) -> None:
    reading = READINGS[name]
    with made_up(world(reading), messages(reading)):
        rows = reading.read()
    assert merge(mirror, rows)
    assert all(any(page for _, page in scope.tables) for scope in rows)


@pytest.mark.parametrize(("name", "call"), PAIRS)
@given(data=st.data())
@fast
def test_whatever_comes_is_the_model_or_our_error(
    name: str, call: str, mirror: sqlite3.Connection, data: st.DataObject
) -> None:
    reading = READINGS[name]
    body = data.draw(bodies(ANSWERS[call]))
    with made_up(world(reading, **{call: body}), messages(reading)):
        try:
            rows = reading.read()
        except SettingsError as error:
            assert error.where in ("gis.role", "gis.school")
            assert reading.read is sign_in
        except SourceUnavailable as error:
            assert error.where
            insist_on_the_error(error, error.where)
        except SourceError as error:
            insist_on_the_error(error, call.removeprefix("v2/"), HOST, "отчёт", "reports/studentgrades", "roster")
        else:
            merge(mirror, rows)


hub_values = (
    st.sampled_from([*CORE, *CLASSIC])
    | whatever
    | st.sampled_from(
        [
            {"type": 1, "target": "complete", "arguments": [{"taskId": 7, "data": name}]}
            for name in (SECRET, "\ud800", "../context", "a\r\nb", "x" * 100_000, 5, None, ["x"])
        ]
    )
    | st.sampled_from(
        [
            {"M": 5},
            {"M": {"M": 5}},
            {"M": [5]},
            {"M": [{"A": 5}]},
            {"M": [{"M": 5, "A": [{}]}]},
            {"E": SECRET},
            {"error": SECRET},
            {"M": [{"M": "complete", "A": [{"Data": "\ud800"}]}]},
            {"type": 3, "result": {"success": False, "message": SECRET}},
            {"type": 1, "target": "error", "arguments": [{"taskId": 7, "details": SECRET}]},
            {"type": 1, "arguments": 5},
        ]
    )
)
hub_messages = st.lists(hub_values.map(body_of) | odd_bodies, max_size=6)


@pytest.mark.parametrize("name", ["report", "report of an old release"])
@given(said=hub_messages, binary=st.booleans())
@fast
def test_whatever_the_hub_says(name: str, said: list[bytes], *, binary: bool) -> None:
    reading = READINGS[name]
    end = END.encode() if reading.version == "5.51.0" else b""
    heard = [item + end for item in said]
    with made_up(
        world(reading), [b"{}" + end, *(item if binary else item.decode("utf-8", "replace") for item in heard)]
    ):
        try:
            reading.read()
        except SourceError as error:
            insist_on_the_error(error, "hub", HOST, "files", "отчёт")


# Reports: whatever of a page is lost, it is noticed.


@cache
def school() -> World:
    """A school whose reports are full."""
    return World(seed=3, classes=1, now=datetime(2026, 11, 20, 20))


@dataclass(frozen=True)
class Report:
    """A page, and how its rows are read."""

    html: str
    rows: Callable[[bytes], tuple[Any, ...]]
    footer: str = FOOTER


def total_rows(body: bytes, footer: str = FOOTER) -> tuple[Any, ...]:
    """The lines of the report on progress."""
    return to_student_total(read_page(body, "GET files", footer=footer), "отчёт").subjects


@cache
def report(kind: str) -> Report:
    """A report of the simulated school, or the recorded one."""
    here = school()
    item = here.school.classes[0]
    pupil = next(pupil for pupil in here.school.pupils if pupil.class_id == item.id)
    span = (date(2026, 10, 12), date(2026, 11, 13))
    if kind == "recorded":
        return Report(recorded("rec_5.51_report_studenttotal.html").decode(), total_rows)
    if kind == "studenttotal":
        return Report(report_pages.student_total(here, "5.51.0", pupil, item, span), total_rows)
    if kind == "studenttotalmarks":
        return Report(
            report_pages.student_total_marks(here, "5.51.0", pupil, item),
            lambda body: to_term_marks(read_page(body, "GET files", footer=FOOTER), "отчёт"),
        )
    if kind == "studentgrades":
        group = max(
            (group for group in here.school.groups if pupil in group.pupils and group.rated),
            key=lambda group: len(here.entries(group.id).works),
        )
        return Report(
            report_pages.student_grades(here, "5.51.0", pupil, group, (FIRST, date(2026, 11, 20))),
            lambda body: to_graded_works(read_page(body, "GET files", footer=FOOTER), "отчёт"),
        )
    touches = list(touches_of(here, here.school.groups[:3], *span))
    return Report(
        report_pages.journal_access(here, "5.51.0", item, touches[:60]),
        lambda body: to_journal_access(read_page(body, "GET files", footer=FOOTER), "отчёт"),
    )


KINDS = ("studenttotal", "studenttotalmarks", "studentgrades", "journalaccess", "recorded")
kinds = pytest.mark.parametrize("kind", KINDS)


@kinds
def test_whole_reports_have_rows(kind: str) -> None:
    page = report(kind)
    assert len(page.rows(page.html.encode())) > 3


@kinds
@given(data=st.data())
@fast
def test_a_report_that_was_cut_is_refused(kind: str, data: st.DataObject) -> None:
    page = report(kind)
    body = page.html.rstrip().encode()
    place = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(AnswerError) as caught:
        page.rows(body[:place])
    assert caught.value.where


@kinds
def test_a_report_that_was_cut_at_a_tag_is_refused(kind: str) -> None:
    page = report(kind)
    text = page.html.rstrip()
    ends = [found.start() for found in re.finditer(r"<", text)][-60:]
    ends += [found.end() for found in re.finditer(r"</(?:tr|table|div)>", text)][-25:]
    for place in ends:
        if place < len(text):
            with pytest.raises(AnswerError):
                page.rows(text[:place].encode())


def balanced(text: str) -> bool:
    """Whether the tags of tables still match, so that nothing tells that something is gone."""
    return all(len(re.findall(f"<{tag}[ >]", text)) == text.count(f"</{tag}>") for tag in ("table", "tr", "td", "th"))


def lines(text: str) -> int:
    """How many rows the page has that are no headings, rows of totals or of other tables."""
    table = re.search(r'<table class="table-print">(.*?)</table>', text, re.DOTALL)
    assert table is not None
    rows = re.findall(r"<tr(.*?)</tr>", table[1], re.DOTALL)
    return sum("<td" in row and "totals" not in row for row in rows)


@kinds
@given(data=st.data())
@fast
def test_a_report_that_lost_a_part_never_loses_rows_silently(kind: str, data: st.DataObject) -> None:
    page = report(kind)
    text = page.html
    table = text.index('<table class="table-print">') + len('<table class="table-print">')
    start = data.draw(st.integers(table, text.index("</table>", table) - 1))
    left = text[:start] + text[start + data.draw(st.integers(1, 600)) :]
    try:
        rows = page.rows(left.encode())
    except AnswerError as error:
        assert error.where
        return
    assert rows == page.rows(text.encode()) or (balanced(left) and len(rows) == lines(left))


@kinds
@given(data=st.data())
@fast
def test_a_tag_that_is_gone_changes_nothing_or_is_noticed(kind: str, data: st.DataObject) -> None:
    page = report(kind)
    table = page.html.index('<table class="table-print">')
    tags = [found.span() for found in re.finditer(r"</?(?:table|tr|td|th)\b[^>]*>", page.html[table:])]
    start, end = data.draw(st.sampled_from(tags))
    left = page.html[: table + start] + page.html[table + end :]
    try:
        assert page.rows(left.encode()) == page.rows(page.html.encode())
    except AnswerError as error:
        assert error.where


@kinds
@given(data=st.data())
@fast
def test_a_doubled_row_is_two_rows_or_noticed(kind: str, data: st.DataObject) -> None:
    page = report(kind)
    table = page.html.index('<table class="table-print">')
    end = page.html.index("</table>", table)
    spans = [found.span() for found in re.finditer(r"<tr.*?</tr>", page.html[table:end], re.DOTALL)]
    first, last = data.draw(st.sampled_from([span for span in spans if "<td" in page.html[table:][slice(*span)]]))
    row = page.html[table + first : table + last]
    twice = page.html[: table + last] + row + page.html[table + last :]
    try:
        rows = page.rows(twice.encode())
    except AnswerError as error:
        assert error.where
    else:
        whole = page.rows(page.html.encode())
        assert len(rows) == len(whole) + 1
        assert set(rows) == set(whole)


def test_a_row_of_final_marks_that_is_gone_is_noticed() -> None:
    page = report("studenttotalmarks")
    gone = re.sub(r"<tr><td>2</td>.*?</tr>", "", page.html, count=1, flags=re.DOTALL)
    assert gone != page.html
    with pytest.raises(AnswerError, match="устроен"):
        page.rows(gone.encode())


pieces = st.sampled_from(
    [
        "<table>",
        "</table>",
        "<tr>",
        "</tr>",
        "<td>",
        "</td>",
        "<th>",
        "</th>",
        "<td colspan=2>",
        "<td rowspan=3>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<![if x]>",
        "<![endif]",
        "<!DOCTYPE",
        "<!x",
        "<?php",
        "</",
        "<a b='",
        "&#",
        "&#x110000;",
        "&#55296;",
        "<script>",
        "<textarea>",
        "<td colspan=99999999999>",
        "<td colspan=²>",
        f'<table class="{FOOTER}">',
        "\x00",
        SECRET,
        "<div class=legend><p>",
        "Состояние на 99.99.99 99:99",
        "Состояние на1.05.26 25:61:61",
        "<span class=select>Период:",
        "<template>",
        "<svg>",
        "<select>",
        "<frameset>",
        "с 1.03.26 по 1.05.26",
        "</span>",
        "</div>",
        *(
            f"<th>{name}</th>"
            for name in ("Предмет", "Март", "31", "Дата и время изменений", "Дата выставления оценки")
        ),
        f"<tr>{'<td></td>' * 7}</tr>",
        f"<tr>{''.join(f'<th>{name}</th>' for name in ACCESS_HEADS)}</tr>",
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in ACCESS_ROW)}</tr>",
    ]
)


@given(parts=st.lists(pieces, max_size=25), kind=st.sampled_from(KINDS[:4]))
@settings(fast, max_examples=600)
def test_whatever_html_comes(parts: list[str], kind: str) -> None:
    try:
        report(kind).rows("".join([*parts, "<table></table>", PAGE.decode()[-60:]]).encode())
    except AnswerError as error:
        assert error.where
        assert SECRET not in str(error)


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<table><tr><td>", "<td colspan=2000>"])
def test_a_page_that_is_nothing_but_depth_is_refused(tag: str) -> None:
    closing = "".join(f"</{name}>" for name in reversed(re.findall(r"<(\w+)", tag)))
    for text in (tag * 10_000, tag * 10_000 + closing * 10_000, f"<table><tr>{tag * 10_000}</tr></table>"):
        with pytest.raises(AnswerError):
            report("journalaccess").rows(text.encode())


# A session brought over from a browser.


fragments = st.sampled_from(
    [
        "curl 'https://x/'",
        " -H ",
        " --header ",
        " -b ",
        " --cookie ",
        "'at: 1234567890123456'",
        "'cookie: a=b; c=d'",
        "'a=b'",
        "'",
        '"',
        "\\",
        "^",
        '^"',
        "^\n",
        "\\\r\n",
        "$'",
        "at:",
        "'at: ١٢٣٤٥٦٧٨٩٠١'",
        "'a=\x00'",
        "'я=я'",
        "'a=b\r\nX: y'",
        "\ud800",
        " ",
        ";",
        "=",
    ]
)
listed = st.fixed_dictionaries({}, optional={"name": st.just("a") | whatever, "value": st.just("b") | whatever})
json_sessions = st.fixed_dictionaries({}, optional={
    "at": st.just("1234567890123456") | whatever,
    "cookies": st.dictionaries(st.text(max_size=3), st.text(max_size=3) | whatever, max_size=2) | st.text(max_size=9)
    | st.lists(listed, max_size=2),
})  # fmt: skip
copied = (
    st.text(max_size=60)
    | st.lists(fragments, max_size=8).map("".join)
    | json_sessions.map(body_of).map(bytes.decode)
    | odd_bodies.map(lambda body: body.decode("utf-8", "replace"))
    | odd_bodies.map(lambda body: "{" + body.decode("utf-8", "replace"))
)


@given(text=copied)
@settings(fast, max_examples=800)
def test_whatever_was_copied_is_a_session_or_our_error(text: str) -> None:
    try:
        proof = parse_session(text)
    except UsageError as error:
        assert SECRET not in str(error)
    else:
        assert re.fullmatch("[0-9]{10,40}", proof.at)
        line = "; ".join(f"{name}={value}" for name, value in proof.cookies.items())
        assert line.isascii()
        assert line.isprintable()


def test_sessions_as_browsers_copy_them() -> None:
    wanted = Proof("1234567890123456", {"NSSESSIONID": "a%3D", "ESRNSec": "b=c&d"})
    line = "NSSESSIONID=a%3D; ESRNSec=b=c&d"
    assert parse_session(f"curl 'https://x/' -H 'at: {wanted.at}' -b '{line}'") == wanted
    assert parse_session(f'curl ^"https://x/^" ^\r\n  -H ^"at: {wanted.at}^" ^\r\n  -b ^"{line}^"') == wanted
    assert parse_session(json.dumps({"at": wanted.at, "cookies": wanted.cookies})) == wanted
    as_list = [{"name": name, "value": value} for name, value in wanted.cookies.items()]
    assert parse_session(json.dumps({"at": wanted.at, "cookies": as_list})) == wanted
