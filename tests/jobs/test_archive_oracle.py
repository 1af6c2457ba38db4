"""The archive of a whole simulated school's year, held to loops over the simulator's own world."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from benchmarks.evenings import live_through, settings_for
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.archive import make_archive
from netcity_sync.jobs.archive_care import verify_archives
from netcity_sync.simulator.server import running_simulator
from netcity_sync.simulator.world import World

EVENING = datetime(2027, 5, 28, 21)


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """A school of one class after its last day, and its archive."""
    folder = tmp_path_factory.mktemp("school")
    with running_simulator(seed=5, classes=1, now=EVENING) as simulator:
        settings = settings_for(simulator, folder)
        live_through(simulator, settings, [EVENING])
        clock = fixed_clock(datetime(2027, 6, 10, 12, tzinfo=settings.zone))
        root = make_archive(settings, clock).path
        assert [item.flaws for item in verify_archives(settings, clock)] == [()]
        yield simulator.world, root


def rows(root: Path, table: str) -> list[dict[str, object]]:
    text = (root / f"journal/data/{table}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_every_mark_lesson_and_absence(archived: tuple[World, Path]) -> None:
    world, root = archived
    marks: Counter[tuple[object, ...]] = Counter()
    lessons: Counter[tuple[object, ...]] = Counter()
    absences: Counter[tuple[object, ...]] = Counter()
    for group in world.school.groups:
        for term in group.terms:
            page = world.journal(group.id, term.id)
            lessons.update((group.id, term.id, row.id, row.date.isoformat(), row.topic) for row in page.lessons)
            marks.update((group.id, term.id, row.student_id, row.lesson_id) for row in page.marks)
            absences.update((group.id, term.id, row.student_id, row.lesson_id) for row in page.absences)
    assert sum(marks.values()) > 1000
    place = ("subject_group_id", "term_id", "student_id", "lesson_id")
    assert Counter(tuple(row[name] for name in place) for row in rows(root, "mark")) == marks
    assert Counter(tuple(row[name] for name in place) for row in rows(root, "attendance")) == absences
    told = ("subject_group_id", "term_id", "lesson_id", "date", "topic")
    assert Counter(tuple(row[name] for name in told) for row in rows(root, "lesson")) == lessons


def test_every_final_mark(archived: tuple[World, Path]) -> None:
    world, root = archived
    wanted = {
        (group.id, item.student_id, item.kind, item.term_id or 0): str(shown)
        for group in world.school.groups
        for item in world.finals(group.id)
        if (shown := item.shown(world.now)) is not None
    }
    found = {}
    for path in (root / "summary/data").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            key = row["subject_group_id"], row["student_id"], row["kind"], row["term_id"]
            found[key] = str(row["raw"] if row["value"] is None else row["value"])
    assert len(found) > 100
    assert found == wanted


def test_every_lesson_and_pupil_has_a_place_in_the_workbook(archived: tuple[World, Path]) -> None:
    world, root = archived
    for school_class in world.school.classes:
        book = CalamineWorkbook.from_path(root / f"journal/xlsx/{school_class.name}.xlsx")
        journals = book.get_sheet_by_name("Журналы").to_python()[1:]
        groups = [group for group in world.school.groups if group.school_class.id == school_class.id]
        assert len(journals) == len(groups)
        grids = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names if name.endswith("отметки")]
        lessons = sorted(len(world.lessons(group.id)) for group in groups)
        assert (
            sorted(len(grid[0]) - 1 for grid in grids if "Ученик" in grid[0][0] and "Предмет" not in grid[0]) == lessons
        )
