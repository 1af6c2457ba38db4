"""Report 5.2: how well the journals are filled in (R6) and how many marks accumulate (R7)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from netcity_sync.compliance.accumulation import weeks_of_terms
from netcity_sync.compliance.accumulation_norms import needed_now, norm
from netcity_sync.compliance.bench import TOPIC_CHARACTERS, Bench
from netcity_sync.compliance.entry import LATE
from netcity_sync.compliance.homework import LATE_HOMEWORK, MISSING_HOMEWORK
from netcity_sync.compliance.lessons import LATE_TOPICS
from netcity_sync.model import TermKind
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, HeatMap, Kind, Section, Table
from netcity_sync.reports.filling_trend import topic_trend
from netcity_sync.reports.formulas import share
from netcity_sync.reports.request import Request
from netcity_sync.russian import initials, plural, some_of

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
    """The report for a month, or another span, as the journals stand at the desk's state of the mirror."""
    bench, period = desk.bench, request.period
    late = _late_entries(bench)
    filling = _filling(bench, late, period.first, period.last)
    accumulation = _accumulation(bench, period.last)
    earlier = desk.period_before(period)
    before = _filling(bench, late, earlier.first, earlier.last) if earlier is not None else []
    return Document(
        title="Отчёт о заполнении электронного журнала и накопляемости отметок",
        subtitle=f"За {period.name}",
        facts=desk.facts(period, "5.2"),
        sections=(
            _summary(filling, before, accumulation),
            Section(
                "Заполнение журналов",
                charts=(_topic_map(filling), *topic_trend(bench, period)),
                tables=(_class_table(filling), _filling_table(filling)),
            ),
            Section("Накопляемость отметок", (_ACCUMULATION_WORDS,), (_accumulation_table(accumulation),)),
        ),
        notes=desk.notes(_HELD_WORDS, _ATTENDANCE_WORDS, period=period),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
    )


@dataclass(frozen=True, slots=True)
class _Late:
    """An entry for a lesson of `day`; `delay` in days, at least so many, for only bounds are known."""

    subject_group_id: int
    day: date
    delay: float


@dataclass(frozen=True, slots=True)
class _Filling:
    """One journal in the period (R6), its terms together. `homework_due` counts days on which homework is required."""

    teacher: str
    subject: str
    subject_name: str
    class_name: str
    grade: int
    held: int
    topics: int
    homework_due: int
    homework: int
    marked_lessons: int | None
    late: int
    delay: float | None

    @property
    def topic_share(self) -> float | None:
        return share(self.topics, self.held)


@dataclass(frozen=True, slots=True)
class _Accumulation:
    """One journal in its term (R7); counts of pupils."""

    class_name: str
    grade: int
    subject: str
    term: str
    pupils: int
    norm: int
    needed: int
    least: int
    middle: float
    without: int
    with_one: int
    below: int

    @property
    def at_norm(self) -> float | None:
        return share(self.pupils - self.below, self.pupils)


def _below(share: float | None, limit: float) -> bool:
    """Whether a share that is known lies below a limit."""
    return share is not None and share < limit


def _filling(bench: Bench, late: Sequence[_Late], first: date, last: date) -> list[_Filling]:
    span = {"first": first.isoformat(), "last": last.isoformat()}
    delays_of: dict[int, list[float]] = {}
    for entry in late:
        if first <= entry.day <= last:
            delays_of.setdefault(entry.subject_group_id, []).append(entry.delay)
    missing = {
        row["subject_group_id"]: row["days"]
        for row in bench.rows(
            f"SELECT subject_group_id, count(*) AS days FROM ({MISSING_HOMEWORK})"
            " WHERE date BETWEEN :first AND :last GROUP BY subject_group_id",
            **span,
        )
    }
    journals = []
    for row in bench.rows(_FILLING, **span):
        key = row["subject_group_id"]
        delays = delays_of.get(key, [])
        journals.append(
            _Filling(
                teacher=", ".join(initials(name) for name in (row["teachers"] or "—").split("\n")),
                subject=row["group_name"],
                subject_name=row["subject_name"],
                class_name=row["class_name"],
                grade=row["grade"],
                held=row["held"],
                topics=row["topics"],
                homework_due=row["homework_due"],
                homework=row["homework_due"] - missing.get(key, 0),
                marked_lessons=row["marked_lessons"] if row["marked"] else None,
                late=len(delays),
                delay=sum(delays) / len(delays) if delays else None,
            )
        )
    return journals


