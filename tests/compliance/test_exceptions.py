"""Exceptions: what they cover, how long they hold, and a file of them taken whole or not at all."""

from datetime import date
from pathlib import Path

import pytest
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.exemptions import Decision, Scope, load_exemptions
from netcity_sync.compliance.findings import load_findings
from netcity_sync.compliance.life import State, today_of
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.check import run_check
from netcity_sync.jobs.exemptions import FileOutcome, except_by_file, except_finding, take_back
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.model import Student

HEAD = "Правило;Класс;Предмет;Ученик;С;По;Кто;Причина;До"
WHO = Decision("Директор", "Приказ 7")


@pytest.fixture
def tried(tmp_path: Path) -> Trial:
    """Topics missing on four school days, two pupils without marks, all of it found."""
    book = Book().add_lessons("09-01", "09-02", "09-03", "09-04", topic=None)
    book.add_lessons("09-07", "09-08", "09-09", "09-10", "09-11", "09-14")
    book.students.append(Student(id=2, name="Петрова Анна Ивановна"))
    tried = Trial(tmp_path, book)
    tried.sync("09-08 21:00")
    tried.check("LSN-01", "MRK-01")
    return tried


def states(tried: Trial, moment: str) -> dict[str, State]:
    """How each finding stands: a lesson's by its date, a pupil's by the number."""
    with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
        today = today_of(snapshot, tried.settings, at(moment))
        return {
            str(item.place.student_id or f"{item.first_day:%d.%m}"): today.standing(item).state
            for item in load_findings(snapshot.connection)
        }


def excepted(tried: Trial, moment: str = "09-08 21:00") -> set[str]:
    return {key for key, state in states(tried, moment).items() if state is State.EXCEPTED}


