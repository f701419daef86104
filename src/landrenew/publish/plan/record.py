"""A plan as a record for machines, ``plan.json``, and the accounts that people read of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from landrenew.base.units import M2_PER_MU
from landrenew.plan.path.actions import BUY, LEASE
from landrenew.plan.path.difference import explained
from landrenew.plan.path.villages import village_incomes
from landrenew.plan.program.clash_words import way_out_words
from landrenew.plan.program.phases import Phases
from landrenew.plan.program.problem import BUILD, PAY
from landrenew.plan.program.solve import NoPlan, Plan
from landrenew.publish.plan.items import plan_items
from landrenew.publish.tables import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.intake.parcels import Parcels
    from landrenew.plan.path.proposal import Proposal
    from landrenew.plan.program.relaxation import WayOut

DIGITS = 9
"""Digits behind the point of shares and costs that machines read."""


def plan_record(plans: Sequence[Proposal], parcels: Parcels) -> dict[str, Any]:
    """
    Give plans as the record of ``plan.json`` and ``landrenew plan --json``.

    Parameters
    ----------
    plans
        The project's own plan, then its scenarios.
    parcels
        The parcel table.

    Returns
    -------
    dict
        ``plans``, each with what was asked, what came of it and what is proven; a figure that is
        not known is None. Nothing in it depends on how long a solve took.
    """
    return {"plans": [_record(one, plans[0], parcels) for one in plans]}


def _record(proposal: Proposal, base: Proposal, parcels: Parcels) -> dict[str, Any]:
    scenario, city = proposal.scenario, proposal.city
    items = plan_items(proposal, parcels)
    now = city.problem.places[""]
    return {
        "name": scenario.name,
        "why": scenario.why,
        "changes": [{"key": one.key, "before": _plain(one.before), "after": _plain(one.after)}
                    for one in scenario.changes],
        "target": city.target,
        "share_now": rounded(now.inside_mu / now.total_mu, DIGITS),
        "highest_share": _share(proposal.highest),
        "plan": _plan_record(proposal, items),
        "is_cut_short": proposal.is_cut_short,
        "conditions": _conditions(proposal),
        "years": _years(proposal, items),
        "villages": _villages(proposal, parcels),
        "simple_plans": _simple(proposal),
        "blocks": None if proposal.blocks is None else len(proposal.blocks),
        "price_of_blocks_cny10k": rounded(proposal.price_of_blocks, DIGITS),
        "frontier": _frontier(proposal),
        "other_plans": [_totals(one) for one in proposal.others],
        "why_not": _why_not(proposal),
        "different_because": [] if proposal is base
        else [one._asdict() for one in explained(base, proposal)],
        "notes": [one._asdict() for one in city.notes],
    }  # fmt: skip


def _plain(value: Any) -> Any:  # noqa: ANN401  any TOML value
    """Write a value of the project file as JSON can hold it."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _share(plan: Plan | NoPlan | None) -> float | None:
    return rounded(plan.share, DIGITS) if isinstance(plan, Plan) else None


def _plan_record(proposal: Proposal, items: pd.DataFrame) -> dict[str, Any]:
    plan = proposal.plan
    if isinstance(plan, NoPlan):
        return {"status": plan.status}
    is_cleared, is_built = items["type"].isin((BUY, LEASE)), items["type"] == BUILD
    return {
        "status": plan.status,
        "is_interrupted": plan.is_interrupted,
        **_totals(plan),
        "bound_cny10k": rounded(plan.bound, DIGITS),
        "gap": rounded(plan.gap, DIGITS),
        "cleared_parcels": int(is_cleared.sum()),
        "cleared_mu": _sum(items.loc[is_cleared, "land_mu"]),
        "built_mu": _sum(items.loc[is_built, "land_mu"]),
        "paid_cny10k_a_year": rounded(_paid(plan), 2),
        "parcels": items.loc[is_cleared, "name"].tolist(),
    }


def _totals(plan: Plan) -> dict[str, Any]:
    inside, total = plan.problem.land_after(plan.amounts)
    return {
        "cost_cny10k": rounded(plan.cost, DIGITS),
        "share": rounded(plan.share, DIGITS),
        "inside_m2": rounded(inside * M2_PER_MU, 2),
        "total_m2": rounded(total * M2_PER_MU, 2),
    }


def _paid(plan: Plan) -> float:
    is_paid = plan.problem.is_kind(PAY)
    return math.fsum(plan.amounts[is_paid].tolist())


def _sum(hundredths: pd.Series[float]) -> float:
    return round(math.fsum(hundredths.tolist()), 2)


