"""A client written from the protocol alone."""

from hashlib import md5
from typing import Any

import requests

from netcity_sync.simulator.server import Simulator


class Client:
    """A client written from the protocol alone."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.http = requests.Session()
        self.http.trust_env = False
        self.at = ""
        self.account = simulator.accounts[0]

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """A call with the session's proof."""
        headers = {"X-Requested-With": "XMLHttpRequest"} | ({"at": self.at} if self.at else {})
        return self.http.request(method, f"{self.simulator.url}/webapi/{path}", headers=headers, **options)

    def get(self, path: str) -> Any:
        """What a call answers that must go well."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:200]}"
        return answer.json()

    def post(self, path: str, **options: Any) -> requests.Response:
        """A call that hands something in."""
        return self.call("POST", path, **options)

    def form(self, password: str) -> dict[str, str]:
        """The fields of a sign-in."""
        salt = self.call("POST", "auth/getdata").json()
        inner = md5(password.encode("cp1251")).hexdigest()
        pw2 = md5((salt["salt"] + inner).encode()).hexdigest()
        return {
            "LoginType": "1", "scid": str(self.simulator.world.school.id), "UN": self.account.login,
            "PW": pw2[: len(password)], "pw2": pw2, "lt": salt["lt"], "ver": salt["ver"],
        }  # fmt: skip

    def sign_in(self, kind: str = "staff") -> requests.Response:
        """Sign in properly, as the first account of a kind."""
        self.account = self.simulator.account(kind)
        answer = self.call("POST", "login", data=self.form(self.account.password))
        self.at = answer.json().get("at", "")
        return answer
