"""The demo city as files: several formats, real-life headings, the same bytes every time."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import shapely

from landrenew.base.columns import WORDS
from landrenew.sample.chance import SEED
from landrenew.sample.city import City, city
from landrenew.sample.geopackage import Sheet, write_geopackage
from landrenew.sample.rasters import write_heights, write_lights
from landrenew.sample.survey import survey
from landrenew.sample.truth import rows_truth, share_truth, verdict_truth

if TYPE_CHECKING:
    import geopandas as gpd

PARCEL_HEADINGS = {
    "ZDDM": "parcel_id", "ZLDWMC": "town", "QLR": "owner", "DLBM": "land_code",
    "ZDMJ(亩)": "declared_mu", "BCPYY": "exempt_reason",
}  # fmt: skip

FIRM_HEADINGS = {
    "统一社会信用代码": "firm_id", "企业名称": "firm_name", "行业代码": "industry_code",
    "企业规模": "size_class", "税收（元）": "tax_cny", "工业总产值（万元）": "output_cny10k",
    "工业增加值（万元）": "value_added_cny10k", "主营业务收入（万元）": "revenue_cny10k",
    "研发经费（万元）": "rd_cny10k", "综合能耗（吨标煤）": "energy_tce",
    "主要污染物排放量（吨）": "emission_t", "用电量（万千瓦时）": "electricity_mwh10",
    "年平均职工人数": "staff_person",
}  # fmt: skip

SURVEY_HEADINGS = {
    "宗地代码": "parcel_id", "村": "village", "改造意愿": "willingness",
    "腾退费用（万元）": "clear_cost_cny10k", "村集体年收益（万元）": "village_income_cny10k",
}  # fmt: skip

BUILDING_HEADINGS = {"JZBH": "building_id", "CS": "floor_count", "GD": "height_m"}

_ZIP_DATE = (2026, 7, 1, 0, 0, 0)


def _sheet(name: str, table: pd.DataFrame, headings: dict[str, str]) -> Sheet:
    columns = {ours: table[theirs].astype(object).tolist() for ours, theirs in headings.items()}
    return Sheet(name, table["shape"].tolist(), columns)


def _layer(name: str, frame: gpd.GeoDataFrame) -> Sheet:
    texts = {str(c): frame[c].astype(object).tolist() for c in frame.columns if c != "geometry"}
    return Sheet(name, frame.geometry.tolist(), texts)


def _write_vectors(folder: Path, town: City) -> None:
    told = town.telling.told
    write_geopackage(folder / "parcels.gpkg", [_sheet("GYYD", told.parcels, PARCEL_HEADINGS)])
    houses = told.buildings.assign(floor_count=told.buildings["floor_count"].astype("Int64"))
    write_geopackage(folder / "buildings.gpkg", [_sheet("JZW", houses, BUILDING_HEADINGS)])
    areas = list(town.line.geoms)
    names = [f"KZX{n:03d}" for n in range(1, len(areas) + 1)]
    sheets = [Sheet("control_line", areas, {"name": names})]
    plain = ("towns", "parks", "barriers", "protected", "background")
    sheets += [_layer(name, town.layers[name]) for name in plain]
    write_geopackage(folder / "city.gpkg", sheets)


def _write_boundary(path: Path, boundary: gpd.GeoDataFrame) -> None:
    """Write the growth boundary in degrees, as another office would hand it over."""
    degrees = boundary.to_crs("EPSG:4490")
    shape = shapely.geometry.mapping(
        shapely.transform(degrees.geometry.iloc[0], lambda xy: xy.round(8))
    )
    told = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        "features": [
            {"type": "Feature", "properties": {"name": boundary["name"].iloc[0]}, "geometry": shape}
        ],
    }
    path.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _in_words(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Write a class column as offices write it."""
    words = {word: said[0] for word, said in WORDS[name].items()}
    return table.assign(**{name: table[name].map(words)})


def _write_csv(path: Path, table: pd.DataFrame, *, mark: bool) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.itertuples(index=False))
    path.write_bytes(text.getvalue().encode("utf-8-sig" if mark else "utf-8"))


