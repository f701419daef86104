"""The public page holds what the project allows, and nothing of a parcel, an owner or a firm."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from public_city import COLUMNS, PLANTED, PUBLIC, TOWNS, public_city
from shapely import STRtree
from typer.testing import CliRunner
from unpacked import laid_open, pieces_of, unpacked

from landrenew.base.errors import FileError, PublicationError
from landrenew.cli import app
from landrenew.intake.project import Project
from landrenew.intake.publication import DENIED, PUBLISHABLE, Publication
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import offline_page
from landrenew.publish.map.pack.grid import mercator
from landrenew.publish.map.public.draw import draw_public_map
from landrenew.publish.map.public.figures import AreaFigures, published_figures
from landrenew.publish.map.public.outlines import coarse_areas
from landrenew.publish.map.shapes import decode
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result

EXACT_M = 1.0
"""A drawn corner nearer to one of the data than this would give it away [m of Web Mercator]."""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run_project(public_city(tmp_path_factory.mktemp("city")))


@pytest.fixture(scope="module")
def page(result: Result) -> str:
    return offline_page(draw_public_map(result))


@pytest.fixture(scope="module")
def figures(result: Result) -> AreaFigures:
    return published_figures(result, Publication(**PUBLIC))


def with_terms(result: Result, **public: object) -> Result:
    """Let another section [public] rule a finished run."""
    project = Project.model_validate(
        {**result.layers.project.model_dump(), "public": PUBLIC | public}
    )
    return dataclasses.replace(result, layers=dataclasses.replace(result.layers, project=project))


def facts_of(page: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="\w+">(.*?)</script>', page)
    return json.loads(found)


def corners_drawn(page: str) -> np.ndarray:
    """Give every corner drawn, of areas and small layers [m of Web Mercator, east, south]."""
    data = unpacked(page)
    rings = [np.array(ring, float) * data.header["step"] for shape in data.shapes for ring in shape]
    for written in re.findall(r'data-pieces="(layer_(?!parcels)\w+)"', page):
        (said,) = pieces_of(page, written)
        for feature in decode(json.loads(said)["shapes"]):
            points = gpd.GeoSeries(shapely.points(np.concatenate(feature)), crs=4326)
            rings.append(shapely.get_coordinates(mercator(points)))
    return np.concatenate(rings)


def nearest(page: str, shapes: gpd.GeoSeries) -> float:
    """Measure how near a corner in the page comes to a corner of some shapes."""
    true = shapely.get_coordinates(mercator(shapes))
    drawn = shapely.points(corners_drawn(page))
    return float(STRtree(drawn).query_nearest(shapely.points(true), return_distance=True)[1].min())


# what may not be there -----------------------------------------------------------------------


def test_no_planted_word_is_in_the_bytes(result: Result, page: str) -> None:
    assert laid_open(offline_page(draw_map(result))).count(PLANTED) > len(result.parcels)
    assert PLANTED not in laid_open(page)


@pytest.mark.parametrize("by", ["towns", "blocks"])
def test_no_owner_firm_or_parcel_of_the_demo_is_in_the_bytes(demo_result: Result, by: str) -> None:
    ours = with_terms(demo_result, by=by, columns=list(PUBLISHABLE), layers=["towns", "parks"])
    inside = laid_open(offline_page(draw_public_map(ours)))
    firms, parcels = demo_result.layers.firms, demo_result.parcels
    named = [*parcels.index, *parcels["owner"].dropna().unique(), *parcels["village"].dropna(),
             *firms.index, *firms["firm_name"].dropna()]  # fmt: skip
    assert len(named) > 5_000
    assert [one for one in dict.fromkeys(map(str, named)) if one in inside] == []


def test_the_working_map_gives_the_scan_something_to_find(demo_result: Result) -> None:
    inside = laid_open(offline_page(draw_map(demo_result)))
    assert all(str(one) in inside for one in demo_result.parcels.index)


@pytest.mark.parametrize("by", ["towns", "blocks"])
def test_no_corner_of_a_parcel_or_of_the_line_is_in_the_page(result: Result, by: str) -> None:
    ours = with_terms(result, by=by, layers=["control_line", "towns", "parks"])
    drawn = offline_page(draw_public_map(ours))
    for shapes in (result.parcels.geometry, result.layers.control_line.geometry):
        assert nearest(drawn, shapes) > EXACT_M


def test_the_scan_for_corners_finds_them_on_the_working_map(result: Result) -> None:
    assert nearest(offline_page(draw_map(result)), result.parcels.geometry) < EXACT_M


def test_paths_notes_and_counts_of_rows_stay_inside(result: Result, page: str) -> None:
    facts = facts_of(page)
    assert set(facts) == {"city", "share", "plans", "basemaps", "public", "lang", "bounds"}
    assert facts["basemaps"] == []
    assert set(facts["public"]) == {
        "by", "areas", "least", "tolerance_m", "source", "totals", "definition", "rulebook",
        "dates", "notes",
    }  # fmt: skip
    header = unpacked(page).header
    assert [header[one] for one in ("tests", "scoring", "numbers", "land")] == [
        None,
        None,
        [],
        None,
    ]
    assert not any(one["is_exact"] for one in header["columns"].values())  # rounded, as published
    assert [set(one) for one in facts["public"]["dates"]] == [{"label", "as_of"}] * 4
    assert facts["public"]["source"] is None
    said = with_terms(result, source="小城自然资源局")
    assert facts_of(offline_page(draw_public_map(said)))["public"]["source"] == "小城自然资源局"


def test_the_page_opens_on_the_areas_not_on_the_parcels(result: Result) -> None:
    ours = with_terms(result, by="blocks")
    opens = facts_of(offline_page(draw_public_map(ours)))["bounds"]
    coarse = coarse_areas(result.blocks.geometry, 20.0).to_crs(4326)
    assert opens == pytest.approx(coarse.total_bounds.tolist(), abs=1e-4)
    assert not np.isclose(opens, result.parcels.to_crs(4326).total_bounds, rtol=0, atol=1e-6).any()


def test_layers_are_drawn_only_when_they_are_named(result: Result, page: str) -> None:
    def layers(drawn: str) -> set[str]:
        return set(re.findall(r'data-pieces="layer_(\w+)"', drawn))

    assert layers(page) == {"towns", "parcels"}  # the areas' own names
    named = offline_page(draw_public_map(with_terms(result, layers=["control_line", "parks"])))
    assert layers(named) == {"towns", "parcels", "control_line", "parks"}
    assert PLANTED not in laid_open(named)
    assert "东园" in laid_open(named)
    assert "4321.98" not in laid_open(named)  # what a park can take in is not among the columns


# what is withheld ----------------------------------------------------------------------------


SHORT = {"丁镇", "戊镇"}
"""Two firms, and three of which two are one group."""


def test_towns_of_too_few_firms_show_nothing(figures: AreaFigures) -> None:
    hidden = set(figures.areas.index[figures.withheld["area_mu"]])
    assert hidden == SHORT
    assert figures.areas.loc[list(SHORT)].isna().all(axis=None)
    assert figures.withheld.loc[list(SHORT)].all(axis=None)
    assert figures.empty == {"己镇"}


def test_firms_of_one_group_count_once(result: Result) -> None:
    kept = type(result.parcels)(result.parcels[result.parcels["town"].ne("丁镇")])
    ours = dataclasses.replace(result, parcels=kept)
    terms = Publication(**PUBLIC | {"columns": ["area_mu"]})
    assert published_figures(ours, terms).withheld.loc["戊镇", "area_mu"]
    firms = result.layers.firms.drop(columns=["group_id"])
    alone = dataclasses.replace(ours, layers=dataclasses.replace(ours.layers, firms=firms))
    assert not published_figures(alone, terms).withheld.any(axis=None)


def test_withheld_figures_are_nowhere_in_the_page(result: Result, page: str) -> None:
    inside, data = laid_open(page), unpacked(page)
    true = published_figures(result, Publication(**PUBLIC | {"min_firms": 2}))
    for town in SHORT:
        at = data.columns["ids"].index(town)
        assert all(data.columns[f"columns.{name}"][at] is None for name in COLUMNS)
        for name in ("area_mu", "tax_cny10k_per_mu"):
            value = true.areas.loc[town, name]
            assert np.isfinite(value)
            assert f"{value:.2f}" not in inside
            packed = [one for one in data.columns[f"columns.{name}"] if one is not None]
            assert round(value, 2) not in packed


def test_bounds_and_sums_of_the_legend_rest_on_what_is_published(result: Result) -> None:
    """A withheld town that were larger by far would move no class."""
    base = draw_public_map(with_terms(result))
    grown = result.parcels.copy()
    is_short = grown["town"].isin(SHORT)
    assert is_short.sum() == 5
    for name in ("counted_area_m2", "parcel_area_m2", "parcel_area_mu"):
        grown[name] = grown[name].where(~is_short, grown[name] * 1.5)
    changed = dataclasses.replace(with_terms(result), parcels=type(result.parcels)(grown))
    before, after = (unpacked(offline_page(one)).header["themes"]
                     for one in (base, draw_public_map(changed)))  # fmt: skip
    assert [(one["classes"], one["tally"]) for one in before] == [
        (one["classes"], one["tally"]) for one in after
    ]


def test_the_land_of_withheld_towns_is_not_summed_in_the_legend(page: str) -> None:
    for theme in unpacked(page).header["themes"]:
        sums = {one["state"]: row for one, row in
                zip(theme["classes"], theme["tally"][""], strict=True)}  # fmt: skip
        assert sums["withheld"][1] is None
        assert sums["empty"] == [1, 0]


def test_a_total_is_withheld_rather_than_everything(result: Result) -> None:
    found = published_figures(result, Publication(**PUBLIC | {"min_firms": 6}))
    assert list(found.areas.index[~found.withheld["area_mu"]]) == ["己镇", "甲镇"]
    assert "area_mu" not in found.withheld_totals  # four towns, thirteen firms are left
    only = result.parcels["town"].isin(["甲镇", "丁镇"])
    kept = type(result.parcels)(result.parcels[only])
    found = published_figures(dataclasses.replace(result, parcels=kept), Publication(**PUBLIC))
    assert found.withheld_totals == set(COLUMNS)
    assert found.total.isna().all()
    assert found.areas["area_mu"].notna().sum() == 1


def test_a_share_is_withheld_where_either_side_rests_on_too_few(
    result: Result, figures: AreaFigures
) -> None:
    assert not figures.withheld.loc["丙<b>镇", "control_share"]  # all of it lies inside
    parcels = result.parcels.copy()
    one = parcels.index[parcels["town"].eq("丙<b>镇")][0]
    parcels.loc[one, "inside_area_m2"] = 0.0
    changed = dataclasses.replace(result, parcels=type(result.parcels)(parcels))
    found = published_figures(changed, Publication(**PUBLIC))
    assert found.withheld.loc["丙<b>镇", "control_share"]
    assert not found.withheld.loc["丙<b>镇", "area_mu"]


def test_what_a_ratio_rests_on_is_withheld_with_it(figures: AreaFigures) -> None:
    for name, rests_on in (
        ("tax_cny10k_per_mu", "tax_known_area_share"),
        ("floor_area_ratio", "floor_known_area_share"),
    ):
        assert list(figures.withheld[name]) == list(figures.withheld[rests_on])


def test_a_figure_may_rest_on_fewer_firms_than_its_area(result: Result) -> None:
    """Where the tax of two of four firms is not stated, two are left: the land may be told."""
    parcels = result.parcels.copy()
    of_town = parcels.index[parcels["town"].eq("丙<b>镇")]
    parcels.loc[of_town[:2], "tax_cny10k"] = np.nan
    changed = dataclasses.replace(result, parcels=type(result.parcels)(parcels))
    found = published_figures(changed, Publication(**PUBLIC))
    assert found.withheld.loc["丙<b>镇", "tax_cny10k_per_mu"]
    assert not found.withheld.loc["丙<b>镇", "area_mu"]


# whose figures they are ----------------------------------------------------------------------


def test_figures_of_towns_are_those_of_the_share(demo_result: Result) -> None:
    names = ["area_mu", "parcel_count", "control_share"]
    found = published_figures(demo_result, Publication(by="towns", min_firms=2, columns=names))
    towns = {one.name: one for one in demo_result.share.towns}
    assert set(found.areas.index) == set(towns)
    for name, row in found.areas.iterrows():
        share = towns[name]
        assert row["control_share"] == pytest.approx(share.share, abs=1e-12)
        assert row["area_mu"] == pytest.approx(share.total_m2 * 0.0015, rel=1e-12)
        assert row["parcel_count"] == share.parcels
    assert found.total["control_share"] == pytest.approx(demo_result.share.share, abs=1e-12)


def test_figures_of_blocks_are_those_of_the_table_of_blocks(demo_result: Result) -> None:
    names = [name for name in PUBLISHABLE if name != "efficiency_grade"]
    found = published_figures(demo_result, Publication(by="blocks", min_firms=2, columns=names))
    blocks = pd.DataFrame(demo_result.blocks).loc[found.areas.index, names].astype(float)
    pd.testing.assert_frame_equal(
        found.areas, blocks.mask(found.withheld), check_names=False, check_index_type=False
    )
    assert found.withheld["area_mu"].any()
    assert not found.withheld["area_mu"].all()


def test_grades_are_numbers_of_parcels(demo_result: Result) -> None:
    terms = Publication(by="towns", min_firms=2, columns=["efficiency_grade"])
    found = published_figures(demo_result, terms)
    counts = demo_result.parcels["efficiency_grade"].value_counts()
    assert {name[-1]: found.total[name] for name in found.columns} == counts.to_dict()
    known = found.areas.dropna()
    assert len(known) > 1
    of_town = pd.crosstab(demo_result.parcels["town"], demo_result.parcels["efficiency_grade"])
    assert (known.to_numpy() == of_town.loc[known.index, list("ABCDT")].to_numpy()).all()


PARTS = {
    "area_mu": lambda parcels: [parcels["parcel_area_m2"] > 0],
    "control_share": lambda parcels: [
        parcels["inside_area_m2"] > 0,
        parcels["counted_area_m2"] - parcels["inside_area_m2"] > 0,
    ],
    "tax_cny10k_per_mu": lambda parcels: [parcels["tax_cny10k"].notna()],
    "low_efficiency_area_share": lambda parcels: [
        parcels["low_efficiency_class"] == "yes",
        parcels["low_efficiency_class"] == "no",
    ],
    "small_area_share": lambda parcels: [
        parcels["parcel_area_mu"] < 10,
        parcels["parcel_area_mu"] >= 10,
    ],
    "efficiency_grade_D": lambda parcels: [
        parcels["efficiency_grade"] == letter for letter in "ABCDT"
    ],
}
"""The parcels that figures rest on, said once more."""


@pytest.mark.parametrize("by", ["towns", "blocks"])
def test_every_figure_of_the_demo_and_all_that_is_left_rests_on_three_firms(
    demo_result: Result, by: str
) -> None:
    terms = Publication(by=by, min_firms=3, columns=PUBLISHABLE)
    found = published_figures(demo_result, terms)
    parcels = demo_result.parcels
    links = demo_result.allocation.land.reset_index()[["firm_id", "parcel_id", "allocation_basis"]]
    links = links.dropna().set_index("parcel_id")["firm_id"]
    area = parcels["town" if by == "towns" else "block_id"]
    for name, parts in PARTS.items():
        shown = set(found.areas.index[~found.withheld[name]])
        for part in parts(parcels):
            of_part = area[part]
            counts = links[links.index.isin(of_part.index)]
            by_area = counts.groupby(of_part.reindex(counts.index)).nunique()
            told = [by_area.get(one, 0) for one in set(of_part.dropna()) & shown]
            assert min(told, default=3) >= 3, name
            rest = of_part[~of_part.isin(shown)]
            left = links[links.index.isin(rest.index)].nunique()
            assert rest.empty or name in found.withheld_totals or left >= 3, name


# outlines ------------------------------------------------------------------------------------


def test_neighbours_share_their_coarse_border(result: Result) -> None:
    drawn = coarse_areas(result.layers.towns.geometry, 20.0)
    corners = shapely.get_coordinates(drawn.to_numpy())
    assert (np.abs(corners / 20.0 - np.rint(corners / 20.0)) < 1e-9).all()
    assert drawn.is_valid.all()
    united = drawn.union_all()
    assert united.area == pytest.approx(drawn.area.sum())  # no overlap
    assert not shapely.get_rings(united)[1:].size  # no gap


def test_an_area_too_small_for_the_grid_is_a_square_of_it() -> None:
    tiny = gpd.GeoSeries([shapely.box(103.0, 207.0, 104.0, 208.0)], crs="EPSG:4549")
    assert coarse_areas(tiny, 20.0)[0].equals(shapely.box(100.0, 200.0, 120.0, 220.0))


# refusals ------------------------------------------------------------------------------------


def call(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(one) for one in words])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"public": None}, "没有 [public]", "has no [public]"),
        ({"firms": None}, "没有 [firms]", "has no [firms]"),
        ({"towns": None}, "需要 [towns]", "needs [towns]"),
        ({"public": {"layers": ["background"]}}, "layers 中的 background", "names background"),
        ({"control_line": None}, "control_share", "nothing is known in this city of"),
    ],
)
def test_what_is_lacking_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], zh: str, en: str
) -> None:
    public = changes.pop("public", {})
    city = public_city(tmp_path / "city", public, **changes)
    if public is None:
        text = city.read_text(encoding="utf-8")
        city.write_text(text.partition("[public]")[0], encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    for lang, words in (("zh", zh), ("en", en)):
        code, said = call("map", city, "--public", "--out", tmp_path / "m.html", "--lang", lang)
        assert code == 2
        assert words in said
        assert "Traceback" not in said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("public", "en"),
    [
        ({"columns": ["area_mu", "owner", "firm_name"]}, "never published: owner, firm_name"),
        ({"columns": ["efficiency_score"]}, "never published: efficiency_score"),
        ({"columns": ["nothing"]}, "not a column of landrenew: nothing"),
        ({"columns": []}, "columns is empty"),
        ({"min_firms": 1}, "must not be below 2"),
        ({"min_firms": 2.5}, "should be a whole number"),
        ({"by": "parcels"}, "none of the words that can stand here: towns, blocks"),
        ({"layers": ["parcels"]}, "that can stand here: control_line, growth_boundary, parks,"),
        ({"tolerance_m": 0}, "must be above 0"),
        ({"tolerance_m": 1e9}, "must not be above 10,000"),
    ],
)
def test_a_section_that_allows_too_much_is_refused(
    tmp_path: Path, public: dict[str, Any], en: str
) -> None:
    city = public_city(tmp_path, public)
    with pytest.raises(FileError, match=re.escape(en)) as caught:
        run_project(city)
    assert "[public" in caught.value.say("zh")


@pytest.mark.parametrize("key", ["by", "min_firms", "columns"])
def test_a_key_that_is_not_written_is_named_with_what_it_is(tmp_path: Path, key: str) -> None:
    city = public_city(tmp_path)
    text = re.sub(rf"^{key} = .*\n", "", city.read_text(encoding="utf-8"), flags=re.MULTILINE)
    city.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=f"lacks {key}"):
        run_project(city)


def test_a_rule_that_leaves_nothing_is_refused(result: Result) -> None:
    with pytest.raises(PublicationError, match="Nothing is left to publish"):
        published_figures(result, Publication(**PUBLIC | {"min_firms": 21}))


def test_a_town_that_is_not_drawn_is_refused(result: Result) -> None:
    parcels = result.parcels.assign(town=result.parcels["town"].replace("甲镇", "甲"))
    changed = dataclasses.replace(result, parcels=type(result.parcels)(parcels))
    with pytest.raises(PublicationError, match=r"Parcels lie in 甲, which has no outline"):
        published_figures(changed, Publication(**PUBLIC))


def test_parcels_of_unknown_town_count_in_what_is_left(result: Result) -> None:
    """The land of one firm without a town could be told by subtraction, so a town is withheld."""
    parcels = result.parcels[~result.parcels["town"].isin(SHORT)].copy()
    terms = Publication(**PUBLIC | {"columns": ["area_mu"]})
    whole = dataclasses.replace(result, parcels=type(result.parcels)(parcels))
    assert not published_figures(whole, terms).withheld.any(axis=None)
    parcels["town"] = parcels["town"].where(parcels.index != parcels.index[0], None)
    changed = dataclasses.replace(result, parcels=type(result.parcels)(parcels))
    assert published_figures(changed, terms).withheld["area_mu"].sum() == 1


def test_a_city_without_blocks_is_refused(result: Result) -> None:
    with pytest.raises(PublicationError, match="no areas to coarsen to"):
        published_figures(
            dataclasses.replace(result, blocks=None), Publication(**PUBLIC | {"by": "blocks"})
        )


def test_every_column_of_the_dictionary_is_allowed_or_denied(result: Result) -> None:
    assert {"owner", "parcel_id", "firm_id", "firm_name", "address", "village"} <= set(DENIED)
    assert set(result.parcels.columns) - {"geometry"} - set(DENIED) <= set(PUBLISHABLE)
    assert not set(DENIED) & set(PUBLISHABLE)


@pytest.mark.parametrize("name", ["folder", "public.htm.txt", "no/such/public.html"])
def test_a_place_where_it_cannot_be_opened_is_refused_at_once(name: str, tmp_path: Path) -> None:
    city = public_city(tmp_path / "city")
    (tmp_path / "city" / f"{PLANTED}parcels.gpkg").unlink()  # which would be missed later
    before = sorted(tmp_path.rglob("*"))
    code, said = call("map", city, "--public", "--out", tmp_path / name, "--lang", "en")
    assert code == 2
    assert ("Cannot write the map" if name.endswith(".html") else "ends in .html") in said
    assert sorted(tmp_path.rglob("*")) == before


# the command ---------------------------------------------------------------------------------


def test_the_command_writes_the_page_and_says_what_is_withheld(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = public_city(tmp_path / "city")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["map", str(city), "--public", "--lang", "zh"])
    assert done.exit_code == 0, done.output
    assert done.stdout == "map-public.html\n"
    assert "6 个镇街中 2 个不公布" in done.stderr
    assert "没有审图号" in done.stderr
    assert PLANTED not in laid_open((tmp_path / "map-public.html").read_text(encoding="utf-8"))
    assert not (tmp_path / "map.html").exists()


def test_the_same_run_gives_the_same_bytes(result: Result, page: str) -> None:
    assert offline_page(draw_public_map(result)) == page


def test_names_of_towns_are_text(page: str) -> None:
    assert "<b>" not in page
    assert unpacked(page).columns["ids"] == sorted(TOWNS)
