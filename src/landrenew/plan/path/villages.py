"""What villages earn from their land: the floor under it, and how a plan leaves it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from landrenew.base.words import Text, percent
from landrenew.plan.path.actions import LEASE, NOWHERE
from landrenew.plan.program.problem import CLEAR, KEEP, PAY
from landrenew.plan.program.wishes import SHARE, Condition, Ties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from landrenew.intake.parcels import Parcels
    from landrenew.plan.path.city import CityProblem
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.solve import Plan


def known_incomes(parcels: Parcels) -> dict[str, float]:
    """
    Add up what each village is known to earn.

    Parameters
    ----------
    parcels
        The parcel table; without ``village`` or ``village_income_cny10k`` nothing is known.

    Returns
    -------
    dict
        A year's income [10,000 CNY] by village, sorted; villages of which some income is known.
    """
    if not {"village", "village_income_cny10k"} <= {*parcels.columns}:
        return {}
    known = parcels[["village", "village_income_cny10k"]].dropna()
    return {
        str(name): math.fsum(rows.tolist())
        for name, rows in known.groupby("village")["village_income_cny10k"]
    }


def income_kept(problem: Problem, least: float) -> Condition:
    """
    Write that every village goes on earning a share of what it earns now.

    Parameters
    ----------
    problem
        Actions and places, the action :data:`~landrenew.plan.program.problem.KEEP` among them.
    least
        The share [0-1].

    Returns
    -------
    Condition
        Named ``village_income``: one wish for all villages, whose rows stand in the ties.
    """
    label = Text(f"各村集体收益不低于现有的 {percent(least)}",
                 f"every village goes on earning at least {percent(least)} of its income",
                 )  # fmt: skip
    weights = problem.is_kind(KEEP).astype(np.float64)
    return Condition("village_income", label, weights, least, math.inf, SHARE)


def income_ties(problem: Problem, incomes: Mapping[str, float]) -> Ties | None:
    """
    Tie the share of income that villages keep to what happens on their land.

    Parameters
    ----------
    problem
        Actions and places, the action :data:`~landrenew.plan.program.problem.KEEP` among them.
    incomes
        What each village earns a year now [10,000 CNY].

    Returns
    -------
    Ties or None
        A row for each village that can lose anything: what it loses, less rents and payments, is at
        most what the share kept leaves; None where none can.
    """
    change = problem.column("income_cny10k")
    kept = problem.is_kind(KEEP)
    rows, upper = [], []
    for village, now in sorted(incomes.items()):
        here = (problem.actions["village"] == village).to_numpy()
        if village != NOWHERE and (change[here] < 0).any():
            rows.append(np.where(here, -change, 0.0) + np.where(kept, now, 0.0))
            upper.append(now)
    return Ties(csr_array(np.array(rows)), np.array(upper)) if rows else None


def village_incomes(city: CityProblem, plan: Plan, parcels: Parcels) -> pd.DataFrame:
    """
    Tell what each village earns a year before a plan and after it.

    Parameters
    ----------
    city
        The problem.
    plan
        A plan for it.
    parcels
        The parcel table.

    Returns
    -------
    DataFrame
        Index ``village``, sorted, the villages of which some income is known; in 10,000 CNY a
        year: ``before``, ``lost`` with what is cleared (NaN when of some of it nothing is known),
        ``rent`` of what is leased, ``paid`` on top, and ``after``; ``kept_share``, after over
        before, NaN where nothing was earned; and ``unknown_parcels``, the number of those whose
        income is not known, which ``before`` does not hold.
    """
    before = pd.Series(known_incomes(parcels), dtype=np.float64)
    actions = plan.problem.actions.assign(amount=plan.amounts)
    cleared = actions[plan.chosen & plan.problem.is_kind(CLEAR)]
    found = city.candidates.table.loc[cleared["name"]]
    rent = found["rent_cny10k"].where((cleared["way"] == LEASE).to_numpy(), 0.0)
    paid = actions[plan.problem.is_kind(PAY)]
    table = pd.DataFrame({
        "before": before,
        "lost": _by_village(found["income_cny10k"], found["village"], before.index),
        "rent": _by_village(rent, found["village"], before.index),
        "paid": _by_village(paid["amount"], paid["village"], before.index),
    })  # fmt: skip
    table["after"] = table["before"] - table["lost"] + table["rent"] + table["paid"]
    table["kept_share"] = table["after"] / table["before"].where(table["before"] > 0)
    table["unknown_parcels"] = _unknown(parcels, before.index)
    return table.rename_axis("village")


def _by_village(
    amounts: pd.Series[float], village: pd.Series[str], villages: pd.Index[str]
) -> pd.Series[float]:
    """Add up, to NaN where an amount is not known."""
    sums = amounts.groupby(village.to_numpy()).agg(lambda of_one: of_one.sum(skipna=False))
    return sums.reindex(villages, fill_value=0.0)


def _unknown(parcels: Parcels, villages: pd.Index[str]) -> pd.Series[int]:
    if villages.empty:
        return pd.Series(0, villages)
    unknown = parcels.loc[parcels["village_income_cny10k"].isna(), "village"]
    return unknown.value_counts().reindex(villages, fill_value=0)
