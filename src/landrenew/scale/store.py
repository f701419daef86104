"""A layer on disk, tile by tile: GeoParquet whose rows carry their number and the box around them.

Written once from a layer of any size, then read a tile at a time with whatever lies around it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from shapely.errors import ShapelyError

from landrenew.base.errors import FileError
from landrenew.base.missing import none_where_missing
from landrenew.base.threads import each_on_threads, one_ahead
from landrenew.base.words import some
from landrenew.intake.sources.read import unreadable
from landrenew.scale.boxes import Ground, around

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

BOX = ("xmin", "ymin", "xmax", "ymax")
"""Columns of the box around a shape, in the project CRS [m]."""

HELD_BYTES = 256 << 20
"""Rows waiting for the rest of their tile may take this much memory; then they are written."""


@dataclass
class Store:
    """
    A layer by tile.

    Parameters
    ----------
    folder
        Folder of the files, ``TILE-PIECE.parquet``.
    crs
        CRS of the shapes.
    tiles
        Number of tiles.
    source
        Where the layer comes from, for messages.

    Attributes
    ----------
    pieces
        Number of files of each tile.
    bounds
        Shape (tiles, 4): the box around what each tile holds; NaN where it holds nothing.
    """

    folder: Path
    crs: CRS
    tiles: int
    source: Path
    pieces: Rows = field(init=False)
    bounds: Numbers = field(init=False)

    def __post_init__(self) -> None:
        """Begin with empty tiles."""
        self.pieces = np.zeros(self.tiles, dtype=np.intp)
        self.bounds = np.full((self.tiles, 4), np.nan)

    def fill(self, batches: Iterable[tuple[pa.Table, Rows]]) -> Store:
        """
        Write a layer.

        Parameters
        ----------
        batches
            Rows as :func:`table_of` gives them, and the tile of each, in the order of the file.

        Returns
        -------
        Store
            Itself, with everything written.
        """
        self.folder.mkdir(parents=True)
        waiting: dict[int, list[pa.Table]] = {}
        held = 0
        for table, tile in one_ahead(batches):
            order = np.argsort(tile, kind="stable")
            sorted_ = table.take(pa.array(order))
            tiles, first = np.unique(tile[order], return_index=True)
            ends = np.r_[first[1:], len(order)]
            for one, begin, end in zip(tiles.tolist(), first, ends, strict=True):
                waiting.setdefault(one, []).append(sorted_.slice(begin, end - begin))
            held += sorted_.nbytes
            if held > HELD_BYTES:
                self._write(waiting)
                waiting, held = {}, 0
        self._write(waiting)
        return self

    def _write(self, waiting: dict[int, list[pa.Table]]) -> None:
        metadata = _geo(self.crs)

        def write(tile: int) -> None:
            table = pa.concat_tables(waiting[tile]).replace_schema_metadata(metadata)
            both = np.array([self.bounds[tile], around(boxes_of(table))])
            self.bounds[tile] = around(both)
            pq.write_table(table, self._path(tile, self.pieces[tile]), compression="lz4")
            self.pieces[tile] += 1

        each_on_threads(write, waiting)

    def _path(self, tile: int, piece: int) -> Path:
        return self.folder / f"{tile:05d}-{piece:03d}.parquet"

    def read(self, tile: int) -> pa.Table:
        """
        Read what a tile holds.

        Parameters
        ----------
        tile
            Number of the tile.

        Returns
        -------
        Table
            Its rows, in the order of the file.
        """
        paths = [self._path(tile, piece) for piece in range(self.pieces[tile])]
        if not paths:
            return self._none()
        return pa.concat_tables([pq.read_table(path) for path in paths])

    def _none(self) -> pa.Table:
        """Give the columns without a row."""
        return pq.read_schema(self._path(int(np.flatnonzero(self.pieces)[0]), 0)).empty_table()

    def beside(self, tile: int, boxes: Numbers) -> pa.Table:
        """
        Read what other tiles hold that lies where something else does.

        Parameters
        ----------
        tile
            Number of the tile that is known already.
        boxes
            Shape (n, 4): boxes around shapes [m].

        Returns
        -------
        Table
            The rows whose box meets one of these, and some beside them.
        """
        ground = Ground.of(boxes)
        found = [self._none()]
        for other in np.flatnonzero(ground.meets(self.bounds)).tolist():
            if other != tile:
                table = self.read(other)
                found.append(table.filter(pa.array(ground.meets(boxes_of(table)))))
        return pa.concat_tables(found)

    def shapes(self, table: pa.Table) -> Shapes:
        """
        Decode the shapes of some rows.

        Parameters
        ----------
        table
            Rows of this layer.

        Returns
        -------
        ndarray
            Shape (n,): their shapes, None where a row has none.

        Raises
        ------
        FileError
            When a shape cannot be read, or its box does not hold it: other tiles would miss it.
        """
        try:
            shapes: Shapes = shapely.from_wkb(table["geometry"].to_numpy())
        except ShapelyError as error:
            raise unreadable(self.source, self.folder.name, error) from error
        found, boxes = shapely.bounds(shapes).reshape(-1, 4), boxes_of(table)
        holds = (boxes[:, :2] <= found[:, :2]) & (boxes[:, 2:] >= found[:, 2:])
        wrong = np.isfinite(found).all(axis=1) & ~holds.all(axis=1)
        if wrong.any():
            name, rows = self.folder.name, some(table["row"].to_numpy()[wrong])
            raise FileError(
                f"[{name}] 第 {rows} 行的外框列（bbox）与图形不符。请用写出它的软件重新导出该文件，"
                "或去掉外框列。",
                f"[{name}]: the box columns (bbox) of row {rows} do not hold the shapes. Export the"
                " file again, or leave the box columns out.",
            )
        return shapes

    def frame(self, table: pa.Table) -> gpd.GeoDataFrame:
        """
        Take rows out of the form they are stored in.

        Parameters
        ----------
        table
            Rows of this layer.

        Returns
        -------
        GeoDataFrame
            Index ``row``, our columns as :mod:`landrenew.intake` gives them: numbers, or texts with
            None where they are missing.

        Raises
        ------
        FileError
            As :meth:`shapes`.
        """
        frame = table.drop_columns(["geometry", *BOX]).to_pandas().set_index("row")
        texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
        for name in texts:
            frame[name] = none_where_missing(frame[name])
        return gpd.GeoDataFrame(frame, geometry=self.shapes(table), crs=self.crs)

    def no_row(self) -> gpd.GeoDataFrame:
        """
        Give the columns of the layer without a row.

        Returns
        -------
        GeoDataFrame
            As :meth:`frame` gives its rows.
        """
        return self.frame(self._none())


def in_order(table: pa.Table) -> pa.Table:
    """
    Sort rows by their number.

    Parameters
    ----------
    table
        Rows with ``row``.

    Returns
    -------
    Table
        The same rows in the order of the file.
    """
    return table.take(pc.sort_indices(table["row"]))


def boxes_of(table: pa.Table) -> Numbers:
    """
    Give the boxes around the shapes of some rows.

    Parameters
    ----------
    table
        Rows with the columns of :data:`BOX`.

    Returns
    -------
    ndarray
        Shape (n, 4): left, bottom, right, top [m]; NaN where a row has no shape.
    """
    return np.column_stack([table[name].to_numpy() for name in BOX])


def wkb_of(shapes: Shapes) -> pa.Array:
    """
    Write shapes as WKB.

    Parameters
    ----------
    shapes
        Shape (n,): shapes, or None.

    Returns
    -------
    Array
        Shape (n,).
    """
    return pa.array(shapely.to_wkb(shapes), pa.large_binary())


def table_of(ours: pd.DataFrame, wkb: pa.Array, boxes: Numbers) -> pa.Table:
    """
    Put rows into the form they are stored in.

    Parameters
    ----------
    ours
        Index ``row``, our columns.
    wkb
        Shape (n,): their shapes in the project CRS [m].
    boxes
        Shape (n, 4): boxes around them, left, bottom, right, top [m]; NaN where there is no shape.

    Returns
    -------
    Table
        ``row``, our columns, ``geometry`` and the columns of :data:`BOX`.
    """
    columns = {"row": pa.array(ours.index.to_numpy(np.int64))}
    for name, values in ours.items():
        is_number = pd.api.types.is_numeric_dtype(values)
        kind = pa.float64() if is_number else pa.string()  # whatever a batch happens to hold
        columns[str(name)] = pa.array(values.to_numpy(), kind, from_pandas=not is_number)
    columns["geometry"] = wkb
    columns |= {name: pa.array(box) for name, box in zip(BOX, boxes.T, strict=True)}
    return pa.table(columns)


def _geo(crs: CRS) -> dict[bytes, bytes]:
    """Describe the shapes as GeoParquet asks, so that other programs read the tiles too."""
    column = {"encoding": "WKB", "geometry_types": [], "crs": crs.to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {b"geo": json.dumps(geo).encode()}
