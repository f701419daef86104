"""The parcel table: what a checked table is, how it is made, and the guard of every measure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NewType

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from landrenew.base.crs import is_metric
from landrenew.base.errors import ColumnError, CrsError, ParcelError
from landrenew.base.words import Text, listing, some
from landrenew.intake.faults import KINDS, Fault
from landrenew.intake.geometry.shapes import check_polygons
from landrenew.intake.naming import parcel_names

if TYPE_CHECKING:
    from geopandas import GeoSeries
    from pyproj import CRS

    from landrenew.intake.geometry.checked import Checked

Parcels = NewType("Parcels", GeoDataFrame)
"""A checked parcel table: a GeoDataFrame for users, another type for mypy.

Index ``parcel_id`` (unique), valid polygons or multipolygons, one projected CRS in metres.
"""

FAR_AWAY_M, EMPTY_M = 100_000.0, 50_000.0
"""A parcel so far from the middle of all, behind a ring so wide without any, is doubted [m]."""


def metric_crs(table: GeoDataFrame | GeoSeries) -> CRS:
    """
    Give the CRS of a table, refusing one that is not projected in metres.

    Parameters
    ----------
    table
        Any table of shapes.

    Returns
    -------
    CRS
        Its CRS, projected, in metres.

    Raises
    ------
    CrsError
        When the CRS is missing or not in metres.
    """
    crs = table.crs
    if crs is None or not is_metric(crs):
        raise CrsError(
            f"表的坐标系是 {crs}，须为以米为单位的投影坐标系。请先用 read_city 或"
            " check_parcels 处理。",
            f"The table is in {crs}; a projected CRS in metres is needed. Pass it through"
            " read_city or check_parcels first.",
        )
    return crs


def require(parcels: GeoDataFrame, *columns: str) -> None:
    """
    Refuse a table that lacks a metric CRS or a column (cheap: looks at no row).

    Parameters
    ----------
    parcels
        Parcel table in a projected CRS [m].
    *columns
        Columns the caller reads.

    Raises
    ------
    CrsError
        When the CRS is missing or not in metres.
    ColumnError
        When a column is missing.
    """
    metric_crs(parcels)
    if absent := [name for name in columns if name not in parcels.columns]:
        raise ColumnError(
            f"宗地表缺少列 {some(absent)}。请先完成产生这些列的步骤，"
            "或在 [parcels.columns] 中给出。",
            f"The parcel table lacks {some(absent)}. Run the step that makes them first, or map"
            " them under [parcels.columns].",
        )


def check_parcels(layer: GeoDataFrame, crs: CRS) -> tuple[Parcels, Checked]:
    """
    Make the parcel table out of a layer, setting aside what cannot be used.

    Parameters
    ----------
    layer
        Index ``row``; columns of the data dictionary and a geometry with a CRS. Without
        ``parcel_id`` the parcels are named after their rows.
    crs
        The project CRS [m].

    Returns
    -------
    Parcels
        Index ``parcel_id``, in the order of the file, in ``crs``.
    Checked
        What was set aside, the faults and the balance.

    Raises
    ------
    ParcelError
        When one id stands on different parcels, or no parcel is left.
    """
    checked = clean_parcels(layer, crs)
    refuse_none_left(len(layer), checked.rejected)
    refuse_shared_ids(checked.kept["parcel_id"])
    faults = (*checked.faults, *far_away(checked.kept))
    rejected = checked.rejected.sort_index()  # whatever was wrong with them
    return named_parcels(checked.kept), replace(checked, faults=faults, rejected=rejected)


def clean_parcels(layer: GeoDataFrame, crs: CRS) -> Checked:
    """
    Set aside the rows of a parcel layer that cannot be used.

    Parameters
    ----------
    layer
        As for :func:`check_parcels`.
    crs
        The project CRS [m].

    Returns
    -------
    Checked
        What is kept has valid polygons and an id; rows may still share ids.
    """
    if "parcel_id" not in layer.columns:
        layer = layer.assign(parcel_id=parcel_names(layer))
    return _without_unnamed(_without_repeats(check_polygons(layer, crs, "parcels")))


def named_parcels(kept: GeoDataFrame) -> Parcels:
    """
    Make the parcel table of rows that were checked.

    Parameters
    ----------
    kept
        Index ``row``, with ``parcel_id``.

    Returns
    -------
    Parcels
        Index ``parcel_id``, the same order.
    """
    return Parcels(kept.astype({"parcel_id": str}).set_index("parcel_id"))


def refuse_none_left(rows: int, rejected: pd.DataFrame) -> None:
    """
    Refuse a parcel layer of which no row can be used.

    Parameters
    ----------
    rows
        Number of its rows.
    rejected
        Those set aside, with ``code``.

    Raises
    ------
    ParcelError
        When all were set aside.
    """
    if rows > len(rejected):
        return
    why = _reasons(rejected)
    raise ParcelError(
        f"没有一宗可用的宗地：{rows} 行全部被剔除：{why.zh}。请改正图层后重新导出。",
        f"No parcel is left: all {rows} rows were set aside: {why.en}. Mend the layer and export"
        " again.",
    )


def refuse_shared_ids(ids: pd.Series[str]) -> None:
    """
    Refuse ids that several parcels bear.

    Parameters
    ----------
    ids
        The ids of all parcels that are kept.

    Raises
    ------
    ParcelError
        When one stands on different parcels, naming it.
    """
    twice = ids.duplicated(keep=False)
    if not twice.any():
        return
    named = some(ids[twice].unique())
    raise ParcelError(
        f"有宗地编号对应多个不同的图形：{named}。编号须唯一：请改正编号，"
        "或在 [parcels.columns] 中换一列作 parcel_id。",
        f"Ids stand on different parcels: {named}. Ids must be unique: correct them, or name"
        " another column as parcel_id under [parcels.columns].",
    )


def _reasons(rejected: pd.DataFrame) -> Text:
    """Count the rows set aside by what is wrong with them."""
    counts = rejected["code"].value_counts()
    found = [(KINDS[str(code)].what, count) for code, count in counts.items()]
    return listing(Text(f"{what.zh} {count} 行", f"{what.en} ({count})") for what, count in found)


def _set_aside(checked: Checked, gone: pd.Series[bool], code: str) -> Checked:
    """Set rows aside for what is wrong with their ids."""
    out = checked.kept[gone]
    if out.empty:
        return checked
    point = out.geometry.representative_point()
    faults = [
        Fault("parcels", int(row), "" if pd.isna(name) else str(name), code, x=x, y=y)
        for row, name, x, y in zip(out.index, out["parcel_id"], point.x, point.y, strict=True)
    ]
    return checked.set_aside(gone.to_numpy(), code, faults)


def _without_unnamed(checked: Checked) -> Checked:
    return _set_aside(checked, checked.kept["parcel_id"].isna(), "missing_id")


def _without_repeats(checked: Checked) -> Checked:
    kept = checked.kept
    again = kept["parcel_id"].duplicated(keep=False) & kept["parcel_id"].notna()
    alike = kept[again]  # only these can repeat: spelling out every shape would take long
    shape = shapely.to_wkb(shapely.normalize(alike.geometry.to_numpy()))
    same = pd.DataFrame({"id": alike["parcel_id"], "shape": shape}, index=alike.index)
    repeated = same.duplicated().reindex(kept.index, fill_value=False)
    return _set_aside(checked, repeated, "duplicate_row")


def far_away(kept: GeoDataFrame) -> list[Fault]:
    """
    Doubt parcels that lie far from all others.

    Parameters
    ----------
    kept
        Index ``row``, with ``parcel_id``; all parcels of the project, in its CRS.

    Returns
    -------
    list of Fault
        ``far_away``, for those beyond :data:`FAR_AWAY_M` from the middle of all, with an empty
        ring of :data:`EMPTY_M` between them and it: a province is wide, but has no such ring.
    """
    left, bottom, right, top = kept.total_bounds.tolist()
    if math.hypot(right - left, top - bottom) <= FAR_AWAY_M:  # then nothing can be
        return []
    boxes = kept.bounds.to_numpy()
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    distance = np.hypot(*(middles - np.median(middles, axis=0)).T)
    outward = np.sort(distance)
    beyond = outward[1:][np.diff(outward) > EMPTY_M]
    is_far = (distance > FAR_AWAY_M) & (distance >= beyond.min(initial=np.inf))
    far = kept[is_far]
    points = far.geometry.representative_point()
    said = [Text(f"{one:.0f} km", f"{one:.0f} km") for one in distance[is_far] / 1000]
    return [
        Fault("parcels", int(row), str(name), "far_away", how_far, x, y)
        for row, name, how_far, x, y in zip(
            far.index, far["parcel_id"], said, points.x, points.y, strict=True
        )
    ]