def take(tried: Trial, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> FileOutcome:
    path = tried.settings.storage.data_dir / "карантин.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding=encoding)
    return except_by_file(tried.settings, fixed_clock(tried.now), path)


def first_id(tried: Trial) -> str:
    found = tried.check("LSN-01").findings
    return next(item.id for item in found if item.first_day == date(2026, 9, 1))


def test_one_finding_comes_back_when_its_exception_ends(tried: Trial) -> None:
    key = first_id(tried)
    until = Decision("Директор", "Приказ 7", date(2026, 9, 9))
    (made,) = except_finding(tried.settings, fixed_clock(tried.now), key, until)
    assert (made.scope, made.decision, made.made_at) == (Scope(key), until, tried.now)
    assert excepted(tried, "09-08 21:00") == {"01.09"}
    assert excepted(tried, "09-09 23:59") == {"01.09"}
    assert excepted(tried, "09-10 00:00") == set()


def test_an_excepted_finding_does_not_age(tried: Trial) -> None:
    key = first_id(tried)

    def ages(moment: str) -> tuple[int | None, int | None]:
        with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
            today = today_of(snapshot, tried.settings, at(moment))
            mine = {item.id: today.standing(item).age for item in load_findings(snapshot.connection, rules=("LSN-01",))}
        return mine.pop(key), next(iter(mine.values()))

    clock = fixed_clock(at("09-09 12:00"))
    except_finding(tried.settings, clock, key, Decision("Директор", "Приказ 7", date(2026, 9, 10)))
    assert ages("09-08 21:00") == (0, 0)
    assert ages("09-09 21:00") == (0, 1)
    assert ages("09-10 21:00") == (0, 2)
    assert ages("09-11 21:00") == (1, 3)
    assert ages("09-14 21:00") == (2, 4)


def test_a_removed_exception_is_kept(tried: Trial) -> None:
    key = first_id(tried)
    (made,) = except_finding(tried.settings, fixed_clock(tried.now), key, WHO)
    assert except_finding(tried.settings, fixed_clock(tried.now), key, WHO) == ()
    take_back(tried.settings, fixed_clock(at("09-09 10:00")), made.id)
    assert excepted(tried, "09-09 12:00") == set()
    assert excepted(tried, "09-09 09:00") == {"01.09"}, "nobody knew of the removal yet"
    with pytest.raises(UsageError, match="уже снято"):
        take_back(tried.settings, fixed_clock(tried.now), made.id)
    with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
        (kept,) = load_exemptions(snapshot.connection)
    assert (kept.decision, kept.removed_at) == (WHO, at("09-09 10:00"))
    (again,) = except_finding(tried.settings, fixed_clock(at("09-10 10:00")), key, WHO)
    assert again.id != made.id


def test_a_check_of_the_past_knows_what_was_excepted_then(tried: Trial) -> None:
    except_finding(tried.settings, fixed_clock(at("09-10 10:00")), first_id(tried), WHO)
    for moment, count in (("09-09 21:00", 0), ("09-10 21:00", 1)):
        outcome = run_check(tried.settings, fixed_clock(at("09-14 21:00")), as_of=at(moment), rules=("LSN-01",))
        assert sum(item.state is State.EXCEPTED for item in outcome.standings.values()) == count


@pytest.mark.parametrize(
    ("row", "covered"),
    [
        ("LSN-01;;;;;;Директор;Карантин;", {"01.09", "02.09", "03.09", "04.09"}),
        (";7а;;;02.09.2026;03.09.2026;Директор;Карантин;", {"02.09", "03.09", "1", "2"}),
        ("все;7А;химия;;04.09.2026;;Директор;Карантин;", {"04.09", "1", "2"}),
        ("lsn-01 MRK-02;;;;;02.09.2026;Директор;Карантин;", {"01.09", "02.09"}),
        (";7А;;Петрова Анна;01.09.2026;20.09.2026;Завуч;Болезнь;", {"2"}),
        ("MRK-01;7А;;Петрова Анна Ивановна;24.10.2026;30.10.2026;Завуч;Болезнь;", set()),
        ("MRK-01;;;;23.10.2026;30.10.2026;Завуч;Болезнь;", {"1", "2"}),
        (";7А;;;05.09.2026;06.09.2026;Завуч;Актировка;07.09.2026", set()),
    ],
)
def test_a_place_and_time(tried: Trial, row: str, covered: set[str]) -> None:
    outcome = take(tried, row)
    assert (len(outcome.made), outcome.problems) == (1, ())
    assert excepted(tried) == covered


def test_an_exception_covers_what_is_found_later(tried: Trial) -> None:
    take(tried, "LSN-01;7А;;;09.09.2026;10.09.2026;Директор;Карантин;")
    assert excepted(tried) == set()
    for lesson in (107, 108, 109):
        tried.book.set_topic(lesson, None)
    tried.sync("09-14 21:00")
    outcome = tried.check("LSN-01")
    assert outcome.opened == 3
    assert excepted(tried, "09-14 21:00") == {"09.09", "10.09"}


def test_the_same_file_twice_is_the_same(tried: Trial) -> None:
    row = "LSN-01;7А;;;;;Директор;Карантин;"
    assert len(take(tried, row, row.replace("7А", "7а").replace("LSN", "MRK")).made) == 2
    again = take(tried, row, "LSN-02;;;;;;Директор;Карантин;")
    assert (len(again.made), again.known) == (1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("mark", [";", ","])
def test_however_excel_saved_it(tried: Trial, encoding: str, mark: str) -> None:
    row = mark.join(["LSN-01", "7А", "", "", "02.09.2026", "2026-09-02", "Директор", "Карантин", ""])
    assert take(tried, row, head=HEAD.replace(";", mark), encoding=encoding).problems == ()
    assert excepted(tried) == {"02.09"}


def test_one_fault_refuses_the_file_and_all_are_named(tried: Trial) -> None:
    outcome = take(
        tried,
        "LSN-01;7А;;;;;Директор;Карантин;",
        "LSN-99;7Ж;;;31.09.2026;;Директор;;",
        "LSN-01;7Ж;Химия;;;;Директор;Карантин;",
        "LSN-99;7А;Физика;Сидоров Пётр;;;Директор;Карантин;",
        ";;;;;;Директор;Карантин;",
        "LSN-01;;;;05.09.2026;04.09.2026;Директор;Карантин;",
        "LSN-01;;;;05.09.2020;;Директор;Карантин;",
    )
    assert outcome.made == ()
    assert [(item.row, item.column) for item in outcome.problems] == [
        (3, "С"), (3, "Причина"), (4, "Класс"), (5, "Правило"), (5, "Предмет"), (5, "Ученик"), (6, "Правило"),
        (7, "По"), (8, "С"),
    ]  # fmt: skip
    assert {item.file for item in outcome.problems} == {"карантин.csv"}
    said = {item.column: item.reason for item in outcome.problems[2:6]}
    assert said["Класс"] == "Нет такого класса: 7Ж. Есть классы: 7А"
    assert said["Правило"].startswith("Нет правила «LSN-99». Есть: ")
    assert said["Предмет"] == "Нет такого предмета: Физика. Есть: Химия"
    assert "Иванов Иван Петрович" in said["Ученик"]
    assert all(item.allowed for item in outcome.problems)
    assert excepted(tried) == set()


def test_files_that_are_none(tried: Trial) -> None:
    clock, folder = fixed_clock(tried.now), tried.settings.storage.data_dir
    (absent,) = except_by_file(tried.settings, clock, folder / "нет.csv").problems
    assert "файла нет" in absent.reason
    (folder / "пусто.csv").write_bytes(b"")
    (empty,) = except_by_file(tried.settings, clock, folder / "пусто.csv").problems
    assert HEAD in empty.allowed
    problems = take(tried, "LSN-01;7А", head="Правило;Класс").problems
    assert {item.column for item in problems} == {"Кто", "Причина"}


def test_an_unknown_finding_is_refused(tried: Trial) -> None:
    with pytest.raises(UsageError, match="Нет замечания"):
        except_finding(tried.settings, fixed_clock(tried.now), "LSN-01-0", WHO)
