"""Whether two results are the same, to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely
from geopandas import GeoDataFrame

from landrenew.intake.faults import in_file_order
from landrenew.publish.change_file import change_record
from landrenew.publish.run_folder import json_text, result_share_record

if TYPE_CHECKING:
    from landrenew.publish.result import Result


def same_table(one: pd.DataFrame | None, other: pd.DataFrame | None) -> None:
    """Hold two tables against each other: rows, order, kinds, bits, and what is missing how."""
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    shapes = [name for name in ("geometry",) if name in other.columns]
    pd.testing.assert_frame_equal(
        pd.DataFrame(one.drop(columns=shapes)),
        pd.DataFrame(other.drop(columns=shapes)),
        check_exact=True,
    )
    for name in other.columns.drop(shapes):
        if other[name].dtype == object:  # the line above takes None for NaN
            assert [*map(type, one[name])] == [*map(type, other[name])], name
    if isinstance(one, GeoDataFrame) and isinstance(other, GeoDataFrame):
        assert one.crs == other.crs
        assert list(shapely.to_wkb(one.geometry)) == list(shapely.to_wkb(other.geometry))


def as_told(rejected: GeoDataFrame) -> GeoDataFrame:
    """Take the parcels set aside; how pandas holds their texts hangs on what they are."""
    kinds = {name: object for name, kind in rejected.dtypes.items() if kind == "str"}
    return rejected.astype(kinds)


def same_result(one: Result, other: Result) -> None:
    """Hold two runs of one city against each other; faults, balances in any order."""
    same_table(one.parcels, other.parcels)
    same_table(as_told(one.layers.rejected), as_told(other.layers.rejected))
    assert in_file_order(one.faults) == in_file_order(other.faults)
    for mine, theirs in (
        (one.balances, other.balances),
        (one.layers.balances, other.layers.balances),
    ):
        assert {a.layer: a for a in mine} == {a.layer: a for a in theirs}
    assert one.layers.notes == other.layers.notes
    assert one.notes == other.notes
    assert one.layers.parcel_rows == other.layers.parcel_rows
    assert json_text(result_share_record(one)) == json_text(result_share_record(other))
    if one.share is not None and other.share is not None:
        assert one.share == other.share
        same_table(one.share.doubts, other.share.doubts)
    same_table(one.blocks, other.blocks)
    same_table(one.progress, other.progress)
    same_table(one.retired, other.retired)
    same_table(one.backflow, other.backflow)
    assert in_file_order(one.findings) == in_file_order(other.findings)
    assert json_text(change_record(one)) == json_text(change_record(other))
    assert (one.allocation is None) == (other.allocation is None)
    if one.allocation is not None and other.allocation is not None:
        same_table(one.allocation.land, other.allocation.land)
        same_table(one.allocation.columns, other.allocation.columns)
