"""A large layer on its way in: its columns as a table, its shapes a batch at a time.

GeoParquet is never in memory as a whole. Of other formats the layer is read once, as for a city.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS, Transformer

from landrenew.base.words import Text
from landrenew.intake.sources.address import is_database
from landrenew.intake.sources.read import read_source
from landrenew.intake.sources.source import Source
from landrenew.scale.store import BOX, Store, around, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from landrenew.intake.desk import Desk
    from landrenew.intake.sections import Layer
    from landrenew.scale.tiles import Tiles

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Count = Callable[[Text, int, int], None]
    Batches = Iterator[tuple[Rows, pa.Array]]

BATCH = 50_000
"""Shapes that are read at a time."""

GATHERED = 5_000
"""Rows that share one box where only the place of a layer is asked for."""


@dataclass(frozen=True)
class Incoming:
    """
    A layer that was opened, its columns taken.

    Parameters
    ----------
    ours
        Index ``row``, our columns.
    place
        A few boxes that hold the layer, with its CRS as the file says or as stated.
    boxes
        Shape (n, 4): boxes around the shapes, in that CRS; NaN where a row has none.
    shapes
        Gives the shapes as WKB, in batches: positions in ``ours``, rising, and shapes.
    """

    ours: pd.DataFrame
    place: gpd.GeoDataFrame
    boxes: Numbers
    shapes: Callable[[], Batches]


def open_layer(desk: Desk, name: str, spec: Layer) -> Incoming:
    """
    Open a layer of any format.

    Parameters
    ----------
    desk
        The desk of the project; what is found piles up there.
    name
        The layer's name in the project file.
    spec
        The layer as the project file states it.

    Returns
    -------
    Incoming
        The layer, not yet checked.

    Raises
    ------
    LandrenewError
        As for a layer that is read as a whole.
    """
    path = desk.project.folder / spec.path
    if not is_database(spec.path) and spec.shift is None and (geo := _streams(path)) is not None:
        return _open_parquet(desk, name, spec, path, geo)
    located = desk.located(name, spec)
    shapes = located.geometry.to_numpy()

    def batches() -> Batches:
        for at in np.array_split(np.arange(len(shapes)), -(-len(shapes) // BATCH)):
            yield at, pa.array(shapely.to_wkb(shapes[at]), pa.large_binary())

    ours = pd.DataFrame(located.drop(columns="geometry"))
    return Incoming(ours, located, shapely.bounds(shapes), batches)


def _streams(path: Path) -> dict[str, Any] | None:
    """Give what a GeoParquet file says of its shapes, where they can be read batch by batch."""
    if path.suffix.lower() not in {".parquet", ".geoparquet"} or not path.is_file():
        return None
    try:
        metadata = pq.read_schema(path).metadata or {}
        geo = json.loads(metadata[b"geo"])
        column: dict[str, Any] = geo["columns"][geo["primary_column"]]
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
    if column.get("encoding") != "WKB" or "crs" not in column or column["crs"] is None:
        return None
    return column | {"name": geo["primary_column"], "shapes": list(geo["columns"])}


def _open_parquet(desk: Desk, name: str, spec: Layer, path: Path, geo: dict[str, Any]) -> Incoming:
    shape = str(geo["name"])
    covering = _covering(geo)
    aside = {*geo["shapes"], *(one[0] for one in covering)}

    def attributes(path: Path, _spec: Layer, _name: str) -> Source:
        kept = [one for one in pq.read_schema(path).names if one not in aside]
        return Source(pq.read_table(path, columns=kept).to_pandas(ignore_metadata=True))

    source = read_source(desk.project.folder, spec, name, attributes)
    ours = desk.taken(name, spec, source)
    at = ours.index.to_numpy() - 1
    boxes = _boxes(path, shape, covering)
    place = _place(boxes, CRS.from_json_dict(geo["crs"]))
    located = desk.placed(name, spec, place)

    def batches() -> Batches:
        begin = 0
        for group in pq.ParquetFile(path).iter_batches(BATCH, columns=[shape]):
            end = begin + len(group)
            first, last = np.searchsorted(at, (begin, end))
            chosen = pa.array(at[first:last] - begin)
            yield np.arange(first, last), group.column(0).take(chosen).cast(pa.large_binary())
            begin = end

    return Incoming(ours, located, boxes[at], batches)


def _covering(geo: dict[str, Any]) -> list[list[str]]:
    """Give the paths of the columns that hold the boxes; none where the file has no such."""
    covering = geo.get("covering")
    box = covering.get("bbox") if isinstance(covering, dict) else None
    if not isinstance(box, dict):
        return []
    return [[str(step) for step in box[one]] for one in BOX]


def _boxes(path: Path, shape: str, covering: list[list[str]]) -> Numbers:
    """Read the boxes from columns of their own where there are such, else from the shapes."""
    file = pq.ParquetFile(path)
    if covering:
        names = [".".join(one) for one in covering]
        columns = file.read(columns=names).flatten()
        return np.column_stack([columns[name].to_numpy().astype(float) for name in names])
    every = [np.empty((0, 4))]
    for batch in file.iter_batches(BATCH, columns=[shape]):
        wkb = batch.column(0).to_numpy(zero_copy_only=False)
        every.append(shapely.bounds(shapely.from_wkb(wkb, on_invalid="ignore")))
    return np.concatenate(every)


def _place(boxes: Numbers, crs: CRS) -> gpd.GeoDataFrame:
    """Draw a few boxes that hold all others, with the number of the first row of each."""
    first = np.arange(0, len(boxes), GATHERED)
    some = np.array([around(boxes[one : one + GATHERED]) for one in first]).reshape(-1, 4)
    return gpd.GeoDataFrame(
        geometry=shapely.box(*some.T), index=pd.Index(first + 1, name="row"), crs=crs
    )


def stored(incoming: Incoming, crs: CRS, tiles: Tiles, folder: Path, count: Count) -> Store:
    """
    Write a layer tile by tile, in the project CRS.

    Parameters
    ----------
    incoming
        The layer.
    crs
        The project CRS [m].
    tiles
        The tiles of the city; a shape belongs to the one that holds the middle of its box.
    folder
        Where to write; it must not be there yet.
    count
        Called with the step, rows written, and rows in all.

    Returns
    -------
    Store
        The layer on disk.
    """
    tile = tiles.holding(centres(incoming, crs))
    stays = incoming.place.crs == crs
    name = folder.name
    step = Text(f"按分块存放 [{name}]", f"Laying out [{name}]")

    def batches() -> Iterator[tuple[pa.Table, Rows]]:
        for at, wkb in incoming.shapes():
            shapes, boxes = wkb, incoming.boxes[at]
            if not stays:
                shapes, boxes = _moved(wkb, incoming.place.crs, crs)
            yield table_of(incoming.ours.iloc[at], shapes, boxes), tile[at]
            count(step, int(at[-1]) + 1 if len(at) else 0, len(tile))

    return Store(folder, crs, len(tiles)).fill(batches())


def centres(incoming: Incoming, crs: CRS) -> Numbers:
    """
    Give the middle of the box around each shape, in the project CRS.

    Parameters
    ----------
    incoming
        The layer.
    crs
        The project CRS [m].

    Returns
    -------
    ndarray
        Shape (n, 2); NaN where a row has no shape.
    """
    middle: Numbers = (incoming.boxes[:, :2] + incoming.boxes[:, 2:]) / 2
    own = incoming.place.crs
    if own == crs:
        return middle
    moved = np.column_stack(Transformer.from_crs(own, crs, always_xy=True).transform(*middle.T))
    return np.where(np.isfinite(moved), moved, np.nan)


def _moved(wkb: pa.Array, own: CRS | None, crs: CRS) -> tuple[pa.Array, Numbers]:
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    moved = gpd.GeoSeries(shapes, crs=own).to_crs(crs).to_numpy()
    return pa.array(shapely.to_wkb(moved), pa.large_binary()), shapely.bounds(moved)
