"""R5, counted another way: by hand, and by loops over the simulator's own school."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.reports import desk_at, tables
from support.school import CLASS, Book, Trial
from support.whole_school import WholeSchool, listed_by_reads

from netcity_sync.adapters.source import Capability
from netcity_sync.errors import AnswerError
from netcity_sync.jobs.wanted_reports import Whose, wanted_reports
from netcity_sync.model import AttendanceCode, Student
from netcity_sync.reports.attendance_facts import Missed, missed_words
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document, HeatMap, Table, Trend
from netcity_sync.reports.period import Period, month_period, span_period, week_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request

SEPTEMBER = month_period(date(2026, 9, 1))
TODAY = date(2026, 11, 13)
PUPILS = [Student(id=2, name="Ёлкина Вера"), Student(id=1, name="Иванов Иван"), Student(id=3, name="Еремин Олег")]


OF_CLASS = Focus(class_id=CLASS)


def document(desk: Desk, period: Period, focus: Focus = OF_CLASS) -> Document:
    """The sheet."""
    return find_report("attendance").build(desk, Request(period, focus))


def book() -> Book:
    """Three lessons of one journal and two of another on two days of September."""
    first = Book(students=PUPILS, starts={3: date(2026, 9, 2)}).add_lessons("09-01", "09-02", "10-05")
    other = Book(students=PUPILS, group=701, subject="Физика", first_lesson=201, first_slot=2)
    first.beside.append(other.add_lessons("09-01", "09-02"))
    return first


def test_a_class_counted_by_hand(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book())
    other = tried.book.beside[0]
    tried.book.absent(101, AttendanceCode.ILLNESS, 1)
    other.absent(201, AttendanceCode.ILLNESS, 1)
    tried.book.absent(102, AttendanceCode.UNEXCUSED, 1)
    other.absent(202, AttendanceCode.LATE, 1)
    tried.book.absent(101, AttendanceCode.UNKNOWN, 2)
    other.absent(201, AttendanceCode.EXCUSED, 2)
    tried.book.absent(102, AttendanceCode.EXEMPT, 2)
    other.absent(202, AttendanceCode.REMOTE, 2)
    tried.sync("10-06 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        made, whole = document(desk, SEPTEMBER), document(desk, SEPTEMBER, Focus())
    shown = tables(made)
    assert shown["Ведомость"].rows == (
        (1, "Ёлкина Вера", 4, 1, 0, 2, 0, 1, 0, 1, 0, 50.0),
        (2, "Еремин Олег", 2, 0, 0, 0, 0, 0, 0, 0, 0, 100.0),
        (3, "Иванов Иван", 4, 1, 1, 3, 2, 0, 1, 0, 1, 25.0),
    )
    assert shown["Ведомость"].total == ("", "Класс", 10, 2, 1, 5, 2, 1, 1, 1, 1, 50.0)
    assert shown["Ведомость"].flagged == {0, 2}
    assert [column.title for column in shown["По дням"].columns] == ["№", "Фамилия, имя", "01", "02", "Всего"]
    assert shown["По дням"].rows == (
        (1, "Ёлкина Вера", "1у 1н", "", 2), (2, "Еремин Олег", None, "", 0), (3, "Иванов Иван", "2б", "1п", 3),
    )  # fmt: skip
    assert shown["По дням"].total == ("", "Пропущено уроков", "4", "1", 5)
    assert made.sections[0].paragraphs == (
        "Посещаемость класса — 50,0 %, считая уроки всех учеников. Пропущено 5 уроков из 10: по болезни 2, по"
        " уважительной причине 1, без уважительной причины 1; причина не указана: 1.",
        "Без уважительной причины: 1 ученик: Иванов И. (1).",
        "Причина не указана: 1 ученик: Ёлкина В. (1).",
    )
    assert ("Классный руководитель", "Примерова В. П.") in made.facts
    assert whole.sections[0].paragraphs == (
        made.sections[0].paragraphs[0].replace("Посещаемость класса", "Посещаемость"),
    )


@pytest.mark.parametrize(
    ("missed", "words"),
    [
        (Missed(218, excused=6, unexcused=1), "Пропущено 7 уроков из 218: по уважительной причине 6, без уважительной"
         " причины 1."),
        (Missed(218, illness=1), "Пропущен 1 урок из 218: по болезни 1."),
        (Missed(218, unexcused=2, unknown=20), "Пропущено 22 урока из 218: без уважительной причины 2; причина не"
         " указана: 20."),
        (Missed(10, unknown=3), "Пропущено 3 урока из 10: причина не указана."),
        (Missed(10, late=3), "Пропусков нет: посещены все уроки (10)."),
    ],
)  # fmt: skip
def test_each_reason_that_there_was_is_named(missed: Missed, words: str) -> None:
    assert missed_words(missed) == words


def test_a_longer_span_is_shown_by_months(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book())
    tried.book.absent(103, AttendanceCode.ILLNESS, 3)
    tried.sync("10-06 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        made = document(desk, desk.term_period("1 четверть"))
    assert tables(made)["По месяцам"].rows[1] == (2, "Еремин Олег", 0, 0, 1, 1, 1)
    assert tables(made)["По месяцам"].total == ("", "Класс", 0, 0, 1, 1, 1)
    trend = made.sections[0].charts[0]
    assert isinstance(trend, Trend)
    assert trend.points == ("с 31.08", "с 05.10")
    assert trend.series[0].values == (100.0, pytest.approx(100 * 2 / 3))


def test_extracurricular_lessons_do_not_count(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book())
    tried.book.beside[0].extracurricular = True
    tried.book.beside[0].absent(201)
    tried.sync("10-06 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        assert tables(document(desk, SEPTEMBER))["Ведомость"].total == ("", "Класс", 5, *(0,) * 8, 100.0)


def test_a_source_without_attendance_has_no_data(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book())
    tried.source.capabilities = tried.source.capabilities - {Capability.ATTENDANCE}  # type: ignore[misc]
    tried.sync("10-06 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        for focus in (Focus(class_id=CLASS), Focus()):
            made = document(desk, SEPTEMBER, focus)
            assert made.sections == ()
            assert "Источник не сообщает о посещаемости: пропусков и опозданий нет данных." in made.notes


def test_nothing_is_made_of_unread_journals(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book())
    tried.sync("10-06 21:00")
    tried.source.broken["journal"] = AnswerError("не читается")
    tried.sync("10-07 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        made = document(desk, SEPTEMBER)
        assert document(desk, SEPTEMBER, Focus()).sections[0].charts == ()
    assert made.sections[0].paragraphs == (
        "Нет данных: за этот период в прочитанных журналах класса нет проведённых уроков.",
    )
    assert tables(made)["Ведомость"].total == ("", "Класс", 0, *(None,) * 9)
    assert "Нет данных: не прочитано 2 журнала: 7А Физика; 7А Химия." in made.notes


def test_each_class_and_the_school_when_nobody_is_named(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book())
    tried.sync("10-06 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        report, week = find_report("attendance"), week_period(date(2026, 9, 1))
        assert [item.request.focus for item in wanted_reports(desk, report, week)] == [Focus(class_id=CLASS), Focus()]
        only = wanted_reports(desk, report, week, Whose(classes=("7а",)))
        assert [item.request.focus for item in only] == [Focus(class_id=CLASS)]


def test_the_sheet_of_a_quarter_stays_as_it_was(tmp_path: Path) -> None:
    """Whoever leaves after it stays on it with all that was missed, whoever comes after it is not there."""
    tried = Trial(tmp_path, book())
    tried.book.absent(103, AttendanceCode.UNEXCUSED, 1)
    tried.sync("10-23 21:00")
    asked = [Focus(class_id=CLASS), Focus()]

    def made() -> list[object]:
        with desk_at(tried.settings, tried.now) as desk:
            documents = [document(desk, desk.term_period("1 четверть"), focus) for focus in asked]
        return [(item.sections[0].paragraphs, tables(item)) for item in documents]

    then = made()
    tried.book.students = [*PUPILS, Student(id=4, name="Абрамов Ян")]
    tried.book.starts[4] = date(2026, 10, 26)
    tried.book.off_roster.add(1)
    for day in (26, 27, 28):
        tried.sync(f"10-{day} 21:00")
        assert made() == then


def test_who_vanished_from_all_lists_once_keeps_what_was_missed(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book())
    tried.book.absent(101, AttendanceCode.UNEXCUSED, 1)
    tried.sync("10-05 21:00")
    for one in tried.book.books:
        one.students = [item for item in PUPILS if item.id != 1]
        one.attendance.clear()
    shown = []
    for day in (6, 7):
        tried.sync(f"10-{day:02} 21:00")
        with desk_at(tried.settings, tried.now) as desk:
            shown.append(tables(document(desk, month_period(date(2026, 10, 1))))["Ведомость"].rows)
            shown.append(tables(document(desk, desk.term_period("1 четверть")))["Ведомость"].rows)
    assert [[row[1:3] + row[8:9] for row in rows if row[1] == "Иванов Иван"] for rows in shown] == [
        [("Иванов Иван", 1, 0)], [("Иванов Иван", 5, 1)], [], [],
    ]  # fmt: skip


_LEFT_OUT = {"ОП", "ДОТ", "ОСВ"}
_REASONS = (("Б",), ("УП",), ("НП",), ("Н", "ОТ"))
_LONG = span_period(date(2026, 9, 1), date(2026, 10, 25))
_PERIODS = (
    ("november", SEPTEMBER), ("november", week_period(date(2026, 10, 7))), ("november", _LONG),
    ("november", span_period(date(2026, 10, 20), TODAY)), ("november", "2 четверть"),
    ("school_year", "2 четверть"), ("school_year", "3 четверть"), ("school_year", "1 полугодие"),
    ("school_year", span_period(date(2026, 9, 1), date(2027, 5, 31))),
    *(
        pytest.param("winter", asked, marks=pytest.mark.soak)
        for asked in (
            week_period(date(2027, 2, 17)), month_period(date(2027, 2, 1)), "3 четверть", "2 полугодие",
        )
    ),
)  # fmt: skip

_Days = dict[int, dict[date, list[str]]]


def _by_loops(school: WholeSchool, class_id: int, period: Period) -> _Days:
    """By pupil and day, what stands at each lesson: a code or nothing; the world is asked, not the mirror."""
    world = school.world
    found: _Days = {pupil.id: {} for pupil in listed_by_reads(school, class_id, period.last)}
    for group in world.school.groups:
        if group.school_class.id != class_id or group.subject.extracurricular:
            continue
        for term in world.begun_terms(group):
            page = world.journal(group.id, term.id)
            codes = {(item.student_id, item.lesson_id): item.code for item in page.absences}
            for pupil in page.students:
                for lesson in page.lessons:
                    if period.first <= lesson.date <= min(period.last, world.now.date()) and (
                        pupil.id in found and pupil.start <= lesson.date
                    ):
                        at = found[pupil.id].setdefault(lesson.date, [])
                        at.append(codes.get((pupil.id, lesson.id), ""))
    return found


def _line(days: list[list[str]]) -> tuple[Any, ...]:
    codes = [code for day in days for code in day]
    counts = [sum(code in same for code in codes) for same in _REASONS]
    if not codes:
        return (0, *(None,) * 9)
    whole = sum(all(code and code not in _LEFT_OUT for code in day) for day in days)
    ill = sum(all(code == "Б" for code in day) for day in days)
    share = 100 * (len(codes) - sum(counts)) / len(codes)
    return (len(codes), whole, ill, sum(counts), *counts, codes.count("ОП"), pytest.approx(share))


@pytest.mark.parametrize(("name", "asked"), _PERIODS, ids=lambda item: item if isinstance(item, str) else item.key)
def test_a_whole_school_against_plain_loops(name: str, asked: Period | str, request: pytest.FixtureRequest) -> None:
    school: WholeSchool = request.getfixturevalue(name)
    period = school.desk.term_period(asked) if isinstance(asked, str) else asked
    whole = tables(document(school.desk, period, Focus()))["По классам"]
    totals, earlier_totals = [], []
    before = school.desk.period_before(period)
    compared = before is not None and before.last >= school.world.school.calendar.start
    for place, school_class in enumerate(school.world.school.classes):
        found = _by_loops(school, school_class.id, period)
        shown = tables(document(school.desk, period, Focus(class_id=school_class.id)))
        names = {pupil.name.full: pupil.id for pupil in listed_by_reads(school, school_class.id, period.last)}
        assert len(shown["Ведомость"].rows) == len(names)
        for row in shown["Ведомость"].rows:
            assert row[2:] == _line(list(found[names[row[1]]].values())), row[1]  # type: ignore[index]
        every = _line([day for days in found.values() for day in days.values()])
        assert shown["Ведомость"].total == ("", "Класс", *every)
        _compare_grids(shown, found, names)
        earlier = _by_loops(school, school_class.id, before) if before else {}
        was = _line([day for days in earlier.values() for day in days.values()])
        line = (school_class.name, len(names), every[0], *every[3:])
        assert whole.rows[place] == ((*line, was[-1], _grown(every, was)) if compared else line)
        main = document(school.desk, period, Focus(class_id=school_class.id)).sections[0].paragraphs
        said = [words for words in main if "раньше — " in words.lower()]
        assert said == ([_said(period, every, was)] if was[0] and every[0] else [])
        totals.append(every)
        earlier_totals.append(was)
    assert whole.total is not None
    assert whole.total[2:9] == tuple(sum(item[n] or 0 for item in totals) for n in (0, 3, 4, 5, 6, 7, 8))
    assert sum(item[3] or 0 for item in totals) > 10
    now, was = (100 - 100 * sum(item[3] or 0 for item in found) / (sum(item[0] for item in found) or 1)
                for found in (totals, earlier_totals))  # fmt: skip
    shares = [now, was, now - was] if compared else [now]
    assert list(whole.total[9:]) == [pytest.approx(share) for share in shares]


def _compare_grids(shown: dict[str, Table], found: _Days, names: dict[str, int]) -> None:
    """What was missed day by day, or month by month."""
    days = sorted({day for by_day in found.values() for day in by_day})
    months = sorted({day.replace(day=1) for day in days})
    for row in shown["По дням"].rows if "По дням" in shown else ():
        by_day = found[names[str(row[1])]]
        cells = [_reasons(by_day[day]) if day in by_day else None for day in days]
        assert row[2:] == (*cells, sum(_missed(codes) for codes in by_day.values()))
    for row in shown["По месяцам"].rows if "По месяцам" in shown else ():
        by_day = found[names[str(row[1])]]
        pairs: list[int | None] = []
        for month in months:
            codes = [code for day, codes in by_day.items() if day.replace(day=1) == month for code in codes]
            pairs += [_missed(codes), codes.count("Б")] if codes else [None, None]
        assert row[2:] == (*pairs, sum(_missed(codes) for codes in by_day.values()))
    if days:
        assert ("По дням" in shown) != ("По месяцам" in shown)


def _reasons(codes: list[str]) -> str:
    counts = [(sum(code in same for code in codes), letter) for same, letter in zip(_REASONS, "бупн", strict=True)]
    return " ".join(f"{count}{letter}" for count, letter in counts if count)


def _missed(codes: list[str]) -> int:
    return sum(any(code in same for same in _REASONS) for code in codes)


def _grown(now: tuple[Any, ...], was: tuple[Any, ...]) -> Any:
    """The change of the share that stands last."""
    if now[-1] is None or was[-1] is None:
        return None
    return pytest.approx(now[-1].expected - was[-1].expected)


def _said(period: Period, now: tuple[Any, ...], was: tuple[Any, ...]) -> str:
    """The sentence on the period before."""
    words = {"week": "Неделей раньше", "month": "Месяцем раньше", "term": "Периодом раньше", "span": "Раньше"}
    grown = f"{now[-1].expected - was[-1].expected:.1f}".replace(".", ",").replace("-", "−")
    return f"{words[period.kind]} — {was[-1].expected:.1f} %, изменение {grown} п.\u00a0п.".replace(".", ",", 1)


def test_whose_attendance_fell(november: WholeSchool) -> None:
    period = span_period(date(2026, 10, 5), date(2026, 10, 30))
    before = span_period(date(2026, 9, 9), date(2026, 10, 4))
    found = []
    for school_class in november.world.school.classes:
        now, was = (_by_loops(november, school_class.id, one) for one in (period, before))
        expected = []
        for pupil in listed_by_reads(november, school_class.id, period.last):
            lines = [_line(list(one.get(pupil.id, {}).values())) for one in (now, was)]
            if all(line[0] for line in lines) and lines[0][-1].expected - lines[1][-1].expected <= -10:
                expected.append(pupil.name.full)
        shown = document(november.desk, period, Focus(class_id=school_class.id)).sections[0].paragraphs
        said = [words for words in shown if words.startswith("Посещаемость снизилась на 10")]
        assert len(said) == bool(expected)
        assert all(name.split()[0] in said[0] for name in expected)
        assert sum(words.count("(−") for words in said) == min(len(expected), 12)
        found += expected
    assert found


def test_weeks_of_the_school_against_plain_loops(november: WholeSchool) -> None:
    period = _LONG
    charts = document(november.desk, period, Focus()).sections[0].charts
    (heat,) = [item for item in charts if isinstance(item, HeatMap)]
    for place, school_class in enumerate(november.world.school.classes):
        weeks: dict[date, list[str]] = {}
        for days in _by_loops(november, school_class.id, period).values():
            for day, codes in days.items():
                weeks.setdefault(day - timedelta(days=day.weekday()), []).extend(codes)
        assert heat.rows[place] == school_class.name
        assert heat.values[place] == tuple(pytest.approx(_line([weeks[item]])[-1]) for item in sorted(weeks))
