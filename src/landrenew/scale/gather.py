"""The parts of a city brought together: its parcels, its faults, and its account."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.intake.city import LOCATED, left_out, read_tables
from landrenew.intake.desk import no_shape_left
from landrenew.intake.geometry.footprints import height_faults
from landrenew.intake.geometry.whereabouts import refuse_elsewhere
from landrenew.intake.layers import Balance
from landrenew.intake.parcels import Parcels, far_away, refuse_none_left, refuse_shared_ids
from landrenew.measure.given import refuse_given_twice
from landrenew.measure.inputs import refuse_errors_of_no_input
from landrenew.scale.part import Part
from landrenew.scale.size import IN_MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from landrenew.intake.desk import Desk
    from landrenew.intake.layers import Layers
    from landrenew.scale.frame import Frame
    from landrenew.scale.part import Account, Record

    ShapesOnDisk = Callable[[], Iterator[tuple[NDArray[np.intp], pa.ChunkedArray]]]


class Gathered(NamedTuple):
    """
    A city brought together.

    Parameters
    ----------
    layers
        The layers as of a city read as a whole, but for the buildings, which stay on disk; the
        faults are those of reading and of measuring.
    parcels
        The measured parcel table, in the order of the file. In place of the shapes it has the
        middles of their boxes where ``shapes`` is given.
    shapes
        Gives the shapes that stayed on disk, a part at a time: positions in the table, and WKB.
        None where they are in the table.
    """

    layers: Layers
    parcels: Parcels
    shapes: ShapesOnDisk | None


def gathered(frame: Frame, desk: Desk) -> Gathered:
    """
    Bring the parts of a city together and read the tables that speak of its parcels.

    Parameters
    ----------
    frame
        The city, all of its tiles measured.
    desk
        What was found when it was laid out.

    Returns
    -------
    Gathered
        The city.

    Raises
    ------
    LandrenewError
        As for a city that is read as a whole.
    """
    parts = [Part(frame.folder, tile) for tile in range(frame.parcels.tiles)]
    records = [part.record() for part in parts]
    accounts = list(chain.from_iterable(record.accounts for record in records))
    balances = [balance_of([one for one in accounts if one.layer == name])
                for name in dict.fromkeys(one.layer for one in accounts)]  # fmt: skip
    rejected = in_order(part.rejected() for part in parts)
    refuse_none_left(balances[0].rows_in, rejected)
    stays = balances[0].rows_out > IN_MEMORY and not _needs_shapes(frame.layers)
    table = in_order(part.parcels(with_shapes=not stays) for part in parts)
    refuse_shared_ids(table["parcel_id"])
    desk.faults += far_away(table)
    _check_buildings(frame, desk, parts, balances)
    parcels = Parcels(table.set_index("parcel_id").set_crs(frame.parcels.crs))
    if not any(record.has_open_ground for record in records):  # tiles went by rows set aside too
        parcels = Parcels(parcels.drop(columns="building_coefficient", errors="ignore"))
    desk.notes += refuse_elsewhere(parcels, _located(frame, records), desk.extents, desk.paths())
    desk.balances += balances
    tables = read_tables(desk, parcels)
    known = replace(frame.layers, firms=tables.firms, leases=tables.leases)
    refuse_given_twice(known)
    refuse_errors_of_no_input(known)
    desk.notes += left_out(desk.project, parcels)
    layers = replace(
        frame.layers,
        parcels=parcels,
        rejected=rejected,
        parcel_rows=RowsById(parcels.index, table.index),
        faults=(*desk.faults, *chain.from_iterable(one.faults for one in records)),
        balances=desk.account(),
        notes=tuple(desk.notes),
        digests=desk.digests,
        aside=desk.aside,
        **tables._asdict(),
    )
    return Gathered(layers, parcels, _shapes(parts, table.index) if stays else None)


def _located(frame: Frame, records: Sequence[Record]) -> dict[str, gpd.GeoDataFrame | None]:
    """Give the layers that must lie where the parcels do; for the buildings, boxes around them."""
    layers = {name: getattr(frame.layers, name) for name in LOCATED}
    if frame.buildings is not None:
        boxes = [record.extent for record in records if record.extent is not None]
        around = shapely.box(*np.array(boxes).reshape(-1, 4).T)
        layers["buildings"] = gpd.GeoDataFrame(geometry=around, crs=frame.parcels.crs)
    return layers


def _needs_shapes(layers: Layers) -> bool:
    """Tell whether blocks, firms as points, cleared or retired land will ask for the shapes."""
    project = layers.project
    has_points = project.firms is not None and project.links is None
    looks_back = project.ledger is not None or project.earlier_parcels is not None
    return layers.rulebook.contiguity is not None or has_points or looks_back


def _shapes(parts: Sequence[Part], rows: pd.Index[int]) -> ShapesOnDisk:
    def shapes() -> Iterator[tuple[NDArray[np.intp], pa.ChunkedArray]]:
        for part in parts:
            numbers, wkb = part.shapes()
            yield rows.get_indexer(pd.Index(numbers)), wkb

    return shapes


class RowsById(Mapping[str, int]):
    """
    The number of each parcel's row, by its id, without a copy of the ids.

    Parameters
    ----------
    ids
        The ids, unique.
    rows
        The row of each.
    """

    def __init__(self, ids: pd.Index[str], rows: pd.Index[int]) -> None:
        self._ids, self._rows = ids, rows

    def __getitem__(self, one: str) -> int:
        """Give the row of a parcel."""
        return int(self._rows.to_numpy()[self._ids.get_loc(one)])

    def __iter__(self) -> Iterator[str]:
        """Go through the ids."""
        return iter(self._ids)

    def __len__(self) -> int:
        """Count the parcels."""
        return len(self._ids)


def in_order(tables: Iterable[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """
    Put the rows of all parts under each other, in the order of the file.

    Parameters
    ----------
    tables
        One a part, with the same columns, read as they are asked for; index ``row``.

    Returns
    -------
    GeoDataFrame
        All rows by their number. A column at a time: whole tables are never there twice.
    """
    pieces: dict[Hashable, list[pd.Series]] = {}
    rows, empty = [], gpd.GeoDataFrame()
    for table in tables:
        if not len(empty.columns):
            empty = table.iloc[:0]
        if len(table):
            rows.append(table.index.to_numpy())
            for name in table.columns:
                pieces.setdefault(name, []).append(table[name])
    if not rows:
        return empty
    number = np.concatenate(rows)
    order = np.argsort(number)
    index = pd.Index(number[order], name=empty.index.name)  # one for all columns
    columns = {
        name: pd.concat(pieces.pop(name), ignore_index=True).take(order).set_axis(index)
        for name in list(pieces)
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns, copy=False), geometry="geometry")


def balance_of(accounts: Sequence[Account]) -> Balance:
    """
    Add up the accounts of one layer.

    Parameters
    ----------
    accounts
        One a part, at least one.

    Returns
    -------
    Balance
        As of the layer as a whole, to the last bit.
    """
    areas = {
        f"area_{name}_m2": math.fsum(chain.from_iterable(one.areas[name] for one in accounts))
        for name in accounts[0].areas
    }
    return Balance(
        accounts[0].layer,
        rows_in=sum(one.rows_in for one in accounts),
        rows_out=sum(one.rows_out for one in accounts),
        rows_rejected=sum(one.rows_rejected for one in accounts),
        **areas,
    )


def _check_buildings(
    frame: Frame, desk: Desk, parts: Sequence[Part], balances: Sequence[Balance]
) -> None:
    """Say of the buildings what only all of them show."""
    spec = desk.project.buildings
    if frame.buildings is None or spec is None:
        return
    if not balances[1].rows_out:
        raise no_shape_left("buildings", spec)
    heights = np.concatenate([part.heights() for part in parts])
    if len(heights):
        desk.faults += height_faults(pd.DataFrame({"height_m": heights}))
