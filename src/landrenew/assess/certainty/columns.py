"""How sure the judgements are: "surely D" against "borderline".

A judgement is sure when it comes out in at least the share of the draws that the project names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.certainty.chances import NO_GRADE

if TYPE_CHECKING:
    from landrenew.assess.certainty.chances import Chances
    from landrenew.intake.certainty import Certainty


def standard_error(share: pd.Series[float], draws: int) -> pd.Series[float]:
    """
    Say how far a share of draws may be from the probability it stands for.

    Parameters
    ----------
    share
        Share of the draws [0-1].
    draws
        Number of draws.

    Returns
    -------
    Series
        ``sqrt(share * (1 - share) / draws)``, one standard deviation, same index.

    Examples
    --------
    >>> standard_error(pd.Series([0.5, 1.0]), 10_000).tolist()
    [0.005, 0.0]
    """
    return (share * (1 - share) / draws) ** 0.5


def certainty_columns(table: pd.DataFrame, chances: Chances, chance: Certainty) -> pd.DataFrame:
    """
    Say how sure the judgements of each row are.

    Parameters
    ----------
    table
        The judged parcels or firms.
    chances
        How often each outcome came out.
    chance
        From which share on a judgement is sure.

    Returns
    -------
    DataFrame
        Same index; with grades ``likeliest_grade``, None where most draws give none,
        ``grade_stays_share``, share of the draws that give the published grade, NaN without one,
        and ``grade_certainty_class``; with tests ``low_efficiency_share``, share of the draws that
        say yes, and ``low_efficiency_certainty_class``. A class is ``sure``, ``borderline``, or
        None where nothing is judged: no grade, not graded at all, or undetermined.
    """
    made = pd.DataFrame(index=table.index)
    if chances.grades is not None:
        exempt = str(chances.grades.columns[-2])
        stays = share_of(chances.grades, table["efficiency_grade"])
        made["likeliest_grade"] = _likeliest(chances.grades, table["efficiency_grade"])
        made["grade_stays_share"] = stays
        judged = table["efficiency_grade"].notna() & table["efficiency_grade"].ne(exempt)
        made["grade_certainty_class"] = _class(stays, judged, chance)
    if chances.verdicts is not None:
        verdict = table["low_efficiency_class"]
        stays = share_of(chances.verdicts, verdict)
        made["low_efficiency_share"] = chances.verdicts["yes"]
        judged = verdict.isin(["yes", "no"])
        made["low_efficiency_certainty_class"] = _class(stays, judged, chance)
    return made


def share_of(shares: pd.DataFrame, words: pd.Series[str]) -> pd.Series[float]:
    """
    Pick for each row the share of one outcome.

    Parameters
    ----------
    shares
        Share of the draws by outcome.
    words
        The outcome of each row; None where there is none.

    Returns
    -------
    Series
        Same index; NaN where there is no outcome.
    """
    place = shares.columns.get_indexer(pd.Index(words.to_numpy(dtype=object), dtype=object))
    found = shares.to_numpy()[np.arange(len(shares)), place]
    return pd.Series(found, shares.index).where(place >= 0)


def _likeliest(grades: pd.DataFrame, published: pd.Series[str]) -> pd.Series[str]:
    """Name the most frequent outcome: of several the published one, else the best of them."""
    most = grades.max(axis=1)
    first = pd.Series(grades.columns[grades.to_numpy().argmax(axis=1)], grades.index, dtype=object)
    first = first.mask(share_of(grades, published).eq(most), published)
    return first.mask(first.eq(NO_GRADE), None)  # no grade has no name


def _class(stays: pd.Series[float], judged: pd.Series[bool], chance: Certainty) -> pd.Series[str]:
    words = np.where(stays.ge(chance.sure_from), *np.array(["sure", "borderline"], dtype=object))
    return pd.Series(words, stays.index, dtype=object).where(judged, None)
