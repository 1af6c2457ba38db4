"""The final marks of a class at one point of the year: pupils × subjects.

A subject has one column, whichever of its journals (subgroups, individual plans) a pupil is in; extracurricular
activities and journals without marks have none. Only those stand in it who were on the list on the point's last day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from netcity_sync.model import FinalKind
from netcity_sync.reports.class_lists import Member, members_on
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.russian import plural, some_of

CELLS_WORDS = "«—» — итоговой отметки нет или она не прочитана; пустая клетка — ученик не изучал предмет в этом классе"

_NAMED = 15
FAILS = 2
"""The mark of who does not pass, or less."""


@dataclass(frozen=True, slots=True)
class Point:
    """What final marks are of; `term_id` is 0 where not of a term. `last` is its last day."""

    kind: FinalKind
    term_id: int
    name: str
    last: date


@dataclass(frozen=True, slots=True)
class Final:
    """What stands in a cell: a mark, or a text («осв», «зач»); neither where nothing does, or is known.

    `journal` is where it stands (`subject_group_id`).
    """

    value: int | None = None
    raw: str | None = None
    not_attested: bool = False
    journal: int = 0

    @property
    def shown(self) -> int | str | None:
        """As a report shows it."""
        if self.value is not None:
            return self.value
        return "н/а" if self.not_attested else self.raw

    @property
    def failing(self) -> bool:
        """Whether it is «2» (or «1») or «н/а»."""
        return self.not_attested or (self.value is not None and self.value <= FAILS)


@dataclass(frozen=True, slots=True)
class Subject:
    """A column."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Pupil:
    """A row: `finals` by subject id has no key for a subject that the pupil does not study."""

    student_id: int
    name: str
    finals: Mapping[int, Final]

    @property
    def values(self) -> list[int]:
        """The marks 1–5."""
        return [item.value for item in self.finals.values() if item.value is not None]

    @property
    def mean(self) -> float | None:
        """Of the marks 1–5; «н/а», «осв» and «зач» are none."""
        return sum(self.values) / len(self.values) if self.values else None


@dataclass(frozen=True, slots=True)
class ClassFinals:
    """The matrix. `unread` are journals whose final marks are not known as of late."""

    class_id: int
    class_name: str
    grade: int
    point: Point | None
    subjects: tuple[Subject, ...]
    pupils: tuple[Pupil, ...]
    unread: tuple[str, ...]

    @property
    def empty_words(self) -> str:
        """Why there is no column."""
        if self.unread:
            return "Нет данных: журналы за этот период не прочитаны."
        return "В классе нет предметов, по которым ставят отметки."

    @property
    def given(self) -> bool:
        """Whether anything stands in any cell."""
        return any(final.shown is not None for pupil in self.pupils for final in pupil.finals.values())

    def column(self, subject_id: int) -> list[Final]:
        """The cells of those who study a subject."""
        return [pupil.finals[subject_id] for pupil in self.pupils if subject_id in pupil.finals]


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class of the year."""

    class_id: int
    name: str
    grade: int


def classes(desk: Desk, grade: int | None = None) -> tuple[SchoolClass, ...]:
    """The classes of the year, or of a grade."""
    rows = desk.bench.rows(
        "SELECT * FROM class_read WHERE :grade IS NULL OR grade = :grade ORDER BY grade, class_name", grade=grade
    )
    return tuple(SchoolClass(row["class_id"], row["class_name"], row["grade"]) for row in rows)


def terms(desk: Desk, class_id: int) -> tuple[Point, ...]:
    """The terms of a class that have begun."""
    rows = desk.bench.rows(
        "SELECT DISTINCT term_id, term_name, term_end FROM journal WHERE class_id = :class_id"
        " ORDER BY term_end, term_start",
        class_id=class_id,
    )
    return tuple(
        Point(FinalKind.TERM, row["term_id"], row["term_name"], date.fromisoformat(row["term_end"])) for row in rows
    )


def point_of(desk: Desk, class_id: int, period: Period) -> Point | None:
    """What is judged in a period: the year, or the term that ends in it; none where the term is longer."""
    if period.kind is PeriodKind.YEAR:
        return Point(FinalKind.YEAR, 0, "год", period.last)
    judged = desk.terms_of(class_id, period)
    return next((item for item in reversed(terms(desk, class_id)) if item.term_id in judged), None)


def point_before(desk: Desk, class_id: int, point: Point | None) -> Point | None:
    """The term before a term; none before the first, nor before a year."""
    if point is None or point.kind is not FinalKind.TERM:
        return None
    earlier = desk.term_before(point.term_id)
    return next((item for item in terms(desk, class_id) if item.term_id == earlier), None)


def class_finals(desk: Desk, item: SchoolClass, point: Point | None, on: date | None = None) -> ClassFinals:
    """The matrix of a class, with those who were on its list at the point's end (or `on` another day)."""
    key = class_finals, item, point, on
    made: ClassFinals | None = desk.kept.get(key)
    if made is None:
        made = desk.kept[key] = _read_finals(desk, item, point, on)
    return made


