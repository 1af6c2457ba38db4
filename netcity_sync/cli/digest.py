"""`netcity-sync digest`: what each person receives."""

import click

from netcity_sync.cli.console import print_json, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, state
from netcity_sync.jobs.digest import make_digests
from netcity_sync.settings import Role


@click.command("digest", cls=RussianCommand, help="Составить сводки и, с --send, отправить их.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Только для этой роли.")
@click.option("--send", is_flag=True, help="Отправить по почте; без этого — только в папку.")
@now_option
@json_option
@config_option
def digest_command(role: str | None, send: bool, now: str | None, as_json: bool) -> None:
    """Make the digests; leave with 1 where a message was refused or waits."""
    settings = state().settings()
    outcome = make_digests(settings, clock_at(now, settings.zone), role=Role(role) if role else None, send=send)
    if as_json:
        print_json(
            {"files": outcome.files, "sent": outcome.sent, "refused": outcome.refused, "waiting": outcome.waiting}
        )
    else:
        for path in outcome.files:
            say(str(path))
        say(f"Сводок: {len(outcome.digests)}. Отправлено: {outcome.sent}, ждут отправки: {outcome.waiting}.")
        for reason in outcome.refused:
            say(f"Не отправлено: {reason}")
    click.get_current_context().exit(1 if send and (outcome.refused or outcome.waiting) else 0)
