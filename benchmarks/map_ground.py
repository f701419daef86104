"""A large invented city for the map: parcels of 31 corners and 14 columns, side by side in blocks.

An invented rulebook judges two of the columns, so that score, grade and verdict are not drawn
but worked out, and can be worked out anew in the page.

Blocks of 5 by 4 cells of 150 m, roads of 14 m between them. Neighbours share their borders, whose
corners stray as a surveyor's do: no two are in line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.assess.evaluation import assessed_parcels
from landrenew.assess.share.summary import ControlShare
from landrenew.intake.layers import Layers
from landrenew.intake.parcels import Parcels
from landrenew.intake.project import Project
from landrenew.intake.sections import City
from landrenew.publish.result import Result
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Integers = NDArray[np.int64]

CRS = "EPSG:4549"
ORIGIN = (460_000.0, 3_340_000.0)
CELL_M, ROAD_M, STRAY_M = 150.0, 14.0, 1.2
ACROSS, DOWN = 5, 4
CORNERS = 6.75
"""Corners within a side, on average; with the cell's own that makes 31 around it."""

WORDS = "恒鑫德盛泰华宏利金源达通顺发永兴隆祥瑞丰"
TRADES = ("五金制品", "塑料", "电器", "照明", "纺织", "家具", "机械", "包装")

SAID = {"document": "Invented", "source": "Invented", "confidence": "user"}
BOOK = Rulebook.model_validate({
    "name": "invented", "title": "Invented", "region": "Invented", "share": {"target": 0.8, **SAID},
    "low_efficiency": {"logic": "any", **SAID, "tests": [
        {"column": "floor_area_ratio", "comparison": "below", "threshold": 0.6},
        {"column": "tax_cny10k_per_mu", "comparison": "below", "threshold": 2.0},
    ]},
    "scoring": {**SAID, "pools": [{"name": "all", "zh": "全部", "en": "all", "criteria": [
        {"form": "ratio", "column": "floor_area_ratio", "weight": 40, "baseline": 1.2, "cap": 1.5,
         "missing": "undetermined"},
        {"form": "ratio", "column": "tax_cny10k_per_mu", "weight": 60, "baseline": 12,
         "missing": "undetermined"},
    ]}]},
    "grades": {"form": "rank", "rounding": "nearest", "ties": "better", "exempt": "T", **SAID,
               "classes": [{"grade": "A", "up_to": 0.2}, {"grade": "B", "up_to": 0.6},
                           {"grade": "C", "up_to": 0.95}, {"grade": "D", "up_to": 1}]},
})  # fmt: skip


def parcels(count: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Draw at least so many parcels, in whole blocks."""
    chance = np.random.default_rng(seed)
    blocks = -(-count // (ACROSS * DOWN))
    columns = int(np.ceil(np.sqrt(blocks * DOWN / ACROSS)))
    made = [_block(chance, *divmod(one, columns)[::-1]) for one in range(blocks)]
    shapes = shapely.remove_repeated_points(np.concatenate(made)[:count])
    table = gpd.GeoDataFrame(_columns(chance, count), geometry=shapes, crs=CRS)
    return table.set_index("parcel_id")


def _block(chance: np.random.Generator, column: int, row: int) -> NDArray[np.object_]:
    """Draw the cells of a block, each side once."""
    left = ORIGIN[0] + column * (ACROSS * CELL_M + ROAD_M)
    bottom = ORIGIN[1] + row * (DOWN * CELL_M + ROAD_M)
    x, y = np.meshgrid(np.arange(ACROSS + 1.0), np.arange(DOWN + 1.0), indexing="ij")
    nodes = np.stack([left + x * CELL_M, bottom + y * CELL_M], axis=-1)
    nodes += chance.normal(0, 8.0, nodes.shape)
    flat = [[_side(chance, nodes[i, j], nodes[i + 1, j]) for j in range(DOWN + 1)]
            for i in range(ACROSS)]  # fmt: skip
    upright = [[_side(chance, nodes[i, j], nodes[i, j + 1]) for j in range(DOWN)]
               for i in range(ACROSS + 1)]  # fmt: skip
    return np.array([
        shapely.Polygon(np.concatenate([
            flat[i][j], upright[i + 1][j], flat[i][j + 1][::-1], upright[i][j][::-1]
        ]))
        for i in range(ACROSS) for j in range(DOWN)
    ], dtype=object)  # fmt: skip


def _side(chance: np.random.Generator, begin: Numbers, end: Numbers) -> Numbers:
    """Run from corner to corner with a few corners in between, none of them in line."""
    part = np.sort(chance.uniform(0.03, 0.97, chance.poisson(CORNERS)))[:, np.newaxis]
    between = begin + part * (end - begin)
    return np.concatenate([[begin], between + chance.normal(0, STRAY_M, between.shape), [end]])


def _columns(chance: np.random.Generator, count: int) -> pd.DataFrame:
    letters = np.array(list(WORDS))
    names = pd.Series(["".join(one) for one in letters[chance.integers(0, len(WORDS), (count, 4))]])
    trades = np.array(TRADES)[chance.integers(0, len(TRADES), count)]
    missing = chance.random(count) < 0.08
    return pd.DataFrame({
        "parcel_id": [f"3302820{i // 9999:05d}JB{i % 99_999:05d}" for i in range(count)],
        "town": np.array([f"第{i}镇" for i in range(24)])[np.arange(count) * 24 // count],
        "owner": names + trades + "有限公司",
        "parcel_area_mu": chance.lognormal(2.2, 0.9, count),
        "control_class": chance.choice(["inside", "outside", "straddling"], count),
        "control_share": chance.choice([0.0, 1.0], count),
        "floor_area_ratio": np.where(missing, np.nan, chance.lognormal(-0.4, 0.6, count)),
        "building_density": chance.uniform(0, 0.9, count),
        "tax_cny10k_per_mu": np.where(missing, np.nan, chance.lognormal(1.5, 1.1, count)),
        "firm_count": chance.integers(0, 9, count).astype(float),
        "land_code": chance.choice(["1001", "100101", "100102"], count),
    })  # fmt: skip


def result_of(table: gpd.GeoDataFrame) -> Result:
    """Judge the parcels, and wrap them as a finished run without other layers."""
    city = City(name="大市", crs=CRS, rulebook="none")
    checked = Parcels(table.assign(counted_area_m2=table.geometry.area))
    checked = assessed_parcels(checked, BOOK)
    return Result(
        layers=Layers(
            project=Project(folder=Path(), city=city, parcels={"path": "x.gpkg"}),
            rulebook=BOOK, parcels=checked, rejected=checked.iloc[:0],
        ),
        parcels=checked, share=_share("大市", checked, by_town=True),
    )  # fmt: skip


def _share(name: str, table: gpd.GeoDataFrame, *, by_town: bool = False) -> ControlShare:
    total = float(table["counted_area_m2"].sum())
    inside = float((table["counted_area_m2"] * table["control_share"]).sum())
    groups = table.groupby("town") if by_town else ()
    return ControlShare(
        name=name, share=inside / total, target=0.8, verdict="not_met",
        interval=(inside / total,) * 2, inside_m2=inside, total_m2=total, parcels=len(table),
        counts=dict.fromkeys(("inside", "straddling", "outside"), 0), retire_mu=0.0, build_mu=0.0,
        majority_share=0.0, towns=tuple(_share(str(town), rows) for town, rows in groups),
    )  # fmt: skip
