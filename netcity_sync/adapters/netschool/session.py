"""A session that all reader threads share: renewed once a run, its proof kept up to date (protocol.md §1.4, §1.10)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import requests
import structlog

from netcity_sync.adapters.netschool.gate import Gate
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.adapters.netschool.signs import is_dead
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.errors import AnswerError, SignInRefused, SourceClosed, SourceError, SourceUnavailable

log = structlog.get_logger(__name__)

_MOST_HANDED = 16
"""As many as there are readers at most."""


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
        self._gate = Gate()
        self._handed: tuple[str, ...] = ()
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
        with self._gate.passage():
            response, token = self._send(call)
        if is_dead(response, page=call.page):
            with self._gate.passage(alone=True):
                response = self._ask_again(call, response, token)
        if not requests.codes.ok <= response.status_code < requests.codes.multiple_choices:
            raise AnswerError(f"Сервер ответил отказом {response.status_code}.", where=call.name)
        return response

    def _ask_again(self, call: Call, response: requests.Response, token: _Token) -> requests.Response:
        """The answer with another proof, now that no other call is under way that may change it."""
        for _ in range(_MOST_HANDED + 1):
            if not is_dead(response, page=call.page) or not self._another(token):
                break
            response, token = self._send(call)
        if is_dead(response, page=call.page):
            self._renew(token)
            response, _ = self._send(call)
            if is_dead(response, page=call.page):
                raise self.keeps_dying()
        return response

    def renew(self, dead: Proof) -> Proof:
        """A live proof in the place of one that was found dead outside of `call`. Raises as `call` does."""
        with self._gate.passage(alone=True):
            token = self._token
            assert token is not None, "inside the session only"
            if not self._another(replace(token, proof=dead)):
                self._renew(token)
            return self.proof

    @contextmanager
    def steady(self) -> Iterator[Proof]:
        """What proves the session; where every call spends it, none goes out meanwhile."""
        with self._gate.passage():
            yield self.proof

    def _send(self, call: Call) -> tuple[requests.Response, _Token]:
        """The answer to a call, and what it was sent with."""
        if self._refusal is not None:
            raise self._refusal
        token = self._token
        assert token is not None, "call inside the session only"
        response = self._transport.send(call, _headers(token.proof), token.proof.cookies)
        self._note_changes(response, token)
        return response, token

    def _another(self, dead: _Token) -> bool:
        """Whether there is a proof in the place of a dead one: the server changed it while the call was under way.

        Where it no longer takes the one before, calls go one by one from then on: each spends the proof of all others.
        The last one noted need not be the last one handed out, so that those noted before are tried, too.
        """
        with self._lock:
            current = self._token
            if current is None or current.generation != dead.generation:
                return current is not None
            self._handed = tuple(at for at in self._handed if at != dead.proof.at)
            if current.proof.at == dead.proof.at:
                if not self._handed:
                    return False
                self._token = replace(current, proof=replace(current.proof, at=self._handed[-1]))
                self._door.keep(self._token.proof)
        if self._handed and self._gate.narrow():
            log.info("calls_go_one_by_one")
        return True

    def _note_changes(self, response: requests.Response, token: _Token) -> None:
        if changed_proof(token.proof, response) == token.proof:
            return
        with self._lock:
            current = self._token
            if current is not None and current.generation == token.generation:
                self._token = replace(current, proof=changed_proof(current.proof, response))
                others = self._handed if self._gate.crowded else ()
                self._handed = (*others, self._token.proof.at)[-_MOST_HANDED:]
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
            self._handed = ()
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
    if response.status_code == requests.codes.unauthorized or response.is_redirect:
        return proof
    return replace(proof, at=at if at.isascii() and at.isdigit() else proof.at, cookies={**proof.cookies, **cookies})


def _headers(proof: Proof) -> dict[str, str]:
    return {"at": proof.at}
