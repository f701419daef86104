"""What is known of a tile once it was measured: its parcels, and what was found, on disk.

A part is written file by file beside its place; its record comes last and says that all is there.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from landrenew.base.exact import exact_parts
from landrenew.base.words import Text
from landrenew.intake.faults import Fault
from landrenew.intake.parcels import Parcels
from landrenew.measure.buildings import knows_open_ground

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.geometry.checked import Checked

FILES = (".parquet", ".rejected.parquet", ".heights.npy", ".json")
"""Ends of the names of the files of a part; the last is written last."""

MIDDLE = ("middle_x", "middle_y")
"""Columns of the middle of the box around a parcel [m]."""


@dataclass(frozen=True)
class Account:
    """
    The rows and areas of one layer in one tile.

    Parameters
    ----------
    layer
        The layer's name in the project file.
    rows_in
        Rows that belong to the tile.
    rows_out
        Rows that go on.
    rows_rejected
        Rows set aside.
    areas
        For each area of the balance numbers whose exact sum it is [m2].
    """

    layer: str
    rows_in: int
    rows_out: int
    rows_rejected: int
    areas: dict[str, list[float]]


@dataclass(frozen=True)
class Record:
    """
    What a part says beside its parcels.

    Parameters
    ----------
    accounts
        The account of the parcels, then of the buildings.
    faults
        What was found wrong with its own rows.
    extent
        The box around its buildings that go on: left, bottom, right, top [m]; None without any.
    has_open_ground
        Whether these buildings tell structures and yards apart.
    """

    accounts: list[Account]
    faults: list[Fault]
    extent: list[float] | None
    has_open_ground: bool


@dataclass(frozen=True)
class Part:
    """
    A tile that was measured.

    Parameters
    ----------
    folder
        Folder of the parts.
    tile
        Number of the tile.
    """

    folder: Path
    tile: int

    def _path(self, what: str) -> Path:
        return self.folder / f"{self.tile:05d}{what}"

    @property
    def is_there(self) -> bool:
        """Whether the part was written to its end."""
        return all(self._path(one).exists() for one in FILES)

    def write(self, parcels: Parcels, checked: Sequence[Checked], faults: Sequence[Fault]) -> None:
        """
        Write the part.

        Parameters
        ----------
        parcels
            Its measured parcels, with ``row``.
        checked
            Its parcels and buildings as they were checked, of its own rows only.
        faults
            What measuring brought to light.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        boxes = shapely.bounds(parcels.geometry.to_numpy()).reshape(-1, 4)
        middles = dict(zip(MIDDLE, (boxes[:, :2] + boxes[:, 2:]).T / 2, strict=True))
        parcels = Parcels(parcels.assign(**middles))
        tables = {".parquet": parcels, ".rejected.parquet": checked[0].rejected}
        for what, table in tables.items():
            with _beside(self._path(what)) as path:
                table.to_parquet(path)
        stock = next((one.kept for one in checked[1:] if len(one.kept)), None)
        stated = [] if stock is None or "height_m" not in stock else [stock["height_m"]]
        with _beside(self._path(".heights.npy")) as path, path.open("wb") as file:
            np.save(file, np.concatenate([np.empty(0), *stated]))
        record = {
            "accounts": [asdict(_account(one)) for one in checked],
            "faults": [asdict(fault) for one in checked for fault in one.faults]
            + [asdict(fault) for fault in faults],
            "extent": None if stock is None else stock.total_bounds.tolist(),
            "has_open_ground": stock is not None and knows_open_ground(stock),
        }
        with _beside(self._path(".json")) as path:
            path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")

    def record(self) -> Record:
        """
        Read what the part says beside its parcels.

        Returns
        -------
        Record
            Its accounts and faults.
        """
        raw = json.loads(self._path(".json").read_text(encoding="utf-8"))
        faults = [Fault(**{**one, "detail": Text(*one["detail"])}) for one in raw["faults"]]
        accounts = [Account(**one) for one in raw["accounts"]]
        return Record(accounts, faults, raw["extent"], raw["has_open_ground"])

    def parcels(self, *, with_shapes: bool) -> GeoDataFrame:
        """
        Read its parcels.

        Parameters
        ----------
        with_shapes
            Whether their shapes are wanted; else the middle of the box around each stands for it.

        Returns
        -------
        GeoDataFrame
            Index ``row``, with ``parcel_id``, as they were measured.
        """
        path = self._path(".parquet")
        if with_shapes:
            table = gpd.read_parquet(path).drop(columns=list(MIDDLE))
        else:
            names = [one for one in pq.read_schema(path).names if one != "geometry"]
            flat = pq.read_table(path, columns=names).to_pandas(ignore_metadata=True)
            middles = gpd.points_from_xy(*(flat.pop(name) for name in MIDDLE))
            table = gpd.GeoDataFrame(flat, geometry=middles)
        table = plain(table.reset_index(drop="parcel_id" in table).set_index("row"))
        return table.astype({"parcel_id": str})  # as an index of ids is held

    def shapes(self) -> tuple[NDArray[np.int64], pa.ChunkedArray]:
        """
        Read the shapes of its parcels alone.

        Returns
        -------
        rows : ndarray
            Numbers of the rows.
        shapes : ChunkedArray
            Their shapes as WKB.
        """
        table = pq.read_table(self._path(".parquet"), columns=["row", "geometry"])
        return table["row"].to_numpy(), table["geometry"]

    def rejected(self) -> GeoDataFrame:
        """
        Read the parcels set aside.

        Returns
        -------
        GeoDataFrame
            Index ``row``, with ``code`` and ``detail``.
        """
        return plain(gpd.read_parquet(self._path(".rejected.parquet")))

    def heights(self) -> NDArray[np.float64]:
        """
        Read the heights that its buildings state.

        Returns
        -------
        ndarray
            One a building [m]; empty where the layer states none.
        """
        heights: NDArray[np.float64] = np.load(self._path(".heights.npy"))
        return heights


def plain(table: GeoDataFrame) -> GeoDataFrame:
    """
    Bring texts back to how a file's texts are held: objects, with None where there is none.

    Rows that say the same share one object: of ten million towns' names there are a hundred.

    Parameters
    ----------
    table
        A table as Parquet gives it.

    Returns
    -------
    GeoDataFrame
        The same rows.
    """
    for name in table.columns.drop("geometry"):
        if not pd.api.types.is_numeric_dtype(table[name]):
            code, words = pd.factorize(table[name].to_numpy(object))
            shared = np.array([*words, None], dtype=object)[code]  # the last for -1, missing
            table[name] = pd.Series(shared, table.index, dtype=object)
    return table


def _account(checked: Checked) -> Account:
    areas = {str(name): exact_parts(checked.account[name]) for name in checked.account.columns}
    rows = len(checked.account), len(checked.kept), len(checked.rejected)
    return Account(checked.layer, *rows, areas)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """
    Write a file beside its place; it stands there only when it is whole.

    A cluster may give a part to a second worker while the first, taken for lost, still writes it.
    """
    fresh = path.with_name(f".{path.name}.{uuid4().hex}.new")
    yield fresh
    fresh.replace(path)
