"""The school as the GIS's JSON: types and nulls as recorded; what is not recorded is marked as assumed."""

from datetime import date, datetime, timedelta
from typing import Any

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.curriculum import ASSIGNMENT_TYPES
from netcity_sync.simulator.habits import lesson_end
from netcity_sync.simulator.school import Group, Pupil, SchoolClass, Teacher
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.versions import Version
from netcity_sync.simulator.world import LessonRow, World

Json = Any
LESSON_LENGTH = timedelta(minutes=45)
_SLOTS = range(1, 10)
_ROOMS = 40
_ADDRESS = "г. Примерск, ул. Учебная, 1"
_PRODUCT = "Сетевой Город. Образование"


def moment(value: date) -> str:
    """`2026-10-05T00:00:00`, naive local (protocol.md §2.13)."""
    return datetime(value.year, value.month, value.day).isoformat()  # noqa: DTZ001


def named(item: Teacher) -> Json:
    """`{id, name}` of a person."""
    return {"id": item.id, "name": item.name.full}


def login_data(version: str, *, by_password: bool = True) -> Json:
    """`GET logindata` [R §1.5]."""
    return {
        "productName": _PRODUCT, "version": version, "schoolLogin": by_password, "emLogin": False,
        "esiaLogin": not by_password, "esiaLoginPage": not by_password, "esiaMainAuth": not by_password,
        "esiaButton": False, "signatureLogin": False, "cacheVer": "639", "windowsAuth": False, "enableSms": False,
    }  # fmt: skip


def full_name(world: World) -> str:
    """The school's name in full."""
    return world.school.name.replace("МБОУ", "Муниципальное бюджетное общеобразовательное учреждение").replace(
        "СОШ", "Средняя общеобразовательная школа"
    )


_TOWN = "г. Примерск"
_NEIGHBOURS = (
    (900_101, "МАОУ «Гимназия № 2»", _TOWN),
    (900_102, "МАОУ «Гимназия № 2»", "с. Дальнее"),
    (900_103, "МАОУ «Гимназия № 21»", _TOWN),
)
"""Other schools of the same server: id, short name, town. Nobody can sign in there."""


def schools_found(world: World, *, with_address: bool) -> list[Json]:
    """What `GET schools/search` chooses from [R]: the school first, then its neighbours.

    Before 5.32 with `addressString` besides [C nm17].
    """
    school = world.school
    found = [_school_found(*item) for item in ((school.id, school.name, _TOWN), *_NEIGHBOURS)]
    return [{**item, "addressString": item["address"]} for item in found] if with_address else found


def _school_found(school_id: int, name: str, town: str) -> Json:
    return {
        "provinceId": 0, "cityId": 1, "inn": "0000000000", "ogrn": "0000000000000", "address": town,
        "shortName": name, "id": school_id, "name": f"{name} ({town}) ",
    }  # fmt: skip


def signed_in(world: World, session: Session, second: bool) -> Json:
    """`POST login` [R §1.8]: who has several roles must choose one, who works twice is warned."""
    entry, request = "/app/school/studentdiary/" if session.kind in ("parent", "student") else "/app/school/main/", None
    if session.role is None:
        entry = "/app/simple/attention/choose-session-role"
    elif second:
        entry, request = "/asp/SecurityWarning.asp", {"warnType": "1"}
    return {
        "at": session.at, "code": None, "timeOut": int(session.time_out.total_seconds() * 1000),
        "accessToken": session.secret, "refreshToken": session.secret, "tokenType": "Bearer",
        "accountInfo": account_info(world, session),
        "entryPoint": entry, "requestData": request, "errorMessage": None,
    }  # fmt: skip


