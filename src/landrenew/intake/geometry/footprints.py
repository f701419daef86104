"""Building footprints: ground that several footprints cover counts once, and odd heights show.

Footprints drawn twice are set aside. Where two overlap, the larger one loses the shared ground: a
tower on a podium keeps its storeys, and which of the two comes first in the file says nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from landrenew.base.words import Text, listing
from landrenew.intake.faults import Fault
from landrenew.intake.geometry.nearby import may_be_near
from landrenew.intake.geometry.shapes import DUST_M2, bare_polygons
from landrenew.intake.geometry.topology import mean_width
from landrenew.intake.naming import faults_at, row_ids

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.geometry.checked import Checked

    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]
    Numbers = NDArray[np.float64]

ENOUGH = 20
"""Heights fewer than this show no habit."""

LOW_M, LOW_SHARE = 2.0, 0.1
"""No building is this low [m]; where this share of whole numbers is, they count storeys."""

FILLER_SHARE = 0.5
"""A height that more than this share of the buildings have was not measured."""


def clear_footprints(checked: Checked, *, width_m: float) -> Checked:
    """
    Let every spot of ground belong to one building.

    Parameters
    ----------
    checked
        The checked buildings, in the project CRS [m].
    width_m
        Overlaps narrower than this (twice the area over the perimeter) are drawing noise and not
        reported [m]; their ground counts once all the same.

    Returns
    -------
    Checked
        The footprints without shared ground; buildings that have none of their own, or a narrow rim
        of it, set aside as ``building_duplicate``, overlaps named as ``building_overlap``. What
        overlaps took is in the repaired area of the balance.
    """
    kept = checked.kept
    shapes: Shapes = kept.geometry.to_numpy().copy()
    larger, smaller, area = _shared(kept, shapes)
    if not len(larger):
        return checked
    before = shapely.area(shapes)
    wide = mean_width(shapely.intersection(shapes[larger], shapes[smaller])) >= width_m
    names = _named(row_ids(kept, "buildings"), kept.index.tolist())
    found = [
        (int(i), "building_overlap",
         Text(f"与 {name.zh}重叠 {shared:.1f} m²", f"shares {shared:.1f} m2 with {name.en}"))
        for i, name, shared in zip(
            larger[wide], (names[j] for j in smaller[wide]), area[wide], strict=True
        )
    ]  # fmt: skip
    cut = shapes.copy()
    starts = np.flatnonzero(np.diff(larger, prepend=-1))
    for i, others in zip(larger[starts], np.split(smaller, starts[1:]), strict=True):
        cut[i] = bare_polygons(shapely.difference(shapes[i], shapely.union_all(shapes[others])))
    left_over = shapely.area(cut)
    is_rim = (left_over < before / 2) & (mean_width(cut) < width_m)
    gone = (left_over <= DUST_M2) | is_rim
    found = [one for one in found if not gone[one[0]]]
    lost = np.flatnonzero(gone)
    ends = np.searchsorted(larger, lost), np.searchsorted(larger, lost, side="right")
    found += [(int(i), "building_duplicate", _twin(smaller[start:end], names))
              for i, start, end in zip(lost, *ends, strict=True)]  # fmt: skip
    account = checked.account.copy()
    after = np.where(gone, before, left_over)
    account.loc[kept.index, "out"] = after
    account.loc[kept.index, "repaired"] += after - before
    cleared = kept.set_geometry(gpd.GeoSeries(cut, kept.index, crs=kept.crs))
    cleared.loc[gone, "geometry"] = kept.geometry[gone]
    faults = faults_at(kept, "buildings", kept.geometry.to_numpy(), found)
    return replace(checked, kept=cleared, account=account).set_aside(
        gone, "building_duplicate", faults
    )


def _shared(kept: GeoDataFrame, shapes: Shapes) -> tuple[Rows, Rows, Numbers]:
    """Find the pairs that share ground: the larger, the smaller, and how much, sorted."""
    one, other = may_be_near(shapes, 0.0)
    meets = shapely.intersects(shapes[one], shapes[other])
    one, other = one[meets], other[meets]
    met = np.unique(np.concatenate([one, other]))
    ids = np.array(row_ids(kept.iloc[met], "buildings"), str)
    place = np.empty(len(shapes), dtype=np.intp)
    place[met[np.lexsort((met, ids, shapely.area(shapes[met]).round(6)))]] = np.arange(len(met))
    is_larger = place[one] > place[other]
    larger, smaller = np.where(is_larger, one, other), np.where(is_larger, other, one)
    area = shapely.area(shapely.intersection(shapes[larger], shapes[smaller]))
    order = np.lexsort((place[smaller], larger))
    real = order[area[order] > DUST_M2]
    return larger[real], smaller[real], area[real]


def _named(ids: list[str], rows: list[int]) -> list[Text]:
    """Name buildings by their id and their row, for an id may be missing or stand on several."""
    return [
        Text(f"{one}（第 {row} 行）", f"{one} (row {row})".lstrip())
        for one, row in zip(ids, rows, strict=True)
    ]


def _twin(smaller: Rows, names: list[Text]) -> Text:
    zh, en = listing(names[j] for j in smaller[:5])
    return Text(f"地面已计在 {zh}", f"ground counts for {en}")


def height_faults(buildings: pd.DataFrame) -> list[Fault]:
    """
    Doubt a column of heights that holds storeys, or one number for most buildings.

    Parameters
    ----------
    buildings
        The buildings, with ``height_m`` [m] where it was given; 0 and missing say nothing.

    Returns
    -------
    list of Fault
        ``height_looks_like_storeys`` and ``height_filler``, for the layer as a whole.
    """
    if "height_m" not in buildings.columns:
        return []
    height = buildings["height_m"].to_numpy(float)
    height = height[height > 0]
    if len(height) < ENOUGH:
        return []
    faults = []
    low = float((height <= LOW_M).mean())
    if low >= LOW_SHARE and bool((height % 1 == 0).all()):
        middle = float(np.median(height))
        said = Text(
            f"中位数 {middle:g}，最大 {height.max():g}；{low:.0%} 不超过 {LOW_M:g}",
            f"median {middle:g}, highest {height.max():g}; {low:.0%} at most {LOW_M:g}",
        )
        faults.append(Fault("buildings", None, "", "height_looks_like_storeys", said))
    values, counts = np.unique(height, return_counts=True)
    most = int(counts.argmax())
    if counts[most] > FILLER_SHARE * len(height):
        share = counts[most] / len(height)
        said = Text(
            f"{values[most]:g} 米，占 {share:.0%}（{counts[most]} 栋）",
            f"{values[most]:g} m, {share:.0%} ({counts[most]} buildings)",
        )
        faults.append(Fault("buildings", None, "", "height_filler", said))
    return faults
