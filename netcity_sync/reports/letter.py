"""R12: the letter to one family about its child, and for whom letters are made (clauses 8.3, 8.4, 4.5)."""

from collections.abc import Iterable
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.errors import UsageError
from netcity_sync.reports.attendance_facts import codes_known, missed_words, total
from netcity_sync.reports.class_people import class_facts, class_list, letter_signatures, listed_pupil
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Column, Document, Kind, Section, Table
from netcity_sync.reports.exam_facts import exam_table, exams
from netcity_sync.reports.families import GREETING, NO_TABLE, declined_families, told_on
from netcity_sync.reports.letter_facts import SubjectOfPupil, judged_terms, subjects
from netcity_sync.reports.letter_table import final_columns, mark_columns, missed_columns, subject_table
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import Focus, Request
from netcity_sync.russian import day_month

_CLAUSE = "8.3, 8.4, 4.5"
_MEAN_WORDS = (
    "Средний балл — среднее отметок периода без учёта веса работ; другие записи («зач», «н/а») в него не входят."
)
_MISSED_WORDS = "Опоздание, дистанционный урок и освобождение пропуском не считаются."
_WITHOUT_MARKS = "Отметок в этом классе не ставят: обучение безотметочное."
_NOT_JUDGED = "В этом периоде у класса не кончается ни один учебный период: итоговых отметок за него нет."


def letter_foci(desk: Desk, period: Period, class_ids: tuple[int, ...]) -> tuple[Focus, ...]:
    """Families that declined the diary; for a term every family of the classes that are named.

    Raises UsageError where nobody is known to have declined because the table was never taken.
    """
    if period.kind is PeriodKind.TERM and class_ids:
        return tuple(
            Focus(class_id=class_id, student_id=item.student_id)
            for class_id in class_ids
            for item in class_list(desk, class_id)
        )
    if told_on(desk) is None:
        raise UsageError(NO_TABLE, todo="Письма всем семьям класса: --term и --class.")
    return tuple(
        Focus(class_id=item.class_id, student_id=item.student_id) for item in declined_families(desk, class_ids)
    )


def build_letter(desk: Desk, request: Request) -> Document:
    """One letter; it holds one child and nothing of any other. Raises UsageError for a pupil not on the list."""
    focus, period = request.focus, request.period
    class_id = focus.class_id or 0
    pupil = listed_pupil(desk, class_id, focus.student_id or 0)
    lines = subjects(desk, request)
    rated = not lines or any(item.rated for item in lines)
    return Document(
        title="Информационное письмо",
        subtitle=f"об успеваемости и посещаемости за {period.name}",
        facts=(("Ученик", pupil.name), *class_facts(desk, class_id), *desk.facts(period, _CLAUSE)),
        sections=(*_sections(desk, request, lines, rated=rated), *_exam_section(desk, request)),
        notes=desk.notes(*((_MEAN_WORDS,) if rated else ()), _MISSED_WORDS, *_missing(desk, lines)),
        made_at=desk.snapshot.moment,
        page=desk.page(),
        signatures=letter_signatures(desk, class_id),
    )


def _missing(desk: Desk, lines: tuple[SubjectOfPupil, ...]) -> Iterable[str]:
    unread = [item.name for item in lines if not item.known]
    if unread:
        yield f"Нет данных по предметам: {', '.join(unread)}."
    if not codes_known(desk):
        yield "Нет данных о посещаемости: источник о ней не сообщает."
    if Capability.MARKS not in desk.snapshot.capabilities():
        yield "Нет данных об отметках: источник о них не сообщает."


def _sections(desk: Desk, request: Request, lines: tuple[SubjectOfPupil, ...], *, rated: bool) -> Iterable[Section]:
    class_id, period = request.focus.class_id or 0, request.period
    judged = judged_terms(desk, class_id, period) if rated else ()
    words = ["Сообщаем, как учится ваш ребёнок.", *_absences(desk, lines)]
    if not rated:
        words.append(_WITHOUT_MARKS)
    elif period.kind is PeriodKind.TERM and not judged:
        words.append(_NOT_JUDGED)
    shown = (*(mark_columns() if rated else ()), *final_columns(judged, period), *missed_columns(desk))
    yield Section(GREETING, tuple(words), (subject_table(shown, lines),))
    marks = [mark for item in lines for mark in item.marks if mark.shown]
    debts = [mark for item in lines for mark in item.marks if not mark.shown]
    if debts:
        named = "; ".join(f"{item.subject} — {item.work}, {_day(item.day)}" for item in debts)
        yield Section("Задолженности", (f"Не сдано ({len(debts)}): {named}.",))
    if marks and rated and period.kind is PeriodKind.WEEK:
        dated = [(item.day, item.subject, item.shown, item.work) for item in marks if item.day is not None]
        rows = sorted(dated, key=lambda row: row[:2])
        columns = (Column("Дата", Kind.DATE, 1.2), Column("Предмет", width=3), Column("Отметка"),
                   Column("За что", width=3))  # fmt: skip
        yield Section("За что поставлены отметки", tables=(Table("Отметки по дням", columns, tuple(rows)),))


def _exam_section(desk: Desk, request: Request) -> Iterable[Section]:
    focus = request.focus
    found = exams(desk, focus.class_id or 0, focus.student_id or 0, request.period)
    if found:
        yield Section("Результаты экзаменов", tables=(exam_table(found),))


def _day(day: date | None) -> str:
    return day_month(day) if day is not None else "без даты"


def _absences(desk: Desk, lines: tuple[SubjectOfPupil, ...]) -> Iterable[str]:
    if not codes_known(desk):
        return
    both = total(item.missed for item in lines)
    if not both.lessons:
        yield "Уроков за это время не было, или журналы не прочитаны."
        return
    late = f" Опозданий: {both.late}." if both.late else ""
    yield f"{missed_words(both)}{late}"
