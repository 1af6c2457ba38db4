"""What a family sees: the diary and all that hangs on it, in the shapes recorded from several releases (§2.3–2.7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.curriculum import HOMEWORK_TYPE
from netcity_sync.simulator.entries import Homework, Lesson, Mark, Work
from netcity_sync.simulator.habits import lesson_end
from netcity_sync.simulator.handed_in import HandedIn
from netcity_sync.simulator.pages import LESSON_LENGTH, Json, moment, named, room_of
from netcity_sync.simulator.people import Account, journals_of
from netcity_sync.simulator.school import Group, Pupil
from netcity_sync.simulator.versions import Version
from netcity_sync.simulator.world import World

_PLACEHOLDER = "---Не указана---"
_PLAN = "План.txt"
_FILE_IDS = 50_000_000
_ANSWER_FILE_IDS = 1_000_000_000
_FILE_EVERY = 7
_ANSWER_FILE_EVERY = 17
_COMMENT_EVERY = 11
_SIGNED_COMMENT_EVERY = 22
_ANSWER_EVERY = 13


@dataclass(frozen=True, slots=True)
class Entry:
    """An assignment as the diary of one pupil shows it."""

    group: Group
    lesson: Lesson
    id: int
    type_id: int
    name: str
    weight: int
    given_at: Lesson | None
    mark: Mark | None


def diary_init(world: World, account: Account) -> Json:
    """`GET student/diary/init` [R]: `currentStudentId` is a place in the list."""
    monday = world.now.date() - timedelta(days=world.now.weekday())
    return {
        "students": [
            {"studentId": pupil.id, "nickName": _short(pupil), "className": None, "classId": 0, "iupGrade": 0}
            for pupil in account.students
        ],
        "currentStudentId": 0, "weekStart": moment(monday), "yaClass": False, "yaClassAuthUrl": "",
        "newDiskToken": "", "newDiskWasRequest": False, "ttsuRl": "", "externalUrl": "", "weight": False,
        "maxMark": 5, "withLaAssigns": True,
    }  # fmt: skip


def diary(world: World, pupil: Pupil, period: tuple[date, date], version: Version, handed_in: HandedIn) -> Json:
    """`GET student/diary` [R]: days without lessons are absent, lessons stand in no order."""
    first, last = period
    entries: dict[int, list[Entry]] = {}
    for entry in entries_of(world, pupil, first, last):
        entries.setdefault(entry.lesson.id, []).append(entry)
    days: dict[date, list[Json]] = {}
    for group in journals_of(world.school, pupil):
        for lesson in _lessons(world, group, first, last):
            if pupil.listed(lesson.date):
                shown = _lesson(group, lesson, version)
                given = [_assignment(world, pupil, item, version, handed_in) for item in entries.get(lesson.id, [])]
                if given or version.of_2026:
                    shown["assignments"] = given
                days.setdefault(lesson.date, []).append(shown)
    return {
        "weekStart": moment(first), "weekEnd": moment(last),
        "weekDays": [{"date": moment(day), "lessons": days[day]} for day in sorted(days)],
        "termName": _term_name(world, pupil, first, last), "className": _class_name(world, pupil),
    }  # fmt: skip


def empty_diary(world: World, pupil: Pupil, first: date, last: date) -> Json:
    """The diary of a year of which nothing is kept (assumed)."""
    name = _class_name(world, pupil)
    return {"weekStart": moment(first), "weekEnd": moment(last), "weekDays": [], "termName": "", "className": name}


def details(world: World, pupil: Pupil, assignment_id: int) -> Json | None:
    """`GET student/diary/assigns/{id}` [D]; None where the pupil has no such assignment."""
    entry = _find(world, pupil, assignment_id)
    if entry is None:
        return None
    return {
        "id": entry.id, "assignmentName": entry.name, "activityName": None, "problemName": None,
        "subjectGroup": {"id": entry.group.id, "name": f"{entry.group.school_class.name}/{entry.group.name}"},
        "teachers": [named(entry.group.teacher)], "productId": None, "isDeleted": False, "weight": entry.weight,
        "date": moment(entry.lesson.date), "description": "", "attachments": files_of(entry.id),
        "contentElements": None, "codeContentElements": None,
    }  # fmt: skip


def attachments(world: World, pupil: Pupil, wanted: list[int], handed_in: HandedIn) -> Json:
    """`POST student/diary/get-attachments` [C]: an assignment without files is missing."""
    answers = []
    for assignment_id in wanted:
        entry = _find(world, pupil, assignment_id)
        if entry is None:
            continue
        files, answering = files_of(assignment_id), _answer_files(entry, pupil, handed_in)
        if files or answering:
            answers.append({"assignmentId": assignment_id, "attachments": files, "answerFiles": answering})
    return answers


def _answer_files(entry: Entry, pupil: Pupil, handed_in: HandedIn) -> list[Json]:
    """The files with which a pupil answered: some always did, others were sent; `aFile` and `saved` are assumed."""
    found = [
        (item.id, item.name, item.description, item.sent.isoformat())
        for item in handed_in.answering(entry.id, pupil.id)
    ]
    if entry.type_id == HOMEWORK_TYPE and entry.id % _ANSWER_FILE_EVERY == 0:
        name = f"Ответ {entry.id}.txt"
        found.append((_ANSWER_FILE_IDS + entry.id, name, "", f"{moment(entry.lesson.date)}.5"))
    return [
        {
            "studentId": pupil.id, "attachmentDate": sent,
            "attachment": {
                "id": file_id, "aFile": None, "saved": True, "userId": pupil.id, "fileName": name,
                "description": description,
            },
        }
        for file_id, name, description, sent in found
    ]  # fmt: skip


def files_of(assignment_id: int) -> list[Json]:
    """The files of an assignment; most have none."""
    if assignment_id % _FILE_EVERY:
        return []
    name = f"Задание {assignment_id}.txt"
    return [{"id": _FILE_IDS + assignment_id, "name": name, "originalFileName": name, "description": None}]


def file_of(attachment_id: int) -> tuple[str, bytes] | None:
    """Name and content of an attachment: of an assignment, of an announcement, or of a pupil's answer."""
    if attachment_id == _FILE_IDS:
        return _PLAN, "План на четверть.\r\n".encode()
    if attachment_id > _ANSWER_FILE_IDS:
        number = attachment_id - _ANSWER_FILE_IDS
        return None if number % _ANSWER_FILE_EVERY else (f"Ответ {number}.txt", f"Ответ {number}.\r\n".encode())
    files = files_of(attachment_id - _FILE_IDS) if attachment_id > _FILE_IDS else []
    return (files[0]["name"], f"Текст задания {attachment_id - _FILE_IDS}.\r\n".encode()) if files else None


