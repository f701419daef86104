"""What measuring brings to light: faults that only areas and overlaps show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from landrenew.base.words import Text
from landrenew.intake.faults import NO_DETAIL, Fault
from landrenew.intake.naming import faults_at
from landrenew.measure.indicators import PLACES
from landrenew.measure.overlay import overlaps_of

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.measure.indicators import Measured

AREA_DIFFERENCE = 0.01
"""Areas of one parcel of which two differ by more are doubted."""

SAME_AREA = 1e-6
"""Parcels on each other's ground are compared as shapes only where they share this much [1]."""

AREAS = {
    "declared_area_m2": Text("登记", "declared"),
    "survey_area_m2": Text("实测", "surveyed"),
    "parcel_area_m2": Text("图形", "drawn"),
}
"""The areas a parcel can have, and what each is called beside the others."""


def overlap_faults(layers: Layers, overlaps: pd.DataFrame) -> list[Fault]:
    """
    Name the parcels that lie on ground of another, and those that are another one again.

    Parameters
    ----------
    layers
        The layers of the project.
    overlaps
        The result of :func:`landrenew.measure.land.overlapping_pairs`.

    Returns
    -------
    list of Fault
        ``overlap`` or ``duplicate_shape``, one a pair, for the parcel that sorts later; pairs
        narrower than ``overlap_width_m`` are drawing noise and not named.
    """
    rows = layers.parcel_rows
    overlaps = overlaps[overlaps["width_m"] >= layers.project.tolerances.overlap_width_m]
    same = _same_shape(layers.parcels, overlaps).tolist()
    ids = overlaps[["first", "second"]].astype(str).to_numpy().tolist()
    figures = overlaps[["area_m2", "x", "y"]].to_numpy(float).tolist()
    faults = []
    for is_same, (first, second), (m2, x, y) in zip(same, ids, figures, strict=True):
        area = f"{m2:.1f}"
        at = f"（第 {rows[first]} 行）" if first in rows else ""
        row = f" (row {rows[first]})" if first in rows else ""
        said = Text(f"与 {first}{at}重叠 {area} m²", f"shares {area} m2 with {first}{row}")
        if is_same:
            said = Text(f"与 {first}{at}相同，{area} m²", f"the same as {first}{row}, {area} m2")
        code = "duplicate_shape" if is_same else "overlap"
        faults.append(Fault("parcels", rows.get(second), second, code, said, x, y))
    return faults


def _same_shape(parcels: Parcels, overlaps: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which pairs are one shape drawn twice, wherever its ring begins."""
    one, other = (
        np.array(parcels.geometry.reindex(overlaps[column]), dtype=object)
        for column in ("first", "second")
    )
    shared = overlaps["area_m2"].to_numpy()
    least = (1 - SAME_AREA) * np.maximum(shapely.area(one), shapely.area(other))
    same: NDArray[np.bool_] = shared >= least
    same[same] = shapely.equals(one[same], other[same])
    return same


def area_faults(layers: Layers, parcels: Parcels) -> list[Fault]:
    """
    Name the parcels of which two areas differ by more than 1 %: declared, surveyed, drawn.

    Parameters
    ----------
    layers
        The layers of the project.
    parcels
        Parcel table with ``parcel_area_m2``; ``declared_area_m2`` and ``survey_area_m2`` where
        areas were declared and surveyed.

    Returns
    -------
    list of Fault
        One a parcel, with every area it has and the largest difference over the drawn area; none
        with one area alone.
    """
    known = parcels[[one for one in AREAS if one in parcels]]
    apart = (known.max(axis=1) - known.min(axis=1)) / parcels["parcel_area_m2"]
    off = known[apart > AREA_DIFFERENCE]
    points = parcels.loc[off.index].geometry.representative_point()
    places = zip(points.x.tolist(), points.y.tolist(), strict=True)
    names = [AREAS[str(column)] for column in off.columns]
    rows = zip(off.index.tolist(), apart[off.index].tolist(), off.to_numpy(float).tolist(), places,
               strict=True)  # fmt: skip
    return [
        Fault("parcels", layers.parcel_rows.get(str(one)), str(one), "area_differs",
              _areas_words(names, areas, share), *place)
        for one, share, areas, place in rows
    ]  # fmt: skip


def _areas_words(names: list[Text], areas: list[float], share: float) -> Text:
    known = [(name, area) for name, area in zip(names, areas, strict=True) if not math.isnan(area)]
    zh = "，".join(f"{name.zh} {area:.1f} m²" for name, area in known)
    en = ", ".join(f"{name.en} {area:.1f} m2" for name, area in known)
    return Text(f"{zh}，相差 {share:.1%}", f"{en}; {share:.1%} apart")


def place_faults(layers: Layers) -> tuple[Fault, ...]:
    """
    Name the towns that lie on ground of another town, and likewise the villages.

    Parameters
    ----------
    layers
        The layers of the project.

    Returns
    -------
    tuple of Fault
        ``towns_overlap`` or ``villages_overlap``, one a pair of areas, for the later row; strips
        narrower than ``overlap_width_m`` are left out.
    """
    found: list[Fault] = []
    for name, column in PLACES.items():
        if (places := getattr(layers, name)) is not None:
            found += _place_faults(layers, places, name, column)
    return tuple(found)


def _place_faults(
    layers: Layers, places: GeoDataFrame, name: str, column: str
) -> tuple[Fault, ...]:
    shapes = places.geometry.to_numpy()
    names, rows = places[column].tolist(), places.index.tolist()
    pairs = overlaps_of(shapes, layers.project.tolerances.overlap_width_m)
    found = []
    for i, j, area in zip(pairs.first.tolist(), pairs.second.tolist(), pairs.area, strict=True):
        zh = f"与 {names[i]}（第 {rows[i]} 行）重叠 {area:.1f} m²"
        en = f"shares {area:.1f} m2 with {names[i]} (row {rows[i]})"
        found.append((j, f"{name}_overlap", Text(zh, en)))
    return faults_at(places, name, shapes, found)


def building_faults(layers: Layers, measured: Measured) -> tuple[Fault, ...]:
    """
    Name the buildings that stand on no parcel, and those of unknown storeys.

    Parameters
    ----------
    layers
        The layers of the project.
    measured
        What was measured on all parcels.

    Returns
    -------
    tuple of Fault
        One a building.
    """
    buildings = layers.buildings
    if buildings is None:
        return ()
    stands = np.zeros(len(buildings), dtype=bool)
    stands[measured.met_buildings] = True
    found = [(i, "building_orphan", NO_DETAIL) for i in np.flatnonzero(~stands).tolist()]
    silent = zip(measured.silent_buildings.tolist(), measured.silent_support.tolist(), strict=True)
    found += [(i, "no_height", _covered(share)) for i, share in silent]
    return faults_at(buildings, "buildings", buildings.geometry.to_numpy(), found)


def _covered(share: float) -> Text:
    """Say how much of a footprint a height raster covers, where there is one."""
    if np.isnan(share):
        return NO_DETAIL
    return Text(f"高度栅格覆盖基底的 {share:.0%}", f"height raster covers {share:.0%} of it")
