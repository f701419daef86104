"""What the map carries: every parcel, its true figures, and no column that was not allowed."""

from __future__ import annotations

import dataclasses
import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from map_city import CRS, FIRM, NASTY, TOWNS, X, Y, made_result
from shapely import MultiPolygon, Point, Polygon, box
from unpacked import laid_open, unpacked

from landrenew.base.columns import COLUMNS, score_column
from landrenew.base.words import Text
from landrenew.intake.faults import Fault
from landrenew.intake.parcels import Parcels
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.elements import write_json
from landrenew.publish.map.facts import page_facts, share_facts
from landrenew.publish.map.offline import offline_page
from landrenew.publish.map.pack.columns import exact
from landrenew.publish.map.pack.grid import mercator
from landrenew.publish.map.pack.pieces import order_of
from landrenew.publish.map.payload import BLOCK_COLUMNS, blocks_payload, parcels_payload
from landrenew.publish.map.rules import explain_tests
from landrenew.publish.map.shapes import decode, encode
from landrenew.publish.result import Result
from landrenew.publish.themes import class_bounds, round_number, themes
from landrenew.rules.model import Rulebook


@pytest.fixture(scope="module")
def result() -> Result:
    return made_result(120)


def blocks_of(html: str) -> dict[str, dict]:
    found = re.findall(
        r'<script type="application/json" id="(\w+)">(.*?)</script>', html, re.DOTALL
    )
    return {name: json.loads(text) for name, text in found}


@pytest.fixture(scope="module")
def page(result: Result) -> str:
    return offline_page(draw_map(result))


def with_columns(result: Result, drop: list[str]) -> Result:
    kept = Parcels(result.parcels.drop(columns=drop))
    return dataclasses.replace(
        result, parcels=kept, layers=dataclasses.replace(result.layers, parcels=kept)
    )


def with_rules(result: Result, **changes: object) -> Result:
    book = Rulebook(**{**result.layers.rulebook.model_dump(), **changes})
    return dataclasses.replace(result, layers=dataclasses.replace(result.layers, rulebook=book))


def test_every_parcel_is_there(result: Result, page: str) -> None:
    data = unpacked(page)
    assert sorted(data.columns["ids"]) == sorted(result.parcels.index)
    assert len(data.shapes) == len(result.parcels)


def test_what_was_packed_comes_back_row_by_row(result: Result, page: str) -> None:
    payload, data = parcels_payload(result), unpacked(page)
    assert data.columns["ids"] == payload["ids"].tolist()
    travels = {
        name: said for name, said in payload["columns"].items() if {"values", "codes"} & set(said)
    }
    assert data.columns.keys() >= {f"columns.{name}" for name in travels}
    for name, said in travels.items():
        found, header = data.columns[f"columns.{name}"], data.header["columns"][name]
        if header["by"] == "values":
            true = [None if np.isnan(one) else one for one in said["values"]]
            assert found == true
        else:
            words = [None if code < 0 else said["words"][code] for code in said["codes"]]
            if header["by"] == "codes":
                found = [None if code < 0 else header["words"][code] for code in found]
            assert found == words
    for number, theme in enumerate(payload["themes"]):
        if "codes" in theme:
            assert data.columns[f"themes.{number}"] == theme["codes"].tolist()


def test_shapes_are_true_to_the_grid(result: Result, page: str) -> None:
    data = unpacked(page)
    step = data.header["step"]
    true = dict(zip(result.parcels.index, mercator(result.parcels.geometry), strict=True))
    for name, rings in zip(data.columns["ids"], data.shapes, strict=True):
        drawn = shapely.MultiPoint(rings[0]) if rings else shapely.MultiPoint()
        corners = shapely.MultiPoint(true[name].exterior.coords)
        there = shapely.transform(drawn, lambda xy: xy * step)
        assert shapely.hausdorff_distance(there, corners) <= 0.71 * step


def test_bounds_of_the_page_are_those_of_the_parcels(result: Result) -> None:
    page = blocks_of(offline_page(draw_map(result)))["page_facts"]
    assert page["bounds"] == pytest.approx(result.parcels.to_crs(4326).total_bounds.tolist())


def test_a_parcel_far_away_does_not_open_the_map_on_the_desert() -> None:
    made = made_result(30)
    first = made.parcels.index[8]
    moved = made.parcels.geometry.copy()
    moved[first] = box(X + 90_000, Y - 90_000, X + 90_100, Y - 89_900)
    made.parcels.geometry = moved
    far = Fault("parcels", 1, first, "far_away")
    near = page_bounds(dataclasses.replace(made, faults=(far,)))
    assert page_bounds(made)[2] > near[2] + 0.5
    assert near == pytest.approx(made.parcels.drop(first).to_crs(4326).total_bounds.tolist())


def page_bounds(result: Result) -> list[float]:
    return blocks_of(offline_page(draw_map(result)))["page_facts"]["bounds"]


