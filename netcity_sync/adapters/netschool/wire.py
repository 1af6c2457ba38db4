"""Signing in, dictionaries and journals as they come over the wire (protocol.md §1–3).

Needed fields are insisted on; others may come, go and be new: drift.py counts that.
"""

from typing import Any, ClassVar

from pydantic import AliasChoices, Field, model_validator

from netcity_sync.adapters.netschool.answer import Answer, Day, NoDay, Number


class Salt(Answer):
    """`POST auth/getdata` (§1.6): strings of digits, or numbers in some releases."""

    lt: str | int
    ver: str | int
    salt: str | int


class SignInRole(Answer):
    """A role of `userRoles`."""

    id: Number
    name: str


class UserRole(Answer):
    """An item of `userRoles` (§1.8)."""

    IGNORED = frozenset({"userId", "schoolId"})

    role: SignInRole


class AccountInfo(Answer):
    """`accountInfo` of a sign-in, the part that is used; documentation draws `userRoles` as one object, too."""

    IGNORED = frozenset({
        "activeToken", "secureActiveToken", "currentOrganization", "user", "organizations", "loginTime", "active",
        "canLogin", "storeTokens", "accessToken",
    })  # fmt: skip

    user_roles: tuple[UserRole, ...] | UserRole | None = Field(default=None, alias="userRoles")

    @property
    def roles(self) -> tuple[SignInRole, ...]:
        """The roles that the account may work as."""
        if self.user_roles is None:
            return ()
        return (
            tuple(item.role for item in self.user_roles)
            if isinstance(self.user_roles, tuple)
            else (self.user_roles.role,)
        )


class SignIn(Answer):
    """`POST login` (§1.8): `at` is all that a client needs; a failure may also come with status 200."""

    IGNORED = frozenset({"code", "timeOut", "accessToken", "refreshToken", "tokenType", "requestData"})
    SPARSE = frozenset({"message", "error_message", "at"})

    at: str | None = Field(default=None, pattern=r"^[!-~]{0,4000}$")
    error_message: str | None = Field(default=None, alias="errorMessage")
    message: str | None = None
    entry_point: str | None = Field(default=None, alias="entryPoint")
    account: AccountInfo | None = Field(default=None, alias="accountInfo")


class Refusal(Answer):
    """The body of a refusal (§1.8)."""

    SPARSE = frozenset({"message"})

    message: str | None = None


class LoginData(Answer):
    """`GET logindata` (§1.5), the part that is used."""

    IGNORED = frozenset({
        "productName", "emLogin", "esiaLogin", "esiaLoginPage", "esiaButton", "signatureLogin", "cacheVer",
        "windowsAuth", "enableSms", "esaLogin", "esaLoginPage",
    })  # fmt: skip
    SPARSE = frozenset({"version", "password", "only_esia"})

    version: str | None = None
    password: bool | None = Field(default=None, alias="schoolLogin")
    only_esia: bool | None = Field(default=None, alias="esiaMainAuth")


class Named(Answer):
    """`{id, name}`."""

    id: Number
    name: str


class FoundSchool(Named):
    """`GET schools/search` (§2.1)."""

    IGNORED = frozenset({"provinceId", "cityId", "inn", "ogrn", "address", "addressString"})

    short_name: str | None = Field(default=None, alias="shortName")


class MenuTab(Answer):
    """A page of the menu."""

    IGNORED = frozenset({"id", "selected"})

    title: str
    url: str | None = None


class MenuItem(Answer):
    """An entry of the menu (§2.2)."""

    IGNORED = frozenset({
        "id", "selected", "dropDownMenu", "hasSubMenus", "hasTabItems", "order", "collapseSingleTab", "subMenus",
    })  # fmt: skip

    title: str
    tabs: tuple[MenuTab, ...] | None = Field(default=None, alias="tabItemInfos")


class MenuContext(Answer):
    """The menu, which depends on the role (§2.2)."""

    IGNORED = frozenset({"menuItemInfo", "tabItemInfo"})

    items: tuple[MenuItem, ...] = Field(default=(), alias="modelMenu")


class GlobalYear(Named):
    """The country's year behind a school's."""

    start: Day = Field(alias="startDate")
    end: Day = Field(alias="endDate")


class Year(Answer):
    """`GET years/current`, and `schoolyear` of the context (§2.2)."""

    IGNORED = frozenset({"schoolId"})
    SPARSE = frozenset({"global_year"})

    id: Number
    name: str
    start: Day = Field(alias="startDate")
    end: Day = Field(alias="endDate")
    closed: str | None = None
    global_year: GlobalYear | None = Field(default=None, alias="globalYear")


