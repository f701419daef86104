"""Name rows in faults: their number in the file, their id, and where they lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import shapely

from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from landrenew.base.words import Text

IDS = ("parcel_id", "firm_id", "building_id", "park_id", "event_id", "town", "name")
"""Columns that name a row, the first that a layer has."""


def row_ids(layer: pd.DataFrame) -> list[str]:
    """
    Give the id of each row, for messages.

    Parameters
    ----------
    layer
        Table with our columns.

    Returns
    -------
    list of str
        The ids, an empty text where a row has none.
    """
    column = next((name for name in IDS if name in layer.columns), None)
    if column is None:
        return [""] * len(layer)
    ids = layer[column].astype(object)
    return [str(one) for one in ids.where(ids.notna(), "")]


def faults_at(
    layer: pd.DataFrame,
    name: str,
    shapes: NDArray[np.object_],
    found: Sequence[tuple[int, str, Text]],
) -> tuple[Fault, ...]:
    """
    Make the faults of some rows, with their numbers, ids and places.

    Parameters
    ----------
    layer
        Table with our columns, index ``row``.
    name
        The layer's name in the project file.
    shapes
        The shape of each row, in the project CRS; None where it has none.
    found
        For each fault the position of its row, its kind, and what exactly was found.

    Returns
    -------
    tuple of Fault
        The faults, in the order given. A row lies in the middle of its shape's box, which exists
        even when the shape is broken.
    """
    at = [i for i, _, _ in found]
    boxes = shapely.bounds(shapes[at]).reshape(-1, 4)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    places = [(x, y) if math.isfinite(x + y) else (None, None) for x, y in middle.tolist()]
    rows = layer.iloc[at]
    named = zip(found, rows.index.tolist(), row_ids(rows), places, strict=True)
    return tuple(
        Fault(name, int(row), one, code, detail, x, y)
        for (_, code, detail), row, one, (x, y) in named
    )
