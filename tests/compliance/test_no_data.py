"""What rules say where data is missing: nothing against anybody, and why, place by place."""

from collections.abc import Callable

import pytest
from support.school import CLASS, GROUP, TEACHER, TERM, Book, BookSource, Trial

from netcity_sync.compliance.finding import Finding, Place, RuleKind
from netcity_sync.compliance.registry import Rule, Unit, all_rules
from netcity_sync.errors import AnswerError
from netcity_sync.jobs.check import CheckOutcome
from netcity_sync.model import AttendanceCode

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")
PLACES = {
    Unit.JOURNAL: Place(GROUP, TERM), Unit.YEAR: Place(GROUP, TERM), Unit.CLASS: Place(class_id=CLASS),
    Unit.TEACHER: Place(staff_id=TEACHER),
}  # fmt: skip
"""What a rule must have read, where that is journals."""


def of_journals(outcome: CheckOutcome) -> list[Finding]:
    """What was found, nothing of the service itself."""
    return [item for item in outcome.findings if not item.rule.startswith(("OPS-", "REP-"))]


def able(rule: Rule) -> bool:
    """Whether the source can tell all that a rule needs."""
    return rule.enabled and rule.capabilities <= BookSource.capabilities


@pytest.fixture
def tried(trial: Callable[..., Trial]) -> Trial:
    """A journal without topics and homework, and a pupil who was away and nobody says why."""
    book = Book().add_lessons(*WEEK, topic=None)
    for lesson in (101, 102, 103):
        book.absent(lesson, AttendanceCode.UNKNOWN)
    return trial(book)


def test_a_journal_whose_last_read_failed(tried: Trial) -> None:
    tried.sync("09-20 21:00")
    before = {item.id for item in of_journals(tried.check())}
    assert before
    tried.source.broken["journal"] = AnswerError("не читается")
    assert tried.sync("09-21 21:00").exit_code == 1
    outcome = tried.check()
    assert of_journals(outcome) == []
    wanted = {
        (rule.id, PLACES[rule.unit])
        for rule in all_rules()
        if able(rule) and rule.kind is RuleKind.STATE and rule.unit in PLACES
    }
    assert {(gap.rule, gap.place) for gap in outcome.no_data if gap.place != Place()} == wanted
    assert len(wanted) > 30
    del tried.source.broken["journal"]
    tried.sync("09-22 21:00")
    assert before <= {item.id for item in of_journals(tried.check())}


def test_what_could_not_be_judged_is_not_fixed(tried: Trial) -> None:
    tried.sync("09-20 21:00")
    tried.check("LSN-01", "ATT-03", "HW-01")
    tried.source.broken["journal"] = AnswerError("не читается")
    tried.sync("09-21 21:00")
    assert tried.check("LSN-01", "ATT-03", "HW-01").fixed == 0


def test_a_class_whose_list_was_not_read(tried: Trial) -> None:
    tried.source.broken["roster"] = AnswerError("не читается")
    tried.sync("09-20 21:00")
    outcome = tried.check()
    rostered = {
        rule.id
        for rule in all_rules()
        if able(rule) and rule.kind is RuleKind.STATE
        if rule.about_pupils or rule.unit in (Unit.ROSTER, Unit.ROSTERS)
    }
    assert {gap.rule for gap in outcome.no_data} >= rostered
    assert {item.rule for item in of_journals(outcome)} & rostered == set()
    assert {"LSN-01", "HW-01"} <= {item.rule for item in of_journals(outcome)}


def test_a_read_that_is_too_old(trial: Callable[..., Trial]) -> None:
    old = trial(Book().add_lessons(*WEEK, topic=None), checks={"stale_after_hours": 24})
    old.sync("09-20 21:00")
    old.now = old.now.replace(day=21, hour=20)
    assert of_journals(old.check()) == []


def test_a_source_that_cannot_tell(tried: Trial) -> None:
    tried.source.capabilities = frozenset()
    tried.sync("09-20 21:00")
    outcome = tried.check()
    assert of_journals(outcome) == []
    needy = {rule.id for rule in all_rules() if rule.enabled and rule.capabilities}
    assert {gap.rule for gap in outcome.no_data if gap.reason.startswith("источник не даёт нужных сведений")} == needy
