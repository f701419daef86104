"""Where industrial land must not be: on protected land, and new outside the growth boundary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from landrenew.base.columns import PROTECTED_KINDS
from landrenew.base.units import to_mu
from landrenew.base.words import Text
from landrenew.intake.faults import Fault
from landrenew.intake.geometry.topology import mean_width
from landrenew.intake.parcels import require
from landrenew.measure.inside import area_inside
from landrenew.measure.overlay import shared_areas
from landrenew.measure.pieces import own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame, GeoSeries

    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.measure.pieces import Zones
    from landrenew.measure.prepared import Prepared

UNNAMED = Text("保护地", "Protected land")


def protected_settled_m2(
    parcels: Parcels, ground: GeoSeries, protected: GeoDataFrame | Zones, *, sliver_width_m: float
) -> pd.Series[float]:
    """
    Measure the ground of each parcel on protected land, without slivers [m2].

    Parameters
    ----------
    parcels
        Parcel table with ``counted_area_m2`` and ``protected_area_m2``.
    ground
        The result of :func:`landrenew.measure.land.counted_ground`.
    protected
        Protected land in the same CRS, or its union made ready.
    sliver_width_m
        A part on protected land, or off it, that is narrower than this goes to the other side [m].

    Returns
    -------
    Series
        ``protected_settled_m2``, ellipsoidal, same index, ground that several parcels claim once;
        0 is what should be.

    Raises
    ------
    ColumnError
        When a column is missing.
    """
    require(parcels, "counted_area_m2", "protected_area_m2")
    found = pd.Series(0.0, parcels.index, name="protected_settled_m2")
    on = parcels["protected_area_m2"] > 0
    if on.any():
        area = parcels.loc[on, "counted_area_m2"]
        found[on], _ = area_inside(
            gpd.GeoSeries(ground[on]), protected, sliver_width_m=sliver_width_m, area_m2=area
        )
    return found


def protected_findings(
    prepared: Prepared, parcels: Parcels, ground: GeoSeries
) -> tuple[Fault, ...]:
    """
    List the parcels on protected land, on which area of it, and with how much.

    Parameters
    ----------
    prepared
        The layers of a project made ready.
    parcels
        Parcel table with ``protected_settled_m2`` and ``counted_area_m2``.
    ground
        The result of :func:`landrenew.measure.land.counted_ground`.

    Returns
    -------
    tuple of Fault
        ``on_protected_land``, one for each parcel and protected area that share more than a strip
        narrower than ``sliver_width_m``.
    """
    layer = prepared.layers.protected
    if layer is None:
        return ()
    on = parcels[parcels["protected_settled_m2"] > 0]
    if on.empty:
        return ()
    shapes, apart = (
        own(gpd.GeoSeries(ground[on.index]).to_numpy()),
        prepared.zones["protected_apart"],
    )
    pairs = shared_areas(shapes, apart)
    common = shapely.intersection(shapes[pairs.shape], apart.shapes[pairs.zone])
    wide = mean_width(common) >= prepared.layers.project.tolerances.sliver_width_m
    places = shapely.get_coordinates(shapely.point_on_surface(common))
    m2 = pairs.area * (on["counted_area_m2"].to_numpy() / shapely.area(shapes))[pairs.shape]
    names, rows = _names(layer), prepared.layers.parcel_rows
    return tuple(
        Fault("parcels", rows.get(one), one, "on_protected_land", _how_much(name, area), x, y)
        for one, name, area, (x, y), is_wide in zip(
            on.index[pairs.shape].astype(str).tolist(),
            (names[zone] for zone in pairs.zone.tolist()),
            m2.tolist(), places.tolist(), wide.tolist(), strict=True,
        )
        if is_wide
    )  # fmt: skip


def _names(protected: GeoDataFrame) -> list[Text]:
    """Name each protected area: its kind, its name where it has one, and its row."""
    blank = pd.Series(None, protected.index, dtype=object)
    kinds, names = (protected.get(column, blank) for column in ("kind", "name"))
    found = []
    for row, kind, name in zip(protected.index.tolist(), kinds, names, strict=True):
        said = UNNAMED if pd.isna(kind) else PROTECTED_KINDS.get(kind, Text(str(kind), str(kind)))
        called = "" if pd.isna(name) else str(name)
        zh = f"{said.zh}{f'“{called}”' if called else ''}（第 {row} 行）"
        found.append(Text(zh, f"{said.en}{f' {called!r}' if called else ''} (row {row})"))
    return found


def _how_much(where: Text, area_m2: float) -> Text:
    mu = to_mu(area_m2)
    return Text(
        f"{where.zh}：{area_m2:.1f} m²，合 {mu:.2f} 亩",
        f"{where.en}: {area_m2:.1f} m2, {mu:.2f} mu",
    )


def growth_findings(layers: Layers, parcels: Parcels) -> tuple[Fault, ...]:
    """
    List the parcels with new industrial land outside the growth boundary.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        Parcel table, with ``new_ground_m2`` and ``new_outside_growth_m2`` where there are an
        earlier state and a growth boundary.

    Returns
    -------
    tuple of Fault
        ``new_outside_growth``, one a parcel. Land that was industrial in the earlier state is
        never named, wherever it lies.

    Notes
    -----
    Source: 慈经信建〔2022〕25号, “城镇开发边界外不允许新增工业用地”.
    """
    if "new_outside_growth_m2" not in parcels:
        return ()
    out = parcels[parcels["new_outside_growth_m2"] > 0]
    points = out.geometry.representative_point()
    figures = zip(
        out.index.astype(str).tolist(), to_mu(out["new_ground_m2"]).tolist(),
        to_mu(out["new_outside_growth_m2"]).tolist(), points.x.tolist(), points.y.tolist(),
        strict=True,
    )  # fmt: skip
    return tuple(
        Fault("parcels", layers.parcel_rows.get(one), one, "new_outside_growth",
              Text(f"新增 {new:.2f} 亩，其中界外 {beyond:.2f} 亩",
                   f"{new:.2f} mu new, {beyond:.2f} mu of it outside"), x, y)
        for one, new, beyond, x, y in figures
    )  # fmt: skip


def forbidden_notes(layers: Layers, parcels: Parcels) -> Iterator[Text]:
    """
    Say what of the two rules holds, and what could not be checked.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The measured parcel table.

    Yields
    ------
    Text
        One sentence on new land outside the growth boundary where there is such a boundary, and
        one on protected land where there is such a layer.
    """
    if layers.growth_boundary is not None:
        yield _growth_words(layers, parcels)
    if "protected_settled_m2" in parcels:
        count, mu = _total(parcels["protected_settled_m2"])
        if count:
            yield Text(
                f"有 {count} 宗占用保护地，合计 {mu:,.2f} 亩（应为零）；占用哪一处、多少亩，"
                "见 findings.csv。",
                f"Parcels on protected land: {count}, with {mu:,.2f} mu (zero is expected); where"
                " and how much is in findings.csv.",
            )
        else:
            yield Text("没有宗地占用保护地。", "No parcel lies on protected land.")


def _growth_words(layers: Layers, parcels: Parcels) -> Text:
    before = layers.project.earlier_parcels
    if before is None or "new_outside_growth_m2" not in parcels:
        return Text(
            "“城镇开发边界外不允许新增工业用地”未能核查：没有前期的宗地。请在项目文件中加"
            " [earlier_parcels]（前期宗地及其 as_of）。",
            "Whether industrial land is new outside the growth boundary could not be checked: there"
            " is no earlier state of the parcels. Add [earlier_parcels], with its as_of, to the"
            " project file.",
        )
    count, mu = _total(parcels["new_outside_growth_m2"])
    if not count:
        return Text(
            f"{before.as_of} 以来，城镇开发边界外没有新增工业用地。",
            f"No industrial land is new outside the growth boundary since {before.as_of}.",
        )
    return Text(
        f"{before.as_of} 以来，城镇开发边界外新增工业用地 {mu:,.2f} 亩，涉及 {count} 宗，见"
        " findings.csv。",
        f"Industrial land that is new outside the growth boundary since {before.as_of}:"
        f" {mu:,.2f} mu, parcels: {count}; see findings.csv.",
    )


def _total(area_m2: pd.Series[float]) -> tuple[int, float]:
    return int((area_m2 > 0).sum()), to_mu(math.fsum(area_m2))
