"""A full school's year as pages: 43 classes, some 2,200 pages, 400,000 marks, from the simulator, without HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from netcity_sync.adapters.netschool import wire
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.journal import to_journal
from netcity_sync.adapters.netschool.profile import load_profile
from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.mirror.raw import payload_hash
from netcity_sync.mirror.rows import ScopeRows, journal_rows
from netcity_sync.simulator.state import make_server
from netcity_sync.simulator.versions import parse_version

CLASSES = 43
LAST_EVENING = datetime(2027, 5, 30, 21)  # noqa: DTZ001 (the simulator's clock is naive local)
NOW = datetime(2027, 5, 30, 16, tzinfo=UTC)
_PAGES_A_COMMIT = 8


@dataclass(frozen=True)
class SchoolPage:
    """A journal in a term as it stands at the end of the year."""

    scope: Scope
    rows: ScopeRows
    name: bytes


def bodies(classes: int = CLASSES) -> list[tuple[int, int, bytes]]:
    """The answers of the server: journal, term, bytes."""
    server = make_server(1, classes, LAST_EVENING, parse_version("5.51.0"), None)
    return [
        (group.id, term.id, server.journal(group, term.id))
        for group in server.world.school.groups
        for term in server.world.begun_terms(group)
    ]


def pages_of(answers: Sequence[tuple[int, int, bytes]]) -> list[SchoolPage]:
    """The answers as rows, newest terms first, as a sync reads them."""
    profile = load_profile({})
    pages = []
    for group_id, term_id, body in sorted(answers, key=lambda item: (-item[1], item[0])):
        answer = decode(wire.JournalAnswer, body, "journal")
        rows = journal_rows(to_journal(answer.journals[0], term_id, profile, "journal"))
        scope = Scope(ScopeKind.JOURNAL, subject_group_id=group_id, term_id=term_id)
        pages.append(SchoolPage(scope, rows, payload_hash(body)))
    return pages


def commits(pages: Sequence[SchoolPage]) -> list[Sequence[SchoolPage]]:
    """The pages as they are committed: so many come back together on a fast line."""
    return [pages[place : place + _PAGES_A_COMMIT] for place in range(0, len(pages), _PAGES_A_COMMIT)]
