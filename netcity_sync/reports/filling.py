"""Report 5.2: how well the journals are filled in (R6) and how many marks accumulate (R7)."""

from collections import Counter
from collections.abc import Iterable

from netcity_sync.reports.accumulation_facts import Accumulation, accumulation_of
from netcity_sync.reports.comparison import (
    EARLIER_WORDS,
    comparison_notes,
    count_columns,
    share_cells,
    share_columns,
)
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, HeatMap, Kind, Section, Table
from netcity_sync.reports.filling_facts import Filled, Filling, LateEntry, filled, filling_of, late_entries
from netcity_sync.reports.filling_trend import topic_trend
from netcity_sync.reports.formulas import change, share
from netcity_sync.reports.in_focus import whole_name
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import About, Focus, Request
from netcity_sync.russian import plural, some_of

_ATTENTION_TOPICS = 90.0
_POOR_TOPICS = 50.0
_ATTENTION_AT_NORM = 80.0
_SHOWN_IN_SUMMARY = 15
_HELD_WORDS = (
    "Урок считается проведённым после окончания его дня. Опоздание считается, только если журнал читался после "
    "срока и записи в нём ещё не было; поэтому задержка указана снизу."
)
_ATTENDANCE_WORDS = (
    "Доля уроков с отмеченной посещаемостью не приводится: «все присутствуют» в журнале никак не обозначается."
)


def build_filling(desk: Desk, request: Request) -> Document:
    """The report for any period and focus, as the journals stand at the desk's state of the mirror."""
    bench, period, focus = desk.bench, request.period, request.focus
    late = _late(desk)
    filling = filling_of(bench, period, focus, late)
    accumulation = accumulation_of(bench, period.last, focus)
    before = desk.period_before(period)
    was = filling_of(bench, before, focus, late) if before is not None else []
    earlier = before if was else None
    return Document(
        title="Отчёт о заполнении электронного журнала и накопляемости отметок",
        subtitle=desk.subtitle(request),
        facts=desk.facts(period, "5.2"),
        sections=(
            Section("Главное", _attention(filling, accumulation), (_summary(filling, was, accumulation, earlier),)),
            Section(
                "Заполнение журналов",
                charts=(_topic_map(filling), *topic_trend(bench, request)),
                tables=(*_class_tables(filling, was, earlier, focus), _filling_table(filling)),
            ),
            Section("Накопляемость отметок", (_ACCUMULATION_WORDS,), (_accumulation_table(accumulation),)),
        ),
        notes=desk.notes(
            _HELD_WORDS, _ATTENDANCE_WORDS, *comparison_notes(desk, request, before, found=bool(was)),
            period=period, focus=focus,
        ),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
    )  # fmt: skip


def _late(desk: Desk) -> list[LateEntry]:
    """The late entries of all journals, asked for once for the reports of all classes."""
    if "late_entries" not in desk.kept:
        desk.kept["late_entries"] = late_entries(desk.bench)
    found: list[LateEntry] = desk.kept["late_entries"]
    return found


def _below(share: float | None, limit: float) -> bool:
    """Whether a share that is known lies below a limit."""
    return share is not None and share < limit


def _summary(
    filling: list[Filling], was: list[Filling], accumulation: list[Accumulation], earlier: Period | None
) -> Table:
    """The figures of filling beside the period before; накопляемость is known as of today only."""
    pupils, below = sum(item.pupils for item in accumulation), sum(item.below for item in accumulation)
    rows: list[tuple[Cell, ...]] = [
        (*now, *then[1:], change(now[2], then[2]))
        for now, then in zip(_figures(filled(filling)), _figures(filled(was)), strict=True)
    ]
    rows += [
        (*told, None, None, None)
        for told in (
            ("Отметок по норме: случаев «ученик × предмет»", pupils - below, share(pupils - below, pupils)),
            ("Учеников без отметок по предмету", sum(item.without for item in accumulation), None),
            ("Учеников с одной отметкой по предмету", sum(item.with_one for item in accumulation), None),
        )
    ]
    columns = [Column("Показатель", width=5), Column("Всего", Kind.INTEGER), Column("Доля", Kind.PERCENT, digits=1)]
    if earlier is not None:
        group = EARLIER_WORDS[earlier.kind]
        columns += [
            Column("всего", Kind.INTEGER, group=group), Column("доля", Kind.PERCENT, digits=1, group=group),
            Column("Изменение доли, п.\u00a0п.", Kind.DECIMAL, 1.2),
        ]  # fmt: skip
    return Table("Показатели", tuple(columns), tuple(row[: len(columns)] for row in rows))


def _figures(item: Filled) -> tuple[tuple[str, int, float | None], ...]:
    return (
        ("Проведено уроков", item.held, None),
        ("Уроков с записанной темой", item.topics, item.topic_share),
        ("Дней с домашним заданием из тех, где оно нужно", item.homework, item.homework_share),
        ("Записей, внесённых с опозданием (темы и задания)", item.late, None),
    )


