"""The set of a class: its sheets and terms of keeping, the files, and the states that it goes through."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from support.reports import desk_at
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.paper_states import PaperState
from netcity_sync.errors import UsageError
from netcity_sync.jobs import paper
from netcity_sync.jobs.paper import PaperSet, classes_with_journals, make_papers
from netcity_sync.jobs.paper_states import move_states, states_of
from netcity_sync.reports.paper.case import PaperCase, case_documents, inventory, sheets_words
from netcity_sync.reports.paper.reading import read_class_journal
from netcity_sync.reports.paper.typeset import Sheets, page_count, typeset


@pytest.fixture
def tried(tmp_path: Path) -> Trial:
    """A class with one journal, read after its term's end."""
    book = Book().add_lessons("09-01", "09-08", "09-15")
    for lesson in (101, 102, 103):
        book.mark(lesson)
    made = Trial(tmp_path, book)
    made.sync("10-24 21:00")
    return made


def make(tried: Trial, moment: str = "10-25 12:00", *, again: bool = False) -> PaperSet:
    with desk_at(tried.settings, at(moment)) as desk:
        (made,) = make_papers(desk, fixed_clock(at(moment)), (70,), desk.term_period("1 четверть"), again=again)
    return made


def move(tried: Trial, state: PaperState, name: str = "7А", moment: str = "10-26 12:00") -> None:
    with desk_at(tried.settings, at(moment)) as desk:
        move_states(
            desk, fixed_clock(at(moment)), (name,), desk.term_period("1 четверть"), state=state, who="Иванова И. И."
        )


def state_of(tried: Trial) -> PaperState:
    with desk_at(tried.settings, at("11-30 12:00")) as desk:
        (note,) = states_of(desk)
    return note.state


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 (один) лист"),
        (2, "2 (два) листа"),
        (11, "11 (одиннадцать) листов"),
        (21, "21 (двадцать один) лист"),
        (63, "63 (шестьдесят три) листа"),
        (111, "111 (сто одиннадцать) листов"),
        (121, "121 (сто двадцать один) лист"),
        (1001, "1001 (одна тысяча один) лист"),
        (2000, "2000 (две тысячи) листов"),
    ],
)
def test_sheets_in_words(count: int, words: str) -> None:
    assert sheets_words(count) == words


def test_the_sheets_say_what_lies_in_the_case(tried: Trial) -> None:
    with desk_at(tried.settings, tried.now) as desk:
        journal = read_class_journal(desk, 70, desk.term_period("1 четверть"))
    case = PaperCase(journal, 3, (3,), "1", tried.settings)
    documents = case_documents(case, inventory_pages=21)
    assert "Хранить до 31.12.2032" in documents["cover"]["tail"]
    assert "Листов: 3 (три)" in documents["cover"]["lead"]
    assert inventory(case)["rows"] == [
        ["1", "Титульный лист, содержание", "1–2"],
        ["2", "Химия (Учебнова Елена Петровна)", "3"],
    ]
    assert inventory(case)["tail"][0] == "Итого документов: 2 (два). Листов: 3 (три)."
    assert documents["comparison"]["rows"] == [
        [str(place), "Химия", "3", "Иванов Иван", day, "", "☐"]
        for place, day in enumerate(("01.09.2026", "08.09.2026", "15.09.2026"), 1)
    ]
    assert documents["comparison"]["lead"][1] == (
        "Заполненных клеток: 3, в выборке: 3. Доля выборки: 5 %, но не больше 1000 клеток. Ключ выборки: 7А-1-1."
    )
    assert documents["certificate"]["lead"][1] == (
        "В деле прошито и пронумеровано 3 (три) листа, с № 1 по № 3,"
        " кроме того, листов внутренней описи: 21 (двадцать один)."
    )
    assert documents["label"]["box"] == "Прошито, пронумеровано и скреплено печатью 3 (три) листа"
    assert documents["act"]["rows"][0][2] == "3"


