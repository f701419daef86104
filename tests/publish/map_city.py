"""A city made by hand for the tests of the map: every column, every layer, and nasty names."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Polygon, box, union_all

from landrenew.assess.evaluation import asked_already, assessed_parcels
from landrenew.assess.share.summary import ControlShare
from landrenew.base.words import Text
from landrenew.intake.layers import Balance, Layers
from landrenew.intake.parcels import Parcels
from landrenew.intake.project import Project
from landrenew.intake.sections import City
from landrenew.publish.result import Result
from landrenew.rules.model import Rulebook

CRS = "EPSG:4549"
X, Y = 614_000.0, 3_334_000.0
SIDE = 4_000.0
TOWNS = ["城东街道", "浒山街道", '"引号" & <b>镇</b>', "周巷镇", "观海卫镇", "=1+1镇"]
NASTY = [
    "<script>alert(1)</script>",
    "P\"quote's",
    "two\nlines",
    "emoji 🏭",
    "=1+1",
    "</script><script>window.hacked=1</script>",
    "\u2028\u2029",
    "<img src=x onerror=window.hacked=2>",
]
FIRM = "绝密企业名称有限公司"

READ = {"source": "example.gov.cn", "confidence": "user"}

BOOK = {
    "name": "made",
    "title": "示例规则书 Example rulebook",
    "region": "示例市",
    "effective": dt.date(2024, 1, 1),
    "share": {"target": 0.8, "document": "示例〔2024〕1号", **READ},
    "low_efficiency": {
        "logic": "any",
        "tests": [
            {"column": "floor_area_ratio", "comparison": "below", "threshold": 0.6},
            {"column": "tax_cny10k_per_mu", "comparison": "below", "threshold": 5.0},
        ],
        "document": "示例〔2024〕2号 低效工业用地认定办法", **READ,
    },
    "exemptions": [
        {"name": "new", "zh": "注册不足 2 年", "en": "Registered for less than 2 years",
         "kind": "registered_within_years", "years": 2, "is_inclusive": False,
         "document": "示例〔2024〕5号", **READ},
    ],
    "scoring": {
        "document": "示例〔2024〕3号 亩均效益综合评价办法", **READ,
        "bonus": {"least": -5, "most": 5},
        "pools": [{
            "name": "all", "zh": "规上工业", "en": "Above scale", "size_class": "above_scale",
            "criteria": [
                {"form": "ratio", "column": "tax_cny10k_per_mu", "weight": 50, "baseline": 20.0,
                 "cap": 1.5, "missing": "undetermined"},
                {"form": "min_max", "column": "rd_share", "weight": 20, "low": 20,
                 "missing": "undetermined"},
                {"form": "ratio", "column": "floor_area_ratio", "weight": 30, "baseline": 1.2,
                 "cap": 1.5, "missing": "undetermined"},
            ],
        }],
    },
    "grades": {
        "classes": [{"grade": "A", "up_to": 0.2}, {"grade": "B", "up_to": 0.7},
                    {"grade": "C", "up_to": 0.95}, {"grade": "D", "up_to": 1}],
        "form": "rank", "rounding": "nearest", "ties": "better", "exempt": "T",
        "veto": {"grade": "D", "is_ranked": False},
        "document": "示例〔2024〕3号 亩均效益综合评价办法", **READ,
    },
    "consolidation": {
        "logic": "all",
        "tests": [{"column": "area_mu", "comparison": "at_least", "threshold": 50.0},
                  {"column": "low_efficiency_area_share", "comparison": "at_least",
                   "threshold": 0.5}],
        "document": "示例〔2024〕4号 连片改造办法", **READ,
    },
}  # fmt: skip


def _frame(shapes: list, **columns: list) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def towns() -> gpd.GeoDataFrame:
    cells = [
        box(X + SIDE * at, Y + SIDE * row, X + SIDE * (at + 1), Y + SIDE * (row + 1))
        for row in range(2)
        for at in range(3)
    ]
    return _frame(cells, town=TOWNS)


def _lots(rng: np.random.Generator, count: int) -> tuple[list[Polygon], list[int], list[int]]:
    """Draw clusters of lots with lanes between them; give their town and their cluster."""
    shapes: list[Polygon] = []
    town: list[int] = []
    cluster: list[int] = []
    per = 24
    for number in range(-(-count // per)):
        at = number % 6
        corner = np.array([X, Y]) + SIDE * np.array([at % 3, at // 3])
        start = corner + rng.uniform(300, SIDE - 1_300, 2)
        width, height = rng.uniform(80, 140), rng.uniform(60, 120)
        for lot in range(per):
            left = start[0] + (lot % 6) * (width + 6)
            low = start[1] + (lot // 6) * (height + 8)
            cut = rng.uniform(0, 18, 4)
            shapes.append(Polygon([
                (left, low + cut[0]), (left + width, low), (left + width - cut[1], low + height),
                (left + width / 2, low + height - cut[2]), (left, low + height),
            ]))  # fmt: skip
            town.append(at)
            cluster.append(number)
    return shapes[:count], town[:count], cluster[:count]


def control_line() -> gpd.GeoDataFrame:
    shapes = [
        box(X + 500, Y + 500, X + 7_400, Y + 3_700),
        Polygon([(X + 8_300, Y + 600), (X + 11_500, Y + 900), (X + 11_000, Y + 7_200),
                 (X + 8_600, Y + 7_500)]),
        box(X + 700, Y + 4_600, X + 3_500, Y + 7_400),
    ]  # fmt: skip
    return _frame(shapes, name=["一区块", "二区块", "三区块"])


def parcels(count: int = 480, seed: int = 7) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    shapes, town, cluster = _lots(rng, count)
    ids = [f"330282{100000 + n}" for n in range(count)]
    ids[: len(NASTY)] = NASTY[:count]
    table = _frame(shapes, town=[TOWNS[at] for at in town])
    table.index = pd.Index(ids, name="parcel_id")
    area = table.geometry.area
    table["owner"] = [NASTY[n % 8] if n < 8 else f"示例工贸{n % 97}有限公司" for n in range(count)]
    table["firm_name"] = FIRM
    table["parcel_area_m2"] = table["counted_area_m2"] = area
    table["parcel_area_mu"] = area * 0.0015
    inside = table.geometry.intersection(control_line().union_all()).area / area
    table["control_share"] = inside.clip(0, 1)
    table["control_class"] = np.select(
        [inside > 0.999, inside < 0.001], ["inside", "outside"], "straddling"
    )
    table["floor_area_ratio"] = rng.lognormal(-0.1, 0.5, count)
    table["tax_cny10k_per_mu"] = rng.lognormal(2.2, 0.9, count)
    table["rd_share"] = rng.uniform(0, 0.06, count)
    table.loc[table.index[5::17], "tax_cny10k_per_mu"] = np.nan
    table.loc[table.index[3::13], "rd_share"] = np.nan
    table["block_id"] = [f"B{number:03d}" for number in cluster]
    return _judge(table)


PROVED, UNPROVED, VETOED, OPEN = (f"3302821000{n}" for n in (26, 27, 28, 30))
"""Parcels with a bonus, with one that nothing proves, with a veto, and with an open exemption."""


def _claim(table: gpd.GeoDataFrame) -> None:
    """Add what decides a grade beside the score, in nasty words."""
    table["bonus_points"] = np.nan
    for name in ("bonus_evidence", "veto_reason"):
        table[name] = pd.Series(None, table.index, dtype=object)
    table["exempt_class"] = np.where(table["exempt_reason"].notna(), "yes", "no")
    if OPEN not in table.index:
        return
    table.loc[[PROVED, UNPROVED], "bonus_points"] = 7.5
    table.loc[PROVED, "bonus_evidence"] = NASTY[0]
    table.loc[VETOED, "veto_reason"] = NASTY[7]
    table.loc[OPEN, "exempt_class"] = "undetermined"


def _judge(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Judge the parcels as a run does; who is exempt is known but for one."""
    table["size_class"] = "above_scale"
    table["exempt_reason"] = pd.Series(None, table.index, dtype=object)
    table.loc[table.index[11::41], ["exempt_reason", "size_class"]] = ["公共设施", None]
    _claim(table)
    judged = assessed_parcels(Parcels(table), asked_already(Rulebook(**BOOK)))
    if OPEN in table.index:
        judged.loc[OPEN, "missing_inputs"] = "registered_on"
    return gpd.GeoDataFrame(judged)


