"""HW: what homework says, and for when it is set; as in `homework`, all lessons of a day are one block."""

from collections.abc import Iterator
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.homework_words import is_for_holidays, is_formal, is_long_task, is_none_set
from netcity_sync.compliance.lessons import journal_words, lesson_words, read_proof
from netcity_sync.compliance.registry import Applies, Param, Unit, rule
from netcity_sync.compliance.sql_functions import add_function
from netcity_sync.russian import day_month, plural
from netcity_sync.settings import Role

_NEEDS = (Capability.LESSONS, Capability.HOMEWORK)
_LONGEST_SHOWN = 40
_SUNDAY = 6

_LAST_LESSON = (
    "(SELECT h.lesson_id FROM held h WHERE h.subject_group_id = {0}.subject_group_id AND h.term_id = {0}.term_id"
    " AND h.date = {0}.date ORDER BY h.slot DESC, h.lesson_id DESC LIMIT 1) AS lesson_id"
)

_FORMAL = f"""
SELECT b.date, {_LAST_LESSON.format("b")}, b.text, j.* FROM (
  SELECT g.subject_group_id, g.term_id, g.date, min(a.text) AS text
  FROM journal j
  CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  CROSS JOIN held g ON g.subject_group_id = a.subject_group_id AND g.term_id = a.term_id
    AND g.lesson_id = a.given_at_lesson_id
  CROSS JOIN due ON due.what = 'homework' AND due.days = 0 AND due.date = g.date
  WHERE j.with_homework AND j.fresh AND a.homework AND a.text IS NOT NULL AND due.moment < j.read_at
  GROUP BY g.subject_group_id, g.term_id, g.date
  HAVING NOT min(a.missing) AND min(length(a.text) <= {_LONGEST_SHOWN} AND is_formal(a.text))
) b JOIN journal j USING (subject_group_id, term_id)
"""
"""Days all of whose homework says nothing."""

_DAY = """
CREATE TEMP TABLE IF NOT EXISTS homework_due_day AS
SELECT h.subject_group_id, h.term_id, h.date, row_number() OVER (
    PARTITION BY h.subject_group_id, h.term_id ORDER BY h.date) AS number
FROM journal j CROSS JOIN held h USING (subject_group_id, term_id)
CROSS JOIN due ON due.what = 'homework' AND due.days = 0 AND due.date = h.date
WHERE j.with_homework AND j.fresh AND due.moment < j.read_at
GROUP BY h.subject_group_id, h.term_id, h.date
"""
"""Days of journals whose homework deadline is over, numbered from 1."""

_REPEATED = f"""
WITH given AS MATERIALIZED (
  SELECT DISTINCT day.subject_group_id, day.term_id, day.date, day.number, trim(a.text) AS text
  FROM journal j
  CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  CROSS JOIN held g ON g.subject_group_id = a.subject_group_id AND g.term_id = a.term_id
    AND g.lesson_id = a.given_at_lesson_id
  CROSS JOIN homework_due_day day
    ON day.subject_group_id = g.subject_group_id AND day.term_id = g.term_id AND day.date = g.date
  WHERE j.with_homework AND j.fresh AND a.homework AND NOT a.missing AND a.text IS NOT NULL
), run AS (
  SELECT given.*, number - row_number() OVER (PARTITION BY subject_group_id, term_id, text ORDER BY number) AS run
  FROM given
), long AS (
  SELECT subject_group_id, term_id, text, count(*) AS days, min(date) AS first, min(number) + :least - 1 AS named
  FROM run GROUP BY subject_group_id, term_id, text, run
  HAVING count(*) >= :least AND NOT is_formal(text) AND NOT is_none_set(text)
)
SELECT long.text, long.days, long.first, day.date, {_LAST_LESSON.format("day")}, j.*
FROM long
JOIN homework_due_day day
  ON day.subject_group_id = long.subject_group_id AND day.term_id = long.term_id AND day.number = long.named
JOIN journal j ON j.subject_group_id = long.subject_group_id AND j.term_id = long.term_id
ORDER BY long.subject_group_id, long.term_id, day.date, long.days DESC, long.text
"""
"""The same text on enough days in a row; a row a run, with the day that made it long enough."""

