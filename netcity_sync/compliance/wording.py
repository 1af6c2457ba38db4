"""What people read for the codes of the catalogue."""

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.finding import RuleKind, Severity
from netcity_sync.compliance.registry import Applies
from netcity_sync.settings import Role

SEVERITY_WORDS = {
    Severity.CRIT: "срочно",
    Severity.VIOL: "нарушение",
    Severity.WARN: "внимание",
    Severity.INFO: "к сведению",
}
ROLE_WORDS = {
    Role.TEACHER: "учитель",
    Role.CLASS_TEACHER: "классный руководитель",
    Role.DEPUTY: "завуч",
    Role.IKT_DEPUTY: "заместитель по ИКТ",
    Role.ADMINISTRATOR: "администратор журнала",
    Role.DIRECTOR: "директор",
    Role.CLERK: "документовед",
}
KIND_WORDS = {
    RuleKind.STATE: "то, что есть сейчас: исправили — замечание закрылось само",
    RuleKind.EVENT: "то, что однажды случилось: исправить нельзя, замечание остаётся до конца учебного года",
}
CADENCE_WORDS = {
    "d": "каждый день",
    "w": "раз в неделю",
    "m": "раз в месяц",
    "p": "в конце учебного периода",
    "y": "раз в год",
}
APPLIES_WORDS = {
    Applies.ALL: "все",
    Applies.MARKED: "с отметками, со 2 класса, кроме внеурочной деятельности и индивидуальных планов",
    Applies.HOMEWORK: "со 2 класса, кроме внеурочной деятельности",
}
CAPABILITY_WORDS = {
    Capability.ROSTER: "списки классов",
    Capability.LESSONS: "уроки",
    Capability.TOPICS: "темы",
    Capability.HOMEWORK: "домашние задания",
    Capability.MARKS: "отметки",
    Capability.ATTENDANCE: "посещаемость",
    Capability.TERM_MARKS: "итоговые отметки",
    Capability.JOURNAL_ACCESS: "отчёт о доступе к журналу",
    Capability.PLAN: "КТП",
    Capability.SUBSTITUTIONS: "замены",
    Capability.EXAM_RESULTS: "результаты экзаменов",
    Capability.OPT_OUTS: "отказы от электронного дневника",
    Capability.CREDENTIALS: "выдача реквизитов",
    Capability.USER_ACTIVITY: "активность пользователей",
    Capability.FINAL_MARK_DATES: "сроки итоговых отметок",
    Capability.LOCAL_ACTS: "локальные акты",
    Capability.ENROLMENT_ORDERS: "приказы о движении",
    Capability.USER_RIGHTS: "права учётных записей",
}
