"""Two states of the industrial land: what is new, what was retired, inside which version of a line.

Ground is compared, not ids: a parcel that was divided, merged or given another number is the same
ground. Ground of both states is measured as it is drawn today; a strip narrower than the named
tolerance, by which a boundary was drawn otherwise, is neither new nor retired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.base.words import Text
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.intake.parcels import Parcels, require
from landrenew.measure.inside import part_inside
from landrenew.measure.land import (
    counted_area_m2,
    counted_ground,
    overlapping_pairs,
    parcel_area_m2,
)
from landrenew.measure.pieces import Zones, own
from landrenew.measure.zones import largest_zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoSeries
    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers
    from landrenew.measure.inside import Part

    Areas = NDArray[np.float64]


def new_ground(
    parcels: Parcels, ground: GeoSeries, zones: Mapping[str, Zones], *, sliver_width_m: float
) -> pd.DataFrame:
    """
    Measure what is new of each parcel since the earlier state, and where it lies [m2].

    Parameters
    ----------
    parcels
        Parcel table with ``counted_area_m2``, and ``inside_area_m2`` where there is a line.
    ground
        The result of :func:`landrenew.measure.land.counted_ground`.
    zones
        Of ``earlier_parcels``, ``control_line``, ``earlier_control_line`` and ``growth_boundary``
        those that the project has, united and made ready.
    sliver_width_m
        A part narrower than this goes to the other side [m].

    Returns
    -------
    DataFrame
        Same index, each column at least 0 and at most ``counted_area_m2``:
        ``inside_earlier_line_m2`` with an earlier line; with an earlier state ``new_ground_m2``,
        of it ``new_inside_m2`` and ``new_inside_earlier_line_m2`` with such lines, and
        ``new_outside_growth_m2`` with a growth boundary. Without an earlier layer no column.

    Raises
    ------
    ColumnError
        When a column named above is missing.

    Notes
    -----
    New is what lies in no parcel of the earlier state; its parts inside a line are those of the
    parcel's own part inside, so that new and old ground add up to the published figures.
    """
    require(parcels, "counted_area_m2", *(["inside_area_m2"] if "control_line" in zones else []))
    shapes, counted = own(ground.to_numpy()), parcels["counted_area_m2"].to_numpy(np.float64)
    found: dict[str, Areas] = {}
    earlier = zones.get("earlier_control_line")
    line: dict[str, tuple[Part, Areas]] = {}
    if earlier is not None:
        part = part_inside(shapes, earlier, sliver_width_m=sliver_width_m)
        found["inside_earlier_line_m2"] = part.share * counted
        line["new_inside_earlier_line_m2"] = part, found["inside_earlier_line_m2"]
    if "earlier_parcels" not in zones:
        return pd.DataFrame(found, parcels.index)
    old = part_inside(shapes, zones["earlier_parcels"], sliver_width_m=sliver_width_m)
    found["new_ground_m2"] = (1.0 - old.share) * counted
    if "control_line" in zones:
        part = part_inside(shapes, zones["control_line"], sliver_width_m=sliver_width_m)
        line["new_inside_m2"] = part, parcels["inside_area_m2"].to_numpy(np.float64)
    for name, (part, inside) in line.items():
        new = old.missed_by(part, shapes) * counted
        # ground that is all new has the published area inside, to the last bit
        found[name] = np.where(old.share == 0, inside, np.fmin(new, inside))
    if "growth_boundary" in zones:
        part = part_inside(shapes, zones["growth_boundary"], sliver_width_m=sliver_width_m)
        outside = found["new_ground_m2"] - old.missed_by(part, shapes) * counted
        found["new_outside_growth_m2"] = np.where(outside > DUST_M2, outside, 0.0)
    return pd.DataFrame(found, parcels.index)


class Earlier(NamedTuple):
    """
    The earlier state of the parcels, measured by itself.

    Parameters
    ----------
    table
        Index ``row`` of the file as text, shapes as drawn; ``parcel_id`` where it has ids, ``town``
        as given, else by largest overlap, ``parcel_area_m2`` and ``counted_area_m2``.
    ground
        The ground that each brings into totals, none counted twice.
    """

    table: Parcels
    ground: GeoSeries


def aside_notes(layers: Layers) -> tuple[Text, ...]:
    """
    Say how many rows of the earlier state could not be used; their ground may seem new.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    tuple of Text
        One sentence, or none.
    """
    count = sum(one.rows_rejected for one in layers.balances if one.layer == "earlier_parcels")
    if not count:
        return ()
    return (
        Text(
            f"前期宗地有 {count} 行被剔除，其地面上的现状用地可能被当作新增；请先改正。",
            f"Rows of the earlier parcels set aside: {count}; ground on them may seem new. Mend"
            " them first.",
        ),
    )


def earlier_state(layers: Layers) -> Earlier | None:
    """
    Measure the earlier state of the parcels by itself.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    Earlier or None
        None where the project has no such layer.
    """
    layer = layers.earlier_parcels
    if layer is None:
        return None
    given = [name for name in ("parcel_id", "town") if name in layer.columns]
    table = Parcels(layer[[*given, "geometry"]].set_axis(layer.index.astype(str)))
    table["parcel_area_m2"] = parcel_area_m2(table)
    ground = counted_ground(table, overlapping_pairs(table))
    table["counted_area_m2"] = counted_area_m2(table, ground)
    if layers.towns is not None:
        by_overlap = largest_zone(table, layers.towns, "town")
        table["town"] = table["town"].fillna(by_overlap) if "town" in table else by_overlap
    return Earlier(table, ground)


def retired_ground(
    earlier: Earlier, parcels: Parcels, zones: Mapping[str, Zones], *, sliver_width_m: float
) -> Parcels:
    """
    Measure what of the earlier state is no industrial ground any more [m2].

    Parameters
    ----------
    earlier
        The result of :func:`earlier_state`.
    parcels
        The present parcel table, with shapes.
    zones
        Of ``control_line`` and ``earlier_control_line`` those that the project has.
    sliver_width_m
        A part narrower than this goes to the other side [m].

    Returns
    -------
    Parcels
        The table of the earlier state with ``retired_ground_m2``, and with such lines
        ``retired_inside_m2``, ``retired_inside_earlier_line_m2``, and
        ``drawn_inside_m2``, what of the whole earlier parcel lies inside the line of its time.
    """
    shapes = own(earlier.ground.to_numpy())
    counted = earlier.table["counted_area_m2"].to_numpy(np.float64)
    today = Zones.united(parcels.geometry.to_numpy())
    still = part_inside(shapes, today, sliver_width_m=sliver_width_m)
    found = {"retired_ground_m2": (1.0 - still.share) * counted}
    for name, column in (
        ("control_line", "retired_inside_m2"),
        ("earlier_control_line", "retired_inside_earlier_line_m2"),
    ):
        if name in zones:
            part = part_inside(shapes, zones[name], sliver_width_m=sliver_width_m)
            found[column] = still.missed_by(part, shapes) * counted
            found["drawn_inside_m2"] = part.share * counted  # the earlier line, where there is one
    return Parcels(earlier.table.assign(**found))
