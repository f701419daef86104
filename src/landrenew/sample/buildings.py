"""Buildings on the lots: footprints, storeys and heights, as a survey of mixed quality has them."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from shapely.geometry import Polygon, box

from landrenew.sample.chance import between, pick, stream
from landrenew.sample.shapes import axes, grown, halves, millimetres, polygons

if TYPE_CHECKING:
    from numpy.random import Generator

STOREYS = {
    "village": {1: 0.62, 2: 0.19, 3: 0.13, 4: 0.06},
    "park": {1: 0.27, 2: 0.20, 3: 0.22, 4: 0.18, 5: 0.13},
}
"""How often a building has so many storeys."""

RECORDS = {0: 0.56, 1: 0.34, 2: 0.10}
"""What the survey recorded: 0 storeys only, 1 storeys and height, 2 height only."""

EMPTY_SHARE = 0.04
"""Share of lots without a building."""

RASTER_ONLY = 6
"""Buildings whose height stands only in the height raster."""


@dataclass(frozen=True)
class Building:
    """
    One building.

    Parameters
    ----------
    shape
        Footprint.
    floor_count
        Storeys on record.
    height_m
        Height on record [m].
    true_height_m
        Height as it is, in whole metres, for the height raster [m].
    """

    shape: Polygon
    floor_count: int | None
    height_m: float | None
    true_height_m: int


def _height(floors: int, kind: str, rng: Generator) -> float:
    if floors == 1:
        low, high = (4.5, 11.0) if kind == "village" else (6.0, 13.0)
        return round(between(rng, low, high), 1)
    return round(floors * between(rng, 3.3, 5.2), 1)


def _building(shape: Polygon, kind: str, rng: Generator) -> Building:
    floors = pick(rng, STOREYS[kind])
    height = _height(floors, kind, rng)
    record = pick(rng, RECORDS)
    return Building(
        shape,
        None if record == 2 else floors,
        None if record == 0 else height,
        max(1, round(height)),
    )


def _halved(shape: Polygon, count: int, gap: float, rng: Generator) -> list[Polygon]:
    if count <= 1:
        return [shape]
    parts = halves(shape, rng, lane=gap, slack=0.08 if gap < 6 else 0.02)
    first = count // 2
    numbers = [first, count - first, *[1] * len(parts)]
    return [
        one for part, n in zip(parts, numbers, strict=False) for one in _halved(part, n, gap, rng)
    ]


def _yard(shape: Polygon, rng: Generator) -> Polygon:
    """Leave a part of a plot open: keep a slab along its long way."""
    long_way, short_way, long_m, short_m = axes(shape)
    ring = np.asarray(shape.exterior.coords)
    along, across = (ring @ long_way).min(), (ring @ short_way).min()
    keep = between(rng, 0.68, 1.0)
    corners = [
        (-1.0, -1.0),
        (long_m + 1, -1.0),
        (long_m + 1, short_m * keep),
        (-1.0, short_m * keep),
    ]
    slab = Polygon([long_way * (along + a) + short_way * (across + b) for a, b in corners])
    return max(polygons(shape.intersection(slab)), key=lambda one: one.area)


def _on_lot(lot: Polygon, kind: str, rng: Generator) -> list[Building]:
    margin = between(rng, 1.2, 2.6) if kind == "village" else between(rng, 4.5, 8.0)
    open_ground = polygons(grown(lot, -margin))
    if not open_ground:
        return []
    each = between(rng, 500, 1350) if kind == "village" else between(rng, 1400, 3000)
    gap = between(rng, 2.5, 5.0) if kind == "village" else between(rng, 7.0, 12.0)
    plots = _halved(open_ground[0], max(1, min(8, round(lot.area / each))), gap, rng)
    found = []
    for plot in plots:
        if rng.random() < 0.14 and len(plots) > 1:
            continue
        tidy = polygons(millimetres(_yard(plot, rng).simplify(0.4)))
        if tidy and tidy[0].area > 35 and lot.contains(tidy[0]):
            found.append(_building(tidy[0], kind, rng))
    return found


def _square_on_grid(lot: Polygon) -> Polygon | None:
    """Find a footprint on even metres within a lot, so that 2 m pixels fit it exactly."""
    middle = lot.representative_point()
    x, y = 2 * round(middle.x / 2), 2 * round(middle.y / 2)
    for half in (16, 14, 12, 10, 8):
        shape = box(x - half, y - half + 2, x + half, y + half - 2)
        if lot.buffer(-2.0).contains(shape):
            return shape
    return None


def _across(a: Polygon, b: Polygon) -> Polygon | None:
    """Draw a building over the common wall of two lots."""
    wall = a.intersection(b)
    if wall.length < 24:
        return None
    shape = wall.interpolate(0.5, normalized=True).buffer(9.0, quad_segs=2)
    tidy = millimetres(shape)
    both = a.union(b).buffer(-0.5)
    fair = min(tidy.intersection(one).area for one in (a, b)) > 0.3 * tidy.area
    return tidy if fair and both.contains(tidy) else None


def _pairs(parcels: pd.DataFrame) -> list[tuple[str, str, Polygon]]:
    """Choose a few pairs of neighbours that share a building, in villages far from each other."""
    found = []
    for place, rows in parcels[parcels["kind"] == "village"].groupby("place"):
        if int(str(place)[1:]) % 19:
            continue
        small = rows[rows["area_m2"].between(1200, 6000) & (rows["land_code"] == "0601")]
        ids, shapes = small["parcel_id"].tolist(), small["shape"].tolist()
        tries = ((i, j) for i in range(len(ids)) for j in range(i + 1, len(ids)))
        for i, j in tries:
            shape = _across(shapes[i], shapes[j])
            if shape is not None:
                found.append((ids[i], ids[j], shape))
                break
    return found


def buildings(
    parcels: pd.DataFrame, district: Polygon
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """
    Build on the parcels.

    Parameters
    ----------
    parcels
        The register.
    district
        Where the height raster has data.

    Returns
    -------
    tuple
        The buildings (``building_id``, ``shape``, ``floor_count``, ``height_m``,
        ``true_height_m``), the ids of those that cross two parcels, and the ids of those whose
        height stands only in the raster.
    """
    pairs = _pairs(parcels)
    shared = {one for a, b, _ in pairs for one in (a, b)}
    industrial = parcels[parcels["land_code"] == "0601"]
    found: list[Building] = []
    hidden: list[int] = []
    for parcel_id, shape, kind in industrial[["parcel_id", "shape", "kind"]].itertuples(
        index=False
    ):
        rng = stream(f"buildings {parcel_id}")
        if rng.random() < EMPTY_SHARE or parcel_id in shared:
            continue
        fits = _square_on_grid(shape) if len(hidden) < RASTER_ONLY and rng.random() < 0.2 else None
        if fits is not None and district.contains(shape):
            hidden.append(len(found))
            found.append(Building(fits, None, None, 7 + 3 * (len(hidden) % 3)))
            continue
        found += _on_lot(shape, kind, rng)
    crossing = [Building(shape, 2, None, 8) for *_, shape in pairs]
    numbers = [f"JZ{n:05d}" for n in range(1, len(found) + len(crossing) + 1)]
    table = pd.DataFrame([vars(one) for one in [*found, *crossing]])
    table.insert(0, "building_id", numbers)
    return table, numbers[len(found) :], [numbers[n] for n in hidden]


def without_one_each(
    table: pd.DataFrame, parcels: pd.DataFrame, parcel_ids: list[str], *, spared: list[str]
) -> pd.DataFrame:
    """
    Pull down the last building of some parcels.

    Parameters
    ----------
    table
        The buildings.
    parcels
        The register.
    parcel_ids
        The parcels.
    spared
        Buildings that stay.

    Returns
    -------
    pandas.DataFrame
        The buildings that are left.
    """
    free = table[~table["building_id"].isin(spared)]
    gone = []
    for shape in parcels.loc[parcels["parcel_id"].isin(parcel_ids), "shape"]:
        standing = [
            n for n, one in zip(free.index, free["shape"], strict=True) if shape.contains(one)
        ]
        gone += standing[-1:]
    return table.drop(index=gone).reset_index(drop=True)
