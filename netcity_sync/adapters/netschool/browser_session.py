"""A session as a browser has it: read from what its developer tools copy, kept in a file for its owner only."""

import json
import re
from itertools import pairwise
from pathlib import Path

from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.errors import SettingsError, UsageError

_AT = re.compile(r"[0-9]{10,40}")
_COOKIE = re.compile(r"[ -:<-~]*")
"""What may stand in a header, and between the semicolons of this one."""
_FROM_WINDOWS = re.compile(r'\^[ \t]*\r?$|(?:^|\s)\^"', re.MULTILINE)
"""Signs of a command for Windows' command line: a caret ends its lines, or stands before its quotes."""
_CARET = re.compile(r"\^[ \t]*(\r?\n)|\^(.)", re.DOTALL)
_PIECE = re.compile(
    r"""(?P<space>(?:\s|\\\r?\n)+)|\$'(?P<escaped>(?:[^'\\]|\\.)*)'|'(?P<plain>[^']*)'|"(?P<quoted>(?:[^"\\]|\\.)*)\""""
    r"""|\\(?P<single>.)|(?P<bare>[^\s'"\\$]+|\$)""",
    re.DOTALL,
)
"""A piece of a command for bash."""
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
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
    stripped = text.lstrip("\ufeff").strip()
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
    if _FROM_WINDOWS.search(text):
        text = _CARET.sub(lambda found: " " if found[1] else found[2], text)
    headers: dict[str, str] = {}
    for option, value in pairwise(_words(text)):
        if option in ("-H", "--header") and ":" in value:
            name, _, content = value.partition(":")
            headers[name.strip().lower()] = content.strip()
        elif option in ("-b", "--cookie"):
            headers["cookie"] = value
    return _proof(headers.get("at"), _cookies(headers.get("cookie", "")))


def _words(text: str) -> list[str]:
    """The words of a command as bash takes them, `$'…'` included, which browsers use where a value holds odd signs."""
    words, word, place = list[str](), "", 0
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None:
            raise ValueError("кавычки в нём не закрыты")
        place = found.end()
        if found["space"] is not None:
            words, word = [*words, word], ""
        else:
            word += _meant(found)
    return [*words, word]


def _meant(found: re.Match[str]) -> str:
    """What a piece of a word stands for."""
    if found["escaped"] is not None:
        return _ESCAPE.sub(_unescaped, found["escaped"])
    if found["quoted"] is not None:
        return re.sub(r'\\(["\\$`])', r"\1", found["quoted"])
    return next(text for text in (found["plain"], found["single"], found["bare"]) if text is not None)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else str(found[3])


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
