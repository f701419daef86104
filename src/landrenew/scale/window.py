"""One tile of a city, measured: a small city with a margin, of which the margin is dropped.

A tile is read with whatever its parcels and buildings need around them, checked and measured as any
city is, and only what concerns its own rows is kept. So nothing is measured in two ways.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from landrenew.base.errors import FileError
from landrenew.base.words import some
from landrenew.intake.city import SHIFTS
from landrenew.intake.geometry.footprints import clear_footprints
from landrenew.intake.geometry.offsets import refuse_shifted
from landrenew.intake.geometry.shapes import check_polygons
from landrenew.intake.geometry.topology import check_topology
from landrenew.intake.naming import rows_by_id
from landrenew.intake.parcels import clean_parcels, named_parcels, refuse_shared_ids
from landrenew.measure.ground import measured_ground
from landrenew.measure.indicators import measure_parcels
from landrenew.measure.prepared import Prepared
from landrenew.scale.part import Part
from landrenew.scale.store import boxes_of, frame_of, in_order

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.geometry.checked import Checked
    from landrenew.intake.layers import Layers
    from landrenew.scale.frame import Frame
    from landrenew.scale.store import Store

    Numbers = NDArray[np.float64]
    Numbered = NDArray[np.int64]

NEAR_M = 0.01
"""A box may miss the shape it holds by so much, as where it was rounded [m]."""

PROBED = 5
"""Tiles in which a layer is asked whether a map service shifted it; it would have shifted all."""


class Rows(NamedTuple):
    """
    Rows of one layer in and around a tile.

    Parameters
    ----------
    layer
        Index ``row``, our columns and shapes, in the order of the file.
    own
        Numbers of the rows that belong to the tile.
    """

    layer: GeoDataFrame
    own: Numbered


def measure_tile(frame: Frame, tile: int) -> int:
    """
    Measure one tile and write it.

    Parameters
    ----------
    frame
        The city.
    tile
        Number of the tile.

    Returns
    -------
    int
        The same number.

    Raises
    ------
    LandrenewError
        When its rows cannot be used; as for a whole city.
    """
    ground, stock = _read(frame, tile)
    layers, checked = _checked(frame, ground, stock)
    if tile % max(1, frame.parcels.tiles // PROBED) == 0:
        _refuse_shifted(frame, layers)
    prepared = Prepared.of(layers, frame.zones)
    measured = measure_parcels(layers.parcels, prepared)
    table, faults = measured_ground(prepared, measured)
    row = pd.Series(layers.parcel_rows).reindex(table.index).to_numpy()
    table = table.assign(row=row)[np.isin(row, ground.own)]
    own = {"parcels": set(ground.own), "buildings": set(() if stock is None else stock.own)}
    found = [fault for fault in faults if fault.row in own[fault.layer]]
    part = Part(frame.folder, tile)
    part.write(table, [one.of_rows(pd.Index(rows.own)) for one, rows in checked], found)
    return tile


def _read(frame: Frame, tile: int) -> tuple[Rows, Rows | None]:
    """
    Read a tile with what its rows need around them.

    A parcel needs its neighbours within reach, and the buildings that may stand on it; these need
    every parcel they may stand on, and every building they may share ground with.
    """
    own = frame.parcels.read(tile)
    ground = boxes_of(own)
    needed = _grown(ground, frame.reach_m)
    stock = None
    if frame.buildings is not None:
        houses = frame.buildings.read(tile)
        feet = np.r_[ground, boxes_of(houses)]
        feet = np.r_[feet, boxes_of(frame.buildings.beside(tile, feet))]
        stock = _rows(frame.buildings, houses, frame.buildings.beside(tile, feet))
        needed = np.r_[needed, feet]
    return _rows(frame.parcels, own, frame.parcels.beside(tile, needed)), stock


def _grown(boxes: Numbers, reach_m: float) -> Numbers:
    return boxes + reach_m * np.array([-1, -1, 1, 1])


def _rows(store: Store, own: pa.Table, margin: pa.Table) -> Rows:
    table = in_order(pa.concat_tables([own, margin]))
    layer = frame_of(table, store.crs)
    _refuse_false_boxes(layer, boxes_of(table), store)
    return Rows(layer, own["row"].to_numpy())


def _refuse_false_boxes(layer: GeoDataFrame, boxes: Numbers, store: Store) -> None:
    """Refuse boxes that do not hold their shapes: neighbours would have been missed."""
    found = shapely.bounds(layer.geometry.to_numpy())
    begins, ends = boxes[:, :2] > found[:, :2] + NEAR_M, boxes[:, 2:] < found[:, 2:] - NEAR_M
    wrong = layer.index[np.flatnonzero((begins | ends).any(axis=1))]
    if len(wrong):
        name, rows = store.folder.name, some(wrong)
        raise FileError(
            f"[{name}] 第 {rows} 行的外框列（bbox）与图形不符。请用写出它的软件重新导出该文件，"
            "或去掉外框列。",
            f"[{name}]: the box columns (bbox) of row {rows} do not hold the shapes. Export the"
            " file again, or leave the box columns out.",
        )


def _checked(
    frame: Frame, ground: Rows, stock: Rows | None
) -> tuple[Layers, list[tuple[Checked, Rows]]]:
    """Check a window as a city is checked; what needs the whole city waits."""
    tolerances, crs = frame.layers.project.tolerances, frame.parcels.crs
    parcels = clean_parcels(ground.layer, crs)
    refuse_shared_ids(parcels.kept["parcel_id"])
    drawn = check_topology(parcels.kept, tolerances.gap_width_m)
    parcels = replace(parcels, faults=(*parcels.faults, *drawn))
    checked = [(parcels, ground)]
    layers = replace(
        frame.layers,
        parcels=named_parcels(parcels.kept),
        parcel_rows=rows_by_id(parcels.kept),
    )
    if stock is not None:
        houses = check_polygons(stock.layer, crs, "buildings")
        houses = clear_footprints(houses, width_m=tolerances.overlap_width_m)
        checked.append((houses, stock))
        layers = replace(layers, buildings=houses.kept)
    return layers, checked


def _refuse_shifted(frame: Frame, layers: Layers) -> None:
    """Refuse layers that lie beside the parcels as map services lay them."""
    shapes = layers.parcels.geometry.to_numpy()
    near = {"buildings": None if layers.buildings is None else layers.buildings.geometry.to_numpy()}
    if "control_line" in frame.zones:
        _, edges = frame.zones["control_line"].near(shapes)
        near["control_line"] = edges.shapes
    for name, recognise in SHIFTS.items():
        if (layer := near.get(name)) is not None:
            refuse_shifted(layer, layers.parcels, name, recognise)