_SET_AT = """
  FROM journal j
  CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  CROSS JOIN held h ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id
    AND h.lesson_id = a.given_at_lesson_id
"""

_LOAD = """
WITH item AS MATERIALIZED (
  SELECT DISTINCT c.class_id, j.class_id AS class_of_journal, j.subject_group_id, j.term_id, g.subject_id, h.date
  FROM class_read c
  CROSS JOIN class_journal k ON k.class_id = c.class_id
  CROSS JOIN journal j ON j.subject_group_id = k.subject_group_id AND j.term_id = k.term_id
  CROSS JOIN as_of_subject_group g ON g.subject_group_id = j.subject_group_id
  CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  CROSS JOIN held h ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id AND h.lesson_id = a.lesson_id
  WHERE c.fresh AND j.with_homework AND NOT g.individual_plan AND a.homework AND NOT a.missing AND a.text IS NOT NULL
    AND NOT is_none_set(a.text)
), crowded AS MATERIALIZED (
  SELECT item.class_id, item.date, most.most FROM item CROSS JOIN school_class_limit most USING (class_id)
  GROUP BY item.class_id, item.date HAVING count(DISTINCT item.subject_id) > most.most
)
SELECT c.class_id, c.class_name, x.date, x.most, max(x.subjects) AS subjects,
  (SELECT max(j.read_run) FROM class_journal k CROSS JOIN journal j USING (subject_group_id, term_id)
    WHERE k.class_id = c.class_id) AS read_run,
  (SELECT max(j.read_at) FROM class_journal k CROSS JOIN journal j USING (subject_group_id, term_id)
    WHERE k.class_id = c.class_id) AS read_at
FROM (
  SELECT crowded.class_id, crowded.date, crowded.most, s.student_id, count(DISTINCT item.subject_id) AS subjects
  FROM crowded
  CROSS JOIN item ON item.class_id = crowded.class_id AND item.date = crowded.date
  CROSS JOIN as_of_group_student s ON s.subject_group_id = item.subject_group_id AND s.term_id = item.term_id
  LEFT JOIN guest p
    ON p.subject_group_id = s.subject_group_id AND p.term_id = s.term_id AND p.student_id = s.student_id
  WHERE NOT s.missing AND coalesce(p.own_class_id, item.class_of_journal) = crowded.class_id
  GROUP BY crowded.class_id, crowded.date, s.student_id
) x JOIN class_read c USING (class_id)
WHERE x.subjects > x.most GROUP BY c.class_id, x.date
"""
"""Days for which some pupils of a class have homework in too many subjects."""


def _add_words(bench: Bench) -> None:
    for judge in (is_for_holidays, is_formal, is_long_task, is_none_set):
        add_function(bench.connection, judge.__name__, judge)


@rule(
    "HW-03", clause="4.4", title="Формальное домашнее задание", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Срок прошёл, а всё задание дня — один-два знака без цифр или одни слова «см. тетрадь», «выучить» и"
    " подобные; или одно и то же задание стоит repeats дней журнала подряд («не задано» не в счёт).",
    example="6А, Русский язык, 21.10: вместо домашнего задания — «см. тетрадь»",
    params=(Param("repeats", 3, "Столько дней подряд одно и то же — уже замечание.", 2, 50),),
    settings=("deadlines.homework",),
    recipients=(Role.TEACHER,), cadence="w", needs=_NEEDS, applies=Applies.HOMEWORK,
)  # fmt: skip
def formal_homework(bench: Bench) -> Iterator[Violation]:
    """Находит домашние задания, из которых нельзя понять, что делать: «—», «/», «см. тетрадь», одно и то же подряд.

    Не касается 1 класса и внеурочной деятельности. «§5» и «№7» — задания, «не задано» — тоже.
    """
    _add_words(bench)
    for row in bench.rows(_FORMAL):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.INFO,
            f"{journal_words(row)}, {day_month(date.fromisoformat(row['date']))}: вместо домашнего задания —"
            f" «{row['text'].strip()}»",
            read_proof(row),
        )
    bench.connection.execute(_DAY)
    bench.connection.execute(
        "CREATE UNIQUE INDEX IF NOT EXISTS temp.homework_due_day_key"
        " ON homework_due_day (subject_group_id, term_id, date)"
    )
    told: set[Place] = set()
    for row in bench.rows(_REPEATED, least=int(bench.param("repeats"))):
        place = Place(row["subject_group_id"], row["term_id"], row["lesson_id"])
        if place not in told:
            told.add(place)
            yield Violation(
                place,
                Severity.INFO,
                f"{journal_words(row)}, с {day_month(date.fromisoformat(row['first']))}: одно и то же домашнее задание"
                f" {plural(row['days'], 'урок', 'урока', 'уроков')} подряд",
                read_proof(row),
            )


