"""The docs cannot fall behind: every command, option, rule, report, setting, exit code and table stands in them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import get_args

import click
import pytest
from support.school import Book, Trial

from netcity_sync import errors
from netcity_sync.cli import app
from netcity_sync.compliance.finding import Severity
from netcity_sync.compliance.guide import guide_text as rules_text
from netcity_sync.compliance.mirror_guide import ALL_VIEWS, EXAMPLES, GROUPS, Example, guide_text
from netcity_sync.compliance.registry import Rule, all_rules
from netcity_sync.compliance.schema import migrations as compliance_migrations
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.schema import RUN_STATUSES, VERSION_COLUMNS, Table
from netcity_sync.reports.guide import guide_text as reports_text
from netcity_sync.settings import SeverityName

ROOT = Path(__file__).parent.parent
ALL_TABLES = [table for group in GROUPS for table in group.tables]
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
    assert rule.formula.endswith(".")
    assert rule.title
    assert rule.example
    assert all(rule.recipients)
    assert all(param.meaning.endswith(".") for param in rule.params)
    assert all(param.admits(param.default) for param in rule.params)
    assert all(param.name in rule.formula for param in rule.params)


def test_the_page_about_the_rules_is_in_step() -> None:
    assert text("docs/rules.md") == rules_text(), "make it anew: CONTRIBUTING.md says how"


def test_settings_and_rules_know_the_same_severities() -> None:
    assert get_args(SeverityName) == tuple(item.value for item in Severity)


def test_reports() -> None:
    assert text("docs/reports.md") == reports_text(), "make it anew: CONTRIBUTING.md says how"
    assert "docs/reports.md" in text("README.ru.md")


def test_run_statuses() -> None:
    page = text("docs/data-folder.md")
    assert {status for status in RUN_STATUSES if f"`{status}`" not in page} == set()


def test_the_page_about_the_mirror_is_in_step() -> None:
    assert text("docs/mirror.md") == guide_text(), "make it anew: CONTRIBUTING.md says how"


def test_every_table_column_and_view_of_a_real_mirror_has_a_sentence(tmp_path: Path) -> None:
    sentences = {table.name: {column.name: column.meaning for column in table.columns} for table in ALL_TABLES}
    versions = {column.name: column.meaning for column in VERSION_COLUMNS}
    assert all(table.meaning.strip() for table in ALL_TABLES)
    assert all(meaning.strip() for columns in (*sentences.values(), versions) for meaning in columns.values())
    assert all(view.meaning.strip() for view in ALL_VIEWS)
    with open_writer(DataFolder(tmp_path), compliance_migrations) as db:
        found = dict(db.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')").fetchall())
        tables = {name for name, kind in found.items() if kind == "table" and not name.startswith(("_", "sqlite_"))}
        assert tables == sentences.keys()
        views = {name for name, kind in found.items() if kind == "view"}
        versioned = {f"current_{table.name}" for table in ALL_TABLES if isinstance(table, Table)}
        assert views == versioned | {view.name for view in ALL_VIEWS}
        for name in tables:
            columns = {row[1] for row in db.execute(f"PRAGMA table_info({name})")}
            known = sentences[name].keys() | (versions.keys() if f"current_{name}" in views else set())
            assert columns == known


def test_the_pictures_name_tables_and_columns_that_are_there() -> None:
    columns = {table.name: {column.name for column in table.columns} for table in ALL_TABLES}
    for group in GROUPS:
        for line in group.relations:
            first, _, second, _, key = line.split(maxsplit=4)
            assert first in columns
            assert set(key.strip('"').split(", ")) <= columns[second], line


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda item: item.question[:30])
def test_the_examples_work(example: Example, school_of_one: Path) -> None:
    with closing(sqlite3.connect(school_of_one)) as db:
        assert db.execute(example.sql).fetchall() != []


@pytest.fixture(scope="module")
def school_of_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror that has an answer to each: a mark was mended, a topic came late, a read failed."""
    book = Book().add_lessons("09-01", topic=None)
    book.mark(101, 2)
    trial = Trial(tmp_path_factory.mktemp("mirror"), book)
    trial.sync("09-01 21:00")
    book.set_topic(101, "Атомы")
    book.marks[0] = book.marks[0].model_copy(update={"value": 4})
    trial.sync("09-02 21:00")
    trial.source.broken["journal"] = AnswerError("нет ответа")
    trial.sync("09-03 21:00")
    return trial.settings.storage.data_dir / "mirror.db"


def test_links_lead_somewhere() -> None:
    pages = ("README.md", "README.ru.md", "CONTRIBUTING.md")
    for page in (
        *pages,
        "docs/architecture.md",
        "docs/cli.md",
        "docs/data-folder.md",
        "docs/mirror.md",
        "docs/rules.md",
    ):
        folder = (ROOT / page).parent
        targets = [part.partition(")")[0].partition("#")[0] for part in text(page).split("](")[1:]]
        for target in targets:
            assert target.startswith("http") or (folder / target).exists(), f"{page}: {target}"
