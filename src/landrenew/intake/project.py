"""The project file ``city.toml``: which layers a city has, and how to read them.

Only the parcels are required. A layer left out is not measured, and the outputs say so.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import FileError


class Part(BaseModel):
    """Base of every part of the project file: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Mapping(Part):
    """
    Where one of our columns comes from.

    Parameters
    ----------
    column
        Name of the column in the file.
    unit
        Unit of the values there; None when it is ours.
    """

    column: str
    unit: str | None = None


class Layer(Part):
    """
    One layer or table.

    Parameters
    ----------
    path
        File, relative to the project file.
    layer
        Layer in the file; None when it has one.
    crs
        CRS, only where the file itself does not say.
    encoding
        Text encoding, only where the file itself does not say.
    where
        SQL condition on the file's own columns that selects rows.
    columns
        Our column name -> theirs.
    as_of
        Date of the data, shown beside every figure.
    source
        Who supplied the layer.
    """

    path: str
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    where: str | None = None
    columns: dict[str, Mapping] = Field(default_factory=dict)
    as_of: str | None = None
    source: str | None = None

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {k: {"column": v} if isinstance(v, str) else v for k, v in value.items()}

    @field_validator("columns")
    @classmethod
    def _names_are_ours(cls, value: dict[str, Mapping]) -> dict[str, Mapping]:
        if unknown := sorted(name for name in value if name not in COLUMNS):
            message = f"not a column of landrenew: {', '.join(unknown)} (see: landrenew columns)"
            raise ValueError(message)
        return value


class City(Part):
    """
    The city as a whole.

    Parameters
    ----------
    name
        Name shown on the map.
    crs
        The one projected CRS of the project; chosen and announced when None.
    rulebook
        Name of a shipped rulebook, or path of a TOML file.
    as_of
        Date of the data as a whole.
    drawing_unit
        Who draws the map, shown on it.
    """

    name: str
    crs: str | None = None
    rulebook: str
    as_of: str | None = None
    drawing_unit: str | None = None


class Tolerances(Part):
    """
    Named tolerances of the measurement, in metres; project choices, stated with every result.

    Parameters
    ----------
    sliver_width_m
        A part of a parcel cut off by a zone's edge that is narrower than this is a drawing error
        and goes to the other side.
    overlap_width_m
        An overlap between parcels narrower than this is not reported.
    """

    sliver_width_m: float = Field(default=0.5, ge=0)
    overlap_width_m: float = Field(default=0.5, ge=0)


class Rasters(Part):
    """
    Raster files.

    Parameters
    ----------
    height
        Height above ground (nDSM) [m].
    nightlight
        Night-time light.
    """

    height: str | None = None
    nightlight: str | None = None


class Project(Part):
    """
    A whole project file.

    Parameters
    ----------
    folder
        Folder that relative paths start from.
    city
        The city.
    parcels
        One row, one parcel of industrial land.
    control_line
        Industrial control line 工业控制线.
    growth_boundary
        Growth boundary 城镇开发边界.
    towns
        Towns 镇街.
    parks
        Parks 园区 with capacity.
    buildings
        Building footprints.
    firms
        Firms.
    links
        Which firm stands on which parcel.
    barriers
        Rivers, railways, expressways that contiguity never crosses.
    protected
        Protected land.
    background
        Faint backdrop of the map: water, roads, built-up land.
    ledger
        Events of renewal.
    rasters
        Raster files.
    tolerances
        Named tolerances.
    """

    folder: Path
    city: City
    parcels: Layer
    control_line: Layer | None = None
    growth_boundary: Layer | None = None
    towns: Layer | None = None
    parks: Layer | None = None
    buildings: Layer | None = None
    firms: Layer | None = None
    links: Layer | None = None
    barriers: Layer | None = None
    protected: Layer | None = None
    background: Layer | None = None
    ledger: Layer | None = None
    rasters: Rasters = Rasters()
    tolerances: Tolerances = Tolerances()


def _complaint(error: ValidationError) -> str:
    lines = []
    for one in error.errors():
        where = ".".join(str(part) for part in one["loc"]) or "city.toml"
        lines.append(f"[{where}] {one['msg'].removeprefix('Value error, ')}")
    return "; ".join(lines)


def read_project(path: str | Path) -> Project:
    """
    Read and check a project file.

    Parameters
    ----------
    path
        The TOML file.

    Returns
    -------
    Project
        The project; layer paths stay relative to :attr:`Project.folder`.

    Raises
    ------
    FileError
        When the file is missing, is not TOML, or holds an unknown or wrong key.
    """
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise FileError(
            f"读不到项目文件 {path}：{error.strerror}。"
            "请检查路径，或用 landrenew demo 得到一个样例。",
            f"Cannot read project file {path}: {error.strerror}. Check the path, or get an example"
            " with: landrenew demo.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(
            f"项目文件 {path} 不是正确的 TOML：{error}。"
            "请改正该行（文字须用引号，编码须为 UTF-8）。",
            f"Project file {path} is not valid TOML: {error}. Mend that line (text in quotes, file"
            " in UTF-8).",
        ) from error
    try:
        return Project(folder=path.resolve().parent, **raw)
    except (ValidationError, TypeError) as error:
        said = _complaint(error) if isinstance(error, ValidationError) else str(error)
        raise FileError(
            f"项目文件 {path} 有误：{said}。各项写法见 docs/project-file.md。",
            f"Project file {path} is wrong: {said}. Every key is described in"
            " docs/project-file.md.",
        ) from error
