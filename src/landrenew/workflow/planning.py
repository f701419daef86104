"""Planning: the project's own wishes after a run, and scenarios when somebody asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from landrenew.base.errors import PlanError
from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels
from landrenew.intake.scenarios import Scenario
from landrenew.plan.path.proposal import Ground, propose

if TYPE_CHECKING:
    from collections.abc import Callable

    from landrenew.intake.layers import Layers
    from landrenew.measure.allocation import Allocation
    from landrenew.plan.path.proposal import Proposal
    from landrenew.plan.program.model import Standing

    Say = Callable[[Text], None]
    Watch = Callable[[Standing], None]

OF_PARCELS = (
    "plan_class", "plan_way", "plan_land_mu", "plan_cost_cny10k", "plan_year", "plan_block_id",
    "plan_role", "replace_price_low_cny10k", "replace_price_high_cny10k",
)  # fmt: skip
"""Columns that the project's own plan gives the parcels, where it has them."""


@dataclass(frozen=True)
class Asked:
    """
    Scenarios to plan for.

    Parameters
    ----------
    scenarios
        The scenarios; the first is looked at in full.
    watch
        Called now and then with how a solve stands, from another thread.
    """

    scenarios: tuple[Scenario, ...]
    watch: Watch | None = None


def planned(
    layers: Layers,
    parcels: Parcels,
    allocation: Allocation | None,
    asked: Asked | None,
    say: Say,
) -> tuple[Parcels, tuple[Proposal, ...], tuple[Text, ...]]:
    """
    Plan for the wishes of a project, or for scenarios of it.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table, measured and judged.
    allocation
        What the firms bring; None without firms.
    asked
        Scenarios; None plans for the project's own wishes, where it has any.
    say
        Called with the name of the step as it begins.

    Returns
    -------
    Parcels
        The table with what the first plan says of each parcel.
    tuple of Proposal
        The plans; empty where none is asked for.
    tuple of Text
        What the plans rest on, or why there is none.

    Raises
    ------
    PlanError
        When scenarios were asked for and one contradicts the data, or lacks a figure.
    """
    ground = Ground(layers, parcels, allocation)
    if asked is not None:
        base, *others = asked.scenarios
        own = propose(ground, base, in_full=True, say=say, watch=asked.watch)
        plans = (own, *(
            propose(ground, one, in_full=False, say=say, watch=asked.watch, before=own)
            for one in others
        ))  # fmt: skip
    elif layers.project.plan is None:
        return parcels, (), ()
    else:
        try:
            base = Scenario("", "", layers.project.plan)
            plans = (propose(ground, base, in_full=False, say=say),)
        except PlanError as error:
            said = error.text
            return parcels, (), (Text(f"没有计算方案：{said.zh}", f"No plan was made: {said.en}"),)
    first = plans[0]
    names = [one for one in OF_PARCELS if one in first.parcels.columns]
    return Parcels(parcels.join(first.parcels[names])), plans, first.city.notes
