"""The state behind the server's calls: a school, who is signed in, reports, faults, and the log of calls."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from starlette.datastructures import Headers, QueryParams

from netcity_sync.simulator import pages
from netcity_sync.simulator.classic_hub import ClassicHub
from netcity_sync.simulator.faults import Fault, Faults, Stage
from netcity_sync.simulator.handed_in import HandedIn
from netcity_sync.simulator.hub import HubFaults, Negotiation
from netcity_sync.simulator.ledger import make_ledger
from netcity_sync.simulator.ledger_file import write_ledger
from netcity_sync.simulator.people import deal_accounts
from netcity_sync.simulator.post import Post, first_letters
from netcity_sync.simulator.reports import Reports
from netcity_sync.simulator.school import Group
from netcity_sync.simulator.sessions import Session, Sessions
from netcity_sync.simulator.versions import Version
from netcity_sync.simulator.world import World

SESSION_COOKIE = "ESRNSec"


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call that the server answered; `at_clock` is the virtual time."""

    at_clock: datetime
    method: str
    path: str
    status: int


@dataclass(slots=True)
class Server:
    """One running «Сетевой город»."""

    world: World
    version: Version
    faults: Faults
    sessions: Sessions
    reports: Reports
    classic_hub: ClassicHub
    negotiation: Negotiation = field(default_factory=Negotiation)
    post: Post = field(default_factory=Post)
    handed_in: HandedIn = field(default_factory=HandedIn)
    ledger: Path | None = None
    log: list[LoggedCall] = field(default_factory=list)
    _pages: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def move(self, now: datetime) -> None:
        """Set the clock and write the ledger anew."""
        self.world.move(now)
        self._pages.clear()
        self.write_ledger()

    def write_ledger(self) -> None:
        """Write the ledger where one is wanted."""
        if self.ledger is not None:
            write_ledger(self.ledger, make_ledger(self.world))

    def note(self, method: str, path: str, status: int) -> None:
        """Add a call to the log."""
        self.log.append(LoggedCall(self.world.now, method, path, status))

    def journal(self, group: Group, term_id: int) -> bytes:
        """A journal's page, rendered once while the clock stands."""
        key = (group.id, term_id)
        if key not in self._pages:
            self._pages[key] = json.dumps(pages.journal(self.world, group, term_id), ensure_ascii=False).encode()
        return self._pages[key]

    def session_of(self, headers: Headers, query: QueryParams, cookies: dict[str, str]) -> Session | None:
        """The live session that a call shows: `at` as header or parameter, and the cookie."""
        at = headers.get("at") or query.get("at")
        return self.sessions.find(at, cookies.get(SESSION_COOKIE), self.world.now)


def make_server(
    seed: int, classes: int, now: datetime, version: Version, ledger: Path | None, *, combined: bool = False
) -> Server:
    """A server with a school of its own."""
    world = World(seed, classes, now, combined=combined)
    random = Random(f"server-{seed}")
    accounts = deal_accounts(world.school, random)
    faults = Faults(Random(f"faults-{seed}"))
    reports = Reports(world, version.text)
    hub_faults = hub_faults_of(faults)
    hub = ClassicHub(reports, hub_faults, version.second_reports)
    server = Server(world, version, faults, Sessions(accounts, world.school.id, random), reports, hub, ledger=ledger)
    server.post.letters.extend(first_letters(world.school, accounts))
    server.write_ledger()
    return server


def hub_faults_of(faults: Faults) -> HubFaults:
    """The faults of the hub as questions."""
    return HubFaults(
        breaks=lambda: faults.strikes(Fault.HUB_BREAK, Stage.HUB),
        hangs=lambda: faults.strikes(Fault.HUB_HANG, Stage.HUB),
    )
