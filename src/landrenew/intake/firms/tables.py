"""Read the firms of a project, their links to the parcels and their leases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from landrenew.base.columns import FLOWS
from landrenew.base.words import Text
from landrenew.intake.attributes.take import need_columns
from landrenew.intake.firms.groups import check_groups
from landrenew.intake.firms.leases import check_leases, evaluation_day, lease_note, parties
from landrenew.intake.firms.links import check_links, find_links, point_faults, unique_firms
from landrenew.intake.geometry.offsets import firm_faults, point_shift, refuse_shifted
from landrenew.intake.geometry.whereabouts import check_datum, refuse_elsewhere
from landrenew.intake.layers import table_balance
from landrenew.intake.without_parcels import firms_alone

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from landrenew.intake.desk import Desk
    from landrenew.intake.parcels import Parcels


LEASES_ALONE = Text(
    "项目文件有 [leases] 而没有 [firms]，租约未计入。",
    "The project has [leases] but no [firms]; the leases were not counted.",
)


def read_firms(
    desk: Desk, parcels: Parcels
) -> tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None]:
    """
    Read the firms of a project, their links and their leases, and check them against each other.

    Parameters
    ----------
    desk
        The desk of the project; what is found piles up there.
    parcels
        The parcel table; empty when the project has none yet.

    Returns
    -------
    firms : DataFrame or None
        Index ``firm_id``; None when the project has none.
    links : DataFrame or None
        ``firm_id``, ``parcel_id``, ``share``.
    leases : DataFrame or None
        The leases that count on the day of the evaluation.

    Raises
    ------
    ColumnError
        When a column that is needed is missing, or one firm's rows contradict each other.
    CrsError
        When the firms' points lie elsewhere than the parcels, or are shifted.
    """
    table = desk.table("firms", "firm_id")
    if table is None:
        desk.notes += [LEASES_ALONE] if desk.wanted("leases") is not None else []
        return None, None, None
    if isinstance(table, gpd.GeoDataFrame) and parcels.crs is not None:
        check_datum(table.crs, parcels.crs, "firms")
        table = table.to_crs(parcels.crs)
    alone = desk.project.parcels is None
    firms, faults = firms_alone(table) if alone else unique_firms(table)
    desk.faults += faults
    desk.balances.append(table_balance("firms", table, firms))
    lease_table = desk.table("leases", "tenant_id", "parcel_id")
    if alone:
        return firms, desk.table("links", "firm_id", "parcel_id"), None
    if not any(flow in firms.columns for flow in FLOWS):
        need_columns(firms, "firms", "tax_cny10k")
    link_table = desk.table("links", "firm_id", "parcel_id")
    if link_table is None and "parcel_id" not in firms and isinstance(firms, gpd.GeoDataFrame):
        _check_points(desk, firms, parcels)
    firms, faults = check_groups(firms)
    desk.faults += faults
    leases = _leases(desk, lease_table, firms, parcels)
    found = find_links(firms, link_table, parcels, leases=leases)
    links, faults = check_links(found, firms, parcels, elsewhere=parties(leases))
    desk.faults += [*faults, *firm_faults(firms, links, parcels)]
    if link_table is not None:
        desk.balances.append(table_balance("links", link_table, links))
    elif "parcel_id" not in firms:
        desk.faults += point_faults(firms, links, parcels)
    return firms, links, leases


def _leases(
    desk: Desk, table: pd.DataFrame | None, firms: pd.DataFrame, parcels: Parcels
) -> pd.DataFrame | None:
    if table is None:
        return None
    day = evaluation_day(desk.project)
    leases, faults = check_leases(table, firms, parcels, day)
    desk.faults += faults
    desk.notes.append(lease_note(leases, day))
    desk.balances.append(table_balance("leases", table, leases))
    return leases


def _check_points(desk: Desk, firms: GeoDataFrame, parcels: Parcels) -> None:
    """Refuse points of firms that are to be joined to parcels and lie elsewhere, or shifted."""
    desk.notes += refuse_elsewhere(parcels, {"firms": firms}, desk.extents, desk.paths())
    refuse_shifted(firms.geometry.to_numpy(), parcels, "firms", point_shift)
