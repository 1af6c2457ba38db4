"""A session that all reader threads share: renewed once a run, its proof kept up to date (protocol.md §1.4, §1.10)."""

import threading
from dataclasses import dataclass, replace
from typing import Protocol

import requests
import structlog

from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.adapters.netschool.signs import is_dead
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.errors import AnswerError, SourceClosed, SourceUnavailable

log = structlog.get_logger(__name__)


class Door(Protocol):
    """How one gets in: by password, or with a session brought over from a browser."""

    lasting: bool
    """Whether the session outlives the run, so that it is not signed out."""

    def enter(self) -> Proof:
        """A fresh proof. Raises SignInRefused, SourceClosed, SourceMaintenance, SourceUnavailable, SettingsError."""
        ...

    def keep(self, proof: Proof) -> None:
        """Told when the server changed the proof."""
        ...


@dataclass(frozen=True, slots=True)
class _Token:
    """A proof, and which sign-in it came from."""

    proof: Proof
    generation: int


class Session:
    """A signed-in session. Safe to use from several threads; where not `renewable`, it is signed in just once."""

    def __init__(self, transport: Transport, profile: Profile, door: Door, *, renewable: bool = True) -> None:
        self._transport = transport
        self._profile = profile
        self._door = door
        self._token: _Token | None = None
        self._renewed = not renewable
        self._lock = threading.Lock()
        self.old_logout = False

    def open(self) -> None:
        """Sign in. Raises what `Door.enter` raises."""
        self._token = _Token(self._door.enter(), generation=1)
        log.info("signed_in", generation=1)

    def close(self) -> None:
        """Sign out; a session that is gone already, or a server that is, counts as signed out."""
        token, self._token = self._token, None
        if token is None or self._door.lasting:
            return
        path = self._profile.older_logout if self.old_logout else self._profile.logout
        form = (("at", token.proof.at), ("ver", ""))
        call = Call("POST", path, again=False, form=form)
        try:
            self._transport.send(call, _headers(token.proof), token.proof.cookies)
        except (SourceUnavailable, AnswerError) as error:
            log.warning("sign_out_failed", error=type(error).__name__)

    @property
    def proof(self) -> Proof:
        """What proves the session now."""
        token = self._token
        assert token is not None, "inside the session only"
        return token.proof

    def call(self, call: Call) -> bytes:
        """The body of the answer to a call. A dead session is renewed once a run, for all threads together.

        Raises SourceClosed where the session dies again, AnswerError where the answer is a refusal.
        """
        return self.ask(call).content

    def ask(self, call: Call) -> requests.Response:
        """The whole answer to a call; raises as `call` does."""
        token = self._token
        assert token is not None, "call inside the session only"
        response = self._send(call, token)
        if is_dead(response, page=call.page):
            token = self._renew(token)
            response = self._send(call, token)
            if is_dead(response, page=call.page):
                raise self.keeps_dying()
        if not requests.codes.ok <= response.status_code < requests.codes.multiple_choices:
            raise AnswerError(f"Сервер ответил отказом {response.status_code}.", where=call.name)
        return response

    def renew(self, dead: Proof) -> Proof:
        """A live proof in the place of one that was found dead outside of `call`. Raises as `call` does."""
        token = self._token
        assert token is not None, "inside the session only"
        if token.proof.at != dead.at:
            return token.proof
        return self._renew(token).proof

    def _send(self, call: Call, token: _Token) -> requests.Response:
        proof = token.proof
        response = self._transport.send(call, _headers(proof), proof.cookies)
        self._note_changes(response, token)
        return response

    def _note_changes(self, response: requests.Response, token: _Token) -> None:
        if changed_proof(token.proof, response) == token.proof:
            return
        with self._lock:
            current = self._token
            if current is not None and current.generation == token.generation:
                self._token = replace(current, proof=changed_proof(current.proof, response))
                self._door.keep(self._token.proof)

    def keeps_dying(self) -> SourceClosed:
        """The error of a session that was renewed and is dead again: one more sign-in would only lock the account."""
        return self._transport.give_up(
            SourceClosed(
                "Сеанс обрывается сразу после входа.",
                where=self._transport.host,
                todo="Проверьте, что под этой учётной записью не работает кто-то ещё, и повторите позже.",
            )
        )

    def _renew(self, dead: _Token) -> _Token:
        with self._lock:
            current = self._token
            if current is not None and current.generation > dead.generation:
                return current
            if self._renewed:
                raise self.keeps_dying()
            self._renewed = True
            log.info("session_expired")
            self._token = _Token(self._door.enter(), generation=dead.generation + 1)
            log.info("signed_in", generation=self._token.generation)
            return self._token


def changed_proof(proof: Proof, response: requests.Response) -> Proof:
    """The proof after an answer: a server may hand out a new `at`, and its session cookie grows while one browses."""
    at, cookies = response.headers.get("at", "").strip(), response.cookies.get_dict()
    if response.status_code != requests.codes.ok:
        return proof
    return replace(proof, at=at if at.isascii() and at.isdigit() else proof.at, cookies={**proof.cookies, **cookies})


def _headers(proof: Proof) -> dict[str, str]:
    return {"at": proof.at}
