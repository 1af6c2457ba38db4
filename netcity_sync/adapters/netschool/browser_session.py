"""A session as a browser has it: read from what its developer tools copy, kept in a file for its owner only."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path

from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.errors import SettingsError, UsageError

_AT = re.compile(r"[0-9]{10,40}")
_COOKIE = re.compile(r"[ -:<-~]*")
"""What may stand in a header, and between the semicolons of this one."""
_TODO = (
    "В браузере на странице «Сетевого города»: F12 → «Сеть» → любой запрос к webapi → правая кнопка → «Копировать как"
    " cURL (bash)»; вставьте скопированное."
)


class SessionFile:
    """The file that keeps a session: JSON, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def save(self, proof: Proof) -> None:
        """Write the session in one step, with the rights of a secret."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({"at": proof.at, "cookies": proof.cookies}), encoding="utf-8")
        draft.replace(self.path)

    def load(self) -> Proof:
        """The kept session. Raises SettingsError where there is none, or the file is not ours."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            return _proof(kept["at"], kept["cookies"])
        except FileNotFoundError as error:
            raise SettingsError(
                "Сеанс из браузера ещё не перенесён.",
                where=str(self.path),
                todo="Выполните: netcity-sync session import",
            ) from error
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise SettingsError(
                "Файл сеанса повреждён.",
                where=str(self.path),
                todo="Перенесите сеанс снова: netcity-sync session import",
            ) from error


def parse_session(text: str) -> Proof:
    """The session in a text: a request copied «as cURL», or JSON `{"at": …, "cookies": {…}}`.

    Raises UsageError where `at` or the cookies are not in it.
    """
    stripped = text.strip()
    try:
        return _from_json(stripped) if stripped.startswith("{") else _from_curl(stripped)
    except ValueError as error:
        raise UsageError(f"В скопированном нет сеанса: {error}.", todo=_TODO) from None


def _from_json(text: str) -> Proof:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("текст не читается") from None
    cookies = data.get("cookies")
    if isinstance(cookies, list):
        cookies = {str(item.get("name")): item.get("value") for item in cookies if isinstance(item, dict)}
    if isinstance(cookies, str):
        cookies = _cookies(cookies)
    return _proof(data.get("at"), cookies)


def _from_curl(text: str) -> Proof:
    """`curl '…' -H 'at: …' -b '…'`; from Windows' command line with `^` before its quotes and line ends."""
    if '^"' in text or "^\r\n" in text or "^\n" in text:
        text = text.replace("^\r\n", " ").replace("^\n", " ").replace("^", "")
    try:
        words = shlex.split(text.replace("\\\r\n", " ").replace("$'", "'"))
    except ValueError:
        raise ValueError("кавычки в нём не закрыты") from None
    headers: dict[str, str] = {}
    for option, value in pairwise(words):
        if option in ("-H", "--header") and ":" in value:
            name, _, content = value.partition(":")
            headers[name.strip().lower()] = content.strip()
        elif option in ("-b", "--cookie"):
            headers["cookie"] = value
    return _proof(headers.get("at"), _cookies(headers.get("cookie", "")))


def _cookies(line: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in line.split(";") if "=" in part)
    return {name: value for name, _, value in pairs}


def _proof(at: object, cookies: object) -> Proof:
    if not isinstance(at, str) or not _AT.fullmatch(at):
        raise ValueError("нет заголовка at")
    if not isinstance(cookies, dict) or not cookies:
        raise ValueError("нет cookie")
    if not all(isinstance(part, str) and _COOKIE.fullmatch(part) for pair in cookies.items() for part in pair):
        raise ValueError("cookie записаны неверно")
    return Proof(at, dict(cookies))
