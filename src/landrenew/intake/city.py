"""Read a whole project: every layer it names, checked, in one CRS, with everything found wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from landrenew.base.columns import FLOWS, INTENSITIES
from landrenew.base.crs import (
    MAX_AREA_ERROR,
    area_error,
    check_project_crs,
    choose_crs,
    crs_words,
    is_metric,
    lonlat_bounds,
    parse_crs,
    to_lonlat,
)
from landrenew.base.errors import CrsError, FileError
from landrenew.base.words import Text
from landrenew.intake.attributes import need_columns, our_columns
from landrenew.intake.layers import Balance, Layers
from landrenew.intake.links import check_links, find_links, unique_firms
from landrenew.intake.naming import row_ids
from landrenew.intake.parcels import Parcels, check_parcels
from landrenew.intake.project import Layer, Project, Rasters, read_project
from landrenew.intake.rasters import check_rasters
from landrenew.intake.shapes import (
    Checked,
    check_any,
    check_polygons,
    extent,
    finite_boxes,
    with_crs,
)
from landrenew.intake.sources.read import read_source
from landrenew.rules.library import read_rulebook

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pandas as pd
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from landrenew.intake.faults import Fault

WITHOUT = {
    "growth_boundary": Text("[growth_boundary] 开发边界内占比", "[growth_boundary] growth share"),
    "towns": Text("[towns] 分镇街", "[towns] figures by town"),
    "parks": Text("[parks] 园区", "[parks] parks"),
    "buildings": Text("[buildings] 容积率与建筑密度", "[buildings] floor area ratio and density"),
    "firms": Text("[firms] 亩均税收等", "[firms] tax per mu and the like"),
    "protected": Text("[protected] 占用保护地", "[protected] overlap with protected land"),
    "barriers": Text("[barriers] 连片的阻隔", "[barriers] what contiguity never crosses"),
}
"""Layers a project may leave out, and what is then not measured."""

INSTEAD = {
    "towns": {"town"},
    "buildings": {"floor_area_ratio", "counted_floor_area_m2", "floor_area_m2"},
    "firms": {*FLOWS, *INTENSITIES},
}
"""Columns of the parcels that stand in for a layer."""

MUST_MEET = ("control_line", "growth_boundary", "towns", "buildings")
"""Layers that say nothing unless they lie where the parcels lie."""


CITY_DEGREES, MOST = 1.0, 0.9
"""Parcels farther than this from the middle are strays where most others are nearer [degrees]."""


@dataclass
class _Desk:
    """What piles up while the layers of one project are read."""

    project: Project
    only: Collection[str] | None = None
    faults: list[Fault] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    def wanted(self, name: str) -> Layer | None:
        """Tell how to read a layer; None when the project lacks it or nobody asked for it."""
        is_asked_for = self.only is None or name in self.only
        return self.project.layers().get(name) if is_asked_for else None

    def rows(self, name: str, spec: Layer) -> pd.DataFrame:
        """Read one layer with our columns, with its shapes where it has any."""
        source = read_source(self.project.folder, spec, name)
        raw = source.frame
        self.notes += source.notes
        self.faults += source.faults
        ours, faults = our_columns(raw, spec, name)
        ids = dict(zip(ours.index.tolist(), row_ids(ours), strict=True)) if faults else {}
        self.faults += [replace(fault, id=ids.get(fault.row or 0, "")) for fault in faults]
        if not isinstance(raw, gpd.GeoDataFrame):
            return ours
        located = with_crs(raw, spec, name)
        return gpd.GeoDataFrame(ours, geometry=located.geometry, crs=located.crs)

    def located(self, name: str, spec: Layer) -> GeoDataFrame:
        """Read one layer of shapes; a table without shapes is refused."""
        rows = self.rows(name, spec)
        return rows if isinstance(rows, gpd.GeoDataFrame) else with_crs(rows, spec, name)

    def shapes(self, name: str, crs: CRS, *needed: str, lines: bool = False) -> GeoDataFrame | None:
        """Read one layer of shapes, checked; a layer without any shape left is refused."""
        spec = self.wanted(name)
        if spec is None:
            return None
        located = self.located(name, spec)
        need_columns(located, name, *needed)
        checked = (check_any if lines else check_polygons)(located, crs, name)
        self.take(checked)
        if checked.kept.empty:
            raise FileError(
                f"[{name}] 的文件 {spec.path} 没有一个可用的{'图形' if lines else '面'}。"
                "请检查图层类型。",
                f"[{name}]: file {spec.path} has no usable {'shape' if lines else 'polygon'}."
                " Check the kind of layer.",
            )
        return checked.kept

    def take(self, checked: Checked) -> None:
        """Keep the faults and the balance of a checked layer."""
        self.faults += checked.faults
        self.balances.append(checked.balance)

    def table(self, name: str, *needed: str) -> pd.DataFrame | None:
        """Read one table without shapes."""
        spec = self.wanted(name)
        if spec is None:
            return None
        rows = self.rows(name, spec)
        need_columns(rows, name, *needed)
        return rows


def read_city(path: str | Path, *, only: Collection[str] | None = None) -> Layers:
    """
    Read and check every layer of a project; change nothing.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    only
        Names of the layers to read beside the parcels, ``rasters`` among them; None reads all.

    Returns
    -------
    Layers
        The layers in the project CRS, the faults, and the balance of rows and areas.

    Raises
    ------
    FileError
        When the project file, a file or a layer cannot be read.
    CrsError
        When a CRS is missing or wrong, or a layer lies elsewhere than the parcels.
    ColumnError
        When a column that is needed is missing.
    ParcelError
        When no parcel is left, or ids mean two things.
    RuleError
        When the rulebook cannot be read.

    Examples
    --------
    >>> read_city("data/demo/city.toml", only=["control_line"])
    <Layers 示例市: parcels 2946, control_line 57; faults 8>
    """
    project = read_project(path)
    if only is not None and "rasters" not in only:
        project = project.model_copy(update={"rasters": Rasters()})
    rulebook = read_rulebook(project.city.rulebook, project.folder)
    desk = _Desk(project, only)
    located = desk.located("parcels", project.parcels)
    crs = _project_crs(desk, located)
    parcels, checked = check_parcels(located, crs)
    desk.take(checked)
    shapes = {
        "control_line": desk.shapes("control_line", crs),
        "growth_boundary": desk.shapes("growth_boundary", crs),
        "towns": desk.shapes("towns", crs, "town"),
        "parks": desk.shapes("parks", crs, "park_id"),
        "buildings": desk.shapes("buildings", crs),
        "protected": desk.shapes("protected", crs),
        "barriers": desk.shapes("barriers", crs, lines=True),
        "background": desk.shapes("background", crs, lines=True),
    }
    _refuse_elsewhere(parcels, shapes, project)
    check_rasters(project, parcels)
    firms, links = _firms(desk, parcels)
    if only is None:
        desk.notes += _left_out(project, parcels)
    return Layers(
        project=project,
        rulebook=rulebook,
        parcels=parcels,
        rejected=checked.rejected,
        firms=firms,
        links=links,
        ledger=desk.table("ledger", "event_id", "parcel_id", "stage", "event_date"),
        faults=tuple(desk.faults),
        balances=tuple(desk.balances),
        notes=tuple(desk.notes),
        **shapes,
    )


def _left_out(project: Project, parcels: Parcels) -> list[Text]:
    """Say what is not measured because the project has no layer for it."""
    here = set(parcels.columns)
    left = [
        said
        for name, said in WITHOUT.items()
        if getattr(project, name) is None and not here & INSTEAD.get(name, set())
    ]
    if not left:
        return []
    return [
        Text(
            f"项目文件未给出以下图层，相应内容未量算：{'、'.join(one.zh for one in left)}。",
            f"Not in the project, and so not measured: {', '.join(one.en for one in left)}.",
        )
    ]


def _project_crs(desk: _Desk, located: GeoDataFrame) -> CRS:
    """Take the CRS the user states, else the parcels' own where it serves, else choose one."""
    bounds = _city_bounds(located)
    if located.crs is None or bounds is None:
        raise FileError(
            f"[parcels] 的文件 {desk.project.parcels.path} 没有一个图形有坐标。请检查导出。",
            f"[parcels]: no shape of file {desk.project.parcels.path} has coordinates. Check the"
            " export.",
        )
    stated = desk.project.city.crs
    if stated is not None:
        crs = parse_crs(stated)
        check_project_crs(crs, bounds)
        return crs
    own = located.crs
    is_fit = is_metric(own) and area_error(own, bounds) <= MAX_AREA_ERROR
    crs = own if is_fit else choose_crs(bounds)
    desk.notes.append(
        Text(
            f"项目坐标系由程序选定：{crs_words(crs).zh}。",
            f"Project CRS chosen: {crs_words(crs).en}.",
        )
    )
    return crs


