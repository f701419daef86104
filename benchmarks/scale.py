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
from cities import BUILDINGS, EPSG, TILE, City, write_city
from page import PAGE, around_part, digits, machine, rows_of, write_part
from pyproj import CRS

from landrenew.base.area import ellipsoidal_area
from landrenew.intake.geometry.shapes import DUST_M2

WAIT_S = 1.0  # to look costs a tenth of a second
GIB = 1 << 30
SAMPLE, AT_ONCE = 100_000, 1_000
TOLERANCE_M = 0.5
"""Width below which a strip goes to the other side, where a project says nothing else [m]."""
COMPARED = ["geometry", "parcel_area_m2", "control_share", "settled_m2", "footprint_m2", "town"]
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
    """Measure a sample of parcels in the plainest way and give the largest differences."""
    chance, file = np.random.default_rng(1), pq.ParquetFile(out / "parcels.parquet")
    line = gpd.read_parquet(folder / "line.parquet").geometry.to_numpy()
    towns = gpd.read_parquet(folder / "towns.parquet")
    sampled, worst = 0, dict.fromkeys(("control_share", "footprint_m2", "town"), 0.0)
    for group in chance.permutation(file.num_row_groups).tolist():
        rows = file.read_row_group(group, columns=COMPARED).to_pandas()
        some = gpd.GeoDataFrame(rows, geometry=shapely.from_wkb(rows["geometry"].to_numpy()))
        for start in range(0, len(some), AT_ONCE):
            few = some.iloc[start : start + min(AT_ONCE, count - sampled)]
            houses = buildings_in(folder, few.total_bounds)
            for name, difference in plain(few, line, towns, houses).items():
                worst[name] = max(worst[name], difference)
            sampled += len(few)
            if sampled >= count:
                return worst
    return worst


def buildings_in(folder: Path, bounds: np.ndarray) -> np.ndarray:
    """Read the buildings whose boxes meet a box."""
    path, box = folder / "buildings.parquet", tuple(bounds.tolist())
    shapes: np.ndarray = gpd.read_parquet(path, columns=["geometry"], bbox=box).geometry.to_numpy()
    return shapes


def plain(
    some: gpd.GeoDataFrame, line: np.ndarray, towns: gpd.GeoDataFrame, houses: np.ndarray
) -> dict[str, float]:
    """
    Compare some parcels with whole shapes intersected one by one.

    What the tolerance of the project moved across the line is told by ``settled_m2``. Where a
    building crosses the edge of a parcel, the tolerance may have moved a strip of it: no more.
    """
    shapes = some.geometry.to_numpy()
    area, on_ground = shapely.area(shapes), some["parcel_area_m2"].to_numpy()
    near = line[shapely.intersects(line, shapely.box(*some.total_bounds))]
    inside = shapely.area(shapely.intersection(shapes, shapely.union_all(near)))
    share = some["control_share"] - some["settled_m2"] / on_ground
    at, house = shapely.STRtree(houses).query(shapes)
    pieces = shapely.area(shapely.intersection(shapes[at], houses[house]))
    is_cut = (pieces > 0) & (pieces < shapely.area(houses[house]) * (1 - ALIKE))
    strip = np.where(is_cut, shapely.length(houses[house]) * TOLERANCE_M, 0.0)
    pieces *= (ellipsoidal_area(houses, CRS.from_epsg(EPSG)) / shapely.area(houses))[house]
    foot, strips = (np.bincount(at, one, minlength=len(shapes)) for one in (pieces, strip))
    off = np.maximum(np.abs(some["footprint_m2"].to_numpy() - foot) - strips, 0.0)
    off /= np.maximum(foot, 1.0)
    held = np.array([shapely.area(shapely.intersection(shapes, one)) for one in towns.geometry])
    best = towns["town"].to_numpy()[held.argmax(axis=0)]
    town = np.where(held.max(axis=0) > DUST_M2, best, "")
    return {
        "control_share": float(np.abs(share - inside / area).max()),
        "footprint_m2": float(off.max()),
        "town": float((town != some["town"].fillna("")).mean()),
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
