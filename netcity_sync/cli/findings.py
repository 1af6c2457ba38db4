"""`netcity-sync findings`: those of the checks so far, one with its proof, and which the school leaves alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from netcity_sync.adapters.exchange.exemptions import write_exemptions_template
from netcity_sync.adapters.exchange.grid import Problem
from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.finding_words import (
    age_words,
    decision_words,
    exemption_answer,
    finding_answer,
    finding_answers,
    state_words,
)
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import clock_at, config_option, day_of, json_option, now_option, state
from netcity_sync.clock import from_utc_text
from netcity_sync.compliance.exemptions import Decision, Exemption, Scope, load_exemptions
from netcity_sync.compliance.finding import Finding, FindingStatus
from netcity_sync.compliance.findings import Episode, episodes_of, find_finding, load_findings
from netcity_sync.compliance.life import TO_MEND, Standing, State, Today, standings, today_of
from netcity_sync.compliance.wording import SEVERITY_WORDS
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.exemptions import except_by_file, except_finding, take_back
from netcity_sync.mirror.lookup import student_names
from netcity_sync.mirror.snapshot import Snapshot, open_snapshot
from netcity_sync.russian import full_date, full_date_time, local_time, plural
from netcity_sync.settings import Settings

_SHOWN = 15
_PROBLEMS_SHOWN = 100


@click.group("findings", cls=RussianGroup, help="Замечания: список, подробности, исключения.")
def findings_group() -> None:
    """Commands about findings already made."""


@contextmanager
def _mirror(settings: Settings, now: str | None) -> Iterator[tuple[Snapshot, Today]]:
    with open_snapshot(DataFolder(settings.storage.data_dir)) as snapshot:
        yield snapshot, today_of(snapshot, settings, clock_at(now, settings.zone)())


@findings_group.command("list", help="Замечания последних проверок.")
@click.option(
    "--status", type=click.Choice([item.value for item in State]), default=State.OPEN.value,
    help="open — открытые, среди них overdue — просроченные и unknown — не установленные (нет данных);"
    " excepted — исключения, fixed — исправленные, ended — те, что больше не проверяются.",
)  # fmt: skip
@click.option("--rule", "rules", multiple=True, metavar="ПРАВИЛО", help="Только это правило. Можно повторять.")
@click.option("--all", "show_all", is_flag=True, help="Не сокращать список.")
@now_option
@json_option
@config_option
def list_findings(status: str, rules: tuple[str, ...], show_all: bool, now: str | None, as_json: bool) -> None:
    """List findings."""
    settings = state().settings()
    wanted = TO_MEND if status == State.OPEN else (State(status),)
    with _mirror(settings, now) as (snapshot, today):
        known = load_findings(snapshot.connection, status=_kept_as(State(status)), rules=rules)
    stands = standings(today, known)
    findings = tuple(item for item in known if stands[item.id].state in wanted)
    if as_json:
        print_json(finding_answers(findings, stands))
        return
    shown = findings if show_all else findings[:_SHOWN]
    print_table(
        f"Замечания: {len(findings)}",
        ("Номер", "Важность", "Состояние", "Что и где"),
        [
            (item.id, SEVERITY_WORDS[item.severity], _brief(item, stands[item.id], settings), item.message)
            for item in shown
        ],
    )
    if len(shown) < len(findings):
        chosen = f" --status {status}" if status != State.OPEN else ""
        say(f"Показано {len(shown)} из {len(findings)}. Все: netcity-sync findings list{chosen} --all")


def _brief(item: Finding, standing: Standing, settings: Settings) -> str:
    """«просрочено, 5 учебных дней»; «исправлено, 16.10 21:00»."""
    when = local_time(item.fixed_at, settings.zone) if item.fixed_at is not None else age_words(standing)
    return ", ".join(part for part in (state_words(item, standing), when) if part)


def _kept_as(wanted: State) -> FindingStatus:
    return FindingStatus(wanted.value) if wanted in (State.FIXED, State.ENDED) else FindingStatus.OPEN


@findings_group.command("show", help="Одно замечание: где, когда, на чём основано.")
@click.argument("finding_id", metavar="НОМЕР")
@now_option
@json_option
@config_option
def show_finding(finding_id: str, now: str | None, as_json: bool) -> None:
    """Show one finding with its proof."""
    settings = state().settings()
    with _mirror(settings, now) as (snapshot, today):
        finding = find_finding(snapshot.connection, finding_id)
        episodes = episodes_of(snapshot.connection, finding_id)
        runs = {row[0]: row[1] for row in snapshot.connection.execute("SELECT run_id, started_at FROM main.run")}
    standing = today.standing(finding)
    if as_json:
        print_json({**finding_answer(finding, standing), "episodes": episodes})
        return
    words = _RunWords(settings, runs)
    rows = [
        ("Правило", f"{finding.rule} {finding.title} (§{finding.clause} положения)"),
        ("Что", finding.message),
        ("Локальный акт", finding.act or "—"),
        ("Важность", SEVERITY_WORDS[finding.severity]),
        ("Состояние", state_words(finding, standing)),
        ("Замечено", local_time(finding.opened_at, settings.zone)),
        ("Возраст", age_words(standing) or "—"),
        ("Исправлено", words.closed(finding)),
        *((f"Раньше, {number}-й раз", words.episode(item)) for number, item in enumerate(episodes, start=1)),
        *_proof_rows(finding),
    ]
    print_table(finding.id, ("", ""), rows)


def _proof_rows(finding: Finding) -> list[tuple[str, str]]:
    proof = finding.proof
    named = (("Срок", proof.deadline), ("Ещё не было", proof.lower), ("Уже было", proof.upper))
    return [
        ("Основание", f"чтение журнала {proof.read_at}, прогон {proof.read_run}"),
        *((name, value) for name, value in named if value),
        *proof.facts,
        ("Ответ сервера, SHA-256", proof.payload_hash or "—"),
    ]


class _RunWords:
    """Says when something was closed, and between which reads."""

    def __init__(self, settings: Settings, runs: dict[int, str]) -> None:
        self._settings = settings
        self._runs = runs

    def closed(self, item: Finding | Episode) -> str:
        """«16.10 21:00, между прогонами 5 (15.10 21:00) и 6 (16.10 21:00)»."""
        if item.fixed_at is None:
            return "—"
        when = local_time(item.fixed_at, self._settings.zone)
        if item.fixed_run is None:
            return when
        if item.seen_run is None or item.seen_run == item.fixed_run:
            return f"{when}; записи журнала те же: изменились список класса, правила или настройки"
        return f"{when}, между прогонами {self._run(item.seen_run)} и {self._run(item.fixed_run)}"

    def episode(self, item: Episode) -> str:
        """«с 14.10 21:00; исправлено 16.10 21:00, между прогонами …»."""
        return f"с {local_time(item.opened_at, self._settings.zone)} по {self.closed(item)}"

    def _run(self, run_id: int) -> str:
        began = self._runs.get(run_id)
        return f"{run_id} ({local_time(from_utc_text(began), self._settings.zone)})" if began else str(run_id)


@findings_group.command(
    "except",
    help="Не считать замечание (НОМЕР с --who и --why) или все замечания болезни или карантина (--file: CSV со"
    " столбцами Правило;Класс;Предмет;Ученик;С;По;Кто;Причина;До).",
)
@click.argument("finding_id", metavar="[НОМЕР]", required=False)
@click.option("--who", metavar="КТО", help="Кто решил.")
@click.option("--why", metavar="ПРИЧИНА", help="Почему.")
@click.option("--until", metavar="ДАТА", help="По какой день действует; без него — бессрочно.")
@click.option("--file", "path", type=click.Path(path_type=Path, dir_okay=False), metavar="ФАЙЛ", help="Файл CSV.")
@now_option
@json_option
@config_option
def except_findings(
    finding_id: str | None, who: str | None, why: str | None, until: str | None, path: Path | None,
    now: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make exceptions; exit code 1 where a file has faults."""
    settings = state().settings()
    clock = clock_at(now, settings.zone)
    if path is not None:
        if finding_id or who or why or until:
            raise click.UsageError("С --file больше ничего не указывают: кто, почему и до какого дня стоит в файле.")
        outcome = except_by_file(settings, clock, path)
        if as_json:
            made = [exemption_answer(item) for item in outcome.made]
            print_json({"made": made, "known": outcome.known, "problems": outcome.problems})
        else:
            _print_file(outcome.made, outcome.known, outcome.problems)
        click.get_current_context().exit(1 if outcome.problems else 0)
    if not (finding_id and who and who.strip() and why and why.strip()):
        raise click.UsageError("Нужны номер замечания, --who и --why, или --file с файлом исключений.")
    decision = Decision(who.strip(), why.strip(), day_of(until, "--until") if until else None)
    made_now = except_finding(settings, clock, finding_id, decision)
    if as_json:
        print_json({"made": [exemption_answer(item) for item in made_now], "known": 1 - len(made_now), "problems": []})
    else:
        _print_file(made_now, 1 - len(made_now), ())


