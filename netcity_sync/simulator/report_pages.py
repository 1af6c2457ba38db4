"""Report files: HTML of our own making in the structure that was recorded (protocol.md §2.9, §3.2).

Titles, header spans, `table.table-print` with two header rows, `&nbsp;` between marks, decimal comma, legend, footer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from html import escape
from itertools import groupby

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.curriculum import TYPE_NAMES
from netcity_sync.simulator.people import journals_of
from netcity_sync.simulator.school import Group, Pupil, SchoolClass
from netcity_sync.simulator.touches import Touch
from netcity_sync.simulator.world import World

_MONTHS = ("Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь").split()
_LEGEND = (
    (("УП", "Пропуск по уважительной причине"), ("Б", "Пропустил по болезни"),
     ("НП", "Пропуск по неуважительной причине")),
    (("ОТ", "Отсутствовал"), ("ОП", "Опоздал")),
    (("ОСВ", "Освобожден от посещения"),),
)  # fmt: skip
_NOT_RATED = "н/оц"


Span = tuple[date, date]
Cells = dict[date, tuple[int, list[str]]]
"""What a pupil has in a journal, day by day: the term, and marks and codes in their order."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every report prints around its table."""

    world: World
    version: str
    title: str
    spans: tuple[tuple[str, str], ...]


def student_total(world: World, version: str, pupil: Pupil, item: SchoolClass, span: Span) -> str:
    """`studenttotal` [R]: subjects × days with marks and attendance, an average and a final mark a term."""
    first, last = span
    terms = [term for term in _terms_of(world, pupil) if term.start <= last and first <= term.end]
    groups = journals_of(world.school, pupil)
    cells = {group.id: _cells(world, group, pupil, first, last) for group in groups}
    days = {term: _dates(world, groups, term, span) for term in terms}
    heads = "".join(_month_heads(days[term]) + _total_heads(term) for term in terms)
    top = f'<tr>\n<th rowspan="2">Предмет</th>{heads}<th rowspan="2">Общ. <br> Средн.<br />оценка</th>\n</tr>'
    second = "<tr>" + "".join(f"<th>{day.day}</th>" for term in terms for day in days[term]) + "</tr>"
    rows = []
    for group in groups:
        final = partial(final_mark, world, group, pupil)
        rows.append(_total_row(final, group.subject.name, days, cells[group.id]))
    spans = (("Учебный год", world.school.calendar.name), ("Класс", item.name), ("Учебный период", ""),
             ("Период", f"с {_short(first)} по {_short(last)}"), ("Ученик", pupil.name.full))  # fmt: skip
    frame = Frame(world, version, "Отчет об успеваемости и посещаемости ученика", spans)
    return _page(frame, "\n".join([top, second, *rows]), legend=True)


def student_total_marks(world: World, version: str, pupil: Pupil, item: SchoolClass) -> str:
    """`studenttotalmarks` [C]: №, subject, a column a term, year, exam, final."""
    terms = _terms_of(world, pupil)
    heads = ["№", "Предмет", *(term.name for term in terms), "Год. оценка", "Экз. оценка", "Итог. оценка"]
    rows = [_row(heads, "th")]
    for number, group in enumerate(journals_of(world.school, pupil), start=1):
        marks = [final_mark(world, group, pupil, term) for term in terms]
        marks += [_cell(world, group, pupil, kind) for kind in ("year", "exam", "final")]
        rows.append(_row([str(number), group.subject.name, *marks]))
    spans = (("Учебный год", world.school.calendar.name), ("Класс", item.name), ("Ученик", pupil.name.full))
    return _page(Frame(world, version, "Итоговые отметки", spans), "\n".join(rows))


def student_grades(world: World, version: str, pupil: Pupil, group: Group, span: Span) -> str:
    """`studentgrades` [C]: type, topic, date of the lesson, date on which the mark was set, mark."""
    first, last = span
    rows = [_row(("Тип задания", "Тема задания", "Дата выполнения", "Дата выставления оценки", "Оценка"), "th")]
    marks = []
    for type_name, name, day, made, value in _graded(world, group, pupil, first, last):
        rows.append(_row((type_name, name, f"{day:%d.%m.%y}", f"{made:%d.%m.%y}", str(value))))
        marks.append(value)
    average = _decimal(sum(marks) / len(marks)) if marks else ""
    rows.append(f'<tr class="totals"><td>Итого</td><td></td><td>{average}</td><td></td><td></td></tr>')
    terms = [term for term in _terms_of(world, pupil) if term.start <= last and first <= term.end]
    spans = (("Учебный год", world.school.calendar.name), ("Учебный период", terms[-1].name if terms else ""),
             ("Период", f"с {_short(first)} по {_short(last)}"), ("Класс", group.school_class.name),
             ("Предмет", group.subject.name), ("Учитель", f" {group.teacher.name.full}"),
             ("Ученик", pupil.name.full))  # fmt: skip
    return _page(Frame(world, version, "Отчет об успеваемости", spans), "\n".join(rows))


def journal_access(world: World, version: str, item: SchoolClass, touches: Iterable[Touch]) -> str:
    """`journalaccess` [C]: class, subject, moment of the change, who, date of the lesson, period, what was done."""
    heads = ("Класс", "Предмет", "Дата и время изменений", "Пользователь", "Дата урока", "Период", "Действие")
    rows = [_row(heads, "th")]
    rows += [
        _row((item.name, touch.subject, f"{touch.at:%d.%m.%Y %H:%M}", touch.user, f"{touch.lesson:%d.%m.%Y}",
              touch.term, touch.action))
        for touch in touches
    ]  # fmt: skip
    spans = (("Учебный год", world.school.calendar.name), ("Класс", item.name))
    return _page(Frame(world, version, "Отчет о доступе к классному журналу", spans), "\n".join(rows))


