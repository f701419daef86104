"""How a run grows: one machine to a million parcels, two small Dask workers to ten million.

    python benchmarks/scale.py [--parcels 99856 998560] [--dask 9985600] [--folder DIR]

Each run is the command a planner would give, in a process of its own: read, check, measure, assess,
write. Peak memory is that of the leading process and of the largest worker. Of a run on Dask a
sample of rows is measured once more in the plainest way there is, one parcel at a time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import psutil
import pyarrow.parquet as pq
import shapely
from cities import BUILDINGS, TILE, City, write_city
from page import PAGE, around_part, digits, machine, rows_of, write_part

WAIT_S = 1.0  # to look costs a tenth of a second
GIB = 1 << 30
SAMPLE, AT_ONCE = 100_000, 1_000
ALIKE = 1e-9
"""How far a share, a footprint or a town may be from the plain one [1]."""

ON_DASK = ("--workers", "2", "--worker-memory", "3GiB")


@dataclass(frozen=True)
class Run:
    """What one run took."""

    parcels: int
    how: str
    seconds: float
    leader_gib: float
    worker_gib: float
    together_gib: float

    @property
    def us_per_parcel(self) -> float:
        """Time per parcel [us]."""
        return self.seconds / self.parcels * 1e6


def measured(project: Path, parcels: int, out: Path, *options: str) -> Run:
    """Run a project and watch what it takes."""
    shutil.rmtree(out, ignore_errors=True)
    program = Path(sys.executable).with_name("landrenew")
    command = [str(program), "run", str(project), "--out", str(out)]
    began = time.perf_counter()
    process = psutil.Popen([*command, *options], stdout=subprocess.DEVNULL)
    leader = worker = together = 0
    while process.poll() is None:
        mine = resident(process)
        theirs = [resident(one) for one in children_of(process)]
        leader, worker = max(leader, mine), max([worker, *theirs])
        together = max(together, mine + sum(theirs))
        time.sleep(WAIT_S)
    if process.returncode:
        raise SystemExit(f"the run of {parcels} parcels failed")
    seconds = time.perf_counter() - began
    memory = (one / GIB for one in (leader, worker, together))
    return Run(parcels, " ".join(options) or "as it comes", seconds, *memory)


def children_of(process: psutil.Process) -> list[psutil.Process]:
    """List the workers of a process; none when it is gone."""
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def resident(process: psutil.Process) -> int:
    """Give the memory that a process holds by itself [bytes]; 0 when it is gone."""
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0


def compared(folder: Path, out: Path, count: int) -> dict[str, float]:
    """Measure a sample of parcels in the plainest way and give the largest relative differences."""
    found = gpd.read_parquet(
        out / "parcels.parquet", columns=["geometry", "planar_area_m2", "control_share",
                                          "parcel_area_m2", "footprint_m2", "town"],
    )  # fmt: skip
    chance = np.random.default_rng(1)
    every, wanted = len(found) // AT_ONCE, count // AT_ONCE
    starts = np.sort(chance.choice(every, min(every, wanted), replace=False)) * AT_ONCE
    line = gpd.read_parquet(folder / "line.parquet").geometry.to_numpy()
    towns = gpd.read_parquet(folder / "towns.parquet")
    worst = {"control_share": 0.0, "footprint_m2": 0.0, "town": 0.0}
    for start in starts.tolist():
        some = found.iloc[start : start + AT_ONCE]
        houses = buildings_in(folder, some.total_bounds)
        for name, difference in plain(some, line, towns, houses).items():
            worst[name] = max(worst[name], difference)
    return worst


def buildings_in(folder: Path, bounds: np.ndarray) -> np.ndarray:
    """Read the buildings whose boxes meet a box."""
    path, box = folder / "buildings.parquet", tuple(bounds.tolist())
    shapes: np.ndarray = gpd.read_parquet(path, columns=["geometry"], bbox=box).geometry.to_numpy()
    return shapes


def plain(
    some: gpd.GeoDataFrame, line: np.ndarray, towns: gpd.GeoDataFrame, houses: np.ndarray
) -> dict[str, float]:
    """Compare some parcels with whole shapes intersected one by one."""
    shapes = some.geometry.to_numpy()
    area = shapely.area(shapes)
    near = line[shapely.intersects(line, shapely.box(*some.total_bounds))]
    inside = shapely.area(shapely.intersection(shapes, shapely.union_all(near)))
    tree = shapely.STRtree(houses)
    at, house = tree.query(shapes)
    pieces = shapely.area(shapely.intersection(shapes[at], houses[house]))
    foot = np.bincount(at, weights=pieces, minlength=len(shapes))
    foot *= (some["parcel_area_m2"] / area).to_numpy()
    best = np.argmax([shapely.area(shapely.intersection(shapes, one)) for one in towns.geometry],
                     axis=0)  # fmt: skip
    share, stands = some["control_share"].to_numpy(), some["footprint_m2"].to_numpy()
    return {
        "control_share": float(np.abs(share - inside / area).max()),
        "footprint_m2": float((np.abs(stands - foot) / np.maximum(foot, 1)).max()),
        "town": float((towns["town"].to_numpy()[best] != some["town"].to_numpy()).mean()),
    }


def city_of(folder: Path, parcels: int) -> Path:
    """Write a city, unless it is there."""
    place = folder / f"city-{parcels}"
    project = place / "city.toml"
    if not project.exists() or pq.read_metadata(place / "parcels.parquet").num_rows != parcels:
        write_city(place, City(parcels))
    return project


def main() -> None:
    """Run the sizes that are asked for and say what they took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parcels", type=int, nargs="*", default=[TILE, 10 * TILE])
    asked.add_argument("--dask", type=int, nargs="*", default=[])
    asked.add_argument("--folder", type=Path, default=Path("/tmp/landrenew-scale"))  # noqa: S108  a scratch folder
    asked.add_argument("--page", type=Path, default=PAGE)
    said = asked.parse_args()
    around_part(said.page, "growth")
    asked_for = [(one, ()) for one in said.parcels] + [(one, ON_DASK) for one in said.dask]
    runs, parts = [], []
    for parcels, how in asked_for:
        project, out = city_of(said.folder, parcels), said.folder / f"out-{parcels}"
        runs.append(measured(project, parcels, out, *how))
        print(json.dumps(asdict(runs[-1])), file=sys.stderr, flush=True)
        if how:
            parts.append(sampled(parcels, compared(project.parent, out, SAMPLE)))
    how = f"{BUILDINGS} buildings a parcel; one run of each on {machine()}."
    write_part(said.page, "growth", "\n\n".join([table(runs), how, *parts]))


