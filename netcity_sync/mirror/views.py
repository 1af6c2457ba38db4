"""Readable views of the mirror: who, where and when, under Russian headings, for whoever opens the file with a tool.

A view without «history» in its name shows the journals of this year as they stand now, one with it every version that
was ever seen, those of past years too, under the names known last. Each begins with the few thousand journals and
looks everything else up by primary key: a question about one class, subject or pupil never scans what it does not
show, whatever SQLite believes to know of the tables' sizes.

A migration that changes a table drops the views that show it first (`drop_views`), and makes them anew at its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class View:
    """A view: what it shows, its headings with the SQL of each, and where its rows come from."""

    name: str
    meaning: str
    columns: tuple[tuple[str, str], ...]
    source: str


def view_ddl(view: View) -> str:
    """The statement that creates a view."""
    shown = ",\n  ".join(f'{expression} AS "{heading}"' for heading, expression in view.columns)
    return f"CREATE VIEW {view.name} AS SELECT\n  {shown}\n{view.source}"


def drop_views(db: Database, views: Iterable[View]) -> None:
    """Take views away, where they are there."""
    for view in views:
        db.execute(f"DROP VIEW IF EXISTS {view.name}")


def make_views(db: Database, views: Iterable[View]) -> None:
    """Make views anew, as they are declared today."""
    views = tuple(views)
    drop_views(db, views)
    for view in views:
        db.execute(view_ddl(view))


def readable(moment: str) -> str:
    """The SQL that shows a moment of the mirror (`utc_text`) as people read it: `2026-10-05 16:00`, UTC."""
    return f"replace(substr({moment}, 1, 16), 'T', ' ')"


def in_words(value: str, words: Iterable[tuple[str, str]]) -> str:
    """The SQL that shows a code (an SQL literal each) in words, or as it is where there is none for it."""
    cases = " ".join(f"WHEN {code} THEN '{text}'" for code, text in words)
    return f"CASE {value} {cases} ELSE {value} END"


def run_began(run: str) -> str:
    """The SQL that shows when a run began, UTC."""
    return f"(SELECT {readable('started_at')} FROM run WHERE run_id = {run})"


def _unix(seconds: str) -> str:
    return f"strftime('%Y-%m-%d %H:%M', {seconds}, 'unixepoch')"


def _last(table: str, key: str, value: str, wanted: str = "name") -> str:
    """What the newest version of a record says, whether it is still there or not."""
    return f"(SELECT {wanted} FROM {table} WHERE {key} = {value} ORDER BY seen_from DESC LIMIT 1)"


def _beside(table: str, key: str, value: str, wanted: str) -> str:
    """What the newest version of a record in the same journal as the row `r` says."""
    return (
        f"(SELECT {wanted} FROM {table} o WHERE o.subject_group_id = r.subject_group_id AND o.term_id = r.term_id"
        f" AND o.{key} = {value} ORDER BY o.seen_from DESC LIMIT 1)"
    )


def _read_at(run: str) -> str:
    """When the journal of the scope `j` was read in a run."""
    return f"(SELECT {_unix('began')} FROM scope_read WHERE scope_id = j.scope_id AND run_id = {run})"


_TEACHERS_OF = (
    "(SELECT group_concat(name, ', ') FROM subject_group_teacher h CROSS JOIN staff USING (staff_id)"
    " WHERE h.subject_group_id = g.subject_group_id AND h.seen_to IS NULL AND staff.seen_to IS NULL)"
)
_YEAR_OF_TERM = (
    "(SELECT y.name FROM school_year y WHERE "
    + _last("term", "term_id", "j.term_id", "start")
    + " BETWEEN y.start AND y.end ORDER BY y.seen_from DESC LIMIT 1)"
)

_NOW = """\
FROM scope j
CROSS JOIN subject_group g ON g.subject_group_id = j.subject_group_id AND g.seen_to IS NULL
CROSS JOIN {table} r ON r.subject_group_id = j.subject_group_id AND r.term_id = j.term_id AND r.seen_to IS NULL
WHERE j.kind = 'journal' AND EXISTS (
  SELECT 1 FROM subject_group_term y
  WHERE y.subject_group_id = j.subject_group_id AND y.term_id = j.term_id AND y.seen_to IS NULL
)"""
_EVER = """\
FROM scope j
LEFT JOIN subject_group g ON g.subject_group_id = j.subject_group_id AND g.seen_from = (
  SELECT max(seen_from) FROM subject_group newest WHERE newest.subject_group_id = j.subject_group_id
)
CROSS JOIN {table} r ON r.subject_group_id = j.subject_group_id AND r.term_id = j.term_id
WHERE j.kind = 'journal'"""

_WHERE = (
    ("Класс", _last("school_class", "class_id", "g.class_id")),
    ("Предмет", "g.subject_name"),
    ("Журнал", "g.name"),
    ("Период", _last("term", "term_id", "j.term_id")),
)
_WHERE_EVER = (("Учебный год", _YEAR_OF_TERM), *_WHERE)
_TEACHERS = ("Учителя", _TEACHERS_OF)
_PUPIL = ("Ученик", _last("student", "student_id", "r.student_id"))
_OF_LESSON = (
    ("Дата урока", _beside("lesson", "lesson_id", "r.lesson_id", "date")),
    ("Урок №", _beside("lesson", "lesson_id", "r.lesson_id", "slot")),
)
_LESSON = (("Дата урока", "r.date"), ("Урок №", "r.slot"), ("Тема", "r.topic"))
_WORK = (
    ("Тип задания",
     _beside("assignment", "assignment_id", "r.assignment_id", _last("assignment_type", "type_id", "o.type_id"))),
    ("Задание", _beside("assignment", "assignment_id", "r.assignment_id", "text")),
)  # fmt: skip
_MARK = ("Отметка", "CASE WHEN r.value IS NOT NULL THEN r.value WHEN r.duty THEN 'точка' ELSE r.raw END")
_HOMEWORK = (
    ("Задано на уроке", _beside("lesson", "lesson_id", "r.given_at_lesson_id", "date")),
    ("К уроку", _beside("lesson", "lesson_id", "r.lesson_id", "date")),
    ("Домашнее задание", "r.text"),
)
_ATTENDANCE = (
    "Посещение",
    in_words("r.code", (
        ("'unexcused'", "без уважительной причины"), ("'excused'", "по уважительной причине"),
        ("'illness'", "болезнь"), ("'unknown'", "причина не указана"), ("'late'", "опоздание"),
        ("'exempt'", "освобождение"), ("'remote'", "дистанционно"),
    )),
)  # fmt: skip
_CODE = ("Код", "r.raw")
_SEEN = ("Впервые увидено, UTC", _read_at("r.seen_from"))
_DOUBT = ("Не видно с, UTC", _read_at("r.missing_from"))
_LIFE = (_SEEN, _DOUBT, ("Перестало быть, UTC", _read_at("r.seen_to")))

KINDS = (
    ("'dictionaries'", "справочники"), ("'roster'", "список класса"), ("'journal'", "журнал"),
    ("'term_marks'", "итоговые отметки"), ("'journal_access'", "отчёт о доступе"),
)  # fmt: skip

_FINALS = (
    ("Период", f"CASE r.kind WHEN 'term' THEN {_last('term', 'term_id', 'r.term_id')} WHEN 'year' THEN 'год'"
               " WHEN 'exam' THEN 'экзамен' ELSE 'итог' END"),
    ("Отметка", "coalesce(r.value, r.raw)"),
)  # fmt: skip
_FINALS_NOW = """\
FROM subject_group g
CROSS JOIN final_mark r ON r.subject_group_id = g.subject_group_id AND r.seen_to IS NULL
WHERE g.seen_to IS NULL"""
_FINALS_EVER = """\
FROM subject_group g
CROSS JOIN final_mark r ON r.subject_group_id = g.subject_group_id
WHERE g.seen_from = (
  SELECT max(seen_from) FROM subject_group newest WHERE newest.subject_group_id = g.subject_group_id
)"""

_HOMEWORK_ONLY = "\nAND r.homework"

VIEWS = (
    View(
        "v_journal", "Журналы этого года: чьи, за какой период, сколько в них чего, когда читались",
        (
            *_WHERE,
            _TEACHERS,
            ("Учеников", "(SELECT count(*) FROM group_student r WHERE r.subject_group_id = j.subject_group_id"
                         " AND r.term_id = j.term_id AND r.seen_to IS NULL)"),
            ("Уроков", "(SELECT count(*) FROM lesson r WHERE r.subject_group_id = j.subject_group_id"
                       " AND r.term_id = j.term_id AND r.seen_to IS NULL)"),
            ("Отметок", "(SELECT count(*) FROM mark r WHERE r.subject_group_id = j.subject_group_id"
                        " AND r.term_id = j.term_id AND r.seen_to IS NULL)"),
            ("Последнее чтение, UTC",
             f"(SELECT {_unix('ended')} FROM scope s CROSS JOIN scope_read USING (scope_id)"
             " WHERE s.subject_group_id = j.subject_group_id AND s.term_id = j.term_id AND error IS NULL"
             " ORDER BY run_id DESC LIMIT 1)"),
        ),
        "FROM subject_group_term j\n"
        "CROSS JOIN subject_group g ON g.subject_group_id = j.subject_group_id AND g.seen_to IS NULL\n"
        "WHERE j.seen_to IS NULL",
    ),
    View(
        "v_pupil", "Ученики по спискам классов",
        (
            ("Класс", "c.name"),
            _PUPIL,
            ("В классе с", "r.start"),
            ("Впервые увидено, UTC", run_began("r.seen_from")),
            ("Не видно с, UTC", run_began("r.missing_from")),
        ),
        "FROM school_class c\nCROSS JOIN enrolment r ON r.class_id = c.class_id AND r.seen_to IS NULL\n"
        "WHERE c.seen_to IS NULL",
    ),
    View(
        "v_roster", "Ученики по спискам журналов: кто в какой подгруппе",
        (*_WHERE, _PUPIL, _SEEN, _DOUBT), _NOW.format(table="group_student"),
    ),
    View(
        "v_lesson", "Уроки и темы",
        (*_WHERE, _TEACHERS, *_LESSON, _SEEN, _DOUBT), _NOW.format(table="lesson"),
    ),
    View(
        "v_homework", "Домашние задания",
        (*_WHERE, _TEACHERS, *_HOMEWORK, _SEEN, _DOUBT), _NOW.format(table="assignment") + _HOMEWORK_ONLY,
    ),
    View(
        "v_mark", "Отметки",
        (*_WHERE, _PUPIL, *_OF_LESSON, *_WORK, _MARK, _SEEN, _DOUBT), _NOW.format(table="mark"),
    ),
    View(
        "v_attendance", "Пропуски и опоздания",
        (*_WHERE, _PUPIL, *_OF_LESSON, _ATTENDANCE, _CODE, _SEEN, _DOUBT), _NOW.format(table="attendance"),
    ),
    View(
        "v_final_mark", "Итоговые отметки: за периоды, за год, экзамен, итог",
        (*_WHERE[:3], _PUPIL, *_FINALS, ("Впервые увидено, UTC", run_began("r.seen_from")),
         ("Не видно с, UTC", run_began("r.missing_from"))),
        _FINALS_NOW,
    ),
    View(
        "v_access", "Кто и когда менял журнал: строки отчёта о доступе; время школы, как напечатано",
        (
            ("Класс", _last("school_class", "class_id", "r.class_id")),
            ("Предмет", "r.subject_name"),
            ("Период", "r.term_name"),
            ("Когда", readable("r.at")),
            ("Кто", "r.user_name"),
            ("Дата урока", "nullif(r.lesson_date, '')"),
            ("Что сделано", "r.action"),
            ("Сколько раз", "r.times"),
            ("Впервые увидено, UTC", run_began("r.seen_from")),
        ),
        "FROM journal_access r\nWHERE r.seen_to IS NULL",
    ),
    View(
        "v_lesson_history", "Все версии уроков: каждая тема и дата, когда впервые увидены и когда перестали быть",
        (*_WHERE_EVER, *_LESSON, *_LIFE), _EVER.format(table="lesson"),
    ),
    View(
        "v_homework_history", "Все версии домашних заданий",
        (*_WHERE_EVER, *_HOMEWORK, *_LIFE), _EVER.format(table="assignment") + _HOMEWORK_ONLY,
    ),
    View(
        "v_mark_history", "Все версии отметок: каждое значение, когда впервые увидено и когда перестало быть",
        (*_WHERE_EVER, _PUPIL, *_OF_LESSON, *_WORK, _MARK, *_LIFE), _EVER.format(table="mark"),
    ),
    View(
        "v_attendance_history", "Все версии отметок о посещении",
        (*_WHERE_EVER, _PUPIL, *_OF_LESSON, _ATTENDANCE, _CODE, *_LIFE), _EVER.format(table="attendance"),
    ),
    View(
        "v_final_mark_history", "Все версии итоговых отметок",
        (*_WHERE[:3], _PUPIL, *_FINALS, ("Впервые увидено, UTC", run_began("r.seen_from")),
         ("Не видно с, UTC", run_began("r.missing_from")), ("Перестало быть, UTC", run_began("r.seen_to"))),
        _FINALS_EVER,
    ),
    View(
        "v_read", "Чтения: что читали, когда и как прошло",
        (
            ("Что", in_words("j.kind", KINDS)),
            ("Класс", _last("school_class", "class_id", "coalesce(j.class_id, g.class_id)")),
            ("Предмет", "g.subject_name"),
            ("Журнал", "g.name"),
            ("Период", f"coalesce({_last('term', 'term_id', 'j.term_id')},"
                       " substr(j.month, 1, 4) || '-' || substr(j.month, 5))"),
            ("Прогон", "r.run_id"),
            ("Начали, UTC", _unix("r.began")),
            ("Кончили, UTC", _unix("r.ended")),
            ("Изменилось записей", "r.changed_rows"),
            ("Как прошло", "coalesce(r.error, CASE WHEN r.changed_rows THEN 'прочитано' ELSE 'без изменений' END)"),
        ),
        "FROM scope j\n"
        "LEFT JOIN subject_group g ON g.subject_group_id = j.subject_group_id AND g.seen_from = (\n"
        "  SELECT max(seen_from) FROM subject_group newest WHERE newest.subject_group_id = j.subject_group_id\n"
        ")\n"
        "CROSS JOIN scope_read r ON r.scope_id = j.scope_id",
    ),
)  # fmt: skip
"""What the mirror's own tables show."""
