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

from landrenew.intake.city import SHIFTS
from landrenew.intake.geometry.footprints import clear_footprints
from landrenew.intake.geometry.offsets import refuse_shifted
from landrenew.intake.geometry.shapes import check_polygons
from landrenew.intake.geometry.topology import check_topology
from landrenew.intake.naming import rows_by_id
from landrenew.intake.parcels import clean_parcels, named_parcels
from landrenew.measure.ground import measured_ground
from landrenew.measure.indicators import measure_parcels
from landrenew.measure.prepared import Prepared
from landrenew.scale.part import Part
from landrenew.scale.store import boxes_of, in_order

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.geometry.checked import Checked
    from landrenew.intake.layers import Layers
    from landrenew.scale.frame import Frame
    from landrenew.scale.store import Store

    Numbers = NDArray[np.float64]
    Numbered = NDArray[np.int64]
    Shapes = NDArray[np.object_]

PROBED = 5
"""Tiles in which a layer is asked whether a map service shifted it; it would have shifted all."""

RUN = 32
"""Corners of an edge that share one box."""


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
    prepared = Prepared.of(layers, frame.zones, has_open_ground=frame.has_open_ground)
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

    A parcel needs its neighbours within reach, with what lies along their edges, for whether these
    match decides where gaps are; and the buildings that may stand on it. These need every parcel
    they may stand on, and every building they may share ground with.
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
    if gap := frame.layers.project.tolerances.gap_width_m:
        beside = frame.parcels.beside(tile, _grown(ground, gap))
        needed = np.r_[needed, _grown(_along_edges(frame.parcels.shapes(beside)), gap)]
    return _rows(frame.parcels, own, frame.parcels.beside(tile, needed)), stock


def _grown(boxes: Numbers, reach_m: float) -> Numbers:
    return boxes + reach_m * np.array([-1, -1, 1, 1])


def _along_edges(shapes: Shapes) -> Numbers:
    """Draw boxes along the edges of shapes; those of a long road hold far less than its one box."""
    rings = shapely.get_rings(shapely.get_parts(shapely.get_parts(shapes)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    begins = np.flatnonzero(np.diff(ring, prepend=-1))  # each ring, then every few corners of it
    begins = np.unique(np.r_[begins, np.arange(0, len(xy), RUN)])
    low, high = (both.reduceat(xy, begins) for both in (np.minimum, np.maximum))
    goes_on = np.flatnonzero(ring[begins[1:]] == ring[begins[1:] - 1])
    then = xy[begins[goes_on + 1]]
    low[goes_on], high[goes_on] = np.minimum(low[goes_on], then), np.maximum(high[goes_on], then)
    return np.column_stack([low, high])


def _rows(store: Store, own: pa.Table, margin: pa.Table) -> Rows:
    table = in_order(pa.concat_tables([own, margin]))
    return Rows(store.frame(table), own["row"].to_numpy())


def _checked(
    frame: Frame, ground: Rows, stock: Rows | None
) -> tuple[Layers, list[tuple[Checked, Rows]]]:
    """Check a window as a city is checked; what needs the whole city waits."""
    tolerances, crs = frame.layers.project.tolerances, frame.parcels.crs
    parcels = clean_parcels(ground.layer, crs)
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
    for name in {*SHIFTS} & {*frame.zones}:
        _, edges = frame.zones[name].near(shapes)
        near[name] = edges.shapes
    for name, recognise in SHIFTS.items():
        if (layer := near.get(name)) is not None:
            refuse_shifted(layer, layers.parcels, name, recognise)