def table(runs: list[Run]) -> str:
    """Lay the runs out."""
    heads = ["parcels", "how", "seconds", "us a parcel", "of the first", "leading process [GiB]",
             "largest worker [GiB]", "together [GiB]"]  # fmt: skip
    rows = [
        [f"{run.parcels:,}", f"`{run.how}`" if run.how.startswith("-") else run.how,
         digits(run.seconds), digits(run.us_per_parcel),
         f"{run.us_per_parcel / runs[0].us_per_parcel:.2f}",
         *(f"{one:.2f}" for one in (run.leader_gib, run.worker_gib, run.together_gib))]
        for run in runs
    ]  # fmt: skip
    return rows_of(heads, rows)


def sampled(parcels: int, worst: dict[str, float]) -> str:
    """Tell how far a sample is from the plain computation, and stop when that is too far."""
    if max(worst.values()) > ALIKE:
        sys.exit(f"{parcels:,} parcels: not the plain result, {worst}")
    return (
        f"Of {parcels:,} parcels a sample of {SAMPLE:,} was measured once more, whole shapes one by"
        f" one: the share inside the line differs by {worst['control_share']:.0e} at most, the"
        f" footprint by {worst['footprint_m2']:.0e} of itself, the town nowhere."
    )


if __name__ == "__main__":
    main()
