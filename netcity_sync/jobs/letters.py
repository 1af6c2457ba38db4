"""Only people know that letters were handed out to families: they say it, the log of the service keeps it."""

from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period


def note_issued(desk: Desk, clock: Clock, classes: tuple[str, ...], period: Period) -> tuple[str, ...]:
    """Note it for each class; answers with their names as the GIS has them.

    Raises UsageError where there is no such class, or where the log cannot be written.
    """
    folder = DataFolder(desk.settings.storage.data_dir)
    names = tuple(desk.class_name(desk.class_id(name)) for name in classes)
    for name in names:
        event = ServiceEvent(EventKind.LETTERS_ISSUED, clock(), name, period.key, day=period.log_day)
        if not note_event(folder, event):
            raise UsageError("Не удалось записать в журнал работы службы.", todo="Повторите позже: зеркало занято.")
    return names
