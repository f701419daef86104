"""A finished run, read back from its folder: the parcels, the share, the faults, the manifest."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from landrenew.base.errors import FileError, reason

COULD_NOT_READ = (OSError, ValueError, KeyError, pa.ArrowException, csv.Error)
"""What the readers raise on a file that is missing, cut off, or was changed by hand."""

FAULT_CELLS = 7
"""Cells of a fault's line that say which it is: layer, row, id, code, outcome, what, detail."""


class Record(BaseModel):
    """Base of what is read back: keys that are not needed, or come later, do no harm."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Input(Record):
    """
    One layer of the manifest.

    Parameters
    ----------
    layer
        Key of the project file.
    path
        Its file.
    where
        Condition on its rows.
    read_as
        How its columns and coordinates are read.
    sha256
        Digest of each of its files.
    """

    layer: str
    path: str = ""
    where: str | None = None
    read_as: dict[str, Any] = Field(default_factory=dict)
    sha256: dict[str, str] = Field(default_factory=dict)


class Book(Record):
    """
    The rulebook of the manifest.

    Parameters
    ----------
    name
        Its name.
    sha256
        Digest of each of its files.
    parts
        Digest of each of its parts; empty in the manifest of an older version.
    """

    name: str = ""
    sha256: dict[str, str] = Field(default_factory=dict)
    parts: dict[str, str] = Field(default_factory=dict)


class Manifest(Record):
    """
    What a run rested on.

    Parameters
    ----------
    city
        Name of the city.
    as_of
        Date of the data.
    crs
        The project CRS.
    inputs
        The layers.
    rasters
        Digest of each raster.
    rulebook
        The rulebook.
    versions
        Versions of landrenew and of what it measures with.
    parameters
        Tolerances.
    certainty
        What was drawn by chance; None where nothing was.
    """

    city: str = ""
    as_of: str | None = None
    crs: str = ""
    inputs: tuple[Input, ...] = ()
    rasters: dict[str, str] = Field(default_factory=dict)
    rulebook: Book = Book()
    versions: dict[str, str] = Field(default_factory=dict)
    parameters: dict[str, Any] = Field(default_factory=dict)
    certainty: dict[str, Any] | None = None


class Share(Record):
    """
    A share of ``share.json``, of the city or of a town.

    Parameters
    ----------
    town
        Name of the town; empty for the city.
    share
        Share inside the line [0-1]; None where there is no land.
    verdict
        Verdict against the target.
    inside_m2
        Land inside [m2].
    total_m2
        All land [m2].
    towns
        The same for each town.
    """

    town: str = ""
    share: float | None = None
    verdict: str = ""
    inside_m2: float | None = None
    total_m2: float | None = None
    towns: tuple[Share, ...] = ()


@dataclass(frozen=True)
class FaultLine:
    """
    One line of ``faults.csv``.

    Parameters
    ----------
    layer
        Layer of the project file.
    row
        Number of the row, or empty.
    id
        Id of the row, or empty.
    code
        Kind of fault.
    detail
        What was found, in the run's language.
    """

    layer: str
    row: str
    id: str
    code: str
    detail: str


@dataclass(frozen=True)
class FinishedRun:
    """
    A finished run.

    Parameters
    ----------
    folder
        Its folder.
    manifest
        What it rested on.
    parcels
        The parcel table, index ``parcel_id``.
    share
        The share of the city; None without a control line.
    faults
        The faults, in the order of the file.
    """

    folder: Path
    manifest: Manifest
    parcels: gpd.GeoDataFrame
    share: Share | None
    faults: tuple[FaultLine, ...]


def read_finished(folder: str | Path) -> FinishedRun:
    """
    Read a run folder.

    Parameters
    ----------
    folder
        The folder that ``landrenew run`` wrote.

    Returns
    -------
    FinishedRun
        The run.

    Raises
    ------
    FileError
        When it is no run folder, or one of its files cannot be read.
    """
    folder = Path(folder)
    name = "manifest.json"
    try:
        manifest = Manifest.model_validate_json((folder / name).read_bytes())
        name = "parcels.parquet"
        parcels = gpd.read_parquet(folder / name)
        name = "share.json"
        share = _share(folder / name)
        name = "faults.csv"
        faults = _faults((folder / name).read_bytes())
    except COULD_NOT_READ as error:
        raise _not_a_run(folder, name, error) from error
    if not parcels.index.is_unique or parcels.index.name != "parcel_id":
        raise _not_a_run(folder, "parcels.parquet", ValueError("parcel_id"))
    return FinishedRun(folder, manifest, parcels, share, faults)


def _share(path: Path) -> Share | None:
    return Share.model_validate_json(path.read_bytes()) if path.exists() else None


def _faults(raw: bytes) -> tuple[FaultLine, ...]:
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))[1:]
    if any(len(line) < FAULT_CELLS for line in lines):
        message = "faults.csv"
        raise ValueError(message)
    return tuple(FaultLine(one[0], one[1], one[2], one[3], one[6]) for one in lines)


def _not_a_run(folder: Path, name: str, error: Exception) -> FileError:
    said = reason(error)
    if isinstance(error, ValidationError):
        said = said._replace(zh="内容不合格式", en="its contents have another form")
    return FileError(
        f"{folder} 不是完整的运行结果：{name} 读不出来（{said.zh}）。"
        "请给出 landrenew run 写出的文件夹，或重新运行。",
        f"{folder} is no complete run: {name} cannot be read ({said.en}). Give a folder that"
        " landrenew run wrote, or run again.",
    )
