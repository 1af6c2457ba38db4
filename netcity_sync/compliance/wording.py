"""What people read for the codes of the catalogue."""

from collections.abc import Collection

from netcity_sync.adapters.exchange.files import FILES
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


def missing_words(missing: Collection[Capability]) -> str:
    """Why a rule that needs these has no data: «… (темы; таблица «КТП» папки обмена ещё не принята)».

    In brackets, since digests part what is said of a rule from its name at the last colon.
    """
    titles = {spec.capability: spec.title for spec in FILES}
    told = sorted(CAPABILITY_WORDS[item] for item in missing if item not in titles)
    tables = sorted(f"«{titles[item]}»" for item in missing if item in titles)
    parts = [", ".join(told)] if told else []
    if tables:
        one = len(tables) == 1
        words = ("таблица", "не принята") if one else ("таблицы", "не приняты")
        parts.append(f"{words[0]} {', '.join(tables)} папки обмена ещё {words[1]}")
    return f"источник не даёт нужных сведений ({'; '.join(parts)})"
