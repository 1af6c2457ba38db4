"""CHG-04, LSN-08: records made by somebody who does not teach there, by the report on access to the journal.

Who writes the topic on the day of the lesson has most likely given it, and a substitution was not noted: LSN-08 speaks
of that, and CHG-04 of all other records.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_utc_text
from netcity_sync.compliance.access import EDITS, STAFF_NAMES, check_proof, numbers_by_name
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation, Whose
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.russian import class_key, day_month, plain, plural, short_name
from netcity_sync.school_days import local_date
from netcity_sync.settings import Role

_NEEDS = (Capability.JOURNAL_ACCESS, Capability.SUBSTITUTIONS)


@rule(
    "CHG-04", clause="6.4", title="Запись не своего предмета", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В отчёте о доступе запись об уроке сделал сотрудник, который в этом классе этот предмет не ведёт и не вёл,"
    " не классный руководитель класса (allow_class_teacher = 0 — не делать для него исключения) и в этот день в этом"
    " классе никого не замещал. Темы, о которых говорит LSN-08, не в счёт.",
    example="7А, Химия: об уроке 14.10 записи (2 правки) внёс Сидоров Пётр Ильич, он не ведёт этот предмет и не"
    " замещал",
    params=(Param("allow_class_teacher", 1, "1 — классному руководителю можно, 0 — нельзя.", 0, 1),),
    recipients=(Role.DEPUTY,), cadence="w", settings=("sync.journal_access",), needs=_NEEDS, unit=Unit.SCHOOL,
)  # fmt: skip
def entry_by_stranger(bench: Bench) -> Iterator[Violation]:
    """Находит записи, которые сделал учитель не этого предмета.

    Уроки позже дня, когда последний раз взята таблица замен, не оцениваются. Об однофамильцах с тем же именем и
    отчеством правило молчит: отчёт о доступе сообщает только имя.
    """
    noted = _Noted(bench)
    chiefs = _chiefs(bench)
    for row, person in _by_strangers(bench, noted, {} if bench.param("allow_class_teacher") == 0 else chiefs):
        unreflected = person not in chiefs.get(row["class_id"], ()) and not noted.names_lesson(row)
        edits = row["edits"] - (row["topics"] if unreflected else 0)
        if edits == 0:
            continue
        yield Violation(
            _place(row, person),
            Severity.WARN,
            f"{row['class_name']}, {row['subject_name']}: об уроке {day_month(date.fromisoformat(row['lesson_date']))}"
            f" записи ({plural(edits, *EDITS)}) внёс {row['user_name']}, он не ведёт этот предмет и не замещал",
            check_proof(bench),
            whose=Whose(row["class_id"], row["class_name"], row["subject_name"], (person,)),
        )


@rule(
    "LSN-08", clause="4.4", title="Замена не отражена", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="В отчёте о доступе тему в день урока записал сотрудник, который в этом классе этот предмет не ведёт и не"
    " вёл, не классный руководитель класса и в этот день в этом классе никого не замещал, а в таблице замен, взятой"
    " после этого дня, на этот день нет ни одной замены этого предмета в классе.",
    example="7А, Химия, 14.10: по расписанию: Учебнова Е., записал: Сидоров П., замены нет",
    recipients=(Role.ADMINISTRATOR, Role.DEPUTY), cadence="w", settings=("sync.journal_access",), needs=_NEEDS,
    unit=Unit.SCHOOL,
)  # fmt: skip
def unnoted_substitution(bench: Bench) -> Iterator[Violation]:
    """Находит уроки, которые, судя по отчёту о доступе, дал другой учитель, а замена в таблицу не внесена.

    Другие записи того же сотрудника — отметки, посещаемость, темы задним числом — это CHG-04.
    """
    noted = _Noted(bench)
    teachers: dict[tuple[int, str], list[str]] = defaultdict(list)
    for row in bench.rows(_TEACH_NOW):
        teachers[(row["class_id"], row["subject_name"])].append(short_name(row["name"]))
    for row, person in _by_strangers(bench, noted, _chiefs(bench)):
        if not row["topics"] or row["lesson_date"] == noted.known_to or noted.names_lesson(row):
            continue
        day = day_month(date.fromisoformat(row["lesson_date"]))
        planned = ", ".join(teachers[(row["class_id"], row["subject_name"])]) or "никто"
        yield Violation(
            _place(row, person),
            Severity.INFO,
            f"{row['class_name']}, {row['subject_name']}, {day}: по расписанию: {planned},"
            f" записал: {short_name(row['user_name'])}, замены нет",
            check_proof(bench),
            whose=Whose(row["class_id"], row["class_name"], row["subject_name"], (person,)),
        )


_BY_LESSON = """
SELECT a.class_id, c.class_name, a.subject_name, a.user_name, a.lesson_date, sum(a.times) AS edits,
  sum(CASE WHEN substr(a.at, 1, 10) = a.lesson_date AND touched(a.action) = 'lesson' THEN a.times ELSE 0 END) AS topics
