"""The violations that concern final marks, told by plain loops over what teachers wrote (docs/checks.md)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise

from netcity_sync.simulator.curriculum import TYPE_NAMES
from netcity_sync.simulator.entries import Mark
from netcity_sync.simulator.finals import NOT_ATTESTED, Final
from netcity_sync.simulator.journal_ledger import NOT_MISSED, JournalLedger, LedgerEntry, is_control_text
from netcity_sync.simulator.school import Pupil

_DAY_ENDS = time(23, 59)
_EXEMPT = "ОСВ"
_RUSH_DAYS, _RUSH_LEAST = 3, 10
_QUALITY_PUPILS, _QUALITY_POINTS = 10, 10


class FinalsLedger:
    """The final marks of one journal in one term."""

    def __init__(self, journal: JournalLedger) -> None:
        self.journal = journal
        self.now = journal.now
        self.finals = journal.finals
        self.over = journal.term.end < self.now.date()
        self._days = [day for day in journal.days if journal.term.start <= day <= journal.term.end]

    def violations(self) -> Iterator[LedgerEntry]:
        """All rules in turn."""
        if not self.journal.is_marked():
            return
        yield from self._changed()
        if self._due() < self.now and any(self.shown(one) is None for one in self.pupils() if self._half(one)):
            yield self.journal.entry("FIN-01", True)
        for pupil in self.pupils():
            yield from self._of_year(pupil)
        if self.over:
            yield from self._rush()
            for pupil in self.pupils():
                if len(self._counted(pupil)) == len(self._held()):
                    yield from self._of_term(pupil)

    def pupils(self) -> list[Pupil]:
        """Pupils on the lists of the journal and the class."""
        journal = self.journal
        return [one for one in journal.group.pupils if one.start <= self.now.date() and one.id in journal.listed]

    def final(self, pupil: Pupil, kind: str = "term") -> Final | None:
        """The cell of a pupil."""
        term = self.journal.term.id if kind == "term" else None
        found = (one for one in self.finals if (one.student_id, one.kind, one.term_id) == (pupil.id, kind, term))
        return next(found, None)

    def shown(self, pupil: Pupil) -> str | int | None:
        """What the mirror believes to stand in it: a mark that was deleted stays until it was missed twice."""
        final = self.final(pupil)
        value = final.shown(self.now) if final is not None else None
        return value if value is not None or not self._is_ghost(final) else "?"

    def _is_ghost(self, final: Final | None) -> bool:
        if final is None or final.until is None or final.until > self.now:
            return False
        reads = self.journal.finals_reads
        was_seen = any(final.shown(moment) is not None for moment in reads)
        return was_seen and not any(final.until <= moment < self.now for moment in reads)

    def _due(self) -> datetime:
        """Two school days before the last one; beyond the known timetable every weekday counts."""
        days = list(self._days)
        day = days[-1] + timedelta(days=1) if days else self.journal.term.start
        while day <= self.journal.term.end:
            days += [day] if day.weekday() < 5 else []
            day += timedelta(days=1)
        return datetime.combine(days[-3] if len(days) >= 3 else self.journal.term.end, _DAY_ENDS)

    def _held(self) -> list[date]:
        return [lesson.date for lesson in self.journal.lessons if self.journal.held(lesson)]

    def _counted(self, pupil: Pupil) -> list[date]:
        return [day for day in self._held() if day >= pupil.start]

    def _half(self, pupil: Pupil) -> bool:
        counted = len(self._counted(pupil))
        return counted > 0 and 2 * counted >= len(self._held())

    def _of_term(self, pupil: Pupil) -> Iterator[LedgerEntry]:
        journal, final = self.journal, self.final(pupil)
        value = final.shown(self.now) if final is not None else None
        marks = [(work, mark) for work, mark in journal.marks_with_works() if mark.student_id == pupil.id]
        given = [(work, mark) for work, mark in marks if mark.given(self.now)]
        ghosts = sum(journal.excuses(mark) for _, mark in marks)
        yield from self._against_absences(pupil, value)
        if not isinstance(value, int):
            return
        if given and not ghosts and all(work is not None for work, _ in given):
            weights = [work.weight for work, _ in given if work is not None]
            points = sum(_value(mark, self.now) * weight for (_, mark), weight in zip(given, weights, strict=True))
            if value != _rounded(Fraction(points, sum(weights))):
                yield journal.entry("FIN-02", True, student=pupil.id)
        least = 5 if "полугодие" in journal.term.name else 3
        if len(given) < least:
            yield journal.entry("FIN-03", len(given) + ghosts < least, student=pupil.id)
        written = [
            mark for work, mark in marks if work is not None and is_control_text(TYPE_NAMES.get(work.type_id, ""))
        ]
        sure = [_value(mark, self.now) for mark in written if mark.given(self.now)]
        if len(sure) >= 2 and value > max(sure):
            ghost = max((journal.seen_value(mark) or 0 for mark in written if journal.is_ghost(mark)), default=0)
            yield journal.entry("FIN-05", value > ghost, student=pupil.id)

    def _against_absences(self, pupil: Pupil, value: str | int | None) -> Iterator[LedgerEntry]:
        journal = self.journal
        here = {lesson.id for lesson in journal.lessons if journal.held(lesson)}
        codes = [
            item.code.at(self.now)
            for item in journal.absences
            if item.student_id == pupil.id and item.lesson.id in here and item.code.known(self.now)
        ]
        missed = [code for code in codes if code not in NOT_MISSED]
        certain = [code for code in missed if code != _EXEMPT]
        counted = len(self._counted(pupil))
        given_though_away = isinstance(value, int) and len(certain) * 1000 > 667 * counted
        if counted and (given_though_away or (value == NOT_ATTESTED and 2 * len(missed) < counted)):
            yield journal.entry("FIN-04", True, student=pupil.id)

    def _of_year(self, pupil: Pupil) -> Iterator[LedgerEntry]:
        """Told of in the last term."""
        terms = self.journal.group.terms
        year = self.final(pupil, "year")
        value = year.shown(self.now) if year is not None else None
        if self.journal.term is not terms[-1] or not isinstance(value, int):
            return
        found = [one for one in self.finals if one.kind == "term" and one.student_id == pupil.id]
        values = [mark for one in found if isinstance(mark := one.shown(self.now), int)]
        if len(values) == len(terms) and value != _rounded(Fraction(sum(values), len(values))):
            yield self.journal.entry("FIN-06", True, student=pupil.id)

    def _changed(self) -> Iterator[LedgerEntry]:
        closed = max(self._due(), datetime.combine(self.journal.term.end, _DAY_ENDS))
        moments = sorted({*self.journal.finals_reads, self.now})
        here = {pupil.id for pupil in self.pupils()}
        for final in [one for one in self.finals if one.student_id in here and one.kind in ("term", "year")]:
            year = final.kind == "year"
            if self.journal.term is not self.journal.group.terms[-1] if year else final.term_id != self.journal.term.id:
                continue
            for place, (before, after) in enumerate(pairwise(moments)):
                was, now = final.shown(before), final.shown(after)
                confirmed = now is not None or place + 2 < len(moments)
                if before > closed and isinstance(was, int) and was != now and confirmed:
                    entry = self.journal.entry("FIN-07", True, student=final.student_id)
                    yield LedgerEntry(
                        entry.rule, entry.subject_group_id, entry.student_id, None, entry.term_id, True,
                        key="year" if year else None,
                    )  # fmt: skip
                    break

    def _rush(self) -> Iterator[LedgerEntry]:
        journal = self.journal
        begins = datetime.combine(self._days[-_RUSH_DAYS], time())
        given = [mark for _, mark in journal.marks_with_works() if mark.given(self.now)]
        late = sum(self._entered_after(mark, begins) for mark in given)
        if len(given) >= _RUSH_LEAST and late * 10 >= 4 * len(given):
            yield journal.entry("FIN-09", True)

    def _entered_after(self, mark: Mark, begins: datetime) -> bool:
        """Whether a read after that moment was still without the mark."""
        moments = [*self.journal.reads, self.now]
        first = min(moment for moment in moments if mark.given(moment))
        before = [moment for moment in self.journal.reads if moment < first]
        return bool(before) and max(before) >= begins


def class_violations(journals: list[JournalLedger], class_id: int) -> Iterator[LedgerEntry]:
    """What the final marks of a class come to, term by term."""
    own = [journal for journal in journals if journal.group.school_class.id == class_id]
    terms = {journal.term.id: journal.term for journal in own if journal.is_marked()}
    former: tuple[int, int] | None = None
    for term in sorted(terms.values(), key=lambda item: item.start):
        if term.end >= journals[0].now.date():
            continue
        ledgers = [FinalsLedger(journal) for journal in journals if journal.term is term and journal.is_marked()]
        shown = _values_of(ledgers, class_id)
        key = str(term.id)
        if any(_is_listed(values) for values in shown):
            yield LedgerEntry("FIN-11", None, None, None, None, True, class_id=class_id, key=key)
        whole = [values for values in shown if None not in values]
        enough = len(whole) >= _QUALITY_PUPILS and len(whole) * 10 >= 8 * len(shown)
        good = sum(not {1, 2, 3, NOT_ATTESTED} & set(values) for values in whole)
        if enough and former is not None:
            drop = Fraction(100 * former[0], former[1]) - Fraction(100 * good, len(whole))
            if drop > _QUALITY_POINTS:
                yield LedgerEntry("FIN-12", None, None, None, None, True, class_id=class_id, key=key)
        former = (good, len(whole)) if enough else None


def _values_of(ledgers: list[FinalsLedger], class_id: int) -> list[list[str | int | None]]:
    """What stands in the cells of each pupil; None where a mark is not there, or may be gone."""
    found: dict[int, list[str | int | None]] = {}
    for ledger in ledgers:
        for pupil in [one for one in ledger.pupils() if one.class_id == class_id]:
            final = ledger.final(pupil)
            found.setdefault(pupil.id, []).append(final.shown(ledger.now) if final is not None else None)
    return list(found.values())


def _is_listed(values: list[str | int | None]) -> bool:
    if {1, 2, NOT_ATTESTED} & set(values):
        return True
    return None not in values and (values.count(3) == 1 or (values.count(4) == 1 and 3 not in values))


def _rounded(mean: Fraction) -> int:
    return int(mean + Fraction(1, 2))


def _value(mark: Mark, now: datetime) -> int:
    value = mark.value.at(now)
    assert isinstance(value, int)
    return value
