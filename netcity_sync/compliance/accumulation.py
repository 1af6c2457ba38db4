"""ACC: whether enough marks accumulate (rules.md §7.2)."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.accumulation_norms import needed_now, norm
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words, lesson_words, read_proof
from netcity_sync.compliance.marks import ATTENDED, lessons_words, pupil_facts, pupil_place, pupil_words
from netcity_sync.compliance.registry import Applies, Param, Unit, rule
from netcity_sync.compliance.sql_functions import add_function
from netcity_sync.model import TermKind
from netcity_sync.russian import number, plural, plural_word, short_name
from netcity_sync.settings import Role

_NEEDS = (Capability.LESSONS, Capability.MARKS, Capability.ATTENDANCE)
_LESSONS = Param("lessons", 4, "Раньше стольких проведённых уроков накопляемость не судят.", 1, 200)
_PUPILS = Param("pupils", 5, "Журнал с меньшим числом учеников, о которых можно судить, не в счёт.", 1, 100)
_AT_NORM = Param("at_norm", 0.8, "У какой доли учеников отметок должно быть по норме.", 0.0, 1.0)
_SETTINGS = ("accumulation.preset", "accumulation.quarter_norm", "accumulation.half_year_norm", "deadlines.lesson")


_JUDGED = """
SELECT p.*, norm.whole, needed_now(norm.whole, p.counted, p.planned) AS needed
FROM journal k CROSS JOIN norm USING (subject_group_id, term_id) CROSS JOIN pupil p USING (subject_group_id, term_id)
WHERE k.fresh AND k.roster_fresh AND p.counted >= :least AND p.attended >= :attended
"""
"""Pupils whose marks may be counted by now: the norm of the term, what of it is due; journal by journal."""


def _judged(bench: Bench, query: str, **values: float) -> list[sqlite3.Row]:
    """The rows of a query over `judged`."""
    _fill_norms(bench)
    numbers = {"least": bench.param("lessons"), "attended": bench.param("attended")} | values
    return bench.rows(f"WITH judged AS ({_JUDGED}) {query}", **numbers)


def _fill_norms(bench: Bench) -> None:
    """The table `norm`: the marks that a journal's pupils should have by the end of a term."""
    weeks = weeks_of_terms(bench)
    add_function(bench.connection, needed_now.__name__, needed_now)
    bench.connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS norm (subject_group_id INTEGER, term_id INTEGER, whole INTEGER,"
        " PRIMARY KEY (subject_group_id, term_id)) WITHOUT ROWID"
    )
    bench.connection.executemany(
        "INSERT OR IGNORE INTO norm VALUES (?, ?, ?)",
        [
            (
                row["subject_group_id"], row["term_id"],
                norm(bench.settings.accumulation, TermKind(row["term_kind"]), row["planned"], weeks[row["term_id"]]),
            )
            for row in bench.rows("SELECT * FROM counts JOIN journal USING (subject_group_id, term_id)")
        ],
    )  # fmt: skip


def _class_counts(bench: Bench) -> list[sqlite3.Row]:
    """How many pupils of a journal may be judged (`pupils`), where these are enough to speak of a class.

    Beside it how many of them have marks enough (`enough`).
    """
    return _judged(
        bench,
        "SELECT c.pupils, c.enough, j.* FROM ("
        " SELECT subject_group_id, term_id, count(*) AS pupils, sum(marks + unconfirmed >= needed) AS enough"
        " FROM judged GROUP BY subject_group_id, term_id HAVING count(*) >= :pupils"
        ") c CROSS JOIN journal j USING (subject_group_id, term_id)",
        pupils=bench.param("pupils"),
    )


