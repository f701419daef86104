"""Plans as files: every total is the sum of its parts, and all files tell the same plan."""

from __future__ import annotations

import io
import json
import math
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from six_plots import city
from typer.testing import CliRunner
from unpacked import unpacked

from landrenew.cli import app
from landrenew.plan.program.solve import Plan
from landrenew.publish.plan.book import plan_workbook
from landrenew.publish.plan.figure import frontier_svg
from landrenew.publish.plan.items import annual_table, in_hundredths, plan_items
from landrenew.publish.plan.record import plan_record
from landrenew.publish.plan.steps import plan_steps
from landrenew.publish.plan.words import plan_words
from landrenew.publish.run_folder import save_run
from landrenew.rules.library import read_rulebook
from landrenew.workflow import plan_project, run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result

PLAN = {
    "target": 0.55,
    "years": {"2027": {"budget_cny10k": 160}, "2028": {"least_mu": 10}},
    "budget_cny10k": 400,
}
LESS = 'name = "=预算少"\nwhy = "<b>减</b>"\n[plan]\nbudget_cny10k = 200\n'
SURVEY = "parcel_id,clear_cost_cny10k,willingness\nP3,150,愿意\nP4,155.555,观望\nP5,180.1,\n"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Plan for the six plots and for a scenario with less money."""
    folder = tmp_path_factory.mktemp("six")
    path = city(folder, PLAN, survey=SURVEY)
    less = folder / "less.toml"
    less.write_text(LESS, encoding="utf-8")
    return plan_project(path, [less])


@pytest.fixture(scope="module")
def folder(planned: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the run folder."""
    return save_run(planned, tmp_path_factory.mktemp("out") / "out")


@given(st.lists(st.floats(0, 1000), max_size=40))
def test_hundredths_add_up_wherever_one_begins(values: list[float]) -> None:
    exact = pd.Series(values, dtype=float)
    shown = in_hundredths(exact)
    assert (abs(shown - exact) <= 0.01 + 1e-9).all()
    assert shown.sum() == pytest.approx(round(exact.sum(), 9), abs=0.005 + 1e-6)
    for begin in range(0, len(values), 7):
        span = shown[begin:].sum() - exact[begin:].sum()
        assert abs(span) <= 0.01 + 1e-6


def test_the_annual_plan_adds_up_both_ways(planned: Result) -> None:
    items = plan_items(planned.plans[0], planned.parcels)
    table = annual_table(items, "en")
    parts = table[(table["type"] != "total") & (table["town"] != "total")]
    whole = table[(table["town"] == "total") & (table["type"] == "total")].iloc[0]
    spans = dict.fromkeys(name.partition("|")[0] for name in table.columns[2:])
    assert list(spans) == ["2027", "2028", "total"]
    for what in ("count", "land_mu", "cost_cny10k"):
        years = [f"{span}|{what}" for span in spans if span != "total"]
        assert (table[years].sum(axis=1) - table[f"total|{what}"]).abs().max() < 1e-9
        for name in (*years, f"total|{what}"):
            assert parts[name].sum() == pytest.approx(whole[name], abs=1e-9)


def test_all_files_tell_the_same_plan(planned: Result, folder: Path) -> None:
    base = planned.plans[0]
    assert isinstance(base.plan, Plan)
    record = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["plans"][0]["plan"]
    layer = gpd.read_file(folder / "plan.gpkg", layer="plan_parcels")
    table = pd.read_parquet(folder / "parcels.parquet")
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    cleared = layer[layer["plan_class"] == "clear"]
    assert sorted(cleared["parcel_id"]) == sorted(record["parcels"])
    assert table.index[table["plan_class"] == "clear"].tolist() == sorted(record["parcels"])
    assert cleared["plan_cost_cny10k"].sum() == pytest.approx(record["cost_cny10k"])
    assert cleared["plan_land_mu"].sum() == pytest.approx(record["cleared_mu"], abs=0.005)
    totals = list(book["年度实施计划表"].iter_rows(values_only=True))[-1]
    assert totals[:2] == ("合计", "合计")
    assert totals[-3:] == (
        record["cleared_parcels"], record["cleared_mu"],
        pytest.approx(record["cost_cny10k"], abs=0.005),
    )  # fmt: skip
    items = list(book["腾退清单"].iter_rows(min_row=2, values_only=True))
    assert sum(row[8] for row in items) == pytest.approx(record["cleared_mu"], abs=1e-9)
    assert record["share"] == pytest.approx(base.plan.share, abs=1e-9)