def _late_entries(bench: Bench) -> list[_Late]:
    """Topics and homework that were certainly late, of all lessons."""
    return [
        _Late(
            row["subject_group_id"], date.fromisoformat(row["date"]),
            (bench.local(row["lower"]) - bench.local(row["deadline"])).total_seconds() / 86_400,
        )
        for entries in (LATE_TOPICS, LATE_HOMEWORK)
        for row in bench.rows(LATE.format(entries=entries), run=bench.run_id, characters=TOPIC_CHARACTERS)
    ]  # fmt: skip


_FILLING = """
WITH lessons AS (
  SELECT h.*, EXISTS (
    SELECT 1 FROM as_of_mark m WHERE m.subject_group_id = h.subject_group_id AND m.term_id = h.term_id
      AND m.lesson_id = h.lesson_id AND m.value IS NOT NULL AND NOT m.missing) AS has_marks
  FROM held h WHERE h.held AND h.date BETWEEN :first AND :last
), required AS (
  SELECT h.subject_group_id, count(DISTINCT h.date) AS days FROM held h
  JOIN journal j ON j.subject_group_id = h.subject_group_id AND j.term_id = h.term_id AND j.fresh
  JOIN counts c ON c.subject_group_id = h.subject_group_id AND c.term_id = h.term_id
  WHERE h.held AND h.date BETWEEN :first AND :last AND h.date < c.last_date AND NOT EXISTS (
    SELECT 1 FROM held o WHERE o.subject_group_id = h.subject_group_id AND o.term_id = h.term_id
      AND o.date = h.date AND o.control)
  GROUP BY h.subject_group_id
)
SELECT j.*, count(*) AS held, sum(l.has_topic) AS topics, sum(l.has_marks) AS marked_lessons,
  CASE WHEN j.with_homework THEN coalesce(required.days, 0) ELSE 0 END AS homework_due,
  (SELECT group_concat(s.name, char(10)) FROM as_of_subject_group_teacher t JOIN as_of_staff s USING (staff_id)
   WHERE t.subject_group_id = j.subject_group_id) AS teachers
FROM journal j JOIN lessons l USING (subject_group_id, term_id)
LEFT JOIN required USING (subject_group_id)
WHERE j.fresh
GROUP BY j.subject_group_id
ORDER BY j.grade, j.class_name, j.group_name
"""


def _accumulation(bench: Bench, last: date) -> list[_Accumulation]:
    """Marked journals of the terms that hold the month's last day, or were the last to end before it."""
    weeks = weeks_of_terms(bench)
    pupils: dict[tuple[int, int], list[Any]] = {}
    for row in bench.rows(_ACCUMULATION, last=last.isoformat()):
        pupils.setdefault((row["subject_group_id"], row["term_id"]), []).append(row)
    return [_one_accumulation(bench, rows, weeks) for rows in pupils.values()]


_ACCUMULATION = """
SELECT p.*, c.held AS held_lessons, j.* FROM pupil p
JOIN journal j USING (subject_group_id, term_id) JOIN counts c USING (subject_group_id, term_id)
WHERE j.fresh AND j.roster_fresh AND c.held > 0 AND j.term_start = (
  SELECT max(o.term_start) FROM journal o WHERE o.subject_group_id = j.subject_group_id AND o.term_start <= :last)
ORDER BY j.grade, j.class_name, j.group_name
"""


