"""How a document lies on its pages: words stay whole, and what belongs together stays on one page."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.printed import printed_lines

from netcity_sync.reports.document import (
    Chart,
    Column,
    Document,
    HeatMap,
    Kind,
    Section,
    Series,
    Signature,
    Table,
    Trend,
)
from netcity_sync.reports.page import Page
from netcity_sync.reports.pdf import render_pdf

EMPTY = Document(
    title="Отчёт", subtitle="За год", facts=(), sections=(), notes=(), made_at=datetime(2026, 10, 5, 16, tzinfo=UTC),
    page=Page(landscape=True),
)  # fmt: skip
NOTES = tuple(f"Примечание {number}." for number in range(1, 6))
TREND = Trend("По неделям, %", ("с 01.09", "с 08.09"), (Series("7А", (90.0, 70.5)),))


def rows_of(count: int) -> Table:
    return Table("Строки", (Column("Имя"),), tuple((f"Строка {number}",) for number in range(count)))


def pages(*sections: Section, notes: tuple[str, ...] = (), signatures: tuple[Signature, ...] = ()) -> list[list[str]]:
    return printed_lines(render_pdf(replace(EMPTY, sections=sections, notes=notes, signatures=signatures)))


def heat(rows: int) -> HeatMap:
    return HeatMap(
        "Карта, %", tuple(f"Класс {number}" for number in range(rows)), ("А", "Б"), ((1.0, 2.0),) * rows, 0, 9
    )


def words_of(columns: tuple[Column, ...], *rows: tuple[str, ...]) -> list[str]:
    """The pieces of lines of a table of no title, on a page."""
    return pages(Section("", tables=(Table("", columns, rows),)))[0][2:]


def test_words_of_headings_and_names_stay_whole_where_they_fit() -> None:
    columns = (Column("Число уроков", Kind.INTEGER, 1.5), Column("Имя", width=2.5), Column("Прочее", width=20))
    found = words_of(columns, ("1", "Панова Е. А., Ким О.", "Ничего"), ("1", "Преображенская Е. А.", "Ничего"))
    assert [item.strip() for item in found] == [
        "Число", "уроков", "Имя", "Прочее", "1", "Панова\u00a0Е.\u00a0А.,", "Ким\u00a0О.", "Ничего",
        "1", "Преображенская", "Е. А.", "Ничего",
    ]  # fmt: skip


def test_a_word_wider_than_its_column_is_divided() -> None:
    found = words_of((Column("Достопримечательности"), Column("Прочее", width=18)), ("Преподаватель", "Ничего"))
    assert "Достопримечательности" not in found and "Преподаватель" not in found
    assert "".join(found).replace("\u00ad", "").startswith("ДостопримечательностиПрочееПреподаватель")


def test_a_group_has_the_room_of_its_columns() -> None:
    columns = (*(Column("а", width=1, group="Неуспевающие") for _ in range(3)), Column("Прочее", width=20))
    assert "Неуспевающие" in words_of(columns, ("1", "2", "3", "4"))


@pytest.mark.parametrize("above", range(10, 34, 4))
def test_a_map_is_not_parted_from_its_title_or_in_itself(above: int) -> None:
    (page,) = [
        page for page in pages(Section("До", tables=(rows_of(above),)), Section("Карты", charts=(heat(25),)))
        if "Класс 0" in page
    ]  # fmt: skip
    assert {"Карты", "Карта, %", "Класс 24"} <= set(page)


def test_a_map_longer_than_a_page_goes_on() -> None:
    found = pages(Section("Карты", charts=(heat(90),)))
    assert len(found) > 1
    assert sum(item.startswith("Класс ") for page in found for item in page) == 90


@pytest.mark.parametrize("above", range(10, 34, 3))
@pytest.mark.parametrize("last", [TREND, heat(5), rows_of(4), "Слова в конце."], ids=["trend", "map", "table", "words"])
@pytest.mark.parametrize("signed", [False, True], ids=["plain", "signed"])
def test_notes_and_signatures_stand_with_the_end_of_what_they_explain(
    last: Chart | Table | str, above: int, signed: bool
) -> None:
    match last:
        case str():
            end, mark = Section("Конец", (last,)), last
        case Table():
            end, mark = Section("Конец", tables=(last,)), "Строка 3"
        case _:
            end, mark = Section("Конец", charts=(last,)), last.title
    signatures = (Signature("Директор"), Signature("Заместитель директора")) if signed else ()
    page = pages(Section("До", tables=(rows_of(above),)), end, notes=NOTES, signatures=signatures)[-1]
    assert {mark, *NOTES, *(item.position for item in signatures)} <= {item.strip() for item in page}
