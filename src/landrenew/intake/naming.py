"""Name rows in faults: their number in the file, their id, and where they lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from landrenew.base.words import Text
from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

NAMED_BY = {
    "parcels": "parcel_id", "firms": "firm_id", "links": "firm_id", "leases": "tenant_id",
    "ledger": "event_id", "buildings": "building_id", "parks": "park_id", "towns": "town",
    "villages": "village", "earlier_parcels": "parcel_id", "survey": "parcel_id",
    "contacts": "parcel_id",
}  # fmt: skip
"""The column that names the rows of a layer; other layers have a name at most."""


def row_ids(layer: pd.DataFrame, name: str) -> list[str]:
    """
    Give the id of each row, for messages.

    Parameters
    ----------
    layer
        Table with our columns.
    name
        The layer's name in the project file.

    Returns
    -------
    list of str
        The ids, an empty text where a row has none.
    """
    column = NAMED_BY.get(name, "name")
    if column not in layer.columns:
        return [""] * len(layer)
    ids = layer[column].astype(object)
    return [str(one) for one in ids.where(ids.notna(), "").tolist()]


def row_name(row: int | str) -> str:
    """
    Name a row that has no id.

    Parameters
    ----------
    row
        Its number in the file, or the text of it.

    Returns
    -------
    str
        What stands for its id everywhere: in our files, in messages and in corrections.

    Examples
    --------
    >>> row_name(7)
    'row-7'
    """
    return f"row-{row}"


def parcel_names(layer: pd.DataFrame) -> list[str]:
    """
    Name each parcel of a layer whose ids may be missing.

    Parameters
    ----------
    layer
        Index ``row``, as numbers or as text; with ``parcel_id``, or without.

    Returns
    -------
    list of str
        The id, and where there is none the name of the row.
    """
    rows = layer.index.tolist()
    ids = layer["parcel_id"].tolist() if "parcel_id" in layer.columns else [None] * len(rows)
    return [row_name(row) if pd.isna(one) else str(one) for row, one in zip(rows, ids, strict=True)]


def rows_by_id(kept: pd.DataFrame) -> dict[str, int]:
    """
    Give the number of each parcel's row.

    Parameters
    ----------
    kept
        Index ``row``, with ``parcel_id``.

    Returns
    -------
    dict
        Row by id; empty where there are no ids.
    """
    if "parcel_id" not in kept.columns:
        return {}
    return dict(zip(kept["parcel_id"].tolist(), kept.index.tolist(), strict=True))


def repeated_ids(layer: GeoDataFrame, name: str, column: str) -> tuple[Fault, ...]:
    """
    Doubt the rows of a layer whose id an earlier row has.

    Parameters
    ----------
    layer
        Index ``row``, shapes in the project CRS, with the column.
    name
        The layer's name in the project file.
    column
        The column that holds the id.

    Returns
    -------
    tuple of Fault
        ``duplicate_id``, naming the earlier row; a missing id repeats none.
    """
    again = layer[column].duplicated() & layer[column].notna()
    first = layer.drop_duplicates(column).reset_index().set_index(column)["row"]
    found = []
    for at, one in zip(again.to_numpy().nonzero()[0].tolist(), layer[column][again], strict=True):
        said = Text(f"{one} 已用于第 {first[one]} 行", f"{one} stands on row {first[one]} already")
        found.append((at, "duplicate_id", said))
    return faults_at(layer, name, layer.geometry.to_numpy(), found)


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
    named = zip(found, rows.index.tolist(), row_ids(rows, name), places, strict=True)
    return tuple(
        Fault(name, int(row), one, code, detail, x, y)
        for (_, code, detail), row, one, (x, y) in named
    )
