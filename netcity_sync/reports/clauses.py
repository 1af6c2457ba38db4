"""What serves each clause of the school's regulation: rules, reports, other commands; and what only people can do."""

from dataclasses import dataclass

from netcity_sync.compliance.registry import all_rules
from netcity_sync.reports.registry import all_reports


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, or one of the duties in it (`part`): what the school has to do, and what helps it.

    `rules` and `reports` are ids; `commands` and files help without judging. `people` tells what stays for people to
    do, and why no program can.
    """

    number: str
    part: str
    rules: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    people: str = ""

    @property
    def label(self) -> str:
        """«4.4 КТП»."""
        return f"{self.number} {self.part}".strip()

    @property
    def served(self) -> bool:
        """Whether a rule or a report looks after it."""
        return bool(self.rules or self.reports)


CLAUSES = (
    Clause("1.1–1.2", "", rules=("LSN-01",), reports=("filling",),
           people="Сам локальный акт принимает школа; под замечаниями и отчётами он назван."),
    Clause("1.3", "", rules=("LSN-01", "REF-04"), reports=("filling",)),
    Clause("1.4", "", rules=("USR-06",), commands=("sync", "discover")),
    Clause("1.5", "", rules=("OPS-04", "LSN-01", "LSN-02")),
    Clause("1.6", "", rules=("REF-04", "USR-01"), commands=("digest",)),
    Clause("1.7", "", rules=("CHG-03",), people="Кто сел за открытый компьютер учителя, журнал не знает."),
    Clause("2.1", "хранение", rules=("OPS-01", "CHG-05"), commands=("sync", "history")),
    Clause("2.1", "на бумаге", reports=("filling",), commands=("paper make",)),
    Clause("2.1", "доступ в любое время", rules=("USR-06",), commands=("report make", "history")),
    Clause("2.1", "периодические отчёты", rules=("REP-01", "REP-02", "REP-03"), reports=("filling",)),
    Clause("2.1", "информирование родителей", rules=("PAR-01", "PAR-03", "PAR-04")),
    Clause("2.1", "выполнение программ", rules=("PLN-01", "PLN-02", "PLN-03", "PLN-04", "PLN-05")),
    Clause("3.1", "", commands=("exchange",),
           people="Утвердить регламент и назначить администратора — приказ директора."),
    Clause("3.2", "", rules=("USR-03",), people="Реквизиты выдают люди; программа не хранит ни логинов, ни паролей."),
    Clause("3.3, 6.5", "", rules=("REF-01", "REF-02", "REF-03"),
           people="Верны ли данные, программа не знает: только полны ли они и не противоречат ли друг другу."),
    Clause("3.4", "", rules=("LSN-01", "MRK-03", "HW-01", "ATT-01", "PLN-02")),
    Clause("3.5", "", rules=("MRK-01", "MRK-02", "HW-01", "HW-02", "LSN-02", "MRK-10", "LSN-03"),
           reports=("inspection",)),
    Clause("3.6", "", rules=("PAR-01",), people="Переписка с учителями идёт в «Сетевом городе»."),
    Clause("4.1", "утверждает/назначает/условия", people="Решения директора."),
    Clause("4.1", "контроль", rules=("FIN-07", "CHG-02"), reports=("filling",), commands=("digest",)),
    Clause("4.1", "заверяет подпись", rules=("REP-04",), commands=("paper make", "archive state"),
           people="Подпись ставит директор."),
    Clause("4.2", "нормативные", people="Документы пишет школа."),
    Clause("4.2", "техническое, бэкап, восстановление",
           rules=("OPS-01", "OPS-02", "OPS-03", "OPS-04", "OPS-05", "CHG-05", "CHG-06"), commands=("backup",)),
    Clause("4.2", "архив", rules=("OPS-06", "OPS-07", "OPS-08"), commands=("archive",)),
    Clause("4.2", "контроль администратора/учителей", rules=("CHG-03", "CHG-07", "OPS-04"), commands=("digest",)),
    Clause("4.3", "нормативные", people="Документы пишет школа."),
    Clause("4.3", "перенос на бумагу", rules=("REP-04",), commands=("paper make", "archive state"),
           people="Сверяют и подписывают люди."),
    Clause("4.3", "анализ и отчёты", rules=("REP-03", "ACC-04"),
           reports=("filling", "inspection", "school", "summary")),
    Clause("4.3", "передача документоведу", rules=("REP-04",), commands=("archive state",)),
    Clause("4.4", "КТП", rules=("PLN-01", "PLN-04", "PLN-06")),
    Clause("4.4", "в день урока, типы работ", rules=("LSN-01", "LSN-02", "LSN-04", "LSN-06", "CTL-05")),
    Clause("4.4", "оценки, посещаемость, накопляемость", rules=("MRK-03", "ATT-01", "ATT-02", "ACC-01", "ACC-02")),
    Clause("4.4", "ДЗ", rules=("HW-01", "HW-02", "HW-03", "HW-07")),
    Clause("4.4", "итоговые в срок", rules=("FIN-01",)),
    Clause("4.4", "только по назначенным, с типом", rules=("LSN-04", "LSN-05")),
    Clause("4.4", "анализ успеваемости, отчёты", rules=("FIN-11",), reports=("teacher",)),
    Clause("4.4", "замена", rules=("LSN-07", "LSN-08")),
    Clause("4.5", "сбор/актуализация, ПДн", rules=("REF-01", "REF-02"),
           people="Согласия собирает классный руководитель."),
    Clause("4.5", "вносит данные", rules=("REF-01", "REF-02"), people="Данные вносит классный руководитель."),
    Clause("4.5", "реквизиты", rules=("USR-03",)),
    Clause("4.5", "информирует", rules=("PAR-03",), reports=("letter",)),
    Clause("4.5", "еженедельно посещаемость", rules=("ATT-03", "ATT-04", "ATT-05", "ATT-06", "ATT-08", "ATT-09"),
           reports=("attendance",)),
    Clause("4.5", "контролирует своевременность учителей", rules=("MRK-10", "LSN-02"), commands=("digest",)),
    Clause("4.5", "анализ результатов", rules=("FIN-11", "FIN-12"), reports=("class",)),
    Clause("4.6", "реквизиты, функционирование, техподдержка", rules=("USR-06", "OPS-09"), commands=("doctor",)),
    Clause("4.6", "бэкап/восстановление", rules=("OPS-01", "OPS-02"), commands=("backup",)),
    Clause("4.6", "сотрудники, ученики, расписание, движение", rules=("REF-02", "REF-03", "REF-04", "LSN-09"),
           reports=("movement",)),
    Clause("4.6", "закрытие/открытие года, перевод", rules=("REF-06",),
           people="Год закрывает администратор в «Сетевом городе»."),
    Clause("4.6", "обучение", commands=("digest",), people="Учит администратор; кого и чему — видно по замечаниям."),
    Clause("4.7", "", rules=("REP-04",), commands=("archive state",), people="Прошивает документовед."),
    Clause("5.1", "", rules=("REP-01",), reports=("activity",)),
    Clause("5.2", "", rules=("REP-02",), reports=("filling",)),
    Clause("5.3", "", rules=("REP-03",),
           reports=("school", "summary", "class", "teacher", "attendance", "yearbook")),
    Clause("6.1", "", rules=("USR-06",)),
    Clause("6.2", "", people="Консультируют люди."),
    Clause("6.3", "", rules=("PAR-03",)),
    Clause("6.4", "", rules=("CHG-01", "CHG-02", "FIN-02", "FIN-05"),
           people="Верна ли отметка, программа не знает: только когда и кем она внесена и не противоречит ли другим."),
    Clause("6.6", "", rules=("USR-04", "CHG-07"), people="Пароль бережёт его владелец."),
    Clause("7.1, 7.2", "", rules=("OPS-06", "OPS-07", "OPS-08"), reports=("summary",), commands=("archive",)),
    Clause("8.1", "", rules=("PAR-04",)),
    Clause("8.2", "", rules=("PAR-04",), people="Доступ к дневнику даёт «Сетевой город»."),
    Clause("8.3", "", rules=("PAR-01", "PAR-02"), reports=("letter", "handover"), commands=("report issued",)),
    Clause("8.4", "", rules=("FIN-10", "PAR-05"), reports=("results", "handover", "letter"),
           commands=("report issued",)),
)  # fmt: skip


def unknown_names() -> tuple[str, ...]:
    """Ids that the clauses name and neither the catalogue of rules nor that of reports has."""
    rules, reports = {item.id for item in all_rules()}, {item.id for item in all_reports()}
    named = [name for clause in CLAUSES for name in clause.rules if name not in rules]
    return (*named, *(name for clause in CLAUSES for name in clause.reports if name not in reports))


_HEAD = """\
# Положение и программа

Чем программа помогает исполнять положение об электронном журнале, пункт за пунктом, и что остаётся людям. Страница
составлена из описаний в программе. О правилах: [rules.md](rules.md); отчёты перечислит `netcity-sync report list`.

| пункт | о чём | правила | отчёты и команды | остаётся людям |
|---|---|---|---|---|
"""


def guide_text() -> str:
    """The page of the docs about the clauses."""
    return _HEAD + "".join(_row(clause) for clause in CLAUSES)


def _row(clause: Clause) -> str:
    rules = ", ".join(f"[{name}](rules.md#{name.lower()})" for name in clause.rules)
    titles = {item.id: item.title for item in all_reports()}
    helps = "; ".join([*(titles[name] for name in clause.reports), *(f"`{name}`" for name in clause.commands)])
    return f"| {clause.number} | {clause.part} | {rules} | {helps} | {clause.people} |\n"