@rule(
    "HW-04", clause="2.1", title="Перегрузка домашними заданиями на день", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="На один день ученикам класса задано по большему числу предметов, чем most_2_3, most_4_5, most_6_8 или"
    " most_9_11, смотря по параллели. Это приближение: сколько времени займёт задание, журнал не говорит.",
    example="7А: на 13.10 задано по 7 предметам, а допустимо не больше 6",
    params=(
        Param("most_2_3", 4, "Предметов с заданием на день во 2–3 классах (норма — до 1,5 часа).", 1, 20),
        Param("most_4_5", 5, "То же в 4–5 классах (до 2 часов).", 1, 20),
        Param("most_6_8", 6, "То же в 6–8 классах (до 2,5 часа).", 1, 20),
        Param("most_9_11", 7, "То же в 9–11 классах (до 3,5 часа).", 1, 20),
    ),
    recipients=(Role.DEPUTY,), cadence="w", needs=_NEEDS, applies=Applies.HOMEWORK, unit=Unit.CLASS,
)  # fmt: skip
def overloaded_day(bench: Bench) -> Iterator[Violation]:
    """Находит дни, на которые классу задано по слишком многим предметам.

    Считаются предметы хотя бы одного ученика: две подгруппы одного предмета — один предмет. «Не задано» не считается.
    Внеурочная деятельность и индивидуальные планы не считаются тоже.
    """
    _add_words(bench)
    bench.connection.execute("DROP TABLE IF EXISTS temp.school_class_limit")
    bench.connection.execute("CREATE TEMP TABLE school_class_limit (class_id INTEGER PRIMARY KEY, most INTEGER)")
    bench.connection.executemany(
        "INSERT INTO school_class_limit VALUES (?, ?)",
        [
            (row["class_id"], int(bench.param(_band(row["grade"]))))
            for row in bench.rows("SELECT class_id, grade FROM class_read WHERE fresh AND grade >= 2")
        ],
    )
    for row in bench.rows(_LOAD):
        subjects = plural(row["subjects"], "предмету", "предметам", "предметам")
        yield Violation(
            Place(class_id=row["class_id"], day=row["date"]),
            Severity.INFO,
            f"{row['class_name']}: на {day_month(date.fromisoformat(row['date']))} задано по {subjects}, а допустимо не"
            f" больше {row['most']}",
            Proof(row["read_run"], utc_text(from_unix(row["read_at"]))),
        )


def _band(grade: int) -> str:
    """The number that is meant for a grade."""
    return "most_2_3" if grade <= 3 else "most_4_5" if grade <= 5 else "most_6_8" if grade <= 8 else "most_9_11"