def overdue(world: World, pupil: Pupil, first: date, last: date) -> Json:
    """`GET student/diary/pastMandatory` [C]: assignments on which the pupil owes a mark."""
    return [
        {
            "id": entry.id, "typeId": entry.type_id, "assignmentName": entry.name,
            "dueDate": moment(entry.lesson.date), "subjectName": entry.group.subject.name, "weight": entry.weight,
            "classMeetingId": entry.lesson.id, "productId": None,
        }
        for entry in entries_of(world, pupil, first, last)
        if entry.mark is not None and entry.mark.value.at(world.now) is None
    ]  # fmt: skip


def announcements(world: World) -> Json:
    """`GET announcements` [R]: HTML, its entities escaped twice."""
    start = world.school.calendar.start
    texts = (
        (3, "Родительское собрание", "<p>Собрание в актовом зале, начало в&amp;#160;18:00.</p>\n<p>Явка &amp;#171;"
         "обязательна&amp;#187;.</p>", ".93"),
        (20, "День открытых дверей", "<p>Приглашаем всех.</p>", ".857"),
        (40, "Конкурс рисунков", "<p>Работы принимает кабинет 204.</p>", ""),
    )  # fmt: skip
    author = world.school.teachers[0]
    shown = []
    for number, (after, name, text, fraction) in enumerate(texts):
        posted = datetime(start.year, start.month, start.day, 10, 7, 31) + timedelta(days=after)  # noqa: DTZ001
        files = [{"id": _FILE_IDS, "name": _PLAN, "originalFileName": _PLAN, "description": None}]
        if posted <= world.now:
            shown.append({
                "description": text, "postDate": f"{posted.isoformat()}{fraction}", "deleteDate": None,
                "author": {"id": author.id, "fio": author.name.full, "nickName": author.name.full}, "em": None,
                "recipientInfo": None, "attachments": files if number == 1 else [], "id": 1_100_000 + number,
                "name": name,
            })  # fmt: skip
    return shown[::-1]


def my_settings(account: Account, year_id: int) -> Json:
    """`GET mysettings` [R]."""
    surname, first, patronymic = account.name.split(" ")
    return {
        "userId": account.user_id, "firstName": first, "lastName": surname, "middleName": patronymic,
        "loginName": account.login, "birthDate": "2010-01-01T00:00:00",
        "roles": [role.key for role in account.roles], "schoolyearId": year_id, "windowsAccount": None,
        "mobilePhone": None, "preferedCom": "C", "email": "", "existsPhoto": False,
        "userSettings": {
            "showMobilePhone": True, "defaultDesktop": None, "language": "RU", "favoriteReports": [],
            "passwordExpired": 0, "recoveryAnswer": None, "recoveryQuestion": None, "theme": 0,
            "userId": account.user_id, "showNetSchoolApp": True, "showSferumBanner": False, "uiTheme": None,
        },
    }  # fmt: skip


