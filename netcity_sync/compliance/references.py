"""REF: lists of classes, class teachers, teachers of journals, the timetable as a whole, the school year."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation, Whose
from netcity_sync.compliance.lessons import read_proof
from netcity_sync.compliance.movement import Change, year_classes
from netcity_sync.compliance.orders import read_movements
from netcity_sync.compliance.registry import Param, Unit, rule, stale_days
from netcity_sync.model import MovementKind
from netcity_sync.russian import day_month, full_date, plural, short_name
from netcity_sync.settings import Role

_NAME_PARTS, _FULL_NAME_PARTS = 2, 3

_ON_TWO_LISTS = """
SELECT one.*, group_concat(other.class_name, ', ') AS others
FROM known_pupil one JOIN known_pupil other ON other.student_id = one.student_id AND other.class_id <> one.class_id
GROUP BY one.class_id, one.student_id
"""

_NAMESAKES = """
SELECT k.*, max(k.student_id) AS newest FROM known_pupil k WHERE k.namesakes > 1
GROUP BY k.class_id, k.name_key
"""

_MARKED_AFTER_LEAVING = """
WITH gone AS MATERIALIZED (
  SELECT c.class_id, c.class_name, c.roster_run AS read_run, c.roster_at AS read_at, NULL AS payload_hash,
    v.student_id, max(local_date(r.ended)) AS left_on
  FROM class_read c
  JOIN main.scope s ON s.class_id = c.class_id AND s.kind = 'roster'
  CROSS JOIN main.enrolment v ON v.class_id = c.class_id AND v.seen_to <= :run
  JOIN main.scope_read r ON r.scope_id = s.scope_id AND r.run_id = coalesce(v.missing_from, v.seen_to)
  WHERE v.student_id NOT IN (SELECT student_id FROM as_of_enrolment)
  GROUP BY c.class_id, v.student_id
)
SELECT gone.*, n.name, count(*) AS marks
FROM gone
CROSS JOIN journal j ON j.class_id = gone.class_id
CROSS JOIN as_of_group_student p ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id
  AND p.student_id = gone.student_id AND NOT p.missing
CROSS JOIN as_of_mark m ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
  AND m.student_id = gone.student_id AND m.value IS NOT NULL AND NOT m.missing
CROSS JOIN held h ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id AND h.lesson_id = m.lesson_id
  AND h.date > gone.left_on
LEFT JOIN as_of_student n ON n.student_id = gone.student_id
GROUP BY gone.class_id, gone.student_id
"""
"""Pupils on no list, with the day on which a list first lacked them, and given marks at later lessons."""


@rule(
    "REF-01", clause="3.3, 6.5", title="Неполные данные ученика", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В списке класса у ученика нет имени или фамилии (меньше двух слов). К сведению: нет отчества (два слова)"
    " там, где оно есть хотя бы у половины класса.",
    example="5А: Иванов — в списке класса нет имени или фамилии",
    recipients=(Role.CLASS_TEACHER,), cadence="m", needs=(), unit=Unit.ROSTER, about_pupils=True,
)  # fmt: skip
def incomplete_name(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, чьи имена в списке класса неполны.

    Дат рождения, документов и сведений о родителях программа не читает и не хранит, поэтому о них не судит. Отчества
    может не быть и по закону: это к сведению, чтобы класс проверил.
    """
    pupils = bench.rows("SELECT * FROM known_pupil WHERE roster_fresh ORDER BY class_id, student_id")
    full: dict[int, list[bool]] = {}
    for row in pupils:
        full.setdefault(row["class_id"], []).append(len(row["name"].split()) >= _FULL_NAME_PARTS)
    for row in pupils:
        parts = len(row["name"].split())
        of_class = full[row["class_id"]]
        place = Place(class_id=row["class_id"], student_id=row["student_id"])
        where = f"{row['class_name']}: {short_name(row['name'])}"
        if parts < _NAME_PARTS:
            words = f"{where} — в списке класса нет имени или фамилии"
            yield Violation(place, Severity.WARN, words, read_proof(row))
        elif parts < _FULL_NAME_PARTS and 2 * sum(of_class) >= len(of_class):
            yield Violation(place, Severity.INFO, f"{where} — в списке класса нет отчества", read_proof(row))


