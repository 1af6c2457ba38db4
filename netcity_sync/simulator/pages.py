"""The school as the GIS's JSON: types and nulls as recorded; what is not recorded is marked as assumed."""

from datetime import date, datetime, timedelta
from typing import Any

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.curriculum import ASSIGNMENT_TYPES
from netcity_sync.simulator.habits import lesson_end
from netcity_sync.simulator.school import Group, Pupil, SchoolClass, Teacher
from netcity_sync.simulator.sessions import TIME_OUT, Account, Session
from netcity_sync.simulator.world import LessonRow, World

Json = Any
_LESSON_MINUTES = timedelta(minutes=45)
_SLOTS = range(1, 10)
_PRODUCT = "Сетевой Город. Образование"


def moment(value: date) -> str:
    """`2026-10-05T00:00:00`, naive local (protocol.md §2.13)."""
    return datetime(value.year, value.month, value.day).isoformat()  # noqa: DTZ001


def named(item: Teacher) -> Json:
    """`{id, name}` of a person."""
    return {"id": item.id, "name": item.name.full}


def login_data(version: str) -> Json:
    """`GET logindata` [R §1.5]."""
    return {
        "productName": _PRODUCT, "version": version, "schoolLogin": True, "emLogin": False, "esiaLogin": False,
        "esiaLoginPage": False, "esiaMainAuth": False, "esiaButton": False, "signatureLogin": False, "cacheVer": "639",
        "windowsAuth": False, "enableSms": False,
    }  # fmt: skip


def school_found(world: World) -> Json:
    """One item of `GET schools/search` [R]."""
    school = world.school
    return {
        "provinceId": 0, "cityId": 1, "inn": "0000000000", "ogrn": "0000000000000", "address": "г. Примерск",
        "shortName": school.name, "id": school.id, "name": f"{school.name} (г. Примерск) ",
    }  # fmt: skip


def signed_in(world: World, session: Session, second: bool) -> Json:
    """`POST login` [R §1.8]."""
    account, school = session.account, world.school
    organization = {"id": school.id, "name": school.name}
    return {
        "at": session.at, "code": None, "timeOut": int(TIME_OUT.total_seconds() * 1000), "accessToken": session.secret,
        "refreshToken": session.secret, "tokenType": "Bearer",
        "accountInfo": {
            "activeToken": None, "secureActiveToken": "", "currentOrganization": organization,
            "user": {"id": account.user_id, "name": account.name},
            "userRoles": [{"userId": account.user_id, "schoolId": school.id, "role": {"id": 2, "name": "Завуч"}}],
            "organizations": [organization], "loginTime": world.now.isoformat(), "active": True, "canLogin": True,
            "storeTokens": True, "accessToken": session.secret,
        },
        "entryPoint": "/asp/SecurityWarning.asp" if second else "/app/school/main/",
        "requestData": {"warnType": "1"} if second else None, "errorMessage": None,
    }  # fmt: skip


def year(world: World) -> Json:
    """A school year [R]."""
    school = world.school
    calendar = school.calendar
    span = {"startDate": moment(calendar.start), "endDate": moment(calendar.end)}
    return {
        "globalYear": {**span, "id": calendar.start.year - 2000, "name": calendar.name},
        "schoolId": school.id, **span, "closed": "Open", "id": calendar.start.year * 10, "name": calendar.name,
    }  # fmt: skip


def context(world: World, session: Session, version: str) -> Json:
    """`GET context` [R, of a parent; the staff's rights are assumed]."""
    school, account = world.school, session.account
    shown = year(world)
    return {
        "at": session.at, "userId": account.user_id, "funcType": "School", "schoolId": school.id,
        "schoolYearId": shown["id"], "globalYearId": shown["globalYear"]["id"], "productName": _PRODUCT,
        "copyright": "", "userLanguage": "ru", "version": version, "versionDate": None,
        "organizationName": school.name,
        "menuContext": {"modelMenu": [_menu()], "menuItemInfo": None, "tabItemInfo": None},
        "rights": [15, 24, 25], "roles": [2], "schoolyear": shown,
        "user": {"id": account.user_id, "name": account.name}, "organization": {"id": school.id, "name": school.name},
        "dateFormat": "d\u0001mm\u0001yy\u0001.", "timeFormat": "h\u0001mm\u0001:\u0001\u0001", "isEmForSchool": False,
        "yaCounterOff": False, "yaCounterCode": None, "serverId": "00000000-0000-4000-8000-000000000000",
    }  # fmt: skip


def _menu() -> Json:
    """The journal's entry of the menu (§3.1.4)."""
    tab = {"id": "journal", "title": "Классный журнал", "url": "/app/school/journal/", "selected": False}
    return {
        "id": "journal", "title": "Журнал", "order": 3, "dropDownMenu": True, "hasSubMenus": True, "hasTabItems": False,
        "subMenus": [], "tabItemInfos": [tab], "collapseSingleTab": False,
    }  # fmt: skip


def state(world: World) -> Json:
    """`GET context/state` [R]."""
    return {"mailMessagesUnreadCount": 0, "mailError": None, "activeSessionsCount": 1, "notifications": []}


def term(item: Term) -> Json:
    """One item of `POST terms/search`."""
    return {"id": item.id, "name": item.name, "startDate": moment(item.start), "endDate": moment(item.end)}


