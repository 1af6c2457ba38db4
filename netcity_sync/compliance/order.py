"""The held lessons of a journal in their order, and the marks «2» at them: tables that several rules look at."""

from netcity_sync.compliance.bench import Bench

ABSENT = "a.code NOT IN ('late', 'remote', 'exempt')"
"""Who carries such a code was not at the lesson at all."""

MISSED = "a.code NOT IN ('late', 'remote')"
"""Missed codes (docs/checks.md)."""

_NUMBERED = """
CREATE TEMP TABLE IF NOT EXISTS numbered AS
SELECT h.subject_group_id, h.term_id, h.lesson_id, h.date, h.slot, row_number() OVER (
    PARTITION BY h.subject_group_id, h.term_id ORDER BY h.date, h.slot, h.lesson_id) AS place
FROM journal j CROSS JOIN held h USING (subject_group_id, term_id) WHERE j.marked AND h.held
"""

_TWO = """
CREATE TEMP TABLE IF NOT EXISTS two AS
SELECT DISTINCT m.subject_group_id, m.term_id, m.student_id, n.lesson_id, n.date, n.slot, n.place, p.first_day, s.name
FROM journal j
CROSS JOIN as_of_mark m ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
CROSS JOIN numbered n
  ON n.subject_group_id = m.subject_group_id AND n.term_id = m.term_id AND n.lesson_id = m.lesson_id
CROSS JOIN listed p
  ON p.subject_group_id = m.subject_group_id AND p.term_id = m.term_id AND p.student_id = m.student_id
LEFT JOIN as_of_student s ON s.student_id = m.student_id
WHERE j.marked AND m.value = 2 AND NOT m.missing AND n.date >= p.first_day
"""


def fill_numbered(bench: Bench) -> None:
    """The table `numbered`: held lessons of marked journals, with their place in the journal's term, from 1."""
    bench.connection.execute(_NUMBERED)
    bench.connection.execute(
        "CREATE UNIQUE INDEX IF NOT EXISTS temp.numbered_key ON numbered (subject_group_id, term_id, lesson_id)"
    )
    bench.connection.execute(
        "CREATE UNIQUE INDEX IF NOT EXISTS temp.numbered_place ON numbered (subject_group_id, term_id, place)"
    )


def fill_twos(bench: Bench) -> None:
    """The tables `numbered` and `two`: pupils on the list who have a «2» at a held lesson that counts for them."""
    fill_numbered(bench)
    bench.connection.execute(_TWO)
