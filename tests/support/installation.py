"""A trial installation: the simulator over real HTTP, and the program as its users start it."""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netcity_sync.cli import main

_FORKS = "forkserver" in multiprocessing.get_all_start_methods()
_PROCESSES = multiprocessing.get_context("forkserver" if _FORKS else "spawn")
_PROCESSES.set_forkserver_preload(["netcity_sync.cli"])
"""Where the system can fork, commands are run by processes that have the program loaded already."""

_SECONDS = 120

ZONE = "Asia/Yekaterinburg"


@dataclass(frozen=True)
class Installation:
    """A config of its own, and the command line that reads it."""

    config: Path
    data: Path
    password: str

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command and do not wait for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "netcity_sync", "--config", str(self.config), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "NETCITY_PASSWORD": self.password},
        )

    def run(self, *arguments: str, exit_code: int = 0) -> str:
        """Run a command to its end in a process of its own, insist on its exit code, answer with its stdout."""
        command = ["--config", str(self.config), *arguments]
        with tempfile.TemporaryDirectory() as name:
            streams = (Path(name, "out"), Path(name, "err"))
            environment = {**os.environ, "NETCITY_PASSWORD": self.password}
            process = _PROCESSES.Process(target=_be_the_program, args=(command, environment, streams))
            process.start()
            process.join(_SECONDS)
            if process.exitcode is None:
                process.kill()
                process.join()
            output, errors = (path.read_text(encoding="utf-8") if path.exists() else "" for path in streams)
        assert process.exitcode == exit_code, f"{arguments}: {process.exitcode}\n{output[-2000:]}\n{errors[-4000:]}"
        process.close()
        assert "Traceback" not in errors
        return output if "--json" in arguments else output + errors

    def ask(self, *arguments: str, exit_code: int = 0) -> Any:
        """Run a command with --json and answer with what it said."""
        return json.loads(self.run(*arguments, "--json", exit_code=exit_code))

    def change_setting(self, default: str, line: str) -> None:
        """Put a line of one's own in the place of a default that the settings file shows."""
        text = self.config.read_text(encoding="utf-8")
        assert f"# {default}\n" in text
        self.config.write_text(text.replace(f"# {default}\n", f"{line}\n"), encoding="utf-8")


def _be_the_program(arguments: list[str], environment: dict[str, str], streams: tuple[Path, Path]) -> None:
    """What a process does that was started for a command: the same as `python -m netcity_sync`, into two files."""
    for descriptor, path in enumerate(streams, start=1):
        with path.open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    main()


def install(folder: Path, url: str, login: str, password: str, school: object) -> Installation:
    """Make an installation as an administrator would: by `init`."""
    installation = Installation(folder / "config.toml", folder / "data", password)
    installation.run(
        "init", "--url", url, "--school", str(school), "--login", login, "--timezone", ZONE,
        "--data-dir", str(installation.data), "--config", str(installation.config), "--yes",
    )  # fmt: skip
    return installation
