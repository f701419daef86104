"""Pools: which rows are scored and ranked together.

The first pool that fits a row holds. A row of which it is not known whether a pool fits belongs to
none: a later pool would only be a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.assess.kinds import said_of_rows
from landrenew.base.columns import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from landrenew.rules.scoring import Pool, Scoring

    Flags = NDArray[np.bool_]

EXACT_MU = 6
"""Digits of land that are compared with a bound [mu]: 2,000 m2 are 3 mu, to a square centimetre."""

UNKNOWN = -1
"""Code of a word that is missing, and of a row that belongs to no pool."""


class Asked(NamedTuple):
    """
    What pools ask of rows, as arrays of shape (n,).

    Parameters
    ----------
    size_class
        Place of the word in the vocabulary, -1 where missing.
    land_mu
        Land [mu], NaN where missing.
    tenure
        Place of the word in the vocabulary, -1 where missing.
    """

    size_class: NDArray[np.int8]
    land_mu: NDArray[np.float64]
    tenure: NDArray[np.int8]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Asked:
        """
        Take from a table what pools ask.

        Parameters
        ----------
        table
            Rows with any of ``size_class``, ``land_mu`` [mu] and ``tenure``.

        Returns
        -------
        Asked
            The same rows; what the table lacks is missing everywhere.
        """
        nothing = pd.Series(None, table.index, dtype=object)
        return cls(
            _coded(table.get("size_class", nothing), "size_class"),
            table.get("land_mu", nothing).to_numpy(dtype=float, na_value=np.nan),
            _coded(table.get("tenure", nothing), "tenure"),
        )


def _coded(words: pd.Series[str], name: str) -> NDArray[np.int8]:
    """Code words by their place; one that the vocabulary lacks by a place that nothing asks for."""
    every = VOCABULARY[name]
    codes = pd.Index(every).get_indexer(pd.Index(words.to_numpy(dtype=object), dtype=object))
    known = words.notna().to_numpy()
    return np.where(known & (codes < 0), len(every), codes).astype(np.int8)


def pool_codes(asked: Asked, scoring: Scoring) -> tuple[NDArray[np.int8], Mapping[str, Flags]]:
    """
    Find the pool each row belongs to.

    Parameters
    ----------
    asked
        What pools ask of the rows.
    scoring
        The pools; the first that fits holds.

    Returns
    -------
    codes : ndarray of int8
        Shape (n,): place of the pool in the rulebook, -1 where none fits or it cannot be told.
    lacking : mapping
        For each thing that pools ask, which rows lack it and would need it to be told.
    """
    is_open = np.ones(len(asked.land_mu), dtype=bool)
    codes = np.full(len(is_open), UNKNOWN, dtype=np.int8)
    lacking = {name: np.zeros_like(is_open) for name in Asked._fields}
    for place, pool in enumerate(scoring.pools):
        answers = [(name, *_fits(asked, name, pool)) for name in Asked._fields if _asks(pool, name)]
        says_no, lacks = np.zeros_like(is_open), np.zeros_like(is_open)
        for _, known, fits in answers:
            says_no |= known & ~fits
            lacks |= ~known
        unclear = is_open & ~says_no & lacks
        for name, known, _ in answers:
            lacking[name] |= unclear & ~known
        codes[is_open & ~says_no & ~lacks] = place
        is_open &= says_no
    return codes, lacking


def _asks(pool: Pool, name: str) -> bool:
    if name == "land_mu":
        return pool.land_from_mu is not None or pool.land_below_mu is not None
    return getattr(pool, name) is not None


def _fits(asked: Asked, name: str, pool: Pool) -> tuple[Flags, Flags]:
    """Tell of which rows a thing is known, and which of them it lets into a pool."""
    if name != "land_mu":
        codes: NDArray[np.int8] = getattr(asked, name)
        return codes != UNKNOWN, codes == VOCABULARY[name].index(getattr(pool, name))
    land = np.round(asked.land_mu, EXACT_MU)
    low = -np.inf if pool.land_from_mu is None else pool.land_from_mu
    high = np.inf if pool.land_below_mu is None else pool.land_below_mu
    return ~np.isnan(land), (land >= low) & (land < high)


def pool_of(table: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """
    Name the pool each row belongs to.

    Parameters
    ----------
    table
        Rows with ``size_class``, ``land_mu`` [mu] and ``tenure`` where pools ask for them.
    scoring
        The pools; the first that fits holds.

    Returns
    -------
    DataFrame
        Same index: ``pool``, None where no pool fits or it cannot be told which; ``missing``, what
        a row lacks that would tell, joined by commas.
    """
    return named_pools(*pool_codes(Asked.of(table), scoring), table.index, scoring)


def named_pools(
    codes: NDArray[np.int8], lacking: Mapping[str, Flags], index: pd.Index, scoring: Scoring
) -> pd.DataFrame:
    """
    Put the pools of rows into words.

    Parameters
    ----------
    codes
        As :func:`pool_codes` gives them.
    lacking
        Likewise.
    index
        Names of the rows.
    scoring
        The pools.

    Returns
    -------
    DataFrame
        As :func:`pool_of` gives it.
    """
    words = np.array([*(pool.name for pool in scoring.pools), None], dtype=object)
    names = np.array(list(lacking))
    missing = said_of_rows(
        np.column_stack(list(lacking.values())), lambda row: ",".join(names[row.astype(bool)])
    )
    pool = pd.Series(words[codes], index, dtype=object)
    return pd.DataFrame({"pool": pool, "missing": pd.Series(missing, index, dtype=object)})
