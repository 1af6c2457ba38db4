"""A digest as HTML and as plain text, both from the same data."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from netcity_sync.compliance.finding import Severity
from netcity_sync.compliance.wording import SEVERITY_WORDS
from netcity_sync.delivery.digest import Digest
from netcity_sync.russian import plural
from netcity_sync.settings import Role

_WITHOUT_COMMANDS = (Role.TEACHER, Role.CLASS_TEACHER)
"""Who is not at the machine on which the service runs."""
_TEMPLATES = Path(__file__).parent / "templates"
_COLOURS = {Severity.CRIT: "#b3261e", Severity.VIOL: "#c4710c", Severity.WARN: "#8a7a00", Severity.INFO: "#51606f"}


def render_html(digest: Digest) -> str:
    """The digest as a page for a mail reader or a browser."""
    return _render("digest.html.j2", digest)


def render_text(digest: Digest) -> str:
    """The digest as plain text."""
    return _render("digest.txt.j2", digest)


def _render(name: str, digest: Digest) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(
        digest=digest,
        colours=_COLOURS,
        words=SEVERITY_WORDS,
        days=_school_days,
        lines=_lines,
        commands=digest.person.role not in _WITHOUT_COMMANDS,
    )


def _school_days(count: int) -> str:
    return plural(count, "учебный день", "учебных дня", "учебных дней")


def _lines(count: int) -> str:
    return plural(count, "журнал", "журнала", "журналов")
