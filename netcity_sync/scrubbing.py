"""Taking secrets and names out of what is about to be logged: by what they look like, by their key, by their value."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"
_SHORTEST = 4
_KEYS = (
    "at", "un", "pw", "pw2", "lt", "ver", "salt", "token", "connectiontoken", "accesstoken", "access_token",
    "refresh_token", "password", "passwd", "secret", "login", "esrnsec", "nssessionid",
)  # fmt: skip
_SECRET_KEYS = frozenset(
    {
        *_KEYS, "cookie", "cookies", "set-cookie", "authorization", "proxy-authorization", "headers", "session",
        "proof", "url", "name", "full_name", "fullname", "fio", "student", "teacher", "mark", "value", "email",
        "address", "body", "form",
    }
)  # fmt: skip
"""Keys of events whose values are not shown, whatever they are."""

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # what a web socket carries: `< TEXT '…' [120 bytes]`
    (re.compile(r"^([<>] (?:TEXT|BINARY|CONT|CLOSE)\b).*?( \[[^\[\]]*\])?$", re.DOTALL), rf"\1 {HIDDEN}\2"),
    # headers to the end of their line, or of their quotes
    (
        re.compile(
            r"""(?i)(\b(?:set-)?cookies?|\b(?:proxy-)?authorization)(\\*["']?\s*[:=]\s*)"""
            r"""(?:\\*"[^"]*"|\\*'[^']*'|\{[^}]*\}|[^\r\n]*)"""
        ),
        rf"\1\2{HIDDEN}",
    ),
    # name and password in an address
    (re.compile(r"://[^/\s@\"']+@"), f"://{HIDDEN}@"),
    # parameters of an address, all of them
    (re.compile(r"""([?&][\w.%\[\]-]+=)[^&\s"'<>\\)]*"""), rf"\1{HIDDEN}"),
    # `key=value`, `"key": "value"`, `('key', 'value')`, also escaped and percent-encoded
    (
        re.compile(
            rf"""(?i)((?<![\w.])(?:{"|".join(_KEYS)})(?:\\*["']?\s*[:=]\s*|\\*["']\s*,\s*|(?:%22)?%3[ad](?:%20|\+)?)"""
            r"""(?:b?\\*["']|%22)?)[^\s"'\\&;,<>)}\]%]+"""
        ),
        rf"\1{HIDDEN}",
    ),
    # an `at`, wherever it stands; the digest of a password
    (re.compile(r"[0-9]{20,}"), HIDDEN),
    (re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), HIDDEN),
    # of an e-mail address only its domain may be told
    (re.compile(r"[\w.+-]+@(?=[\w-]+\.)"), f"{HIDDEN}@"),
    # a person: two words or more, or initials, that begin with capitals; and Russian that came escaped
    (re.compile(r"\b[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?:[ \u00a0][А-ЯЁ](?:[а-яё]+\b|\.))+"), HIDDEN),
    (
        re.compile(r"(?i)(?:\\+u04[0-9a-f]{2}){2,}|(?:\\+x[d][01]\\+x[0-9a-f]{2}){2,}|(?:%d[01]%[0-9a-f]{2}){2,}"),
        HIDDEN,
    ),
)
_QUOTED_RUSSIAN = re.compile(r"""(["'])[^"'\n]*[А-Яа-яЁё][^"'\n]*\1""")


class Scrubber:
    """Takes out what looks like a secret or a person, and the given values, however they are written."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        forms = {form for value in values if len(value) >= _SHORTEST for form in _forms(value)}
        longest_first = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
        self._values = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)") if forms else None

    def text(self, text: str) -> str:
        """A text without them."""
        if self._values is not None:
            text = self._values.sub(HIDDEN, text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text

    def exception(self, text: str) -> str:
        """A traceback without them; its last lines may quote any value, so Russian in quotes is taken out of them."""
        lines = (line if line.startswith(" ") else _QUOTED_RUSSIAN.sub(HIDDEN, line) for line in text.split("\n"))
        return self.text("\n".join(lines))

    def event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """An event without them, all the way down."""
        return {key: self._field(key, value) for key, value in event.items()}

    def _field(self, key: object, value: Any) -> Any:
        if str(key).lower() in _SECRET_KEYS:
            return HIDDEN
        return self.exception(value) if key == "exception" and isinstance(value, str) else self._value(value)

    def _value(self, value: Any) -> Any:
        match value:
            case None | bool() | float():
                return value
            case int():
                return value if abs(value) < 10**19 else HIDDEN
            case Mapping():
                return {self._value(key): self._field(key, item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._value(item) for item in value]
            case _:
                return self.text(str(value))


def _forms(value: str) -> set[str]:
    """How a value may be written: plain, percent-encoded, inside JSON."""
    escaped = {json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    return {value, quote(value), quote(value, safe=""), quote_plus(value), repr(value)[1:-1], *escaped}
