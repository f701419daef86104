"""Measure a large parcel table part by part, on threads, with the result of one go.

Parts are made of parcels that lie together, so each meets few of the zones' edges and buildings.
The geometry engine lets go of Python's lock while it works: two threads use two cores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.threads import each_on_threads
from landrenew.intake.parcels import Parcels
from landrenew.measure.indicators import Measured, measure_parcels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.measure.prepared import Prepared

PART_SIZE = 20_000
"""Parcels in one part: enough to keep a thread busy, few enough to keep memory flat."""


def parts_of(parcels: Parcels, size: int) -> list[NDArray[np.intp]]:
    """
    Split a parcel table into parts that lie together.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    size
        Parcels in a part, at least 1.

    Returns
    -------
    list of ndarray
        Positions of the parcels of each part, along a Hilbert curve.
    """
    order = np.argsort(parcels.geometry.hilbert_distance().to_numpy(), kind="stable")
    return np.array_split(order, max(1, -(-len(order) // size)))


def measure_in_parts(
    prepared: Prepared, *, size: int = PART_SIZE, threads: int | None = None
) -> Measured:
    """
    Measure all parcels part by part.

    Parameters
    ----------
    prepared
        The layers of the project, made ready.
    size
        Parcels in a part.
    threads
        Parts measured at a time; None takes one a core.

    Returns
    -------
    Measured
        As :func:`landrenew.measure.indicators.measure_parcels` gives for the whole table.

    Raises
    ------
    FileError
        When a raster cannot be read.
    CrsError
        When a raster has no CRS.
    """
    parcels = prepared.layers.parcels
    if len(parcels) <= size:
        return measure_parcels(parcels, prepared)
    tables = [Parcels(parcels.iloc[rows]) for rows in parts_of(parcels, size)]
    measured = each_on_threads(lambda table: measure_parcels(table, prepared), tables, threads)
    columns = pd.concat([one.columns for one in measured]).loc[parcels.index]
    met = np.unique(np.concatenate([one.met_buildings for one in measured]))
    silent, first = np.unique(
        np.concatenate([one.silent_buildings for one in measured]), return_index=True
    )
    support = np.concatenate([one.silent_support for one in measured])[first]
    return Measured(columns, met, silent, support)
