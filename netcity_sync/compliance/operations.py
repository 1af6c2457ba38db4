"""OPS and CHG-06: how the service itself fares, told from its own log and from its runs."""

from collections.abc import Iterator
from datetime import timedelta

from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.compliance.service_log import log_began, log_proof, logged
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.russian import full_date, local_time, plural, size
from netcity_sync.settings import Role

_RUNS = """
SELECT run_id, started_at, status, error FROM as_of_run
WHERE run_id NOT IN (SELECT run_id FROM as_of_exchange_take) AND status <> 'running' ORDER BY run_id DESC
"""
"""Runs that read journals and are over, newest first."""

_UNREAD = """
SELECT r.kind, r.error, g.name AS group_name, t.name AS term_name, c.name AS class_name
FROM as_of_read r
LEFT JOIN as_of_subject_group g ON g.subject_group_id = r.subject_group_id
LEFT JOIN as_of_term t ON t.term_id = r.term_id
LEFT JOIN as_of_school_class c ON c.class_id = coalesce(r.class_id, g.class_id)
WHERE r.run_id = :run AND r.error IS NOT NULL ORDER BY c.grade, c.name, g.name, t.start, r.scope_id
"""
_SHOWN = 3
_HOUR = timedelta(hours=1)
_REFUSED = "SignInRefused"