def account_info(world: World, session: Session) -> Json:
    """Who signed in [R §1.8]; `GET auth/account` is assumed to answer the same."""
    account, school = session.account, world.school
    organization = {"id": school.id, "name": school.name}
    return {
        "activeToken": None, "secureActiveToken": "", "currentOrganization": organization,
        "user": {"id": account.user_id, "name": account.name},
        "userRoles": [
            {"userId": account.user_id, "schoolId": school.id, "role": {"id": int(role), "name": role.title}}
            for role in account.roles
        ],
        "organizations": [organization], "loginTime": f"{session.began.isoformat()}.7383797", "active": True,
        "canLogin": True, "storeTokens": True, "accessToken": session.secret,
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


def years(world: World) -> Json:
    """`GET years` [R]: the years before are closed and carry a star."""
    shown = [year(world)]
    for back in (1, 2):
        first = world.school.calendar.start.year - back
        start, end = date(first, 9, 1), date(first + 1, 8, 31)
        name = f"{start.year}/{end.year}"
        span = {"startDate": moment(start), "endDate": moment(end)}
        shown.append({
            "globalYear": {**span, "id": start.year - 2000, "name": name}, "schoolId": world.school.id, **span,
            "closed": "Closed", "id": start.year * 10, "name": f"(*) {name}",
        })  # fmt: skip
    return shown


def context(world: World, session: Session, version: Version) -> Json:
    """`GET context` [R, of a parent; the menu and rights of staff are assumed]."""
    school, account = world.school, session.account
    shown = next(item for item in years(world) if session.year_id in (None, item["id"]))
    role = session.role or account.roles[0]
    return {
        "at": session.at, "userId": account.user_id, "funcType": "School", "schoolId": school.id,
        "schoolYearId": shown["id"], "globalYearId": shown["globalYear"]["id"], "productName": _PRODUCT,
        "copyright": "© Учебный сервер", "userLanguage": "ru", "version": version.text, "versionDate": None,
        "organizationName": full_name(world),
        "menuContext": {"modelMenu": _menu(role.staff), "menuItemInfo": None, "tabItemInfo": None},
        "rights": [15, 24, 25] if version.of_2026 else ["arCalendarViewSelf"],
        "roles": [int(role)] if version.of_2026 else [role.key], "schoolyear": shown,
        "user": {"id": account.user_id, "name": account.name}, "organization": {"id": school.id, "name": school.name},
        "dateFormat": "d\u0001mm\u0001yy\u0001.", "timeFormat": "h\u0001mm\u0001:\u0001\u0001", "isEmForSchool": False,
        "yaCounterOff": False, "yaCounterCode": None, "serverId": "00000000-0000-4000-8000-000000000000",
    }  # fmt: skip


_STAFF_MENU = (
    ("Главная", (("Главная", "/app/school/main/"),)),
    ("Журнал", (("Классный журнал", "/app/school/journal/"), ("Посещаемость", "/app/school/journal/attendance/"))),
    ("Расписание", (("День", "/app/school/schedule/day/"), ("Неделя", "/app/school/schedule/week/"))),
    ("Отчеты", (("Отчеты", "/app/school/reports/"),)),
)
_FAMILY_MENU = (
    ("Главная", (("Главная", "/app/school/main/"),)),
    ("Расписание", (("Неделя", "/app/school/schedule/week/"), ("День", "/app/school/schedule/day/"))),
    ("Отчеты", (("Отчеты", "/app/school/reports/"),)),
    ("Дневник", (("Дневник", "/app/school/studentdiary/"),)),
)


def _menu(staff: bool) -> list[Json]:
    """The menu [R of a family]; that of staff as far as userscripts name its pages (§3.1.4)."""
    shown = []
    for place, (title, tabs) in enumerate(_STAFF_MENU if staff else _FAMILY_MENU):
        items = [
            {"title": name, "id": 10 * place + number, "url": url, "selected": False}
            for number, (name, url) in enumerate(tabs)
        ]
        shown.append({
            "id": 20 + place, "title": title, "selected": False, "dropDownMenu": len(tabs) > 1, "hasSubMenus": False,
            "hasTabItems": True, "order": 10 * (place + 1), "subMenus": None, "tabItemInfos": items,
            "collapseSingleTab": len(tabs) == 1,
        })  # fmt: skip
    return shown


def state(session: Session, others: int, since: datetime, unread: int) -> Json:
    """`GET context/state` [R]: a notice where somebody else works under the same login."""
    notice = {
        "type": "security-warning",
        "data": {
            "loginName": session.account.login, "nickName": session.account.name,
            "coWorkers": [
                {"loginTimeInto": f"{since:%d.%m.%Y %H:%M:%S}", "logoutTimeFrom": None, "ipAddress": "192.0.2.10"}
            ],
            "warnType": "CoWrk",
        },
    }  # fmt: skip
    return {
        "mailMessagesUnreadCount": unread, "mailError": None, "activeSessionsCount": 1 + others,
        "notifications": [notice] if others else [],
    }  # fmt: skip


def school_card(world: World) -> Json:
    """`GET schools/{id}/card` [C]."""
    school = world.school
    return {
        "commonInfo": {
            "schoolName": school.name, "fullSchoolName": full_name(world), "about": "",
            "founders": [], "status": None,
        },
        "contactInfo": {
            "juridicalAddress": _ADDRESS, "postAddress": _ADDRESS, "phones": "", "fax": "", "email": "",
            "web": "", "cityName": "Примерск",
        },
        "managementInfo": {
            "director": "", "principalUVR": "", "principalAHC": "", "principalIT": "", "collegiateManagement": "",
        },
        "otherInfo": {}, "bankDetails": {}, "foodPayDetails": {}, "internetConnectionInfo": {},
    }  # fmt: skip


def school_in_list(world: World) -> Json:
    """One item of `GET addresses/schools?sft=2` [C]; also what `GET schools/{id}` is assumed to answer."""
    school = world.school
    return {
        "id": school.id, "name": school.name, "fullName": full_name(world), "addressString": _ADDRESS, "countryId": 2,
        "stateId": 1, "cityId": 1, "municipalityDistrictId": 0, "funcType": 2,
    }  # fmt: skip


def login_form(world: World) -> Json:
    """`GET prepareloginform` [C]: what the selects of the sign-in page offer."""
    school = {"id": world.school.id, "name": world.school.name}
    one = {"id": 1, "name": "Примерск"}
    return {
        "countries": [{"id": 2, "name": "Россия"}], "states": [one], "provinces": [{"id": 0, "name": "Примерск"}],
        "cities": [one], "funcs": [{"id": 2, "name": "Общеобразовательные"}], "schools": [school],
        "cid": 2, "sid": 1, "pid": 0, "cn": 1, "sft": 2, "scid": world.school.id, "hlevels": None, "ems": None,
    }  # fmt: skip


_SELECTS = ("cid", "sid", "pid", "cn", "sft", "scid")
_OFFERS = ("countries", "states", "provinces", "cities", "funcs", "schools")


def next_select(world: World, changed: str) -> Json:
    """`GET loginform?…&LASTNAME=` [C]: what the select after the changed one offers (`lastElem` is assumed)."""
    place = _SELECTS.index(changed) + 1 if changed in _SELECTS[:-1] else 0
    return {"items": login_form(world)[_OFFERS[place]], "lastElem": _SELECTS[place]}


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
                "startTime": (end - LESSON_LENGTH).isoformat(), "endTime": end.isoformat(), "used": True,
            })  # fmt: skip
    return times


