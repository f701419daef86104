"""What is known of a tile once it was measured: its parcels, and what was found, on disk.

A part is written file by file beside its place; its record comes last and says that all is there.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from landrenew.base.exact import exact_parts
from landrenew.base.words import Text
from landrenew.intake.faults import Fault
from landrenew.intake.parcels import Parcels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.geometry.checked import Checked


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
    """

    accounts: list[Account]
    faults: list[Fault]


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
        return self._path(".json").exists()

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
        tables = {".parquet": parcels, ".rejected.parquet": checked[0].rejected}
        for what, table in tables.items():
            with _beside(self._path(what)) as path:
                table.to_parquet(path)
        for one in checked[1:]:
            if "height_m" in one.kept.columns:
                with _beside(self._path(".heights.npy")) as path, path.open("wb") as file:
                    np.save(file, one.kept["height_m"].to_numpy(float))
        record = {
            "accounts": [asdict(_account(one)) for one in checked],
            "faults": [asdict(fault) for one in checked for fault in one.faults]
            + [asdict(fault) for fault in faults],
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
        return Record([Account(**one) for one in raw["accounts"]], faults)

    def parcels(self) -> Parcels:
        """
        Read its parcels.

        Returns
        -------
        Parcels
            As they were written, with ``row``.
        """
        return Parcels(plain(gpd.read_parquet(self._path(".parquet"))))

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
        path = self._path(".heights.npy")
        return np.load(path) if path.exists() else np.empty(0)


def plain(table: GeoDataFrame) -> GeoDataFrame:
    """
    Bring texts back to how a file's texts are held: objects, with None where there is none.

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
            table[name] = table[name].astype(object).where(table[name].notna(), None)
    table.index = table.index.astype(object) if table.index.dtype == "str" else table.index
    return table


def _account(checked: Checked) -> Account:
    areas = {str(name): exact_parts(checked.account[name]) for name in checked.account.columns}
    rows = len(checked.account), len(checked.kept), len(checked.rejected)
    return Account(checked.layer, *rows, areas)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Write a file beside its place; it stands there only when it is whole."""
    fresh = path.with_name(f".{path.name}.new")
    yield fresh
    fresh.replace(path)
