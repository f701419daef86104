"""A clean city of many plots, and ways to plant one fault in it, many times over."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from conftest import CRS, ORIGIN
from small_city import toml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACROSS, PLOT, LANE = 45, 50.0, 8.0
"""Plots in a row, their width and the lanes between them [m]."""

TIMES = 50
FAR_NORTH = np.array([0.0, 150_000.0])
Found = tuple[str, str, str]
"""What a fault is known by: layer, code, id."""


def _plot(i: int) -> shapely.Polygon:
    """Draw plot ``i``: no two are of one size, and each has its lane around it."""
    x = ORIGIN[0] + (i % ACROSS) * (PLOT + LANE)
    y = ORIGIN[1] + (i // ACROSS) * (PLOT + LANE)
    return shapely.box(x, y, x + PLOT - i % 7, y + PLOT - i % 11)


def _id(i: int) -> str:
    return f"330282001001GB{i:05d}"


def _extra(i: int) -> str:
    """Name a plot beside plot ``i``; it sorts behind all others."""
    return f"330282001001GB9{i:04d}"


@dataclass
class City:
    """
    The tables of a city while faults are planted in them.

    Parameters
    ----------
    count
        Number of plots.
    """

    count: int
    parcels: gpd.GeoDataFrame = field(init=False)
    buildings: gpd.GeoDataFrame = field(init=False)
    firms: pd.DataFrame = field(init=False)
    links: pd.DataFrame = field(init=False)
    ledger: pd.DataFrame = field(init=False)
    planted: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Draw the clean city."""
        every = range(self.count)
        shapes = np.array([_plot(i) for i in every])
        self.parcels = gpd.GeoDataFrame(
            {
                "parcel_id": [_id(i) for i in every],
                "owner": [f"第{i}五金厂" for i in every],
                "land_code": ["0601"] * self.count,
                "declared_area_m2": shapely.area(shapes).round(1).astype(object),
            },
            geometry=shapes,
            crs=CRS,
        )
        self.buildings = gpd.GeoDataFrame(
            {
                "building_id": [f"B{i:05d}" for i in every],
                "floor_count": [float(1 + i % 5) for i in every],
            },
            geometry=shapely.buffer(shapes, -10, join_style="mitre"),
            crs=CRS,
        )
        self.firms = pd.DataFrame({
            "firm_id": [f"F{i:05d}" for i in every],
            "size_class": ["规上" if i % 3 else "规下" for i in every],
            "industry_code": [f"C{13 + i % 31}" for i in every],
            "tax_cny10k": [f"{20 + i % 13}.5" for i in every],
        })  # fmt: skip
        self.links = pd.DataFrame({
            "firm_id": self.firms["firm_id"],
            "parcel_id": self.parcels["parcel_id"],
            "share": ["1"] * self.count,
        })  # fmt: skip
        self.ledger = pd.DataFrame({
            "event_id": [f"E{i:05d}" for i in every],
            "parcel_id": self.parcels["parcel_id"],
            "stage": ["拆除"] * self.count,
            "event_date": ["2025-03-01"] * self.count,
        })  # fmt: skip

    def redraw(self, i: int, shape: shapely.Geometry | None) -> None:
        """Give a plot another shape."""
        self.parcels.loc[i, "geometry"] = shape

    def add(self, name: str, rows: pd.DataFrame) -> None:
        """Put rows at the end of a table, under labels that no other row has."""
        table = getattr(self, name)
        first = int(table.index.max()) + 1
        rows = rows.set_axis(range(first, first + len(rows)))
        setattr(self, name, pd.concat([table, rows]))

    def rename(self, i: int, name: str) -> None:
        """Give a plot another id, wherever it is spoken of."""
        self.parcels.loc[i, "parcel_id"] = name
        self.links.loc[i, "parcel_id"] = name
        self.ledger.loc[i, "parcel_id"] = name

    def add_plot(self, name: str, shape: shapely.Geometry) -> None:
        """Put one more plot into the city, of which nothing else is said."""
        row = {"parcel_id": [name], "owner": ["某厂"], "land_code": ["0601"],
               "declared_area_m2": [None]}  # fmt: skip
        self.add("parcels", gpd.GeoDataFrame(row, geometry=[shape], crs=CRS))

    def add_building(self, name: str, shape: shapely.Geometry) -> None:
        """Put one more building into the city."""
        row = {"building_id": [name], "floor_count": [1.0]}
        self.add("buildings", gpd.GeoDataFrame(row, geometry=[shape], crs=CRS))

    def silence(self, i: int) -> None:
        """Take away what else is said of a plot that will be gone."""
        for name in ("firms", "links", "ledger", "buildings"):
            setattr(self, name, getattr(self, name).drop(index=i))

    def write(self, folder: Path) -> Path:
        """Write everything, with a line around half of the city."""
        folder.mkdir(parents=True, exist_ok=True)
        west, south = ORIGIN
        half = shapely.box(west - 20, south - 20, west + 1300.3, south + 9000)
        self.parcels.to_parquet(folder / "parcels.parquet")
        self.buildings.to_parquet(folder / "buildings.parquet")
        gpd.GeoDataFrame(geometry=[half], crs=CRS).to_parquet(folder / "line.parquet")
        for name in ("firms", "links", "ledger"):
            getattr(self, name).to_csv(folder / f"{name}.csv", index=False)
        path = folder / "city.toml"
        sections = {
            "parcels": {"path": "parcels.parquet", "land_scheme": "三调"},
            "buildings": {"path": "buildings.parquet"},
            "firms": {"path": "firms.csv", "industry_edition": 2017},
            "links": {"path": "links.csv"},
            "ledger": {"path": "ledger.csv"},
        }
        path.write_text(toml({
            "city": {"name": "千宗", "rulebook": "cixi-2022"}, **sections,
            "control_line": {"path": "line.parquet"},
        }), encoding="utf-8")  # fmt: skip
        return path


