"""The parcel register: numbers, owners, land codes and declared areas of the lots."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from landrenew.base.units import to_mu
from landrenew.sample.chance import stream
from landrenew.sample.names import company, village
from landrenew.sample.towns import TOWNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.lots import Lot

COUNTY = "990281"
"""A county code that no county has."""

INDUSTRY, STORAGE, HOMES = "0601", "0508", "0701"

EQUAL_AREA = "+proj=cea +lat_ts=30 +lon_0=120 +ellps=GRS80 +units=m +type=crs"
"""A cylinder on which areas are those of the ellipsoid."""

_TO_EQUAL_AREA = Transformer.from_crs("EPSG:4549", EQUAL_AREA, always_xy=True)


def ellipsoidal_m2(shapes: Sequence[BaseGeometry]) -> list[float]:
    """
    Take areas on the GRS80 ellipsoid, by PROJ's equal-area cylinder.

    This is deliberately not the formula the measures use: it is the second opinion. The national
    formula takes the mean longitude of an edge times the strip between its latitudes, so to it an
    edge is straight on this cylinder, as it is here. Geodesics, the usual second opinion, bend a
    long edge by 0.4 mm and carry some 0.004 m2 of rounding for each vertex; on the city's share
    the two differ by 7e-9.

    Parameters
    ----------
    shapes
        Polygons in EPSG:4549 [m].

    Returns
    -------
    list of float
        Areas [m2].
    """

    def level(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(_TO_EQUAL_AREA.transform(xy[:, 0], xy[:, 1]))

    areas = shapely.area(shapely.transform(np.asarray(shapes, dtype=object), level))
    return [float(one) for one in areas]


def _land_code(lot: Lot, rng: Generator) -> str:
    draw = float(rng.random())
    if lot.place.kind == "park":
        return STORAGE if draw < 0.012 else INDUSTRY
    return HOMES if draw < 0.022 else STORAGE if draw < 0.036 else INDUSTRY


def _owner(lot: Lot, rng: Generator) -> str | None:
    draw = float(rng.random())
    if draw < 0.015:
        return None
    if lot.place.kind == "village" and draw < 0.34:
        return f"{lot.place.town}{village(lot.place.name)}村股份经济合作社"
    return company(rng)


def _exemption(rng: Generator) -> str | None:
    draw = float(rng.random())
    if draw > 0.008:
        return None
    return "市政公用设施" if draw < 0.003 else "新供地建设期内"


def _number(lot: Lot, order: int) -> str:
    district = list(TOWNS).index(lot.place.town) + 1
    block = int(lot.place.name.strip("CYQ")) + (100 if lot.place.kind == "village" else 0)
    right = "GB" if lot.place.kind == "park" else "JB"
    return f"{COUNTY}{district:03d}{block:03d}{right}{order:05d}"


def _rows_first(lot: Lot) -> tuple[int, int, float]:
    """Order lots as a surveyor walks: by town, by place, from north to south."""
    middle = lot.shape.centroid
    return list(TOWNS).index(lot.place.town), 0, -middle.y


def register(lots: list[Lot]) -> pd.DataFrame:
    """
    Enter the lots in the register.

    Parameters
    ----------
    lots
        The lots.

    Returns
    -------
    pandas.DataFrame
        One row per lot, sorted by ``parcel_id``: ``town``, ``place``, ``kind``, ``owner``,
        ``land_code``, ``declared_mu``, ``exempt_reason``, ``shape``, ``inside``, ``outside``,
        ``area_m2`` and ``inside_m2`` (ellipsoidal).
    """
    rng = stream("register")
    orders: dict[str, int] = {}
    rows = []
    for lot in sorted(lots, key=_rows_first):
        orders[lot.place.name] = orders.get(lot.place.name, 0) + 1
        rows.append({
            "parcel_id": _number(lot, orders[lot.place.name]),
            "town": lot.place.town, "place": lot.place.name, "kind": lot.place.kind,
            "owner": _owner(lot, rng), "land_code": _land_code(lot, rng),
            "exempt_reason": _exemption(rng), "shape": lot.shape,
            "inside": lot.inside, "outside": lot.outside,
        })  # fmt: skip
    table = pd.DataFrame(rows).sort_values("parcel_id", ignore_index=True)
    table["area_m2"] = ellipsoidal_m2(table["shape"].tolist())
    table["inside_m2"] = _inside_m2(table)
    drift = 1 + np.clip(0.002 * rng.standard_normal(len(table)), -0.006, 0.006)
    table["declared_mu"] = np.round(to_mu(table["area_m2"]) * drift, 4)
    return table


def _inside_m2(table: pd.DataFrame) -> list[float]:
    """
    Divide each lot's area like the lot was drawn: by the planar area of its planted parts.

    The survey's formula gives a part corners that the whole has not, so areas of parts taken one
    by one would not add up to the lot.
    """
    parts = zip(table["area_m2"], table["inside"], table["shape"], strict=True)
    return [0.0 if part is None else area * part.area / shape.area for area, part, shape in parts]
