"""What handed-in tables say of the journals: their names matched once a check (docs/checks.md «Plan», «Replaced»).

| table | a row a … | holds |
|---|---|---|
| `plan_name` | name of a plan, now or ever | class, subject and group as written; whose it is |
| `plan_row` | row of the plan of a journal | what it says |
| `course` | journal, all its terms together | its first term, newest read, whether all are fresh; plan and lessons |
| `substituted` | lesson that somebody else gave | who |

Names that fit no journal, or several, are nobody's.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping

from netcity_sync.compliance.sql_functions import add_function
from netcity_sync.compliance.words import is_instruction, needs_instruction, work_kind
from netcity_sync.mirror.exchange_schema import TABLE_OF_FILE
from netcity_sync.mirror.schema import Table
from netcity_sync.russian import class_key, plain

Key = tuple[str, str]
"""A class and a subject, however they were written."""


def match_names(connection: sqlite3.Connection) -> None:
    """Make the tables; those of the bench must be there."""
    add_function(connection, "plain", plain)
    add_function(connection, "work_kind", work_kind)
    add_function(connection, "needs_instruction", needs_instruction)
    add_function(connection, "is_instruction", is_instruction)
    journals = _journals(connection)
    _match_plans(connection, journals)
    connection.execute(_PLAN_ROW)
    connection.execute("CREATE INDEX temp.plan_row_key ON plan_row (subject_group_id, number)")
    connection.execute(_COURSE)
    connection.execute("CREATE UNIQUE INDEX temp.course_key ON course (subject_group_id)")
    _match_substitutions(connection, journals)


def _journals(connection: sqlite3.Connection) -> Mapping[Key, list[sqlite3.Row]]:
    """The journals of the year by class and subject."""
    found: dict[Key, list[sqlite3.Row]] = defaultdict(list)
    for row in connection.execute(
        "SELECT DISTINCT j.subject_group_id, j.class_id, j.class_name, j.subject_name, j.group_name, g.individual_plan"
        " FROM journal j JOIN as_of_subject_group g USING (subject_group_id)"
    ):
        found[class_key(row["class_name"]), plain(row["subject_name"])].append(row)
    return found


def _fitting(journals: Mapping[Key, list[sqlite3.Row]], class_name: str, subject: str, group: str) -> list[int]:
    """The journals that a name may mean: those called so, or without a group all but individual plans."""
    beside = journals.get((class_key(class_name), plain(subject)), [])
    wanted = plain(group)
    if not wanted:
        return [row["subject_group_id"] for row in beside if not row["individual_plan"]]
    return [
        row["subject_group_id"]
        for row in beside
        if wanted in (plain(row["group_name"]), plain(row["group_name"]).rpartition("/")[2].strip())
    ]


def _match_plans(connection: sqlite3.Connection, journals: Mapping[Key, list[sqlite3.Row]]) -> None:
    connection.execute(
        "CREATE TEMP TABLE plan_name (class_name TEXT, subject TEXT, group_name TEXT,"
        " class_id INTEGER, subject_group_id INTEGER, PRIMARY KEY (class_name, subject, group_name)) WITHOUT ROWID"
    )
    classes = {key[0]: rows[0]["class_id"] for key, rows in journals.items()}
    names = "SELECT DISTINCT class_name, subject, group_name FROM as_of_planned_lesson"
    if _is_kept(connection, TABLE_OF_FILE["plan"]):
        names = "SELECT DISTINCT class_name, subject, group_name FROM main.planned_lesson"
    for class_name, subject, group in connection.execute(names).fetchall():
        fitting = _fitting(journals, class_name, subject, group)
        found = fitting[0] if len(fitting) == 1 else None
        class_id = classes.get(class_key(class_name))
        connection.execute(
            "INSERT INTO plan_name VALUES (?, ?, ?, ?, ?)", [class_name, subject, group, class_id, found]
        )


def _is_kept(connection: sqlite3.Connection, table: Table) -> bool:
    query = "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(query, [table.name]).fetchone() is not None


def _match_substitutions(connection: sqlite3.Connection, journals: Mapping[Key, list[sqlite3.Row]]) -> None:
    connection.execute(
        "CREATE TEMP TABLE substituted (subject_group_id INTEGER, term_id INTEGER, lesson_id INTEGER,"
        " staff_id INTEGER, PRIMARY KEY (subject_group_id, term_id, lesson_id)) WITHOUT ROWID"
    )
    staff = _staff(connection)
    teachers: dict[int, set[int]] = defaultdict(set)
    for group, teacher in connection.execute("SELECT subject_group_id, staff_id FROM as_of_subject_group_teacher"):
        teachers[group].add(teacher)
    for row in connection.execute("SELECT * FROM as_of_substitution").fetchall():
        substitute, absent = staff.get(plain(row["substitute"])), staff.get(plain(row["absent"]))
        groups = _fitting(journals, row["class_name"], row["subject"], row["group_name"])
        lessons = list(_lessons_at(connection, groups, row["held_on"], row["slot"]))
        if len(lessons) > 1 and absent is not None:
            lessons = [item for item in lessons if absent in teachers[item[0]]]
        if substitute is not None and len(lessons) == 1:
            connection.execute("INSERT OR IGNORE INTO substituted VALUES (?, ?, ?, ?)", [*lessons[0], substitute])


def _staff(connection: sqlite3.Connection) -> Mapping[str, int]:
    """The staff by name, less those who share one."""
    named: dict[str, list[int]] = defaultdict(list)
    for key, name in connection.execute("SELECT staff_id, name FROM as_of_staff WHERE NOT missing"):
        named[plain(name)].append(key)
    return {name: keys[0] for name, keys in named.items() if len(keys) == 1}


def _lessons_at(
    connection: sqlite3.Connection, groups: Iterable[int], day: str, slot: int
) -> Iterable[tuple[int, int, int]]:
    for group in groups:
        yield from connection.execute(
            "SELECT subject_group_id, term_id, lesson_id FROM held"
            " WHERE subject_group_id = ? AND date = ? AND slot = ?",
            [group, day, slot],
        )


_PLAN_ROW = """
CREATE TEMP TABLE plan_row AS
SELECT n.subject_group_id, p.number, p.topic, p.planned_on, p.work, coalesce(p.hours, 1.0) AS hours
FROM plan_name n CROSS JOIN as_of_planned_lesson p USING (class_name, subject, group_name)
WHERE n.subject_group_id IS NOT NULL
"""

_COURSE = """
CREATE TEMP TABLE course AS
WITH term AS (
  SELECT subject_group_id, min(t.start) AS first_start, max(t."end") AS last_end, count(*) AS terms
  FROM as_of_subject_group_term s JOIN as_of_term t USING (term_id)
  WHERE NOT s.missing GROUP BY subject_group_id
), begun AS (
  SELECT subject_group_id, count(*) AS terms, min(fresh) AS fresh FROM journal GROUP BY subject_group_id
), first AS (
  SELECT subject_group_id, term_id, min(term_start) AS start FROM journal GROUP BY subject_group_id
), newest AS (
  SELECT subject_group_id, max(read_at) AS read_at, read_run, payload_hash FROM journal GROUP BY subject_group_id
), plan AS (
  SELECT subject_group_id, count(*) AS rows, count(planned_on) AS dated, sum(hours) AS hours,
    min(planned_on) AS first_planned, max(planned_on) AS last_planned
  FROM plan_row GROUP BY subject_group_id
), given AS (
  SELECT l.subject_group_id, sum(NOT l.missing) AS lessons, sum(l.missing) AS unconfirmed
  FROM journal j CROSS JOIN as_of_lesson l USING (subject_group_id, term_id) GROUP BY l.subject_group_id
)
SELECT g.subject_group_id, g.class_id, g.name AS group_name, g.subject_name, c.name AS class_name, c.grade,
  NOT g.individual_plan AND NOT g.extracurricular AS usual, first.term_id AS first_term_id,
  first.start AS first_start, term.last_end,
  begun.fresh, begun.terms = term.terms AS complete, newest.read_at, newest.read_run, newest.payload_hash,
  local_date(newest.read_at) AS read_day, coalesce(plan.rows, 0) AS rows, coalesce(plan.hours, 0) AS hours,
  plan.rows = plan.dated AS dated,
  plan.rows > 0 AND coalesce(first_planned >= term.first_start AND last_planned <= term.last_end, 1) AS planned,
  coalesce(given.lessons, 0) AS lessons, coalesce(given.unconfirmed, 0) AS unconfirmed
FROM begun
JOIN as_of_subject_group g USING (subject_group_id)
JOIN as_of_school_class c ON c.class_id = g.class_id
JOIN first USING (subject_group_id)
JOIN newest USING (subject_group_id)
JOIN term USING (subject_group_id)
LEFT JOIN plan USING (subject_group_id)
LEFT JOIN given USING (subject_group_id)
WHERE newest.read_at IS NOT NULL
"""
