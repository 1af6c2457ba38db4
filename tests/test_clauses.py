"""Every clause of the regulation that can be automated is served by a rule or a report."""

import re
from pathlib import Path

import pytest
from support.recorded import FOLDER

from netcity_sync.compliance.registry import all_rules
from netcity_sync.reports.clauses import CLAUSES, unknown_names

_CATALOGUE = FOLDER.parent / "rules.md"
_IN_RUSSIAN = {
    "2.1 storage": "2.1 хранение", "2.1 paper": "2.1 на бумаге", "2.1 any-time access": "2.1 доступ в любое время",
    "2.1 periodic reports": "2.1 периодические отчёты", "2.1 informing parents": "2.1 информирование родителей",
    "2.1 programme control": "2.1 выполнение программ",
}  # fmt: skip
_BY_PEOPLE = ("no", "record only", "hints only")


def _matrix(path: Path) -> list[tuple[str, str]]:
    """The matrix of the catalogue (§4): clause and whether it can be automated."""
    section = path.read_text(encoding="utf-8").split("\n## 4.")[1].split("\n## 5.")[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    cells = [(row[0].strip(), row[-1].strip().lower()) for row in rows[1:] if not row[0].strip().startswith("-")]
    return [(_IN_RUSSIAN.get(label, label), how) for label, how in cells]


def test_every_clause_that_can_be_automated_is_served() -> None:
    if not _CATALOGUE.exists():
        pytest.skip("no catalogue beside the checkout (NETCITY_RECORDED)")
    served = {clause.label: clause for clause in CLAUSES}
    matrix = _matrix(_CATALOGUE)
    assert len(matrix) > 50
    assert [label for label, _ in matrix if label not in served] == []
    wanted = [label for label, how in matrix if not how.startswith(_BY_PEOPLE)]
    assert [label for label in wanted if not served[label].served] == []


def test_what_people_must_do_is_said() -> None:
    assert [clause.label for clause in CLAUSES if not clause.served and not clause.people] == []


def test_the_clauses_name_only_what_there_is() -> None:
    assert unknown_names() == ()


def test_every_rule_serves_some_clause() -> None:
    numbers = {number for clause in CLAUSES for number in re.findall(r"\d\.\d", clause.number)}
    assert [rule.id for rule in all_rules() if not set(re.findall(r"\d\.\d", rule.clause)) & numbers] == []