def _one_accumulation(bench: Bench, rows: Sequence[Any], weeks: dict[int, int]) -> _Accumulation:
    first = rows[0]
    planned, held = first["planned"], first["held_lessons"]
    whole = norm(bench.settings.accumulation, TermKind(first["term_kind"]), planned, weeks[first["term_id"]])
    marks = [row["marks"] for row in rows]
    return _Accumulation(
        class_name=first["class_name"],
        grade=first["grade"],
        subject=first["group_name"],
        term=first["term_name"],
        pupils=len(rows),
        norm=whole,
        needed=needed_now(whole, held, planned),
        least=min(marks),
        middle=float(median(marks)),
        without=marks.count(0),
        with_one=marks.count(1),
        below=sum(row["marks"] < needed_now(whole, row["counted"], planned) for row in rows),
    )


def _summary(filling: list[_Filling], before: list[_Filling], accumulation: list[_Accumulation]) -> Section:
    """The school's figures, those of filling beside the month before; накопляемость is known as of today only."""
    pupils, below = sum(item.pupils for item in accumulation), sum(item.below for item in accumulation)
    rows: list[tuple[Cell, ...]] = [
        *((*now, *then[1:]) for now, then in zip(_filled(filling), _filled(before), strict=True)),
        ("Отметок по норме: случаев «ученик × предмет»", pupils - below, share(pupils - below, pupils), None, None),
        ("Учеников без отметок по предмету", sum(item.without for item in accumulation), None, None, None),
        ("Учеников с одной отметкой по предмету", sum(item.with_one for item in accumulation), None, None, None),
    ]
    columns = [Column("Показатель", width=5), Column("Всего", Kind.INTEGER), Column("Доля", Kind.PERCENT)]
    if before:
        columns += [
            Column("всего", Kind.INTEGER, group="Месяцем раньше"), Column("доля", Kind.PERCENT, group="Месяцем раньше"),
        ]  # fmt: skip
    shown = tuple(row[: len(columns)] for row in rows)
    return Section("Главное", _attention(filling, accumulation), (Table("По школе", tuple(columns), shown),))


def _filled(filling: list[_Filling]) -> tuple[tuple[Cell, ...], ...]:
    held, topics = sum(item.held for item in filling), sum(item.topics for item in filling)
    due, given = sum(item.homework_due for item in filling), sum(item.homework for item in filling)
    return (
        ("Проведено уроков", held, None),
        ("Уроков с записанной темой", topics, share(topics, held)),
        ("Дней с домашним заданием из тех, где оно нужно", given, share(given, due)),
        ("Записей, внесённых с опозданием (темы и задания)", sum(item.late for item in filling), None),
    )


def _attention(filling: list[_Filling], accumulation: list[_Accumulation]) -> tuple[str, ...]:
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


def _topic_map(filling: list[_Filling]) -> HeatMap:
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


def _class_table(filling: list[_Filling]) -> Table:
    columns = (
        Column("Класс", width=1), Column("Журналов", Kind.INTEGER), Column("Уроков", Kind.INTEGER),
        Column("Темы, %", Kind.PERCENT), Column("ДЗ, %", Kind.PERCENT), Column("С опозданием", Kind.INTEGER),
    )  # fmt: skip
    classes = dict.fromkeys(item.class_name for item in filling)
    rows = [_class_row(name, [item for item in filling if item.class_name == name]) for name in classes]
    return Table("По классам", columns, tuple(rows), _class_row("Школа", filling))


def _class_row(name: str, items: list[_Filling]) -> tuple[Cell, ...]:
    held = sum(item.held for item in items)
    return (
        name,
        len(items),
        held,
        share(sum(item.topics for item in items), held),
        share(sum(item.homework for item in items), sum(item.homework_due for item in items)),
        sum(item.late for item in items),
    )


def _filling_table(filling: list[_Filling]) -> Table:
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
    "Прибывшим считаются уроки со дня прибытия."
)


def _accumulation_table(accumulation: list[_Accumulation]) -> Table:
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
