"""landrenew and its peers side by side: the same questions, the same files, one after another.

    python benchmarks/compare.py [--parcels 10000 30000 99856] [--engines geopandas duckdb ...]
    python benchmarks/compare.py --check

Each engine of ``peers.py`` runs in a process of its own, and all of them run in one go, so that
ratios hold whatever else the machine was doing that day. No table is made unless all engines agree
on every parcel. The table goes into its part of ``docs/performance.md``, the plot beside the page.
``--check`` is for CI: on a small city, ours and ``geopandas.overlay`` must agree, and ours must
be ten times as fast; no seconds are asked of the machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from cities import BUILDINGS, ROW_GROUP, TILE, City, geo_metadata, write_city
from page import PAGE, around_part, digits, machine, rows_of, write_part
from peers import PEERS, STEPS, lack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

HERE = Path(__file__).resolve().parent
PART = "peers"
OURS, CHECKED = "landrenew", "geopandas"
CHECK_PARCELS, CHECK_RATIO = 20_000, 10.0
ASKED = {"geopandas": 40, "sedonadb": 20, "duckdb": 20, "sedonadb-pieces": 3, "duckdb-pieces": 5}
"""How many times our time each of them should at least take."""
NUMBERS = ("inside_m2", "footprint_m2", "floor_m2", "town_m2")
ALIKE_M2, ALIKE = 1e-6, 1e-9
"""How far two engines may be apart: in a parcel by either [m2, relative], in a sum by the last."""


class Run(NamedTuple):
    """
    What one engine did with one city.

    Parameters
    ----------
    engine
        Key of :data:`peers.PEERS`.
    parcels
        Size of the city.
    seconds
        Wall time of each of :data:`peers.STEPS`, the median where it ran more than once [s].
    peak_bytes
        Most memory held; None where that could not be seen.
    versions
        What was run.
    """

    engine: str
    parcels: int
    seconds: dict[str, float]
    peak_bytes: float | None
    versions: str

    @property
    def total(self) -> float:
        """Seconds of all steps."""
        return sum(self.seconds.values())


# --------------------------------------------------------------------------------------------------
# Cities of any size


def city_of(parcels: int, work: Path) -> Path:
    """
    Write a city of so many parcels, and give its folder.

    A city smaller than its tiles has parcels from all over them, with their buildings, so that the
    share of parcels that the line crosses does not hang on the size.
    """
    tiles = City(parcels).tiles
    whole, folder = work / f"tiles-{tiles}", work / f"parcels-{parcels}"
    if not whole.exists():
        write_city(whole, City(tiles * TILE))
    if parcels == tiles * TILE:
        return whole
    folder.mkdir(exist_ok=True)
    kept = np.arange(parcels) * (tiles * TILE) // parcels
    thin(whole, folder, "parcels", kept)
    thin(whole, folder, "buildings", (kept[:, None] * BUILDINGS + np.arange(BUILDINGS)).ravel())
    for layer in ("line", "towns"):
        (folder / f"{layer}.parquet").write_bytes((whole / f"{layer}.parquet").read_bytes())
    return folder


def thin(whole: Path, folder: Path, layer: str, kept: np.ndarray) -> None:
    """Copy the rows that are kept of a layer."""
    table: pa.Table = pq.read_table(whole / f"{layer}.parquet").take(kept)
    table = table.replace_schema_metadata(geo_metadata())
    pq.write_table(table, folder / f"{layer}.parquet", compression="zstd", row_group_size=ROW_GROUP)


# --------------------------------------------------------------------------------------------------
# Runs, and whether they agree


def run(engine: str, parcels: int, folder: Path) -> dict[str, Any]:
    """Run one engine on one city in a fresh process, and give what it tells of itself."""
    out, told = answers_file(engine, folder), folder / f"{engine}.json"
    command = [sys.executable, HERE / "peers.py", engine, folder, "--out", out, "--json", told]
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)  # noqa: S603  ours
    if done.returncode:
        sys.exit(f"{engine} failed on {parcels:,} parcels:\n{done.stderr}")
    found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    seconds = sum(found["seconds"].values())
    print(f"{parcels:>10,} parcels  {engine:<16} {seconds:8.2f} s", file=sys.stderr, flush=True)
    return found


def answers_file(engine: str, folder: Path) -> Path:
    """Give the place of an engine's answers for a city."""
    return folder / f"{engine}.answers.parquet"


