"""What is wrong with an installation, and how to mend it. Nothing is changed by looking.

Each examination is a small function that yields results; `AREAS` lists them under the titles that people read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import structlog

from netcity_sync.clock import Clock
from netcity_sync.errors import NetcityError
from netcity_sync.jobs.doctor import configuration, gis, storage, upkeep
from netcity_sync.jobs.doctor.installation import FoundSettings, Installation, find_settings
from netcity_sync.jobs.doctor.result import Result, Verdict, fault, fault_of, notice

__all__ = ["AREAS", "Area", "AreaResults", "Verdict", "examine", "find_settings"]

log = structlog.get_logger(__name__)

Examination = Callable[[Installation], Iterator[Result]]

_SETTINGS = "settings"
_ONLINE = "gis"


@dataclass(frozen=True, slots=True)
class Area:
    """Examinations that belong together: how answers name them, and what people read."""

    id: str
    title: str
    examinations: tuple[Examination, ...]


@dataclass(frozen=True, slots=True)
class AreaResults:
    """What was found in an area."""

    area: Area
    results: tuple[Result, ...]


AREAS = (
    Area(
        _SETTINGS, "Настройки",
        (configuration.password, configuration.family_password, configuration.browser_session,
         configuration.certificate_files, configuration.recipients, configuration.rules,
         configuration.profile),
    ),
    Area("data_folder", "Папка данных", (storage.folder_rights, storage.disk_space, storage.clock_sane)),
    Area(
        "mirror", "Зеркало",
        (storage.mirror_file, storage.file_sizes, storage.runs_that_never_ended, storage.last_good_run,
         storage.last_run),
    ),
    Area("backups", "Резервные копии", (storage.backups,)),
    Area("exchange", "Папка обмена", (upkeep.exchange_folder,)),
    Area("drift", "Ответы сервера", (upkeep.schema_drift,)),
    Area("service", "Служба", (upkeep.service,)),
    Area("outbox", "Письма", (upkeep.outbox,)),
    Area(_ONLINE, "«Сетевой город»", (gis.server_and_account,)),
)  # fmt: skip


def examine(found: FoundSettings, clock: Clock, *, offline: bool) -> Iterator[AreaResults]:
    """Examine everything that can be, area by area; `offline` leaves the server alone. Raises nothing foreseeable.

    With faults in the settings nobody signs in: the wrong account would be the one that gets locked.
    """
    installation = None if found.settings is None else Installation(found.settings, clock)
    for area in AREAS:
        results = list(_guarded(area, configuration.settings_file(found))) if area.id == _SETTINGS else []
        if area.id == _ONLINE and (offline or installation is None or found.error is not None):
            if not offline:
                results.append(notice("Сервер и вход не проверялись.", "Сначала исправьте файл настроек."))
        elif installation is not None:
            for examination in area.examinations:
                results += _guarded(area, examination(installation))
        if results:
            yield AreaResults(area, tuple(results))


def _guarded(area: Area, results: Iterable[Result]) -> Iterator[Result]:
    """The results of an examination; an error in it is a result too, so that the others are heard."""
    try:
        yield from results
    except NetcityError as error:
        yield fault_of(error)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        yield fault(
            f"Файл или папка не читается{where} ({error.strerror or type(error).__name__}).", "Проверьте права и диск."
        )
    except Exception as error:
        log.debug("examination_broke", area=area.id, error=type(error).__name__, exc_info=True)
        yield fault(
            f"Проверка не удалась ({type(error).__name__}).", "Сообщите разработчикам вывод команды с --verbose."
        )
