"""The demo city in its page against the demo city in Python: shares, trials, filters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from trial_page import any_position, assert_same, go_to, judged_in, rules_with
from unpacked import unpacked

from landrenew.assess.evaluation import asked_already, assessed_parcels
from landrenew.base.columns import COLUMNS
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map
from landrenew.publish.plan.steps import plan_steps
from landrenew.publish.themes import themes
from landrenew.workflow.judging import share_of

if TYPE_CHECKING:
    from browser import Show

    from landrenew.publish.result import Result

pytestmark = pytest.mark.browser

POSITIONS = FILTERS = 50


@pytest.fixture(scope="module")
def file(demo_result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo-map") / "map.html"
    save_map(draw_map(demo_result), path)
    return path


def test_the_map_that_is_kept_for_the_readme_is_the_demo_citys(demo_result: Result) -> None:
    kept = Path(__file__).parents[2] / "maps/demo-city.html"
    assert kept.stat().st_size <= 1_500_000
    page = kept.read_text(encoding="utf-8")
    assert sorted(unpacked(page).columns["ids"]) == sorted(demo_result.parcels.index)
    assert demo_result.share is not None
    assert f'"share":{round(demo_result.share.share, 12)!r}' in page


def test_the_share_of_the_page_is_the_share_of_the_run(
    show: Show, file: Path, demo_result: Result
) -> None:
    with show(file) as (page, seen):
        sums = page.evaluate("layer_parcels.filters.sums()")
        assert sums["count"] == len(demo_result.parcels)
        assert sums["share"] == pytest.approx(demo_result.share.share, abs=1e-9)
        for town in demo_result.share.towns:
            page.locator(f"[data-town={town.name}]").click()
            found = page.evaluate("layer_parcels.filters.sums()")
            assert found["share"] == pytest.approx(town.share, abs=1e-9)
            assert found["count"] == town.parcels
        assert seen.nothing(), seen


def test_the_classes_that_the_page_tells_by_columns_are_pythons(
    show: Show, file: Path, demo_result: Result
) -> None:
    true = themes(demo_result.parcels, demo_result.layers.rulebook)
    with show(file) as (page, seen):
        found, ids = page.evaluate("""() => [
            Object.fromEntries(layer_parcels.themes.map((theme) => [
                theme.name, layer_parcels.ids.map((_, i) => theme.codes.code(i))])),
            layer_parcels.ids]""")
        for theme in true:
            codes = pd.Series(theme["codes"], demo_result.parcels.index)
            assert found[theme["name"]] == codes.loc[ids].tolist()
        assert seen.nothing(), seen


def test_grades_and_verdicts_are_pythons_at_fifty_positions(
    show: Show, file: Path, demo_result: Result
) -> None:
    book = asked_already(demo_result.layers.rulebook)
    chance = np.random.default_rng(50)
    with show(file) as (page, seen):
        assert_same(judged_in(page), demo_result.parcels)
        for _ in range(POSITIONS):
            numbers = any_position(chance, book)
            go_to(page, numbers)
            true = assessed_parcels(demo_result.parcels, rules_with(book, numbers))
            assert_same(judged_in(page), true)
            low = int(true["low_efficiency_class"].eq("yes").sum())
            tally = page.evaluate(
                "layer_parcels.themes.find((one) => one.name === 'low_efficiency_class').tally"
            )
            assert tally[""][0][0] == low
        assert seen.nothing(), seen


def test_verdict_and_gap_against_another_target_are_pythons(
    show: Show, file: Path, demo_result: Result
) -> None:
    chance = np.random.default_rng(51)
    layers = demo_result.layers
    words = {"met": "达标", "not_met": "未达标", "undetermined": "待定"}
    with show(file) as (page, seen):
        for target in chance.uniform(0.3, 1.0, 8).round(3):
            book = rules_with(layers.rulebook, {"share.target": target})
            share = share_of(replace(layers, rulebook=book), demo_result.parcels)
            assert share is not None
            towns = [share, share.towns[chance.integers(len(share.towns))]]
            for one in towns:
                town = () if one is share else (("town", one.name),)
                go_to(page, {"share.target": float(target)}, *town)
                badge = page.locator("#share .badge").inner_text()
                assert badge.split()[1] == words[one.verdict]
                gap = page.locator("#share .gap dd").all_inner_texts()
                said = [] if one.verdict == "met" else [land(one.retire_mu), land(one.build_mu)]
                assert gap == said
        assert seen.nothing(), seen


def land(mu: float | None) -> str:
    return "—" if mu is None else f"{mu:,.{0 if mu >= 1000 else 2}f} 亩"


HIDDEN = {
    "efficiency_grade": list("ABCDT"),
    "low_efficiency_class": ["yes", "no"],
    "control_class": ["inside", "straddling", "outside"],
}
SPANS = (
    "parcel_area_mu", "floor_area_ratio", "tax_cny10k_per_mu", "efficiency_score", "firm_count",
)  # fmt: skip


def any_filter(
    chance: np.random.Generator, table: pd.DataFrame
) -> tuple[list[tuple[str, str]], pd.Series[bool]]:
    """Draw a filter as a link says it, and which parcels it keeps."""
    said, kept = [], pd.Series(data=True, index=table.index)
    if chance.random() < 0.4:
        town = str(chance.choice(table["town"].dropna().unique()))
        said.append(("town", town))
        kept &= table["town"].eq(town)
    for name, words in HIDDEN.items():
        off = [at for at in range(len(words)) if chance.random() < 0.3]
        if off:
            said.append(("hide", f"{name}:{'.'.join(map(str, off))}"))
            kept &= ~table[name].isin([words[at] for at in off])
    for name in SPANS:
        if chance.random() < 0.2:
            shown = table[name].astype(float).round(COLUMNS[name].decimals)
            low, high = sorted(chance.choice(shown.dropna(), 2).tolist())
            said.append(("span", f"{name}:{low!r}:{high!r}"))
            kept &= shown.between(low, high)
    return said, kept


def test_totals_of_fifty_filters_are_pythons(show: Show, file: Path, demo_result: Result) -> None:
    table, chance = demo_result.parcels, np.random.default_rng(52)
    sizes = []
    with show(file) as (page, seen):
        for _ in range(FILTERS):
            said, kept = any_filter(chance, table)
            go_to(page, {}, *said)
            sums = page.evaluate("layer_parcels.filters.sums()")
            rows = table[kept]
            counted, inside = rows["counted_area_m2"].sum(), rows["inside_area_m2"].sum()
            assert sums["count"] == len(rows)
            assert sums["mu"] == pytest.approx(counted * 0.0015, abs=8e-8 * (len(rows) + 1))
            assert sums["share"] == (pytest.approx(inside / counted, abs=1e-9) if counted else None)
            if said:
                text = page.locator("#filter-sums").inner_text()
                assert text.startswith(f"{len(rows):,} 宗")
            sizes.append(len(rows))
        assert len(set(sizes)) > FILTERS / 2
        assert seen.nothing(), seen


def test_a_plan_is_shown_as_far_as_the_slider_says(
    show: Show, file: Path, demo_result: Result
) -> None:
    proposal = demo_result.plans[0]
    steps, now = plan_steps(proposal), proposal.city.problem.places[""]
    with show(file) as (page, seen):
        slider = page.locator("[data-plan=plan_0]")
        slider.focus()
        slider.press("PageDown")
        slider.press("ArrowLeft")
        count = int(slider.input_value())
        assert 0 < count < len(steps)
        done = steps.iloc[:count]
        share = (now.inside_mu + done["inside_mu"].sum()) / (now.total_mu + done["total_mu"].sum())
        said = page.locator("#plan .order-said")
        expect(said).to_contain_text(f"{share:.2%}")
        expect(said).to_contain_text(f"{done['name'].notna().sum()} 宗")
        expect(said).to_contain_text(f"{done['cost_cny10k'].sum():,.0f} 万元")
        cleared = page.evaluate("""() => layer_parcels.ids.filter(
            (_, i) => layer_parcels.theme.codes.code(i) === 0)""")
        assert sorted(cleared) == sorted(done["name"].dropna())
        expect(page.locator("#legend tbody tr").first).to_contain_text(f"{len(cleared)}")
        assert f"done=plan_0:{count}" in page.evaluate("decodeURIComponent(location.hash)")
        page.locator("#undo").click()
        expect(slider).not_to_have_value(str(count))
        assert seen.nothing(), seen


def test_floors_stand_on_every_parcel_in_view_whose_floors_are_known(
    show: Show, file: Path, demo_result: Result
) -> None:
    known = demo_result.parcels[["floor_area_ratio", "building_density"]].notna().all(axis=1)
    known &= demo_result.parcels["building_density"].round(2) > 0
    with show(file) as (page, seen):
        page.locator("#search").fill("海晏滨海产业园")
        page.locator("#search").press("Enter")
        page.locator("#floors").click()
        expect(page.locator(".floors-said")).to_contain_text("平均层数")
        drawn, there = page.evaluate("""() => {
            let layer = null;
            map_city.eachLayer((one) => { if (one.floorsOf) layer = one; });
            const view = map_city.getBounds();
            return [layer.drawn, layer_parcels.ids.filter(
                (_, i) => view.intersects(layer_parcels.bounds(i)))];
        }""")
        assert known[there].sum() <= drawn <= known.sum()
        assert drawn > 50
        ink = page.evaluate("""() => {
            const canvas = document.querySelector('canvas.floors');
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return pixels.data.some((one, k) => k % 4 === 3 && one === 255);
        }""")
        assert ink
        assert "floors=1" in page.evaluate("location.hash")
        page.locator("#floors").click()
        expect(page.locator("canvas.floors")).to_have_count(0)
        assert seen.nothing(), seen
