"""The page of the docs about reports, made of their declarations."""

from netcity_sync.reports.period import PeriodKind
from netcity_sync.reports.registry import Report, all_reports
from netcity_sync.reports.request import About

PERIOD_WORDS = {
    PeriodKind.DAY: "день (--day)",
    PeriodKind.WEEK: "неделя (--week)",
    PeriodKind.MONTH: "месяц (--month)",
    PeriodKind.TERM: "учебный период (--term)",
    PeriodKind.YEAR: "год (--year)",
    PeriodKind.SPAN: "любые дни (--from, --to)",
}
ABOUT_WORDS = {
    About.SCHOOL: "школа",
    About.GRADE: "параллель (--grade)",
    About.CLASS: "класс (--class)",
    About.TEACHER: "учитель (--teacher)",
    About.SUBJECT: "предмет (--subject)",
    About.PUPIL: "семья",
}
_DUE_WORDS = {
    PeriodKind.DAY: "на следующее утро",
    PeriodKind.WEEK: "каждую неделю",
    PeriodKind.MONTH: "каждый месяц",
    PeriodKind.TERM: "в конце периода",
    PeriodKind.YEAR: "в конце года",
    PeriodKind.SPAN: "",
}

_HEAD = """\
# Отчёты

Что составляет `netcity-sync report make ИМЯ`. Каждый отчёт — страница HTML, таблица Excel и PDF/A; они лежат в папке
`reports` папки данных. Без периода берётся прошлый месяц. Где отчёт о классе, а класс не назван, он составляется о
каждом. `--as-of ДАТА` составит отчёт таким, каким он был бы в тот день: те же файлы, байт в байт.

Отчёт говорит то, что показало последнее чтение журналов, как бы давно оно ни было: летом журналы можно не читать. Когда
оно было, на листе написано; журналы, которые тогда не прочитались, названы.

`filling`, `attendance` и `activity` сравнивают период с предыдущим: неделю с неделей, месяц с месяцем, четверть с
четвертью, полугодие с полугодием, любые дни — со столькими же днями до них. `school`, `class` и `teacher` сравнивают
учебный период с предыдущим у того же класса, `yearbook` — год с прошлым, если он есть в зеркале. С чем сравнивается и
каких данных нет, сказано в самом отчёте.

Служба (`netcity-sync run`) составляет сама то, чему настал срок, и навёрстывает пропущенное; `report due` покажет, что
пора составить, `report register` — реестр составленного: что, о ком, за что, когда, по какому прогону, с SHA-256.
Страница составлена из описаний в программе.

| имя | отчёт | пункт | за что | о ком | служба составляет сама |
|---|---|---|---|---|---|
"""


def guide_text() -> str:
    """The page, Markdown."""
    return _HEAD + "".join(_row(report) for report in all_reports())


def _row(report: Report) -> str:
    periods = ", ".join(PERIOD_WORDS[kind] for kind in report.periods)
    about = ", ".join(ABOUT_WORDS[kind] for kind in report.about)
    due = ", ".join(_DUE_WORDS[kind] for kind in report.due)
    return f"| `{report.id}` | {report.title} | {report.clause} | {periods} | {about} | {due} |\n"
