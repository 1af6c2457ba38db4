"""MRK: whether pupils have marks, whether these came in time, and whether they can be what they are."""

import sqlite3
from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.entry import LATE, late_proof, late_words
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words, lesson_words, read_proof
from netcity_sync.compliance.registry import Applies, Param, rule
from netcity_sync.russian import plain, plural, short_name
from netcity_sync.settings import Role, WorkDeadline

_SHORT_TEXT = 6
_NEEDS = (Capability.LESSONS, Capability.MARKS, Capability.ATTENDANCE)
_RECIPIENTS = (Role.TEACHER, Role.CLASS_TEACHER, Role.DEPUTY)

ATTENDED = Param("attended", 3, "Кто посетил меньше уроков, того не судят.", 0, 200)

PUPILS = (
    "SELECT p.*, s.name, c.held AS held_lessons, j.* FROM pupil p JOIN journal j USING (subject_group_id, term_id)"
    " JOIN counts c USING (subject_group_id, term_id) LEFT JOIN as_of_student s USING (student_id)"
    " WHERE j.fresh AND j.roster_fresh"
)
"""Pupils that may be judged."""


def pupil_place(row: sqlite3.Row) -> Place:
    """A pupil in a journal and term."""
    return Place(row["subject_group_id"], row["term_id"], student_id=row["student_id"])


def pupil_words(row: sqlite3.Row) -> str:
    """«8А, Химия: Иванов И.»."""
    return f"{journal_words(row)}: {short_name(row['name'] or '')}"


def lessons_words(row: sqlite3.Row) -> str:
    """«за 9 уроков (1 четверть)»."""
    return f"за {plural(row['counted'], 'урок', 'урока', 'уроков')} ({row['term_name']})"


def pupil_facts(row: sqlite3.Row) -> tuple[tuple[str, str], ...]:
    """The counts that a finding about a pupil's marks rests on."""
    return (
        ("Уроков проведено", str(row["counted"])),
        ("Из них посещено", str(row["attended"])),
        ("Отметок", str(row["marks"])),
    )