def median_run(engine: str, parcels: int, every: list[dict[str, Any]]) -> Run:
    """Take the median of each number over the runs of an engine on one city."""
    seconds = {step: statistics.median(one["seconds"][step] for one in every) for step in STEPS}
    peaks = [one["peak_bytes"] for one in every if one["peak_bytes"] is not None]
    peak = statistics.median(peaks) if peaks else None
    return Run(engine, parcels, seconds, peak, every[0]["versions"])


def runs_of(engines: list[str], parcels: int, work: Path, repeat: int) -> list[Run]:
    """Run engines on one city in turn, so many rounds, and stop when two of them do not agree."""
    folder = city_of(parcels, work)
    rounds = [{engine: run(engine, parcels, folder) for engine in engines} for _ in range(repeat)]
    first, *others = engines
    expected = pd.read_parquet(answers_file(first, folder))
    for other in others:
        found = pd.read_parquet(answers_file(other, folder))
        if said := difference(expected, found, folder):
            sys.exit(f"no table: {first} and {other} differ in {said}")
    return [median_run(engine, parcels, [one[engine] for one in rounds]) for engine in engines]


def difference(one: pd.DataFrame, other: pd.DataFrame, folder: Path) -> str:
    """Say the first thing in which two engines' answers differ; nothing when they agree."""
    for column in NUMBERS:
        apart = ~np.isclose(one[column], other[column], rtol=ALIKE, atol=ALIKE_M2)
        if apart.any():
            row = int(np.argmax(apart))
            both = f"{one[column].iloc[row]:.9f} and {other[column].iloc[row]:.9f} m2"
            return f"{column} of {apart.sum():,} parcels, first of {one['ZDDM'].iloc[row]}: {both}"
        sums = one[column].sum(), other[column].sum()
        if not np.isclose(*sums, rtol=ALIKE, atol=0):
            return f"the sum of {column}: {sums[0]:.6f} and {sums[1]:.6f} m2"
    disputed = one[["ZDDM", "town", "town_m2"]].assign(other=other["town"])
    disputed = disputed[(disputed["town"] != disputed["other"]) & (disputed["town_m2"] > 0)]
    wrong = disputed[~is_tie(disputed, folder)]
    if len(wrong):
        ident, town, _, second = wrong.iloc[0]
        return f"the town of {len(wrong):,} parcels, first of {ident}: {town} and {second}"
    return ""


def is_tie(disputed: pd.DataFrame, folder: Path) -> np.ndarray:
    """Tell where two towns named for a parcel do hold the same area of it, and the largest."""
    parcels = gpd.read_parquet(folder / "parcels.parquet", columns=["ZDDM", "geometry"])
    shapes = parcels.set_index("ZDDM").geometry.reindex(disputed["ZDDM"]).reset_index(drop=True)
    towns = gpd.read_parquet(folder / "towns.parquet").set_index("town").geometry
    holds = [
        shapes.intersection(towns.reindex(disputed[name]).reset_index(drop=True)).area
        for name in ("town", "other")
    ]
    alike = [np.isclose(area, disputed["town_m2"], rtol=ALIKE, atol=ALIKE_M2) for area in holds]
    return np.logical_and(*alike)


def all_runs(
    sizes: Iterable[int], engines: list[str], work: Path, *, repeat: int, patience: float
) -> list[Run]:
    """Run engines on cities, smallest first; who takes too long is not given a larger one."""
    runs: list[Run] = []
    for parcels in sorted(sizes):
        here = runs_of(engines, parcels, work, repeat)
        engines = [one.engine for one in here if one.total <= patience or one.engine == OURS]
        runs += here
    return runs


# --------------------------------------------------------------------------------------------------
# The table