FROM class_read c CROSS JOIN as_of_journal_access a ON a.class_id = c.class_id
WHERE a.lesson_date <> '' AND a.lesson_date <= :known_to
GROUP BY a.class_id, a.subject_name, a.user_name, a.lesson_date
"""

_TEACHERS = """
SELECT DISTINCT g.class_id, g.subject_name, t.staff_id
FROM as_of_subject_group g CROSS JOIN main.subject_group_teacher t ON t.subject_group_id = g.subject_group_id
WHERE t.seen_from <= :run
"""

_TEACH_NOW = """
SELECT DISTINCT g.class_id, g.subject_name, s.name
FROM as_of_subject_group g CROSS JOIN as_of_subject_group_teacher t USING (subject_group_id)
CROSS JOIN as_of_staff s USING (staff_id)
WHERE NOT t.missing ORDER BY s.name
"""


_HOSTS = """
SELECT DISTINCT c.class_id, c.class_name, j.class_id AS host_id, j.class_name AS host_name
FROM guest g CROSS JOIN journal j USING (subject_group_id, term_id)
CROSS JOIN class_read c ON c.class_id = g.own_class_id
"""
"""Classes whose pupils are in combined journals, and the classes under which these stand."""


class _Noted:
    """The substitutions that the office noted, by the table as it was last taken, on the day `known_to`.

    One that names a class may be about a combined journal that stands under another class.
    """

    def __init__(self, bench: Bench) -> None:
        takes = bench.rows("SELECT max(read_at) AS at FROM as_of_exchange_take WHERE name = 'substitutions' AND ok")
        taken = takes[0]["at"]
        self.known_to = local_date(from_utc_text(taken), bench.settings.zone).isoformat() if taken else ""
        hosts = defaultdict[str, set[str]](set)
        for row in bench.rows(_HOSTS):
            hosts[class_key(row["class_name"])].add(class_key(row["host_name"]))
        rows = [
            (name, row)
            for row in bench.rows("SELECT class_name, held_on, subject, substitute FROM as_of_substitution")
            for name in {class_key(row["class_name"]), *hosts.get(class_key(row["class_name"]), ())}
        ]
        self._people = {(name, row["held_on"], plain(row["substitute"])) for name, row in rows}
        self._lessons = {(name, row["held_on"], plain(row["subject"])) for name, row in rows}

    def names_user(self, row: sqlite3.Row) -> bool:
        """Whether the user of a touch was a substitute in that class on the day of the lesson."""
        return (class_key(row["class_name"]), row["lesson_date"], plain(row["user_name"])) in self._people

    def names_lesson(self, row: sqlite3.Row) -> bool:
        """Whether somebody, whoever it was, gave that subject in that class for another on the day of the lesson."""
        return (class_key(row["class_name"]), row["lesson_date"], plain(row["subject_name"])) in self._lessons


def _by_strangers(bench: Bench, noted: _Noted, chiefs: dict[int, set[int]]) -> Iterator[tuple[sqlite3.Row, int]]:
    """Touches by class, subject, user and lesson date of certain members of staff who have no business there."""
    staff = numbers_by_name(bench, STAFF_NAMES)
    allowed = defaultdict[tuple[int, str], set[int]](set)
    for row in bench.rows(_TEACHERS, run=bench.run_id):
        allowed[(row["class_id"], row["subject_name"])].add(row["staff_id"])
    for row in bench.rows(_BY_LESSON, known_to=noted.known_to):
        people, teachers = (
            staff.get(plain(row["user_name"]), set()),
            allowed.get((row["class_id"], row["subject_name"])),
        )
        if len(people) != 1 or teachers is None or people <= teachers | chiefs.get(row["class_id"], set()):
            continue
        if not noted.names_user(row):
            (person,) = people
            yield row, person


def _chiefs(bench: Bench) -> dict[int, set[int]]:
    """Who leads a class, or did this year, and who leads those whose pupils are in combined journals of it."""
    chiefs = defaultdict[int, set[int]](set)
    for class_id, staff_id in bench.rows(
        "SELECT class_id, staff_id FROM main.class_chief WHERE seen_from <= :run", run=bench.run_id
    ):
        chiefs[class_id].add(staff_id)
    own = {class_id: frozenset(people) for class_id, people in chiefs.items()}
    for row in bench.rows(_HOSTS):
        chiefs[row["host_id"]] |= own.get(row["class_id"], frozenset())
    return chiefs


def _place(row: sqlite3.Row, person: int) -> Place:
    return Place(class_id=row["class_id"], staff_id=person, day=row["lesson_date"], key=row["subject_name"])
