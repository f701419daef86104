"""One engine measures one city, in a process of its own; ``compare.py`` runs them one by one.

    python benchmarks/peers.py ENGINE FOLDER --out result.parquet --json times.json

The folder comes from ``cities.py``. Every engine answers the same three questions in the plane: how
much of each parcel lies inside the control line, which footprint and floor area stand on it, and
which town holds most of it. An engine is written as its good user would write it. The engines that
take SQL come once more with their experts' trick: zones are cut into small pieces first, and a
shape that one piece covers is settled without an intersection.

What is timed is `read`, `line`, `buildings` and `towns`. Importing libraries and connecting are not
timed; cutting zones is part of the column that needs it, for every engine.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from engine import COLUMNS, InProcess, layer_file
from sql_engines import ADDRESS, Duck, PostGis, Sedona

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine import Engine

STEPS = ("read", "line", "buildings", "towns")


# --------------------------------------------------------------------------------------------------
# landrenew


class Ours(InProcess):
    """The overlay kernel of this library, on the layers as GeoPandas reads them."""

    distributions = ("landrenew", "shapely")

    def __init__(self) -> None:
        import geopandas as gpd  # noqa: PLC0415  no other engine shall carry it

        from landrenew.base.collection import collection_paused  # noqa: PLC0415  likewise
        from landrenew.measure.overlay import cover, shared_areas  # noqa: PLC0415  likewise

        self.read_parquet, self.paused = gpd.read_parquet, collection_paused
        self.cover, self.shared_areas = cover, shared_areas

    def read(self, folder: Path) -> None:
        """Read the layers into shapes, which later steps need not make."""
        with self.paused():
            layers = {
                layer: self.read_parquet(layer_file(folder, layer), columns=columns)
                for layer, columns in COLUMNS.items()
            }
        self.shapes = {layer: table.geometry.to_numpy() for layer, table in layers.items()}
        self.ids = layers["parcels"]["ZDDM"].to_numpy()
        self.floors = layers["buildings"]["CS"].to_numpy()
        self.town_names = layers["towns"]["town"].to_numpy()

    def line(self) -> pd.DataFrame:
        """Take the whole area where one zone covers a parcel, else the area of the part inside."""
        found = self.cover(self.shapes["parcels"], self.shapes["control_line"])
        inside = shapely.area(np.where(found.is_whole, self.shapes["parcels"], found.inside))
        return pd.DataFrame({"ZDDM": self.ids, "inside_m2": np.nan_to_num(inside)})

    def buildings(self) -> pd.DataFrame:
        """Add up the pieces of buildings, parcel by parcel."""
        pairs = self.shared_areas(self.shapes["buildings"], self.shapes["parcels"])
        add = partial(np.bincount, pairs.zone, minlength=len(self.ids))
        return pd.DataFrame({
            "ZDDM": self.ids,
            "footprint_m2": add(weights=pairs.area),
            "floor_m2": add(weights=pairs.area * self.floors[pairs.shape]),
        })  # fmt: skip

    def towns(self) -> pd.DataFrame:
        """Take the largest of each parcel's pairs."""
        pairs = self.shared_areas(self.shapes["parcels"], self.shapes["towns"])
        order = np.lexsort((-pairs.area, pairs.shape))
        parcel, first = np.unique(pairs.shape[order], return_index=True)
        largest = order[first]
        return pd.DataFrame({
            "ZDDM": self.ids[parcel],
            "town": self.town_names[pairs.zone[largest]],
            "town_m2": pairs.area[largest],
        })  # fmt: skip


# --------------------------------------------------------------------------------------------------
# GeoPandas


