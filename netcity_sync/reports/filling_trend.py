"""How filling went week by week: for report 5.2."""

from datetime import date

from netcity_sync.compliance.bench import Bench
from netcity_sync.reports.document import Series, Trend
from netcity_sync.reports.formulas import share
from netcity_sync.reports.in_focus import IN_FOCUS, focus_values, whole_name
from netcity_sync.reports.request import Request
from netcity_sync.russian import day_month

_WEEKS = f"""
SELECT date(h.date, '-6 days', 'weekday 1') AS monday, count(*) AS held, sum(h.has_topic) AS topics
FROM journal j CROSS JOIN held h USING (subject_group_id, term_id)
WHERE j.fresh AND h.held AND h.date BETWEEN :first AND :last AND {IN_FOCUS} GROUP BY monday ORDER BY monday
"""


def topic_trend(bench: Bench, request: Request) -> tuple[Trend, ...]:
    """Lessons with a topic, % of all in focus; nothing to draw for a single week."""
    period, focus = request.period, request.focus
    rows = bench.rows(
        _WEEKS, first=period.first.isoformat(), last=period.last.isoformat(), **focus_values(focus)
    )  # fmt: skip
    if len(rows) < 2:
        return ()
    points = tuple(f"с {day_month(date.fromisoformat(row['monday']))}" for row in rows)
    values = tuple(share(row["topics"], row["held"]) for row in rows)
    return (
        Trend(
            "Уроки с темой по неделям, %",
            points,
            (Series(whole_name(focus.about), values),),
        ),
    )