def test_what_villages_are_paid_is_in_the_tables_too(tmp_path: Path) -> None:
    pay = {"years": 2, "discount_share": {"value": 0.0, "source": "made up"}}
    villages = {"least_income_share": 1.0, "pay": pay}
    survey = "parcel_id,village,village_income_cny10k\nP3,甲村,4\nP4,甲村,6\nP5,乙村,5\n"
    years = {"2027": {"budget_cny10k": 155}, "2028": {}}
    result = plan_project(city(tmp_path, {"target": 0.55, "villages": villages, "years": years},
                               survey=survey))  # fmt: skip
    base = result.plans[0]
    assert isinstance(base.plan, Plan)
    items = plan_items(base, result.parcels)
    assert set(items["type"]) == {"buy", "pay"}
    assert items["cost_cny10k"].sum() == pytest.approx(base.plan.cost, abs=0.005)
    record = plan_record(result.plans, result.parcels)["plans"][0]
    assert sum(one["cost_cny10k"] for one in record["years"]) == pytest.approx(
        base.plan.cost, abs=0.005
    )
    assert record["years"][0]["cost_cny10k"] <= 155


def test_what_a_village_earns_after_is_before_less_lost_and_made_good(tmp_path: Path) -> None:
    pay = {"years": 2, "discount_share": {"value": 0.0, "source": "made up"}}
    villages = {"least_income_share": 0.7, "pay": pay}
    survey = "parcel_id,village,village_income_cny10k\nP1,丙村,\nP3,甲村,4\nP4,甲村,6\nP5,乙村,5\n"
    result = plan_project(city(tmp_path, {"target": 0.55, "villages": villages}, survey=survey))
    record = plan_record(result.plans, result.parcels)["plans"][0]
    cleared = record["plan"]["parcels"]
    incomes = {"P3": ("甲村", 4), "P4": ("甲村", 6), "P5": ("乙村", 5)}
    rows = {one["village"]: one for one in record["villages"]}
    assert set(rows) == {"甲村", "乙村"}
    for village, row in rows.items():
        mine = {name: income for name, (of, income) in incomes.items() if of == village}
        assert row["before_cny10k"] == sum(mine.values())
        assert row["lost_cny10k"] == sum(mine.get(one, 0) for one in cleared)
        after = row["before_cny10k"] - row["lost_cny10k"] + row["rent_cny10k"] + row["paid_cny10k"]
        assert row["after_cny10k"] == pytest.approx(after, abs=0.005)
        assert row["kept_share"] >= 0.7 - 1e-9
    assert any(row["lost_cny10k"] > 0 for row in rows.values())
    book = openpyxl.load_workbook(io.BytesIO(plan_workbook(result.plans, result.parcels, "zh")))
    sheet = list(book["村集体收益"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in sheet] == list(rows)


def test_a_village_that_loses_an_income_nobody_knows_has_no_sum(tmp_path: Path) -> None:
    survey = "parcel_id,village,village_income_cny10k\nP3,甲村,\nP4,甲村,\nP5,甲村,\nP1,甲村,3\n"
    result = plan_project(city(tmp_path, {"target": 0.55}, survey=survey))
    row = plan_record(result.plans, result.parcels)["plans"][0]["villages"][0]
    assert row["before_cny10k"] == 3
    assert row["lost_cny10k"] is row["after_cny10k"] is row["kept_share"] is None
    assert row["unknown_parcels"] == 3


def test_the_map_shows_the_plan_of_the_tables(folder: Path) -> None:
    text = (folder / "map.html").read_text(encoding="utf-8")
    record = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["plans"][0]["plan"]
    themes = unpacked(text).header["themes"]
    plans = [one for one in themes if one["name"].startswith("plan_")]
    assert [one["name"] for one in plans] == ["plan_0", "plan_1"]
    count, land = plans[0]["tally"][""][0]
    assert count == record["cleared_parcels"]
    assert land == pytest.approx(record["cleared_mu"], abs=0.01)


def test_the_same_plan_gives_the_same_bytes(planned: Result) -> None:
    for lang in ("zh", "en"):
        books = [plan_workbook(planned.plans, planned.parcels, lang) for _ in range(2)]
        assert books[0] == books[1]
        figures = [frontier_svg(planned.plans, "小城", lang) for _ in range(2)]
        assert figures[0] == figures[1]


def test_the_figure_names_its_fonts_one_by_one(planned: Result) -> None:
    """A browser takes a list within one pair of quotes for the name of one font."""
    figure = ET.fromstring(frontier_svg(planned.plans, "小城", "zh"))  # noqa: S314  our own text
    styles = [one.get("style", "") for one in figure.iter("{http://www.w3.org/2000/svg}text")]
    fonts = [part.strip() for one in styles for part in one.partition("font-family:")[2].split(",")]
    assert "'Noto Sans CJK SC'" in fonts
    assert "'DejaVu Sans'" not in "".join(styles)


def test_a_scenario_explains_why_it_differs(planned: Result) -> None:
    said = plan_words(planned.plans, planned.parcels, "en")
    assert "Asked before: cost of the city at most 400 CNY10k" in said
    record = plan_record(planned.plans, planned.parcels)["plans"][1]
    assert record["changes"] == [{"key": "budget_cny10k", "before": 400, "after": 200}]
    assert record["different_because"]


def test_names_are_text_at_every_door(planned: Result, folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(plan_workbook(planned.plans, planned.parcels, "zh")))
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            assert not any(isinstance(one, str) and one.startswith("=") for one in row)
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert "<b>减</b>" not in page  # in the page itself only as JSON, whose < is told by its number


def test_every_figure_of_the_project_stands_with_its_source(planned: Result) -> None:
    book = openpyxl.load_workbook(io.BytesIO(plan_workbook(planned.plans, planned.parcels, "en")))
    rows = list(book["figures"].iter_rows(min_row=2, values_only=True))
    assert rows[0] == ("plan.costs.clear_cny10k_per_mu", 10, "made up", None)


def test_what_the_rulebook_asks_afterwards_is_listed(planned: Result) -> None:
    bars = read_rulebook("cixi-2023").admission
    made = plan_workbook(planned.plans, planned.parcels, "en", bars)
    rows = list(openpyxl.load_workbook(io.BytesIO(made))["asked after"].iter_rows(min_row=2))
    assert len(rows) == len(bars) > 0
    assert rows[0][4].value == bars[0].document


def test_a_run_writes_the_plan_too(tmp_path: Path) -> None:
    result = run_project(city(tmp_path, {"target": 0.5}))
    out = save_run(result, tmp_path / "out")
    assert json.loads((out / "plan.json").read_text(encoding="utf-8"))["plans"][0]["frontier"] == []
    assert not (out / "plan.svg").exists()


def run(*words: object) -> Any:  # noqa: ANN401  click's result
    """Run the command line."""
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


def test_the_command_tells_the_plan_and_its_exit_code(tmp_path: Path) -> None:
    path = city(tmp_path, {"target": 0.5})
    met = run("plan", path)
    assert met.exit_code == 0, met.output
    assert "Clear 1 parcels, 14.99 mu" in met.stdout
    less = tmp_path / "less.toml"
    less.write_text("[plan]\nbudget_cny10k = 1\n", encoding="utf-8")
    more = tmp_path / "more.toml"
    more.write_text("[plan]\ntarget = 0.6\n", encoding="utf-8")
    both = run("plan", path, "--scenario", less, more, "--json")
    record = json.loads(both.stdout)
    assert [one["name"] for one in record["plans"]] == ["", "less", "more"]
    assert record["plans"][1]["plan"] == {"status": "infeasible"}
    assert set(record["plans"][1]["why_not"]["clash"]) == {"target", "budget"}


def test_the_command_leaves_with_one_where_there_is_no_plan(tmp_path: Path) -> None:
    met = run("plan", city(tmp_path, {"budget_cny10k": 1}))
    assert met.exit_code == 1
    assert "There is no plan" in met.stdout


def test_the_command_refuses_a_project_without_a_plan(tmp_path: Path) -> None:
    path = city(tmp_path, {})
    text = path.read_text(encoding="utf-8").partition("[plan]")[0]
    path.write_text(text, encoding="utf-8")
    met = run("plan", path)
    assert met.exit_code == 2
    assert "has no [plan]" in met.stderr


def test_areas_of_a_plan_are_those_of_the_share(planned: Result) -> None:
    base = planned.plans[0]
    assert isinstance(base.plan, Plan)
    cleared = base.parcels.index[base.parcels["plan_class"] == "clear"]
    left = planned.parcels.drop(cleared)
    share = left["inside_area_m2"].sum() / left["counted_area_m2"].sum()
    assert base.plan.share == pytest.approx(share, rel=1e-12)
    assert np.isfinite(base.plan.cost)


def test_deeds_in_their_order_add_up_to_the_plan(demo_result: Result) -> None:
    proposal = demo_result.plans[0]
    plan, steps = proposal.plan, plan_steps(proposal)
    assert isinstance(plan, Plan)
    now = plan.problem.places[""]
    inside, total = (was + math.fsum(steps[name]) for was, name in (
        (now.inside_mu, "inside_mu"), (now.total_mu, "total_mu")))  # fmt: skip
    assert inside / total == pytest.approx(plan.share, abs=1e-9)
    assert math.fsum(steps["cost_cny10k"]) == pytest.approx(plan.cost, rel=1e-9)
    cleared = proposal.parcels.index[proposal.parcels["plan_class"] == "clear"]
    assert sorted(steps["name"].dropna()) == sorted(cleared)
    assert steps["year"].is_monotonic_increasing


def test_in_a_year_the_cheapest_land_comes_first(demo_result: Result) -> None:
    steps = plan_steps(demo_result.plans[0])
    moving = steps[steps["total_mu"].abs() > 1e-6]
    for _, rows in moving.groupby("year"):
        price = (rows["cost_cny10k"] / rows["total_mu"].abs()).to_numpy()
        assert (np.diff(price) >= -1e-6).all()