def test_holes_parts_and_empty_shapes_come_back() -> None:
    hole = Polygon(box(0, 0, 9, 9).exterior, [box(3, 3, 6, 6).exterior])
    shapes = gpd.GeoSeries(
        [hole, MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)]), Polygon(), Point(1, 1)], crs=4326
    )
    assert [len(rings) for rings in decode(encode(shapes))] == [2, 2, 0, 0]
    assert decode(encode(shapes))[0][1] == [
        (6.0, 3.0),
        (6.0, 6.0),
        (3.0, 6.0),
        (3.0, 3.0),
        (6.0, 3.0),
    ]


def test_a_layer_of_points_draws_nothing() -> None:
    assert encode(gpd.GeoSeries([Point(1, 1)], crs=4326)) == {
        "rings": [0],
        "sizes": [],
        "steps": [],
    }


def test_figures_equal_the_table_at_the_dictionarys_decimals(result: Result) -> None:
    columns = parcels_payload(result)["columns"]
    for name, said in columns.items():
        true = result.parcels[name].iloc[order_of(result.parcels.geometry)]
        if "values" in said:
            expected = true.astype(float)
            expected = expected if said["is_exact"] else expected.round(COLUMNS[name].decimals)
            np.testing.assert_array_equal(said["values"], expected)
        elif "codes" in said:
            words = [None if code < 0 else said["words"][code] for code in said["codes"]]
            assert words == true.astype(object).where(true.notna(), None).tolist()


def test_no_column_outside_the_list_reaches_the_bytes(result: Result, page: str) -> None:
    inside = laid_open(page)
    assert str(result.parcels["owner"].iloc[0]) in inside
    assert "firm_name" not in inside
    assert FIRM not in inside
    assert json.dumps(FIRM)[1:-1] not in inside


def test_a_rulebook_cannot_make_a_firms_name_public(result: Result) -> None:
    tests = {
        "document": "d", "source": "s", "confidence": "user", "logic": "any",
        "tests": [{"column": "firm_name", "comparison": "equals", "threshold": "x"}],
    }  # fmt: skip
    page = offline_page(draw_map(with_rules(result, low_efficiency=tests)))
    assert FIRM not in laid_open(page)


def test_what_the_rulebook_reads_is_carried_to_explain_it(result: Result) -> None:
    assert "rd_share" in parcels_payload(result)["columns"]
    assert "rd_share" not in parcels_payload(with_rules(result, scoring=None))["columns"]


def test_tallies_are_the_tables_sums(result: Result) -> None:
    mu = result.parcels["counted_area_m2"] * 0.0015
    grade = result.parcels["efficiency_grade"]
    theme = parcels_payload(result)["themes"][0]
    letters = [one["mark"][0] for one in theme["classes"][:-1]]
    for at, letter in enumerate(letters):
        count, land = theme["tally"][""][at]
        assert count == (grade == letter).sum()
        assert land == pytest.approx(mu[grade == letter].sum(), abs=0.005)
    for theme in parcels_payload(result)["themes"]:
        for town in TOWNS:
            rows = theme["tally"].get(town, [])
            assert sum(n for n, _ in rows) == (result.parcels["town"] == town).sum()


def test_a_value_on_the_threshold_is_classed_unrounded() -> None:
    made = made_result(60)
    table = made.parcels
    table.loc[table.index[0], "floor_area_ratio"] = 0.5999
    drawn = themes(table, made.layers.rulebook)
    theme = next(one for one in drawn if one["name"] == "floor_area_ratio")
    bounds = class_bounds(table["floor_area_ratio"], 0.6)
    assert 0.6 in bounds
    assert theme["codes"][0] == bounds.index(0.6)


def test_class_bounds_are_round_and_rise() -> None:
    values = pd.Series([0.31, 0.52, 0.74, 0.98, 1.42, 2.2, np.nan])
    bounds = class_bounds(values)
    assert bounds == sorted(set(bounds))
    assert all(round_number(bound) == bound for bound in bounds)
    assert class_bounds(pd.Series([np.nan])) == []


def test_one_value_for_all_still_makes_a_theme() -> None:
    made = made_result(30)
    made.parcels["floor_area_ratio"] = 0.0
    names = [one["name"] for one in parcels_payload(made)["themes"]]
    assert "floor_area_ratio" in names


def test_themes_without_their_column_are_absent(result: Result) -> None:
    cut = with_columns(result, ["control_class", "tax_cny10k_per_mu"])
    names = [one["name"] for one in parcels_payload(cut)["themes"]]
    assert names == ["efficiency_grade", "low_efficiency_class", "floor_area_ratio"]


def test_without_grades_the_score_itself_is_a_theme(result: Result) -> None:
    names = [one["name"] for one in parcels_payload(with_rules(result, grades=None))["themes"]]
    assert "efficiency_score" in names
    assert "efficiency_grade" not in names


def test_outcomes_travel_only_where_the_page_cannot_tell_them(result: Result) -> None:
    assert not [one for one in parcels_payload(result)["tests"]["tests"] if "outcomes" in one]
    rule = result.layers.rulebook.low_efficiency
    told = explain_tests(result.parcels, rule, "low_efficiency_tests", {"floor_area_ratio"})
    assert ["outcomes" in one for one in told["tests"]] == [False, True]