def _no_shape(city: City, i: int) -> Found:
    city.redraw(i, None)
    city.silence(i)
    return "parcels", "empty_geometry", _id(i)


def _a_line(city: City, i: int) -> Found:
    city.redraw(i, _plot(i).exterior)
    city.silence(i)
    return "parcels", "not_polygon", _id(i)


def _bow_tie(city: City, i: int) -> Found:
    left, bottom, right, top = _plot(i).bounds
    city.redraw(i, shapely.Polygon([(left, bottom), (right, top), (right, bottom), (left, top)]))
    city.silence(i)
    return "parcels", "unrepairable", _id(i)


def _small_crossing(city: City, i: int) -> Found:
    left, bottom, right, top = _plot(i).bounds
    corners = [(left, bottom), (right, bottom), (right, top), (left + 0.1, top), (left, top - 0.1),
               (left + 0.1, top - 0.1), (left, top)]  # fmt: skip
    city.redraw(i, shapely.Polygon(corners))
    return "parcels", "repaired", _id(i)


def _no_id(city: City, i: int) -> Found:
    city.parcels.loc[i, "parcel_id"] = None
    city.silence(i)
    return "parcels", "missing_id", ""


def _twice(city: City, i: int) -> Found:
    city.add("parcels", city.parcels.loc[[i]])
    return "parcels", "duplicate_row", _id(i)


def _over_the_lane(city: City, i: int) -> Found:
    left, bottom, right, top = _plot(i).bounds
    city.redraw(i, shapely.box(left, bottom, right + LANE + i % 7 + 3, top))
    city.parcels.loc[i, "declared_area_m2"] = None
    city.planted.append(("ledger", "cleared_twice", f"E{i + 1:05d}"))  # both were demolished
    return "parcels", "overlap", _id(i + 1)


def _far(city: City, i: int) -> Found:
    city.redraw(i, shapely.transform(_plot(i), lambda xy: xy + FAR_NORTH))
    city.buildings.loc[i, "geometry"] = shapely.transform(
        city.buildings.loc[i, "geometry"], lambda xy: xy + FAR_NORTH
    )
    return "parcels", "far_away", _id(i)


def _below_zero(city: City, i: int) -> Found:
    city.parcels.loc[i, "declared_area_m2"] = -5.0
    return "parcels", "out_of_range", _id(i)


