"""The sheets that are sewn with a printed journal or go with it (clauses 4.1, 4.3, 4.7; reports.md §2.3), as data."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from netcity_sync.reports.page import page_of
from netcity_sync.reports.paper.journal import ClassJournal
from netcity_sync.reports.paper.leaves import leaves_of
from netcity_sync.reports.paper.sample import draw_sample, sample_seed
from netcity_sync.retention import keep_until
from netcity_sync.russian import full_date, number_words, plural, plural_word
from netcity_sync.settings import Settings

_JOURNAL, _SUMMARY = "Классный журнал", "Сводная ведомость успеваемости"
_HAND = "________________"
_NUMBERS = "Литерных номеров листов нет, пропущенных номеров нет."
_ORIGINAL = "Подлинник — электронный журнал, находится в ГИС «Сетевой город»."


@dataclass(frozen=True, slots=True)
class PaperCase:
    """A printed journal: how many sheets it has (a page is a sheet: it is printed on one side), where its leaves are.

    `period_key` is what the state of the set is noted under; `summary_pages` is how many sheets the
    сводная ведомость has, a case of its own with its own term of keeping; 0 where there is none.
    """

    journal: ClassJournal
    pages: int
    leaf_pages: tuple[int, ...]
    period_key: str
    settings: Settings
    summary_pages: int = 0


def sheets_words(count: int) -> str:
    """«63 (шестьдесят три) листа»."""
    return f"{count} ({number_words(count)}) {plural_word(count, 'лист', 'листа', 'листов')}"


def case_documents(case: PaperCase, inventory_pages: int) -> dict[str, dict[str, Any]]:
    """What `templates/paper_case.typ` draws besides the inventory, which has so many pages, by the name of the file."""
    return {
        "cover": _cover(case),
        "comparison": _comparison(case),
        "certificate": _certificate(case, inventory_pages),
        "label": _label(case, _JOURNAL, case.pages),
        **(_summary_documents(case) if case.summary_pages else {}),
        "act": _act(case),
    }


def _summary_documents(case: PaperCase) -> dict[str, dict[str, Any]]:
    """The ведомость is kept longer than the journal, so it is a case of its own."""
    page = _page(case, case.settings.retention.summary_years)
    documents = {
        "summary-cover": _summary_cover(case),
        "summary-certificate": _summary_certificate(case),
        "summary-label": _label(case, _SUMMARY, case.summary_pages),
    }
    return {name: {**document, "page": page} for name, document in documents.items()}


def _document(case: PaperCase, title: str, **more: Any) -> dict[str, Any]:
    return {
        "page": _page(case, case.settings.retention.journal_years), "title": title, "big": False,
        "lead": [], "head": [], "widths": [], "rows": [], "tail": [], "signatures": [],
        **more,
    }  # fmt: skip


def _page(case: PaperCase, years: int) -> dict[str, int]:
    page = page_of(case.settings.paper, kept_years=years)
    return {"left": page.left, "right": page.right, "top": page.top}


def _name(case: PaperCase) -> str:
    """The period's own name tells the school year: «8А класс, 1 четверть 2026/2027 учебного года»."""
    return f"{case.journal.class_name} класс, {case.journal.period}"


def _term(case: PaperCase, years: int) -> str:
    return f"Хранить до {full_date(keep_until(_year_ends(case), years))}"


def _ground(case: PaperCase, years: int) -> str:
    return (
        f"Срок хранения {_years_words(years)}, считая с 1 января года, следующего за годом окончания учебного года."
        f" Основание: {case.settings.retention.source}."
    )


def _year_ends(case: PaperCase) -> date:
    """A day of the year in which the school year ends: «2026/2027» ends in 2027 whatever term is printed."""
    journal = case.journal
    end = journal.year.split("/")[-1]
    return date(int(end), 12, 31) if end.isdigit() and len(end) == 4 else journal.last


def _years_words(count: int) -> str:
    return f"{count} {plural_word(count, 'год', 'года', 'лет')}"


def _cover(case: PaperCase) -> dict[str, Any]:
    journal, years = case.journal, case.settings.retention.journal_years
    return _document(
        case, _JOURNAL.upper(), big=True,
        lead=[journal.school, _name(case), f"Классный руководитель: {journal.chief}",
              f"Начат {full_date(journal.first)}. Окончен {full_date(journal.last)}.",
              f"Листов: {case.pages} ({number_words(case.pages)})"],
        tail=[f"Индекс дела по номенклатуре: {_HAND}", _term(case, years), _ground(case, years)],
    )  # fmt: skip


def _summary_cover(case: PaperCase) -> dict[str, Any]:
    journal, years = case.journal, case.settings.retention.summary_years
    return _document(
        case, _SUMMARY.upper(), big=True,
        lead=[journal.school, _name(case), f"Классный руководитель: {journal.chief}",
              f"Листов: {case.summary_pages} ({number_words(case.summary_pages)})"],
        tail=[f"Индекс дела по номенклатуре: {_HAND}", _term(case, years), _ground(case, years)],
    )  # fmt: skip


