"""How near the control line a parcel's ground lies: what may change sides if the line lies off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from landrenew.intake.parcels import require
from landrenew.measure.overlay import shared_areas
from landrenew.measure.pieces import Zones, own

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoSeries

    from landrenew.intake.parcels import Parcels

SIDES = {"inside_within_line_m2": "line_inner", "outside_within_line_m2": "line_outer"}
"""Each column of ground near the line, and the strip along the line that it is measured with."""

MITRE = 2.0
"""An acute corner of a strip is cut off so many times its width out from that of the line."""


def line_strips(line: Zones, line_m: float) -> dict[str, Zones]:
    """
    Draw the ground on either side of the control line that may lie on the other.

    Parameters
    ----------
    line
        The control line as one zone, as :meth:`Zones.united` makes it (projected, metres).
    line_m
        How far the line may lie off [m], above 0.

    Returns
    -------
    dict
        The strip inside and the strip outside, by the names of :data:`SIDES`.

    Notes
    -----
    A line none of whose points lies off by more than ``line_m`` encloses no less than the zone
    shrunk by it and no more than the zone grown by it, whether its edges moved together or each
    for itself. Corners are drawn sharp: they hold all ground within ``line_m`` and, at an acute
    corner, a little more.
    """
    zone = shapely.union_all(line.shapes)
    grown, shrunk = (
        shapely.buffer(zone, by, join_style="mitre", mitre_limit=MITRE) for by in (line_m, -line_m)
    )
    strips = (shapely.difference(zone, shrunk), shapely.difference(grown, zone))
    return {
        name: Zones(own([strip]) if strip.area > 0 else own([]))
        for name, strip in zip(SIDES.values(), strips, strict=True)
    }


def near_line(parcels: Parcels, ground: GeoSeries, strips: Mapping[str, Zones]) -> pd.DataFrame:
    """
    Measure the ground that each parcel has within ``line_m`` of the control line, on either side.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2`` (projected, metres).
    ground
        The result of :func:`landrenew.measure.land.counted_ground`.
    strips
        The result of :func:`line_strips`.

    Returns
    -------
    DataFrame
        ``inside_within_line_m2`` and ``outside_within_line_m2``, ellipsoidal, same index, at
        least 0; both together at most ``counted_area_m2``.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.

    Notes
    -----
    The ellipsoidal area is divided like the planar area, as everywhere
    (:func:`landrenew.measure.zones.area_inside`). Slivers are not settled here: they are drawn as
    they are.
    """
    require(parcels, "parcel_area_m2")
    shapes = ground.to_numpy()
    on_ground = (parcels["parcel_area_m2"] / parcels.geometry.area).to_numpy()
    columns = {}
    for column, strip in SIDES.items():
        pairs = shared_areas(shapes, strips[strip])
        planar = np.bincount(pairs.shape, weights=pairs.area, minlength=len(shapes))
        columns[column] = planar * on_ground
    return pd.DataFrame(columns, index=parcels.index)
