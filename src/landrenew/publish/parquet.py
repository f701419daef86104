"""The parcels as GeoParquet: from the table, or with shapes that stayed on disk, part by part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from landrenew.base.threads import one_ahead

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

    from landrenew.publish.result import Result


def write_parcels(result: Result, path: Path) -> None:
    """
    Write the parcel table with its shapes.

    Parameters
    ----------
    result
        A finished run.
    path
        The file. Parts on disk become its row groups, in their order, so that it can be read by
        place; a table in memory is written in its own order.
    """
    if result.shapes is None:
        result.parcels.to_parquet(path)
        return
    table = pd.DataFrame(result.parcels.drop(columns="geometry"))
    flat = _flat_schema(table)
    shape = pa.field("geometry", pa.binary())
    schema = flat.append(shape).with_metadata((flat.metadata or {}) | _geo(result.parcels.crs))
    parts = (
        pa.Table.from_pandas(table.iloc[at], schema=flat).append_column(shape, wkb.cast(shape.type))
        for at, wkb in result.shapes()
    )
    with pq.ParquetWriter(path, schema) as writer:
        for part in one_ahead(parts):
            writer.write_table(part)


def _flat_schema(table: pd.DataFrame) -> pa.Schema:
    """Settle the types once, whatever a part happens to hold; what is no number is text."""
    found = pa.Schema.from_pandas(table.iloc[:0])
    fields = [one.with_type(pa.string()) if pa.types.is_null(one.type) else one for one in found]
    return pa.schema(fields, metadata=found.metadata)


def _geo(crs: CRS | None) -> dict[bytes, bytes]:
    """Describe the shapes as GeoParquet asks."""
    projection = None if crs is None else crs.to_json_dict()
    column: dict[str, object] = {"encoding": "WKB", "geometry_types": [], "crs": projection}
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {b"geo": json.dumps(geo).encode()}
