"""Tables of the exchange folder in two school years, naming those who left after the first one."""

from datetime import date, datetime

from netcity_sync.model import (
    ActKind,
    CredentialIssue,
    EnrolmentOrder,
    Entity,
    ExamKind,
    ExamResult,
    FinalMarkDate,
    LocalAct,
    MovementKind,
    OptOut,
    PlannedLesson,
    Student,
    Substitution,
    UserActivity,
    UserKind,
)

GONE = Student(id=3, name="Цаплина Жанна Юрьевна")
FORGOTTEN_IN_TABLES = Student(id=4, name="Щукин Эльдар Фомич")
"""Left as well, but nobody removed the rows that stand."""
LEAVERS = (GONE, FORGOTTEN_IN_TABLES)
STAYS = "Иванов Иван Петрович"
TEACHER, OLD_TEACHER = "Учебнова Елена Петровна", "Примерова Вера Петровна"
OLD_SUBSTITUTE = "Щеглова Юнона Фёдоровна"
"""Stands in no dictionary of the GIS."""


def first_year() -> dict[str, list[Entity]]:
    """What the school handed in at the end of the first year."""
    return {
        "plan": [_planned(1, date(2026, 9, 1)), _planned(2, None), _planned(3, date(2027, 9, 1))],
        "substitutions": [_replaced(date(2026, 9, 2), TEACHER, OLD_SUBSTITUTE)],
        "exam_results": [_exam(item.name, date(2027, 6, 3)) for item in LEAVERS] + [_exam(STAYS, date(2027, 6, 3))],
        "opt_outs": [
            _declined(GONE.name, withdrawn=date(2027, 2, 1)),
            _declined(FORGOTTEN_IN_TABLES.name),
            _declined(STAYS),
        ],
        "credentials": [_issued(FORGOTTEN_IN_TABLES.name), _issued(STAYS)],
        "user_activity": [_active(FORGOTTEN_IN_TABLES.name, 5), _active(STAYS, 5)],
        "final_mark_dates": [FinalMarkDate(term="1 четверть", due_on=date(2027, 5, 24))],
        "local_acts": [
            _act("1-од", TEACHER),
            _act("9-од", OLD_TEACHER, date(2027, 6, 30)),
            _act("8-од", TEACHER, date(2026, 8, 31)),
        ],
        "enrolment_orders": [_left(item.name, date(2027, 6, 1)) for item in LEAVERS],
    }


def second_year() -> dict[str, list[Entity]]:
    """What it handed in when the second one had begun: nobody removed the rows of one leaver that stand."""
    left = FORGOTTEN_IN_TABLES.name
    return {
        "plan": [_planned(1, date(2027, 9, 1)), _planned(2, None)],
        "substitutions": [_replaced(date(2027, 9, 2), TEACHER, "Сойкина Ева Ильинична")],
        "exam_results": [_exam(STAYS, date(2027, 6, 3)), _exam(STAYS, date(2027, 9, 10))],
        "opt_outs": [_declined(left), _declined(STAYS)],
        "credentials": [_issued(left), _issued(STAYS)],
        "user_activity": [_active(left, 5), _active(STAYS, 9)],
        "final_mark_dates": [FinalMarkDate(term="1 четверть", due_on=date(2028, 5, 24))],
        "local_acts": [_act("1-од", TEACHER)],
        "enrolment_orders": [_left(left, date(2027, 6, 1))],
    }


def _planned(number: int, day: date | None) -> PlannedLesson:
    return PlannedLesson(class_name="7А", subject="Химия", number=number, topic="Тема урока", planned_on=day)


def _replaced(day: date, absent: str, substitute: str) -> Substitution:
    return Substitution(held_on=day, slot=1, class_name="7А", subject="Химия", absent=absent, substitute=substitute)


def _exam(student: str, day: date) -> ExamResult:
    received = datetime(day.year, day.month, day.day, 10)
    return ExamResult(
        class_name="7А", student=student, exam=ExamKind.INTERIM, subject="Химия", held_on=day, mark=4, received=received
    )


def _declined(student: str, withdrawn: date | None = None) -> OptOut:
    return OptOut(class_name="7А", student=student, applied_on=date(2026, 9, 7), withdrawn_on=withdrawn)


def _issued(person: str) -> CredentialIssue:
    return CredentialIssue(
        recipient=UserKind.PARENT, class_name="7А", person=person, issued_on=date(2026, 9, 3), issued_by=TEACHER
    )


def _active(person: str, month: int) -> UserActivity:
    first = date(2027, month, 1)
    return UserActivity(
        user=UserKind.PARENT, class_name="7А", person=person, period_start=first,
        period_end=first.replace(day=30), logins=3,
    )  # fmt: skip


def _act(number: str, appointed: str, ends: date | None = None) -> LocalAct:
    issued = date(2026, 8, 30)
    return LocalAct(
        kind=ActKind.ORDER, title="О журнале", number=number, issued_on=issued, ends_on=ends, appointed=appointed
    )


def _left(student: str, day: date) -> EnrolmentOrder:
    return EnrolmentOrder(
        class_name="7А", student=student, kind=MovementKind.LEFT, moved_on=day, went_to="МБОУ «СОШ № 2»",
        order_number="57-у", order_date=day, reason="переезд",
    )  # fmt: skip
