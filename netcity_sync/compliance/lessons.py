"""LSN: what is written about a lesson."""

import sqlite3
from collections.abc import Iterator
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import TOPIC_CHARACTERS, Bench
from netcity_sync.compliance.entry import LATE, late_proof, late_words
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.registry import Param, rule
from netcity_sync.russian import day_month, short_name
from netcity_sync.settings import Role

_CHARACTERS = Param("characters", TOPIC_CHARACTERS, "Запись короче стольких знаков темой не считается.", 1, 200)

LATE_TOPICS = """
SELECT h.subject_group_id, h.term_id, h.lesson_id, h.date, h.slot, 'lesson' AS what, 0 AS days,
  min(v.seen_from) AS first_run
FROM held h CROSS JOIN main.lesson v USING (subject_group_id, term_id, lesson_id)
WHERE length(trim(coalesce(h.topic, ''))) >= :characters AND length(trim(coalesce(v.topic, ''))) >= :characters
  AND v.seen_from <= :run
GROUP BY h.subject_group_id, h.term_id, h.lesson_id
"""
"""When the topics of lessons were entered, for `entry.LATE`; `:characters` are the fewest of a topic."""


def lesson_words(row: sqlite3.Row) -> str:
    """«7Б, Физика, 14.10 (2-й урок)»."""
    return f"{journal_words(row)}, {day_month(date.fromisoformat(row['date']))} ({row['slot']}-й урок)"


def journal_words(row: sqlite3.Row) -> str:
    """«7Б, Физика»."""
    return f"{row['class_name']}, {row['group_name']}"


def read_proof(row: sqlite3.Row, *facts: tuple[str, str]) -> Proof:
    """The proof of a state: the read it was seen in."""
    return Proof(row["read_run"], utc_text(from_unix(row["read_at"])), row["payload_hash"], facts=facts)


@rule(
    "LSN-01", clause="4.4", title="Урок не записан (нет темы)", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="Срок записи урока прошёл, а в теме меньше characters знаков (пробелы по краям не в счёт). Если со дня"
    " урока прошло больше urgent_days дней — срочно.",
    example="7Б, Физика, 14.10 (2-й урок): тема урока не записана",
    params=(_CHARACTERS, Param("urgent_days", 7, "Через столько дней замечание становится срочным.", 1, 365)),
    settings=("deadlines.lesson",),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="d", needs=(Capability.LESSONS, Capability.TOPICS),
)  # fmt: skip
def no_topic(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что в день урока записана его тема."""
    for row in bench.rows(
        "SELECT h.*, j.* FROM held h JOIN journal j USING (subject_group_id, term_id)"
        " WHERE j.fresh AND h.held AND length(trim(coalesce(h.topic, ''))) < :characters",
        characters=bench.param("characters"),
    ):
        day, read = date.fromisoformat(row["date"]), bench.local(row["read_at"]).date()
        grave = (read - day).days > bench.param("urgent_days")
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.CRIT if grave else Severity.VIOL,
            f"{lesson_words(row)}: тема урока не записана",
            read_proof(row),
        )


@rule(
    "LSN-02", clause="4.4", title="Тема урока внесена с опозданием", kind=RuleKind.EVENT, severity=Severity.WARN,
    formula="Тема не короче characters знаков впервые увидена после срока, и в предыдущем чтении, тоже после срока, её"
    " ещё не было.",
    example="9А, Физика, 14.10 (2-й урок): тема внесена с опозданием, срок 14.10, а 16.10 21:00 записи ещё не было"
    " (позже на 2 дня)",
    params=(_CHARACTERS,), settings=("deadlines.lesson", "sync.journal_access"),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w", needs=(Capability.LESSONS, Capability.TOPICS),
)  # fmt: skip
def late_topic(bench: Bench) -> Iterator[Violation]:
    """Находит уроки, тема которых точно внесена позже дня урока.

    Точно — значит, журнал читался после срока, и темы в нём ещё не было. Ночь, когда журнал не удалось прочитать,
    учителю в вину не ставится.
    """
    for row in bench.rows(LATE.format(entries=LATE_TOPICS), run=bench.run_id, characters=bench.param("characters")):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.WARN,
            f"{lesson_words(row)}: тема внесена с опозданием, {late_words(bench, row)}",
            late_proof(row),
        )


@rule(
    "LSN-04", clause="4.4", title="Не указан тип работы у отметки", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="У задания с отметками вида работы нет в справочнике, он пуст или назван «прочее», «другое».",
    example="6В, Музыка, 10.10 (3-й урок): у отметок не указан тип работы («Прочее»)",
    recipients=(Role.TEACHER,), cadence="d", needs=(Capability.LESSONS, Capability.MARKS),
)  # fmt: skip
def vague_work(bench: Bench) -> Iterator[Violation]:
    """Находит работы с отметками, тип которых не указан, неизвестен или назван «прочее», «другое»."""
    for row in bench.rows(
        "SELECT a.assignment_id, a.lesson_id, w.name AS type_name, h.date, h.slot, j.* FROM journal j"
        " CROSS JOIN as_of_assignment a USING (subject_group_id, term_id)"
        " CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)"
        " LEFT JOIN as_of_assignment_type w USING (type_id)"
        " WHERE j.fresh AND NOT a.missing AND NOT a.homework AND is_vague(w.name)"
        " AND EXISTS (SELECT 1 FROM as_of_assignment_type)"
        " AND EXISTS (SELECT 1 FROM as_of_mark m WHERE m.subject_group_id = a.subject_group_id"
        " AND m.term_id = a.term_id AND m.assignment_id = a.assignment_id AND NOT m.missing"
        " AND (m.value IS NOT NULL OR m.duty OR m.raw IS NOT NULL))"
    ):
        named = f" («{row['type_name'].strip()}»)" if (row["type_name"] or "").strip() else ""
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], assignment_id=row["assignment_id"]),
            Severity.VIOL,
            f"{lesson_words(row)}: у отметок не указан тип работы{named}",
            read_proof(row),
        )


@rule(
    "LSN-05", clause="4.4", title="Отметка без назначенного задания", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="В последнем чтении стоит отметка или «точка», у которой нет задания.",
    example="6Б, Музыка, 10.10 (3-й урок): Иванов И. — отметка 4 без задания",
    recipients=(Role.TEACHER,), cadence="d", needs=(Capability.LESSONS, Capability.MARKS),
)  # fmt: skip
def loose_mark(bench: Bench) -> Iterator[Violation]:
    """Находит отметки, которые стоят вне заданий: положение разрешает их только по назначенным заданиям."""
    for row in bench.rows(
        "SELECT m.student_id, m.lesson_id, m.value, s.name, h.date, h.slot, j.* FROM journal j"
        " CROSS JOIN as_of_mark m USING (subject_group_id, term_id)"
        " CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)"
        " LEFT JOIN as_of_student s USING (student_id)"
        " WHERE j.fresh AND m.assignment_id = 0 AND NOT m.missing AND (m.value IS NOT NULL OR m.duty)"
    ):
        mark = f"отметка {row['value']}" if row["value"] is not None else "«точка»"
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
            Severity.VIOL,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — {mark} без задания",
            read_proof(row),
        )
