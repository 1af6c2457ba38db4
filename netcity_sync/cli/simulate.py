"""`netcity-sync simulate`: the embedded «Сетевой город» alone, for trials and tests."""

from pathlib import Path

import click

from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import config_option

DEFAULT_SEED = 1
DEFAULT_CLASSES = 11


@click.command("simulate", cls=RussianCommand, help="Учебный «Сетевой город» с вымышленной школой на этом компьютере.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Порт; 0 — любой свободный.")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Какая из вымышленных школ.")
@click.option(
    "--classes", type=click.IntRange(1, 120), default=DEFAULT_CLASSES, show_default=True, help="Сколько классов."
)
@click.option(
    "--date", "start", metavar="ДАТА", default="2026-09-01", show_default=True, help="С какого дня идут её часы."
)
@click.option(
    "--product-version", metavar="ВЕРСИЯ", default="5.51.0", show_default=True, help="Версия «Сетевого города»."
)
@click.option("--fault", "faults", multiple=True, metavar="ИМЯ[=ДОЛЯ]", help="Неисправность и как часто она случается.")
@click.option("--ledger", type=click.Path(path_type=Path, dir_okay=False), metavar="ФАЙЛ",
              help="Куда записывать подстроенные нарушения.")  # fmt: skip
@config_option
def simulate_command(
    port: int,
    seed: int,
    classes: int,
    start: str,
    product_version: str,
    faults: tuple[str, ...],
    ledger: Path | None,
) -> None:
    """Serve until interrupted."""
    from netcity_sync.simulator.server import simulate  # noqa: PLC0415 (the server side is loaded only here)

    simulate(
        port=port,
        seed=seed,
        classes=classes,
        date=start,
        product_version=product_version,
        faults=dict(_fault(text) for text in faults),
        ledger=ledger,
    )


def _fault(text: str) -> tuple[str, float]:
    name, _, rate = text.partition("=")
    try:
        return name, float(rate) if rate else 1.0
    except ValueError as error:
        raise click.BadParameter("доля — число от 0 до 1, пример: drop=0.1.", param_hint="--fault") from error
