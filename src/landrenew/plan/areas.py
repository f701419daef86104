"""What is true of the land of an area, a block or a town: counts, totals, ratios of totals, shares.

Ratios are ratios of totals, taken over the parcels whose values are known, and the share of land
they rest on stands beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.units import to_mu
from landrenew.intake.parcels import require

if TYPE_CHECKING:
    from landrenew.intake.parcels import Parcels


def area_figures(
    parcels: Parcels,
    by: pd.Series[str],
    *,
    links: pd.DataFrame | None = None,
    small_plot_mu: float | None = None,
) -> pd.DataFrame:
    """
    Describe the land of each area.

    Parameters
    ----------
    parcels
        Parcel table with areas and whatever was measured and judged.
    by
        Name of the area that each parcel lies in, same index; none missing.
    links
        ``firm_id`` and ``parcel_id``, to count each firm of an area once.
    small_plot_mu
        Bound of a small plot [mu]; None leaves ``small_area_share`` out.

    Returns
    -------
    DataFrame
        One row an area, sorted by name: counts, mu, ratios of totals and shares as the data
        dictionary says. Missing where nothing is known.

    Raises
    ------
    ColumnError
        When a column is missing.
    """
    require(parcels, "counted_area_m2", "parcel_area_mu")
    land = parcels["counted_area_m2"]
    total = land.groupby(by).sum()
    table = pd.DataFrame({"parcel_count": by.groupby(by).size(), "area_mu": to_mu(total)})
    table["owner_count"], table["owner_unknown_count"] = _owners(parcels, by)
    table["firm_count"] = _firms(links, by)
    if small_plot_mu is not None:
        is_small = parcels["parcel_area_mu"] < small_plot_mu
        table["small_area_share"] = land.where(is_small, 0.0).groupby(by).sum() / total
    nothing = pd.Series(np.nan, parcels.index)
    tax = parcels.get("tax_cny10k", nothing)
    # what stands on ground that two parcels claim counts once, like the ground
    floor = parcels.get("counted_floor_area_m2", nothing) * (
        to_mu(land) / parcels["parcel_area_mu"]
    )
    for amount, ratio, known, per in (
        (floor, "floor_area_ratio", "floor_known_area_share", land),
        (tax, "tax_cny10k_per_mu", "tax_known_area_share", to_mu(land)),
    ):
        table[ratio], table[known] = _ratio_of_totals(amount, per, by)
    table["low_efficiency_area_share"] = _class_share(parcels, "yes", by)
    table["undetermined_area_share"] = _class_share(parcels, "undetermined", by)
    if "inside_area_m2" in parcels:
        table["control_share"] = parcels["inside_area_m2"].groupby(by).sum() / total
    return table


def _ratio_of_totals(
    amount: pd.Series[float], land: pd.Series[float], by: pd.Series[str]
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Divide totals over the parcels whose amount is known, and say how much land that is."""
    known = land.where(amount.notna(), 0.0).groupby(by).sum()
    ratio = amount.groupby(by).sum() / known.where(known > 0)
    return ratio, known / land.groupby(by).sum()


def _class_share(parcels: Parcels, word: str, by: pd.Series[str]) -> pd.Series[float]:
    if "low_efficiency_class" not in parcels:
        return pd.Series(np.nan, by.unique())
    land = parcels["counted_area_m2"]
    fits = land.where(parcels["low_efficiency_class"] == word, 0.0)
    return fits.groupby(by).sum() / land.groupby(by).sum()


def _owners(parcels: Parcels, by: pd.Series[str]) -> tuple[pd.Series[float], pd.Series[float]]:
    """Count the owners known, and the parcels whose owner is not."""
    if "owner" not in parcels:
        nothing = pd.Series(np.nan, by.unique())
        return nothing, nothing
    unknown = parcels["owner"].isna().groupby(by).sum().astype(float)
    return parcels["owner"].groupby(by).nunique().astype(float), unknown


def _firms(links: pd.DataFrame | None, by: pd.Series[str]) -> pd.Series[float]:
    if links is None:
        return pd.Series(np.nan, by.unique())
    area = by.reindex(links["parcel_id"]).to_numpy()
    counts = links["firm_id"].groupby(area).nunique()
    return counts.reindex(by.unique(), fill_value=0).astype(float)
