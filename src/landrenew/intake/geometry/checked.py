"""A layer after its shapes were checked: what goes on, what was set aside, and the account."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from landrenew.intake.layers import Balance

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.faults import Fault


@dataclass(frozen=True)
class Checked:
    """
    A layer after its shapes were checked.

    Parameters
    ----------
    layer
        The layer's name in the project file.
    kept
        Rows that go on, in the project CRS.
    rejected
        Rows set aside, with ``code`` and ``detail``, shapes as drawn.
    faults
        One for each row repaired, set aside or doubted.
    account
        Index ``row``, every row that came in, with its planar areas [m2]: ``in`` as drawn, ``out``
        after repair, ``rejected``, and ``repaired``, what repair changed. Without columns for
        layers that need not have an area.
    """

    layer: str
    kept: GeoDataFrame
    rejected: GeoDataFrame
    faults: tuple[Fault, ...]
    account: pd.DataFrame

    @property
    def balance(self) -> Balance:
        """The sums of the account, which do not hang on the order of the rows."""
        areas = {f"area_{name}_m2": math.fsum(self.account[name]) for name in self.account.columns}
        return Balance(
            self.layer,
            rows_in=len(self.account),
            rows_out=len(self.kept),
            rows_rejected=len(self.rejected),
            **areas,
        )

    def set_aside(self, gone: NDArray[np.bool_], code: str, faults: Sequence[Fault]) -> Checked:
        """
        Move rows from the kept to the rejected, keeping the account.

        Parameters
        ----------
        gone
            Shape (n,): which of the kept rows.
        code
            Kind of fault.
        faults
            The faults that say so, to go behind those there are.

        Returns
        -------
        Checked
            The layer without these rows.
        """
        out = self.kept[gone]
        account = self.account.copy()
        account.loc[out.index, "rejected"] = account.loc[out.index, "out"]
        account.loc[out.index, "out"] = 0.0
        rejected = pd.concat([self.rejected, out.assign(code=code, detail="")])
        return Checked(
            self.layer,
            self.kept[~gone],
            gpd.GeoDataFrame(rejected),
            (*self.faults, *faults),
            account,
        )

    def of_rows(self, rows: pd.Index[int]) -> Checked:
        """
        Leave out what concerns other rows.

        Parameters
        ----------
        rows
            Numbers of the rows wanted.

        Returns
        -------
        Checked
            What is known of these rows.
        """
        wanted = set(rows)
        return Checked(
            self.layer,
            self.kept[self.kept.index.isin(rows)],
            self.rejected[self.rejected.index.isin(rows)],
            tuple(fault for fault in self.faults if fault.row in wanted),
            self.account[self.account.index.isin(rows)],
        )