class Context(Answer):
    """`GET context` (§2.2). Rights and roles are names in old releases and numbers in new ones."""

    IGNORED = frozenset({
        "at", "funcType", "globalYearId", "emId", "copyright", "userLanguage", "versionDate", "rights",
        "timeFormat", "isEmForSchool", "yaCounterOff", "yaCounterCode", "serverId",
    })  # fmt: skip
    SPARSE = frozenset({"user_id", "school_year_id", "product", "full_name", "year", "date_format", "roles", "menu"})

    school_id: Number = Field(alias="schoolId")
    organization: Named
    user: Named | None = None
    user_id: Number | None = Field(default=None, alias="userId")
    school_year_id: Number | None = Field(default=None, alias="schoolYearId")
    product: str | None = Field(default=None, alias="productName")
    version: str | None = None
    full_name: str | None = Field(default=None, alias="organizationName")
    menu: MenuContext | None = Field(default=None, alias="menuContext")
    roles: tuple[int | str, ...] = ()
    year: Year | None = Field(default=None, alias="schoolyear")
    date_format: str | None = Field(default=None, alias="dateFormat")


class CoWorker(Answer):
    """Somebody else who works under the same login."""

    IGNORED = frozenset({"logoutTimeFrom", "ipAddress"})

    since: str | None = Field(default=None, alias="loginTimeInto")


class NotificationData(Answer):
    """What a notice of `context/state` says."""

    IGNORED = frozenset({"loginName", "nickName"})
    SPARSE = frozenset({"co_workers", "kind"})

    co_workers: tuple[CoWorker, ...] = Field(default=(), alias="coWorkers")
    kind: str | None = Field(default=None, alias="warnType")


class Notification(Answer):
    """A notice of `context/state`."""

    type: str
    data: NotificationData | None = None


class State(Answer):
    """`GET context/state` (§2.2)."""

    IGNORED = frozenset({"mailError"})

    unread: Number = Field(default=0, alias="mailMessagesUnreadCount")
    sessions: Number = Field(default=1, alias="activeSessionsCount")
    notifications: tuple[Notification, ...] = ()


class Term(Answer):
    """`POST terms/search` (§2.8); the name may be absent."""

    SPARSE = frozenset({"name"})

    id: Number
    name: str | None = None
    start: Day = Field(alias="startDate")
    end: Day = Field(alias="endDate")


class SchoolClass(Answer):
    """`GET classes?expand=chiefs` (§2.11)."""

    IGNORED = frozenset({"letter", "funcType"})

    id: Number
    name: str
    grade: Number
    chiefs: tuple[Named, ...] | None = None


class TaughtSubject(Answer):
    """A subject of a teacher."""

    name: str | None = None


class Teacher(Named):
    """`GET users/staff/teachers?withSubjects=true` (§2.11)."""

    SPARSE = frozenset({"subjects"})

    subjects: tuple[TaughtSubject, ...] | None = None


class AssignmentType(Answer):
    """`GET grade/assignment/types` (§2.8)."""

    IGNORED = frozenset({"order", "isActive"})

    id: Number
    name: str
    abbr: str | None = None


class GroupClass(Named):
    """The class of a subject group."""

    IGNORED = frozenset({"letter", "funcType"})

    grade: Number | None = None


class Subject(Named):
    """The subject of a subject group."""

    SPARSE = frozenset({"short_name", "global_id"})

    short_name: str | None = Field(default=None, alias="shortName")
    global_id: Number | None = Field(default=None, alias="globalSubjectId")


class SubjectGroup(Answer):
    """`GET subjectgroups` (§2.11) [R]; by some documents of the staff's side without a name of its own (§3.1.2)."""

    IGNORED = frozenset({"useExemption", "shortName", "fullName", "room"})
    SPARSE = frozenset({"group"})

    id: Number
    name: str | None = None
    school_class: GroupClass = Field(alias="class")
    subject: Subject
    group: Named | None = None
    teachers: tuple[Named, ...]
    terms: tuple[Number, ...]
    individual_plan: bool = Field(default=False, alias="iup")
    extracurricular: bool = Field(default=False, alias="extraCurricular")
    grading: str = Field(default="Mark", alias="gradingSys")