def room_of(group: Group) -> str:
    """Where a journal's lessons are held."""
    return f"каб. {1 + group.id % _ROOMS}"


def rooms() -> Json:
    """`GET rooms` [C]."""
    return [{"roomname": f"каб. {number}", "responsible": None} for number in range(1, _ROOMS + 1)]


def upload_limits() -> Json:
    """`GET attachments/uploadLimits` [C], in kilobytes."""
    return {"laImportFileSizeLimit": 51200, "mailFileSizeLimit": 10240, "assignmentFileSizeLimit": 20480}


def class_meeting(group: Group, lesson: LessonRow) -> Json:
    """One item of `GET schedule/classmeetings` (§3.1.2)."""
    return {
        "id": lesson.id, "day": moment(lesson.date), "number": lesson.slot,
        "scheduleTimeId": (lesson.date.weekday() + 2) * 100 + lesson.slot, "subjectGroupId": group.id,
        "lessonId": lesson.id, "room": {"id": 1 + group.id % _ROOMS, "name": room_of(group)},
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
                        "studentId": item.student_id, "assignmentId": item.assignment_id,
                        "mark": item.text if item.value is None else item.value, "classMeetingId": item.lesson_id,
                        "dutyMark": item.value is None and item.text is None, "resultScore": None,
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


def totals(world: World, group: Group) -> Json:
    """`GET grade/totals`: assumed, the call and its shape (design.md §4.2)."""
    shown = [(item, item.shown(world.now)) for item in world.finals(group.id)]
    return {
        "subjectGroupId": group.id,
        "totals": [
            {"studentId": item.student_id, "termId": item.term_id, "kind": item.kind, "mark": mark}
            for item, mark in shown
            if mark is not None
        ],
    }


def sys_info(version: str) -> str:
    """`GET sysInfo`: plain text."""
    return f"Id: 00000000-0000-4000-8000-000000000000\r\nВерсия системы: {version}\r\n"


def sign_in_page() -> str:
    """What a browser gets that is not signed in: a page of our own."""
    return (
        "<!DOCTYPE html><html lang='ru'><head><meta charset='utf-8'><title>Вход</title></head><body>"
        "<form action='/webapi/login' method='post'><label>Логин <input name='UN'></label>"
        "<label>Пароль <input type='password' name='PW'></label><button>Войти</button></form></body></html>"
    )
