"""How long a program waits for landrenew: import, and the help of the command line.

python benchmarks/startup.py [--repeat 7] [--page docs/performance.md]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from page import PAGE, machine, rows_of, write_part

PROGRAM = Path(sys.executable).with_name("landrenew")
ASKED = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import landrenew": [sys.executable, "-c", "import landrenew"],
    "landrenew --help": [str(PROGRAM), "--help"],
}
BARS_S = {"import landrenew": 0.3, "landrenew --help": 0.5}
"""What each may take [s]."""


def seconds(command: list[str], repeat: int) -> float:
    """Give the median time of a command as a process of its own [s]."""
    took = []
    for _ in range(repeat + 1):  # the first fills the caches
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own words
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


def main() -> None:
    """Time each, and write the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--repeat", type=int, default=7)
    asked.add_argument("--page", type=Path, default=PAGE)
    said = asked.parse_args()
    rows = [
        [f"`{name}`", f"{seconds(command, said.repeat):.2f}", str(BARS_S.get(name, ""))]
        for name, command in ASKED.items()
    ]
    how = f"Medians of {said.repeat} runs on {machine()}."
    write_part(said.page, "startup", f"{rows_of(['command', 'seconds', 'bar'], rows)}\n\n{how}")


if __name__ == "__main__":
    main()
