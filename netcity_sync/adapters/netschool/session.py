"""A session that all reader threads share: renewed once a run, its proof kept up to date (protocol.md §1.4, §1.10)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

import requests
import structlog

from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.adapters.netschool.signs import is_dead
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.errors import AnswerError, SignInRefused, SourceClosed, SourceError, SourceUnavailable

log = structlog.get_logger(__name__)

MOST_OVERTAKEN = 20
"""More often than there are readers: calls that were under way when the others began to wait their turn."""


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
        self._refusal: SourceError | None = None
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._one_by_one = False
        self._changes = False
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

        Raises SourceClosed where the session dies again, what the renewal raised, to every thread, or AnswerError
        where the answer is a refusal.
        """
        return self.ask(call).content

    def ask(self, call: Call) -> requests.Response:
        """The whole answer to a call; raises as `call` does."""
        response, token = self._send(call)
        for _ in range(MOST_OVERTAKEN):
            if not is_dead(response, page=call.page) or not self._overtaken(token):
                break
            response, token = self._send(call)
        if is_dead(response, page=call.page):
            self._renew(token)
            response, token = self._send(call)
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
            self._one_by_one = self._one_by_one or self._changes
            return token.proof
        return self._renew(token).proof

    @contextmanager
    def steady(self) -> Iterator[Proof]:
        """What proves the session; where every call spends it, none goes out meanwhile."""
        with self._turn if self._one_by_one else nullcontext():
            yield self.proof

    def _send(self, call: Call) -> tuple[requests.Response, _Token]:
        """The answer to a call, and what it was sent with."""
        with self._turn if self._one_by_one else nullcontext():
            if self._refusal is not None:
                raise self._refusal
            token = self._token
            assert token is not None, "call inside the session only"
            response = self._transport.send(call, _headers(token.proof), token.proof.cookies)
            self._note_changes(response, token)
        return response, token

    def _overtaken(self, token: _Token) -> bool:
        """Whether the server changed the proof while a call was under way with the one before, and no longer takes it.

        Such a server is called by one thread at a time from then on: each call spends the proof of all others.
        """
        current = self._token
        if current is None or current.generation != token.generation or current.proof.at == token.proof.at:
            return False
        if not self._one_by_one:
            self._one_by_one = True
            log.info("calls_go_one_by_one")
        return True

    def _note_changes(self, response: requests.Response, token: _Token) -> None:
        if changed_proof(token.proof, response) == token.proof:
            return
        with self._lock:
            current = self._token
            if current is not None and current.generation == token.generation:
                self._token = replace(current, proof=changed_proof(current.proof, response))
                self._changes = self._changes or self._token.proof.at != current.proof.at
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
            if self._refusal is not None:
                raise self._refusal
            if self._renewed:
                raise self.keeps_dying()
            self._renewed = True
            log.info("session_expired")
            self._token = _Token(self._enter_again(), generation=dead.generation + 1)
            log.info("signed_in", generation=self._token.generation)
            return self._token

    def _enter_again(self) -> Proof:
        """A fresh proof; where there is none, no thread calls any more, and all of them say why."""
        try:
            return self._door.enter()
        except (SignInRefused, SourceClosed) as error:
            self._refusal = error
            raise
        except (SourceUnavailable, AnswerError) as error:
            self._refusal = SourceClosed(error.what, where=error.where, todo=error.todo)
            raise self._refusal from error


def changed_proof(proof: Proof, response: requests.Response) -> Proof:
    """The proof after an answer: a server may hand out a new `at`, and its session cookie grows while one browses."""
    at, cookies = response.headers.get("at", "").strip(), response.cookies.get_dict()
    if response.status_code != requests.codes.ok:
        return proof
    return replace(proof, at=at if at.isascii() and at.isdigit() else proof.at, cookies={**proof.cookies, **cookies})


def _headers(proof: Proof) -> dict[str, str]:
    return {"at": proof.at}