def _print_file(made: tuple[Exemption, ...], known: int, problems: tuple[Problem, ...]) -> None:
    if not problems:
        say(f"Записано: {plural(len(made), 'исключение', 'исключения', 'исключений')}."
            + (f" Уже были: {known}." if known else ""))  # fmt: skip
        return
    print_table(
        f"Что исправить: {plural(len(problems), 'ошибка', 'ошибки', 'ошибок')}",
        ("Файл", "Строка", "Столбец", "Что не так"),
        [
            (item.file, str(item.row or ""), item.column or "", f"{item.reason}. Нужно: {item.allowed}")
            for item in problems[:_PROBLEMS_SHOWN]
        ],
    )
    if len(problems) > _PROBLEMS_SHOWN:
        say(f"… и ещё {len(problems) - _PROBLEMS_SHOWN}; все: --json")
    say("Файл, в котором есть ошибка, не берётся целиком.")


@findings_group.group("exceptions", cls=RussianGroup, help="Исключения: список, снять.")
def exceptions_group() -> None:
    """Commands about exceptions already made."""


@exceptions_group.command("list", help="Исключения, которые действуют; с --all и снятые, и те, чей срок вышел.")
@click.option("--all", "show_all", is_flag=True, help="Показать все.")
@now_option
@json_option
@config_option
def list_exceptions(show_all: bool, now: str | None, as_json: bool) -> None:
    """List exceptions."""
    settings = state().settings()
    with _mirror(settings, now) as (snapshot, today):
        kept = [item for item in load_exemptions(snapshot.connection) if show_all or today.in_force(item)]
        names = student_names(snapshot.connection)
    if as_json:
        print_json([{**exemption_answer(item), "in_force": today.in_force(item)} for item in kept])
        return
    print_table(
        f"Исключения: {len(kept)}",
        ("Номер", "Что не считается", "Кто, почему, до какого дня", "Записано", "Действует"),
        [
            (
                str(item.id), _scope_words(item.scope, names), decision_words(item),
                full_date_time(item.made_at, settings.zone), _force_words(item, today, settings),
            )
            for item in kept
        ],
    )  # fmt: skip