@rule(
    "OPS-01", clause="4.2", title="Нет свежей резервной копии", kind=RuleKind.STATE, severity=Severity.CRIT,
    formula="С последней резервной копии, а если её нет, с начала журнала службы прошло больше hours часов.",
    example="Последняя резервная копия сделана 14.10 03:00, 39 ч назад",
    params=(Param("hours", 26, "Сколько часов копия считается свежей.", 1, 720),),
    recipients=(Role.IKT_DEPUTY, Role.ADMINISTRATOR), cadence="d", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def no_fresh_backup(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что резервная копия зеркала сделана за последние сутки с небольшим.

    Считаются копии, сделанные самой программой: по расписанию службы или командой netcity-sync backup create.
    """
    began = log_began(bench)
    made = next((item.at for item in logged(bench, EventKind.BACKUP_MADE) if item.ok), None)
    since = made or began
    if since is None or bench.now - since <= bench.param("hours") * _HOUR:
        return
    age = f"{(bench.now - since) // _HOUR} ч"
    words = f"Последняя резервная копия сделана {local_time(since, bench.settings.zone)}, {age} назад"
    if made is None:
        words = f"Резервных копий нет, служба работает уже {age}"
    yield Violation(Place(key="backup"), Severity.CRIT, words, log_proof(bench, since))


@rule(
    "OPS-02", clause="4.2", title="Копия не проверена восстановлением", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="С последнего удачного учебного восстановления из копии, а если его не было, с начала"
    " журнала службы прошло больше days дней.",
    example="Последнее восстановление из копии — 24.08.2026, 52 дня назад",
    params=(Param("days", 30, "Как часто, в днях, копию проверяют восстановлением.", 1, 366),),
    recipients=(Role.IKT_DEPUTY,), cadence="m", needs=(), unit=Unit.SCHOOL, enabled=False,
)  # fmt: skip
def no_drill(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что из резервной копии хотя бы раз в месяц пробуют восстановить зеркало.

    По умолчанию выключено: учебных восстановлений программа ещё не делает.
    """
    began = log_began(bench)
    done = next((item.at for item in logged(bench, EventKind.DRILL) if item.ok), None)
    since = done or began
    if since is None or bench.now - since <= timedelta(days=bench.param("days")):
        return
    age = plural((bench.now - since).days, "день", "дня", "дней")
    words = f"Последнее восстановление из копии — {full_date(bench.local(int(since.timestamp())).date())}, {age} назад"
    if done is None:
        words = f"Восстановление из копии ни разу не проверено, служба работает уже {age}"
    yield Violation(Place(key="drill"), Severity.VIOL, words, log_proof(bench, since))


@rule(
    "OPS-03", clause="4.2", title="Резервная копия повреждена", kind=RuleKind.STATE, severity=Severity.CRIT,
    formula="Последняя проверка копии показала, что она повреждена, и ни одна копия новее не проверена удачно.",
    example="Резервная копия mirror-20261014T000000Z повреждена (проверена 14.10 03:05): не сходится контрольная сумма"
    " файла",
    recipients=(Role.IKT_DEPUTY,), cadence="d", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def damaged_backup(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что последняя из проверенных резервных копий цела.

    Сверяются контрольные суммы, целостность базы и число записей. Замечание закроется, когда цела будет более новая
    копия.
    """
    made = {item.what: item.at for item in logged(bench, EventKind.BACKUP_MADE)}
    verdicts = {item.what: item for item in reversed(logged(bench, EventKind.BACKUP_VERIFIED))}
    when = {name: made.get(name, item.at) for name, item in verdicts.items()}
    whole = max((when[name] for name, item in verdicts.items() if item.ok), default=None)
    for name, item in sorted(verdicts.items()):
        if item.ok or (whole is not None and whole > when[name]):
            continue
        why = item.text("why").removeprefix("Копия повреждена:").strip().rstrip(".")
        yield Violation(
            Place(key=name),
            Severity.CRIT,
            f"Резервная копия {name} повреждена (проверена {local_time(item.at, bench.settings.zone)})"
            + (f": {why}" if why else ""),
            log_proof(bench, item.at),
        )


@rule(
    "OPS-04", clause="1.5", title="Синхронизация неполная", kind=RuleKind.STATE, severity=Severity.VIOL,
    formula="При последнем чтении не прочитано больше allowed журналов, списков или справочников, или оно не дошло до"
    " конца. Отказ во входе — дело правила OPS-09.",
    example="Чтение 14.10 01:30: не прочитано 3 из 214: 7А, Химия (1 четверть); 7А, Физика (1 четверть); список 8Б",
    params=(Param("allowed", 0, "Столько непрочитанного ещё не замечание.", 0, 10000),),
    recipients=(Role.ADMINISTRATOR, Role.IKT_DEPUTY), cadence="d", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def incomplete_sync(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что при последнем чтении «Сетевого города» прочитано всё.

    Чего не прочитали, того правила не оценивают. Дочитать можно командой netcity-sync sync --resume.
    """
    newest = next(iter(bench.rows(_RUNS)), None)
    if newest is None or newest["error"] == _REFUSED:
        return
    began = from_utc_text(newest["started_at"])
    head = f"Чтение {local_time(began, bench.settings.zone)}:"
    unread = bench.rows(_UNREAD, run=newest["run_id"])
    proof = Proof(newest["run_id"], utc_text(began), facts=(("Не прочитано", str(len(unread))),))
    if len(unread) > bench.param("allowed"):
        total = bench.rows("SELECT count(*) AS n FROM as_of_read WHERE run_id = :run", run=newest["run_id"])[0]["n"]
        names = [_scope_words(*row) for row in unread[:_SHOWN]]
        more = [f"и ещё {len(unread) - _SHOWN}"] if len(unread) > _SHOWN else []
        words = f"{head} не прочитано {len(unread)} из {total}: {'; '.join([*names, *more])}"
        yield Violation(Place(key="sync"), Severity.VIOL, words, proof)
    elif newest["status"] in ("failed", "interrupted") or (newest["status"] == "partial" and not unread):
        yield Violation(Place(key="sync"), Severity.VIOL, f"{head} прочитано не всё, оно не дошло до конца", proof)


def _scope_words(kind: str, error: str, group: str | None, term: str | None, school_class: str | None) -> str:
    """«7А, Химия (1 четверть)», «список 8Б»."""
    match kind:
        case "journal":
            return f"{school_class or 'класс неизвестен'}, {group or 'журнал'} ({term or 'период неизвестен'})"
        case "roster":
            return f"список {school_class or 'класса'}"
        case "journal_access":
            return f"отчёт о доступе, {school_class or 'класс неизвестен'}"
        case _:
            return "справочники"


@rule(
    "OPS-05", clause="4.2", title="Мало места на диске или копий", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="По последнему измерению свободна доля диска меньше share; или копий меньше backups, хотя журнал службы"
    " ведётся дольше недели.",
    example="На диске с данными свободно 6 % (3,1 ГБ)",
    params=(
        Param("share", 0.1, "Какая доля диска должна быть свободна.", 0, 1),
        Param("backups", 2, "Сколько копий должно храниться.", 0, 1000),
    ),
    recipients=(Role.IKT_DEPUTY,), cadence="d", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def little_room(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что на диске есть место, а резервных копий больше одной. Измеряется в конце каждого чтения."""
    began = log_began(bench)
    newest = next(iter(logged(bench, EventKind.DISK_MEASURED)), None)
    if newest is None or began is None:
        return
    free, total, backups = (newest.number(name) for name in ("free", "total", "backups"))
    if free is not None and total and free / total < bench.param("share"):
        words = f"На диске с данными свободно {int(100 * free / total)} % ({size(int(free))})"
        yield Violation(Place(key="disk"), Severity.WARN, words, log_proof(bench, newest.at))
    settled = newest.at - began > timedelta(days=7)
    if backups is not None and settled and backups < bench.param("backups"):
        kept = plural(int(backups), "копия", "копии", "копий")
        words = f"В папке резервных копий {kept}, нужно не меньше {bench.param('backups'):g}"
        yield Violation(Place(key="backups"), Severity.WARN, words, log_proof(bench, newest.at))


@rule(
    "OPS-09", clause="6.6", title="«Сетевой город» не принимает вход", kind=RuleKind.STATE, severity=Severity.CRIT,
    formula="Последние чтения, не меньше times подряд, оборваны отказом во входе.",
    example="Вход в «Сетевой город» отклонён 2 раза подряд, последний раз 14.10 01:30",
    params=(Param("times", 1, "После скольких отказов подряд.", 1, 30),),
    recipients=(Role.ADMINISTRATOR,), cadence="d", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def sign_in_refused(bench: Bench) -> Iterator[Violation]:
    """Находит отказ во входе: пароль сменён или истёк, учётная запись закрыта, нужно ввести код с картинки.

    Войдите этой учётной записью в браузере, прежде чем читать снова: несколько неудач подряд её блокируют.
    """
    runs = bench.rows(_RUNS)
    count = next((place for place, row in enumerate(runs) if row["error"] != _REFUSED), len(runs))
    if not count or count < bench.param("times"):
        return
    last = from_utc_text(runs[0]["started_at"])
    times = plural(count, "раз", "раза", "раз")
    row = " подряд, последний раз" if count > 1 else ":"
    words = f"Вход в «Сетевой город» отклонён {times}{row} {local_time(last, bench.settings.zone)}"
    yield Violation(Place(key="sign_in"), Severity.CRIT, words, Proof(runs[0]["run_id"], utc_text(last)))


@rule(
    "CHG-06", clause="4.2", title="Расхождение зеркала и ГИС", kind=RuleKind.STATE, severity=Severity.CRIT,
    formula="Последняя сверка зеркала с сохранёнными ответами сервера нашла записи, которые в них другие.",
    example="Сверка 14.10 04:00: зеркало расходится с ответами «Сетевого города» в 2 частях, записей — 3",
    recipients=(Role.ADMINISTRATOR, Role.IKT_DEPUTY), cadence="d", needs=(), unit=Unit.SCHOOL,
)  # fmt: skip
def mirror_differs(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что зеркало говорит то же, что сохранённые ответы сервера, если разобрать их заново.

    Сверяет команда netcity-sync mirror reparse без --class; с --write она исправляет зеркало, и замечание закроется.
    Пока её не выполняли, правило ничего не говорит.
    """
    newest = next(iter(logged(bench, EventKind.RECONCILED)), None)
    if newest is None or newest.ok:
        return
    scopes, records = int(newest.number("differing") or 0), int(newest.number("records") or 0)
    parts = f"{scopes} {'части' if scopes % 10 == 1 and scopes % 100 != 11 else 'частях'}"
    yield Violation(
        Place(key="mirror"),
        Severity.CRIT,
        f"Сверка {local_time(newest.at, bench.settings.zone)}: зеркало расходится с ответами «Сетевого города»"
        f" в {parts}, записей — {records}",
        log_proof(bench, newest.at, ("Записей", str(records))),
    )
