"""How a dead session is told: the five forms, in any encoding, where an answer and where a page is asked for."""

import pytest
import requests

from netcity_sync.adapters.netschool.signs import is_dead

SIGN_IN = "<html><form action='/webapi/login'><input type=\"password\" name='PW'></form></html>"
POSTS_ITSELF = "<body onload='document.forms[0].submit()'><form action='/x' method='post'></form></body>"
REPORT = "<div><h2 class='main-report-title'>Отчет</h2></div><table class='sheet-footer'><tr></tr></table>"


def answer(body: str | bytes, status: int = 200, location: str | None = None) -> requests.Response:
    """An answer as it comes over the wire."""
    response = requests.Response()
    response.status_code = status
    response._content = body.encode() if isinstance(body, str) else body
    if location is not None:
        response.headers["Location"] = location
    return response


@pytest.mark.parametrize("page", [False, True])
@pytest.mark.parametrize(
    "response",
    [
        answer("", 401),
        answer('{"message": "Сессия истекла"}', 401),
        answer("", 302, "/authorize/login"),
        answer(SIGN_IN),
        answer("\ufeff\r\n" + SIGN_IN),
        answer("<a href='/authorize/login'>Войти</a>" + " " * 5000),
        answer("Ошибка доступа"),
        answer('"Ошибка доступа"'),
        answer("Ошибка доступа".encode("cp1251")),
        answer(POSTS_ITSELF),
        answer("<html><form action='/asp/SecurityWarning.asp'></form></html>"),
    ],
)
def test_dead(response: requests.Response, page: bool) -> None:
    assert is_dead(response, page=page)


@pytest.mark.parametrize(
    ("response", "page"),
    [
        (answer("[]"), False),
        (answer('{"name": "Ошибка доступа"}'), False),
        (answer(""), False),
        (answer("{}", 403), False),
        (answer("<html></html>", 500), False),
        (answer(REPORT), True),
        (answer(REPORT + POSTS_ITSELF + " " * 2000), True),
    ],
)
def test_alive(response: requests.Response, page: bool) -> None:
    assert not is_dead(response, page=page)


def test_a_page_in_the_place_of_an_answer_is_a_sign() -> None:
    assert is_dead(answer(REPORT), page=False)
