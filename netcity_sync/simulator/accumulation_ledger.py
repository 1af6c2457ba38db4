"""Whether classes, and the classes of a teacher, have marks enough: plain loops over journals and pupils."""

from collections.abc import Iterable, Iterator

from netcity_sync.simulator.journal_ledger import JournalLedger, LedgerEntry


def accumulation_of_school(journals: Iterable[JournalLedger]) -> Iterator[LedgerEntry]:
    """Journals in which too few pupils have marks enough, and teachers with too many such journals."""
    of_teachers: dict[tuple[int, int], list[bool]] = {}
    for journal in journals:
        below = _is_below(journal) if journal.is_marked() else None
        if below is None:
            continue
        of_teachers.setdefault((journal.group.teacher.id, journal.term.id), []).append(below)
        if below:
            yield journal.entry("ACC-02", True)
    for (teacher, term), judged in of_teachers.items():
        if len(judged) >= 3 and 10 * sum(judged) > 3 * len(judged):
            yield LedgerEntry("ACC-04", None, None, None, term, True, staff_id=teacher)


def _is_below(journal: JournalLedger) -> bool | None:
    """None where too few pupils can be judged. A mark that vanished lately still counts."""
    counts = [count for pupil in journal.pupils_on_list() if (count := journal.count(pupil)).judged]
    if len(counts) < 5:
        return None
    return 10 * sum(count.given + count.ghosts >= count.needed for count in counts) < 8 * len(counts)