def blocks(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = []
    for name, members in table.groupby("block_id"):
        area = members["parcel_area_mu"].sum()
        low = members["low_efficiency_class"].eq("yes")
        share = members.loc[low, "parcel_area_mu"].sum() / area
        rows.append({
            "block_id": name, "area_mu": area, "parcel_count": len(members),
            "owner_count": members["owner"].nunique(), "floor_area_ratio": 0.9,
            "tax_cny10k_per_mu": members["tax_cny10k_per_mu"].mean(),
            "low_efficiency_area_share": share,
            "consolidation_class": "yes" if share >= 0.5 else "no",
            "consolidation_tests": f"yes,{'yes' if share >= 0.5 else 'no'}",
            "nearest_park_id": "K1", "nearest_park_distance_m": 1_234.4,
            "geometry": union_all(members.geometry.to_numpy()).buffer(8).buffer(-8),
        })  # fmt: skip
    made = gpd.GeoDataFrame(rows, crs=CRS).set_index("block_id")
    made.iloc[-1, made.columns.get_loc("consolidation_class")] = "undetermined"
    return made


def _share_of(name: str, rows: gpd.GeoDataFrame) -> ControlShare:
    total = rows["counted_area_m2"].sum()
    inside = (rows["counted_area_m2"] * rows["control_share"]).sum()
    share = inside / total if total else float("nan")
    counts = rows["control_class"].value_counts()
    return ControlShare(
        name=name, share=share, target=0.8, verdict="met" if share >= 0.8 else "not_met",
        interval=(share - 0.004, min(1.0, share + 0.003)), inside_m2=inside, total_m2=total,
        parcels=len(rows),
        counts={key: int(counts.get(key, 0)) for key in ("inside", "straddling", "outside")},
        retire_mu=max(0.0, (total - inside / 0.8) * 0.0015),
        build_mu=max(0.0, (0.8 * total - inside) / 0.2 * 0.0015),
        majority_share=0.7,
    )  # fmt: skip


def share(table: gpd.GeoDataFrame) -> ControlShare:
    city = _share_of("示例市", table)
    by_town = tuple(_share_of(str(name), rows) for name, rows in table.groupby("town"))
    return ControlShare(**{**city.__dict__, "towns": by_town})


def _backdrop() -> gpd.GeoDataFrame:
    line = LineString([(X - 2000, Y + 4_000), (X + 5_000, Y + 4_300), (X + 14_000, Y + 3_900)])
    stream = LineString([(X + 8_000, Y - 2_000), (X + 7_600, Y + 4_000), (X + 8_200, Y + 8_200)])
    shapes = [
        box(X - 4_000, Y + 8_300, X + 16_000, Y + 14_000),
        Polygon([(X - 3_000, Y - 3_000), (X + 6_000, Y - 3_000), (X + 1_000, Y - 600)]),
        line, LineString([(X + 4_200, Y - 2_000), (X + 3_900, Y + 8_200)]),
        stream.buffer(60),
        box(X + 3_200, Y + 3_300, X + 5_100, Y + 5_000),
    ]  # fmt: skip
    return _frame(shapes, kind=["sea", "hill", "road", "road", "river", "built_up"])


def made_layers(table: gpd.GeoDataFrame) -> Layers:
    said = {"path": "x.gpkg", "source": "示例市自然资源局", "as_of": "2023-12-31"}
    names = ("parcels", "control_line", "growth_boundary", "towns", "parks", "barriers",
             "protected", "background", "firms")  # fmt: skip
    city = City(
        name="示例市 <i>", crs=CRS, rulebook="made", as_of="2024-06-30", drawing_unit="示例市规划院"
    )
    rail = LineString([(X - 1_000, Y + 1_000), (X + 13_000, Y + 7_600)])
    return Layers(
        project=Project(folder=Path(), city=city, **dict.fromkeys(names, said)),
        rulebook=Rulebook(**BOOK),
        parcels=Parcels(table),
        rejected=table.iloc[:0],
        control_line=control_line(),
        growth_boundary=_frame([box(X + 200, Y + 200, X + 11_800, Y + 7_800)]),
        towns=towns(),
        parks=_frame([box(X + 5_000, Y + 900, X + 7_000, Y + 3_000)], park_id=["K1"],
                     park_name=["滨海产业园"], capacity_mu=[812.5]),
        barriers=_frame([rail], kind=["railway"]),
        protected=_frame([box(X + 5_600, Y + 5_200, X + 7_300, Y + 6_900)], kind=["farmland"]),
        background=_backdrop(),
        balances=(Balance("parcels", len(table) + 3, len(table), 3),),
        notes=(Text("坐标系由文件给出。", "The CRS is the file's."),),
    )  # fmt: skip


def made_result(count: int = 480) -> Result:
    table = parcels(count)
    return Result(
        layers=made_layers(table), parcels=Parcels(table), share=share(table), blocks=blocks(table),
        notes=(Text("没有台账，未统计进度。", "No ledger: no progress."),),
    )  # fmt: skip
