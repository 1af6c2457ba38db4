"""What a rule says where data is missing: nothing against anybody, and why."""

from support.school import CLASS, GROUP, TEACHER, TERM, Book

from netcity_sync.compliance.finding import Finding
from netcity_sync.compliance.finding import Place
from netcity_sync.errors import AnswerError
from netcity_sync.jobs.check import CheckOutcome
from netcity_sync.model import AttendanceCode

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")


class TestNoData:
    """Чего не прочитали, того не судят."""

    STATES = (
        "LSN-01", "LSN-04", "CHG-05", "LSN-05", "HW-01", "MRK-01", "MRK-02", "MRK-05", "MRK-09", "ACC-01", "ATT-03",
        "ATT-05", "ATT-08", "CTL-01", "HW-07", "LSN-03", "LSN-06", "LSN-09",
        "ATT-05", "ATT-08", "CTL-01", "HW-07", "HW-03", "HW-05", "HW-06", "MRK-03", "MRK-04", "MRK-06", "MRK-07",
        "MRK-08", "MRK-11",
        "ATT-05", "ATT-08", "CTL-01", "HW-07", "FIN-01", "FIN-02", "FIN-03", "FIN-04", "FIN-05", "FIN-06", "FIN-09",
    )  # fmt: skip
    HANDED_IN = ("LSN-07", "PLN-01", "PLN-02", "PLN-03", "PLN-04", "PLN-05", "PLN-06")

    HANDED_IN = ("CHG-03", "CHG-04", "CHG-07", "FIN-10")

    @staticmethod
    def of_journals(outcome: CheckOutcome) -> list[Finding]:
        """What was found in journals, nothing of the service itself."""
        return [item for item in outcome.findings if not item.rule.startswith(("OPS-", "REP-"))]
        "ATT-05", "ATT-08", "CTL-01", "HW-07", "ACC-02", "ATT-06", "CTL-02", "CTL-03", "CTL-06",
    )  # fmt: skip
    OF_CLASSES = ("ATT-01", "ATT-04", "CTL-04")
    OF_TEACHERS = ("ACC-04",)

    def bad_book(self) -> Book:
        book = Book().add_lessons(*WEEK, topic=None)
        for lesson in (101, 102, 103):
            book.absent(lesson, AttendanceCode.UNKNOWN)
        return book

    def test_a_journal_whose_last_read_failed(self, trial) -> None:
        tried = trial(self.bad_book())
        tried.sync("09-20 21:00")
        before = {item.id for item in tried.check(*self.STATES).findings}
        tried.source.broken["journal"] = AnswerError("не читается")
        assert tried.sync("09-21 21:00").exit_code == 1
        outcome = tried.check(*self.STATES)
        assert outcome.findings == ()
        gaps = [gap for gap in outcome.no_data if gap.rule not in self.HANDED_IN]
        assert {gap.rule for gap in gaps} == set(self.STATES)
        assert {(gap.place.subject_group_id, gap.place.term_id) for gap in gaps} == {(GROUP, TERM)}
        of_journals = [gap for gap in outcome.no_data if gap.place.class_id is None]
        assert {gap.rule for gap in of_journals} == set(self.STATES)
        assert {(gap.place.subject_group_id, gap.place.term_id) for gap in of_journals} == {(GROUP, TERM)}
        assert {gap.rule for gap in outcome.no_data} - set(self.STATES) == {"HW-04"}
        assert outcome.fixed == 0
        del tried.source.broken["journal"]
        tried.sync("09-22 21:00")
        again = tried.check(*self.STATES)
        assert {item.id for item in again.findings} == before
        assert again.opened == 0
        before = {item.id for item in self.of_journals(tried.check())}
        tried.source.broken["journal"] = AnswerError("не читается")
        assert tried.sync("09-21 21:00").exit_code == 1
        outcome = tried.check()
        assert self.of_journals(outcome) == []
        gaps = [gap for gap in outcome.no_data if gap.rule not in self.HANDED_IN]
        assert {gap.rule for gap in gaps} == set(self.STATES)
        assert {(gap.place.subject_group_id, gap.place.term_id) for gap in gaps} == {(GROUP, TERM)}
        assert outcome.findings == ()
        assert {(gap.rule, gap.place) for gap in outcome.no_data} == {
            *((rule, Place(GROUP, TERM)) for rule in self.STATES),
            *((rule, Place(class_id=CLASS)) for rule in self.OF_CLASSES),
            *((rule, Place(staff_id=TEACHER)) for rule in self.OF_TEACHERS),
        }
        assert {gap.rule for gap in outcome.no_data} == {*self.STATES, "FIN-11", "FIN-12"}
        in_journals = [gap for gap in outcome.no_data if gap.rule in self.STATES]
        assert {(gap.place.subject_group_id, gap.place.term_id) for gap in in_journals} == {(GROUP, TERM)}
        assert outcome.fixed == 0
        del tried.source.broken["journal"]
        tried.sync("09-22 21:00")
        again = tried.check()
        assert {item.id for item in self.of_journals(again)} == before

    def test_a_class_whose_list_was_not_read(self, trial) -> None:
        tried = trial(self.bad_book())
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("09-20 21:00")
        outcome = tried.check(*self.STATES)
        assert {item.rule for item in outcome.findings} == {"LSN-01", "HW-01"}
        rules = {gap.rule for gap in outcome.no_data if gap.rule not in self.HANDED_IN}
        assert rules == {"MRK-01", "MRK-02", "ACC-01", "ATT-03", "ATT-05", "ATT-08"}
        assert {gap.rule for gap in outcome.no_data} == {
            "MRK-01", "MRK-02", "MRK-03", "MRK-04", "MRK-06", "MRK-07", "MRK-08", "MRK-11", "ACC-01", "ATT-03",
            "ATT-05", "ATT-08",
        }  # fmt: skip
        outcome = tried.check()
        assert {item.rule for item in self.of_journals(outcome)} == {"LSN-01", "HW-01"}
        rules = {gap.rule for gap in outcome.no_data if gap.rule not in self.HANDED_IN}
        assert rules == {"MRK-01", "MRK-02", "ACC-01", "ATT-03", "ATT-05", "ATT-08"}
        assert {gap.rule for gap in outcome.no_data} == {
            "MRK-01", "MRK-02", "ACC-01", "ACC-02", "ACC-04", "ATT-01", "ATT-03", "ATT-04", "ATT-05", "ATT-06",
            "ATT-08",
        assert {gap.rule for gap in outcome.no_data} == {
            "MRK-01", "MRK-02", "ACC-01", "ATT-03", "ATT-05", "ATT-08", "FIN-01", "FIN-02", "FIN-03", "FIN-04",
            "FIN-05", "FIN-06", "FIN-11", "FIN-12",
        }  # fmt: skip

    def test_a_read_that_is_too_old(self, trial) -> None:
        tried = trial(self.bad_book(), checks={"stale_after_hours": 24})
        tried.sync("09-20 21:00")
        tried.now = tried.now.replace(day=21, hour=20)
        assert self.of_journals(tried.check()) == []

    def test_a_source_that_cannot_tell(self, trial) -> None:
        tried = trial(self.bad_book())
        tried.source.capabilities = frozenset()
        tried.sync("09-20 21:00")
        outcome = tried.check()
        assert self.of_journals(outcome) == []
        assert {gap.reason for gap in outcome.no_data} == {"источник не даёт нужных сведений"}
