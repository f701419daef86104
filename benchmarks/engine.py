"""What every engine of the comparison is asked, and what engines in this process share."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "parcels": ["ZDDM", "geometry"],
    "buildings": ["CS", "geometry"],
    "control_line": ["geometry"],
    "towns": ["town", "geometry"],
}
"""What the three questions need of each layer; no engine reads more."""


def layer_file(folder: Path, layer: str) -> Path:
    """Give the file of a layer."""
    return folder / f"{'line' if layer == 'control_line' else layer}.parquet"


class Engine(Protocol):
    """An engine that is imported, connected and ready to read."""

    def read(self, folder: Path) -> None:
        """Bring the layers into the engine's own memory, so that no later step decodes a file."""

    def line(self) -> pd.DataFrame:
        """Measure ``inside_m2`` for each ``ZDDM``; parcels outside the line may be left out."""

    def buildings(self) -> pd.DataFrame:
        """Measure ``footprint_m2`` and ``floor_m2`` for each ``ZDDM``."""

    def towns(self) -> pd.DataFrame:
        """Name the ``town`` with the largest overlap, ``town_m2``, for each ``ZDDM``."""

    def peak_bytes(self) -> int | None:
        """Tell the most memory that was held until now; None where that cannot be seen."""

    def versions(self) -> str:
        """Name what was run, with versions."""

    def close(self) -> None:
        """Leave nothing behind."""


def own_peak_bytes() -> int:
    """Tell the most memory this process held.

    Not by ``ru_maxrss`` alone: Linux starts it at what the parent held, not at nothing.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text(encoding="ascii").split("VmHWM:")[1].split()[0]) * 1024
    import resource  # noqa: PLC0415  not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes where there is no /proc


class InProcess:
    """What engines have in common that run in this process and leave nothing behind."""

    distributions: tuple[str, ...]

    def peak_bytes(self) -> int | None:
        """Tell the most memory that was held until now."""
        return own_peak_bytes()

    def versions(self) -> str:
        """Name what was run, with versions."""
        return ", ".join(f"{one} {version(one)}" for one in self.distributions)

    def close(self) -> None:
        """Leave nothing behind."""
