"""Events of the service in a trial's log, and checks at a moment."""

from netcity_sync.compliance.finding import Finding
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event
from support.school import Trial, at


def note(tried: Trial, kind: EventKind, moment: str, what: str = "", period: str = "", **more: object) -> None:
    """Put an event of a moment into the log."""
    event = ServiceEvent(kind, at(moment), what, period, **more)  # type: ignore[arg-type]
    assert note_event(DataFolder(tried.settings.storage.data_dir), event)


def found(tried: Trial, rule: str, moment: str) -> list[Finding]:
    """What a rule finds at a moment."""
    tried.now = at(moment)
    return tried.found(rule)
