"""A PostgreSQL with PostGIS that lives as long as a benchmark, and a look at its memory."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import psutil

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "jit": "off",
    "max_parallel_workers_per_gather": str(os.cpu_count()),
}
"""What a server of our own is told, as any guide for analyses on one machine does."""


def server_programs() -> Path | None:
    """Find the server's programs with PostGIS beside them, where Debian puts them."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        control = Path("/usr/share/postgresql", folder.parent.name, "extension/postgis.control")
        if control.exists():
            return folder
    return None


class Server:
    """A PostgreSQL of our own that lives as long as the benchmark."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.home = Path(tempfile.mkdtemp(prefix="landrenew-bench-"))
        if os.geteuid() == 0:
            shutil.chown(self.home, "postgres")
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        options = " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())
        self.run("initdb", "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        atexit.register(self.close)
        self.run("pg_ctl", "start", "-w", "-l", self.home / "log",
                 "-o", f"-p {port} -k {self.home} {options}")  # fmt: skip
        self.address = f"postgresql://bench@127.0.0.1:{port}/postgres"

    def run(self, program: str, *arguments: object) -> None:
        """Run a program of the server, which refuses to be root."""
        said = [str(one) for one in (self.programs / program, "-D", self.home / "data", *arguments)]
        if os.geteuid() == 0:
            said = ["runuser", "-u", "postgres", "--", *said]
        subprocess.run(said, check=True, capture_output=True)  # noqa: S603  the server's own programs

    @property
    def process(self) -> int:
        """Number of the process that all others of the server come from."""
        return int((self.home / "data/postmaster.pid").read_text(encoding="utf-8").split()[0])

    def close(self) -> None:
        """Stop and remove it, at the end of the program or before."""
        atexit.unregister(self.close)
        with suppress(subprocess.CalledProcessError):  # it did not even start
            self.run("pg_ctl", "stop", "-m", "immediate")
        shutil.rmtree(self.home)


class MemoryWatch(threading.Thread):
    """
    Looks ten times a second at what a server's processes and this one hold together.

    Memory that processes share counts once (proportional set size).

    Parameters
    ----------
    process
        The server's first process.
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.ended = process, 0, threading.Event()

    def run(self) -> None:
        """Look until told to end."""
        server, client = psutil.Process(self.process), psutil.Process()
        while not self.ended.wait(0.1):
            held = 0
            for one in (client, server, *server.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):  # a worker that just ended
                    held += one.memory_full_info().pss
            self.peak = max(self.peak, held)