def inventory(case: PaperCase) -> dict[str, Any]:
    """The inventory of what lies in the case, as that template draws it; its sheets have numbers of their own."""
    journal = case.journal
    starts: dict[int, int] = {}
    for leaf, page in zip(leaves_of(journal), case.leaf_pages, strict=True):
        starts.setdefault(leaf.journal, page)
    ends = [*(starts[place] - 1 for place in range(1, len(journal.journals))), case.pages]
    rows = [["1", "Титульный лист, содержание", f"1–{starts[0] - 1}"]]
    rows += [
        [str(place + 2), f"{item.title} ({item.teachers})", _span(starts[place], ends[place])]
        for place, item in enumerate(journal.journals)
    ]
    return _document(
        case, "Внутренняя опись документов дела",
        lead=[f"{_JOURNAL}, {_name(case)}"], head=["№", "Что вложено", "Листы"], widths=["12mm", "1fr", "24mm"],
        rows=rows,
        tail=[f"Итого документов: {len(rows)} ({number_words(len(rows))}). Листов: {case.pages}"
              f" ({number_words(case.pages)}).",
              "Лист напечатан с одной стороны; лист и страница — одно и то же."],
        signatures=[_deputy(case)],
    )  # fmt: skip


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _comparison(case: PaperCase) -> dict[str, Any]:
    seed, paper = sample_seed(case.journal, case.period_key), case.settings.paper
    cells = draw_sample(case.journal, case.leaf_pages, seed, paper)
    filled = sum(len(item.filled) for item in case.journal.journals)
    return _document(
        case, "Лист выборочной сверки",
        lead=[f"{_JOURNAL}, {_name(case)}",
              f"Заполненных клеток: {filled}, в выборке: {len(cells)}. Доля выборки: {paper.sample_percent} %, но не"
              f" больше {plural(paper.sample_cells, 'клетки', 'клеток', 'клеток')}. Ключ выборки: {seed}.",
              "В столбец «В журнале» впишите, что стоит в «Сетевом городе», и сравните с бумажной копией."],
        head=["№", "Предмет", "Стр.", "Ученик", "Дата", "В журнале", "Совпадает"],
        widths=["10mm", "1.2fr", "12mm", "1fr", "21mm", "22mm", "20mm"],
        rows=[[str(place), cell.subject, str(cell.page), cell.pupil, cell.day, "", "☐"]
              for place, cell in enumerate(cells, 1)],
        tail=[f"Расхождений: {_HAND} (если есть, они исправлены в бумажной копии, лист напечатан заново).",
              "Правильность переноса данных электронного журнала на бумажный носитель подтверждаю (пункт 4.3)."],
        signatures=[_deputy(case)],
    )  # fmt: skip


def _peculiarities(case: PaperCase) -> str:
    doubtful = [item.title for item in case.journal.journals if not item.whole]
    return f"прочитаны не полностью: {'; '.join(doubtful)}" if doubtful else f"нет / {_HAND}"


def _certificate(case: PaperCase, inventory_pages: int) -> dict[str, Any]:
    inventory_words = f"листов внутренней описи: {inventory_pages} ({number_words(inventory_pages)})"
    lead = [f"{_JOURNAL}, {_name(case)}", f"{_sewn(case.pages)}, кроме того, {inventory_words}.", _NUMBERS]
    return _certified(case, lead, _peculiarities(case))


def _summary_certificate(case: PaperCase) -> dict[str, Any]:
    lead = [f"{_SUMMARY}, {_name(case)}", f"{_sewn(case.summary_pages)}.", _NUMBERS]
    return _certified(case, lead, f"нет / {_HAND}")


def _sewn(pages: int) -> str:
    numbers = "№ 1" if pages == 1 else f"с № 1 по № {pages}"
    return f"В деле прошито и пронумеровано {sheets_words(pages)}, {numbers}"


def _certified(case: PaperCase, lead: list[str], peculiarities: str) -> dict[str, Any]:
    return _document(
        case, "Лист-заверитель дела", lead=lead,
        head=["Особенности физического состояния и формирования дела", "Листы"], widths=["1fr", "30mm"],
        rows=[[peculiarities, ""]],
        signatures=[_clerk(case), {"lead": "Верно", "seal": True, "note": _ORIGINAL, **_director(case)}],
    )  # fmt: skip


def _label(case: PaperCase, what: str, pages: int) -> dict[str, Any]:
    return _document(
        case, "Ярлык на прошивку",
        lead=[f"{what}, {_name(case)}", "Вырежьте по рамке и наклейте на узел с обратной стороны последнего листа."],
        box=f"Прошито, пронумеровано и скреплено печатью {sheets_words(pages)}",
        signatures=[_director(case)],
    )  # fmt: skip


def _act(case: PaperCase) -> dict[str, Any]:
    retention, total = case.settings.retention, case.pages + case.summary_pages
    rows = [["1", f"{_JOURNAL}, {_name(case)}", str(case.pages), _term(case, retention.journal_years)]]
    if case.summary_pages:
        term = _term(case, retention.summary_years)
        rows.append(["2", f"{_SUMMARY}, {_name(case)}", str(case.summary_pages), term])
    return _document(
        case, "Акт приёма-передачи бумажной копии электронного журнала",
        lead=[f"{case.journal.school}. Дата: {_HAND}. № {_HAND}",
              "Заместитель директора по учебной работе передал, а документовед принял на хранение (пункты 4.3 и 4.7):"],
        head=["№", "Дело", "Листов", "Срок хранения"], widths=["10mm", "1fr", "20mm", "45mm"], rows=rows,
        tail=[f"Передано дел: {len(rows)}, листов: {total} ({number_words(total)})."],
        signatures=[{"lead": "Передал", **_deputy(case)}, {"lead": "Принял", **_clerk(case)}],
    )  # fmt: skip


def _deputy(case: PaperCase) -> dict[str, str]:
    return {"position": "Заместитель директора по учебной работе", "name": case.settings.paper.deputy}


def _clerk(case: PaperCase) -> dict[str, str]:
    return {"position": "Документовед", "name": case.settings.paper.clerk}


def _director(case: PaperCase) -> dict[str, str]:
    return {"position": "Директор", "name": case.settings.paper.director}
