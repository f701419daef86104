"""Missing values, told one way: tables go to files, forms and questions with None for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pandas as pd

    Values = TypeVar("Values", "pd.Series", "pd.DataFrame")


def none_where_missing(values: Values) -> Values:
    """
    Give values as plain objects, with None for whatever pandas calls missing.

    Parameters
    ----------
    values
        Series or DataFrame.

    Returns
    -------
    Series or DataFrame
        The same labels, dtype object: NaN, NaT and NA have become None.

    Examples
    --------
    >>> import pandas as pd
    >>> none_where_missing(pd.Series([1.5, float("nan")])).tolist()
    [1.5, None]
    """
    return values.astype(object).where(values.notna(), None)