def megabytes(run: Run) -> str:
    """Write the peak memory [MB]."""
    return "not seen" if run.peak_bytes is None else f"{run.peak_bytes / 1e6:,.0f}"


def table(runs: list[Run]) -> str:
    """Lay out the runs of one city as a table, slowest first."""
    (ours,) = (one for one in runs if one.engine == OURS)
    rows = []
    for one in sorted(runs, key=lambda one: -one.total):
        ratio = "1" if one is ours else digits(one.total / ours.total)
        seconds = [digits(one.seconds[step]) for step in STEPS] + [digits(one.total)]
        aim = str(ASKED.get(one.engine, ""))
        rows.append([PEERS[one.engine].label, *seconds, ratio, aim, megabytes(one)])
    return rows_of(["engine", *STEPS, "total [s]", "ratio", "aim", "peak [MB]"], rows)


def generated(runs: list[Run], absent: dict[str, str], repeat: int) -> str:
    """Write the part of the page that comes from a run."""
    most = max(one.parcels for one in runs)
    last = {one.engine: one for one in runs}  # of each engine the largest city it measured
    largest = [one for one in runs if one.parcels == most]
    how = "one run" if repeat == 1 else f"medians of {repeat} runs"
    said = [
        f"{most:,} parcels, {most * BUILDINGS:,} buildings; {how} on {machine()}.",
        table(largest),
        "All of these gave the same areas and towns, parcel by parcel.",
        f"Versions: {'; '.join(dict.fromkeys(one.versions for one in last.values()))}.",
    ]
    for name, one in last.items():
        if one.parcels < most:
            said.append(
                f"{PEERS[name].label} took {digits(one.total)} s for {one.parcels:,} parcels and "
                "was not given more."
            )
    said += [f"{PEERS[name].label} was not run: {why}." for name, why in absent.items()]
    return "\n\n".join(said)


# --------------------------------------------------------------------------------------------------
# The plot

COLOURS = {
    "geopandas": "#8c564b", "postgis": "#1f77b4", "duckdb": "#e0a000", "sedonadb": "#2ca02c",
    "landrenew": "#d62728",
}  # fmt: skip


def style(engine: str) -> dict[str, Any]:
    """Choose how an engine is drawn: a colour for each, dashes where zones were cut first."""
    name, _, pieces = engine.partition("-")
    return {"color": COLOURS[name], "linestyle": "--" if pieces else "-"}


def draw(runs: list[Run], file: Path) -> None:
    """Draw the ratios, and time and memory against size; the same runs give the same file."""
    import matplotlib as mpl  # noqa: PLC0415  --check does without it

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "landrenew", "font.size": 9, "axes.axisbelow": True})
    import matplotlib.pyplot as plt  # noqa: PLC0415  after the backend is chosen

    figure, (bars, time, memory) = plt.subplots(
        1, 3, figsize=(11, 4.4), width_ratios=[1.25, 1, 1], layout="constrained"
    )
    draw_ratios(bars, runs)
    draw_growth(time, runs, [one.total for one in runs], "total time [s]")
    held = [np.nan if one.peak_bytes is None else one.peak_bytes / 1e6 for one in runs]
    draw_growth(memory, runs, held, "peak memory [MB]")
    lines, labels = time.get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=4, frameon=False, handlelength=3)
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=110)
    plt.close(figure)


def draw_ratios(axes: Axes, runs: list[Run]) -> None:
    """Draw how many times landrenew's total each engine took, in the largest city."""
    most = max(one.parcels for one in runs)
    here = sorted((one for one in runs if one.parcels == most), key=lambda one: one.total)
    ours = next(one.total for one in here if one.engine == OURS)
    ratios = [one.total / ours for one in here]
    names = [PEERS[one.engine].label.replace("`", "") for one in here]
    colours = [style(one.engine)["color"] for one in here]
    hatches = ["///" if "-" in one.engine else "" for one in here]
    drawn = axes.barh(names, np.subtract(ratios, 1), left=1, color=colours, hatch=hatches,
                      edgecolor="white", linewidth=0)  # fmt: skip
    axes.bar_label(drawn, [digits(ratio) if ratio != 1 else "1" for ratio in ratios], padding=3)
    axes.axvline(1, color=COLOURS[OURS], linewidth=1)
    axes.set(xscale="log", title=f"{most:,} parcels")
    axes.set_xlim(min(ratios) / (4 if min(ratios) < 1 else 1.5), max(ratios) * 3)
    axes.set_xlabel("total time, as a multiple of landrenew's")
    plain_numbers(axes.xaxis, (1,))
    axes.spines[["top", "right"]].set_visible(False)


