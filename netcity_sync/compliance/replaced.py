"""LSN: lessons that somebody else gave."""

from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import TOPIC_CHARACTERS, Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation, Whose
from netcity_sync.compliance.homework import MISSING_HOMEWORK
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.registry import Param, rule
from netcity_sync.russian import short_name
from netcity_sync.settings import Role

_UNFILLED = f"""
SELECT s.lesson_id, s.staff_id, t.name AS substitute, h.date, h.slot,
  length(trim(coalesce(h.topic, ''))) < :characters AS no_topic, b.date IS NOT NULL AS no_homework, j.*
FROM substituted s
CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)
CROSS JOIN journal j ON j.subject_group_id = s.subject_group_id AND j.term_id = s.term_id
CROSS JOIN due ON due.what = 'lesson' AND due.days = :days AND due.date = h.date
JOIN as_of_staff t USING (staff_id)
LEFT JOIN ({MISSING_HOMEWORK}) b
  ON b.subject_group_id = s.subject_group_id AND b.term_id = s.term_id AND b.date = h.date
WHERE j.fresh AND h.held AND due.moment < j.read_at AND (no_topic OR no_homework)
"""


@rule(
    "LSN-07", clause="4.4", title="Замена: журнал не заполнен замещающим", kind=RuleKind.STATE,
    severity=Severity.VIOL,
    formula="Урок есть в таблице замен, после него прошло days учебных дней, а темы (как в LSN-01) или домашнего"
    " задания (как в HW-01) нет.",
    example="5А, Русский язык, 15.10 (2-й урок): замещение (Петрова В.), нет темы и домашнего задания",
    params=(Param("days", 1, "Через сколько учебных дней журнал должен быть заполнен.", 0, 30),),
    settings=("deadlines.lesson", "deadlines.homework"),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="d",
    needs=(Capability.LESSONS, Capability.TOPICS, Capability.HOMEWORK, Capability.SUBSTITUTIONS),
)  # fmt: skip
def unfilled_substitution(bench: Bench) -> Iterator[Violation]:
    """Находит уроки, которые дал другой учитель и не заполнил журнал; замечание видит замещавший.

    Замена, которая не подошла ни к одному уроку или подошла к нескольким, и та, чей учитель в списке сотрудников не
    нашёлся, не проверяются.
    """
    days = int(bench.param("days"))
    bench.add_due("lesson", days, bench.settings.deadlines.lesson)
    for row in bench.rows(_UNFILLED, days=days, characters=TOPIC_CHARACTERS):
        missing = [
            word for word, lacks in (("темы", row["no_topic"]), ("домашнего задания", row["no_homework"])) if lacks
        ]
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.VIOL,
            f"{lesson_words(row)}: замещение ({short_name(row['substitute'])}), нет {' и '.join(missing)}",
            read_proof(row),
            whose=Whose(row["class_id"], row["class_name"], row["subject_name"], (row["staff_id"],)),
        )
