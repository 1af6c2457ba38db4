"""The docs cannot fall behind: every command, option, rule, report, setting, exit code and table stands in them."""

from pathlib import Path

import click
import pytest

from netcity_sync import errors
from netcity_sync.cli import app
from netcity_sync.compliance.registry import Rule, all_rules
from netcity_sync.mirror.exchange_schema import EXCHANGE_TABLES
from netcity_sync.mirror.schema import ENTITY_TABLES, RUN_STATUSES
from netcity_sync.reports.registry import all_reports

ROOT = Path(__file__).parent.parent
COMMON = {"--config", "--verbose", "--help", "--json", "--now"}


def text(name: str) -> str:
    """A page of the docs."""
    return (ROOT / name).read_text(encoding="utf-8")


def leaves(group: click.Group, path: str = "") -> list[tuple[str, click.Command]]:
    """Commands that do something, with their full names."""
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        full = f"{path} {name}".strip()
        found += leaves(command, full) if isinstance(command, click.Group) else [(full, command)]
    return found


@pytest.mark.parametrize(("name", "command"), leaves(app), ids=lambda item: item if isinstance(item, str) else "")
def test_commands_and_their_options(name: str, command: click.Command) -> None:
    page = text("docs/cli.md")
    assert f"`{name}" in page
    options = {option for item in command.params for option in item.opts if option.startswith("--")} - COMMON
    assert {option for option in options if option not in page} == set()


def test_exit_codes() -> None:
    page = text("docs/cli.md")
    kinds = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, Exception)]
    assert {item.exit_code for item in kinds if f"| {item.exit_code} |" not in page} == set()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_rules(rule: Rule) -> None:
    assert f"| {rule.id} | {rule.kind.value} |" in text("docs/checks.md")
    page = rule.describe()["page"]
    assert page.endswith((".", "»."))
    assert rule.title


def test_reports() -> None:
    for report in all_reports():
        assert report.id in text("README.ru.md")


def test_tables_and_run_statuses() -> None:
    page = text("docs/data-folder.md")
    tables = (*ENTITY_TABLES, *EXCHANGE_TABLES)
    assert {table.name for table in tables if f"`{table.name}`" not in page} == set()
    assert {status for status in RUN_STATUSES if f"`{status}`" not in page} == set()


def test_links_lead_somewhere() -> None:
    pages = ("README.md", "README.ru.md", "CONTRIBUTING.md")
    for page in (*pages, "docs/architecture.md", "docs/cli.md", "docs/data-folder.md"):
        folder = (ROOT / page).parent
        targets = [part.partition(")")[0] for part in text(page).split("](")[1:]]
        for target in targets:
            assert target.startswith("http") or (folder / target).exists(), f"{page}: {target}"