@rule(
    "REF-02", clause="3.3", title="Ученик в двух классах, дубль или выбыл, но с отметками", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="Ученик стоит в списках двух классов; или его нет ни в одном списке, а в журнале класса у него отметки за"
    " уроки после дня, в который он пропал из списка. К сведению: в списке класса двое с одинаковым полным именем.",
    example="7А: Орлова А. числится и в 7Б",
    recipients=(Role.ADMINISTRATOR, Role.CLASS_TEACHER), cadence="w",
    needs=(Capability.LESSONS, Capability.MARKS), unit=Unit.ROSTERS, about_pupils=True,
)  # fmt: skip
def wrong_lists(bench: Bench) -> Iterator[Violation]:
    """Сверяет списки классов между собой и с журналами.

    Судит, когда прочитаны списки всех классов: тот, кого перевели, виден только по двум сразу. Выбывший остаётся в
    журнале со своими отметками, это не ошибка; ошибка — отметки за уроки, которых он не мог посетить.
    """
    if bench.rows("SELECT 1 FROM class_read WHERE NOT roster_fresh"):
        return
    for row in bench.rows(_ON_TWO_LISTS):
        yield Violation(
            Place(class_id=row["class_id"], student_id=row["student_id"], key="two-classes"),
            Severity.WARN,
            f"{row['class_name']}: {short_name(row['name'])} числится и в {row['others']}",
            read_proof(row),
        )
    for row in bench.rows(_MARKED_AFTER_LEAVING, run=bench.run_id):
        yield Violation(
            Place(class_id=row["class_id"], student_id=row["student_id"], key="left"),
            Severity.WARN,
            f"{row['class_name']}: {short_name(row['name'] or '')} — в списках классов нет с"
            f" {full_date(date.fromisoformat(row['left_on']))}, а в журналах"
            f" {plural(row['marks'], 'отметка', 'отметки', 'отметок')} за более поздние уроки",
            read_proof(row),
        )
    for row in bench.rows(_NAMESAKES):
        times = plural(row["namesakes"], "раз", "раза", "раз")
        yield Violation(
            Place(class_id=row["class_id"], student_id=row["newest"], key="namesake"),
            Severity.INFO,
            f"{row['class_name']}: {short_name(row['name'])} — полное имя стоит в списке класса {times}",
            read_proof(row),
        )


@rule(
    "REF-03", clause="4.6", title="Движение без приказа", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Ученик прибыл, выбыл или перешёл в другой класс, до дня, в который взята таблица «Приказы о движении»,"
    " прошло больше days дней, а в таблице о нём нет строки или в ней нет номера или даты приказа. Таблица, которой"
    " больше stale_days дней, — «нет данных».",
    example="7А: Иванов И. — выбыл(а) 10.10, номер приказа не указан",
    params=(
        Param("days", 7, "Сколько дней даётся, чтобы издать приказ и внести его в таблицу.", 0, 366),
        stale_days(31),
    ),
    recipients=(Role.ADMINISTRATOR,), cadence="w", needs=(Capability.ENROLMENT_ORDERS,), unit=Unit.ROSTERS,
    about_pupils=True,
)  # fmt: skip
def movement_without_order(bench: Bench) -> Iterator[Violation]:
    """Сверяет движение учеников, как его показывают списки классов, с таблицей приказов.

    Судит, когда прочитаны списки всех классов: перевод виден только по двум сразу. Зачисленные к началу учебного года
    не в счёт, как и те, чьё имя в классе носил ещё кто-то.
    """
    taken = bench.taken(Capability.ENROLMENT_ORDERS)
    if taken is None or bench.rows("SELECT 1 FROM class_read WHERE NOT roster_fresh"):
        return
    classes = {item.class_id: item.name for item in year_classes(bench)}
    seen: Counter[tuple[int, int, str]] = Counter()
    for item in read_movements(bench).found:
        change, class_id = item.change, item.change.classes[0]
        key = change.kind.value
        seen[class_id, change.student_id, key] += 1
        times = seen[class_id, change.student_id, key]
        if item.lack is None or (taken.day - change.day).days <= bench.param("days"):
            continue
        yield Violation(
            Place(class_id=class_id, student_id=change.student_id, key=key if times == 1 else f"{key}-{times}"),
            Severity.WARN,
            f"{classes[class_id]}: {short_name(change.name)} — {_moved_words(change, classes)}, {item.lack}",
            taken.proof,
        )


def _moved_words(change: Change, classes: Mapping[int, str]) -> str:
    """«выбыл(а) 10.10»."""
    what = {
        MovementKind.ARRIVED: "прибыл(а)",
        MovementKind.LEFT: "выбыл(а)",
        MovementKind.MOVED: f"переведён(а) в {classes[change.classes[-1]]}",
    }[change.kind]
    return f"{what} {'' if change.exact else 'не позднее '}{day_month(change.day)}"


