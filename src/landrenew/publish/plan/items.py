"""What a plan does, item by item, in the figures that are published: hundredths that add up.

Land is shown to 0.01 mu. Rounding each parcel by itself would give totals that differ from the
rounded total; here the running sum is rounded, so that items add up to every total, and none
differs from its own figure by more than 0.01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.words import Text
from landrenew.plan.path.actions import BUY, LEASE
from landrenew.plan.program.phases import Phases
from landrenew.plan.program.problem import BUILD, PAY
from landrenew.plan.program.solve import Plan

if TYPE_CHECKING:
    from landrenew.base.words import Lang
    from landrenew.intake.parcels import Parcels
    from landrenew.plan.path.proposal import Proposal

TYPES = {
    BUY: Text("收购腾退", "cleared, bought"),
    LEASE: Text("租赁腾退", "cleared, leased"),
    BUILD: Text("园区新增", "built in parks"),
    PAY: Text("补给村集体", "paid to villages"),
}
"""Kinds of items, in the order of the tables."""

NO_YEAR = 0
"""Year of items of a plan without years."""

LEAST = 1e-6
"""What is done less of is nothing that was meant [mu, or 10,000 CNY a year]."""

EXACT = 9
"""Digits of a running sum that are looked at before it is rounded."""


def plan_items(proposal: Proposal, parcels: Parcels) -> pd.DataFrame:
    """
    List what a plan does.

    Parameters
    ----------
    proposal
        A scenario with a plan.
    parcels
        The parcel table.

    Returns
    -------
    DataFrame
        A row an item, by town, year, type and name: ``type`` (``buy``, ``lease``, ``build``,
        ``pay``), ``name`` of the parcel, park or village, ``town``, ``village``, ``owner``,
        ``year`` (0 without years), ``land_mu`` and ``cost_cny10k`` in hundredths that add up,
        ``block`` and ``willingness``; empty without a plan. What a yearly payment costs is what it
        is worth today, in the year in which it begins.
    """
    if not isinstance(proposal.plan, Plan):
        return pd.DataFrame(columns=[*COLUMNS])
    items = pd.concat([_cleared(proposal, parcels), _by_amount(proposal)], ignore_index=True)
    order = items.assign(place=items["type"].map({one: i for i, one in enumerate(TYPES)}))
    order = order.sort_values(["town", "year", "place", "name"], ignore_index=True)
    for name in ("land_mu", "cost_cny10k"):
        order[name] = in_hundredths(order[name])
    return order[[*COLUMNS]]


COLUMNS = (
    "type", "name", "town", "village", "owner", "willingness", "block", "year", "land_mu",
    "cost_cny10k",
)  # fmt: skip


def _cleared(proposal: Proposal, parcels: Parcels) -> pd.DataFrame:
    done = proposal.parcels[proposal.parcels["plan_class"] == "clear"]
    found = proposal.city.candidates.table.loc[done.index]
    nobody = pd.Series(None, parcels.index, dtype=object)
    return pd.DataFrame({
        "type": done["plan_way"].to_numpy(),
        "name": done.index.astype(object),
        "town": found["town"].to_numpy(),
        "village": found["village"].to_numpy(),
        "owner": parcels.get("owner", nobody).loc[done.index].to_numpy(),
        "willingness": parcels.get("willingness", nobody).loc[done.index].to_numpy(),
        "block": done["plan_block_id"].to_numpy() if "plan_block_id" in done else None,
        "year": _years(done),
        "land_mu": done["plan_land_mu"].to_numpy(),
        "cost_cny10k": done["plan_cost_cny10k"].to_numpy(),
    })  # fmt: skip


def _years(done: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if "plan_year" not in done:
        return np.full(len(done), NO_YEAR, dtype=np.int64)
    return done["plan_year"].fillna(NO_YEAR).to_numpy(np.int64)


def _by_amount(proposal: Proposal) -> pd.DataFrame:
    """List what is done by the mu or the yuan, a row a year where the plan has years."""
    plan, by_year = proposal.plan, proposal.phases
    if not isinstance(plan, Plan):
        return pd.DataFrame()
    actions = plan.problem.actions
    is_ours = actions["kind"].isin((BUILD, PAY)).to_numpy()
    years = by_year.years if isinstance(by_year, Phases) else (NO_YEAR,)
    spread = by_year.amounts if isinstance(by_year, Phases) else plan.amounts[:, np.newaxis]
    rows = [
        (one["kind"], one["name"], one["town"], None, None, None, None, year,
         amount * one["total_mu"], amount * one["cost_cny10k"])
        for one, amounts in zip(
            actions[is_ours].to_dict("records"), spread[is_ours].tolist(), strict=True
        )
        for year, amount in zip(years, amounts, strict=True)
        if amount > LEAST
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS])


def in_hundredths(values: pd.Series[float]) -> pd.Series[float]:
    """
    Round figures to hundredths so that any run of them adds up to within 0.01 of its sum.

    Parameters
    ----------
    values
        Figures in the order of the table.

    Returns
    -------
    Series
        Same index; each within 0.01 of its own figure, all together the rounded total.

    Examples
    --------
    >>> in_hundredths(pd.Series([1.004, 1.004, 1.004])).tolist()
    [1.0, 1.01, 1.0]
    """
    sums = values.cumsum().round(EXACT)
    cents = np.floor(sums.to_numpy() * 100 + 0.5)
    each = np.diff(np.concatenate([[0.0], cents]))
    return pd.Series(each / 100, values.index)


def annual_table(items: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """
    Make the annual implementation plan 年度实施计划表: by town, type and year.

    Parameters
    ----------
    items
        The result of :func:`plan_items`.
    lang
        Language of the types.

    Returns
    -------
    DataFrame
        Rows town and type, then a total of each type and of all; columns for each year and for
        all years the number of items, land [mu] and cost [10,000 CNY]. Every total is the sum of
        what it stands for, to the hundredth.
    """
    years = sorted(items["year"].unique())
    total = "合计" if lang == "zh" else "total"
    rows = []
    towns = list(dict.fromkeys(items["town"]))
    for town in [*towns, total]:
        of_town = items if town == total else items[items["town"] == town]
        kinds = [kind for kind in TYPES if (of_town["type"] == kind).any()]
        rows += [
            [town, TYPES[kind].say(lang), *_cells(of_town[of_town["type"] == kind], years)]
            for kind in kinds
        ]
        if len(kinds) > 1 or town == total:
            rows.append([town, total, *_cells(of_town, years)])
    spans = [*(str(one) if one != NO_YEAR else total for one in years)]
    spans += [total] if spans != [total] else []
    titles = [f"{span}|{what}" for span in spans for what in ("count", "land_mu", "cost_cny10k")]
    return pd.DataFrame(rows, columns=["town", "type", *titles])


def _cells(items: pd.DataFrame, years: list[int]) -> list[object]:
    """Count and add up by year, and over all years where there are several."""
    spans = [items[items["year"] == one] for one in years]
    if years != [NO_YEAR]:
        spans.append(items)
    return [cell for span in spans for cell in _sums(span)]


def _sums(items: pd.DataFrame) -> tuple[int, float, float]:
    """Add up hundredths as whole numbers, so that nothing creeps in."""
    land, cost = (
        int(np.rint(items[name].to_numpy(float) * 100).sum()) / 100
        for name in ("land_mu", "cost_cny10k")
    )
    return len(items), land, cost