def _write_workbook(path: Path, table: pd.DataFrame) -> None:
    """Write an Excel workbook, then pack it again without dates and without compression."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "企业"
    sheet.append(list(FIRM_HEADINGS))
    for row in table[list(FIRM_HEADINGS.values())].astype(object).itertuples(index=False):
        sheet.append([None if pd.isna(one) else one for one in row])
    packed = io.BytesIO()
    book.save(packed)
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            body = re.sub(
                rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-07-01T00:00:00Z", old.read(name)
            )
            new.writestr(zipfile.ZipInfo(name, _ZIP_DATE), body)


def survey_table(town: City) -> pd.DataFrame:
    """
    Write what the towns surveyed, in their own headings.

    Parameters
    ----------
    town
        The city.

    Returns
    -------
    pandas.DataFrame
        One row a lot outside the parks.
    """
    found = _in_words(survey(town.telling.meant.parcels, town.facts), "willingness")
    table = found[list(SURVEY_HEADINGS.values())].set_axis(list(SURVEY_HEADINGS), axis=1)
    return table.astype(object).where(table.notna(), None)


def truth_of(town: City) -> dict[str, Any]:
    """
    Gather what is true of the city.

    Parameters
    ----------
    town
        The city.

    Returns
    -------
    dict
        What ``truth.json`` holds.
    """
    return {
        "seed": SEED,
        "share": share_truth(town.telling),
        "verdicts": verdict_truth(town.facts),
        "faults": [vars(one) | {"ids": list(one.ids)} for one in town.telling.planted],
        "rows": rows_truth(town.telling),
        "contiguity": vars(town.pairs),
        "on_farmland": town.on_farmland,
        "height_from_raster": town.raster_only,
        "buildings_on_two_parcels": town.crossing,
    }


def _fault_table(town: City) -> str:
    lines = ["| # | 图层 | 代码 | 编号 | 做了什么 |", "|---|---|---|---|---|"]
    for n, one in enumerate(town.telling.planted, start=1):
        ids = "、".join(f"`{i}`" for i in one.ids) or "（无）"
        lines.append(f"| {n} | {one.layer} | `{one.code}` | {ids} | {one.what} |")
    return "\n".join(lines)


def _readme(town: City, truth: dict[str, Any]) -> str:
    share, verdicts = truth["share"], truth["verdicts"]["low_efficiency"]
    text = resources.files("landrenew.sample").joinpath("papers/README.md").read_text("utf-8")
    return Template(text).substitute(
        share=f"{share['share']:.9f}", inside=f"{share['inside_m2']:,.2f}",
        total=f"{share['total_m2']:,.2f}", parcels=share["parcels"],
        surveyed=len(survey_table(town)), **{f"{k}_n": v for k, v in share["counts"].items()},
        **verdicts, buildings=truth["rows"]["buildings"]["in"], firms=truth["rows"]["firms"]["in"],
        links=truth["rows"]["links"]["in"], events=truth["rows"]["ledger"]["in"],
        rows_in=truth["rows"]["parcels"]["in"], rejected=truth["rows"]["parcels"]["rejected"],
        rows=len(town.telling.told.parcels), blocks=truth["contiguity"]["blocks"],
        crossing=len(town.crossing), hidden=len(town.raster_only), farmland=len(town.on_farmland),
        faults=_fault_table(town),
    )  # fmt: skip


def write_demo(folder: str | Path) -> None:
    """
    Write the demo city and its project file.

    Parameters
    ----------
    folder
        Folder to write to; made when missing, files of the same name are replaced.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    town = city()
    told = town.telling.told
    _write_vectors(folder, town)
    _write_boundary(folder / "growth_boundary.geojson", town.layers["growth_boundary"])
    _write_workbook(folder / "firms.xlsx", _in_words(told.firms, "size_class"))
    _write_csv(folder / "links.csv", told.links, mark=True)
    _write_csv(folder / "survey.csv", survey_table(town), mark=True)
    _write_csv(folder / "ledger.csv", _in_words(told.ledger, "stage"), mark=True)
    write_heights(folder / "ndsm.tif", town.telling.meant.buildings, town.ground)
    write_lights(folder / "nightlight.tif", town.places, town.ground)
    truth = truth_of(town)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(_readme(town, truth), encoding="utf-8", newline="\n")
    papers = resources.files("landrenew.sample").joinpath("papers")
    for name in ("city.toml", "rulebook.toml"):
        folder.joinpath(name).write_bytes(papers.joinpath(name).read_bytes())
