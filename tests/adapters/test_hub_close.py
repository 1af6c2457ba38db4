"""Leaving a hub that falls silent: nothing may wait for ever for the rest of a TLS record that never comes."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from netcity_sync.adapters.netschool.hub import Line
from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.errors import SourceUnavailable
from netcity_sync.settings import GisSettings

BEGINNING_OF_A_RECORD = b"\x17\x03\x03\x00\x40"


@contextmanager
def silent_server(folder: Path) -> Iterator[tuple[int, Path]]:
    """Its port, and the authority that vouches for it: asked for a web socket it begins an answer and says no more."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
                tls = context.wrap_bio(incoming, outgoing, server_side=True)
                while not asked(tls, connection, incoming, outgoing):
                    pass
                connection.sendall(BEGINNING_OF_A_RECORD)
                done.wait(30)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], folder / "ca.pem"
        finally:
            done.set()
            thread.join()


def asked(tls: ssl.SSLObject, connection: socket.socket, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> bytes:
    """What the client asks, or nothing as long as it has not asked yet."""
    try:
        return tls.read(65536)
    except ssl.SSLWantReadError:
        connection.sendall(outgoing.read())
        incoming.write(connection.recv(65536))
        return b""


@pytest.mark.timeout(30)
def test_half_a_record_in_the_place_of_an_answer(tmp_path: Path) -> None:
    with silent_server(tmp_path) as (port, authority):
        url = f"https://127.0.0.1:{port}"
        gis = GisSettings.model_validate(
            {"url": url, "school": 1, "login": "x", "ca_file": authority, "connect_timeout": 1, "read_timeout": 0.1}
        )
        line = Line(url, gis, loopback=True)
        with pytest.raises(SourceUnavailable), line.open("webapi/signalr/queueHub", Proof("1", {}), {}):
            pass