def _attention(filling: list[Filling], accumulation: list[Accumulation]) -> tuple[str, ...]:
    """What to look at first, in the order of classes: this is no ranking of teachers."""
    gaps = [item for item in filling if _below(item.topic_share, _ATTENTION_TOPICS)]
    poor = [item for item in accumulation if _below(item.at_norm, _ATTENTION_AT_NORM)]
    words = []
    for found, what in (
        ([f"{item.class_name} {item.subject}" for item in gaps], "Темы записаны менее чем у 90 % уроков"),
        ([f"{item.class_name} {item.subject}" for item in poor], "Отметок по норме менее чем у 80 % учеников"),
    ):
        listed = some_of(found, _SHOWN_IN_SUMMARY, "; ")
        count = plural(len(found), "журнал", "журнала", "журналов")
        words.append(f"{what} ({count}): {listed}." if found else f"{what}: нет таких журналов.")
    return tuple(words)


def _topic_map(filling: list[Filling]) -> HeatMap:
    """Lessons with a topic, class × subject."""
    classes = tuple(dict.fromkeys(item.class_name for item in filling))
    subjects = tuple(sorted({item.subject_name for item in filling}))
    held: Counter[tuple[str, str]] = Counter()
    topics: Counter[tuple[str, str]] = Counter()
    for item in filling:
        held[item.class_name, item.subject_name] += item.held
        topics[item.class_name, item.subject_name] += item.topics
    values = tuple(tuple(share(topics[name, one], held[name, one]) for one in subjects) for name in classes)
    return HeatMap("Уроки с темой, %: класс × предмет", classes, subjects, values, _POOR_TOPICS, 100.0)


def _class_tables(filling: list[Filling], was: list[Filling], earlier: Period | None, focus: Focus) -> Iterable[Table]:
    """A line a class, those too that had lessons only in the period before; nothing where there is one class."""
    both = sorted({(item.grade, item.class_name) for item in (*filling, *was)})
    if len(both) < 2 and focus.about is not About.SCHOOL:
        return
    columns = (
        Column("Класс"), Column("Журналов", Kind.INTEGER), Column("Уроков", Kind.INTEGER),
        *share_columns("Темы, %", earlier), *share_columns("ДЗ, %", earlier), *count_columns("С опозданием", earlier),
    )  # fmt: skip
    rows = tuple(
        _class_row(
            name, [item for item in filling if item.class_name == name],
            [item for item in was if item.class_name == name], earlier,
        )
        for _, name in both
    )  # fmt: skip
    yield Table("По классам", columns, rows, _class_row(whole_name(focus.about), filling, was, earlier))


def _class_row(name: str, items: list[Filling], was: list[Filling], earlier: Period | None) -> tuple[Cell, ...]:
    now, then = filled(items), filled(was)
    late = (now.late,) if earlier is None else (now.late, then.late)
    return (
        name, now.journals, now.held, *share_cells(now.topic_share, then.topic_share, earlier),
        *share_cells(now.homework_share, then.homework_share, earlier), *late,
    )  # fmt: skip


def _filling_table(filling: list[Filling]) -> Table:
    columns = (
        Column("Класс", width=0.8), Column("Предмет", width=3), Column("Учитель", width=2.6),
        Column("Уроков", Kind.INTEGER), Column("Записано", Kind.INTEGER, 1.2), Column("Темы, %", Kind.PERCENT),
        Column("ДЗ, %", Kind.PERCENT), Column("Уроков с отметками, %", Kind.PERCENT, 1.4),
        Column("С опозданием", Kind.INTEGER, 1.5), Column("Средняя задержка, дней, не менее", Kind.DECIMAL, 1.6),
    )  # fmt: skip
    rows = tuple(
        (
            item.class_name, item.subject, item.teacher, item.held, item.topics, item.topic_share,
            share(item.homework, item.homework_due),
            share(item.marked_lessons, item.held) if item.marked_lessons is not None else None,
            item.late, item.delay,
        )
        for item in filling
    )  # fmt: skip
    flagged = frozenset(place for place, item in enumerate(filling) if _below(item.topic_share, _ATTENTION_TOPICS))
    return Table("По журналам", columns, rows, flagged=flagged)


_ACCUMULATION_WORDS = (
    "Норма зависит от числа уроков в неделю; «нужно сейчас» — её часть, которая приходится на уже проведённые уроки. "
    "Прибывшим считаются уроки со дня прибытия; кто прибыл после всех проведённых уроков, не учтён."
)


def _accumulation_table(accumulation: list[Accumulation]) -> Table:
    columns = (
        Column("Класс", width=0.8), Column("Предмет", width=3), Column("Период", width=1.5),
        Column("Учеников", Kind.INTEGER, 1.2), Column("Норма", Kind.INTEGER), Column("Нужно сейчас", Kind.INTEGER),
        Column("Меньше всего", Kind.INTEGER, 1.2), Column("Медиана", Kind.DECIMAL, 1.1),
        Column("Без отметок", Kind.INTEGER, 1.1), Column("С одной", Kind.INTEGER), Column("Ниже нормы", Kind.INTEGER),
        Column("По норме, %", Kind.PERCENT, 1.1),
    )  # fmt: skip
    rows = tuple(
        (
            item.class_name, item.subject, item.term, item.pupils, item.norm, item.needed, item.least, item.middle,
            item.without, item.with_one, item.below, item.at_norm,
        )
        for item in accumulation
    )  # fmt: skip
    flagged = frozenset(place for place, item in enumerate(accumulation) if _below(item.at_norm, _ATTENTION_AT_NORM))
    return Table("Класс × предмет", columns, rows, flagged=flagged)
