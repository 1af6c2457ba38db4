"""A forwarding HTTP proxy on the loopback: absolute addresses and CONNECT tunnels, remembering what it was asked."""

import http.client
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection", "transfer-encoding")


class Proxy(ThreadingHTTPServer):
    """Forwards while it is `open`; answers 403 otherwise."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.open = True

    @property
    def url(self) -> str:
        """Its address, as settings name it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def tunnels(self) -> int:
        """How often somebody asked for a tunnel."""
        return sum(line.startswith("CONNECT ") for line in self.asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _forward(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.server.open:
            self.send_error(403)
            return
        target = urlsplit(self.path)
        upstream = http.client.HTTPConnection(target.netloc, timeout=10)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        upstream.request(self.command, f"{target.path}?{target.query}".rstrip("?"), body or None, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in (*_HOP_BY_HOP, "content-length", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _forward

    def do_CONNECT(self) -> None:
        """Carry bytes both ways until one end closes."""
        self.server.asked.append(f"CONNECT {self.path}")
        self.close_connection = True
        if not self.server.open:
            self.send_error(403)
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as upstream:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: upstream, upstream: self.connection}
            while True:
                for end in select.select(list(ends), [], [], 10)[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[end].sendall(data)


@contextmanager
def running_proxy() -> Iterator[Proxy]:
    """A proxy on a free port for as long as the block runs."""
    with Proxy() as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, name="proxy")
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
