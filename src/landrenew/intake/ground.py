"""The section ``[map]`` of the project file: what the map may show beneath the parcels.

A basemap is only ever offered: the page asks nobody for it until its reader switches it on. A key
is typed by the reader and stands in no file.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, NoReturn

from pydantic import Field, field_validator, model_validator

from landrenew.base.errors import ColumnError
from landrenew.base.words import some
from landrenew.intake.sections import DateText, Part

TEMPLATE = re.compile(
    r"https?://(?P<host>(?:[A-Za-z0-9.-]|\{s\})+(?::\d{1,5})?)/(?P<path>[!#-&(-:=?@-~]*)"
)
"""A template of tile addresses: no user, no quotes, no blanks, nothing beyond ASCII."""

FIELDS = {"s", "x", "y", "-y", "z", "key"}
SECRET = re.compile(r"[?&](tk|ak|key|apikey|api_key|token|access_token)=(?!\{key\})", re.IGNORECASE)
MAX_ZOOM = 18


def _refuse(zh: str, en: str) -> NoReturn:
    raise ColumnError(zh, en)


class Basemap(Part):
    """
    Tiles that the reader of the map may switch on.

    Parameters
    ----------
    name
        What it is called on the map.
    name_en
        The same in English; ``name`` where None.
    url
        Template of the addresses, http or https, with ``{z}``, ``{x}`` and ``{y}`` (``{-y}`` where
        rows are counted from below), ``{s}`` for one of ``subdomains``, ``{key}`` for what the
        reader types.
    labels_url
        Template of a second layer, of names, over the first; None without one.
    subdomains
        Letters or digits that stand for ``{s}``, one each.
    attribution
        Whose data it is; shown on the map while it is on.
    gcj02
        Whether the tiles are shifted as those of Amap; then they are put back where they belong.
    max_zoom
        Largest zoom that the server has; above it, its pictures are enlarged.
    """

    name: str = Field(min_length=1, max_length=40)
    name_en: str | None = Field(default=None, min_length=1, max_length=40)
    url: str
    labels_url: str | None = None
    subdomains: Annotated[str, Field(pattern=r"^[a-z0-9]*$")] = ""
    attribution: str = Field(min_length=1, max_length=120)
    gcj02: bool = False
    max_zoom: int = Field(default=MAX_ZOOM, gt=0, le=24)

    @field_validator("url", "labels_url")
    @classmethod
    def _can_be_asked(cls, value: str | None) -> str | None:
        found = TEMPLATE.fullmatch(value or "")
        if value is None:
            return None
        if found is None:
            _refuse(
                f"{value} 不是瓦片地址模板：应以 http:// 或 https:// 开头，"
                "不含用户名、空格、引号、分号和非 ASCII 字符",
                f"{value} is no template of tile addresses: http:// or https://, without user"
                " name, blanks, quotes, semicolons, or anything beyond ASCII",
            )
        fields = re.findall(r"\{([^{}]*)\}", value)
        if unknown := sorted(set(fields) - FIELDS):
            _refuse(f"地址里没有这样的占位符：{some(unknown)}", f"no such field: {some(unknown)}")
        if not {"x", "z"} <= set(fields) or Counter(fields)["y"] + Counter(fields)["-y"] != 1:
            _refuse(f"{value} 须含 {{z}}、{{x}}、{{y}}", f"{value} needs {{z}}, {{x}} and {{y}}")
        if SECRET.search(value):
            _refuse(
                "密钥不能写进项目文件（会进入地图文件）：请写 {key}，由看图的人在页面上输入",
                "a key must not stand in the project file, from where it would go into the map:"
                " write {key}, and the reader types it on the page",
            )
        return value

    @model_validator(mode="after")
    def _subdomains_are_named(self) -> Basemap:
        if any("{s}" in one for one in self.urls()) != bool(self.subdomains):
            _refuse(
                f"{self.name}：地址中的 {{s}} 与 subdomains 须同时给出",
                f"{self.name}: {{s}} in the address and subdomains go together",
            )
        return self

    def urls(self) -> list[str]:
        """
        Give the templates, from the lowest layer to the highest.

        Returns
        -------
        list of str
            One, or two with the layer of names.
        """
        return [self.url] if self.labels_url is None else [self.url, self.labels_url]

    def hosts(self) -> list[str]:
        """
        Name every server that may be asked, and no other.

        Returns
        -------
        list of str
            Origins such as ``https://t0.example.cn``, in order.
        """
        origins = [one[: one.index("/", len("https://"))] for one in self.urls()]
        parts = self.subdomains or " "
        return sorted({one.replace("{s}", part) for one in origins for part in parts})


def _tianditu(picture: str, names: str) -> dict[str, str]:
    """Give the templates of two of its layers; each is named in the path and in the query."""
    template = (
        "https://t{{s}}.tianditu.gov.cn/{0}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        "&LAYER={0}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}"
        "&TILECOL={{x}}&tk={{key}}"
    )
    return {
        "url": template.format(picture), "labels_url": template.format(names),
        "subdomains": "01234567", "attribution": "© 国家地理信息公共服务平台 天地图",
    }  # fmt: skip


AMAP = {"attribution": "© 高德地图 AutoNavi", "subdomains": "1234", "gcj02": True}

SHIPPED: dict[str, Basemap] = {
    "tianditu": Basemap(name="天地图 矢量", name_en="Tianditu, drawn", **_tianditu("vec", "cva")),
    "tianditu_picture": Basemap(
        name="天地图 影像", name_en="Tianditu, from above", **_tianditu("img", "cia")
    ),
    "amap": Basemap(
        name="高德 矢量",
        name_en="Amap, drawn",
        url="https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8"
        "&x={x}&y={y}&z={z}",
        **AMAP,
    ),
    "amap_picture": Basemap(
        name="高德 影像",
        name_en="Amap, from above",
        url="https://webst0{s}.is.autonavi.com/appmaptile?style=6&x={x}&y={y}&z={z}",
        **AMAP,
    ),
    "osm": Basemap(
        name="OpenStreetMap",
        url="https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        attribution="© OpenStreetMap contributors",
    ),
}
"""Basemaps by the names that stand for them in the project file."""


class Picture(Part):
    """
    A picture of the ground from above, which goes into the map file itself.

    Parameters
    ----------
    path
        File, relative to the project file: an orthophoto or a scanned map with a place and a CRS.
    source
        Who made it.
    as_of
        When it was taken.
    """

    path: str = Field(min_length=1)
    source: str | None = None
    as_of: DateText | None = None


class Ground(Part):
    """
    What the map may show beneath the parcels.

    Parameters
    ----------
    basemaps
        Tiles on offer, by shipped name or spelt out; none where not asked for.
    picture
        A picture of the ground, as a path or with its source and date; None without one.
    """

    basemaps: tuple[Basemap, ...] = ()
    picture: Picture | None = None

    @field_validator("basemaps", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        if not isinstance(value, (list, tuple)):
            return value
        unknown = [one for one in value if isinstance(one, str) and one not in SHIPPED]
        if unknown:
            _refuse(
                f"没有名为 {some(unknown)} 的底图；可选 {'、'.join(SHIPPED)}，"
                "或写成 { name, url, attribution }",
                f"no basemap is called {some(unknown)}; there are {', '.join(SHIPPED)}, or spell"
                " one out as { name, url, attribution }",
            )
        return tuple(SHIPPED[one] if isinstance(one, str) else one for one in value)

    @field_validator("basemaps")
    @classmethod
    def _told_apart(cls, value: tuple[Basemap, ...]) -> tuple[Basemap, ...]:
        if twice := [name for name, n in Counter(one.name for one in value).items() if n > 1]:
            _refuse(f"底图重名：{some(twice)}", f"basemaps of the same name: {some(twice)}")
        return value

    @field_validator("picture", mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value
