"""How long it takes to tell how sure grades are: 100,000 parcels, six criteria, 1,000 draws.

    python benchmarks/certainty.py [--parcels 100000] [--draws 1000] [--threads N] [--page PAGE]

Two rulebooks: ratios to baselines as in Huangyan, four of six with the mean of the pool where a
value is missing, and pools by land, which the draws move; and ranks and places between extremes,
for which every draw sorts every criterion. Amounts of six kinds and the land are off, each parcel
by itself; one value in twenty is missing. Memory is the most the process ever held.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from page import PAGE, around_part, digits, machine, rows_of, write_part

from landrenew.assess.certainty.chances import city_chances
from landrenew.assess.evaluation import assessed_parcels
from landrenew.base.units import to_mu
from landrenew.intake.certainty import Certainty
from landrenew.intake.layers import Layers
from landrenew.intake.parcels import Parcels
from landrenew.intake.project import Project
from landrenew.intake.sections import City, ParcelLayer
from landrenew.measure.firms import intensities
from landrenew.rules.model import Rulebook

READ = {"document": "none", "source": "this benchmark", "confidence": "user"}
AMOUNTS = {
    "tax_cny10k": 8.0, "value_added_cny10k": 50.0, "energy_tce": 20.0, "emission_t": 0.05,
    "staff_person": 6.0, "rd_cny10k": 4.0, "revenue_cny10k": 150.0,
}  # fmt: skip
"""Amounts of a parcel, for each of its mu."""

BASELINES = {
    "tax_cny10k_per_mu": 8.0, "value_added_cny10k_per_mu": 50.0, "value_added_cny10k_per_tce": 2.5,
    "value_added_cny10k_per_t": 1_000.0, "value_added_cny10k_per_person": 8.0, "rd_share": 0.03,
}  # fmt: skip
BAR_S, BAR_ONCE_S, BAR_GIB = 60.0, 2.0, 2.0
"""What the draws may take on two cores [s], what judging once may [s], and memory [GiB]."""


def book_of(form: str) -> Rulebook:
    """Make a rulebook of six criteria, all of one form or of two."""
    criteria = []
    for i, (name, base) in enumerate(BASELINES.items()):
        missing = "undetermined" if i < 2 else "mean_points"
        one: dict[str, object] = {"column": name, "weight": 100 / 6, "missing": missing}
        if form == "ratio":
            one |= {"form": "ratio", "baseline": base, "cap": 1.5, "floor": 0.0}
        elif i % 2:
            one |= {"form": "min_max", "low": 20, "tail_share": 0.01}
        else:
            one |= {"form": "rank"}
        criteria.append(one)
    pools = [
        {"name": "large", "zh": "3亩以上", "en": "large", "land_from_mu": 3, "criteria": criteria},
        {"name": "small", "zh": "其他", "en": "small", "criteria": criteria},
    ]
    classes = [{"grade": letter, "up_to": share}
               for letter, share in zip("ABCD", (0.2, 0.6, 0.95, 1.0), strict=True)]  # fmt: skip
    tests = [{"column": "tax_cny10k_per_mu", "comparison": "below", "threshold": 2.0},
             {"column": "efficiency_grade", "comparison": "equals", "threshold": "D"}]  # fmt: skip
    return Rulebook.model_validate({
        "name": form, "title": form, "region": "nowhere",
        "scoring": {**READ, "pools": pools},
        "grades": {**READ, "form": "rank", "rounding": "nearest", "ties": "better",
                   "exempt": "T", "classes": classes},
        "low_efficiency": {**READ, "logic": "any", "tests": tests},
    })  # fmt: skip


def parcels_of(count: int) -> Parcels:
    """Make up parcels with amounts, some of them missing."""
    chance = np.random.default_rng(5)
    land = chance.lognormal(np.log(8_000), 1.0, count)
    columns = {"parcel_area_m2": land, "parcel_area_mu": to_mu(land)}
    for name, per_mu in AMOUNTS.items():
        amount = to_mu(land) * per_mu * chance.lognormal(0, 1.0, count)
        columns[name] = np.where(chance.random(count) < 0.05, np.nan, amount)
    spot = shapely.box(620_400, 3_339_600, 620_500, 3_339_700)  # no shape is asked for
    names = [f"P{i:06d}" for i in range(count)]
    table = gpd.GeoDataFrame(columns, names, geometry=[spot] * count, crs="EPSG:4549")
    table.index.name = "parcel_id"
    return Parcels(table.join(intensities(Parcels(table))))


def layers_of(parcels: Parcels, book: Rulebook, draws: int) -> Layers:
    """Put a city together whose amounts and land may be off."""
    errors = {name: {"share": 0.08, "source": "this benchmark"} for name in AMOUNTS}
    errors |= {"parcel_area_m2": {"share": 0.02, "source": "this benchmark"}}
    raw = {"draws": draws, "sure_from": 0.95, "weight_spread": 0.1, "errors": errors}
    project = Project(
        folder=Path(), city=City(name="made up", rulebook="made up"),
        parcels=ParcelLayer(path="none"), certainty=Certainty.model_validate(raw),
    )  # fmt: skip
    brought = parcels[[*AMOUNTS, "geometry"]]
    return Layers(project, book, Parcels(brought), parcels.iloc[:0])


def main() -> None:
    """Measure both rulebooks and write the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parcels", type=int, default=100_000)
    asked.add_argument("--draws", type=int, default=1_000)
    asked.add_argument("--threads", type=int)
    asked.add_argument("--page", type=Path, default=PAGE)
    said = asked.parse_args()
    around_part(said.page, "certainty")
    table, rows = parcels_of(said.parcels), []
    for form, name in (("ratio", "ratios to baselines"), ("rank", "ranks and extremes")):
        book = book_of(form)
        began = time.perf_counter()
        judged = assessed_parcels(table, book)
        once = time.perf_counter() - began
        began, worked = time.perf_counter(), time.process_time()
        city_chances(layers_of(table, book, said.draws), judged, None, None, threads=said.threads)
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        rows.append([name, *map(digits, (once, seconds, work, held))])
    heads = ["criteria", "judging once, seconds", "all draws, seconds", "of all cores",
             "memory, GiB"]  # fmt: skip
    bars = ["bar", f"{BAR_ONCE_S:.0f}", f"{BAR_S:.0f}", "", f"{BAR_GIB:.0f}"]
    write_part(said.page, "certainty", "\n\n".join([
        rows_of(heads, [*rows, bars]),
        (f"{said.parcels:,} parcels, six criteria, two pools, {said.draws:,} draws; one run on"
         f" {machine()}, with a load of {os.getloadavg()[0]:.0f} by the end: other work on the same"
         " cores lengthens the seconds on the clock, but hardly those of all cores."),
    ]))  # fmt: skip


if __name__ == "__main__":
    main()
