"""The four reports of the GIS that are read, each asked for by its filters and turned into the model."""

from datetime import date

from netcity_sync.adapters.netschool.connection import Connection
from netcity_sync.adapters.netschool.parser import access_entries
from netcity_sync.adapters.netschool.report_rows import (
    to_graded_works,
    to_student_total,
    to_term_marks,
)
from netcity_sync.adapters.netschool.reports import period
from netcity_sync.model import GradedWork, JournalAccess, StudentTotal, TermMarks


class ReportReader:
    """Reads reports with one account. Every method raises what a call raises, and AnswerError for another shape."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._profile = connection.profile

    def journal_access(self, class_id: int, first: date, last: date) -> tuple[tuple[JournalAccess, ...], bytes]:
        """Who touched the journals of a class in a period, and the report as received (§3.2)."""
        name = self._profile.journal_access
        wanted = {"PCLID_IUP": f"{class_id}_0", "period": period(first, last)}
        page, body = self._connection.engine().page(name, wanted)
        return access_entries(page, name, first, last), body

    def student_total(self, class_id: int, student_id: int, first: date, last: date) -> StudentTotal:
        """A pupil's marks and attendance day by day."""
        name = self._profile.student_total
        wanted = {"SID": str(student_id), "PCLID": str(class_id), "period": period(first, last)}
        page, _ = self._connection.engine().page(name, wanted)
        return to_student_total(page, f"отчёт {name}")

    def term_marks(self, class_id: int, student_id: int) -> tuple[TermMarks, ...]:
        """A pupil's final marks."""
        name = self._profile.student_total_marks
        page, _ = self._connection.engine().page(name, {"SID": str(student_id), "PCLID": str(class_id)})
        return to_term_marks(page, f"отчёт {name}")

    def graded_works(
        self, class_id: int, student_id: int, subject_group_id: int, span: tuple[date, date]
    ) -> tuple[GradedWork, ...]:
        """A pupil's marks in one journal with the day on which each was set."""
        name = self._profile.student_grades
        wanted = {
            "SID": str(student_id), "PCLID_IUP": f"{class_id}_0", "SGID": str(subject_group_id),
            "period": period(*span),
        }  # fmt: skip
        page, _ = self._connection.engine().page(name, wanted)
        return to_graded_works(page, f"отчёт {name}")
