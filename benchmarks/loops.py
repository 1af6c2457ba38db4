"""Rules as one would write them at first: loops over journals, pupils and lessons that ask the mirror cell by cell.

They follow docs/checks.md and share nothing with `netcity_sync.compliance`: the tests hold its rules against them, and
`python -m benchmarks catalogue` its speed.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from netcity_sync.mirror.snapshot import Snapshot

Where = tuple[str, int, int, int | None, int | None, int | None]
"""Rule, journal, term, lesson, pupil, work."""

_CONTROL = (
    "диктант", "контрольная", "лабораторная", "проверочная", "практическая", "самостоятельная", "тест", "изложение",
    "сочинение", "зачет",
)  # fmt: skip
_DAY_ENDS = time(23, 59)
_UNKNOWN, _NOT_MISSED = "unknown", ("late", "remote")


@dataclass(frozen=True)
class Lesson:
    """A lesson that stood on the page of the last read."""

    id: int
    day: date
    slot: int
    topic: str
    held: bool


@dataclass(frozen=True)
class Journal:
    """A journal in a term that was read; moments are Unix seconds."""

    group: int
    term: int
    class_id: int
    subject_id: int
    grade: int
    scope_id: int
    read_at: int
    marked: bool
    with_homework: bool
    kind: str
    first: date
    last: date


class Loops:
    """The loops over one snapshot, for a school that reads every journal in every run."""

    def __init__(self, snapshot: Snapshot, zone: ZoneInfo) -> None:
        self._ask = snapshot.connection.execute
        self._run = snapshot.run_id
        self._zone = zone
        self._school_days = sorted(
            {
                date.fromisoformat(row[0])
                for row in self._ask("SELECT DISTINCT date FROM as_of_lesson WHERE NOT missing")
            }
        )

    def rules(self) -> dict[str, Callable[[Journal], Iterator[Where]]]:
        """The rules by their ids: each tells what is wrong in one journal."""
        return {
            "LSN-01": self.no_topic,
            "LSN-02": self.late_topic,
            "LSN-05": self.loose_mark,
            "HW-01": self.no_homework,
            "HW-07": self.poor_month,
            "MRK-01": self.without_marks,
            "MRK-02": self.with_one_mark,
            "MRK-05": self.mark_of_absent,
            "ACC-01": self.below_norm,
            "ATT-03": self.unexplained,
            "ATT-08": self.days_away,
            "CHG-01": self.changed_mark,
        }

    @cached_property
    def journals(self) -> list[Journal]:
        """The journals of the year whose terms have begun, as of their last read."""
        found = []
        for row in self._ask(
            "SELECT g.subject_group_id, t.term_id, g.class_id, g.subject_id, c.grade, g.grading, g.extracurricular,"
            ' g.individual_plan, t.kind, t.start, t."end" FROM as_of_subject_group g'
            " JOIN as_of_subject_group_term USING (subject_group_id) JOIN as_of_term t USING (term_id)"
            " JOIN as_of_school_class c ON c.class_id = g.class_id"
        ).fetchall():
            group, term, class_id, subject_id, grade, grading, extra, individual, kind, start, end = row
            read = self._ask(
                "SELECT scope_id, ended FROM as_of_read WHERE kind = 'journal' AND subject_group_id = ?"
                " AND term_id = ? AND error IS NULL ORDER BY run_id DESC LIMIT 1",
                [group, term],
            ).fetchone()
            if read is not None:
                marked = grade >= 2 and grading == "marks" and not extra and not individual
                found.append(
                    Journal(group, term, class_id, subject_id, grade, read[0], read[1], marked,
                            grade >= 2 and not extra, kind, date.fromisoformat(start), date.fromisoformat(end))
                )  # fmt: skip
        return found

    def no_topic(self, journal: Journal) -> Iterator[Where]:
        """LSN-01."""
        for lesson in self._lessons(journal):
            if lesson.held and len(lesson.topic) < 3:
                yield "LSN-01", journal.group, journal.term, lesson.id, None, None

    def late_topic(self, journal: Journal) -> Iterator[Where]:
        """LSN-02."""
        for lesson in self._lessons(journal):
            if len(lesson.topic) < 3:
                continue
            for run, topic in self._ask(
                "SELECT seen_from, topic FROM main.lesson WHERE subject_group_id = ? AND term_id = ? AND lesson_id = ?"
                " AND seen_from <= ? ORDER BY seen_from",
                [journal.group, journal.term, lesson.id, self._run],
            ).fetchall():
                if len((topic or "").strip()) >= 3:
                    if self._was_late(journal, run, self._end_of(lesson.day)):
                        yield "LSN-02", journal.group, journal.term, lesson.id, None, None
                    break

    def loose_mark(self, journal: Journal) -> Iterator[Where]:
        """LSN-05."""
        for student in self._named(journal):
            for lesson in self._lessons(journal):
                for work, value, duty, _ in self._cell(journal, student, lesson):
                    if work == 0 and (value is not None or duty):
                        yield "LSN-05", journal.group, journal.term, lesson.id, student, None

    def no_homework(self, journal: Journal) -> Iterator[Where]:
        """HW-01."""
        for day, lessons in self._homework_days(journal):
            if self._end_of(day) < journal.read_at and not self._given(journal, lessons):
                yield "HW-01", journal.group, journal.term, lessons[-1].id, None, None

    def poor_month(self, journal: Journal) -> Iterator[Where]:
        """HW-07."""
        read = self._local(journal.read_at)
        months: dict[tuple[int, int], list[list[Lesson]]] = {}
        for day, lessons in self._homework_days(journal):
            if self._end_of(day) < journal.read_at and (day.year, day.month) < (read.year, read.month):
                months.setdefault((day.year, day.month), []).append(lessons)
        for days in months.values():
            given = sum(self._given(journal, lessons) for lessons in days)
            if len(days) >= 3 and len(days) - given >= 2 and given < 0.8 * len(days):
                yield "HW-07", journal.group, journal.term, days[-1][-1].id, None, None

    def without_marks(self, journal: Journal) -> Iterator[Where]:
        """MRK-01."""
        for student, counted, attended, marks, unconfirmed in self._judged(journal):
            planned = len(self._lessons(journal))
            least = min(4, -(-planned // 2))
            if marks + unconfirmed == 0 and counted >= least and attended >= min(3, least):
                yield "MRK-01", journal.group, journal.term, None, student, None

    def with_one_mark(self, journal: Journal) -> Iterator[Where]:
        """MRK-02."""
        for student, counted, attended, marks, unconfirmed in self._judged(journal):
            if marks == 1 and not unconfirmed and counted >= 6 and attended >= 3:
                yield "MRK-02", journal.group, journal.term, None, student, None

    def below_norm(self, journal: Journal) -> Iterator[Where]:
        """ACC-01."""
        planned = len(self._lessons(journal))
        weeks = len({(day.isocalendar()[:2]) for day in self._school_days if journal.first <= day <= journal.last})
        hours = max(1, int(planned / weeks + 0.5)) if weeks else 1
        norm = ((5, 7, 9) if journal.kind == "half_year" else (3, 5, 7))[min(hours, 3) - 1]
        for student, counted, attended, marks, unconfirmed in self._judged(journal):
            need = max(1, -(-norm * counted // planned))
            if counted >= 4 and attended >= 3 and marks + unconfirmed < need:
                yield "ACC-01", journal.group, journal.term, None, student, None

    def mark_of_absent(self, journal: Journal) -> Iterator[Where]:
        """MRK-05."""
        for student in self._named(journal):
            for lesson in self._lessons(journal):
                code, missing = self._code(journal, student, lesson)
                if code in (None, "exempt", *_NOT_MISSED) or missing or self._is_control(journal, lesson):
                    continue
                works = [work for work, value, _, gone in self._cell(journal, student, lesson)
                         if value is not None and not gone]  # fmt: skip
                if any(not self._is_homework(journal, work) for work in works):
                    yield "MRK-05", journal.group, journal.term, lesson.id, student, None

    def unexplained(self, journal: Journal) -> Iterator[Where]:
        """ATT-03."""
        for student, _, _ in self._listed(journal):
            for lesson in self._lessons(journal):
                code, missing = self._code(journal, student, lesson)
                after = [day for day in self._school_days if day > lesson.day]
                if code == _UNKNOWN and not missing and len(after) >= 3 and self._end_of(after[2]) < journal.read_at:
                    yield "ATT-03", journal.group, journal.term, lesson.id, student, None

    def days_away(self, journal: Journal) -> Iterator[Where]:
        """ATT-08, told of a class when its first journal is looked at."""
        own = journal.class_id
        if next(item for item in self.journals if item.class_id == own) != journal:
            return
        of_class = [item for item in self.journals if item.class_id == own or own in self._guest_classes[item]]
        for student in {student for item in of_class for student, _, in_class in self._listed(item) if in_class == own}:
            days: dict[date, list[tuple[Journal, Lesson]]] = {}
            for item in of_class:
                for first_day in [first for listed, first, of in self._listed(item) if (listed, of) == (student, own)]:
                    for lesson in self._lessons(item):
                        if lesson.day >= first_day:
                            days.setdefault(lesson.day, []).append((item, lesson))
            run = 0
            for day in sorted(days):
                lessons = sorted(days[day], key=lambda pair: (pair[1].slot, pair[1].id))
                away = all(
                    lesson.held and self._code(item, student, lesson) == (_UNKNOWN, 0) for item, lesson in lessons
                )
                run = run + 1 if away else 0
                if run == 3:
                    item, lesson = lessons[-1]
                    yield "ATT-08", item.group, item.term, lesson.id, student, None

    def changed_mark(self, journal: Journal) -> Iterator[Where]:
        """CHG-01."""
        for student in self._in_journal(journal):
            for lesson in self._lessons(journal):
                for work in self._works_ever(journal, student, lesson):
                    if self._was_changed(journal, student, lesson, work):
                        yield "CHG-01", journal.group, journal.term, lesson.id, student, work or None

    def _was_changed(self, journal: Journal, student: int, lesson: Lesson, work: int) -> bool:
        if work and self._ask(
            "SELECT 1 FROM as_of_assignment WHERE subject_group_id = ? AND term_id = ? AND assignment_id = ?"
            " AND NOT missing", [journal.group, journal.term, work],
        ).fetchone() is None:  # fmt: skip
            return False
        lives = self._ask(
            "SELECT value, seen_from, seen_to, missing_from FROM main.mark WHERE subject_group_id = ? AND term_id = ?"
            " AND student_id = ? AND assignment_id = ? AND lesson_id = ? AND seen_from <= ? ORDER BY seen_from",
            [journal.group, journal.term, student, work, lesson.id, self._run],
        ).fetchall()
        for place, (value, _, gone, missing) in enumerate(lives):
            if value is None or gone is None or gone > self._run:
                continue
            following = lives[place + 1] if place + 1 < len(lives) else None
            if following is not None and following[0] == value:
                continue
            if following is None and self._stands_elsewhere(journal, student, lesson, work, value):
                continue
            seen = following[1] if following is not None else missing or gone
            last = self._last_before(journal, missing or gone)
            if (
                last is not None
                and not self._is_anew(journal, seen)
                and self._local(last).date() > lesson.day + timedelta(2)
            ):
                return True
        return False

    def _stands_elsewhere(self, journal: Journal, student: int, lesson: Lesson, work: int, value: int) -> bool:
        return self._ask(
            "SELECT 1 FROM as_of_mark WHERE subject_group_id = ? AND term_id = ? AND student_id = ? AND value = ?"
            " AND (lesson_id = ? OR assignment_id = ? AND assignment_id <> 0)",
            [journal.group, journal.term, student, value, lesson.id, work],
        ).fetchone() is not None  # fmt: skip

    def _lessons(self, journal: Journal) -> list[Lesson]:
        return [
            Lesson(row[0], day := date.fromisoformat(row[1]), row[2], (row[3] or "").strip(),
                   self._end_of(day) < journal.read_at)
            for row in self._ask(
                "SELECT lesson_id, date, slot, topic FROM as_of_lesson WHERE subject_group_id = ? AND term_id = ?"
                " AND NOT missing ORDER BY date, slot, lesson_id", [journal.group, journal.term],
            )
        ]  # fmt: skip

    def _in_journal(self, journal: Journal) -> list[int]:
        rows = self._ask(
            "SELECT student_id FROM as_of_group_student WHERE subject_group_id = ? AND term_id = ? AND NOT missing",
            [journal.group, journal.term],
        )
        return [row[0] for row in rows.fetchall()]

    def _named(self, journal: Journal) -> list[int]:
        """Whoever has a mark or a code in the journal, on its list or not."""
        rows = self._ask(
            "SELECT student_id FROM as_of_mark WHERE subject_group_id = :g AND term_id = :t UNION"
            " SELECT student_id FROM as_of_attendance WHERE subject_group_id = :g AND term_id = :t",
            {"g": journal.group, "t": journal.term},
        )
        return [row[0] for row in rows.fetchall()]

    @cached_property
    def _guest_classes(self) -> dict[Journal, set[int]]:
        """Other classes of whose pupils a journal holds some."""
        return {item: {own for _, _, own in self._listed(item)} - {item.class_id} for item in self.journals}

    def _listed(self, journal: Journal) -> list[tuple[int, date, int]]:
        """The pupils on the list, with their first day in their class, and that class."""
        found = []
        for student in self._in_journal(journal):
            row = self._ask(
                "SELECT start FROM as_of_enrolment WHERE class_id = ? AND student_id = ? AND NOT missing",
                [journal.class_id, student],
            ).fetchone()
            if row is not None:
                found.append((student, date.fromisoformat(row[0]) if row[0] else date.min, journal.class_id))
            elif (guest := self._guest(journal, student)) is not None:
                found.append((student, *guest))
        return found

    def _guest(self, journal: Journal, student: int) -> tuple[date, int] | None:
        """The first day, and the class, of a pupil of another class who certainly belongs to the journal."""
        rows = self._ask(
            "SELECT class_id, start, missing FROM as_of_enrolment WHERE student_id = ?", [student]
        ).fetchall()
        if len(rows) != 1 or rows[0][2]:
            return None
        own, start, _ = rows[0]
        first = date.fromisoformat(start) if start else date.min
        was_here = self._ask(
            "SELECT 1 FROM main.enrolment WHERE class_id = ? AND student_id = ? AND seen_from <= ?",
            [journal.class_id, student, self._run],
        ).fetchone()
        if was_here is not None or first > journal.first:
            return None
        beside = [
            item
            for item in self.journals
            if item.class_id == own
            and item.subject_id == journal.subject_id
            and item.first <= journal.last
            and item.last >= journal.first
        ]
        query = "SELECT 1 FROM as_of_group_student WHERE subject_group_id = ? AND term_id = ? AND student_id = ?"
        if any(self._ask(query, [item.group, item.term, student]).fetchone() for item in beside):
            return None
        return first, own

    def _cell(self, journal: Journal, student: int, lesson: Lesson) -> list[tuple[int, int | None, int, int]]:
        rows = self._ask(
            "SELECT assignment_id, value, duty, missing FROM as_of_mark WHERE subject_group_id = ? AND term_id = ?"
            " AND student_id = ? AND lesson_id = ?", [journal.group, journal.term, student, lesson.id],
        )  # fmt: skip
        return [tuple(row) for row in rows.fetchall()]

    def _code(self, journal: Journal, student: int, lesson: Lesson) -> tuple[str | None, int]:
        row = self._ask(
            "SELECT code, missing FROM as_of_attendance WHERE subject_group_id = ? AND term_id = ? AND student_id = ?"
            " AND lesson_id = ?", [journal.group, journal.term, student, lesson.id],
        ).fetchone()  # fmt: skip
        return (row[0], row[1]) if row is not None else (None, 0)

    def _judged(self, journal: Journal) -> Iterator[tuple[int, int, int, int, int]]:
        """Pupil, lessons that count, lessons attended, given marks, marks that vanished and may come back."""
        if not journal.marked:
            return
        lessons = [lesson for lesson in self._lessons(journal) if lesson.held]
        for student, first_day, _ in self._listed(journal):
            counted = [lesson for lesson in lessons if lesson.day >= first_day]
            attended = [lesson for lesson in counted if self._code(journal, student, lesson)[0] in (None, *_NOT_MISSED)]
            marks = self._ask(
                "SELECT missing FROM as_of_mark WHERE subject_group_id = ? AND term_id = ? AND student_id = ?"
                " AND value IS NOT NULL", [journal.group, journal.term, student],
            ).fetchall()  # fmt: skip
            gone = sum(row[0] for row in marks)
            yield student, len(counted), len(attended), len(marks) - gone, gone

    def _homework_days(self, journal: Journal) -> Iterator[tuple[date, list[Lesson]]]:
        if not journal.with_homework:
            return
        days: dict[date, list[Lesson]] = {}
        for lesson in self._lessons(journal):
            days.setdefault(lesson.day, []).append(lesson)
        for day in sorted(days)[:-1]:
            if not any(self._is_control(journal, lesson) for lesson in days[day]):
                yield day, days[day]

    def _given(self, journal: Journal, lessons: list[Lesson]) -> bool:
        return any(
            self._ask(
                "SELECT 1 FROM as_of_assignment WHERE subject_group_id = ? AND term_id = ? AND given_at_lesson_id = ?"
                " AND homework AND text IS NOT NULL", [journal.group, journal.term, lesson.id],
            ).fetchone()
            for lesson in lessons
        )  # fmt: skip

    def _is_control(self, journal: Journal, lesson: Lesson) -> bool:
        names = self._ask(
            "SELECT t.name FROM as_of_assignment a JOIN as_of_assignment_type t USING (type_id)"
            " WHERE a.subject_group_id = ? AND a.term_id = ? AND a.lesson_id = ? AND NOT a.homework",
            [journal.group, journal.term, lesson.id],
        ).fetchall()
        return any(_plain(text).startswith(_CONTROL) for text in (lesson.topic, *(row[0] for row in names)))

    def _is_homework(self, journal: Journal, work: int) -> bool:
        return self._ask(
            "SELECT 1 FROM as_of_assignment WHERE subject_group_id = ? AND term_id = ? AND assignment_id = ?"
            " AND homework", [journal.group, journal.term, work],
        ).fetchone() is not None  # fmt: skip

    def _works_ever(self, journal: Journal, student: int, lesson: Lesson) -> list[int]:
        rows = self._ask(
            "SELECT DISTINCT assignment_id FROM main.mark WHERE subject_group_id = ? AND term_id = ?"
            " AND student_id = ? AND lesson_id = ? AND seen_from <= ?",
            [journal.group, journal.term, student, lesson.id, self._run],
        )
        return [row[0] for row in rows.fetchall()]

    def _was_late(self, journal: Journal, run: int, deadline: int) -> bool:
        began, anew = self._ask(
            "SELECT began, anew FROM main.scope_read WHERE scope_id = ? AND run_id = ?", [journal.scope_id, run]
        ).fetchone()
        before = self._last_before(journal, run)
        return began > deadline and not anew and before is not None and before > deadline

    def _last_before(self, journal: Journal, run: int) -> int | None:
        row = self._ask(
            "SELECT ended FROM main.scope_read WHERE scope_id = ? AND run_id < ? AND error IS NULL"
            " ORDER BY run_id DESC LIMIT 1", [journal.scope_id, run],
        ).fetchone()  # fmt: skip
        return None if row is None else int(row[0])

    def _is_anew(self, journal: Journal, run: int) -> bool:
        row: sqlite3.Row = self._ask(
            "SELECT anew FROM main.scope_read WHERE scope_id = ? AND run_id = ?", [journal.scope_id, run]
        ).fetchone()
        return bool(row[0])

    def _end_of(self, day: date) -> int:
        return int(datetime.combine(day, _DAY_ENDS, tzinfo=self._zone).timestamp())

    def _local(self, moment: int) -> datetime:
        return datetime.fromtimestamp(moment, self._zone)


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("ё", "е").split())
