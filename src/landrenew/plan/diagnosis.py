"""Diagnosis of blocks: five problems and ten outcomes, by evidence, the unknown kept apart.

A question is asked of each parcel, or of the block's own figures. The land of the parcels for which
it holds, does not hold and is not known makes three shares; the rulebook's bar decides for the
block, and only where the unknown land could not turn the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.kinds import joined_words, said_of_rows
from landrenew.assess.verdicts import judge
from landrenew.base.dates import day_of
from landrenew.base.missing import none_where_missing
from landrenew.base.questions import PROOF, SHARES, answer_share
from landrenew.intake.parcels import require
from landrenew.plan.blocks import judged_blocks
from landrenew.rules.comparison import Test, TestSet
from landrenew.rules.diagnosis import Outcome

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landrenew.intake.parcels import Parcels
    from landrenew.rules.diagnosis import Diagnosis, LandBar, Problem

ANSWERS = {"yes": "yes", "no": "no", "undetermined": "unknown"}
"""The share that a verdict of a parcel goes to."""

EXACT = 9
"""Digits of a share that are held against a bar: 0.1 + 0.2 is 0.3, no bit more."""


def proved(parcels: pd.DataFrame) -> pd.DataFrame:
    """
    Take words of evidence only where their proof stands beside them.

    Parameters
    ----------
    parcels
        Parcels with any of the columns of :data:`landrenew.base.questions.PROOF`.

    Returns
    -------
    DataFrame
        The same table; a word without its document, or without a date that can be read, is None,
        whether it says yes or no.
    """
    has_proof = {name: _has_proof(parcels, name) for name in dict.fromkeys(PROOF.values())}
    known = {
        name: none_where_missing(parcels[name].where(has_proof[proof]))
        for name, proof in PROOF.items()
        if name in parcels
    }
    return pd.DataFrame(parcels).assign(**known)


def _has_proof(parcels: pd.DataFrame, name: str) -> pd.Series[bool]:
    said = parcels.get(name, pd.Series(None, parcels.index, dtype=object))
    if name != "evidence_date":
        return said.notna()
    dated = {one for one in said.dropna().unique() if day_of(str(one), last=True) is not None}
    return said.isin(dated)


def land_shares(
    verdicts: pd.Series[str], land: pd.Series[float], by: pd.Series[str]
) -> pd.DataFrame:
    """
    Divide the land of each block by what its parcels answer.

    Parameters
    ----------
    verdicts
        ``yes``, ``no`` or ``undetermined`` of each parcel.
    land
        Counted area of each, in any one unit.
    by
        Its block.

    Returns
    -------
    DataFrame
        Index of blocks, sorted: ``yes``, ``no``, ``unknown`` [0-1], adding to 1; NaN without land.

    Examples
    --------
    >>> word = pd.Series(["yes", "undetermined", "no"])
    >>> one = land_shares(word, pd.Series([1.0, 1.0, 2.0]), pd.Series(["B001"] * 3))
    >>> one.to_numpy().tolist()
    [[0.25, 0.5, 0.25]]
    """
    parts = {share: land.where(verdicts == word, 0.0) for word, share in ANSWERS.items()}
    sums = pd.DataFrame({**parts, "all": land}).groupby(by).sum()
    total = sums.pop("all")
    return sums.div(total.where(total > 0), axis=0)


def answer(shares: pd.DataFrame, bar: LandBar) -> pd.Series[str]:
    """
    Answer for each block by the shares of its land.

    Parameters
    ----------
    shares
        As :func:`land_shares` gives them.
    bar
        The rulebook's bar.

    Returns
    -------
    Series
        ``yes`` where the land that says yes reaches the bar, ``no`` where it would not with all
        unknown land added, else ``undetermined``. More land that says yes never turns a yes.

    Examples
    --------
    >>> from landrenew.rules.diagnosis import LandBar
    >>> shares = pd.DataFrame({"yes": [0.25, 0.25], "no": [0.75, 0.25], "unknown": [0.0, 0.5]})
    >>> answer(shares, LandBar(share_at_least=0.5)).tolist()
    ['no', 'undetermined']
    """
    yes = shares["yes"].round(EXACT)
    most = (shares["yes"] + shares["unknown"]).round(EXACT)
    if bar.share_at_least is not None:
        least = round(bar.share_at_least, EXACT)
        reaches, could = yes >= least, most >= least
    else:
        above = round(bar.share_above or 0.0, EXACT)
        reaches, could = yes > above, most > above
    cannot = most.notna() & ~could
    said = np.select([reaches, cannot], ["yes", "no"], "undetermined")
    return pd.Series(said, shares.index, dtype=object)


def diagnosis(parcels: Parcels, blocks: GeoDataFrame, rule: Diagnosis) -> pd.DataFrame:
    """
    Diagnose each block.

    Parameters
    ----------
    parcels
        Parcel table with ``block_id``, ``counted_area_m2`` and whatever was given, measured and
        judged.
    blocks
        The result of :func:`landrenew.plan.blocks.block_table`.
    rule
        The rulebook's ``[diagnosis]``.

    Returns
    -------
    DataFrame
        Index of the blocks. For each question that has a rule its answer, and for one asked of
        parcels the shares of land that say yes and no and that are not known, adding to 1;
        ``missing_inputs``, the columns that parcels of the block lack.

    Raises
    ------
    ColumnError
        When the parcels have no blocks or no counted area.
    """
    require(parcels, "block_id", "counted_area_m2")
    mine = pd.DataFrame(parcels[parcels["block_id"].notna()].drop(columns="geometry"))
    shown = proved(mine)
    table, lacking = pd.DataFrame(index=blocks.index), []
    for name, axis in rule.axes().items():
        tests = _tests(axis)
        if axis.bar is not None:
            shares, missing = _of_parcels(mine, shown, tests)
            table[name] = answer(shares, axis.bar).reindex(blocks.index)
            for share in SHARES:
                table[answer_share(name, share)] = shares[share].reindex(blocks.index)
        else:
            judged = judged_blocks(blocks, tests)
            table[name], missing = judged["verdict"].astype(object), judged["missing"]
        lacking.append(missing.reindex(blocks.index).fillna(""))
    return table.assign(missing_inputs=joined_words(*lacking))


def _tests(axis: Problem | Outcome) -> TestSet:
    """Give an outcome the form of a test: its evidence says yes."""
    if not isinstance(axis, Outcome):
        return axis
    accepted = Test(column=axis.column, comparison="equals", threshold="yes")
    return TestSet(
        document=axis.document, source=axis.source, confidence=axis.confidence, logic="all",
        tests=(accepted,),
    )  # fmt: skip


def _of_parcels(
    mine: pd.DataFrame, shown: pd.DataFrame, tests: TestSet
) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Ask the parcels: shares of land by block, and what any of its parcels lacks."""
    by = mine["block_id"]
    judged = judge(shown, tests)
    shares = land_shares(judged["verdict"], mine["counted_area_m2"], by)
    lacks: dict[str, pd.Series[bool]] = {}
    for name in dict.fromkeys(test.column for test in tests.tests):
        unknown = shown[name].isna() if name in shown else pd.Series(data=True, index=mine.index)
        unproved = unknown & (mine[name].notna() if name in mine else False)
        lacks[name] = unknown & ~unproved
        if name in PROOF:
            lacks[PROOF[name]] = unproved | lacks.get(PROOF[name], False)
    flags, names = pd.DataFrame(lacks).groupby(by).any(), np.array(list(lacks))
    said = said_of_rows(flags.to_numpy(), lambda row: ",".join(names[row]))
    return shares, pd.Series(said, flags.index)
