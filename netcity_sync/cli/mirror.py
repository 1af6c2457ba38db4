"""`netcity-sync mirror`: the care of the mirror's file."""

import click

from netcity_sync.cli.framework import RussianGroup


@click.group("mirror", cls=RussianGroup, help="Зеркало: осмотр, уборка, повторный разбор ответов.")
def mirror_group() -> None:
    """Commands about the mirror's file."""