def _half_as_much_again(city: City, i: int) -> Found:
    city.parcels.loc[i, "declared_area_m2"] *= 1.5
    return "parcels", "area_differs", _id(i)


def _prose(city: City, i: int) -> Found:
    city.firms.loc[i, "tax_cny10k"] = "约三十"
    return "firms", "not_a_number", f"F{i:05d}"


def _no_such_word(city: City, i: int) -> Found:
    city.firms.loc[i, "size_class"] = "大型"
    return "firms", "unknown_word", f"F{i:05d}"


def _firm_twice(city: City, i: int) -> Found:
    city.add("firms", city.firms.loc[[i]])
    return "firms", "duplicate_row", f"F{i:05d}"


def _no_such_parcel(city: City, i: int) -> Found:
    extra = pd.DataFrame({"firm_id": [f"F{i:05d}"], "parcel_id": [f"Q{i}"], "share": ["0"]})
    city.add("links", extra)
    return "links", "link_unknown_parcel", f"F{i:05d}"


def _no_such_firm(city: City, i: int) -> Found:
    extra = pd.DataFrame({"firm_id": [f"G{i:05d}"], "parcel_id": [_id(i)], "share": ["1"]})
    city.add("links", extra)
    return "links", "link_unknown_firm", f"G{i:05d}"


def _shares_off(city: City, i: int) -> Found:
    city.links.loc[i, "share"] = "0.8"
    return "links", "link_shares", f"F{i:05d}"


def _nowhere(city: City, i: int) -> Found:
    extra = pd.DataFrame({"firm_id": [f"H{i:05d}"], "size_class": ["规下"], "tax_cny10k": ["1"]})
    city.add("firms", extra)
    return "firms", "firm_unlinked", f"H{i:05d}"


def _in_the_lane(city: City, i: int) -> Found:
    left, bottom, _, _ = _plot(i).bounds
    city.add_building(f"C{i:05d}", shapely.box(left - 6, bottom + 5, left - 3, bottom + 9))
    return "buildings", "building_orphan", f"C{i:05d}"


def _storeys_unknown(city: City, i: int) -> Found:
    city.buildings.loc[i, "floor_count"] = np.nan
    return "buildings", "no_height", f"B{i:05d}"


def _no_such_day(city: City, i: int) -> Found:
    city.ledger.loc[i, "event_date"] = "2025-02-30"
    return "ledger", "stage_unreadable", f"E{i:05d}"


def _backwards(city: City, i: int) -> Found:
    late = {"event_id": [f"L{i:05d}"], "parcel_id": [_id(i)], "stage": ["摸排"]}
    city.add("ledger", pd.DataFrame(late | {"event_date": ["2026-01-01"]}))
    return "ledger", "stage_jump", f"L{i:05d}"


def _needle(city: City, i: int) -> Found:
    left, bottom, right, top = _plot(i).bounds
    middle = (bottom + top) / 2
    corners = [(left, bottom), (right, bottom), (right, middle), (right + 3, middle + 0.01),
               (right, middle + 0.02), (right, top), (left, top)]  # fmt: skip
    city.redraw(i, shapely.Polygon(corners))
    return "parcels", "spike", _id(i)


def _doubled_corner(city: City, i: int) -> Found:
    left, bottom, right, top = _plot(i).bounds
    corners = [(left, bottom), (right, bottom), (right, bottom + 0.0004), (right, top), (left, top)]
    city.redraw(i, shapely.Polygon(corners))
    return "parcels", "repeated_vertex", _id(i)


def _thread(city: City, i: int) -> Found:
    left, bottom, _, top = _plot(i).bounds
    city.add_plot(_extra(i), shapely.box(left - 4.2, bottom, left - 4, top))
    return "parcels", "sliver_parcel", _extra(i)


def _slit(city: City, i: int) -> Found:
    left, bottom, _, top = _plot(i).bounds
    city.add_plot(_extra(i), shapely.box(left - 3, bottom, left - 0.2, top))
    return "parcels", "gap", _id(i)


def _another_name(city: City, i: int) -> Found:
    city.add_plot(_extra(i), _plot(i))
    return "parcels", "duplicate_shape", _extra(i)