def final_mark(world: World, group: Group, pupil: Pupil, term: Term) -> str:
    """The mark of a term as its teacher wrote it."""
    return _cell(world, group, pupil, "term", term.id) if group.rated else _NOT_RATED


def _cell(world: World, group: Group, pupil: Pupil, kind: str, term_id: int | None = None) -> str:
    shown = world.final(group.id, pupil.id, kind, term_id)
    return "" if shown is None else str(shown)


def _page(frame: Frame, table: str, *, legend: bool = False) -> str:
    spans = "".join(
        f'<span class="select"><b>{escape(name)}:</b> {escape(value)}</span><br />\n' for name, value in frame.spans
    )
    now = frame.world.now
    state = f"{now.day}.{now:%m.%y} {now.hour}:{now:%M:%S}"
    return f"""
<div>
<h5 class="report-title-school">{escape(frame.world.school.name)}</h5>
<h2 align="center" class="main-report-title">{escape(frame.title)}</h2>
<br />
</div>
<table cellspacing="10px">
<tr>
<td class="no-border"><div id="photowrap"><img src="data:image/png;base64,iVBORw0KGgo=" alt="Фото"></div></td>
<td class="no-border">
{spans}</td>
</tr>
</table>
<br />
<table class="table-print">
{table}
</table>
<br />
{_legend() if legend else ""}
<table class="sheet-footer">
<tr></tr>
<tr><td class="no-border cell-date"><span class="smalltext"><i>Состояние на{state}</i></span></td></tr>
<tr><td class="no-border cell-text"><span class="smalltext">©&nbsp;<i>Сетевой Город. Образование </i>&nbsp;{
        escape(frame.version)
    }</span></td></tr>
</table>
"""


def _legend() -> str:
    blocks = "".join(
        "<div>" + "".join(
            f'<p><span class="legend-label">{code}</span><span class="legend-description"> — {words}</span></p>'
            for code, words in block
        ) + "</div>\n"
        for block in _LEGEND
    )  # fmt: skip
    return f'<div class="legend">\n{blocks}</div>\n<br />'


def _dates(world: World, groups: Sequence[Group], term: Term, span: Span) -> list[date]:
    """The days of a term on which the pupil has lessons."""
    first, last = span
    return sorted(
        {
            lesson.date
            for group in groups
            for lesson in world.entries(group.id).lessons
            if lesson.term_id == term.id and first <= lesson.date <= last and lesson.visible(world.now)
        }
    )


def _month_heads(days: Sequence[date]) -> str:
    months = groupby(days, key=lambda day: (day.year, day.month))
    return "".join(f'<th colspan="{len(list(found))}">{_MONTHS[month - 1]}</th>' for (_, month), found in months)


def _total_heads(term: Term) -> str:
    name = escape(term.name)
    return f'<th rowspan="2">Средн.<br />оценка <br> {name}</th>\n<th rowspan="2">Итог.оценка <br> {name}</th>\n'


def _total_row(final: Callable[[Term], str], subject: str, days: dict[Term, list[date]], cells: Cells) -> str:
    row = [f'<td class="cell-text">{escape(subject)}</td>']
    everything: list[int] = []
    for term, dates in days.items():
        row += [f"<td>{'&nbsp;'.join(cells[day][1])}</td>" if day in cells else "<td></td>" for day in dates]
        values = [int(text) for day in dates for text in cells.get(day, (0, []))[1] if text.isdigit()]
        everything += values
        row.append(f'<td class="cell-num-2">{_mean(values)}</td>')
        row.append(f'<td class="cell-num-2">{final(term)}</td>')
    row.append(f'<td class="cell-num-2">{_mean(everything)}</td>')
    return f"<tr>{''.join(row)}</tr>"


def _cells(world: World, group: Group, pupil: Pupil, first: date, last: date) -> Cells:
    now, written = world.now, world.entries(group.id)
    found: Cells = {}
    for absence in written.absences:
        lesson = absence.lesson
        shown = absence.code.known(now) and lesson.visible(now) and first <= lesson.date <= last
        if absence.student_id == pupil.id and shown:
            found.setdefault(lesson.date, (lesson.term_id, []))[1].append(str(absence.code.at(now)))
    for work in written.works:
        lesson = work.lesson
        for mark in work.marks:
            if mark.student_id == pupil.id and mark.visible(now) and first <= lesson.date <= last:
                value = mark.value.at(now)
                found.setdefault(lesson.date, (lesson.term_id, []))[1].append("." if value is None else str(value))
    return found


def _graded(
    world: World, group: Group, pupil: Pupil, first: date, last: date
) -> list[tuple[str, str, date, date, int]]:
    found = []
    for work in world.entries(group.id).works:
        for mark in work.marks:
            made = mark.first_given()
            if mark.student_id != pupil.id or made is None or not mark.given(world.now):
                continue
            if first <= work.lesson.date <= last:
                value = mark.value.at(world.now)
                assert isinstance(value, int)
                found.append((TYPE_NAMES.get(work.type_id, ""), work.name, work.lesson.date, made.date(), value))
    return sorted(found, key=lambda row: row[2])


def _terms_of(world: World, pupil: Pupil) -> list[Term]:
    return list(journals_of(world.school, pupil)[0].terms)


def _row(cells: Iterable[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _mean(values: Sequence[int]) -> str:
    return _decimal(sum(values) / len(values)) if values else ""


def _decimal(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _short(day: date | datetime) -> str:
    return f"{day.day}.{day:%m.%y}"