def _read_finals(desk: Desk, item: SchoolClass, point: Point | None, on: date | None) -> ClassFinals:
    day = on or (point.last if point else desk.bench.today)
    rows = desk.bench.rows(
        _FINALS, class_id=item.class_id, kind=point.kind.value, term=point.term_id
    ) if point else []  # fmt: skip
    cells: dict[int, dict[int, Final]] = {}
    subjects: dict[int, Subject] = {}
    unread = []
    for row in rows:
        subjects.setdefault(row["subject_id"], Subject(row["subject_id"], row["subject_name"]))
        if not row["fresh"]:
            unread.append(f"{item.name} {row['group_name']}")
        final = Final(journal=row["subject_group_id"])
        if row["fresh"]:
            final = Final(row["value"], row["raw"], bool(row["not_attested"]), row["subject_group_id"])
        own = cells.setdefault(row["student_id"], {})
        if own.get(row["subject_id"], Final()).shown is None:
            own[row["subject_id"]] = final
    if point and not subjects:
        unread = [f"{item.name} {row['group_name']}" for row in desk.bench.rows(
            _NEVER_READ, class_id=item.class_id, term=point.term_id)]  # fmt: skip
    pupils = tuple(
        Pupil(one.student_id, one.name, _studied(cells.get(one.student_id, {}), one, point))
        for one in members_on(desk, item.class_id, day)
    )
    return ClassFinals(
        item.class_id, item.name, item.grade, point, tuple(subjects.values()), pupils, tuple(dict.fromkeys(unread))
    )


def _studied(cells: Mapping[int, Final], one: Member, point: Point | None) -> Mapping[int, Final]:
    """The cells of a pupil: whoever came after the term has none that are empty."""
    if point is None or one.first_day is None or one.first_day <= point.last:
        return cells
    return {key: final for key, final in cells.items() if final.shown is not None}


_NEVER_READ = """
SELECT DISTINCT j.group_name FROM class_journal k
CROSS JOIN journal j ON j.subject_group_id = k.subject_group_id AND j.term_id = k.term_id
WHERE k.class_id = :class_id AND j.marked AND NOT j.fresh AND (j.term_id = :term OR :term = 0) ORDER BY j.group_name
"""
_FINALS = """
SELECT g.subject_id, g.subject_name, j.group_name, j.subject_group_id, p.student_id, f.value, f.raw,
  coalesce(f.not_attested, 0) AS not_attested, coalesce(r.fresh, 0) AS fresh
FROM class_journal k
CROSS JOIN journal j ON j.subject_group_id = k.subject_group_id AND j.term_id = k.term_id
CROSS JOIN as_of_subject_group g ON g.subject_group_id = j.subject_group_id
CROSS JOIN as_of_group_student p ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id
LEFT JOIN final_read r ON r.subject_group_id = j.subject_group_id
LEFT JOIN final f ON f.subject_group_id = j.subject_group_id AND f.student_id = p.student_id AND f.kind = :kind
  AND f.term_id = :term
WHERE k.class_id = :class_id AND j.grade >= 2 AND g.grading = 'marks' AND NOT g.extracurricular
  AND (j.term_id = :term OR :term = 0 AND j.term_start = (
    SELECT max(o.term_start) FROM journal o WHERE o.subject_group_id = j.subject_group_id))
ORDER BY g.subject_id, j.group_name, j.subject_group_id, p.student_id
"""
"""A mark that has vanished from the last read, unconfirmed, still counts. Of a year: the lists of the newest term."""


def unread_notes(found: Iterable[ClassFinals]) -> tuple[str, ...]:
    """Which journals of some matrices are not known as of late; nothing where all are."""
    return unread_note(name for item in found for name in item.unread)


def unread_note(journals: Iterable[str]) -> tuple[str, ...]:
    """The same of journals by name."""
    names = tuple(dict.fromkeys(journals))
    if not names:
        return ()
    count = plural(len(names), "журнала", "журналов", "журналов")
    return (f"Нет данных: не прочитаны отметки {count}: {some_of(names, _NAMED, '; ')}.",)
