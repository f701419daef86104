"""The project file ``city.toml``: which layers a city has, and how to read them.

Only the parcels are required. A layer left out is not measured, and the outputs say so.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import ColumnError, FileError, reason
from landrenew.base.words import Text, some
from landrenew.intake.jargon import plainly

OURS_ALONE = {
    "parcel_area_m2", "parcel_area_mu", "planar_area_m2", "declared_difference_share",
    "counted_area_m2", "inside_area_m2", "settled_m2", "estimated_floor_share",
}  # fmt: skip
"""Columns that are always measured; a file's own figure never stands in for them."""

DateText = Annotated[
    str, BeforeValidator(lambda value: str(value) if isinstance(value, dt.date) else value)
]
"""A date for people: text, or a date as TOML writes it."""

SAID = {
    "missing": Text("缺少这一项", "is missing"),
    "extra_forbidden": Text("没有这样的项，请检查拼写", "is not a key of landrenew"),
    "string_type": Text("应为带引号的文字", "should be text in quotes"),
    "string_too_short": Text("不能为空", "must not be empty"),
    "float_type": Text("应为数字", "should be a number"),
    "float_parsing": Text("应为数字", "should be a number"),
    "greater_than_equal": Text("不能小于 0", "must not be below 0"),
    "finite_number": Text("应为有限的数", "should be a finite number"),
    "model_type": Text("应为一节（[…] 之下的若干项）", "should be a section of keys"),
    "dict_type": Text("应为一节（[…] 之下的若干项）", "should be a section of keys"),
}
"""What pydantic finds most often, in our words."""


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

    path: str = Field(min_length=1)
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    where: str | None = None
    columns: dict[str, Mapping] = Field(default_factory=dict)
    as_of: DateText | None = None
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
            raise ColumnError(
                f"数据字典里没有 {some(unknown)}（用 landrenew columns 查看全部列）",
                f"not a column of landrenew: {some(unknown)} (see: landrenew columns)",
            )
        judged = {name for name in value if COLUMNS[name].role == "judged"}
        if own := sorted(judged | OURS_ALONE.intersection(value)):
            raise ColumnError(
                f"{some(own)} 由程序测算或判定，不取自文件",
                f"measured or judged by landrenew, never taken from a file: {some(own)}",
            )
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
    review_number
        Map review number 审图号, shown on it; the slot stays empty without one.
    """

    name: str
    crs: str | None = None
    rulebook: str
    as_of: DateText | None = None
    drawing_unit: str | None = None
    review_number: str | None = None


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

    sliver_width_m: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    overlap_width_m: float = Field(default=0.5, ge=0, allow_inf_nan=False)


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

    def layers(self) -> dict[str, Layer]:
        """
        Give the layers that the project has.

        Returns
        -------
        dict
            Layer by name, in the order of the project file's sections.
        """
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: one for name, one in given.items() if isinstance(one, Layer)}


def _complaint(error: ValidationError) -> Text:
    zh, en = [], []
    for one in error.errors():
        where = ".".join(str(part) for part in one["loc"])
        cause = one.get("ctx", {}).get("error")
        plain = Text(one["msg"], one["msg"])
        said = cause.text if isinstance(cause, ColumnError) else SAID.get(one["type"], plain)
        zh.append(f"[{where}] {said.zh}")
        en.append(f"[{where}] {said.en}")
    return Text("；".join(zh), "; ".join(en))


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
            f"读不到项目文件 {path}：{reason(error).zh}。"
            "请检查路径，或用 landrenew demo 得到一个样例。",
            f"Cannot read project file {path}: {reason(error).en}. Check the path, or get an"
            " example with: landrenew demo.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(
            f"项目文件 {path} 写法有误：{plainly(str(error)).zh}。"
            "请改正该行（文字须用引号，编码须为 UTF-8）。",
            f"Project file {path} is not valid TOML: {plainly(str(error)).en}. Mend that line (text"
            " in quotes, file in UTF-8).",
        ) from error
    try:
        return Project(folder=path.resolve().parent, **raw)
    except (ValidationError, TypeError) as error:
        ours = Text(
            f"[folder] {SAID['extra_forbidden'].zh}", f"[folder] {SAID['extra_forbidden'].en}"
        )
        said = _complaint(error) if isinstance(error, ValidationError) else ours
        raise FileError(
            f"项目文件 {path} 有误：{said.zh}。请对照 docs/project-file.md 改正。",
            f"Project file {path} is wrong: {said.en}. Every key is described in"
            " docs/project-file.md.",
        ) from error
