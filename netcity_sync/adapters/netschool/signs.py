"""How a dead session shows itself: five forms, all seen on real servers (protocol.md §1.4)."""

import re

import requests

_SHORT_PAGE = 1000
_NO_ACCESS = "ошибка доступа"
_SIGN_IN_SIGNS = re.compile(r"type\s*=\s*[\"']?password|/authorize/login|securitywarning\.asp", re.IGNORECASE)
_POSTS_ITSELF = re.compile(r"<form\b.*\bsubmit\s*\(|\bsubmit\s*\(.*<form\b", re.IGNORECASE | re.DOTALL)


def page_text(body: bytes) -> str:
    """A page, or its one sentence, as text: in UTF-8, else in windows-1251, whatever its header says."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1251", "replace")
    return text.lstrip("\ufeff \t\r\n")


def is_dead(response: requests.Response, *, page: bool = False) -> bool:
    """Whether an answer means that the session is over: 401, a redirect, a sign-in page, «Ошибка доступа», or a short
    page that posts itself.

    Where a `page` is asked for, HTML alone says nothing: only one that asks for a password, or posts itself, does.
    """
    if response.status_code == requests.codes.unauthorized or response.is_redirect:
        return True
    if response.status_code != requests.codes.ok:
        return False
    text = page_text(response.content)
    if text[:_SHORT_PAGE].lower().lstrip('"').startswith(_NO_ACCESS):
        return True
    if not text.startswith("<"):
        return False
    if not page:
        return True
    return bool(_SIGN_IN_SIGNS.search(text)) or (len(text) < _SHORT_PAGE and bool(_POSTS_ITSELF.search(text)))
