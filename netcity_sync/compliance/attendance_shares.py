"""ATT: what absences add up to: a pupil's month, a pupil's lessons of one subject."""

from collections.abc import Iterator
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import read_proof
from netcity_sync.compliance.marks import pupil_place, pupil_words
from netcity_sync.compliance.registry import Applies, Param, Unit, rule
from netcity_sync.russian import month_name, number, plural_word, short_name
from netcity_sync.settings import Role

_NEEDS = (Capability.LESSONS, Capability.ATTENDANCE)

_TRUANTS = """
WITH truant AS MATERIALIZED (
  SELECT k.class_id, a.student_id, substr(h.date, 1, 7) AS month, count(*) AS missed
  FROM class_read c
  CROSS JOIN class_journal k ON k.class_id = c.class_id
  CROSS JOIN as_of_subject_group g ON g.subject_group_id = k.subject_group_id
  CROSS JOIN as_of_attendance a ON a.subject_group_id = k.subject_group_id AND a.term_id = k.term_id
  CROSS JOIN held h ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id AND h.lesson_id = a.lesson_id
  CROSS JOIN listed p
    ON p.subject_group_id = a.subject_group_id AND p.term_id = a.term_id AND p.student_id = a.student_id
    AND p.own_class_id = c.class_id
  WHERE c.fresh AND c.roster_fresh AND NOT g.extracurricular AND a.code = 'unexcused' AND NOT a.missing
    AND h.held AND h.date >= p.first_day
  GROUP BY k.class_id, a.student_id, month HAVING count(*) >= min(:lessons, :share * :month_lessons)
), counted AS (
  SELECT t.*, count(*) AS counted
  FROM truant t
  CROSS JOIN class_journal k ON k.class_id = t.class_id
  CROSS JOIN as_of_subject_group g ON g.subject_group_id = k.subject_group_id
  CROSS JOIN listed p ON p.subject_group_id = k.subject_group_id AND p.term_id = k.term_id
    AND p.student_id = t.student_id AND p.own_class_id = t.class_id
  CROSS JOIN held h ON h.subject_group_id = k.subject_group_id AND h.term_id = k.term_id
  WHERE NOT g.extracurricular AND h.held AND h.date >= p.first_day AND substr(h.date, 1, 7) = t.month
  GROUP BY t.class_id, t.student_id, t.month
)
SELECT counted.*, s.name, read.*, local_date(read.oldest) >= date(counted.month || '-01', '+1 month') AS over
FROM counted
JOIN (
  SELECT c.class_id, c.class_name, min(j.read_at) AS oldest, max(j.read_at) AS read_at, max(j.read_run) AS read_run
  FROM class_read c CROSS JOIN class_journal USING (class_id) CROSS JOIN journal j USING (subject_group_id, term_id)
  GROUP BY c.class_id
) read USING (class_id)
LEFT JOIN as_of_student s USING (student_id)
ORDER BY counted.class_id, counted.student_id, counted.month
"""
"""Months in which pupils were truant often; `over`: all journals of the class were read after the month."""

_AWAY_IN_JOURNAL = """
WITH away AS MATERIALIZED (
  SELECT a.subject_group_id, a.term_id, a.student_id, count(*) AS away
  FROM journal j
  CROSS JOIN as_of_attendance a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  CROSS JOIN held h ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id AND h.lesson_id = a.lesson_id
  CROSS JOIN listed p
    ON p.subject_group_id = a.subject_group_id AND p.term_id = a.term_id AND p.student_id = a.student_id
  WHERE j.fresh AND j.roster_fresh AND j.marked AND h.held AND h.date >= p.first_day AND NOT a.missing
    AND a.code NOT IN ('late', 'remote', 'exempt')
  GROUP BY a.subject_group_id, a.term_id, a.student_id
)
SELECT p.student_id, p.counted, away.away, c.held = c.planned AS over, s.name, j.*
FROM away
CROSS JOIN pupil p USING (subject_group_id, term_id, student_id)
CROSS JOIN counts c USING (subject_group_id, term_id)
CROSS JOIN journal j USING (subject_group_id, term_id)
LEFT JOIN as_of_student s USING (student_id)
WHERE p.counted >= :lessons AND away.away > :share * p.counted
"""