def _force_words(item: Exemption, today: Today, settings: Settings) -> str:
    if item.removed_at is not None:
        return f"снято {full_date_time(item.removed_at, settings.zone)}"
    return "да" if today.in_force(item) else "срок вышел"


def _scope_words(scope: Scope, names: dict[int, str]) -> str:
    if scope.finding_id is not None:
        return f"замечание {scope.finding_id}"
    parts = [", ".join(scope.rules) or "все правила"]
    parts += [part for part in (scope.class_name, scope.subject) if part]
    if scope.student_id is not None:
        parts.append(names.get(scope.student_id, str(scope.student_id)))
    days = [f"с {full_date(scope.first_day)}"] if scope.first_day else []
    days += [f"по {full_date(scope.last_day)}"] if scope.last_day else []
    return "; ".join(parts + ([f"уроки {' '.join(days)}"] if days else []))


@exceptions_group.command("template", help="Записать пустой файл исключений, чтобы заполнить его в Excel.")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="ФАЙЛ")
@json_option
def exceptions_template(path: Path, as_json: bool) -> None:
    """Write a file of exceptions without rows."""
    columns = write_exemptions_template(path)
    if as_json:
        print_json({"file": path, "columns": [item.heading for item in columns]})
        return
    print_table(
        f"Столбцы файла {path}",
        ("Столбец", "Обязательный", "Что писать", "Пример"),
        [(item.heading, "да" if item.required else "нет", item.hint, item.example) for item in columns],
    )
    say(f"Заполните и примите: netcity-sync findings except --file {path}")


@exceptions_group.command("remove", help="Снять исключение: его замечания снова считаются.")
@click.argument("number", type=click.IntRange(min=1), metavar="НОМЕР")
@now_option
@json_option
@config_option
def remove_exception(number: int, now: str | None, as_json: bool) -> None:
    """Take an exception back."""
    settings = state().settings()
    take_back(settings, clock_at(now, settings.zone), number)
    if as_json:
        print_json({"removed": number})
    else:
        say(f"Исключение № {number} снято.")
