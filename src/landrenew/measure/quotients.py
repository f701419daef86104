"""Quotients of columns: amounts per mu, per tce and the like, and floor areas over land.

What can be divided is said once, for the published figures and for every draw that asks how sure
they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.columns import INTENSITIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ON_LAND = {
    "floor_area_ratio": ("counted_floor_area_m2", "parcel_area_m2"),
    "building_density": ("footprint_m2", "parcel_area_m2"),
}
"""What stands on a parcel, over its land: numerator and denominator, both columns."""


def quotient(over: Numbers, under: Numbers) -> Numbers:
    """
    Divide one array by another.

    Parameters
    ----------
    over
        Shape (n,): numerators, NaN where missing.
    under
        Shape (n,): denominators, NaN where missing.

    Returns
    -------
    ndarray
        Shape (n,): NaN where one is missing, where the denominator is not above 0, and where the
        result is too large for a number.

    Examples
    --------
    >>> quotient(np.array([6.0, 6.0, np.nan]), np.array([3.0, 0.0, 3.0])).tolist()
    [2.0, nan, nan]
    """
    found = np.full(len(over), np.nan)
    with np.errstate(over="ignore"):
        np.divide(over, under, out=found, where=under > 0)
    found[np.isinf(found)] = np.nan
    return found


def parts_of(name: str, land: str) -> tuple[str, str]:
    """
    Name the two columns that an intensity is made of.

    Parameters
    ----------
    name
        One of :data:`landrenew.base.columns.INTENSITIES`.
    land
        Column of the land that amounts per mu are divided by [mu].

    Returns
    -------
    tuple of str
        Numerator and denominator.

    Examples
    --------
    >>> parts_of("tax_cny10k_per_mu", "land_mu")
    ('tax_cny10k', 'land_mu')
    """
    over, under = INTENSITIES[name]
    return over, land if under == "parcel_area_mu" else under


def ratios(table: pd.DataFrame, land: str) -> pd.DataFrame:
    """
    Divide amounts by land, energy, emission, staff, revenue or electricity.

    Parameters
    ----------
    table
        Rows with any of the amounts.
    land
        Column of the land that amounts per mu are divided by [mu].

    Returns
    -------
    DataFrame
        Same index; each intensity of :data:`landrenew.base.columns.INTENSITIES` whose two columns
        are there. NaN where one is missing or the denominator is not above 0.
    """
    made = {}
    for name in INTENSITIES:
        over, under = parts_of(name, land)
        if over in table.columns and under in table.columns:
            parts = (table[one].to_numpy(dtype=float, na_value=np.nan) for one in (over, under))
            made[name] = quotient(*parts)
    return pd.DataFrame(made, index=table.index)
