"""Digests as files: names that tell whose they are, for their owner only, old or new but never a part."""

from pathlib import Path

import pytest
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.digest import make_digests

CLOCK = fixed_clock(at("09-14 22:00"))


def files(folder: Path, *people: dict[str, object]) -> list[Path]:
    """The files of these persons' digests."""
    tried = Trial(folder, Book().add_lessons("09-01", "09-02", topic=None), people=people)
    tried.sync("09-14 21:00")
    tried.check()
    return list(make_digests(tried.settings, CLOCK).files)


@pytest.mark.parametrize(
    ("people", "names"),
    [
        ([{"role": "deputy"}, {"role": "deputy"}, {"role": "deputy"}], ["zavuch", "zavuch-2", "zavuch-3"]),
        ([{"role": "class_teacher", "classes": ["7А"]}, {"role": "class_teacher", "classes": ["7 а"]}],
         ["klass-7А", "klass-7_а"]),
        ([{"role": "class_teacher", "classes": ["7А", "../8/Б"]}], ["klass-7А-___8_Б"]),
    ],
    ids=["several", "class", "path"],
)  # fmt: skip
def test_files_are_named_after_the_role(tmp_path: Path, people: list[dict[str, object]], names: list[str]) -> None:
    made = files(tmp_path, *({"name": "Н", **item} for item in people))
    assert [path.name for path in made] == [f"{name}.{suffix}" for name in names for suffix in ("html", "txt")]
    assert {path.parent for path in made} == {tmp_path / "digests" / "2026-09-14"}


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    made = files(tmp_path, {"name": "Н", "role": "deputy"})
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert sorted(made[0].parent.iterdir()) == sorted(made)
