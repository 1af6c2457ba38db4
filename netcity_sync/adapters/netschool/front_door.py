"""What the sign-in page says of itself, before anybody signs in: release, ways in, the server's clock (§1.5)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.sign_in import redirected
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.adapters.netschool.wire import LoginData


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """What is known of a server without an account; null where it does not say. `moment` is its clock, in UTC."""

    version: str | None = None
    by_password: bool | None = None
    state_services_first: bool | None = None
    moment: datetime | None = None


def look_at_front_door(transport: Transport, profile: Profile) -> FrontDoor:
    """Ask the sign-in page. Raises SourceUnavailable, SourceClosed, SourceMaintenance, or AnswerError."""
    call = Call("GET", profile.login_data)
    response = transport.send(call, {}, {})
    if response.is_redirect:
        raise redirected(transport.base)
    moment = _moment(response.headers.get("Date", ""))
    if response.status_code != requests.codes.ok:
        return FrontDoor(moment=moment)
    said: LoginData = decode(LoginData, response.content, call.name)
    return FrontDoor(said.version, said.password, said.only_esia, moment)


def _moment(header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None