@rule(
    "HW-05", clause="4.4", title="Задание на выходной или каникулы", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Задание стоит на день, который не учебный (calendar.days_off) или воскресенье, или в его тексте сказано:"
    " «на каникулы», «на каникулах», «за каникулы».",
    example="7А, Литература, 25.12 (3-й урок): задание на каникулы",
    settings=("calendar.days_off",),
    recipients=(Role.DEPUTY,), cadence="w", needs=_NEEDS, applies=Applies.HOMEWORK,
)  # fmt: skip
def homework_for_holidays(bench: Bench) -> Iterator[Violation]:
    """Находит домашние задания на нерабочие дни и на каникулы.

    Обычное задание, данное до каникул к первому уроку после них, — не замечание. Не касается 1 класса и внеурочной
    деятельности.
    """
    _add_words(bench)
    query = (
        "SELECT h.lesson_id, h.date, h.slot, a.text, d.date AS due_date, is_for_holidays(a.text) AS said, j.*"
        f" {_SET_AT} LEFT JOIN held d ON d.subject_group_id = a.subject_group_id AND d.term_id = a.term_id"
        " AND d.lesson_id = a.lesson_id"
        " WHERE j.with_homework AND j.fresh AND a.homework AND NOT a.missing AND a.text IS NOT NULL"
        " AND NOT is_none_set(a.text) AND (instr(a.text, 'аникул') AND is_for_holidays(a.text) OR d.date IN"
        " (SELECT date FROM day_off)) ORDER BY h.subject_group_id, h.term_id, h.lesson_id, said DESC, d.date"
    )
    bench.connection.execute("CREATE TEMP TABLE IF NOT EXISTS day_off (date TEXT PRIMARY KEY)")
    bench.connection.executemany(
        "INSERT OR IGNORE INTO day_off VALUES (?)",
        [(day.isoformat(),) for day in bench.lesson_dates if day not in bench.school_days or day.weekday() == _SUNDAY],
    )
    told: set[Place] = set()
    for row in bench.rows(query):
        place = Place(row["subject_group_id"], row["term_id"], row["lesson_id"])
        if place in told:
            continue
        told.add(place)
        when = "каникулы" if row["said"] else f"{day_month(date.fromisoformat(row['due_date']))}, нерабочий день"
        yield Violation(place, Severity.INFO, f"{lesson_words(row)}: задание на {when}", read_proof(row))


@rule(
    "HW-06", clause="4.4", title="Длинное задание к следующему уроку", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Реферат, проект, доклад, сообщение, презентация или исследовательская работа задана к следующему же уроку"
    " журнала, а до него не больше days дней.",
    example="8А, История, 14.10 (2-й урок): долгая работа («подготовить реферат») задана к 15.10",
    params=(Param("days", 2, "Если до урока столько дней или меньше, времени мало.", 1, 60),),
    recipients=(Role.TEACHER,), cadence="w", needs=_NEEDS, applies=Applies.HOMEWORK,
)  # fmt: skip
def long_task(bench: Bench) -> Iterator[Violation]:
    """Находит долгие работы, на которые дано слишком мало времени.

    Не касается того, что уже начато («защита проекта», «закончить презентацию»), задают по желанию или только
    прочитать, 1 класса и внеурочной деятельности.
    """
    _add_words(bench)
    query = (
        "SELECT h.lesson_id, h.date, h.slot, a.text, d.date AS due_date, j.*"
        f" {_SET_AT} CROSS JOIN held d ON d.subject_group_id = a.subject_group_id AND d.term_id = a.term_id"
        " AND d.lesson_id = a.lesson_id"
        " WHERE j.with_homework AND j.fresh AND a.homework AND NOT a.missing AND a.text IS NOT NULL"
        " AND d.date > h.date AND d.date <= date(h.date, '+' || :days || ' days') AND is_long_task(a.text)"
        " AND NOT EXISTS (SELECT 1 FROM held between_them WHERE between_them.subject_group_id = h.subject_group_id"
        " AND between_them.term_id = h.term_id AND between_them.date > h.date AND between_them.date < d.date)"
        " ORDER BY h.subject_group_id, h.term_id, h.lesson_id, a.assignment_id"
    )
    told: set[Place] = set()
    for row in bench.rows(query, days=int(bench.param("days"))):
        place = Place(row["subject_group_id"], row["term_id"], row["lesson_id"])
        if place in told:
            continue
        told.add(place)
        text = row["text"].strip()
        what = f" («{text}»)" if len(text) <= _LONGEST_SHOWN else ""
        yield Violation(
            place,
            Severity.INFO,
            f"{lesson_words(row)}: долгая работа{what} задана к {day_month(date.fromisoformat(row['due_date']))}",
            read_proof(row),
        )
