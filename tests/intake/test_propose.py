"""What ``landrenew init`` recognises: names, units, industrial rows, places, roles."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import CRS, ORIGIN, square
from hypothesis import given
from hypothesis import strategies as st
from small_city import four, save

from landrenew.base.columns import COLUMNS
from landrenew.base.words import visible
from landrenew.intake.propose import look, proposal
from landrenew.intake.propose.folder import Found, list_folder
from landrenew.intake.propose.land import industrial_rows, is_industrial
from landrenew.intake.propose.look import Look, look_at
from landrenew.intake.propose.names import dictionary, find_columns, heading_unit, matches
from landrenew.intake.propose.place import candidate_crs
from landrenew.intake.propose.proposal import propose
from landrenew.intake.propose.rasters import rasters_section
from landrenew.intake.propose.roles import COLUMNS as WANTED
from landrenew.intake.propose.roles import role_of, share_out
from landrenew.intake.propose.scheme import scheme_lines
from landrenew.intake.propose.text import quoted
from landrenew.intake.propose.units import OURS, looks_like_storeys, unit_of
from landrenew.intake.propose.values import fit_columns

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"full", "variant", "pinyin", "english", "foreign", "own"}


def seen(frame: pd.DataFrame, path: str = "a.xlsx", layer: str | None = None) -> Look:
    return Look(path, layer, frame, len(frame), extent=look._extent(frame))  # noqa: SLF001


def drawn(size: float = 20, count: int = 4, **columns: list) -> gpd.GeoDataFrame:
    shapes = [square(i, size=size) for i in range(count)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


# --- names ----------------------------------------------------------------------------------


def test_the_dictionary_names_our_columns_and_says_where_from() -> None:
    pairs = [(one.column, one.name) for one in dictionary()]
    assert {one.column for one in dictionary()} <= set(COLUMNS)
    assert len(pairs) == len(set(pairs))
    assert {one.kind for one in dictionary()} == KINDS
    assert all(one.source for one in dictionary())


def test_every_given_column_has_a_chinese_and_an_english_name() -> None:
    given_ = {one.name for one in COLUMNS.values() if one.role == "given"}
    of_layers = {one for one in given_ if COLUMNS[one].table != "project"}
    assert of_layers <= {one for columns in WANTED.values() for one in columns}
    for kind in ("full", "english"):
        assert given_ <= {one.column for one in dictionary() if one.kind == kind}


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("ZDDM", "parcel_id"),
        ("zddm", "parcel_id"),
        ("\uff3a\uff24\uff24\uff2d", "parcel_id"),  # full-width
        ("宗地 代码", "parcel_id"),
        ("宗地面积（㎡）", "declared_area_m2"),
        ("税收/万元", "tax_cny10k"),
        ("2023年税收总额（万元）", "tax_cny10k"),
        ("统一社会信", "firm_id"),  # ten bytes of GBK
        ("统一社", "firm_id"),  # ten bytes of UTF-8
        ("QLR", "owner"),
        ("LotArea", "declared_area_m2"),
        ("building:levels", "floor_count"),
        ("亩均税收（万元/亩）", "tax_cny10k_per_mu"),
        ("经济指标 税收", "tax_cny10k"),  # a group over it
        ("全年平均职工人数", "staff_person"),
    ],
)
def test_a_heading_means_one_column(heading: str, column: str) -> None:
    best = max(matches(heading), key=lambda one: one.score)
    assert best.column == column


@pytest.mark.parametrize("heading", [
    "亩均税收", "注册资本", "备注", "OBJECTID", "建筑占地面积", "亩均指标 税收", "评价得分 税收",
    "税收总额增长率", "税收总额排名",
])  # fmt: skip
def test_a_heading_that_means_something_else_is_left(heading: str) -> None:
    assert find_columns([heading], ["tax_cny10k", "declared_area_m2", "firm_id"], "parcels") == []


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_every_name_is_known_again_when_a_dbf_cuts_it(encoding: str) -> None:
    for one in dictionary():
        cut = one.name.encode(encoding)[:10].decode(encoding, errors="ignore")
        if not one.name.isascii() and len(cut) < len(one.name):
            assert one.column in {match.column for match in matches(cut)}, one.name


@given(st.lists(st.sampled_from([one.name for one in dictionary()]), unique=True), st.data())
def test_matching_is_one_to_one(theirs: list[str], data: st.DataObject) -> None:
    section = data.draw(st.sampled_from(sorted(WANTED)))
    found = find_columns(theirs, WANTED[section], section)
    assert len({one.column for one in found}) == len({one.theirs for one in found}) == len(found)
    assert {one.theirs for one in found} <= set(theirs)


def test_of_columns_by_year_the_last_is_taken() -> None:
    theirs = ["2022年税收", "2024年税收", "2023年税收"]
    assert find_columns(theirs, ["tax_cny10k"], "firms")[0].theirs == "2024年税收"


def test_of_columns_of_one_name_the_first_is_taken_with_a_doubt() -> None:
    found = find_columns(["税收（万元）#1", "税收（万元）#2"], ["tax_cny10k"], "firms")
    assert [(one.theirs, one.is_sure) for one in found] == [("税收（万元）#1", False)]


def test_a_column_of_formulas_without_values_keeps_its_meaning() -> None:
    table = seen(pd.DataFrame({"企业名称": ["A", "B"], "税收（万元）": [None, None]}))
    assert "tax_cny10k" in {one.column for one in fit_columns(table, "firms", table.frame)}


def test_a_general_name_means_something_only_in_its_own_layer() -> None:
    assert [one.column for one in find_columns(["名称"], WANTED["towns"], "towns")] == ["town"]
    assert find_columns(["编号"], ["parcel_id"], "firms") == []


# --- units ----------------------------------------------------------------------------------


def unit(frame: pd.DataFrame, column: str, section: str) -> tuple[str | None, bool]:
    match = next(one for one in find_columns([str(one) for one in frame], WANTED[section], section)
                 if one.column == column)  # fmt: skip
    found = unit_of(seen(frame), match, frame)
    return found.name, found.is_sure


@pytest.mark.parametrize(
    ("declared", "name"),
    [(400, None), (0.6, "亩"), (0.04, "公顷"), (0.0004, "平方公里"), (4305.6, "平方英尺")],
)
def test_the_unit_of_an_area_is_the_one_that_agrees_with_the_drawing(
    declared: float, name: str | None
) -> None:
    assert unit(drawn(宗地面积=[declared] * 4), "declared_area_m2", "parcels") == (name, True)


def test_an_area_that_agrees_with_no_unit_is_unsure() -> None:
    assert unit(drawn(宗地面积=[900.0] * 4), "declared_area_m2", "parcels") == (None, False)


def test_the_area_is_measured_where_degrees_are_drawn() -> None:
    degrees = drawn(宗地面积=[0.6] * 4).to_crs("EPSG:4490")
    assert unit(degrees, "declared_area_m2", "parcels") == ("亩", True)


def test_a_unit_column_says_the_unit() -> None:
    frame = drawn(宗地面积=[123.0] * 4, MJDW=["公顷"] * 4)
    assert unit(frame, "declared_area_m2", "parcels") == ("公顷", True)


@pytest.mark.parametrize(
    ("tax", "name"),
    [([1e6, 2e6, 5e5], "元"), ([100, 250, 30], None), ([0.01, 0.02, 0.005], "亿元")],
)
def test_money_without_a_unit_is_guessed_and_marked(tax: list[float], name: str | None) -> None:
    assert unit(pd.DataFrame({"税收": tax}), "tax_cny10k", "firms") == (name, False)


def test_a_stated_unit_is_sure() -> None:
    assert unit(pd.DataFrame({"税收（元）": [1.0]}), "tax_cny10k", "firms") == ("元", True)
    assert unit(pd.DataFrame({"税收（万元）": [1e9]}), "tax_cny10k", "firms") == (None, True)
    assert heading_unit("面积") is None


def test_a_unit_above_the_table_is_not_guessed_again() -> None:
    table = seen(pd.DataFrame({"税收": [1.0, 2.0]}))
    match = find_columns(["税收"], ["tax_cny10k"], "firms")[0]
    assert not unit_of(table, match, table.frame).is_sure
    assert unit_of(replace(table, sheet_units=("万元",)), match, table.frame) == OURS


def test_cells_that_state_their_unit_need_none() -> None:
    table = drawn(ZDMJ=["0.6亩", "400㎡", "400平方米", None])
    assert unit(table, "declared_area_m2", "parcels") == (None, True)
    assert "declared_area_m2" in {
        one.column for one in fit_columns(seen(table), "parcels", seen(table).frame)
    }


def test_shares_beyond_one_are_per_cent() -> None:
    assert unit(pd.DataFrame({"份额": [40.0, 60.0]}), "share", "links") == ("%", False)
    assert unit(pd.DataFrame({"份额": [0.4, 0.6]}), "share", "links") == (None, True)


def test_heights_that_are_storeys_are_known_from_metres(shared: Path) -> None:
    folder = shared / "china_buildings"
    heights = {
        name: look_at(folder, Found(name, "shapes"))[0][0].frame["height"]
        for name in ("beijing_cbd_buildings.geojson", "shijiazhuang_buildings.geojson")
    }
    assert [looks_like_storeys(one) for one in heights.values()] == [True, False]


# --- industrial rows ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["0601", "601", "1001", "100101", "100101/100102", "1001v", "100101(080403)", "M2",
             "M1-1", "工业用地", "一类工业用地", "industrial", "乙種工業區"]
)  # fmt: skip
def test_industrial_classes(code: str) -> None:
    assert is_industrial(code)


@pytest.mark.parametrize(
    "code",
    ["0602", "0508", "0604", "1101", "0701", "06", "M4X", "Mixed", "R6", "物流仓储用地", "非工业"],
)
def test_other_classes(code: str) -> None:
    assert not is_industrial(code)


@pytest.mark.parametrize(
    ("column", "classes", "where", "is_sure"),
    [
        ("DLBM", ["0601", "0508"], "DLBM = '0601'", True),
        ("DLBM", ["0601", "0601"], None, True),
        ("DLBM", ["0601", "0701"], "DLBM = '0601'", False),  # or a plan's rural road and housing
        ("DLBM", ["0601", "100101", "0807"], "DLBM = '100101'", False),
        ("DLBM", ["0701", "0508"], None, False),
        ("DLBM", [601, 508], "DLBM = 601", False),
        ("YDYHFLDM", ["100101", "100101/100102", "1101"],
         "YDYHFLDM IN ('100101', '100101/100102')", False),
        ("使用分區", ["工業區", "住宅區"], "使用分區 = '工業區'", False),
        ("fclass", ["industrial", "farmland"], "fclass = 'industrial'", False),
        ("地类 编码", ["工业'用地", "住宅"], "\"地类 编码\" = '工业''用地'", False),
    ],
)  # fmt: skip
def test_industrial_rows_are_selected(
    column: str,
    classes: list,
    where: str | None,
    is_sure: bool,  # noqa: FBT001
) -> None:
    found = industrial_rows(seen(pd.DataFrame({column: classes})))
    assert (found.where, found.is_sure) == (where, is_sure)


@pytest.mark.parametrize(("other", "where"), [("住宅", "地类名称 LIKE '%工业%'"), ("非工业", None)])
def test_many_classes_are_told_by_a_word_only_where_no_other_bears_it(
    other: str, where: str | None
) -> None:
    industrial = [f"{i}类工业用地" for i in range(9)]
    found = industrial_rows(seen(pd.DataFrame({"地类名称": [*industrial, other]})))
    listed = "地类名称 IN (" + ", ".join(f"'{one}'" for one in industrial) + ")"
    assert found.where == (where or listed)


def test_classes_beyond_the_first_rows_leave_a_doubt() -> None:
    frame = pd.DataFrame({"DLBM": ["0601", "0601"]})
    assert industrial_rows(seen(frame)).is_sure
    assert not industrial_rows(replace(seen(frame), is_whole=False)).is_sure


# --- a missing CRS --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extent", "crs"),
    [
        ((121.2, 30.1, 121.3, 30.2), "EPSG:4490"),
        ((7.5, 44.9, 7.7, 45.1), "EPSG:4326"),
        ((40_620_000, 3_339_000, 40_621_000, 3_340_000), "EPSG:4528"),
        ((38_436_212, 2_491_514, 38_437_000, 2_492_000), "EPSG:4526"),
        ((620_000, 3_339_000, 621_000, 3_340_000), None),  # the strip is anyone's guess
        ((30.1, 121.2, 30.2, 121.3), None),  # swapped
        ((-3e6, -3e6, 4e6, 4e6), None),
    ],
)
def test_coordinates_tell_a_candidate_or_nothing(extent: tuple, crs: str | None) -> None:
    assert candidate_crs(extent, []).crs == crs


@pytest.mark.parametrize(("meridian", "code"), [(117, 4548), (120, 4549), (123, 4550)])
def test_the_strip_is_told_by_layers_that_have_a_crs(meridian: int, code: int) -> None:
    known = drawn().to_crs("EPSG:4490")
    moved = known.to_crs(code)
    found = candidate_crs(tuple(moved.total_bounds), [seen(known)])
    assert found.crs == f"EPSG:{code}"
    assert str(meridian) in found.why.zh


# --- roles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "layer", "section"),
    [
        ("慈溪市工业控制线.shp", None, "control_line"),
        ("db.gdb", "GYKZX", "control_line"),
        ("db.gdb", "XG_GYPQ", "control_line"),
        ("工业用地控制线2025.shp", None, "control_line"),
        ("CZKFBJ.shp", None, "growth_boundary"),
        ("规划/城镇开发边界.geojson", None, "growth_boundary"),
        ("YJJBNT.shp", None, "protected"),
        ("生态保护红线.shp", None, "protected"),
        ("db.gdb", "DLTB", "parcels"),
        ("db.gdb", "XG_GHDK", "parcels"),
        ("工业用地.shp", None, "parcels"),
        ("JZW.shp", None, "buildings"),
        ("buildings.geojson", None, "buildings"),
        ("河流.shp", None, "barriers"),
        ("底图.gpkg", None, "background"),
    ],
)
def test_layers_are_known_by_their_names(path: str, layer: str | None, section: str) -> None:
    assert role_of(seen(drawn(size=100), path, layer)).section == section


def test_size_tells_towns_from_parcels_and_buildings() -> None:
    assert role_of(seen(drawn(size=5000, XZQMC=list("甲乙丙丁")), "a.shp")).section == "towns"
    parcels = drawn(size=80, ZDDM=list("ABCD"), QLR=list("甲乙丙丁"))
    assert role_of(seen(parcels, "a.shp")).section == "parcels"
    assert role_of(seen(drawn(size=12, CS=[1, 2, 3, 4]), "a.shp")).section == "buildings"
    assert role_of(seen(drawn(size=80, note=list("甲乙丙丁")), "a.shp")) is None


def test_villages_are_known_by_name_or_column_and_are_no_towns() -> None:
    names = list("甲乙丙丁")
    assert role_of(seen(drawn(size=1500, 名称=names), "村界.shp")).section == "villages"
    both = drawn(size=1500, XZQMC=["东镇"] * 4, XZCMC=names)
    assert role_of(seen(both, "a.shp")).section == "villages"
    parcels = drawn(size=80, ZDDM=names, QLR=names, 所在村=names)
    assert role_of(seen(parcels, "a.shp")).section == "parcels"


def test_tables_are_known_by_their_columns() -> None:
    tables = {
        "firms": ["统一社会信用代码", "企业名称", "税收（万元）"],
        "links": ["firm_id", "parcel_id", "share"],
        "ledger": ["event_id", "parcel_id", "stage", "event_date"],
        "leases": ["承租方", "出租方", "宗地代码", "租赁面积"],
        "corrections": ["编号", "字段", "原值", "新值", "理由", "依据", "日期"],
    }
    for section, columns in tables.items():
        frame = pd.DataFrame([["1"] * len(columns)], columns=columns)
        assert role_of(seen(frame)).section == section


def test_of_two_buildings_one_is_taken_and_the_other_named() -> None:
    roles = [role_of(seen(drawn(size=10, CS=[1, 2, 3, 4]), path)) for path in ("建筑.shp", "b.shp")]
    chosen, others = share_out(roles)
    assert [one.look.path for one in chosen] == ["建筑.shp"]
    assert [one.look.path for one, _ in others] == ["b.shp"]


def test_of_yearly_tables_alike_the_last_is_taken() -> None:
    frame = pd.DataFrame({"统一社会信用代码": list("ABCD"), "企业名称": list("甲乙丙丁")})
    roles = [role_of(seen(frame[:rows], f"企业{year}.xlsx")) for year, rows in
             ((2009, 4), (2010, 3), (2011, 1))]  # fmt: skip
    assert share_out(roles)[0][0].look.path == "企业2010.xlsx"


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["ndsm.tif", "DSM.tif", "dem.tif"], ["height"]),
        (["DSM_a.tif", "DEM_a.tif", "CDSM_a.tif"], ["dsm", "dem"]),
        (["dsm.tif"], []),
        (["NDVI2025.tif", "viirs_2025.tif", "slope.tif"], ["nightlight", "ndvi"]),
    ],
)
def test_rasters_are_known_by_their_names(
    names: list[str], keys: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landrenew.intake.propose.rasters._refused", lambda *_: None)
    section, unknown = rasters_section(tmp_path, names, str)
    assert ([one.key for one in section.lines] if section else []) == keys
    assert len(unknown) == len(names) - len(keys)


# --- writing --------------------------------------------------------------------------------


@given(st.text())
def test_any_text_is_a_toml_string(text: str) -> None:
    assert tomllib.loads(f"a = {quoted(text)}")["a"] == text


@given(st.text())
def test_a_comment_stays_on_its_line(text: str) -> None:
    said = visible(text)
    assert tomllib.loads(f"# {said}\na = 1") == {"a": 1}
    assert not {unicodedata.category(one) for one in said} & {"Cc", "Cf", "Zl", "Zp"}


# --- large files ----------------------------------------------------------------------------


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Give a folder with a layer and two tables, each of 40 rows."""
    ids = [f"P{i}" for i in range(40)]
    shapes = [square(i % 8, i // 8, size=60) for i in range(40)]
    parcels = gpd.GeoDataFrame({"ZDDM": ids, "DLBM": "0601"}, geometry=shapes, crs=CRS)
    save(parcels, tmp_path / "宗地.gpkg")
    table = pd.DataFrame(
        {"统一社会信用代码": ids, "税收（元）": np.arange(40) * 1e6, "宗地代码": ids}
    )
    table.to_csv(tmp_path / "企业.csv", index=False)
    book = openpyxl.Workbook()
    for row in (["event_id", "parcel_id", "stage", "event_date"],
                *([f"E{i}", f"P{i}", "摸排", "2025-01-01"] for i in range(40))):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "台账.xlsx")
    return tmp_path


def test_of_large_files_only_the_first_rows_are_read(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = propose(large, large / "city.toml")
    for limit in ("BIG_BOOK_BYTES", "BIG_TEXT_BYTES", "BIG_LAYER_BYTES"):
        monkeypatch.setattr(look, limit, 0)
    monkeypatch.setattr(look, "HEAD_ROWS", 10)
    monkeypatch.setattr(look, "SHEET_ROWS", 10)
    monkeypatch.setattr(look, "HEAD_BYTES", 300)
    found, _ = list_folder(large)
    looks = [one for each in found for one in look_at(large, each)[0]]
    assert [one.rows for one in looks] == [12, 40, 40] or [one.rows for one in looks][1:] == [
        40,
        40,
    ]
    assert all(len(one.frame) < 40 and not one.is_whole for one in looks)
    heads = propose(large, large / "city.toml")
    assert _keys(heads) == _keys(whole)


def _keys(one: proposal.Proposal) -> list:
    return [(section.name, section.off, [(line.key, line.value) for line in
             (*section.lines, *section.columns)]) for section in one.sections]  # fmt: skip


def test_what_is_too_large_to_try_is_said(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposal, "MOST_TRIED_BYTES", 0)
    said = propose(large, large / "city.toml").to_check()
    assert any("没有整体试读" in one.zh for one in said)


def test_what_cannot_be_read_as_proposed_is_switched_off_with_the_reason(large: Path) -> None:
    far = gpd.GeoDataFrame({"CS": [3]}, geometry=[square(0, size=9)], crs=CRS)
    far = far.set_geometry(far.translate(500_000 - ORIGIN[0], 0)).set_crs(CRS)
    save(far, large / "建筑.gpkg")
    sections = {one.name: one for one in propose(large, large / "city.toml").sections}
    assert sections["buildings"].off is not None
    assert "重叠" in sections["buildings"].off.zh
    assert sections["parcels"].off is None


@pytest.mark.parametrize(
    ("columns", "scheme", "is_on"),
    [
        ({"DLBM": ["0601", "0508", "0601", "0601"]}, "三调", True),
        ({"DLBM": ["0601"] * 4, "TBMJ": [1.0] * 4, "CZCSXM": ["203A"] * 4}, "三调", True),
        ({"DLBM": ["0601"] * 4}, "三调", False),
        ({"DLBM": ["100101"] * 4}, "用地用海", True),
    ],
)
def test_the_scheme_of_land_codes_is_proposed(columns: dict, scheme: str, *, is_on: bool) -> None:
    (line,) = scheme_lines(seen(drawn(**columns)), "DLBM")
    assert (line.value, line.is_on, line.is_sure) == (scheme, is_on, is_on)


def test_names_of_classes_and_short_codes_state_no_scheme() -> None:
    for values in (["工业用地"] * 4, ["06", "07", "06", "05"]):
        assert scheme_lines(seen(drawn(DLBM=values)), "DLBM") == []


def test_a_column_that_is_nearly_an_id_says_why_it_is_none(tmp_path: Path) -> None:
    save(drawn(ZDDM=["A", "B", "B", None]), tmp_path / "parcels.gpkg")
    said = [one.zh for one in propose(tmp_path, tmp_path / "city.toml").to_check()]
    assert any("“ZDDM”像是编号，第 2, 3 行相互重复，1 行没有编号" in one for one in said), said


def test_only_the_layer_in_the_wrong_crs_is_switched_off(tmp_path: Path) -> None:
    save(drawn(ZDDM=list("ABCD")), tmp_path / "parcels.gpkg")
    line = drawn(size=50).to_crs(4490).set_crs(CRS, allow_override=True)
    save(line, tmp_path / "工业控制线.gpkg")
    off = {one.name: one.off for one in propose(tmp_path, tmp_path / "city.toml").sections}
    assert off["parcels"] is None
    assert "[control_line]" in off["control_line"].zh


def test_four_squares_need_no_dictionary(tmp_path: Path) -> None:
    save(four(), tmp_path / "parcels.gpkg")
    sections = {one.name: one for one in propose(tmp_path, tmp_path / "city.toml").sections}
    assert sections["parcels"].columns == ()  # our own names need no line