class ClassMeeting(Answer):
    """`GET schedule/classmeetings` (§3.1.2): which journal a lesson of the timetable belongs to."""

    IGNORED = frozenset({"scheduleTimeId", "lessonId", "room", "teacherId", "teachers", "lesson", "time"})

    id: Number
    day: Day
    number: Number | None = None
    subject_group_id: Number = Field(alias="subjectGroupId")


class Pupil(Answer):
    """`GET users/studentlist`, and the pupils of a journal: field names are not pinned (§3.1.2), several are taken."""

    SPARSE = frozenset({"full_name", "last", "first", "middle", "start"})
    SPELLINGS: ClassVar[tuple[str, ...]] = ("fullName", "fio", "name")

    id: Number = Field(validation_alias=AliasChoices("id", "studentId"))
    full_name: str | None = Field(default=None, validation_alias=AliasChoices(*SPELLINGS))
    last: str | None = Field(default=None, alias="lastName")
    first: str | None = Field(default=None, alias="firstName")
    middle: str | None = Field(default=None, alias="middleName")
    start: NoDay = Field(default=None, alias="startDate")

    @model_validator(mode="before")
    @classmethod
    def _has_a_name(cls, data: Any) -> Any:
        """A spelling that is there but empty must not hide one that says something."""
        if not isinstance(data, dict):
            return data
        said = {key: value for key, value in data.items() if key not in cls.SPELLINGS or value}
        named = any(said.get(key) for key in (*cls.SPELLINGS, "lastName", "firstName"))
        return said if named else {**said, "fullName": False}

    @property
    def name(self) -> str:
        """The full name, however it was sent."""
        return self.full_name or " ".join(part for part in (self.last, self.first, self.middle) if part)


class JournalAssignment(Answer):
    """A column of a journal, or homework (§3.1.3). `issueClassMeetingId` is [R] in diaries, assumed here."""

    SPARSE = frozenset({"issue_lesson_id"})

    id: Number
    type_id: Number = Field(alias="typeId")
    name: str | None = Field(alias="assignmentName")
    lesson_id: Number | None = Field(alias="classMeetingId")
    issue_lesson_id: Number | None = Field(default=None, alias="issueClassMeetingId")
    weight: Number | None = None


class JournalLesson(Answer):
    """A lesson of a journal (§3.1.3); `topic` is assumed from the mobile API."""

    id: Number
    date: Day
    slot: Number = Field(alias="scheduleTimeNum")
    topic: str | None = None


class JournalMark(Answer):
    """A mark (§3.1.3): 1–5, null with `dutyMark`, or text (§2.8)."""

    IGNORED = frozenset({"resultScore", "id"})
    SPARSE = frozenset({"lesson_id", "duty"})

    student_id: Number = Field(alias="studentId")
    assignment_id: Number | None = Field(alias="assignmentId")
    lesson_id: Number | None = Field(default=None, alias="classMeetingId")
    mark: Number | str | None
    duty: bool = Field(default=False, alias="dutyMark")


class JournalAttendance(Answer):
    """A mark of attendance (§3.1.3): lower-case m in `classmeetingId`; `reason` holds the printed code (assumed)."""

    student_id: Number = Field(alias="studentId")
    lesson_id: Number = Field(alias="classmeetingId")
    reason: Number | str


class JournalBody(Answer):
    """One journal of the answer (§3.1.3)."""

    IGNORED = frozenset({"subjectGroupName", "classId", "className", "grade"})

    subject_group_id: Number = Field(alias="subjectGroupId")
    students: tuple[Pupil, ...]
    assignments: tuple[JournalAssignment, ...]
    lessons: tuple[JournalLesson, ...] = Field(alias="classMeeting")
    marks: tuple[JournalMark, ...]
    attendance: tuple[JournalAttendance, ...]


class JournalAnswer(Answer):
    """`GET grade/journal` (§3.1.3)."""

    IGNORED = frozenset({"editLimit", "markSettings"})

    journals: tuple[JournalBody, ...]


class Total(Answer):
    """A final mark: assumed, nothing of it is recorded. `kind` is term, year, exam or final."""

    SPARSE = frozenset({"term_id"})

    student_id: Number = Field(alias="studentId")
    term_id: Number | None = Field(default=None, alias="termId")
    kind: str = "term"
    mark: Number | str | None


class Totals(Answer):
    """`GET grade/totals`: assumed (design.md §4.2). A bare list of marks is taken too."""

    IGNORED = frozenset({"subjectGroupId"})

    totals: tuple[Total, ...]

    @model_validator(mode="before")
    @classmethod
    def _wrapped(cls, data: Any) -> Any:
        return {"totals": data} if isinstance(data, list) else data