def school_class(item: SchoolClass) -> Json:
    """One item of `GET classes?expand=chiefs`."""
    return {
        "id": item.id, "name": item.name, "grade": item.grade, "letter": None, "funcType": "School",
        "chiefs": [named(item.chief)],
    }  # fmt: skip


def subject_group(group: Group) -> Json:
    """One item of `GET subjectgroups` [R]."""
    item, subject = group.school_class, group.subject
    shown: dict[str, Json] = {
        "class": {"grade": item.grade, "letter": None, "funcType": "School", "id": item.id, "name": item.name},
        "shortName": subject.short,
        "terms": [each.id for each in group.terms],
        "teachers": [named(group.teacher)],
        "subject": {
            "shortName": subject.short, "globalSubjectId": subject.id, "id": 160_000 + subject.id, "name": subject.name,
        },
        "iup": group.individual,
        "extraCurricular": subject.extracurricular,
        "gradingSys": "Mark" if group.rated else "NotRated",
        "useExemption": False,
        "fullName": f"{item.name}/{group.name}",
        "id": group.id,
        "name": group.name,
    }  # fmt: skip
    if group.subgroup:
        shown["group"] = {"id": group.id + 500_000, "name": group.subgroup}
    return shown


def pupil(item: Pupil) -> Json:
    """A pupil of a list; the spelling of the fields is one of those that clients accept, `startDate` is assumed."""
    return {"id": item.id, "fullName": item.name.full, "startDate": moment(item.start)}


def teachers(world: World) -> Json:
    """`GET users/staff/teachers?withSubjects=true`."""
    subjects: dict[int, list[str]] = {}
    for group in world.school.groups:
        names = subjects.setdefault(group.teacher.id, [])
        if group.subject.name not in names:
            names.append(group.subject.name)
    return [
        {**named(item), "subjects": [{"name": name} for name in subjects.get(item.id, [])]}
        for item in world.school.teachers
    ]


def assignment_types() -> Json:
    """`GET grade/assignment/types`."""
    return [{"id": item.id, "name": item.name, "abbr": item.abbr, "order": item.order} for item in ASSIGNMENT_TYPES]


def bell_times() -> Json:
    """`GET schedule/times`: weekday 1 is Sunday."""
    day = date(1, 1, 1)
    times = []
    for weekday in range(2, 7):
        for slot in _SLOTS:
            end = lesson_end(day, slot)
            times.append({
                "id": weekday * 100 + slot, "variantId": 1, "weekDay": weekday, "relay": 1, "number": slot,
                "startTime": (end - _LESSON_MINUTES).isoformat(), "endTime": end.isoformat(), "used": True,
            })  # fmt: skip
    return times


def class_meeting(group: Group, lesson: LessonRow) -> Json:
    """One item of `GET schedule/classmeetings` (§3.1.2)."""
    return {
        "id": lesson.id, "day": moment(lesson.date), "number": lesson.slot,
        "scheduleTimeId": (lesson.date.weekday() + 2) * 100 + lesson.slot, "subjectGroupId": group.id,
        "lessonId": lesson.id, "room": {"id": 1 + group.id % 40, "name": f"каб. {1 + group.id % 40}"},
        "teacherId": [group.teacher.id],
    }  # fmt: skip


def journal(world: World, group: Group, term_id: int) -> Json:
    """`GET grade/journal` (§3.1.3): the shape is known; method, parameters, `topic`, `issueClassMeetingId` and the
    lesson of a mark without assignment are assumed.
    """
    page = world.journal(group.id, term_id)
    return {
        "editLimit": {},
        "markSettings": {},
        "journals": [
            {
                "subjectGroupId": group.id,
                "subjectGroupName": group.name,
                "classId": group.school_class.id,
                "className": group.school_class.name,
                "grade": group.school_class.grade,
                "students": [{"id": item.id, "fullName": item.name.full} for item in page.students],
                "assignments": [
                    {
                        "id": item.id, "typeId": item.type_id, "assignmentName": item.name,
                        "classMeetingId": item.lesson_id, "issueClassMeetingId": item.issue_lesson_id,
                        "weight": item.weight,
                    }
                    for item in page.assignments
                ],
                "classMeeting": [
                    {"id": item.id, "date": moment(item.date), "scheduleTimeNum": item.slot, "topic": item.topic}
                    for item in page.lessons
                ],
                "marks": [
                    {
                        "studentId": item.student_id, "assignmentId": item.assignment_id, "mark": item.value,
                        "classMeetingId": item.lesson_id, "dutyMark": item.value is None, "resultScore": None,
                    }
                    for item in page.marks
                ],
                "attendance": [
                    {"studentId": item.student_id, "classmeetingId": item.lesson_id, "reason": item.code}
                    for item in page.absences
                ],
            }
        ],
    }  # fmt: skip


def sys_info(version: str) -> str:
    """`GET sysInfo`: plain text."""
    return f"Id: 00000000-0000-4000-8000-000000000000\r\nВерсия системы: {version}\r\n"


def account_of(world: World, password: str) -> Account:
    """The staff account that sees all journals."""
    return Account("Завуч", "zavuch", password, 900_001, "Примерова Вера Петровна")
