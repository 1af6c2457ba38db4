"""The state of each paper set, as the log of the service holds it, and how people move it on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from netcity_sync.clock import Clock
from netcity_sync.compliance.paper_states import PaperState
from netcity_sync.compliance.service_log import logged
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import NetcityError, UsageError
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, note_events
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period, PeriodKind

_STATES = {state.value: state for state in PaperState}


@dataclass(frozen=True, slots=True)
class StateNote:
    """A state that a set has come to.

    `detail` holds the folder in `paper`, the sheets of the journal and the SHA-256 of the files.
    """

    class_name: str
    period: str
    state: PaperState
    who: str
    detail: Mapping[str, str | int | float | None] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def sheets(self) -> int | None:
        """How many sheets the journal has, where the log tells it."""
        value = self.detail.get("sheets")
        return value if isinstance(value, int) else None

    @property
    def folder(self) -> str:
        """Where the set lies in `paper`; empty where the log does not tell it."""
        return str(self.detail.get("folder", ""))


def period_key(desk: Desk, period: Period) -> str:
    """What the log calls a period: a term by its number, a school year by its name."""
    return desk.year_name if period.kind is PeriodKind.YEAR else period.key


def period_words(desk: Desk, key: str) -> str:
    """«1 четверть»; a school year by its name."""
    rows = desk.bench.rows("SELECT name FROM as_of_term WHERE CAST(term_id AS TEXT) = :key", key=key)
    return str(rows[0]["name"]) if rows else key


def states_of(desk: Desk) -> tuple[StateNote, ...]:
    """The last state of every set up to the moment of the desk, by period and class."""
    events = reversed(logged(desk.bench, EventKind.PAPER_SET_STATE))
    return last_states((item.at, item.what, item.period, item.detail) for item in events)


def last_states(events: Iterable[tuple[datetime, str, str, Mapping[str, object]]]) -> tuple[StateNote, ...]:
    """The last state of every set, by period and class, of notes in their order: moment, class, period, details."""
    last: dict[tuple[str, str], StateNote] = {}
    for at, class_name, period, detail in events:
        state = _STATES.get(str(detail.get("state")))
        if state is not None:
            kept = {name: value for name, value in detail.items() if isinstance(value, str | int)}
            last[period, class_name] = StateNote(class_name, period, state, str(detail.get("who") or ""), kept, at)
    return tuple(last[key] for key in sorted(last))


def move_states(
    desk: Desk, clock: Clock, classes: Sequence[str], period: Period, *, state: PaperState, who: str
) -> tuple[StateNote, ...]:
    """Note that the sets of these classes have come to a state: all of them, or none.

    Raises UsageError where a set was not made, or its state is not the one before; NetcityError where the log cannot
    be written.
    """
    key = period_key(desk, period)
    known = {item.class_name: item for item in states_of(desk) if item.period == key}
    notes = []
    for name in dict.fromkeys(classes):
        before = known.get(name)
        if before is None:
            raise UsageError(
                f"Бумажной копии {name} за {period.name} нет.", todo="Составьте её: netcity-sync paper make"
            )
        if before.state.following is not state:
            following = before.state.following
            raise UsageError(
                f"{name}: состояние «{state.value}» сейчас поставить нельзя, копия «{before.state.value}».",
                todo=f"Следующее состояние: {following.value}." if following else "Это состояние последнее.",
            )
        notes.append(StateNote(name, key, state, who, before.detail))
    note_states(DataFolder(desk.settings.storage.data_dir), clock, notes, desk.snapshot.run_id)
    return tuple(notes)


def note_states(folder: DataFolder, clock: Clock, notes: Sequence[StateNote], run_id: int) -> None:
    """Put states into the log: all of them, or none. Raises NetcityError where it cannot be written."""
    events = [
        ServiceEvent(
            EventKind.PAPER_SET_STATE, clock(), note.class_name, note.period,
            detail={**note.detail, "state": note.state.value, "who": note.who}, run_id=run_id,
        )
        for note in notes
    ]  # fmt: skip
    if not note_events(folder, events):
        raise NetcityError("Состояние бумажной копии не записано.", where=str(folder.mirror), todo="Повторите команду.")