def test_tests_carry_the_outcomes_that_the_run_decided(result: Result) -> None:
    rule = result.layers.rulebook.low_efficiency
    tests = explain_tests(result.parcels, rule, "low_efficiency_tests")["tests"]
    letters = {"y": "yes", "n": "no", "u": "undetermined"}
    joined = [
        ",".join(letters[test["outcomes"][row]] for test in tests)
        for row in range(len(result.parcels))
    ]
    assert joined == result.parcels["low_efficiency_tests"].tolist()


def test_criteria_say_what_the_rulebook_says_and_where(result: Result) -> None:
    tax, rd, _ = parcels_payload(result)["scoring"]["pools"]["all"]["criteria"]
    assert (tax["baseline"], tax["cap"], tax["weight"]) == (20.0, 1.5, 50)
    assert (rd["form"], rd["low"]) == ("min_max", 20)
    assert tax["path"] == "scoring.pools.all.criteria.tax_cny10k_per_mu"


def test_what_the_page_computes_with_is_exact_and_what_it_makes_stays_behind(
    result: Result,
) -> None:
    columns = parcels_payload(result)["columns"]
    exact = {name for name, said in columns.items() if said.get("is_exact")}
    assert exact == {"tax_cny10k_per_mu", "rd_share", "floor_area_ratio", "bonus_score"}
    made = {name for name, said in columns.items() if not {"values", "codes"} & set(said)}
    assert made == {"efficiency_score", *map(score_column, exact - {"bonus_score"})}


def test_the_numbers_that_may_be_tried_are_the_rulebooks(result: Result) -> None:
    numbers = {one["path"]: one for one in parcels_payload(result)["numbers"]}
    assert numbers["share.target"]["value"] == 0.8
    assert numbers["low_efficiency.tests.floor_area_ratio.threshold"]["value"] == 0.6
    tax = "scoring.pools.all.criteria.tax_cny10k_per_mu"
    assert (numbers[f"{tax}.weight"]["value"], numbers[f"{tax}.baseline"]["value"]) == (50, 20)
    assert numbers[f"{tax}.baseline"]["document"] == "示例〔2024〕3号 亩均效益综合评价办法"
    assert not [path for path in numbers if path.startswith("grades")]


@pytest.mark.parametrize(
    ("values", "kind", "digits"),
    [([1.25, np.nan, 3.0], "scaled", 2), ([1.0, 2.0], "scaled", 0), ([1 / 3, 2.0], "float", 0)],
)
def test_exact_numbers_are_whole_where_they_were_typed(
    values: list[float], kind: str, digits: int
) -> None:
    packed, found = exact(np.array(values))
    assert (packed.kind, found) == (kind, digits)


def test_blocks_carry_their_candidates(result: Result) -> None:
    data = blocks_payload(result)
    assert data["ids"] == list(result.blocks.index)
    words = result.blocks["consolidation_class"].map({"yes": "y", "no": "n", "undetermined": "u"})
    assert data["candidates"] == "".join(words)
    assert set(data["columns"]) <= set(BLOCK_COLUMNS)


def test_share_is_the_tables_share(result: Result) -> None:
    said, true = share_facts(result.share), result.share
    assert said["share"] == round(true.share, 12)
    assert said["inside_mu"] == round(true.inside_m2 * 0.0015, 2)
    assert [town["name"] for town in said["towns"]] == [town.name for town in true.towns]


def test_a_town_without_land_has_no_share(result: Result) -> None:
    empty = dataclasses.replace(
        result.share, share=float("nan"), interval=(float("nan"), float("nan"))
    )
    assert share_facts(empty)["share"] is None
    assert share_facts(empty)["interval"] == [None, None]


def test_notes_of_the_run_and_mixed_years_are_said(result: Result) -> None:
    note = Text("没有控制线", "No control line")
    bare = Result(layers=result.layers, parcels=result.parcels, notes=(note, note))
    said = page_facts(bare)["notes"]
    assert said.count(note) == 1
    assert any("different years: 2023, 2024" in one.en for one in said)


def test_names_cannot_leave_their_json(page: str) -> None:
    for name in (*NASTY, "示例市 <i>"):
        if "<" in name:
            assert name not in page
    assert set(NASTY) <= set(unpacked(page).columns["ids"])
    assert "\u2028" not in page


def test_json_refuses_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json({"x": float("nan")})


def test_demo_sized_page_stays_small() -> None:
    made = made_result(3_000)
    size = len(offline_page(draw_map(dataclasses.replace(made, blocks=None))).encode())
    assert size < 1_500_000


def test_the_result_is_left_as_it_was() -> None:
    made = made_result(30)
    before = made.parcels.copy()
    draw_map(made)
    pd.testing.assert_frame_equal(pd.DataFrame(made.parcels), pd.DataFrame(before))


def test_a_metre_layer_is_placed_on_the_globe() -> None:
    rings = decode(encode(gpd.GeoSeries([box(X, Y, X + 10, Y + 10)], crs=CRS)))
    lon, lat = rings[0][0][0]
    assert 121 < lon < 122
    assert 30 < lat < 31
