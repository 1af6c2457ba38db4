"""`netcity-sync archive`: archives of closed school years, made, proved, kept for their terms, destroyed by an act."""

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import clock_at, config_option, day_of, json_option, now_option, state
from netcity_sync.cli.progress import count_progress
from netcity_sync.errors import DamagedError
from netcity_sync.jobs.archive import make_archive
from netcity_sync.jobs.archive_care import KeptItem, Kind, Standing, register, verify_archives
from netcity_sync.jobs.archive_purge import Order, Purge, purge_archive
from netcity_sync.russian import full_date, plural, size

_STANDINGS = {
    Standing.ABSENT: "архива нет",
    Standing.KEPT: "хранится",
    Standing.ENDING: "срок кончается",
    Standing.OVER: "срок кончился",
    Standing.PURGED: "уничтожено",
}
_WHOLE = {
    Kind.ARCHIVE: ("архив цел", "архив повреждён"),
    Kind.PAPER: ("файлы бумажных копий целы", "файлы бумажных копий не те, что были составлены"),
}
_ELSEWHERE = (
    "Эти же данные есть в резервных копиях (папка backups), пока те не удалены, и в прежних отчётах и сводках"
    " (папки reports и digests): их удаляют отдельно. Строки тех лет уберите и из таблиц папки обмена, иначе следующий"
    " приём возьмёт их снова."
)


@click.group("archive", cls=RussianGroup, help="Архив закрытых учебных годов: составить, проверить, сроки, уничтожить.")
def archive_group() -> None:
    """Commands about archives."""


@archive_group.command("make", help="Составить архив учебного года; без --year — последнего, который кончился.")
@click.option("--year", metavar="ГОД", help="Учебный год, например 2026/2027.")
@click.option("--force", is_flag=True, help="Заменить прежний архив; составить и неполный, описав, чего в нём нет.")
@now_option
@json_option
@config_option
def make(year: str | None, force: bool, now: str | None, as_json: bool) -> None:
    """Make the archive of a year."""
    settings = state().settings()
    made = make_archive(
        settings, clock_at(now, settings.zone), year, force=force,
        progress=lambda total: count_progress("Архив", total),
    )  # fmt: skip
    manifest = made.manifest
    if as_json:
        print_json({"path": made.path, "sha256": made.manifest_sha256, "manifest": manifest})
        return
    total = sum(item.bytes for item in manifest.files)
    files = plural(len(manifest.files), "файл", "файла", "файлов")
    say(f"Архив за {manifest.year} учебный год: {made.path} ({files}, {size(total)})")
    for term in manifest.terms:
        say(f"{term.what}: хранить до {full_date(term.keep_until)}.")
    for line in manifest.missing:
        say(f"Чего в нём нет: {line}.")
    loose = [name for name in manifest.classes if name not in manifest.frozen]
    if loose:
        say(f"Сводная ведомость не заморожена: {', '.join(loose)}.")


@archive_group.command(
    "verify", help="Доказать, что архивы и бумажные копии целы: сверить каждый файл; без --year — все."
)
@click.option("--year", metavar="ГОД", help="Учебный год, например 2026/2027.")
@now_option
@json_option
@config_option
def verify(year: str | None, now: str | None, as_json: bool) -> None:
    """Verify archives; exit code 5 where one is damaged."""
    settings = state().settings()
    proved = verify_archives(settings, clock_at(now, settings.zone), year)
    if as_json:
        print_json(proved)
    else:
        for item in proved:
            whole, damaged = _WHOLE[item.kind]
            say(f"{item.year}: {damaged if item.flaws else whole}")
            for flaw in item.flaws:
                say(f"  {flaw}")
    if any(item.flaws for item in proved):
        click.get_current_context().exit(DamagedError.exit_code)


@archive_group.command("terms", help="Сроки хранения: что, до какого дня, сколько осталось.")
@now_option
@json_option
@config_option
def terms(now: str | None, as_json: bool) -> None:
    """The register of terms."""
    settings = state().settings()
    kept = register(settings, clock_at(now, settings.zone))
    if as_json:
        print_json(kept)
        return
    print_table(
        f"Сроки хранения ({settings.retention.source})",
        ("Учебный год", "Что", "Хранить до", "Осталось дней", "Состояние"),
        [(item.year, item.term.what, full_date(item.term.keep_until), _left(item), _standing(item)) for item in kept],
    )


def _left(item: KeptItem) -> str:
    return "—" if item.standing is Standing.PURGED else str(max(item.days_left, 0))


def _standing(item: KeptItem) -> str:
    return f"{_STANDINGS[item.standing]}: {item.act}" if item.act else _STANDINGS[item.standing]


@archive_group.command("purge", help="Уничтожить по акту журналы, срок хранения которых кончился; ведомости остаются.")
@click.option("--year", required=True, metavar="ГОД", help="Учебный год, например 2026/2027.")
@click.option("--act-number", required=True, metavar="НОМЕР", help="Номер акта о выделении к уничтожению.")
@click.option("--act-date", required=True, metavar="ДАТА", help="Дата акта.")
@click.option("--reason", required=True, metavar="ТЕКСТ", help="Почему уничтожаются.")
@click.option("--by", required=True, metavar="КТО", help="Должность и имя того, кто уничтожает.")
@click.option("--commission", multiple=True, metavar="КТО", help="Член комиссии; можно несколько раз.")
@click.option("--yes", is_flag=True, help="Уничтожить. Без этого только показано, что исчезнет.")
@now_option
@json_option
@config_option
def purge(
    year: str, act_number: str, act_date: str, reason: str, by: str, commission: tuple[str, ...], yes: bool,
    now: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Destroy the journals of a year."""
    settings = state().settings()
    order = Order(act_number, day_of(act_date, "--act-date"), reason, by, commission)
    purged = purge_archive(settings, clock_at(now, settings.zone), year, order, write=yes)
    if as_json:
        print_json({"written": yes, "act": purged.act, "act_folder": purged.act_folder, "begun": purged.begun})
        return
    _print_purge(purged, yes)


def _print_purge(purged: Purge, written: bool) -> None:
    act = purged.act
    say(f"{'Уничтожено' if written else 'Будет уничтожено'}: журналы за {act.year} учебный год, {act.words}.")
    say(f"  файлы архива: {act.files} ({size(act.bytes)})")
    say(f"  строки зеркала: {sum(act.rows.values())}")
    for words, count in act.rows_by_words:
        say(f"    {words}: {count}")
    say(f"  исходные ответы «Сетевого города»: {act.raw_answers}")
    say(f"  чьи данные: {act.subjects_words}")
    say("Сводные ведомости с итоговыми отметками остаются в архиве года.")
    if purged.begun:
        say("Прежнее уничтожение было прервано: это его продолжение.")
    say(_ELSEWHERE)
    say(f"Акт и выгрузка: {purged.act_folder}" if written else "Ничего не тронуто. Уничтожить: --yes")
