"""What sets rows apart beside their figures: exempt, perhaps exempt, vetoed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from landrenew.assess.exemption import OPEN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]


class Marks(NamedTuple):
    """
    What sets rows apart, as arrays of shape (n,); no row has two marks.

    Parameters
    ----------
    is_exempt
        Rows that are not graded, and set neither extremes, ranks nor means.
    is_open
        Rows that may be exempt or not: they have no grade, and what hangs on them stays open.
    is_vetoed
        Rows graded whatever their score, where the rulebook knows a veto.
    """

    is_exempt: Flags
    is_open: Flags
    is_vetoed: Flags

    @classmethod
    def of(cls, table: pd.DataFrame) -> Marks:
        """
        Take the marks from a table.

        Parameters
        ----------
        table
            Rows with any of ``exempt_reason``, ``exempt_class`` and ``veto_reason``.

        Returns
        -------
        Marks
            The same rows; a column that the table lacks marks nobody.

        Examples
        --------
        >>> table = pd.DataFrame({"exempt_reason": ["new", None, None],
        ...     "exempt_class": ["yes", "undetermined", "no"]})
        >>> Marks.of(table).is_open.tolist()
        [False, True, False]
        """
        nothing = pd.Series(None, table.index, dtype=object)
        exempt, veto = (table.get(name, nothing).notna().to_numpy(dtype=bool)
                        for name in ("exempt_reason", "veto_reason"))  # fmt: skip
        doubt = table.get("exempt_class", nothing).to_numpy(dtype=object) == OPEN
        is_open = doubt.astype(bool) & ~exempt
        return cls(exempt, is_open, veto & ~exempt & ~is_open)
