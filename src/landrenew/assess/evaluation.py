"""Parcels and firms, evaluated: points, grades and verdicts as far as a rulebook goes.

The firm is what a county evaluates, publishes and hears appeals from. Its land is what it holds
plus what it rents less what it lets, over all parcels; a firm whose land is not known has no figure
per mu, and so no grade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.exemption import exempted
from landrenew.assess.grades import efficiency_grade
from landrenew.assess.kinds import joined_words
from landrenew.assess.scores import settled_scores
from landrenew.assess.verdicts import judge
from landrenew.base.columns import FLOWS
from landrenew.base.units import to_mu
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.intake.parcels import Parcels
from landrenew.measure.quotients import ratios

if TYPE_CHECKING:
    from landrenew.assess.exemption import Answers
    from landrenew.rules.model import Rulebook

GIVEN = (
    "firm_name", "industry_code", "size_class", "exempt_reason", "veto_reason", "bonus_points",
    "bonus_evidence",
)  # fmt: skip
"""What a reader asks about a firm before its figures."""

REASONS = ("exempt_class", "exempt_reason", "veto_reason")
"""What decides a grade beside the score."""


def firm_tenure(land: pd.DataFrame) -> pd.DataFrame:
    """
    Add up the land of each firm and tell holders from tenants.

    Parameters
    ----------
    land
        ``firm_id`` as index or column, ``registered_land_m2``, ``leased_in_m2``, ``used_land_m2``:
        one row a firm and parcel, as :func:`landrenew.measure.leases.firm_land` gives them.

    Returns
    -------
    DataFrame
        Index ``firm_id``: ``land_mu``, the land it uses [mu], NaN where that of one parcel is not
        known; ``tenure``: ``holder`` with land in its own name, ``tenant`` with rented land only,
        None where neither can be told.
    """
    firm = land.reset_index() if land.index.name == "firm_id" else land
    sums = firm.groupby("firm_id")[["registered_land_m2", "leased_in_m2", "used_land_m2"]].sum(
        skipna=False
    )
    holds = firm["registered_land_m2"].gt(DUST_M2).groupby(firm["firm_id"]).any()
    rents = sums["registered_land_m2"].le(DUST_M2) & sums["leased_in_m2"].gt(DUST_M2)
    tenure = np.select([holds, rents], ["holder", "tenant"], "")
    return pd.DataFrame({
        "land_mu": to_mu(sums["used_land_m2"]),
        "tenure": pd.Series(tenure, sums.index, dtype=object).replace("", None),
    })  # fmt: skip


def firm_figures(firms: pd.DataFrame, land: pd.DataFrame) -> pd.DataFrame:
    """
    Put together what firms are scored by.

    Parameters
    ----------
    firms
        As for :func:`evaluated_firms`.
    land
        As for :func:`firm_tenure`.

    Returns
    -------
    DataFrame
        Index ``firm_id``, in the order of the firms: who they are, amounts, ``land_mu`` and
        ``tenure``, figures per mu and the like.
    """
    table = firms[[name for name in (*GIVEN, *FLOWS) if name in firms.columns]]
    table = table.join(firm_tenure(land))
    return table.join(ratios(table, "land_mu"))


def parcel_figures(parcels: Parcels) -> pd.DataFrame:
    """
    Put together what parcels are scored by.

    Parameters
    ----------
    parcels
        The measured parcel table.

    Returns
    -------
    DataFrame
        The table with ``land_mu`` and ``tenure``: land is held by whoever holds it, and only firms
        are tenants.
    """
    return pd.DataFrame(parcels).assign(land_mu=parcels["parcel_area_mu"], tenure="holder")


def evaluated_firms(
    firms: pd.DataFrame, land: pd.DataFrame, book: Rulebook, answers: Answers | None = None
) -> pd.DataFrame:
    """
    Score and grade the firms.

    Parameters
    ----------
    firms
        Index ``firm_id``, with yearly amounts of :data:`landrenew.base.columns.FLOWS` and any of
        ``size_class``, ``exempt_reason``, ``veto_reason``, ``bonus_points``, ``bonus_evidence``.
    land
        As for :func:`firm_tenure`.
    book
        The rulebook.
    answers
        What the rulebook's exemptions answer for each row; None asks them of the table, without a
        day.

    Returns
    -------
    DataFrame
        Index ``firm_id``, in the order of the firms: who they are, ``land_mu`` and ``tenure``,
        amounts, figures per mu and the like, and as far as the rulebook goes ``pool``, the points
        of each criterion, ``efficiency_score``, ``efficiency_grade``, ``exempt_class`` where the
        rulebook exempts anybody, and ``missing_inputs``.

    Raises
    ------
    RuleError
        When the rulebook scores by a baseline it does not state.
    """
    table = firm_figures(firms, land)
    return judged_firms(table, scored_and_graded(with_asked(table, firms, book), book, answers))


def with_asked(table: pd.DataFrame, firms: pd.DataFrame, book: Rulebook) -> pd.DataFrame:
    """
    Add what a rulebook asks of firms beside their figures.

    Parameters
    ----------
    table
        The result of :func:`firm_figures`.
    firms
        The firms.
    book
        The rulebook.

    Returns
    -------
    DataFrame
        Same index.
    """
    asked = dict.fromkeys(name for one in book.exemptions for name in one.columns)
    return table.join(
        firms[[name for name in asked if name in firms.columns and name not in table.columns]]
    )


def judged_firms(table: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """
    Put figures and judgements of firms in one table.

    Parameters
    ----------
    table
        The result of :func:`firm_figures`.
    scored
        What :func:`scored_and_graded` gives.

    Returns
    -------
    DataFrame
        Same index; ``missing_inputs`` last.
    """
    if "exempt_reason" in table.columns and "exempt_reason" in scored.columns:
        table = table.assign(exempt_reason=scored["exempt_reason"])
        scored = scored.drop(columns="exempt_reason")
    return table.join(scored.rename(columns={"missing": "missing_inputs"}))


def scored_and_graded(
    table: pd.DataFrame, book: Rulebook, answers: Answers | None = None
) -> pd.DataFrame:
    """
    Score rows, and grade them by their scores, as far as the rulebook goes.

    Parameters
    ----------
    table
        As :func:`landrenew.assess.scores.scores` and
        :func:`landrenew.assess.grades.efficiency_grade` read it.
    book
        The rulebook.
    answers
        What the rulebook's exemptions answer for each row; None asks them of the table, without a
        day.

    Returns
    -------
    DataFrame
        Same index: ``exempt_class`` and ``exempt_reason`` where the rulebook exempts anybody, what
        ``scores`` gives, ``efficiency_grade`` and, last, ``missing``; no column where the rulebook
        scores nothing.

    Raises
    ------
    RuleError
        When the rulebook scores by a baseline it does not state.
    """
    if book.scoring is None:
        return pd.DataFrame(index=table.index)
    exempt = pd.DataFrame(index=table.index)
    lacking = [pd.Series("", table.index)]
    if book.exemptions:
        exempt = exempted(table, book, answers)
        lacking.append(exempt.pop("missing"))
        table = table.assign(**{str(name): exempt[name] for name in exempt})
    scored, is_unsettled = settled_scores(table, book.scoring)
    lacking.append(scored.pop("missing"))
    if book.grades is not None:
        reasons = [name for name in REASONS if name in table.columns]
        asked = scored.join(table[reasons]).assign(is_unsettled=is_unsettled)
        scored["efficiency_grade"] = efficiency_grade(asked, book.grades)
    return exempt.join(scored).assign(missing=joined_words(*lacking))


def asked_already(book: Rulebook) -> Rulebook:
    """
    Leave out the exemptions of a rulebook, to judge again rows that know their answers.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    Rulebook
        The same, exempting nobody; ``exempt_class`` and ``exempt_reason`` of the rows count.
    """
    return book.model_copy(update={"exemptions": ()})


def assessed_parcels(parcels: Parcels, book: Rulebook, answers: Answers | None = None) -> Parcels:
    """
    Judge the parcels by a rulebook.

    Parameters
    ----------
    parcels
        The measured parcel table.
    book
        The rulebook.
    answers
        What the rulebook's exemptions answer for each row; None asks them of the table, without a
        day.

    Returns
    -------
    Parcels
        The table with verdicts, scores and grades as far as the rulebook goes.

    Raises
    ------
    RuleError
        When the rulebook scores by a baseline it does not state.
    """
    table = parcels
    lacking = [pd.Series("", parcels.index)]
    scored = scored_and_graded(parcel_figures(table), book, answers)
    if "missing" in scored:
        lacking.append(scored.pop("missing"))
    table = Parcels(table.assign(**{str(name): scored[name] for name in scored}))
    if book.low_efficiency is not None:  # after the grades, for a rulebook may test them
        judged = judge(table, book.low_efficiency)
        lacking.insert(0, judged["missing"])
        names = {"verdict": "low_efficiency_class", "tests": "low_efficiency_tests"}
        table = Parcels(table.assign(**{ours: judged[one] for one, ours in names.items()}))
    return Parcels(table.assign(missing_inputs=joined_words(*lacking)))