class GeoPandas(InProcess):
    """``geopandas.overlay``, what most people write."""

    distributions = ("geopandas", "shapely")

    def __init__(self) -> None:
        import geopandas as gpd  # noqa: PLC0415  no other engine shall carry it

        self.read_parquet = gpd.read_parquet
        self.intersect = partial(gpd.overlay, how="intersection", keep_geom_type=True)

    def read(self, folder: Path) -> None:
        """Read the layers."""
        self.layers = {
            layer: self.read_parquet(layer_file(folder, layer), columns=columns)
            for layer, columns in COLUMNS.items()
        }

    def line(self) -> pd.DataFrame:
        """Dissolve the line, so that overlapping ground counts once, and cut the parcels."""
        parts = self.intersect(self.layers["parcels"], self.layers["control_line"].dissolve())
        return pd.DataFrame({"ZDDM": parts["ZDDM"], "inside_m2": parts.area})

    def buildings(self) -> pd.DataFrame:
        """Cut the buildings at the parcels' edges and add the pieces up."""
        parts = self.intersect(self.layers["buildings"], self.layers["parcels"])
        parts["footprint_m2"] = parts.area
        parts["floor_m2"] = parts["footprint_m2"] * parts["CS"]
        return parts.groupby("ZDDM")[["footprint_m2", "floor_m2"]].sum().reset_index()

    def towns(self) -> pd.DataFrame:
        """Cut the parcels at the towns' edges and keep each parcel's largest part."""
        parts = self.intersect(self.layers["parcels"], self.layers["towns"])
        parts["town_m2"] = parts.area
        largest = parts.sort_values("town_m2", ascending=False).drop_duplicates("ZDDM")
        return pd.DataFrame(largest[["ZDDM", "town", "town_m2"]])


# --------------------------------------------------------------------------------------------------
# The list, and one run


class Peer(NamedTuple):
    """
    An engine that can be asked for.

    Parameters
    ----------
    label
        Its name in the table.
    make
        Imports and connects it.
    needs
        The modules it needs beside what this library needs.
    """

    label: str
    make: Callable[[], Engine]
    needs: tuple[str, ...] = ()


POSTGIS = ("psycopg", "psutil")
DUCKDB = ("duckdb", "duckdb_extension_spatial")
PEERS = {
    "geopandas": Peer("GeoPandas, `overlay`", GeoPandas),
    "postgis": Peer("PostGIS", partial(PostGis, in_pieces=False), POSTGIS),
    "duckdb": Peer("DuckDB spatial", partial(Duck, in_pieces=False), DUCKDB),
    "sedonadb": Peer("SedonaDB", partial(Sedona, in_pieces=False), ("sedonadb",)),
    "postgis-pieces": Peer("PostGIS, cut first", partial(PostGis, in_pieces=True), POSTGIS),
    "duckdb-pieces": Peer("DuckDB spatial, cut first", partial(Duck, in_pieces=True), DUCKDB),
    "sedonadb-pieces": Peer("SedonaDB, cut first", partial(Sedona, in_pieces=True), ("sedonadb",)),
    "landrenew": Peer("landrenew", Ours),
}


def lack(name: str) -> str:
    """Say what an engine lacks here to be run; nothing when it can be."""
    absent = [module for module in PEERS[name].needs if find_spec(module) is None]
    if absent:
        return f"{', '.join(absent)} not installed"
    if name.startswith("postgis") and ADDRESS not in os.environ:
        from postgres import server_programs  # noqa: PLC0415  it needs a module that may be absent

        if server_programs() is None:
            return f"no PostgreSQL with PostGIS here; {ADDRESS} may name one"
    return ""


def measured(engine: Engine, folder: Path) -> tuple[dict[str, float], list[pd.DataFrame]]:
    """Run the steps: seconds of each, and the answers to the three questions."""
    seconds, answers = {}, []
    steps = (partial(engine.read, folder), engine.line, engine.buildings, engine.towns)
    for name, step in zip(STEPS, steps, strict=True):
        began = time.perf_counter()
        answer = step()
        seconds[name] = time.perf_counter() - began
        if answer is not None:
            answers.append(answer)
    return seconds, answers


def joined(answers: list[pd.DataFrame], folder: Path) -> pd.DataFrame:
    """Bring the answers to one row for each parcel; what an engine left out has no ground."""
    table = pd.read_parquet(layer_file(folder, "parcels"), columns=["ZDDM"])
    for answer in answers:
        table = table.merge(answer, on="ZDDM", how="left", validate="one_to_one")
    return table.fillna(dict.fromkeys(table.columns[table.dtypes == "float64"], 0.0))


def main() -> None:
    """Run one engine on one city, and write its answers and its times."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("engine", choices=PEERS)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--json", type=Path, required=True)
    said = asked.parse_args()
    engine = PEERS[said.engine].make()
    try:
        seconds, answers = measured(engine, said.folder)
        told = {
            "seconds": seconds,
            "peak_bytes": engine.peak_bytes(),
            "versions": engine.versions(),
        }
    finally:
        engine.close()
    joined(answers, said.folder).to_parquet(said.out)
    said.json.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
