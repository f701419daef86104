"""The parts of a city brought together: its parcels, its faults, and its account."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from landrenew.intake.city import left_out, read_tables
from landrenew.intake.desk import no_shape_left
from landrenew.intake.geometry.footprints import height_faults
from landrenew.intake.layers import Balance, with_lines_aside
from landrenew.intake.parcels import Parcels, far_away, refuse_none_left, refuse_shared_ids
from landrenew.scale.part import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.intake.desk import Desk
    from landrenew.intake.faults import Fault
    from landrenew.intake.layers import Layers
    from landrenew.scale.frame import Frame
    from landrenew.scale.part import Account


def gathered(frame: Frame, desk: Desk) -> tuple[Layers, Parcels]:
    """
    Bring the parts of a city together and read the tables that speak of its parcels.

    Parameters
    ----------
    frame
        The city, all of its tiles measured.
    desk
        What was found when it was laid out.

    Returns
    -------
    Layers
        The layers as of a city read as a whole, but for the buildings, which stay on disk; the
        faults are those of reading and of measuring.
    Parcels
        The measured parcel table, in the order of the file.

    Raises
    ------
    LandrenewError
        As for a city that is read as a whole.
    """
    parts = [Part(frame.folder, tile) for tile in range(frame.parcels.tiles)]
    records = [part.record() for part in parts]
    rejected = _stacked([part.rejected() for part in parts])
    table = _stacked([part.parcels().reset_index().set_index("row") for part in parts])
    accounts = list(chain.from_iterable(record.accounts for record in records))
    balances = [balance_of([one for one in accounts if one.layer == name])
                for name in dict.fromkeys(one.layer for one in accounts)]  # fmt: skip
    refuse_none_left(balances[0].rows_in, rejected)
    refuse_shared_ids(table["parcel_id"])
    desk.faults += far_away(table)
    _check_buildings(frame, desk, parts, balances)
    parcels = Parcels(table.set_index("parcel_id"))
    desk.balances += balances
    firms, links, leases, ledger = read_tables(desk, parcels)
    desk.notes += left_out(desk.project, parcels)
    faults: list[Fault] = [*desk.faults, *chain.from_iterable(one.faults for one in records)]
    layers = replace(
        frame.layers,
        parcels=parcels,
        rejected=rejected,
        parcel_rows=dict(zip(parcels.index.tolist(), table.index.tolist(), strict=True)),
        firms=firms,
        links=links,
        leases=leases,
        ledger=ledger,
        faults=tuple(faults),
        balances=with_lines_aside(desk.balances, desk.aside),
        notes=tuple(desk.notes),
        digests=desk.digests,
        aside=desk.aside,
    )
    return layers, parcels


def _stacked(tables: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put the rows of all parts under each other, in the order of the file."""
    whole = pd.concat([one for one in tables if len(one)] or tables[:1])
    if "building_coefficient" in whole:  # a part that meets no open ground does not make it
        density = whole["building_density"]
        whole["building_coefficient"] = whole["building_coefficient"].fillna(density)
    return gpd.GeoDataFrame(whole.sort_index())


def balance_of(accounts: Sequence[Account]) -> Balance:
    """
    Add up the accounts of one layer.

    Parameters
    ----------
    accounts
        One a part, at least one.

    Returns
    -------
    Balance
        As of the layer as a whole, to the last bit.
    """
    areas = {
        f"area_{name}_m2": math.fsum(chain.from_iterable(one.areas[name] for one in accounts))
        for name in accounts[0].areas
    }
    return Balance(
        accounts[0].layer,
        rows_in=sum(one.rows_in for one in accounts),
        rows_out=sum(one.rows_out for one in accounts),
        rows_rejected=sum(one.rows_rejected for one in accounts),
        **areas,
    )


def _check_buildings(
    frame: Frame, desk: Desk, parts: Sequence[Part], balances: Sequence[Balance]
) -> None:
    """Say of the buildings what only all of them show."""
    spec = desk.project.buildings
    if frame.buildings is None or spec is None:
        return
    if not balances[1].rows_out:
        raise no_shape_left("buildings", spec)
    heights = np.concatenate([part.heights() for part in parts])
    if len(heights):
        desk.faults += height_faults(pd.DataFrame({"height_m": heights}))
