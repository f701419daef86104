"""The door: each command reads, makes one library call, and writes.

Results go to stdout or ``--out``, words and progress to stderr. Exit 0 done, 1 the data fell
short, 2 wrong use or unreadable input, 3 undetermined. A known error is one sentence.
"""

from __future__ import annotations

import gc
import sys
from io import TextIOWrapper

from landrenew.cli import (
    admit,
    books,
    city,
    court,
    papers,
    plan,
    runs,
    setup,
    totals,
    weights,
)
from landrenew.cli.door import app

__all__ = [
    "admit", "app", "books", "city", "court", "main", "papers", "plan", "runs", "setup",
    "totals", "weights",
]  # fmt: skip

FEW = 50_000
"""Objects made between two searches for garbage: of a million shapes none ever is."""


def main() -> None:
    """Start the command line."""
    for stream in (sys.stdout, sys.stderr):  # a character the terminal lacks stops no one
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(FEW)
    app()