@rule(
    "ACC-01", clause="4.4", title="Накопляемость ниже нормы", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Отметок меньше, чем max(1, норма × проведено уроков ÷ уроков в периоде), с округлением вверх;"
    " проведено уроков не меньше lessons, ученик посетил не меньше attended из них. Если проведены все уроки периода —"
    " нарушение.",
    example="10Б, Алгебра: Иванов И. — 4 отметки из 7 за 30 уроков (1 полугодие)",
    params=(_LESSONS, ATTENDED), settings=_SETTINGS, recipients=(Role.TEACHER, Role.DEPUTY), cadence="w",
    needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def too_few_marks(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, у которых отметок меньше нормы с учётом того, какая часть периода прошла.

    Норма зависит от числа уроков в неделю. Не касается 1 класса, предметов без отметок, недавно прибывших и тех, кто
    почти не посещал уроки.
    """
    for row in _judged(
        bench,
        "SELECT p.*, s.name, c.held AS held_lessons, j.* FROM judged p JOIN journal j USING (subject_group_id, term_id)"
        " JOIN counts c USING (subject_group_id, term_id) LEFT JOIN as_of_student s USING (student_id)"
        " WHERE p.marks + p.unconfirmed < p.needed",
    ):
        over = row["held_lessons"] == row["planned"]
        yield Violation(
            pupil_place(row),
            Severity.VIOL if over else Severity.WARN,
            f"{pupil_words(row)} — {plural(row['marks'], 'отметка', 'отметки', 'отметок')} из {row['needed']}"
            f" {lessons_words(row)}",
            read_proof(
                row, *pupil_facts(row), ("Норма за период", str(row["whole"])),
                ("Нужно к этому дню", str(row["needed"])),
            ),
        )  # fmt: skip


@rule(
    "ACC-02", clause="5.2", title="Накопляемость класса ниже нормы", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Отметок по норме (ACC-01) меньше чем у доли at_norm учеников журнала, о которых можно судить (проведено не"
    " меньше lessons уроков, посещено не меньше attended); таких учеников не меньше pupils.",
    example="8А, Химия: отметок по норме у 13 из 21 ученика (62 %), 1 четверть",
    params=(_LESSONS, ATTENDED, _PUPILS, _AT_NORM), settings=_SETTINGS, recipients=(Role.TEACHER, Role.DEPUTY),
    cadence="m", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def class_below_norm(bench: Bench) -> Iterator[Violation]:
    """Находит журналы, в которых отметок хватает меньше чем у четырёх пятых учеников.

    Считаются те же ученики, что и в ACC-01: без недавно прибывших и тех, кто почти не посещал уроки.
    """
    for row in _class_counts(bench):
        if row["enough"] >= bench.param("at_norm") * row["pupils"]:
            continue
        yield Violation(
            Place(row["subject_group_id"], row["term_id"]),
            Severity.WARN,
            f"{journal_words(row)}: отметок по норме у {row['enough']} из"
            f" {plural(row['pupils'], 'ученика', 'учеников', 'учеников')}"
            f" ({number(100 * row['enough'] / row['pupils'], 0)} %), {row['term_name']}",
            read_proof(row),
        )


@rule(
    "ACC-03", clause="4.4", title="На уроке почти нет отметок", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Урок проведён, контрольной на нём нет, в журнале не меньше pupils учеников, а отметок за урок меньше"
    " marks.",
    example="8А, Химия, 14.10 (2-й урок): 1 отметка на 27 человек",
    params=(
        Param("marks", 3, "Сколько отметок должно быть за урок.", 1, 100),
        Param("pupils", 8, "Журнал с меньшим числом учеников не проверяется.", 1, 100),
    ),
    settings=("deadlines.lesson",), recipients=(Role.TEACHER,), cadence="m",
    needs=(Capability.LESSONS, Capability.MARKS), applies=Applies.MARKED, about_pupils=True, enabled=False,
)  # fmt: skip
def lesson_without_marks(bench: Bench) -> Iterator[Violation]:
    """Находит уроки, на которых почти никто не получил отметки. По умолчанию выключено: так бывает на многих уроках."""
    query = """
    WITH list AS (
      SELECT subject_group_id, term_id, count(*) AS pupils FROM listed GROUP BY subject_group_id, term_id
    ), given AS (
      SELECT m.subject_group_id, m.term_id, m.lesson_id, count(*) AS marks
      FROM journal j CROSS JOIN as_of_mark m USING (subject_group_id, term_id)
      WHERE j.marked AND m.value IS NOT NULL GROUP BY m.subject_group_id, m.term_id, m.lesson_id
    )
    SELECT h.lesson_id, h.date, h.slot, coalesce(given.marks, 0) AS marks, list.pupils, j.* FROM journal j
    CROSS JOIN list USING (subject_group_id, term_id)
    CROSS JOIN held h USING (subject_group_id, term_id)
    LEFT JOIN given ON given.subject_group_id = h.subject_group_id AND given.term_id = h.term_id
      AND given.lesson_id = h.lesson_id
    WHERE j.fresh AND j.roster_fresh AND j.marked AND h.held AND NOT h.control AND list.pupils >= :pupils
      AND coalesce(given.marks, 0) < :marks
    """
    for row in bench.rows(query, pupils=bench.param("pupils"), marks=bench.param("marks")):
        marks = plural(row["marks"], "отметка", "отметки", "отметок") if row["marks"] else "ни одной отметки"
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.INFO,
            f"{lesson_words(row)}: {marks} на {plural(row['pupils'], 'человека', 'человека', 'человек')}",
            read_proof(row),
        )


@rule(
    "ACC-04", clause="5.2", title="У учителя много классов ниже нормы", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Из журналов учителя в периоде, о которых можно судить (ACC-02 с числами lessons, attended и pupils), у"
    " больше чем доли below отметок по норме меньше чем у доли at_norm учеников; таких журналов не меньше journals, и"
    " все журналы учителя с отметками прочитаны.",
    example="Учебнова Е.: накопляемость ниже нормы в 3 из 7 журналов (43 %), 1 четверть",
    params=(
        _LESSONS, ATTENDED, _PUPILS, _AT_NORM,
        Param("journals", 3, "О меньшем числе журналов ничего не говорится.", 1, 50),
        Param("below", 0.3, "Больше какой доли журналов ниже нормы — уже много.", 0.0, 1.0),
    ),
    settings=_SETTINGS, recipients=(Role.DEPUTY,), cadence="m", needs=(*_NEEDS, Capability.ROSTER),
    applies=Applies.MARKED, unit=Unit.TEACHER,
)  # fmt: skip
def teacher_below_norm(bench: Bench) -> Iterator[Violation]:
    """Находит учителей, у которых накопляемость ниже нормы больше чем в трети классов.

    Если хотя бы один журнал учителя не прочитан, о нём ничего не говорится.
    """
    counts = {(row["subject_group_id"], row["term_id"]): row for row in _class_counts(bench)}
    for (staff_id, term_id), rows in groupby(_journals_of_teachers(bench), key=lambda row: (row[0], row["term_id"])):
        journals = list(rows)
        keys = [(row["subject_group_id"], term_id) for row in journals]
        judged = [counts[key] for key in keys if key in counts]
        below = sum(item["enough"] < bench.param("at_norm") * item["pupils"] for item in judged)
        enough = len(judged) >= bench.param("journals") and all(row["readable"] for row in journals)
        if not enough or below <= bench.param("below") * len(judged):
            continue
        newest = max(journals, key=lambda row: row["read_at"])
        of_all = plural_word(len(judged), "журнала", "журналов", "журналов")
        yield Violation(
            Place(term_id=term_id, staff_id=staff_id),
            Severity.WARN,
            f"{short_name(newest['teacher'] or '')}: накопляемость ниже нормы в {below} из {len(judged)} {of_all}"
            f" ({number(100 * below / len(judged), 0)} %), {newest['term_name']}",
            read_proof(newest),
        )


def _journals_of_teachers(bench: Bench) -> list[sqlite3.Row]:
    """The marked journals of each teacher in each term, and whether they could be read."""
    return bench.rows(
        "SELECT t.staff_id, s.name AS teacher, j.fresh AND j.roster_fresh AS readable, j.* FROM journal j"
        " CROSS JOIN as_of_subject_group_teacher t USING (subject_group_id) LEFT JOIN as_of_staff s USING (staff_id)"
        " WHERE j.marked ORDER BY t.staff_id, j.term_id, j.subject_group_id"
    )


def weeks_of_terms(bench: Bench) -> dict[int, int]:
    """Weeks, Monday to Sunday, with a school day inside each term."""
    days = [
        date.fromisoformat(row["date"])
        for row in bench.rows(
            "SELECT DISTINCT date FROM journal CROSS JOIN as_of_lesson USING (subject_group_id, term_id)"
            " WHERE NOT as_of_lesson.missing"
        )
    ]
    weeks = {}
    for row in bench.rows('SELECT term_id, start, "end" AS last FROM as_of_term'):
        first, last = date.fromisoformat(row["start"]), date.fromisoformat(row["last"])
        inside = (day for day in days if first <= day <= last and day in bench.school_days)
        weeks[row["term_id"]] = len({day - timedelta(days=day.weekday()) for day in inside})
    return weeks