@rule(
    "ATT-04", clause="4.5", title="Систематические пропуски без уважительной причины", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="За календарный месяц у ученика пропусков с кодом «НП» не меньше lessons; или месяц прошёл, уроков в нём у"
    " ученика не меньше month_lessons, и пропущена без уважительной причины доля не меньше share. Внеурочная"
    " деятельность не в счёт. Прошедший месяц исправить нельзя: он не просрочен.",
    example="7А: Ильин И. — за октябрь 2026 г. без уважительной причины пропущено 34 из 96 уроков (35 %)",
    params=(
        Param("lessons", 10, "Столько пропусков за месяц — уже много.", 1, 200),
        Param("share", 0.3, "Такая доля уроков месяца — уже много.", 0.0, 1.0),
        Param("month_lessons", 20, "В месяце с меньшим числом уроков доля не считается.", 1, 300),
    ),
    settings=("deadlines.lesson",), recipients=(Role.CLASS_TEACHER, Role.DEPUTY), cadence="w", needs=_NEEDS,
    unit=Unit.CLASS, about_pupils=True,
)  # fmt: skip
def truancy(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, которые за месяц много уроков пропустили без уважительной причины.

    Считаются только пропуски, о которых установлено, что уважительной причины нет; «Н» без причины — дело ATT-03.
    """
    lessons, share, least = (bench.param(name) for name in ("lessons", "share", "month_lessons"))
    for row in bench.rows(_TRUANTS, lessons=lessons, share=share, month_lessons=least):
        much = row["over"] and row["counted"] >= least and row["missed"] >= share * row["counted"]
        if row["missed"] < lessons and not much:
            continue
        of_all = plural_word(row["counted"], "урока", "уроков", "уроков")
        yield Violation(
            Place(class_id=row["class_id"], student_id=row["student_id"], key=row["month"]),
            Severity.VIOL,
            f"{row['class_name']}: {short_name(row['name'] or '')} — за"
            f" {month_name(date.fromisoformat(row['month'] + '-01'))} без уважительной причины пропущено"
            f" {row['missed']} из {row['counted']} {of_all} ({number(100 * row['missed'] / row['counted'], 0)} %)",
            Proof(row["read_run"], utc_text(from_unix(row["read_at"]))),
            kind=RuleKind.EVENT if row["over"] else None,
        )


@rule(
    "ATT-06", clause="4.5", title="Много пропусков по предмету", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В периоде проведено для ученика не меньше lessons уроков журнала, и доля пропущенных по любой причине"
    " больше warn_share; больше viol_share — нарушение. Опоздания, дистанционные уроки и освобождения не в счёт."
    " Когда проведены все уроки периода, исправить уже нельзя: замечание не просрочено.",
    example="8А, Химия: Иванов И. — пропущено 6 из 11 уроков (55 %), риск не аттестовать (1 четверть)",
    params=(
        Param("warn_share", 0.4, "Больше какой доли пропусков — уже много.", 0.0, 1.0),
        Param("viol_share", 0.5, "Больше какой доли пропусков — нарушение.", 0.0, 1.0),
        Param("lessons", 5, "Раньше стольких проведённых уроков ничего не говорится.", 1, 200),
    ),
    settings=("deadlines.lesson",), recipients=(Role.CLASS_TEACHER, Role.TEACHER, Role.DEPUTY), cadence="w",
    needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def much_missed(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, которые пропустили столько уроков предмета, что их может быть не за что аттестовать."""
    warn, grave = bench.param("warn_share"), bench.param("viol_share")
    for row in bench.rows(_AWAY_IN_JOURNAL, lessons=bench.param("lessons"), share=warn):
        of_all = plural_word(row["counted"], "урока", "уроков", "уроков")
        yield Violation(
            pupil_place(row),
            Severity.VIOL if row["away"] > grave * row["counted"] else Severity.WARN,
            f"{pupil_words(row)} — пропущено {row['away']} из {row['counted']} {of_all}"
            f" ({number(100 * row['away'] / row['counted'], 0)} %), риск не аттестовать ({row['term_name']})",
            read_proof(row),
            kind=RuleKind.EVENT if row["over"] else None,
        )
