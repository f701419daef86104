"""Read a whole project: every layer it names, checked, in one CRS, with everything found wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from landrenew.base.columns import FLOWS, INTENSITIES
from landrenew.base.words import Text
from landrenew.intake.attributes.departments import compare_departments
from landrenew.intake.desk import Desk
from landrenew.intake.firms.tables import read_firms
from landrenew.intake.geometry.offsets import building_shift, edge_shift, refuse_shifted
from landrenew.intake.geometry.topology import check_topology
from landrenew.intake.geometry.whereabouts import project_crs, refuse_elsewhere
from landrenew.intake.layers import Layers
from landrenew.intake.naming import repeated_ids, rows_by_id
from landrenew.intake.parcel_tables import read_contacts, read_survey
from landrenew.intake.parcels import Parcels, check_parcels
from landrenew.intake.project import Project, read_project
from landrenew.intake.rasters import check_rasters
from landrenew.intake.sections import Layer, Rasters
from landrenew.intake.without_parcels import NO_PARCELS, balance_words, no_parcels
from landrenew.rules.library import read_rulebook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    import pandas as pd
    from geopandas import GeoDataFrame
    from pyproj import CRS


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


LOCATED = (
    "control_line", "growth_boundary", "towns", "villages", "parks", "buildings", "protected",
    "barriers", "background", "earlier_parcels", "earlier_control_line",
)  # fmt: skip
"""Layers that hold shapes, beside the parcels."""

NEEDED = {"towns": ("town",), "villages": ("village",), "parks": ("park_id",)}
"""Columns that such a layer must have."""

LINES = {"barriers", "background"}
"""Layers that may hold lines and points too."""

SHIFTS = {
    "control_line": edge_shift,
    "buildings": building_shift,
    "earlier_parcels": edge_shift,
    "earlier_control_line": edge_shift,
}
"""How a layer shows that a map service shifted it."""


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
    return read_layers(read_project(path), only=only)


def read_layers(project: Project, *, only: Collection[str] | None = None) -> Layers:
    """
    Read and check every layer of a project file that was read already.

    Parameters
    ----------
    project
        The project file. One without parcels is read too, so that its other layers and tables
        can be checked before the parcels are there; nothing can be measured then.
    only
        Names of the layers to read beside the parcels; None reads all.

    Returns
    -------
    Layers
        As :func:`read_city` gives them; without parcels, an empty parcel table.

    Raises
    ------
    LandrenewError
        As :func:`read_city`.
    """
    if only is not None and "rasters" not in only:
        project = project.model_copy(update={"rasters": Rasters()})
    rulebook = read_rulebook(project.city.rulebook, project.folder)
    desk = Desk(project, only)
    if project.parcels is None:
        crs = _crs_without_parcels(desk)
        parcels, checked = no_parcels(crs)
        desk.notes.append(NO_PARCELS)
    else:
        located = desk.located("parcels", project.parcels)
        crs = _project_crs(desk, project.parcels, located)
        parcels, checked = check_parcels(located, crs)
        desk.take(checked)
        desk.faults += check_topology(checked.kept, project.tolerances.gap_width_m)
    shapes = read_shapes(desk, crs, LOCATED)
    check_places(desk, parcels, shapes)
    tables = read_tables(desk, parcels)
    if project.parcels is None:
        desk.notes += balance_words(desk.account())
    elif only is None:
        desk.notes += left_out(project, parcels)
    return Layers(
        project=project,
        rulebook=rulebook,
        parcels=parcels,
        rejected=checked.rejected,
        parcel_rows=rows_by_id(checked.kept),
        faults=tuple(desk.faults),
        balances=desk.account(),
        notes=tuple(desk.notes),
        digests=desk.digests,
        aside=desk.aside,
        **tables._asdict(),
        **shapes,
    )


def read_shapes(
    desk: Desk, crs: CRS | None, names: Iterable[str]
) -> dict[str, GeoDataFrame | None]:
    """
    Read and check layers of shapes.

    Parameters
    ----------
    desk
        The desk of the project; what is found piles up there.
    crs
        The project CRS [m].
    names
        Some of :data:`LOCATED`.

    Returns
    -------
    dict
        The layers by name, in the project CRS; None for one that the project lacks.

    Raises
    ------
    LandrenewError
        As :func:`read_city`.
    """
    shapes = {
        name: desk.shapes(name, crs, *NEEDED.get(name, ()), lines=name in LINES) for name in names
    }
    if (parks := shapes.get("parks")) is not None:
        desk.faults += repeated_ids(parks, "parks", "park_id")
    return shapes


class Tables(NamedTuple):
    """
    The tables of a project that speak of its parcels, as its layers hold them.

    Parameters
    ----------
    firms
        Firms; None when the project has none, likewise the others.
    links
        Which firm stands on which parcel.
    leases
        Leases in force.
    survey
        What was surveyed of the parcels.
    contacts
        Pairs joined or parted by hand.
    ledger
        Events.
    """

    firms: pd.DataFrame | None
    links: pd.DataFrame | None
    leases: pd.DataFrame | None
    survey: pd.DataFrame | None
    contacts: pd.DataFrame | None
    ledger: pd.DataFrame | None


def read_tables(desk: Desk, parcels: Parcels) -> Tables:
    """
    Read the tables of a project that speak of its parcels.

    Parameters
    ----------
    desk
        The desk of the project; what is found piles up there.
    parcels
        The parcel table; empty when the project has none yet.

    Returns
    -------
    Tables
        The tables.

    Raises
    ------
    LandrenewError
        As :func:`read_city`.
    """
    desk.notes += check_rasters(desk.project, parcels)
    firms, links, leases = read_firms(desk, parcels)
    survey, contacts = read_survey(desk, parcels), read_contacts(desk, parcels)
    differing = compare_departments(desk.project, desk.table, {"firms": firms, "parcels": parcels})
    desk.faults += differing[0]
    desk.notes += differing[1]
    ledger = desk.table("ledger", "event_id", "parcel_id", "stage", "event_date")
    return Tables(firms, links, leases, survey, contacts, ledger)


def left_out(project: Project, parcels: Parcels) -> list[Text]:
    """
    Say what is not measured because the project has no layer for it.

    Parameters
    ----------
    project
        The project file.
    parcels
        The parcel table.

    Returns
    -------
    list of Text
        One sentence, or none.
    """
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


def _crs_without_parcels(desk: Desk) -> CRS | None:
    """Let the first layer of shapes decide; None where the project has tables alone."""
    for name, spec in desk.project.layers().items():
        if name in LOCATED and desk.wanted(name) is not None:
            return _project_crs(desk, spec, Desk(desk.project).located(name, spec))
    return None


def _project_crs(desk: Desk, spec: Layer, located: GeoDataFrame) -> CRS:
    crs, notes = project_crs(located, spec, desk.project.city.crs)
    desk.notes += notes
    return crs


def check_places(desk: Desk, parcels: Parcels, shapes: dict[str, GeoDataFrame | None]) -> None:
    """
    Refuse layers that lie elsewhere than the parcels, or beside them as map services do.

    Parameters
    ----------
    desk
        The desk of the project, where remarks pile up.
    parcels
        The parcel table.
    shapes
        The layers of shapes by name.

    Raises
    ------
    CrsError
        When a layer lies elsewhere, or its offset shows that it is shifted.
    """
    if parcels.empty:
        return
    desk.notes += refuse_elsewhere(parcels, shapes, desk.extents, desk.paths())
    for name, recognise in SHIFTS.items():
        if (layer := shapes.get(name)) is not None:
            refuse_shifted(layer.geometry.to_numpy(), parcels, name, recognise)
