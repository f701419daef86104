"""A server that hands out one file, and a proxy that writes down whatever else is asked of it."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = "/map.html"


class Recorder(ThreadingHTTPServer):
    """
    Answers for one file, as an intranet's server would, and remembers every request.

    Parameters
    ----------
    file
        The file.
    """

    daemon_threads = True

    def __init__(self, file: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.file = file
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        """Where the file is to be had."""
        return f"http://127.0.0.1:{self.server_port}{PAGE}"


class _Handler(BaseHTTPRequestHandler):
    server: Recorder

    def answer(self) -> None:
        """Give the file to whom asks for it, and nothing to anybody else."""
        self.server.asked.append(f"{self.command} {self.path}")
        is_ours = self.command == "GET" and self.path in {PAGE, self.server.address}
        body = self.server.file.read_bytes() if is_ours else b""
        self.send_response(200 if is_ours else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_CONNECT = answer  # noqa: N815  the names http.server calls

    def log_message(self, *_: object) -> None:
        """Keep the console quiet."""


@contextmanager
def recording(file: Path) -> Iterator[Recorder]:
    """Serve a file from this machine until the end of the block."""
    with Recorder(file) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
