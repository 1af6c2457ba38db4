"""`netcity-sync run`: the service, everything on schedule."""

from functools import partial

import click

from netcity_sync.cli.console import remark
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import config_option, state
from netcity_sync.clock import system_clock
from netcity_sync.compliance.tuning import check_entries
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.backup import make_backup, prove_backup
from netcity_sync.jobs.check import run_check
from netcity_sync.jobs.digest import make_digests
from netcity_sync.jobs.due_reports import due_reports
from netcity_sync.jobs.exchange import take_files
from netcity_sync.jobs.report import make_reports, open_desk
from netcity_sync.jobs.service import ServiceJob, run_service
from netcity_sync.jobs.session import KEEP_ALIVE_CRON, refresh_session
from netcity_sync.jobs.source import gis_source
from netcity_sync.jobs.sync import run_sync
from netcity_sync.reports.registry import RENDERERS
from netcity_sync.settings import Settings, SignInWay


@click.command("run", cls=RussianCommand, help="Служба: всё по расписанию, до остановки.")
@config_option
def run_command() -> None:
    """Run until stopped."""
    settings = state().settings()
    check_entries(settings.rules)
    if settings.gis.sign_in is SignInWay.PASSWORD:
        settings.password()
    remark("Служба запущена. Остановить: Ctrl+C.")
    run_service(settings, system_clock, service_jobs(settings))


def service_jobs(settings: Settings) -> tuple[ServiceJob, ...]:
    """What the service runs, with the cron lines of the settings."""
    folder = DataFolder(settings.storage.data_dir)

    def sync_and_check() -> None:
        run_sync(settings, gis_source(settings), system_clock)
        try:
            if settings.exchange_folder.is_dir():
                take_files(settings, system_clock)
        finally:
            run_check(settings, system_clock)

    def digest() -> None:
        make_digests(settings, system_clock, send=settings.mail is not None)

    def report() -> None:
        with open_desk(settings, system_clock) as desk:
            make_reports(desk, system_clock, due_reports(desk), formats=tuple(RENDERERS))

    def backup() -> None:
        made = make_backup(folder, system_clock, reserve=settings.storage.min_free)
        prove_backup(folder, made, system_clock)

    cron = settings.schedule
    jobs = (
        ServiceJob(id="sync", title="Чтение журналов и проверка", cron=cron.sync, run=sync_and_check),
        ServiceJob(id="digest", title="Сводки", cron=cron.digest, run=digest),
        ServiceJob(id="report", title="Отчёты, срок которых настал", cron=cron.report, run=report),
        ServiceJob(id="backup", title="Резервная копия", cron=cron.backup, run=backup),
    )
    if settings.gis.sign_in is SignInWay.PASSWORD:
        return jobs
    keep_alive = partial(refresh_session, settings, system_clock)
    return (*jobs, ServiceJob(id="session", title="Продление сеанса", cron=KEEP_ALIVE_CRON, run=keep_alive))