def test_the_summary_is_a_case_of_its_own(tried: Trial) -> None:
    with desk_at(tried.settings, tried.now) as desk:
        journal = read_class_journal(desk, 70, desk.term_period("1 четверть"))
    documents = case_documents(PaperCase(journal, 3, (3,), "1", tried.settings, summary_pages=2), 1)
    assert "Хранить до 31.12.2052" in documents["summary-cover"]["tail"]
    assert documents["summary-cover"]["page"]["left"] == 30
    assert "Листов: 2 (два)" in documents["summary-cover"]["lead"]
    certificate, label = documents["summary-certificate"], documents["summary-label"]
    assert certificate["lead"][:2] == [
        "Сводная ведомость успеваемости, 7А класс, 1 четверть 2026/2027 учебного года",
        "В деле прошито и пронумеровано 2 (два) листа, с № 1 по № 2.",
    ]
    assert certificate["page"]["left"] == 30
    assert label["box"] == "Прошито, пронумеровано и скреплено печатью 2 (два) листа"
    assert label["lead"][0] == certificate["lead"][0]
    assert documents["act"]["tail"] == ["Передано дел: 2, листов: 5 (пять)."]
    assert [row[3] for row in documents["act"]["rows"]] == ["Хранить до 31.12.2032", "Хранить до 31.12.2052"]


def test_the_files_of_a_set(tried: Trial) -> None:
    made = make(tried)
    assert made.folder == tried.settings.storage.data_dir / "paper" / "2026-2027" / "7А" / "1"
    assert {path.stem for path in made.folder.iterdir()} >= {
        "journal", "cover", "inventory", "comparison", "certificate", "label", "act",
    }  # fmt: skip
    for name, digest in made.files:
        content = (made.folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        with pikepdf.open(BytesIO(content)) as pdf:
            assert "/OutputIntents" in pdf.Root
            if name == "journal.pdf":
                assert len(pdf.pages) == made.sheets == page_count(content)
    assert make(tried) == made
    assert state_of(tried) is PaperState.MADE


def test_the_certificate_counts_the_pages_of_the_inventory(tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {}

    def kept(template: str, data: dict[str, Any], *more: Any) -> Sheets:
        told[data.get("title", template), *data.get("lead", [])[:1]] = data
        return typeset(template, data, *more)

    monkeypatch.setattr(paper, "typeset", kept)
    monkeypatch.setattr(paper, "inventory", lambda case: {**inventory(case), "rows": [["1", "Химия", "1"]] * 120})
    made = make(tried)
    with pikepdf.open(made.folder / "inventory.pdf") as pdf:
        pages = len(pdf.pages)
    assert pages > 2
    certificate = told["Лист-заверитель дела", "Классный журнал, 7А класс, 1 четверть 2026/2027 учебного года"]
    assert f"листов внутренней описи: {pages} (" in certificate["lead"][1]


def test_a_set_goes_from_state_to_state(tried: Trial) -> None:
    make(tried)
    for place, state in enumerate(list(PaperState)[1:]):
        move(tried, state, moment=f"10-26 12:0{place}")
        assert state_of(tried) is state
    with desk_at(tried.settings, at("11-30 12:00")) as desk:
        (note,) = states_of(desk)
    assert note.who == "Иванова И. И."
    assert note.sheets
    assert "sha256:journal.pdf" in note.detail


def test_no_state_is_skipped_or_repeated(tried: Trial) -> None:
    make(tried)
    with pytest.raises(UsageError, match="Следующее состояние: сверено"):
        move(tried, PaperState.SIGNED)
    move(tried, PaperState.COMPARED)
    with pytest.raises(UsageError, match="Следующее состояние: подписано"):
        move(tried, PaperState.COMPARED, moment="10-26 13:00")
    assert state_of(tried) is PaperState.COMPARED


def test_a_set_that_was_not_made_has_no_state(tried: Trial) -> None:
    make(tried)
    with pytest.raises(UsageError, match="Бумажной копии 7Б"):
        move(tried, PaperState.COMPARED, "7Б")


def test_what_people_work_on_is_made_again_only_on_demand(tried: Trial) -> None:
    make(tried)
    move(tried, PaperState.COMPARED)
    with pytest.raises(UsageError, match="7А — сверено"):
        make(tried, "10-27 12:00")
    make(tried, "10-27 12:00", again=True)
    assert state_of(tried) is PaperState.MADE


def test_a_term_under_way_is_not_printed(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("10-20 21:00")
    with pytest.raises(UsageError, match="Период ещё идёт"):
        make(tried, "10-22 12:00")


def test_classes_that_have_something_to_print(tried: Trial) -> None:
    with desk_at(tried.settings, at("10-25 12:00")) as desk:
        assert classes_with_journals(desk, desk.term_period("1 четверть")) == (70,)
        assert classes_with_journals(desk, desk.year_period()) == (70,)
