"""Results of exams that a family is told of (clause 8.4), from the table of the exchange folder as last taken."""

from dataclasses import dataclass
from datetime import date

from netcity_sync.adapters.exchange.files import EXAM_RESULTS
from netcity_sync.reports.class_people import class_list
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period
from netcity_sync.russian import class_key, plain

_EXAMS = EXAM_RESULTS.words_of("exam")


@dataclass(frozen=True, slots=True)
class ExamOfPupil:
    """One result, as people read it."""

    exam: str
    subject: str
    held_on: date
    result: str


def exams(desk: Desk, class_id: int, student_id: int, period: Period) -> tuple[ExamOfPupil, ...]:
    """The results of a pupil that the school received in a period.

    The table knows pupils by class and name: of namesakes in a class nothing is told.
    """
    names = {item.student_id: plain(item.name) for item in class_list(desk, class_id)}
    own = names.get(student_id)
    if own is None or list(names.values()).count(own) > 1:
        return ()
    rows = desk.bench.rows(
        "SELECT * FROM as_of_exam_result WHERE NOT missing AND date(received) BETWEEN :first AND :last"
        " ORDER BY held_on, subject, exam",
        first=period.first.isoformat(), last=period.last.isoformat(),
    )  # fmt: skip
    name = class_key(desk.class_name(class_id))
    return tuple(
        ExamOfPupil(
            _EXAMS.get(row["exam"], row["exam"]), row["subject"], date.fromisoformat(row["held_on"]),
            _result(row["mark"], row["passed"], row["score"]),
        )
        for row in rows
        if class_key(row["class_name"]) == name and plain(row["student"]) == own
    )  # fmt: skip


def _result(mark: int | None, passed: int | None, score: int | None) -> str:
    """What is given of a result: «отметка 4, баллы: 21»."""
    parts = []
    if mark is not None:
        parts.append(f"отметка {mark}")
    if passed is not None:
        parts.append("зачёт" if passed else "незачёт")
    if score is not None:
        parts.append(f"баллы: {score}")
    return ", ".join(parts)
