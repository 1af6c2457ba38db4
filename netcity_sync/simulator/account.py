"""What an account sees of itself and of its session (protocol.md §2.2, §2.8); unrecorded shapes are assumed."""

import struct
import zlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from netcity_sync.simulator import diary, pages
from netcity_sync.simulator.asking import BadRequestError, body_of, wrong_method
from netcity_sync.simulator.people import Role
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.state import Server

_NEVER = "0001-01-01T00:00:00"
_ROLE_TABLE = (
    (1, "Admin", "Администратор", "ADM"), (2, "Principal", "Завуч", "PRC"), (3, "Teacher", "Учитель", "TCH"),
    (4, "Student", "Ученик", "STD"), (5, "Parent", "Родитель", "PRT"),
    (6, "MinorStaff", "Технич. персонал", "TCS"), (7, "Secretary", "Секретарь", "SCT"),
    (8, "MedicalStaff", "Мед. работник", "MDS"), (9, "Psychologist", "Психолог / социальный педагог", "PYS"),
    (10, "SpecialistStaff", "Специалист по кадрам", "SPS"), (11, "EmAdmin", "Администратор УО", "ADMEM"),
    (12, "EMHDEM", "Начальник УО", "HDEM"), (13, "EmOFREM", "Сотрудник УО", "OFREM"),
    (14, "EmOper", "Оператор УО", "Оператор УО"), (15, "EmCoordOD", "Координатор ОД", "CRDOD"),
)  # fmt: skip
_SHORT_TITLES = {Role.TEACHER: "У"}


def account_pages(server: Server, session: Session) -> dict[str, Callable[[], Any]]:
    """Calls that answer with JSON."""
    world, account = server.world, session.account
    year_id = session.year_id or pages.year(world)["id"]
    return {
        "context": lambda: pages.context(world, session, server.version),
        "context/state": lambda: _state(server, session),
        "context/activesessions": lambda: [_active(server, item) for item in server.sessions.living(world.now)],
        "context/students": lambda: [{"id": item.id, "name": item.name.full} for item in account.students],
        "context/years": lambda: pages.years(world),
        "auth/account": lambda: pages.account_info(world, session),
        "mysettings": lambda: diary.my_settings(account, year_id),
        "mysettings/yearlist": lambda: [{"id": item["id"], "name": item["name"]} for item in pages.years(world)],
        "mysettings/mobile/pincode": lambda: {"userCode": f"{account.user_id % 1_000_000:06d}"},
        "usersettings": lambda: diary.my_settings(account, year_id)["userSettings"],
        "references/roles": roles,
    }


def account_posts(server: Server, session: Session) -> dict[str, Callable[[Request], Awaitable[Response]]]:
    """Calls that read the body of the request."""

    async def choose_year(request: Request) -> Response:
        if request.method != "POST":
            return wrong_method()
        wanted = await body_of(request)
        if isinstance(wanted, bool) or wanted not in [item["id"] for item in pages.years(server.world)]:
            raise BadRequestError
        session.year_id = int(wanted)
        return Response(status_code=204)

    return {"context/year": choose_year}


def roles() -> Any:
    """`GET references/roles` [R]."""
    return [{"id": item, "key": key, "name": name, "shortName": short} for item, key, name, short in _ROLE_TABLE]


def _state(server: Server, session: Session) -> Any:
    now = server.world.now
    others = [item for item in server.sessions.living(now) if item is not session and item.account is session.account]
    since: datetime = min((item.last_used for item in others), default=now)
    return pages.state(session, len(others), since, len(server.post.unread(session.account.user_id, now)))


def _active(server: Server, session: Session) -> Any:
    """Somebody who is on-line [R]: login, address and times are hidden; `eMs` is assumed."""
    school, account = server.world.school, session.account
    shown = account.roles if session.role is None else (session.role,)
    return {
        "schoolId": school.id, "eoName": school.name, "at": None, "userId": account.user_id, "loginName": None,
        "nickName": account.name, "loginTime": _NEVER, "lastAccessTime": _NEVER, "ip": None,
        "roles": " ".join(_SHORT_TITLES.get(role, role.title) for role in shown), "eMs": None,
        "timeOut": int(session.time_out.total_seconds()),
    }  # fmt: skip


def photo() -> Response:
    """`GET users/photo`: a picture of one grey point, nobody's face."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\xc0")) + chunk(b"IEND", b"")
    return Response(b"\x89PNG\r\n\x1a\n" + parts, media_type="image/png")
