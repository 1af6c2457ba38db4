"""The two ways in: login and password, or a session brought over from a browser (protocol.md §1.8–1.9)."""

import requests

from netcity_sync.adapters.netschool.browser_session import SessionFile
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.session import changed_proof
from netcity_sync.adapters.netschool.sign_in import Credentials, Proof, SignInProcedure
from netcity_sync.adapters.netschool.signs import is_dead
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.adapters.netschool.wire import Context
from netcity_sync.errors import AnswerError, SignInRefused, SourceClosed


class PasswordDoor:
    """Signs in by login and password."""

    lasting = False

    def __init__(self, transport: Transport, profile: Profile, credentials: Credentials) -> None:
        self._procedure = SignInProcedure(transport, profile, credentials)

    def enter(self) -> Proof:
        """Sign in; an answer that cannot be used means that nobody gets in at all."""
        try:
            return self._procedure.run()
        except AnswerError as error:
            raise SourceClosed(error.what, where=error.where, todo=error.todo) from error

    def keep(self, proof: Proof) -> None:
        """Nothing outlives the run."""


class BrowserDoor:
    """Uses a session that a person opened in a browser, for as long as it lives."""

    lasting = True

    def __init__(self, transport: Transport, profile: Profile, file: SessionFile) -> None:
        self._transport = transport
        self._profile = profile
        self._file = file
        self._entered = False

    def enter(self) -> Proof:
        """The kept session, once it was seen to live; a second time in a run it is known to be dead.

        Raises SignInRefused where it is dead, SettingsError where none was brought over.
        """
        proof = self._file.load()
        if self._entered:
            raise _dead(self._transport.host)
        self._entered = True
        call = Call("GET", self._profile.context)
        response = self._transport.send(call, {"at": proof.at}, proof.cookies)
        if is_dead(response):
            raise _dead(self._transport.host)
        if response.status_code != requests.codes.ok:
            raise SourceClosed(
                f"Сервер ответил на сеанс отказом {response.status_code}.",
                where=self._transport.host,
                todo="Проверьте адрес gis.url: он должен быть тем, на котором вы вошли в браузере.",
            )
        decode(Context, response.content, call.name)
        fresh = changed_proof(proof, response)
        if fresh != proof:
            self._file.save(fresh)
        return fresh

    def keep(self, proof: Proof) -> None:
        """Write the changed session down: the one in the file would no longer be accepted."""
        self._file.save(proof)


def _dead(host: str) -> SignInRefused:
    return SignInRefused(
        "Сеанс, перенесённый из браузера, закончился.",
        where=host,
        todo="Войдите в «Сетевой город» в браузере и перенесите сеанс снова: netcity-sync session import",
    )
