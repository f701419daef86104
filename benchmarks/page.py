"""The page that the benchmarks write: each of them one part of it, between two marks."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE = Path(__file__).resolve().parent.parent / "docs/performance.md"


def write_part(page: Path, name: str, text: str) -> None:
    """
    Write one part of the page, and print it.

    Parameters
    ----------
    page
        The page; one that is not there yet gets this part alone.
    name
        Which part.
    text
        What stands in it from now on.
    """
    before, after = around_part(page, name)
    page.write_text(f"{before}\n\n{text}\n\n{after}", encoding="utf-8")
    print(text, flush=True)


def around_part(page: Path, name: str) -> tuple[str, str]:
    """Give what stands on a page up to the first mark of a part and from the second, with both."""
    begin, end = f"<!-- bench:{name}:begin -->", f"<!-- bench:{name}:end -->"
    text = page.read_text(encoding="utf-8") if page.exists() else f"{begin}\n{end}\n"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        sys.exit(f"{page} has no part between {begin} and {end} to write into")
    return before + begin, end + after


def rows_of(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay rows out as a table; the first column is text, the others are numbers."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Say on what was measured."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} cores with {memory:.0f} GiB; Python {platform.python_version()}"


def digits(number: float) -> str:
    """Write a number with as many digits as a single run deserves."""
    places = 0 if number >= 100 else 1 if number >= 10 else 2
    return f"{number:,.{places}f}"
