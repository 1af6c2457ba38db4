"""What the signs of a printed class journal mean: the key on its page of contents."""

from netcity_sync.model import AttendanceCode
from netcity_sync.reports.paper.journal import ClassJournal
from netcity_sync.russian import plain

_CODES = {
    AttendanceCode.ILLNESS: "пропуск по болезни",
    AttendanceCode.EXCUSED: "пропуск по уважительной причине",
    AttendanceCode.UNEXCUSED: "пропуск по неуважительной причине",
    AttendanceCode.UNKNOWN: "пропуск, причина не указана",
    AttendanceCode.LATE: "опоздание",
    AttendanceCode.EXEMPT: "освобождение от урока",
    AttendanceCode.REMOTE: "дистанционно",
}
_SIGNS = (
    ("•", "«точка»: отметку ещё не выставили"),
    ("5/4", "несколько записей об одном уроке: сначала посещаемость, потом отметки"),
    ("*1", "запись не поместилась в клетку и напечатана под таблицей, под тем же номером"),
    ("(выб.)", "ученика больше нет в списке класса"),
    ("(с 14.12)", "ученик пришёл в класс в этот день"),
    ("(замена)", "урок провёл другой учитель"),
)


def key_of(journal: ClassJournal) -> list[tuple[str, str]]:
    """Signs with their meanings: the codes of attendance that stand in the journal, then what every journal may hold.

    Codes are read as the program reads them for its checks.
    """
    found = []
    for code, words in _CODES.items():
        shown = sorted({raw for raw, meaning in journal.codes if meaning is code}, key=lambda raw: (plain(raw), raw))
        if shown:
            found.append((", ".join(shown), words))
    return [*found, *_SIGNS]
