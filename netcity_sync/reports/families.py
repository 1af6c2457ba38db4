"""Families to whom letters are written: those that declined the diary, and how each wants to be told (clause 8.3)."""

from dataclasses import dataclass
from datetime import date

from netcity_sync.adapters.exchange.files import OPT_OUTS
from netcity_sync.reports.class_people import BY_NAME
from netcity_sync.reports.desk import Desk

_CHANNELS = OPT_OUTS.words_of("channel")
GREETING = "Уважаемые родители (законные представители)!"
NO_TABLE = (
    "Нет данных об отказах от дневника: таблица opt_outs не взята"
    " (netcity-sync exchange template, затем exchange take)."
)


@dataclass(frozen=True, slots=True)
class Family:
    """A family that declined the diary, by its child, since when; `channel` is empty where none was agreed upon."""

    class_id: int
    student_id: int
    applied_on: date
    channel: str


def declined_families(desk: Desk, class_ids: tuple[int, ...] = ()) -> tuple[Family, ...]:
    """Those of these classes (of all, where none is given), as the table of the exchange folder was last taken."""
    rows = desk.bench.rows(
        "SELECT o.class_id, o.student_id, o.applied_on, o.channel FROM opted o CROSS JOIN class_read c USING (class_id)"
        f" CROSS JOIN as_of_student s USING (student_id) ORDER BY c.grade, c.class_name, {BY_NAME}"
    )
    return tuple(
        Family(
            row["class_id"],
            row["student_id"],
            date.fromisoformat(row["applied_on"]),
            _CHANNELS.get(row["channel"], ""),
        )
        for row in rows
        if not class_ids or row["class_id"] in class_ids
    )


def told_on(desk: Desk) -> date | None:
    """The day as of which the table of declined diaries stands; None where it was never taken."""
    rows = desk.bench.rows("SELECT day FROM taken WHERE name = 'opt_outs'")
    return date.fromisoformat(rows[0]["day"]) if rows else None
