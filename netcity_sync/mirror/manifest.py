"""What a backup says of itself (docs/backup-format.md)."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from netcity_sync.errors import DamagedError

FORMAT_VERSION = 1


class Manifest(BaseModel):
    """The manifest of a backup. `made_at` is UTC; sizes are bytes; hashes are SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    format: int
    program: str
    made_at: datetime
    newest_run: int | None
    plain_size: int
    plain_sha256: str
    compressed_size: int
    compressed_sha256: str
    row_counts: dict[str, int]


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file. Raises DamagedError where it is missing or not one."""
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise DamagedError(
            "У копии нет описания.", where=str(path), todo="Возьмите другую копию: netcity-sync backup list"
        ) from error
    except (OSError, ValidationError) as error:
        raise DamagedError(
            "Описание копии повреждено.", where=str(path), todo="Возьмите другую копию: netcity-sync backup list"
        ) from error
    if manifest.format != FORMAT_VERSION:
        raise DamagedError("Копия сделана другой версией программы.", where=str(path), todo="Обновите netcity_sync.")
    return manifest