@rule(
    "MRK-01", clause="3.5", title="Ученик без отметок", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="В периоде нет ни одной отметки, проведено уроков не меньше lessons (или половины уроков периода, если это"
    " меньше), и ученик посетил не меньше attended из них (или все, если порог меньше attended).",
    example="8А, Химия: Иванов И. — ни одной отметки за 9 уроков (1 четверть)",
    params=(Param("lessons", 4, "После стольких проведённых уроков отметка должна быть.", 1, 200), ATTENDED),
    settings=("deadlines.lesson",),
    recipients=_RECIPIENTS, cadence="w", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def no_marks(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, у которых в периоде нет ни одной отметки.

    Не касается 1 класса, предметов без отметок, недавно прибывших и тех, кто почти не посещал уроки.
    """
    query = (
        f"{PUPILS} AND p.marks = 0 AND p.unconfirmed = 0 AND p.counted >= min(:least, (p.planned + 1) / 2)"
        " AND p.attended >= CASE WHEN min(:least, (p.planned + 1) / 2) < :attended THEN min(:attended, p.counted)"
        " ELSE :attended END"
    )
    for row in bench.rows(query, least=bench.param("lessons"), attended=bench.param("attended")):
        yield Violation(
            pupil_place(row),
            Severity.VIOL,
            f"{pupil_words(row)} — ни одной отметки {lessons_words(row)}",
            read_proof(row, *pupil_facts(row)),
        )


@rule(
    "MRK-02", clause="3.5", title="Ученик с одной отметкой", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В периоде ровно одна отметка, проведено уроков не меньше lessons, ученик посетил не меньше attended из"
    " них. Когда проведена доля late_share уроков периода — нарушение.",
    example="8А, Химия: Петрова А. — одна отметка за 7 уроков (1 четверть)",
    params=(
        Param("lessons", 6, "После стольких проведённых уроков одной отметки мало.", 1, 200), ATTENDED,
        Param("late_share", 0.7, "Какая доля уроков периода должна пройти, чтобы это стало нарушением.", 0, 1),
    ),
    settings=("deadlines.lesson",),
    recipients=_RECIPIENTS, cadence="w", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def one_mark(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, у которых в периоде единственная отметка.

    Не касается 1 класса, предметов без отметок, недавно прибывших и тех, кто почти не посещал уроки.
    """
    query = f"{PUPILS} AND p.marks = 1 AND p.unconfirmed = 0 AND p.counted >= :least AND p.attended >= :attended"
    for row in bench.rows(query, least=bench.param("lessons"), attended=bench.param("attended")):
        late = row["held_lessons"] >= bench.param("late_share") * row["planned"]
        yield Violation(
            pupil_place(row),
            Severity.VIOL if late else Severity.WARN,
            f"{pupil_words(row)} — одна отметка {lessons_words(row)}",
            read_proof(row, *pupil_facts(row)),
        )


@rule(
    "MRK-05", clause="4.4", title="Отметка и «Н» в одной клетке", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В последнем чтении у ученика за один урок журнала стоят и отметка, и пропуск; работа не контрольная и не"
    " домашняя, ученик не освобождён, не опоздал и занимался не дистанционно.",
    example="6А, Биология, 09.10 (2-й урок): Иванов И. — стоят и отметка 5, и пропуск «Н»",
    recipients=(Role.TEACHER,), cadence="d", needs=_NEEDS,
)  # fmt: skip
def mark_of_absent(bench: Bench) -> Iterator[Violation]:
    """Находит отметки за урок, на котором ученика по тому же журналу не было.

    Не касается контрольных работ и домашних заданий (их сдают позже), опоздавших, освобождённых и занимавшихся
    дистанционно.
    """
    for row in bench.rows(
        "SELECT m.student_id, m.lesson_id, group_concat(m.value, ', ') AS marks, count(*) AS count, s.name, h.date,"
        " h.slot, a.raw AS code, j.* FROM journal j"
        " CROSS JOIN as_of_attendance a USING (subject_group_id, term_id)"
        " CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)"
        " CROSS JOIN as_of_mark m USING (subject_group_id, term_id, student_id, lesson_id)"
        " LEFT JOIN as_of_student s USING (student_id)"
        " WHERE j.fresh AND NOT a.missing AND a.code NOT IN ('late', 'remote', 'exempt') AND NOT h.control"
        " AND m.value IS NOT NULL AND NOT m.missing AND NOT EXISTS (SELECT 1 FROM as_of_assignment w"
        " WHERE w.subject_group_id = m.subject_group_id AND w.term_id = m.term_id"
        " AND w.assignment_id = m.assignment_id AND w.homework)"
        " GROUP BY m.subject_group_id, m.term_id, m.student_id, m.lesson_id"
    ):
        mark = "отметка" if row["count"] == 1 else "отметки"
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
            Severity.WARN,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — стоят и {mark} {row['marks']},"
            f" и пропуск «{row['code']}»",
            read_proof(row),
        )


@rule(
    "MRK-09", clause="4.4", title="Недопустимое значение отметки", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="В 1 классе стоит отметка или «точка»; во 2–11 классах — не 1–5, не «точка» и не слово журнала.",
    example="4Б, Русский язык, 10.10 (1-й урок): Иванов И. — «5+» вместо отметки",
    recipients=(Role.TEACHER,), cadence="d", needs=(Capability.LESSONS, Capability.MARKS),
)  # fmt: skip
def no_such_mark(bench: Bench) -> Iterator[Violation]:
    """Находит отметки, которых не бывает: любые в 1 классе, в остальных — всё, кроме 1–5, «точки» и слов журнала.

    Слова журнала — «н/а», «зач», «осв», «н/оц» и подобные.
    """
    for row in bench.rows(
        "SELECT m.student_id, m.lesson_id, m.assignment_id, m.value, m.raw, s.name, h.date, h.slot, j.* FROM journal j"
        " CROSS JOIN as_of_mark m USING (subject_group_id, term_id)"
        " CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)"
        " LEFT JOIN as_of_student s USING (student_id)"
        " WHERE j.fresh AND NOT m.missing AND (j.grade = 1 AND (m.value IS NOT NULL OR m.duty)"
        " OR j.marked AND m.raw IS NOT NULL AND is_outside_scale(m.raw))"
    ):
        yield Violation(
            Place(
                row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"],
                row["assignment_id"] or None,
            ),
            Severity.VIOL,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — {_wrong_words(row)}",
            read_proof(row),
        )  # fmt: skip


def _wrong_words(row: sqlite3.Row) -> str:
    """«отметка 5, а в 1 классе отметок не ставят», or «„5+“ вместо отметки»; a long text may be anybody's words."""
    if row["grade"] == 1:
        shown = f"отметка {row['value']}" if row["value"] is not None else "«точка»"
        return f"{shown}, а в 1 классе отметок не ставят"
    return f"«{row['raw']}» вместо отметки" if len(row["raw"]) <= _SHORT_TEXT else "посторонний текст вместо отметки"


@rule(
    "MRK-10", clause="3.5", title="Отметки не внесены в срок", kind=RuleKind.EVENT, severity=Severity.WARN,
    formula="Первая отметка за работу впервые увидена после срока, и в предыдущем чтении, тоже после срока, ни одной"
    " ещё не было. Срок — столько учебных дней после урока, сколько дано на вид работы в этой параллели.",
    example="10Б, Литература, 14.10 (2-й урок): отметки за работу «Сочинение» внесены с опозданием, срок 23.10, а 26.10"
    " 21:00 записи ещё не было (позже на 3 дня)",
    settings=("deadlines.work_types", "deadlines.marks", "sync.journal_access"),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w", needs=(Capability.LESSONS, Capability.MARKS),
    applies=Applies.MARKED,
)  # fmt: skip
def late_marks(bench: Bench) -> Iterator[Violation]:
    """Находит работы, первые отметки за которые точно внесены позже срока.

    Срок зависит от вида работы и класса. Кто писал работу позже, не считается.
    """
    fill_allowed_days(bench)
    entries = """
        SELECT h.subject_group_id, h.term_id, h.lesson_id, h.date, h.slot, a.assignment_id, d.type_name,
          'marks' AS what, d.days, v.first_run
        FROM (
          SELECT j.subject_group_id, j.term_id, j.grade, m.assignment_id, min(m.seen_from) AS first_run
          FROM journal j CROSS JOIN main.mark m
            ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
          WHERE j.marked AND m.value IS NOT NULL AND m.seen_from <= :run
          GROUP BY j.subject_group_id, j.term_id, m.assignment_id
        ) v
        CROSS JOIN as_of_assignment a USING (subject_group_id, term_id, assignment_id)
        CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)
        CROSS JOIN allowed_days d ON d.type_id = a.type_id AND d.grade = v.grade
        WHERE NOT a.homework
    """
    for row in bench.rows(LATE.format(entries=entries), run=bench.run_id):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], assignment_id=row["assignment_id"]),
            Severity.WARN,
            f"{lesson_words(row)}: отметки за работу «{row['type_name']}» внесены с опозданием,"
            f" {late_words(bench, row)}",
            late_proof(row),
        )


