"""The message to one family about final marks and exam results, made when they become known (clause 8.4)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from netcity_sync.compliance.result_news import FinalNews, final_news
from netcity_sync.model import FinalKind
from netcity_sync.reports.class_people import class_facts, class_list, letter_signatures, listed_pupil
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Column, Document, Section, Table
from netcity_sync.reports.exam_facts import ExamNews, exam_news, exam_table
from netcity_sync.reports.families import GREETING, declined_families
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import Focus, Request

_CLAUSE = "8.4"
_NOTE = "Названо то, что прочитано в этот день впервые. Прежняя отметка — та, что стояла накануне."
_KINDS = {FinalKind.YEAR: "год", FinalKind.EXAM: "экзамен", FinalKind.FINAL: "итоговая отметка"}


@dataclass(frozen=True, slots=True)
class ResultNews:
    """What became known of one pupil on one local day."""

    class_id: int
    student_id: int
    day: date
    finals: tuple[FinalNews, ...]
    exams: tuple[ExamNews, ...]

    @property
    def run_id(self) -> int:
        """The run that was the last to bring something of it."""
        return max([item.news.run_id for item in self.finals] + [item.news.run_id for item in self.exams])


def declined_news(desk: Desk) -> tuple[ResultNews, ...]:
    """The news of pupils since their families declined the diary, in the order of classes and pupils."""
    if "result_news" not in desk.kept:
        since = {(item.class_id, item.student_id): item.applied_on for item in declined_families(desk)}
        found = _news(desk, tuple(since))
        desk.kept["result_news"] = tuple(item for item in found if item.day >= since[item.class_id, item.student_id])
    kept: tuple[ResultNews, ...] = desk.kept["result_news"]
    return kept


def results_foci(desk: Desk, period: Period, class_ids: tuple[int, ...]) -> tuple[Focus, ...]:
    """Families with news of that day: of the classes that are named, else those that declined the diary."""
    found = declined_news(desk)
    if class_ids:
        found = tuple(
            item
            for class_id in class_ids
            for item in _news(desk, tuple((class_id, one.student_id) for one in class_list(desk, class_id)))
        )
    return tuple(
        Focus(class_id=item.class_id, student_id=item.student_id) for item in found if item.day == period.first
    )


def build_results(desk: Desk, request: Request) -> Document:
    """One message; it holds one child and nothing of any other. Raises UsageError for a pupil not on the list."""
    focus, day = request.focus, request.period.first
    class_id, student_id = focus.class_id or 0, focus.student_id or 0
    pupil = listed_pupil(desk, class_id, student_id)
    news = next((item for item in _news(desk, ((class_id, student_id),)) if item.day == day), None)
    return Document(
        title="Сообщение об итоговых отметках и результатах экзаменов",
        subtitle=f"ставших известными {request.period.name}",
        facts=(("Ученик", pupil.name), *class_facts(desk, class_id), *desk.facts(request.period, _CLAUSE)),
        sections=tuple(_sections(news)),
        notes=desk.notes(_NOTE),
        made_at=desk.snapshot.moment,
        page=desk.page(),
        signatures=letter_signatures(desk, class_id),
    )


def _news(desk: Desk, pupils: tuple[tuple[int, int], ...]) -> Iterator[ResultNews]:
    days: dict[tuple[int, int], dict[date, tuple[list[FinalNews], list[ExamNews]]]] = {item: {} for item in pupils}
    for final in final_news(desk.bench, pupils):
        days[final.class_id, final.student_id].setdefault(final.news.day, ([], []))[0].append(final)
    for exam in exam_news(desk):
        if (place := (exam.class_id, exam.student_id)) in days:
            days[place].setdefault(exam.news.day, ([], []))[1].append(exam)
    for (class_id, student_id), of_pupil in days.items():
        for day, (finals, exams) in sorted(of_pupil.items()):
            yield ResultNews(class_id, student_id, day, tuple(finals), tuple(exams))


def _sections(news: ResultNews | None) -> Iterator[Section]:
    if news is None:
        yield Section(GREETING, ("В этот день новых итоговых отметок и результатов экзаменов не появилось.",))
        return
    told = "Сообщаем об итоговых отметках и результатах экзаменов вашего ребёнка."
    yield Section(GREETING, (told,), (_final_table(news.finals),) if news.finals else ())
    if news.exams:
        yield Section("Результаты экзаменов", tables=(exam_table(item.exam for item in news.exams),))


def _final_table(finals: tuple[FinalNews, ...]) -> Table:
    """Each mark; the journal is named by its subject, and wholly where the pupil has two of one subject."""
    places = Counter((item.subject, _of(item)) for item in finals)
    changed = any(item.news.before for item in finals)
    columns = (
        Column("Предмет", width=3), Column("За что", width=2), Column("Отметка"),
        *((Column("Прежняя отметка", width=1.2),) if changed else ()),
    )  # fmt: skip
    rows = sorted(
        (
            item.subject if places[item.subject, _of(item)] == 1 else item.journal, _of(item), item.news.shown,
            *((item.news.before or None,) if changed else ()),
        )
        for item in finals
    )  # fmt: skip
    return Table("Итоговые отметки", columns, tuple(rows))


def _of(item: FinalNews) -> str:
    """What a mark is of: «1 четверть», «год»."""
    return item.term or _KINDS.get(item.kind, "")