def _city_bounds(located: GeoDataFrame) -> tuple[float, float, float, float] | None:
    """Give the extent in degrees; a stray parcel far from the rest does not stretch it."""
    boxes, _ = finite_boxes(located)
    if not len(boxes) or located.crs is None:
        return None
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    lonlat = np.column_stack(to_lonlat(located.crs).transform(middle[:, 0], middle[:, 1]))
    near = np.abs(lonlat - np.median(lonlat, axis=0)).max(axis=1) <= CITY_DEGREES
    if near.mean() >= MOST:
        boxes = boxes[near]
    return lonlat_bounds(extent(boxes), located.crs)


def _refuse_elsewhere(
    parcels: Parcels, shapes: dict[str, GeoDataFrame | None], project: Project
) -> None:
    ground = shapely.box(*parcels.total_bounds)
    for name in MUST_MEET:
        layer = shapes[name]
        if layer is not None and not layer.geometry.intersects(ground).any():
            spec: Layer = getattr(project, name)
            raise CrsError(
                f"[{name}] 的文件 {spec.path} 与宗地毫不重叠：宗地范围 {_span(parcels)}，"
                f"该图层范围 {_span(layer)}。请核对它的坐标系。",
                f"[{name}]: file {spec.path} does not overlap the parcels: parcels lie in"
                f" {_span(parcels)}, the layer in {_span(layer)}. Check its CRS.",
            )


def _span(layer: GeoDataFrame) -> str:
    return "(" + ", ".join(f"{value:.0f}" for value in layer.total_bounds) + ")"


def _firms(desk: _Desk, parcels: Parcels) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    table = desk.table("firms", "firm_id")
    if table is None:
        return None, None
    if isinstance(table, gpd.GeoDataFrame) and parcels.crs is not None:
        table = table.to_crs(parcels.crs)
    firms, faults = unique_firms(table)
    desk.faults += faults
    desk.balances.append(_table_balance("firms", table, firms))
    if not any(flow in firms.columns for flow in FLOWS):
        need_columns(firms, "firms", "tax_cny10k")
    link_table = desk.table("links", "firm_id", "parcel_id")
    found = find_links(firms, link_table, parcels)
    links, faults = check_links(found, firms, parcels)
    desk.faults += faults
    if link_table is not None:
        desk.balances.append(_table_balance("links", link_table, links))
    return firms, links


def _table_balance(name: str, came: pd.DataFrame, kept: pd.DataFrame) -> Balance:
    return Balance(name, len(came), len(kept), len(came) - len(kept))