def _two_places(city: City, i: int) -> Found:
    away = shapely.transform(_plot(i), lambda xy: xy + FAR_NORTH / 10)
    city.redraw(i, shapely.MultiPolygon([_plot(i), away]))
    city.parcels.loc[i, "declared_area_m2"] = None
    return "parcels", "scattered_parts", _id(i)


def _with_a_point(city: City, i: int) -> Found:
    city.redraw(i, shapely.GeometryCollection([_plot(i), shapely.Point(_plot(i).bounds[:2])]))
    return "parcels", "collection", _id(i)


def _noise(city: City, i: int) -> Found:
    city.parcels.loc[i, "owner"] = "慈溪五金厂".encode("gbk").decode("latin-1")
    return "parcels", "mojibake", _id(i)


def _no_such_class(city: City, i: int) -> Found:
    city.parcels.loc[i, "land_code"] = "9999"
    return "parcels", "land_code_unknown", _id(i)


def _broken_code(city: City, i: int) -> Found:
    name = _id(i).replace("GB", "XB")
    city.rename(i, name)
    return "parcels", "parcel_code_structure", name


def _another_county(city: City, i: int) -> Found:
    name = _id(i).replace("330282", "330281")
    city.rename(i, name)
    return "parcels", "parcel_code_region", name


def _no_such_industry(city: City, i: int) -> Found:
    city.firms.loc[i, "industry_code"] = "C99"
    return "firms", "industry_code_unknown", f"F{i:05d}"


def _yuan_for_ten_thousand(city: City, i: int) -> Found:
    city.firms.loc[i, "tax_cny10k"] = "255000"
    city.planted.append(("parcels", "implausible", _id(i)))  # far above the plots around it too
    return "firms", "implausible", f"F{i:05d}"


def _dollars(city: City, i: int) -> Found:
    city.firms.loc[i, "tax_cny10k"] = "20万美元"
    return "firms", "foreign_currency", f"F{i:05d}"


def _drawn_twice(city: City, i: int) -> Found:
    city.add_building(f"D{i:05d}", city.buildings.loc[i, "geometry"])
    return "buildings", "building_duplicate", f"D{i:05d}"


def _shed_into_the_hall(city: City, i: int) -> Found:
    left, bottom, right, _ = city.buildings.loc[i, "geometry"].bounds
    city.add_building(f"D{i:05d}", shapely.box(left - 5, bottom, (left + right) / 2, bottom + 5))
    return "buildings", "building_overlap", f"B{i:05d}"


PLANTS: list[Callable[[City, int], Found]] = [
    _no_shape, _a_line, _bow_tie, _small_crossing, _no_id, _twice, _over_the_lane, _far,
    _below_zero, _half_as_much_again, _prose, _no_such_word, _firm_twice, _no_such_parcel,
    _no_such_firm, _shares_off, _nowhere, _in_the_lane, _storeys_unknown, _no_such_day,
    _backwards, _needle, _doubled_corner, _thread, _slit, _another_name, _two_places,
    _with_a_point, _noise, _no_such_class, _broken_code, _another_county, _no_such_industry,
    _yuan_for_ten_thousand, _dollars, _drawn_twice, _shed_into_the_hall,
]  # fmt: skip
"""One way to plant each kind of fault: spoils plot ``i`` and says what must be found."""


def spoilt_city(seed: int) -> City:
    """
    Plant every fault :data:`TIMES` times in a clean city.

    Parameters
    ----------
    seed
        Decides which plots are spoilt.

    Returns
    -------
    City
        The tables, and what was planted in ``planted``.
    """
    count = 2 * ACROSS * (len(PLANTS) * TIMES // ACROSS + 2)
    city = City(count)
    # every second plot, so that a plot spilling over its lane meets a sound one
    plots = [i for i in range(0, count - 1, 2) if i % ACROSS < ACROSS - 1]
    chosen = random.Random(seed).sample(plots, len(PLANTS) * TIMES)  # noqa: S311
    city.planted += [plant(city, i) for i, plant in zip(chosen, PLANTS * TIMES, strict=True)]
    return city
