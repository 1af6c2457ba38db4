"""The command line, one module a command group."""

import os
import sys

import click
import structlog

from netcity_sync import __version__
from netcity_sync.cli.archive import archive_group
from netcity_sync.cli.archive_state import state_command
from netcity_sync.cli.backup import backup_group
from netcity_sync.cli.check import check_command
from netcity_sync.cli.checks import checks_group
from netcity_sync.cli.console import remark, speak_utf8
from netcity_sync.cli.crash import explain_crash
from netcity_sync.cli.demo import demo_command
from netcity_sync.cli.diff import diff_command
from netcity_sync.cli.digest import digest_command
from netcity_sync.cli.discover import discover_command
from netcity_sync.cli.doctor import doctor_command
from netcity_sync.cli.exchange import exchange_group
from netcity_sync.cli.findings import findings_group
from netcity_sync.cli.framework import PROGRAM, RussianGroup, explain_usage
from netcity_sync.cli.history import history_group
from netcity_sync.cli.init import init_command
from netcity_sync.cli.mirror import mirror_group
from netcity_sync.cli.options import config_option, secrets_of
from netcity_sync.cli.paper import paper_group
from netcity_sync.cli.reparse import reparse_command
from netcity_sync.cli.report import report_group
from netcity_sync.cli.rules import rules_group
from netcity_sync.cli.service import run_command
from netcity_sync.cli.session import session_group
from netcity_sync.cli.simulate import simulate_command
from netcity_sync.cli.sync import sync_command
from netcity_sync.cli.visibility import visibility_command
from netcity_sync.errors import NetcityError, UsageError
from netcity_sync.logs import OWN_WORDS, configure_logging, log_stray_exceptions

__all__ = ["app", "main"]

log = structlog.get_logger(OWN_WORDS)

_INTERRUPTED = 130


@click.group(
    PROGRAM, cls=RussianGroup, help="Зеркало «Сетевого города»: проверка электронного журнала, сводки, отчёты, копии."
)
@click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s", help="Показать версию.")
@config_option
def app() -> None:
    """The root of all commands."""


for _command in (
    demo_command, init_command, doctor_command, discover_command, session_group, sync_command, check_command,
    findings_group, checks_group, rules_group, digest_command, report_group, history_group, diff_command,
    visibility_command, exchange_group, mirror_group, backup_group, paper_group, archive_group, run_command,
    simulate_command,
):  # fmt: skip
    app.add_command(_command)
mirror_group.add_command(reparse_command)
archive_group.add_command(state_command)


def main() -> None:
    """The program: runs a command and leaves with its exit code (docs/cli.md)."""
    speak_utf8()
    log_stray_exceptions()
    code = run_command_line(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_reads()
    except OSError as error:
        code = _explain(error)
        _write_nowhere()
    sys.exit(code)


def run_command_line(arguments: list[str]) -> int:
    """Run one command line. Faults become Russian sentences on stderr and an exit code, also those nobody foresaw."""
    configure_logging(None, verbose=False, secrets=secrets_of(None))
    try:
        outcome = app.main(args=arguments, prog_name=PROGRAM, standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except (click.Abort, KeyboardInterrupt):
        remark("Прервано.")
        return _INTERRUPTED
    except BrokenPipeError:
        return _nobody_reads()
    except Exception as error:  # noqa: BLE001 (the last resort: nobody may meet a traceback)
        return _explain(error)


def _explain(error: Exception) -> int:
    """Say what went wrong; answers with the exit code."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.ctx.get_help() if error.ctx else "")
            return UsageError.exit_code
        case click.UsageError():
            remark(explain_usage(error))
            return UsageError.exit_code
        case NetcityError():
            log.debug("command_failed", error=type(error).__name__, exc_info=error)
        case _:
            error = explain_crash(error)
    remark(str(error))
    return error.exit_code


def _nobody_reads() -> int:
    """Whoever read our answer has had enough (`… | head`)."""
    log.info("nobody_reads")
    _write_nowhere()
    return NetcityError.exit_code


def _write_nowhere() -> None:
    """Let what is still to be written vanish: Python would complain of it once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