def condition_table(proposal: Proposal) -> pd.DataFrame:
    """
    Give the conditions of a plan, and how each stands.

    Parameters
    ----------
    proposal
        A scenario.

    Returns
    -------
    DataFrame
        ``name``, ``label``, ``lower``, ``upper``, ``value`` and ``slack`` [unit], ``unit`` and
        ``price_cny10k``: what a unit of loosening saves, were plots divisible, at least 0; NaN
        where there is no plan, or no price.
    """
    plan, problem = proposal.plan, proposal.city.problem
    rows = []
    for one in problem.conditions:
        value = math.nan
        if isinstance(plan, Plan):
            value = math.fsum((one.weights * plan.amounts).tolist())
        slack = min(value - one.lower, one.upper - value)
        price = abs(proposal.prices[one.name]) if one.name in proposal.prices else math.nan
        rows.append((one.name, one.label, one.lower, one.upper, value, slack, one.unit, price))
    names = ["name", "label", "lower", "upper", "value", "slack", "unit", "price_cny10k"]
    return pd.DataFrame(rows, columns=names)


def _conditions(proposal: Proposal) -> list[dict[str, Any]]:
    numbers = ("lower", "upper", "value", "slack", "price_cny10k")
    return [
        {"name": row["name"], "label": row["label"]._asdict(), "unit": row["unit"]}
        | {name: rounded(row[name], 6) for name in numbers}
        for row in condition_table(proposal).to_dict("records")
    ]


def _years(proposal: Proposal, items: pd.DataFrame) -> list[dict[str, Any]]:
    """Add up the items of each year, so that these are the totals of the tables."""
    if not isinstance(proposal.phases, Phases):
        return []
    cleared = items["type"].isin((BUY, LEASE))
    shares = proposal.phases.table["control_share"]
    return [
        {
            "year": year,
            "cost_cny10k": _sum(items.loc[items["year"] == year, "cost_cny10k"]),
            "cleared_mu": _sum(items.loc[cleared & (items["year"] == year), "land_mu"]),
            "built_mu": _sum(items.loc[~cleared & (items["year"] == year), "land_mu"]),
            "control_share": rounded(float(shares[year]), DIGITS),
        }
        for year in proposal.phases.years
    ]


def _villages(proposal: Proposal, parcels: Parcels) -> list[dict[str, Any]]:
    if not isinstance(proposal.plan, Plan):
        return []
    table = village_incomes(proposal.city, proposal.plan, parcels)
    return [
        {
            "village": village,
            **{f"{name}_cny10k": rounded(row[name], 2)
               for name in ("before", "lost", "rent", "paid", "after")},
            "kept_share": rounded(row["kept_share"], DIGITS),
            "unknown_parcels": int(row["unknown_parcels"]),
        }
        for village, row in table.iterrows()
    ]  # fmt: skip


def _simple(proposal: Proposal) -> list[dict[str, Any]]:
    return [
        {
            "label": one.label._asdict(),
            "cost_cny10k": rounded(one.plan.cost, DIGITS),
            "share": rounded(one.plan.share, DIGITS),
            "holds": one.plan.holds,
            "missed": list(one.plan.missed),
            "said": one.excess.said._asdict(),
        }
        for one in proposal.simple
    ]


def _frontier(proposal: Proposal) -> list[dict[str, Any]]:
    return [
        {
            "target": rounded(one.target, DIGITS),
            "cost_cny10k": rounded(one.cost, DIGITS),
            "bound_cny10k": rounded(one.bound, DIGITS),
            "cleared_price_cny10k_per_mu": rounded(one.cleared_price_cny10k, 6),
            "built_price_cny10k_per_mu": rounded(one.built_price_cny10k, 6),
            "point_price_cny10k": rounded(one.point_price_cny10k, 6),
        }
        for one in proposal.frontier
    ]


def _why_not(proposal: Proposal) -> dict[str, Any] | None:
    found = proposal.why_not
    if found is None:
        return None
    return {
        "clash": list(found.names),
        "is_smallest": found.is_smallest,
        "labels": [proposal.city.problem.label(one)._asdict() for one in found.names],
        "ways_out": [_way_out(one) for one in proposal.ways_out],
    }


def _way_out(way: WayOut) -> dict[str, Any]:
    return {
        "price": rounded(way.price, DIGITS),
        "is_least": way.is_least,
        "loosened": [
            {
                "name": one.name,
                "before": rounded(one.before, 6),
                "after": rounded(one.after, 6),
                "unit": one.unit,
                "parcels": list(one.freed),
            }
            for one in way.loosened
        ],
        "cost_cny10k": rounded(way.plan.cost, DIGITS),
        "share": rounded(way.plan.share, DIGITS),
        "said": way_out_words(way)._asdict(),
    }
