"""A server of map tiles on this machine, each tile painted by the test that asks for it."""

from __future__ import annotations

import re
import struct
import zlib
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Painter = Callable[[int, int, int], Pixels]

SIDE = 256


def plain(colour: tuple[int, int, int]) -> Painter:
    """Paint every tile in one colour."""
    return lambda *_: np.full((SIDE, SIDE, 3), colour, np.uint8)


def png(pixels: Pixels) -> bytes:
    """Write pixels of red, green and blue as a PNG."""
    high, wide, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )  # fmt: skip

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@contextmanager
def tile_server(painter: Painter, *, is_open: bool = True, status: int = 200) -> Iterator[str]:
    """Serve ``/z/x/y.png``, to other origins too where it is open; give the server's origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = re.match(r"/(\d+)/(\d+)/(\d+)\.png", self.path)
            body = png(painter(*map(int, found.groups()))) if found and status == 200 else b""
            self.send_response(status if found else 404)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(body)))
            if is_open:
                self.send_header("Access-Control-Allow-Origin", "*")
            with suppress(BrokenPipeError, ConnectionResetError):  # the reader moved on
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
