"""Rows of a few kinds: what is said of a row is made up once for its kind, not for every parcel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def said_of_rows(rows: NDArray[np.generic], say: Callable[[NDArray[np.generic]], str]) -> list[str]:
    """
    Say something of each row of a table in which many rows are alike.

    Parameters
    ----------
    rows
        Shape (n, k), k at least 1: words or truth values, none of them missing.
    say
        Makes the text for one row, shape (k,).

    Returns
    -------
    list of str
        The text for each row, in their order.

    Examples
    --------
    >>> said_of_rows(np.array([["yes", "no"], ["no", "no"], ["yes", "no"]]), ",".join)
    ['yes,no', 'no,no', 'yes,no']
    """
    kind = pd.DataFrame(rows).groupby(list(range(rows.shape[1])), sort=False).ngroup().to_numpy()
    _, first = np.unique(kind, return_index=True)
    said = np.array([say(row) for row in rows[first]], dtype=object)
    texts: list[str] = said[kind].tolist()
    return texts


def joined_words(*lists: pd.Series[str]) -> pd.Series[str]:
    """
    Join comma lists row by row, each word once, in the order of first mention.

    Parameters
    ----------
    *lists
        Series of one index, with words joined by commas, or nothing.

    Returns
    -------
    Series
        The same index.

    Examples
    --------
    >>> joined_words(pd.Series(["a,b", ""]), pd.Series(["b,c", ""])).tolist()
    ['a,b,c', '']
    """
    rows = np.column_stack([one.to_numpy(object) for one in lists])
    words = said_of_rows(
        rows, lambda row: ",".join(dict.fromkeys(word for word in ",".join(row).split(",") if word))
    )
    return pd.Series(words, lists[0].index)
