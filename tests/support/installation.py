"""A trial installation: the simulator over real HTTP, and the program as its users start it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        """Run a command to its end, insist on its exit code, answer with its stdout."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == exit_code, f"{arguments}: {process.returncode}\n{output[-2000:]}\n{errors[-4000:]}"
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


def install(folder: Path, url: str, login: str, password: str, school: object) -> Installation:
    """Make an installation as an administrator would: by `init`."""
    installation = Installation(folder / "config.toml", folder / "data", password)
    installation.run(
        "init", "--url", url, "--school", str(school), "--login", login, "--timezone", ZONE,
        "--data-dir", str(installation.data), "--config", str(installation.config), "--yes",
    )  # fmt: skip
    return installation
