"""What differs per installation of the GIS, or is not known of it: paths, parameters, codes. All of it adjustable.

`[R]`, `[C]` and `[?]` are the evidence marks of protocol.md; «assumed» means that nothing is recorded and a real
server may differ. Overrides stand in `config.toml` under `[gis.profile]`. No other module holds a path of the GIS.
"""

from string import Formatter
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from netcity_sync.errors import SettingsError
from netcity_sync.model import AttendanceCode
from netcity_sync.settings import explain


def _default_attendance() -> dict[str, AttendanceCode]:
    """The codes that the server itself prints in a legend [R protocol.md §2.8], and «Н», «О» that schools use [?]."""
    return {
        "УП": AttendanceCode.EXCUSED,
        "Б": AttendanceCode.ILLNESS,
        "НП": AttendanceCode.UNEXCUSED,
        "ОТ": AttendanceCode.UNKNOWN,
        "Н": AttendanceCode.UNKNOWN,
        "ОП": AttendanceCode.LATE,
        "О": AttendanceCode.LATE,
        "ОСВ": AttendanceCode.EXEMPT,
    }


ROLES_WITHOUT_ALL_JOURNALS = frozenset({"Учитель", "Ученик", "Родитель"})
"""Roles that show their own journals at most."""


def _default_roles() -> dict[str, str]:
    """Titles of the roles that a context shows, by number in new releases and by name in old ones [R §2.8]."""
    titles = {
        "1": "Администратор", "2": "Завуч", "3": "Учитель", "4": "Ученик", "5": "Родитель", "7": "Секретарь",
    }  # fmt: skip
    names = {"admin": "1", "principal": "2", "teacher": "3", "student": "4", "parent": "5", "secretary": "7"}
    return titles | {name: titles[number] for name, number in names.items()}


class Profile(BaseModel):
    """An installation. Paths are relative to `<url>/webapi/`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    login_data: str = "logindata"  # [C]
    login_salt: str = "auth/getdata"  # [R]
    login: str = "login"  # [R]; still answers on 5.51
    newer_login: str = "auth/login"  # [C]; tried where the other is gone
    logout: str = "auth/logout"  # [C] from 5.29 on
    older_logout: str = "../asp/logout.asp"  # [C] before
    schools: str = "schools/search"  # [R]
    context: str = "context"  # [R]
    state: str = "context/state"  # [R]
    year: str = "years/current"  # [C]
    terms: str = "terms/search"  # [C] POST {"classIds": […]}
    classes: str = "classes?expand=chiefs"  # [C]
    subject_groups: str = "subjectgroups"  # [R]
    staff: str = "users/staff/teachers?withSubjects=true"  # [C]
    assignment_types: str = "grade/assignment/types?all=true"  # [C]
    roster: str = "users/studentlist?classId={class_id}"  # [C], fields of its answer assumed
    journal: str = "grade/journal?sgId={subject_group_id}&termId={term_id}"  # shape [C], method and parameters assumed
    journal_body: dict[str, str] | None = None  # with it the journal is asked for by POST; same placeholders as above

    term_marks: str = "grade/totals?sgId={subject_group_id}"  # assumed, its answer too; a server may lack it

    journal_page: str = "/school/journal"  # [C] what the menu's address of the journals holds

    reports: str = "reports"  # [C]
    second_reports: str = "v2/reports"  # [C] from 5.24 on
    early_access: str = "earlyaccess?accessKey=irtechsignalr"  # [C]; its failure means nothing
    file: str = "files/{file_id}"  # [C]
    hubs: tuple[str, ...] = ("webapi/signalr/queueHub", "signalr/queueHub", "webapi/queueHub")  # [C], from 5.29 on
    hub_method: str = "startTask"  # [C]; another client says startTaskAsync
    classic_hub: str = "webapi/signalr"  # [C] before 5.29
    report_footer: str = "sheet-footer"  # [R] class of the table that ends a report; empty where there is none
    server_time_zone: int = 3  # [C] 3–5 are sent by clients
    journal_access: str = "journalaccess"  # [C]
    student_total: str = "studenttotal"  # [R]
    student_total_marks: str = "studenttotalmarks"  # [C]
    student_grades: str = "studentgrades"  # [C]

    diary_init: str = "student/diary/init"  # [R]
    diary: str = "student/diary?studentId={student_id}&yearId={year_id}&weekStart={first}&weekEnd={last}"  # [R]
    assignment: str = "student/diary/assigns/{assignment_id}?studentId={student_id}"  # [D]
    attachments: str = "student/diary/get-attachments?studentId={student_id}"  # [C]
    attachment: str = "attachments/{attachment_id}"  # [C]
    overdue: str = (
        "student/diary/pastMandatory?studentId={student_id}&yearId={year_id}&weekStart={first}&weekEnd={last}"  # [C]
    )
    announcements: str = "announcements?take=-1"  # [R]
    family_groups: str = "subjectgroups?studentId={student_id}"  # [C] works for families too
    family_meetings: str = "schedule/classmeetings?studentId={student_id}&start={first}&end={last}"  # [C]

    homework_type: int = 3  # [R]
    no_homework: str = "---Не указана---"  # [R]
    topic_type: int = 10  # assumed: where lessons carry no `topic`, diaries name the assignment of this type by it
    attendance: dict[str, AttendanceCode] = _default_attendance()
    roles: dict[str, str] = _default_roles()

    @field_validator("*")
    @classmethod
    def _known_places(cls, value: Any, info: ValidationInfo) -> Any:
        """A path may only name the places that the default names: another would fail in the middle of a run."""
        field = cls.model_fields[str(info.field_name)]
        if isinstance(value, str) and isinstance(field.default, str):
            unknown = _places(value) - _places(field.default)
            if unknown:
                raise ValueError(f"неизвестное место {{{min(unknown)}}}")
        return value


def _places(path: str) -> set[str]:
    """The names in braces. Raises ValueError where braces do not match."""
    return {name for _, name, _, _ in Formatter().parse(path) if name is not None}


def load_profile(overrides: dict[str, Any]) -> Profile:
    """The default profile with the overrides of the settings; codes of attendance are added to the known ones.

    Raises SettingsError naming the keys that are wrong.
    """
    known = {code: value.value for code, value in _default_attendance().items()}
    merged = dict(overrides)
    if isinstance(merged.get("attendance"), dict):
        merged["attendance"] = known | merged["attendance"]
    try:
        return Profile.model_validate(merged)
    except ValidationError as error:
        problems = "\n".join(
            f"  gis.profile.{explain(item)}" for item in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(
            f"В описании установки есть ошибки:\n{problems}", todo="Исправьте раздел [gis.profile] в настройках."
        ) from error