def plain_numbers(axis: Axis, steps: tuple[int, ...]) -> None:
    """Write the numbers of a logarithmic axis out, at these steps of each power of ten."""
    from matplotlib import ticker  # noqa: PLC0415  as above

    axis.set_major_locator(ticker.LogLocator(subs=steps))
    axis.set_major_formatter(ticker.StrMethodFormatter("{x:,g}"))
    axis.set_minor_formatter(ticker.NullFormatter())


def draw_growth(axes: Axes, runs: list[Run], values: list[float], label: str) -> None:
    """Draw a number against the size of the city, a line for each engine."""
    for engine in dict.fromkeys(one.engine for one in runs):
        points = [
            (one.parcels, value)
            for one, value in zip(runs, values, strict=True)
            if one.engine == engine
        ]
        name = PEERS[engine].label.replace("`", "")
        axes.plot(*zip(*points, strict=True), marker="o", markersize=3, label=name, **style(engine))
    axes.set(xscale="log", yscale="log", xlabel="parcels", title=label)
    axes.minorticks_off()
    axes.set_xticks(sizes := sorted({one.parcels for one in runs}), [f"{one:,}" for one in sizes])
    plain_numbers(axes.yaxis, (1, 2, 5))
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


# --------------------------------------------------------------------------------------------------
# The door


def check(work: Path) -> int:
    """Hold landrenew against ``geopandas.overlay`` on a small city: 0 when all is well, else 1."""
    runs = all_runs([CHECK_PARCELS], [CHECKED, OURS], work, repeat=1, patience=np.inf)
    theirs, ours = (one.total for one in runs)
    said = f"landrenew is {theirs / ours:.1f} times as fast as geopandas.overlay"
    if theirs < CHECK_RATIO * ours:
        print(f"{said} on {CHECK_PARCELS:,} parcels; at least {CHECK_RATIO:.0f} times is asked")
        return 1
    print(f"{said} on {CHECK_PARCELS:,} parcels, and both agree")
    return 0


def compare(said: argparse.Namespace, work: Path) -> int:
    """Run what was asked for, and write the page and its plot."""
    around_part(said.page, PART)  # before an hour is spent on a page that cannot take the part
    absent = {name: why for name in said.engines if (why := lack(name))}
    for name, why in absent.items():
        print(f"{name} is not run: {why}", file=sys.stderr)
    engines = [name for name in PEERS if name in {*said.engines, OURS} and name not in absent]
    runs = all_runs(said.parcels, engines, work, repeat=said.repeat, patience=said.patience)
    plot = said.page.with_suffix(".svg")
    draw(runs, plot)
    part = generated(runs, absent, said.repeat)
    picture = f"![Ratios, and time and memory against size]({plot.name})"
    write_part(said.page, PART, f"{part}\n\n{picture}")
    return 0


def main() -> int:
    """Compare, or check."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = asked.add_argument
    add("--check", action="store_true", help="the small comparison for CI; takes no other option")
    add("--parcels", type=int, nargs="+", default=[10_000, 30_000, TILE], metavar="N")
    add("--engines", nargs="+", default=list(PEERS), choices=PEERS)
    add("--repeat", type=int, default=1, metavar="N", help="runs of each engine, of which the "
        "median is taken")  # fmt: skip
    add("--patience", type=float, default=600, metavar="SECONDS",
        help="an engine that takes longer than this is not given a larger city")  # fmt: skip
    add("--page", type=Path, default=PAGE, help="where the table goes; the plot goes beside it")
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        return check(Path(place)) if said.check else compare(said, Path(place))


if __name__ == "__main__":
    sys.exit(main())
