"""A plan deed by deed: what is done first, and what the share is after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.plan.program.phases import Phases
from landrenew.plan.program.problem import CLEAR
from landrenew.plan.program.solve import Plan
from landrenew.publish.plan.items import LEAST, NO_YEAR

if TYPE_CHECKING:
    from landrenew.plan.path.proposal import Proposal

COLUMNS = ("name", "year", "inside_mu", "total_mu", "cost_cny10k")


def plan_steps(proposal: Proposal) -> pd.DataFrame:
    """
    List the deeds of a plan in the order in which to do them.

    Parameters
    ----------
    proposal
        A scenario with a plan.

    Returns
    -------
    DataFrame
        ``name``, the parcel that is cleared, None of other deeds; ``year``, 0 in a plan without
        years; what the deed adds to the land inside the line ``inside_mu`` and to all industrial
        land ``total_mu`` [mu], below 0 where land is cleared; ``cost_cny10k``. Year by year, in a
        year those first that move the share for the least money a mu, equal ones by name; what
        moves no land comes last. Empty without a plan.
    """
    plan, phases = proposal.plan, proposal.phases
    if not isinstance(plan, Plan):
        return pd.DataFrame(columns=[*COLUMNS])
    actions = plan.problem.actions
    years = phases.years if isinstance(phases, Phases) else (NO_YEAR,)
    spread = phases.amounts if isinstance(phases, Phases) else plan.amounts[:, np.newaxis]
    deed, place = np.nonzero(spread > LEAST)
    done = actions.iloc[deed].reset_index(drop=True)
    amount = spread[deed, place]
    steps = pd.DataFrame(
        {
            "name": done["name"].where(done["kind"] == CLEAR, None),
            "year": np.asarray(years)[place],
            **{one: done[one] * amount for one in ("inside_mu", "total_mu", "cost_cny10k")},
        }
    )
    land = steps["total_mu"].abs()
    price = (steps["cost_cny10k"] / land).where(land > LEAST, np.inf).round(9)
    order = steps.assign(price=price, by=done["name"]).sort_values(["year", "price", "by"])
    return order[[*COLUMNS]].reset_index(drop=True)
