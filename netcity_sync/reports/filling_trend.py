"""How filling went week by week: for report 5.2."""

from datetime import date

from netcity_sync.compliance.bench import Bench
from netcity_sync.reports.document import Series, Trend
from netcity_sync.reports.formulas import share
from netcity_sync.reports.period import Period
from netcity_sync.russian import day_month

_WEEKS = """
SELECT date(h.date, '-6 days', 'weekday 1') AS monday, count(*) AS held, sum(h.has_topic) AS topics
FROM journal j CROSS JOIN held h USING (subject_group_id, term_id)
WHERE j.fresh AND h.held AND h.date BETWEEN :first AND :last GROUP BY monday ORDER BY monday
"""


def topic_trend(bench: Bench, period: Period) -> tuple[Trend, ...]:
    """Lessons with a topic, % of the whole school; nothing to draw for a single week."""
    rows = bench.rows(_WEEKS, first=period.first.isoformat(), last=period.last.isoformat())
    if len(rows) < 2:
        return ()
    points = tuple(f"с {day_month(date.fromisoformat(row['monday']))}" for row in rows)
    values = tuple(share(row["topics"], row["held"]) for row in rows)
    return (Trend("Уроки с темой по неделям, %", points, (Series("Школа", values),)),)