def fill_allowed_days(bench: Bench) -> None:
    """The table `allowed_days`: school days allowed for each type of work in each grade."""
    entries = bench.settings.deadlines.work_types
    types = bench.rows("SELECT type_id, name FROM as_of_assignment_type")
    grades = [row["grade"] for row in bench.rows("SELECT DISTINCT grade FROM journal")]
    bench.connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS allowed_days (type_id INTEGER, grade INTEGER, type_name TEXT, days INTEGER,"
        " PRIMARY KEY (type_id, grade)) WITHOUT ROWID"
    )
    bench.connection.executemany(
        "INSERT OR IGNORE INTO allowed_days VALUES (?, ?, ?, ?)",
        [
            (row["type_id"], grade, row["name"], allowed_days(entries, row["name"], grade))
            for row in types
            for grade in grades
        ],
    )


def allowed_days(entries: tuple[WorkDeadline, ...], type_name: str, grade: int) -> int:
    """School days in which marks of a work are due: the longest type that fits, and of these the one for the grade."""
    fitting = [
        item
        for item in entries
        if plain(type_name).startswith(plain(item.type))
        and (item.grades is None or item.grades[0] <= grade <= item.grades[1])
    ]
    best = max(fitting, key=lambda item: (len(item.type), item.grades is not None), default=None)
    return best.school_days if best is not None else 0
