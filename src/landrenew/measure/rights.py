"""Whose the land is and whether it is a village's industry: what the parcels' codes say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.codes.land import is_village_industry
from landrenew.base.codes.parcel import parcel_code_parts

if TYPE_CHECKING:
    from landrenew.base.codes.land import Scheme
    from landrenew.intake.parcels import Parcels

MOST = 0.5
"""Ids are parcel numbers when more than this share of them is built like one."""


def rights_columns(parcels: Parcels, scheme: Scheme | None) -> pd.DataFrame:
    """
    Read ownership and village industry off the codes, as far as the parcels bring them.

    Parameters
    ----------
    parcels
        Parcel table, index ``parcel_id``; ``land_code`` and ``settlement_code`` where stated.
    scheme
        Scheme of the land codes; None when nobody said.

    Returns
    -------
    DataFrame
        Index of the parcels; ``ownership_class`` where the ids are parcel numbers,
        ``village_industry_class`` where the settlement code is stated. A column that does not
        follow, or that the parcels bring themselves, is absent; a value that does not follow is
        missing, or undetermined.
    """
    columns = {}
    owned = ownership_class(parcels)
    if owned.notna().sum() > MOST * len(parcels):
        columns["ownership_class"] = owned
    if {"land_code", "settlement_code"} <= set(parcels.columns):
        columns["village_industry_class"] = village_industry_class(parcels, scheme)
    return pd.DataFrame(columns, index=parcels.index).drop(columns=parcels.columns, errors="ignore")


def ownership_class(parcels: Parcels) -> pd.Series[str]:
    """
    Read off the parcel numbers whose the land is.

    Parameters
    ----------
    parcels
        Parcel table, index ``parcel_id``.

    Returns
    -------
    Series
        ``ownership_class``: ``state``, ``collective``, ``unconfirmed``; missing where the id is no
        parcel number.
    """
    said = parcel_code_parts(list(map(str, parcels.index.tolist())))["ownership"]
    return said.set_axis(parcels.index).rename("ownership_class")


def village_industry_class(parcels: Parcels, scheme: Scheme | None) -> pd.Series[str]:
    """
    Tell which parcels are village industrial plots.

    Parameters
    ----------
    parcels
        Parcel table with ``land_code`` and ``settlement_code`` (城镇村属性码).
    scheme
        Scheme of the land codes; None when nobody said.

    Returns
    -------
    Series
        ``village_industry_class``: ``yes``, ``no`` or ``undetermined``.

    Notes
    -----
    Industrial land (0601) with settlement code 203A, or with the village mark ``v``. Source:
    practitioners' reading of the third survey, see docs/codes.md.
    """
    codes = parcels[["land_code", "settlement_code"]].astype(object)
    pairs = list(codes.where(codes.notna(), "").itertuples(index=False, name=None))
    answers = {(land, place): is_village_industry(land, place, scheme) for land, place in {*pairs}}
    said = ["undetermined" if answers[one] == "unknown" else answers[one] for one in pairs]
    return pd.Series(said, parcels.index, dtype=object, name="village_industry_class")
