"""The sections of the project file: what may stand in each, and in which words.

How a section is refused is said in :mod:`landrenew.intake.project`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from landrenew.base.codes.industry import Edition
from landrenew.base.codes.land import Scheme
from landrenew.base.columns import COLUMNS, Column, raster_columns
from landrenew.base.errors import ColumnError
from landrenew.base.words import some
from landrenew.intake.sources.address import split_password

OURS_ALONE = {
    "parcel_area_m2", "parcel_area_mu", "planar_area_m2", "declared_difference_share",
    "counted_area_m2", "inside_area_m2", "settled_m2", "estimated_floor_share",
    "height_support_share", "inside_within_line_m2", "outside_within_line_m2",
    "shares_ground_with",
}  # fmt: skip
"""Columns that are always measured; a file's own figure never stands in for them."""

DateText = Annotated[
    str, BeforeValidator(lambda value: str(value) if isinstance(value, dt.date) else value)
]
"""A date for people: text, or a date as TOML writes it."""


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
    header
        Line that holds the heading of a sheet, the first of them when it has several; found by
        the program when None.
    x
        Column of a table that holds the easting or longitude.
    y
        Column of a table that holds the northing or latitude.
    wkt
        Column of a table that holds shapes as WKT.
    shift
        The shifted system that the coordinates are in; they are put back only where this says so.
    columns
        Our column name -> theirs.
    as_of
        Date of the data, shown beside every figure.
    source
        Who supplied the layer.
    password
        Password of a database, taken out of ``path`` so that nothing shows it.
    """

    path: str = Field(min_length=1)
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    where: str | None = None
    header: int | None = Field(default=None, gt=0)
    x: str | None = None
    y: str | None = None
    wkt: str | None = None
    shift: Literal["gcj02", "bd09"] | None = None
    columns: dict[str, Mapping] = Field(default_factory=dict)
    as_of: DateText | None = None
    source: str | None = None
    password: SecretStr | None = Field(default=None, exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _password_apart(cls, value: object) -> object:
        path = value.get("path") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(path, str):
            return value
        shown, password = split_password(path)
        return value if password is None else {**value, "path": shown, "password": password}

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


class ParcelLayer(Layer):
    """
    The parcel layer.

    Parameters
    ----------
    land_scheme
        Scheme the land codes are written in: 三调, GB/T 21010-2017 or 用地用海; None when not
        stated.
    """

    land_scheme: Scheme | None = None


class EarlierParcels(ParcelLayer):
    """
    An earlier state of the parcel layer.

    Parameters
    ----------
    as_of
        Date of that state, before that of the parcels; required.
    """

    as_of: DateText


class EarlierLine(Layer):
    """
    An earlier version of the control line.

    Parameters
    ----------
    as_of
        Date of that version, before that of the line; required.
    """

    as_of: DateText


class Firms(Layer):
    """
    The firm table.

    Parameters
    ----------
    groups
        ``separate``: each firm's own figures go to its own parcels; ``merge``: a head office and
        its subsidiaries are taken together, and their sum goes to all their parcels.
    industry_edition
        Year of GB/T 4754 the industry codes are written in: 2002, 2011 or 2017; None when not
        stated.
    """

    groups: Literal["separate", "merge"] = "separate"
    industry_edition: Edition | None = None


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
        An overlap between parcels, or between buildings, narrower than this is not reported.
    gap_width_m
        A gap between neighbouring parcels that is narrower than this is reported, and so is a
        parcel narrower than this on the whole; 0 reports none.
    line_m
        The control line as drawn may lie this far off; None when nobody said, and then no doubt of
        the share is counted for it.
    department_difference_share
        Two departments' numbers that differ by more than this share of the larger are listed [0-1].
    min_height_support_share
        A building takes its height from a raster only where pixels with data cover at least this
        share of its footprint [0-1].
    min_raster_pixels
        A parcel that covers fewer pixels with data than this has no mean of that raster.
    """

    sliver_width_m: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    overlap_width_m: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    gap_width_m: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    line_m: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    department_difference_share: float = Field(default=0.01, ge=0, le=1, allow_inf_nan=False)
    min_height_support_share: float = Field(default=0.5, ge=0, le=1, allow_inf_nan=False)
    min_raster_pixels: float = Field(default=1.0, ge=0, allow_inf_nan=False)


class MoreRaster(Part):
    """
    A raster that the project names itself.

    Parameters
    ----------
    path
        File, relative to the project file.
    label
        What it is called for people; its name in the project file when None.
    unit
        Unit of its values.
    """

    path: str = Field(min_length=1)
    label: str | None = None
    unit: str = "1"


RasterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Rasters(Part):
    """
    Raster files.

    Parameters
    ----------
    height
        Height above ground (nDSM) [m].
    dsm
        Height of the surface, roofs included [m]; with ``dem``, where there is no ``height``.
    dem
        Height of the ground [m].
    nightlight
        Night-time light.
    ndvi
        Vegetation index.
    more
        Any other raster, by a name of small letters, digits and underscores.
    """

    height: str | None = None
    dsm: str | None = None
    dem: str | None = None
    nightlight: str | None = None
    ndvi: str | None = None
    more: dict[RasterName, MoreRaster] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _surface_needs_ground(self) -> Rasters:
        if (self.dsm is None) != (self.dem is None):
            raise ColumnError(
                "dsm 与 dem 须同时给出：建筑高度是二者之差",
                "dsm and dem go together: the height of a building is their difference",
            )
        return self

    def files(self) -> dict[str, str]:
        """
        Give the rasters that the project has.

        Returns
        -------
        dict
            Path, relative to the project file, by key of the project file.
        """
        named = {name: getattr(self, name) for name in type(self).model_fields if name != "more"}
        more = {f"more.{name}": one.path for name, one in self.more.items()}
        return {name: path for name, path in named.items() if path is not None} | more

    def own_columns(self) -> dict[str, Column]:
        """
        Define the columns of the rasters that the project names itself.

        Returns
        -------
        dict
            Column by name, in the order of the project file.
        """
        columns: dict[str, Column] = {}
        for name, one in self.more.items():
            columns |= raster_columns(name, one.label or name, one.unit)
        return columns
