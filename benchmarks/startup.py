"""How long a program waits for landrenew: import, and the help of the command line.

python benchmarks/startup.py [--repeat 7]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("landrenew")
ASKED = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import landrenew": [sys.executable, "-c", "import landrenew"],
    "landrenew --help": [str(PROGRAM), "--help"],
}


def seconds(command: list[str], repeat: int) -> float:
    """Give the median time of a command as a process of its own [s]."""
    took = []
    for _ in range(repeat + 1):  # the first fills the caches
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own words
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


def main() -> None:
    """Time each and print it, less what Python itself takes."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--repeat", type=int, default=7)
    repeat = asked.parse_args().repeat
    found = {name: seconds(command, repeat) for name, command in ASKED.items()}
    bare = found.pop("python -c pass")
    for name, took in found.items():
        print(f"{name}: {took:.3f} s, of which Python itself {bare:.3f} s")


if __name__ == "__main__":
    main()
