"""A large layer on its way in: its columns as a table, its shapes a batch at a time.

GeoParquet is never in memory as a whole, and where it tells the boxes around its shapes, these go
into their tiles as they came and are looked at there. Of other formats the layer is read once, as
for a city.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
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
from landrenew.intake.sources.read import read_source, unreadable
from landrenew.intake.sources.remote import file_of
from landrenew.intake.sources.source import Source
from landrenew.scale.boxes import around
from landrenew.scale.store import BOX, Store, table_of, wkb_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from landrenew.intake.desk import Desk
    from landrenew.intake.sections import Layer
    from landrenew.scale.tiles import Tiles

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]
    Count = Callable[[Text, int, int], None]
    Batches = Iterator[tuple[Rows, pa.Array]]

BATCH = 50_000
"""Shapes that are read at a time."""

PLACES = 20_000
"""Of a layer of more rows, several share a box where only its place is asked for."""

SQUARES = 8
"""So many times so many squares hold a layer; rows of two of them share no box, nor does a stray
with the others."""

ROUNDED = 2.0**-22
"""A box may miss its shape by this share of the coordinates, as one rounded to four bytes does."""


@dataclass(frozen=True)
class Incoming:
    """
    A layer that was opened, its columns taken.

    Parameters
    ----------
    ours
        Index ``row``, our columns.
    place
        Boxes that hold the layer, with its CRS as the file says or as stated.
    boxes
        Shape (n, 4): boxes around the shapes, in that CRS; NaN where a row has none.
    shapes
        Gives the shapes in batches: positions in ``ours``, rising, and WKB.
    path
        Where the layer comes from, for messages.
    """

    ours: pd.DataFrame
    place: gpd.GeoDataFrame
    boxes: Numbers
    shapes: Callable[[], Batches]
    path: Path


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
    path = file_of(desk.project.folder, spec.path, name)
    if not is_database(spec.path) and spec.shift is None and (geo := _streams(path)) is not None:
        return _open_parquet(desk, name, spec, _Parquet(path, name, geo))
    located = desk.located(name, spec)
    shapes = located.geometry.to_numpy()

    def batches() -> Batches:
        for at in np.array_split(np.arange(len(shapes)), -(-len(shapes) // BATCH)):
            yield at, wkb_of(shapes[at])

    ours = pd.DataFrame(located.drop(columns="geometry"))
    return Incoming(ours, located, shapely.bounds(shapes), batches, path)


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
    if column.get("encoding") != "WKB" or column.get("crs") is None or len(geo["columns"]) > 1:
        return None
    return column | {"name": geo["primary_column"]}


def _open_parquet(desk: Desk, name: str, spec: Layer, file: _Parquet) -> Incoming:
    ours = desk.taken(name, spec, read_source(desk.project.folder, spec, name, file.source))
    boxes = file.boxes[ours.index - 1]
    place = _place(boxes, ours.index, CRS.from_json_dict(file.geo["crs"]))
    placed = desk.placed(name, spec, place)
    return Incoming(ours, placed, boxes, lambda: file.batches(ours.index), file.path)


@dataclass
class _Parquet:
    """A GeoParquet file: its columns first, its shapes a batch at a time."""

    path: Path
    name: str
    geo: dict[str, Any]
    boxes: Numbers = field(init=False)

    def source(self, _path: Path, _spec: Layer, _name: str) -> Source:
        """Read the columns as geopandas does, in place of the shapes nothing."""
        self.boxes, high = self._measured()
        shape, covering = self.geo["name"], self._covering()
        file = pq.ParquetFile(self.path)
        names = [one for one in file.schema_arrow.names if one not in {way[0] for way in covering}]
        frame = file.read(columns=[one for one in names if one != shape]).to_pandas()
        place = [one for one in names if one == shape or one in frame.columns].index(shape)
        frame.insert(place, shape, gpd.GeoSeries(np.full(len(frame), None), frame.index))
        notes = (_heights_left_out(high),) if high else ()
        return Source(gpd.GeoDataFrame(frame, geometry=shape).reset_index(drop=True), notes=notes)

    def _covering(self) -> list[list[str]]:
        """Give the paths of the columns that hold the boxes; none where the file has no such."""
        covering = self.geo.get("covering")
        box = covering.get("bbox") if isinstance(covering, dict) else None
        if not isinstance(box, dict):
            return []
        return [[str(step) for step in box[one]] for one in BOX]

    def _measured(self) -> tuple[Numbers, int]:
        """Read the boxes, from columns of their own where there are such; count the high shapes."""
        kinds = self.geo.get("geometry_types")
        if (covering := self._covering()) and kinds and not any(" Z" in one for one in kinds):
            names = [".".join(one) for one in covering]
            columns = pq.ParquetFile(self.path).read(columns=names).flatten()
            return np.column_stack([columns[one].to_numpy().astype(float) for one in names]), 0
        boxes, high = [np.empty((0, 4))], 0
        for wkb in self._wkb():
            shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
            boxes.append(shapely.bounds(shapes))
            high += int(np.count_nonzero(shapely.has_z(shapes)))
        return np.concatenate(boxes), high

    def _wkb(self) -> Iterator[pa.Array]:
        for batch in pq.ParquetFile(self.path).iter_batches(BATCH, columns=[self.geo["name"]]):
            yield batch.column(0).cast(pa.large_binary())

    def batches(self, rows: pd.Index[int]) -> Batches:
        """Read the shapes of some rows."""
        at, begin = rows.to_numpy() - 1, 0
        try:
            for wkb in self._wkb():
                first, last = np.searchsorted(at, (begin, begin + len(wkb)))
                yield np.arange(first, last), wkb.take(pa.array(at[first:last] - begin))
                begin += len(wkb)
        except (OSError, pa.ArrowException) as error:
            raise unreadable(self.path, self.name, error) from error


def _heights_left_out(count: int) -> Text:
    return Text(
        f"{count} 行图形的高程（Z）未采用。", f"Heights (Z) of {count} shapes were left out."
    )


def _place(boxes: Numbers, rows: pd.Index[int], crs: CRS) -> gpd.GeoDataFrame:
    """Draw the boxes of a layer, of a large one some that hold several, with the first row each."""
    at = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    run = np.arange(len(at)) // max(1, -(-len(at) // PLACES))
    whole = around(boxes)
    size = np.maximum(whole[2:] - whole[:2], np.finfo(float).tiny)
    square = ((boxes[at, :2] - whole[:2]) / size * SQUARES).astype(int) @ (1, SQUARES + 1)
    order = np.lexsort((square, run))
    at, run, square = at[order], run[order], square[order]
    first = np.flatnonzero((np.diff(run, prepend=-1) != 0) | (np.diff(square, prepend=-1) != 0))
    low = np.minimum.reduceat(boxes[at, :2], first)
    high = np.maximum.reduceat(boxes[at, 2:], first)
    drawn = shapely.box(*low.T, *high.T)
    return gpd.GeoDataFrame(geometry=drawn, index=rows[at[first]], crs=crs)


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
    name = folder.name
    step = Text(f"按分块存放 [{name}]", f"Laying out [{name}]")

    def batches() -> Iterator[tuple[pa.Table, Rows]]:
        for at, wkb in incoming.shapes():
            placed, boxes = _placed(wkb, incoming.boxes[at], incoming.place.crs, crs)
            yield table_of(incoming.ours.iloc[at], placed, boxes), tile[at]
            count(step, int(at[-1]) + 1 if len(at) else 0, len(tile))

    return Store(folder, crs, len(tiles), incoming.path).fill(batches())


def _placed(wkb: pa.Array, boxes: Numbers, own: CRS | None, crs: CRS) -> tuple[pa.Array, Numbers]:
    """Bring a batch of shapes, and the boxes around them, into the project CRS."""
    if own == crs:
        return wkb, boxes + ROUNDED * np.abs(boxes) * (-1, -1, 1, 1)
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    moved = gpd.GeoSeries(shapes, crs=own).to_crs(crs).to_numpy()
    return wkb_of(moved), shapely.bounds(moved).reshape(-1, 4)


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
