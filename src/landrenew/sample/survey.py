"""What the towns surveyed of the lots outside the parks: owners' minds, costs, village incomes."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from landrenew.base.units import to_mu
from landrenew.sample.chance import between, stream
from landrenew.sample.names import village
from landrenew.sample.towns import TOWNS

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable

    from numpy.random import Generator

MINDS = (("willing", 0.56), ("undecided", 0.80), ("unwilling", 0.93))
"""Up to which draw an owner says so; the rest were not asked yet."""

COLLECTIVE = "JB"
"""Mark in a lot's number of land that belongs to its village."""


def survey(parcels: pd.DataFrame, surveyed: Collection[str]) -> pd.DataFrame:
    """
    Survey the lots of the villages.

    Parameters
    ----------
    parcels
        The register.
    surveyed
        Numbers of the lots that a survey can speak of.

    Returns
    -------
    pandas.DataFrame
        ``parcel_id``, ``village``, ``willingness``, ``clear_cost_cny10k`` and
        ``village_income_cny10k``; empty where nobody knows.
    """
    rng = stream("survey")
    dear = {town: between(rng, 30.0, 62.0) for town in TOWNS}  # 10,000 CNY a mu
    rents = {town: between(rng, 0.5, 1.6) for town in TOWNS}
    lots = parcels[(parcels["kind"] == "village") & parcels["parcel_id"].isin(set(surveyed))]
    rows = [
        {
            "parcel_id": lot["parcel_id"],
            "village": f"{village(lot['place'])}村",
            "willingness": _mind(rng),
            "clear_cost_cny10k": _price(rng, to_mu(lot["area_m2"]), dear[lot["town"]]),
            "village_income_cny10k": _rent(rng, lot, rents[lot["town"]]),
        }
        for lot in lots.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _mind(rng: Generator) -> str | None:
    draw = float(rng.random())
    return next((word for word, upto in MINDS if draw < upto), None)


def _price(rng: Generator, land_mu: float, per_mu: float) -> float | None:
    """Small lots cost more a mu; one in twenty was not valued."""
    draw, spread = float(rng.random()), float(np.exp(0.35 * rng.standard_normal()))
    cost = per_mu * spread * land_mu * (1 + 0.6 / (1 + land_mu))
    return None if draw < 0.05 else round(cost, 2)


def _rent(rng: Generator, lot: dict[Hashable, Any], per_mu: float) -> float | None:
    """Let a village earn rent on its own land only; of one lot in forty nobody knows what."""
    draw, spread = float(rng.random()), between(rng, 0.6, 1.4)
    if draw < 0.025:
        return None
    owns = COLLECTIVE in lot["parcel_id"]
    return round(per_mu * spread * to_mu(lot["area_m2"]), 2) if owns else 0.0
