"""The section ``[plan]`` of the project file: what to reach, what it may cost, what to leave alone.

No figure has a default: a cost comes with its source or is not known, and a wish that is not
written is none.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from landrenew.base.errors import ColumnError
from landrenew.base.words import some
from landrenew.intake.sections import DateText, Part

Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Land = Annotated[float, Field(gt=0, allow_inf_nan=False)]

YEAR = re.compile(r"(19|20|21)\d\d")


class Figure(Part):
    """
    A number with its source.

    Parameters
    ----------
    value
        The number, in the unit that its key names.
    source
        The document, contract or estimate that it comes from.
    as_of
        Its date.
    """

    value: Amount
    source: str = Field(min_length=1)
    as_of: DateText | None = None


class Costs(Part):
    """
    What things cost where no column says it.

    Parameters
    ----------
    clear_cny10k_per_mu
        Clearing a mu: purchase and compensation [10,000 CNY/mu].
    demolish_cny10k_per_m2
        On top, for each square metre of gross floor area [10,000 CNY/m2].
    build_cny10k_per_mu
        A mu of new industrial land in a park [10,000 CNY/mu].
    """

    clear_cny10k_per_mu: Figure | None = None
    demolish_cny10k_per_m2: Figure | None = None
    build_cny10k_per_mu: Figure | None = None


class Annuity(Part):
    """
    A yearly payment, over how long, and what a later year is worth less.

    Parameters
    ----------
    years
        Number of yearly payments, at the end of each year.
    discount_share
        Interest by which a year later is worth less [0-1].
    """

    years: int = Field(gt=0, le=100)
    discount_share: Figure

    @property
    def factor(self) -> float:
        """What a payment of one a year is worth today."""
        rate = self.discount_share.value
        return float(self.years) if rate == 0 else (1 - (1 + rate) ** -self.years) / rate


class Lease(Annuity):
    """
    Leasing land from its village instead of buying it; the village keeps earning.

    Parameters
    ----------
    rent_cny10k_per_mu
        Rent of a mu for a year [10,000 CNY/mu].
    """

    rent_cny10k_per_mu: Figure


class Villages(Part):
    """
    What villages must go on earning.

    Parameters
    ----------
    least_income_share
        Least yearly income of each village after the plan, over what it earns now [0-1].
    pay
        Whether the plan may pay a village a yearly sum to make good what it loses; None: it may
        not.
    """

    least_income_share: Share
    pay: Annuity | None = None


class Town(Part):
    """
    What is asked of one town.

    Parameters
    ----------
    target
        Its share inside the control line to reach [0-1].
    most_mu, least_mu
        Most and least land to clear there [mu].
    budget_cny10k
        Most that may be spent there [10,000 CNY].
    """

    target: Share | None = None
    most_mu: Amount | None = None
    least_mu: Land | None = None
    budget_cny10k: Amount | None = None


class Year(Part):
    """
    What is asked of one year.

    Parameters
    ----------
    budget_cny10k
        Most that may be spent in it [10,000 CNY].
    least_mu
        Least land to clear in it [mu].
    target
        Share to have reached at its end [0-1].
    """

    budget_cny10k: Amount | None = None
    least_mu: Land | None = None
    target: Share | None = None


class Locks(Part):
    """
    Parcels on which nothing is left to decide.

    Parameters
    ----------
    must, never
        Parcels that must, or must not, be cleared, beside those whose ``lock_class`` says so.
    protected_firms
        Firms that stay where they are.
    protected_grades
        Grades whose parcels stay as they are.
    against_will
        Parcels that may be cleared although their owners are unwilling, each with the reason.
    """

    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    protected_firms: tuple[str, ...] = ()
    protected_grades: tuple[str, ...] = ()
    against_will: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _no_contradiction(self) -> Locks:
        if both := sorted({*self.must} & {*self.never}):
            raise ColumnError(
                f"{some(both)} 既在 must 又在 never 中",
                f"{some(both)} stand under must and under never",
            )
        return self


class BlockSize(Part):
    """
    That plots stay together in blocks of a least size.

    Parameters
    ----------
    least_mu
        Least land of a block [mu].
    of
        ``released``: blocks of cleared plots; ``kept``: blocks of what stays outside the line.
    """

    least_mu: Land
    of: Literal["released", "kept"] = "released"


class Planning(Part):
    """
    The wishes and limits of a plan.

    Parameters
    ----------
    target
        Share inside the control line to reach [0-1]; None takes the rulebook's.
    budget_cny10k
        Most that may be spent [10,000 CNY].
    least_mu, most_mu
        Least and most land to clear [mu].
    straddling
        What may be done with parcels across the line: ``keep`` them, give up the
        ``outside_part``, or clear the ``whole``.
    undecided
        Whether parcels whose owners are undecided may be cleared.
    most_new_per_cleared
        Most new industrial land for each mu that is cleared; None sets no limit.
    costs
        Costs where no column says them.
    lease
        Leasing as a second way to clear a parcel; None: parcels are bought.
    villages
        What villages must go on earning.
    towns
        What is asked of single towns, by name.
    years
        What is asked of single years.
    locks
        Parcels on which nothing is left to decide.
    blocks
        Least size of blocks.
    within
        Share of its cost by which another plan may be dearer than the best to count as one that
        is as good [0-1].
    gap
        Share of its cost within which the plan is proven to be the cheapest [0-1].
    seconds
        Longest time for one solve [s].
    yields
        What giving way costs, by name of the wish, when not all can hold: 2 gives way half as
        readily as 1.
    """

    target: Share | None = None
    budget_cny10k: Amount | None = None
    least_mu: Land | None = None
    most_mu: Amount | None = None
    straddling: Literal["keep", "outside_part", "whole"] = "keep"
    undecided: Literal["allow", "never"] = "allow"
    most_new_per_cleared: Figure | None = None
    costs: Costs = Costs()
    lease: Lease | None = None
    villages: Villages | None = None
    towns: dict[str, Town] = Field(default_factory=dict)
    years: dict[str, Year] = Field(default_factory=dict)
    locks: Locks = Locks()
    blocks: BlockSize | None = None
    within: float = Field(default=0.02, ge=0, le=1, allow_inf_nan=False)
    gap: float = Field(default=0.001, ge=0, le=1, allow_inf_nan=False)
    seconds: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    yields: dict[str, Land] = Field(default_factory=dict)

    @field_validator("years")
    @classmethod
    def _are_years(cls, value: dict[str, Year]) -> dict[str, Year]:
        if odd := sorted(one for one in value if not YEAR.fullmatch(one)):
            raise ColumnError(
                f"{some(odd)} 不是年份，应写作 2027",
                f"{some(odd)} is no year; write 2027",
            )
        return value