@rule(
    "REF-04", clause="4.6", title="Класс без классного руководителя, журнал без учителя", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="У класса, в котором ведётся хотя бы один журнал, нет классного руководителя; или у журнала нет учителя.",
    example="1Г: нет классного руководителя",
    recipients=(Role.ADMINISTRATOR,), cadence="w", needs=(Capability.LESSONS,), unit=Unit.DICTIONARIES,
)  # fmt: skip
def nobody_appointed(bench: Bench) -> Iterator[Violation]:
    """Находит классы без классного руководителя и журналы, за которые никто не отвечает.

    Учителей без учётной записи не находит: списка всех учётных записей не даёт ни один источник.
    """
    for row in bench.rows(
        "SELECT c.class_id, c.class_name, d.* FROM class_read c CROSS JOIN dictionary_read d WHERE d.fresh"
        " AND EXISTS (SELECT 1 FROM journal j WHERE j.class_id = c.class_id)"
        " AND NOT EXISTS (SELECT 1 FROM as_of_class_chief k WHERE k.class_id = c.class_id)"
    ):
        words = f"{row['class_name']}: нет классного руководителя"
        yield Violation(Place(class_id=row["class_id"]), Severity.VIOL, words, read_proof(row))
    for row in bench.rows(
        "SELECT DISTINCT j.subject_group_id, j.class_id, j.class_name, j.group_name, j.subject_name, d.*"
        " FROM journal j CROSS JOIN dictionary_read d WHERE d.fresh"
        " AND NOT EXISTS (SELECT 1 FROM as_of_subject_group_teacher t WHERE t.subject_group_id = j.subject_group_id)"
    ):
        yield Violation(
            Place(class_id=row["class_id"], key=f"journal-{row['subject_group_id']}"),
            Severity.VIOL,
            f"{row['class_name']}, {row['group_name']}: у журнала нет учителя",
            read_proof(row),
            Whose(row["class_id"], row["class_name"], row["subject_name"]),
        )


@rule(
    "REF-05", clause="4.6", title="Расписания нет", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Учебный период идёт days-й день или дольше, а ни в одном журнале класса нет ни одного его урока.",
    example="7А, 1 четверть: в журналах нет ни одного урока",
    params=(Param("days", 3, "С какого дня учебного периода искать расписание.", 1, 60),),
    recipients=(Role.ADMINISTRATOR, Role.DEPUTY), cadence="w", needs=(Capability.LESSONS,), unit=Unit.CLASS,
)  # fmt: skip
def no_timetable(bench: Bench) -> Iterator[Violation]:
    """Находит классы, на которые в учебном периоде нет расписания.

    Совпадает ли расписание с часами учебного плана, программа не знает: учебного плана не даёт ни один источник.
    """
    begun = (bench.today - timedelta(days=int(bench.param("days")) - 1)).isoformat()
    for row in bench.rows(
        "SELECT j.*, c.class_id AS own_class_id, c.class_name AS own_class_name, max(j.read_at) AS newest"
        " FROM class_read c CROSS JOIN class_journal k ON k.class_id = c.class_id"
        " CROSS JOIN journal j USING (subject_group_id, term_id)"
        " WHERE c.fresh AND j.term_start <= :begun AND j.term_end >= :today"
        " GROUP BY c.class_id, j.term_id"
        " HAVING NOT EXISTS (SELECT 1 FROM class_journal o CROSS JOIN as_of_lesson l"
        "   USING (subject_group_id, term_id) WHERE o.class_id = c.class_id AND o.term_id = j.term_id)",
        begun=begun, today=bench.today.isoformat(),
    ):  # fmt: skip
        yield Violation(
            Place(class_id=row["own_class_id"], key=f"term-{row['term_id']}"),
            Severity.WARN,
            f"{row['own_class_name']}, {row['term_name']}: в журналах нет ни одного урока",
            read_proof(row),
        )


@rule(
    "REF-06", clause="4.6", title="Учебный год не закрыт", kind=RuleKind.STATE, severity=Severity.CRIT,
    formula="Последний день учебного года прошёл, а в «Сетевом городе» год не закрыт и следующий не открыт.",
    example="Учебный год 2026/2027 кончился 31.08.2027, но не закрыт, а следующий не открыт",
    recipients=(Role.ADMINISTRATOR, Role.IKT_DEPUTY, Role.DEPUTY), cadence="y", needs=(),
    unit=Unit.DICTIONARIES,
)  # fmt: skip
def year_not_closed(bench: Bench) -> Iterator[Violation]:
    """Напоминает закрыть учебный год. Пустые итоговые отметки, которые этому мешают, находит FIN-01."""
    for row in bench.rows(
        'SELECT y.name, y."end" AS last, d.* FROM as_of_school_year y CROSS JOIN dictionary_read d'
        ' WHERE d.fresh AND NOT y.missing AND NOT y.closed AND y."end" < :today'
        ' AND NOT EXISTS (SELECT 1 FROM as_of_school_year n WHERE n.start > y."end")',
        today=bench.today.isoformat(),
    ):
        yield Violation(
            Place(key=row["name"]),
            Severity.CRIT,
            f"Учебный год {row['name']} кончился {full_date(date.fromisoformat(row['last']))}, но не закрыт,"
            " а следующий не открыт",
            read_proof(row),
        )