def entries_of(world: World, pupil: Pupil, first: date, last: date) -> Iterator[Entry]:
    """The assignments of a pupil whose lessons lie in a period."""
    for group in journals_of(world.school, pupil):
        written = world.entries(group.id)
        visible = {lesson.id for lesson in _lessons(world, group, first, last) if pupil.listed(lesson.date)}
        for homework in written.homework:
            if homework.due_at.id in visible and homework.text.known(world.now):
                yield _homework(world, group, homework)
        for work in written.works:
            if work.lesson.id in visible and work.created <= world.now:
                yield _work(world, group, work, pupil)


def _homework(world: World, group: Group, item: Homework) -> Entry:
    text = str(item.text.at(world.now))
    return Entry(group, item.due_at, item.id, HOMEWORK_TYPE, text, 0, item.given_at, None)


def _work(world: World, group: Group, item: Work, pupil: Pupil) -> Entry:
    marks = [mark for mark in item.marks if mark.student_id == pupil.id and mark.visible(world.now)]
    name = item.name if item.id % _FILE_EVERY else _PLACEHOLDER
    return Entry(group, item.lesson, item.id, item.type_id, name, 0, None, marks[0] if marks else None)


def _find(world: World, pupil: Pupil, assignment_id: int) -> Entry | None:
    calendar = world.school.calendar
    found = (item for item in entries_of(world, pupil, calendar.start, calendar.end) if item.id == assignment_id)
    return next(found, None)


def _lessons(world: World, group: Group, first: date, last: date) -> list[Lesson]:
    return [
        lesson
        for lesson in world.entries(group.id).lessons
        if first <= lesson.date <= last and lesson.visible(world.now)
    ]


def _lesson(group: Group, lesson: Lesson, version: Version) -> Json:
    end = lesson_end(lesson.date, lesson.slot)
    shown: Json = {
        "classmeetingId": lesson.id, "day": moment(lesson.date), "number": lesson.slot, "relay": 1,
        "room": room_of(group) if group.id % 3 else None, "startTime": f"{end - LESSON_LENGTH:%H:%M}",
        "endTime": f"{end:%H:%M}", "subjectName": group.subject.name, "isEaLesson": group.subject.extracurricular,
    }  # fmt: skip
    if version.of_2026:
        shown["isDistanceLesson"] = False
    return shown


def _assignment(world: World, pupil: Pupil, entry: Entry, version: Version, handed_in: HandedIn) -> Json:
    shown: Json = {
        "id": entry.id, "typeId": entry.type_id, "assignmentName": entry.name, "weight": entry.weight,
        "dueDate": moment(entry.lesson.date), "classMeetingId": entry.lesson.id,
    }  # fmt: skip
    if version.of_2026:
        shown["classAssignment"] = True
        if entry.given_at is not None:
            shown["issueClassMeetingId"] = entry.given_at.id
    if entry.mark is not None:
        value = entry.mark.value.at(world.now)
        shown["mark"] = {
            "assignmentId": entry.id, "studentId": pupil.id, "mark": value, "resultScore": None,
            "dutyMark": value is None,
        }  # fmt: skip
        if version.marks_have_ids:
            shown["mark"]["id"] = 0
        if entry.id % _COMMENT_EVERY == 0:
            shown["markComment"] = _comment(world, entry, entry.mark)
    answered = handed_in.answers.get((pupil.id, entry.id))
    if answered is not None:
        shown["textAnswer"] = {"answer": answered[0], "answerDate": answered[1].isoformat()}
    elif entry.mark is None and entry.type_id == HOMEWORK_TYPE and entry.id % _ANSWER_EVERY == 0:
        shown["textAnswer"] = {"answer": "Сделано", "answerDate": f"{moment(entry.lesson.date)}.5"}
    return shown


def _comment(world: World, entry: Entry, mark: Mark) -> Json:
    """A teacher's comment on a mark; some tell who wrote it and when (the shape of `teacher` is assumed)."""
    shown: Json = {"id": entry.id, "name": "Молодец", "wasRead": False}
    if entry.id % _SIGNED_COMMENT_EVERY == 0:
        edited = max(item for item in mark.value.moments if item <= world.now)
        shown["teacher"] = named(entry.group.teacher)
        shown["editTime"] = edited.isoformat()
    return shown


def _term_name(world: World, pupil: Pupil, first: date, last: date) -> str:
    terms: list[Term] = [term for group in journals_of(world.school, pupil)[:1] for term in group.terms]
    touched = [term for term in terms if term.start <= last and first <= term.end]
    return touched[-1].name if touched else ""


def _class_name(world: World, pupil: Pupil) -> str:
    return next(item.name for item in world.school.classes if item.id == pupil.class_id)


def _short(pupil: Pupil) -> str:
    return f"{pupil.name.surname} {pupil.name.first}"
