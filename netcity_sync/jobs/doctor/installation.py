"""The installation under examination: as much of its settings as can be read, and what it looks like inside."""

import sqlite3
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, NetcityError, SettingsError
from netcity_sync.mirror.health import MirrorHealth, read_health
from netcity_sync.settings import Settings, load_settings, with_absolute_paths

_NEEDED: dict[str, dict[str, Any]] = {
    "gis": {"url": "http://127.0.0.1", "school": 0, "login": "-"},
    "school": {"timezone": "UTC"},
    "storage": {},
}  # fmt: skip
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class FoundSettings:
    """A settings file: what can be used of it, and what is wrong with it."""

    config: Path
    settings: Settings | None
    error: SettingsError | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone, or UTC where it is not known."""
        return self.settings.zone if self.settings is not None else ZoneInfo("UTC")


def find_settings(config: Path) -> FoundSettings:
    """The settings in a file; of a file with faults what is left without them."""
    try:
        return FoundSettings(config, load_settings(config))
    except SettingsError as error:
        return FoundSettings(config, _salvaged(config), error)


def _salvaged(config: Path) -> Settings | None:
    """The settings without the keys that are wrong, stand-ins for those that are missing; None where that fails.

    They serve to examine what lies on this machine, never to sign in.
    """
    try:
        data = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None
    for _ in range(_ROUNDS):
        try:
            return with_absolute_paths(Settings.model_validate(data), config.resolve().parent)
        except ValidationError as error:
            for item in error.errors(include_input=False, include_url=False):
                _leave_out(data, item["loc"], missing=item["type"] == "missing")
    return None


def _leave_out(data: dict[str, Any], place: tuple[int | str, ...], *, missing: bool) -> None:
    """Take a wrong key out of its section, or put a stand-in where a needed one is missing."""
    if not place:
        return
    section, *rest = (str(part) for part in place)
    content = data.get(section)
    if isinstance(content, dict) and rest and not missing:
        content.pop(rest[0], None)
    elif section not in _NEEDED:
        data.pop(section, None)
    else:
        data[section] = _NEEDED[section] | (content if isinstance(content, dict) else {})


@dataclass(frozen=True)
class Installation:
    """What is examined. Everything in it is only looked at."""

    settings: Settings
    clock: Clock

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return DataFolder(self.settings.storage.data_dir)

    @property
    def health(self) -> MirrorHealth | None:
        """The state of the mirror; None where there is none, or it does not open."""
        return self._look if isinstance(self._look, MirrorHealth) else None

    @property
    def mirror_error(self) -> NetcityError | None:
        """Why the mirror does not open."""
        return self._look if isinstance(self._look, NetcityError) else None

    @cached_property
    def _look(self) -> MirrorHealth | NetcityError | None:
        if not self.folder.mirror.exists():
            return None
        try:
            return read_health(self.folder)
        except NetcityError as error:
            return error
        except (sqlite3.Error, ValueError) as error:
            return DamagedError(
                f"Зеркало не открывается ({type(error).__name__}).",
                where=str(self.folder.mirror),
                todo="Проверьте права на папку данных; если они верны: netcity-sync backup restore latest --force",
            )
