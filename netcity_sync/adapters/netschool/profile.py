"""What differs per installation of the GIS, or is not known of it: paths, parameters, codes. All of it adjustable.

`[R]`, `[C]` and `[?]` are the evidence marks of protocol.md; «assumed» means that nothing is recorded and a real
server may differ. Overrides stand in `config.toml` under `[gis.profile]`. No other module holds a path of the GIS.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

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


class Profile(BaseModel):
    """An installation. Paths are relative to `<url>/webapi/`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    login_data: str = "logindata"  # [C]
    login_salt: str = "auth/getdata"  # [R]
    login: str = "login"  # [R]
    logout: str = "auth/logout"  # [C]
    schools: str = "schools/search"  # [R]
    context: str = "context"  # [R]
    year: str = "years/current"  # [C]
    terms: str = "terms/search"  # [C] POST {"classIds": […]}
    classes: str = "classes?expand=chiefs"  # [C]
    subject_groups: str = "subjectgroups"  # [R]
    staff: str = "users/staff/teachers?withSubjects=true"  # [C]
    assignment_types: str = "grade/assignment/types?all=true"  # [C]
    roster: str = "users/studentlist?classId={class_id}"  # [C], fields of its answer assumed
    journal: str = "grade/journal?sgId={subject_group_id}&termId={term_id}"  # shape [C], method and parameters assumed

    homework_type: int = 3  # [R]
    no_homework: str = "---Не указана---"  # [R]
    topic_type: int = 10  # assumed: where lessons carry no `topic`, diaries name the assignment of this type by it
    attendance: dict[str, AttendanceCode] = _default_attendance()


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
