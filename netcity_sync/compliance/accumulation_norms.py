"""How many marks a pupil should have by the end of a term: the presets of docs/checks.md (rules.md §7.2)."""

from collections.abc import Mapping

from netcity_sync.model import TermKind
from netcity_sync.settings import AccumulationPreset, AccumulationSettings

_BY_HOURS: Mapping[AccumulationPreset, tuple[tuple[int, ...], tuple[int, ...]]] = {
    AccumulationPreset.GRADED_3_5_7: ((3, 5, 7), (5, 7, 9)),
    AccumulationPreset.FLAT_3_5: ((3,), (5,)),
    AccumulationPreset.GRADED_3_3_5: ((3, 3, 5), (5, 5, 7)),
    AccumulationPreset.DETAILED: ((3, 5, 7, 8, 10), (6, 10, 14, 16, 20)),
}
"""For a quarter or trimester and for a half-year: at 1, 2, … lessons a week, the last one for more."""

_FEW_LESSONS, _FEW_LESSONS_HALF_YEAR = 15, 30
_BY_LESSONS, _BY_LESSONS_HALF_YEAR = (3, 5), (5, 7)
"""Preset `by_lessons`: with fewer planned lessons than that, and with as many or more."""


def norm(settings: AccumulationSettings, kind: TermKind, planned: int, weeks: int) -> int:
    """Marks by the end of a term with so many planned lessons, in so many weeks with lessons."""
    half_year = kind is TermKind.HALF_YEAR
    own = settings.half_year_norm if half_year else settings.quarter_norm
    if settings.preset is AccumulationPreset.BY_LESSONS and not own:
        few, enough = _BY_LESSONS_HALF_YEAR if half_year else _BY_LESSONS
        return few if planned < (_FEW_LESSONS_HALF_YEAR if half_year else _FEW_LESSONS) else enough
    norms = own or _BY_HOURS[settings.preset][half_year]
    return norms[min(lessons_a_week(planned, weeks), len(norms)) - 1]


def lessons_a_week(planned: int, weeks: int) -> int:
    """Lessons a week in a term, rounded half up, at least one."""
    known = max(1, weeks)
    return max(1, (2 * planned + known) // (2 * known))


def needed_now(whole: int, counted: int, planned: int) -> int:
    """The part of the norm that is due by now, rounded up, at least one."""
    return max(1, -(-whole * counted // planned))
