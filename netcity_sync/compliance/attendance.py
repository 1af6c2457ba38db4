"""ATT: attendance."""

from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.registry import Param, rule
from netcity_sync.russian import short_name
from netcity_sync.settings import Role


@rule(
    "ATT-03", clause="4.5", title="Нет причины у пропуска", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В последнем чтении у пропуска стоит «Н» или «ОТ», и прошёл срок записи урока в"
    " school_days-й учебный день после него.",
    example="7Б, Физика, 14.10 (2-й урок): Иванов И. — причина пропуска не указана",
    params=(Param("school_days", 3, "За сколько учебных дней после урока надо указать причину.", 0, 60),),
    settings=("deadlines.lesson", "calendar.days_off"),
    recipients=(Role.CLASS_TEACHER,), cadence="w", needs=(Capability.LESSONS, Capability.ATTENDANCE), about_pupils=True,
)  # fmt: skip
def unexplained_absence(bench: Bench) -> Iterator[Violation]:
    """Находит пропуски, причину которых классный руководитель долго не указывает."""
    days = int(bench.param("school_days"))
    bench.add_due("explained", days, bench.settings.deadlines.lesson)
    for row in bench.rows(
        "SELECT a.student_id, a.lesson_id, s.name, h.date, h.slot, j.* FROM journal j"
        " CROSS JOIN as_of_attendance a USING (subject_group_id, term_id)"
        " CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)"
        " CROSS JOIN listed USING (subject_group_id, term_id, student_id) LEFT JOIN as_of_student s USING (student_id)"
        " CROSS JOIN due ON due.what = 'explained' AND due.days = :days AND due.date = h.date"
        " WHERE j.fresh AND j.roster_fresh AND a.code = 'unknown' AND NOT a.missing AND due.moment < j.read_at",
        days=days,
    ):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
            Severity.WARN,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — причина пропуска не указана",
            read_proof(row),
        )
