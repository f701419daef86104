"""The bars of the filter panel: what they count, and how they are brushed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import NARROW
from map_city import BOOK, made_result
from playwright.sync_api import expect
from trial_page import go_to, rules_with

from landrenew.assess.evaluation import asked_already, assessed_parcels
from landrenew.assess.share.summary import gap_m2
from landrenew.base.columns import COLUMNS
from landrenew.intake.parcels import Parcels
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from browser import Show
    from playwright.sync_api import Page

    from landrenew.publish.result import Result

pytestmark = pytest.mark.browser

FAR = "floor_area_ratio"
THRESHOLD = f"low_efficiency.tests.{FAR}.threshold"


@pytest.fixture(scope="module")
def result() -> Result:
    made = made_result(300)
    table = made.parcels
    inside = table["counted_area_m2"] * table["control_share"]
    buildings = np.random.default_rng(5).poisson(4, len(table))
    table = table.assign(inside_area_m2=inside, building_count=buildings)
    return dataclasses.replace(made, parcels=Parcels(table))


@pytest.fixture(scope="module")
def file(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("histogram") / "map.html"
    save_map(draw_map(result), path)
    return path


def units_of(table: pd.DataFrame, column: str) -> pd.Series:
    """Count a column in units of its last decimal; missing stays missing."""
    return np.rint(table[column].astype(float).round(COLUMNS[column].decimals)
                   * 10 ** COLUMNS[column].decimals)  # fmt: skip


def bounds_of(units: pd.Series) -> np.ndarray:
    """Choose the bounds by the rule that docs/map.md states."""
    low, high = np.rint(np.quantile(units.dropna(), [0.01, 0.99]))
    wanted = max(1, (high - low) / 12)
    step = max(
        one * 10**power for power in range(9) for one in (1, 2, 5) if one * 10**power <= wanted
    )
    last = high // step + 1 if step == 1 else np.ceil(high / step)
    return np.arange(low // step, last + 1) * step


def counted(units: pd.Series) -> list[int]:
    """Count what lies in each bin, the tails in those at the ends."""
    return counted_between(units, bounds_of(units))


def counted_between(units: pd.Series, bounds: np.ndarray) -> list[int]:
    inside = units.dropna().clip(bounds[0], bounds[-1] - 1)
    return np.histogram(inside, bounds)[0].tolist()


def choose(page: Page, column: str) -> None:
    page.locator("#span-column").select_option(column)
    page.locator(".histogram").scroll_into_view_if_needed()


def spot(page: Page, bin_: int, of: int) -> tuple[float, float]:
    """Find the middle of a bar on the screen."""
    box = page.locator(".plot .bars").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * (bin_ + 0.5) / of, box["y"] + box["height"] / 2


def read_bars(page: Page, of: int) -> list[int]:
    """Point at every bar and read how many parcels it holds."""
    said = []
    for bin_ in range(of):
        page.mouse.move(*spot(page, bin_, of))
        said.append(page.locator(".histogram figcaption").inner_text())
    return [int(one.split(" 宗")[0].split(" ")[-1].replace(",", "")) for one in said]


def drag(page: Page, first: int, last: int, of: int) -> None:
    """Draw from one bar to another, and hold the button."""
    page.mouse.move(*spot(page, first, of))
    page.mouse.down()
    page.mouse.move(*spot(page, last, of), steps=5)


def sums(rows: pd.DataFrame) -> str:
    mu = rows["counted_area_m2"].sum() * 0.0015
    return f"{len(rows):,} 宗 · {mu:,.{0 if mu >= 1000 else 2}f} 亩"


def test_the_bars_are_numpys(show: Show, file: Path, result: Result) -> None:
    with show(file) as (page, seen):
        for column in (FAR, "tax_cny10k_per_mu", "building_count", "control_share"):
            units = units_of(result.parcels, column)
            choose(page, column)
            true = counted(units)
            assert read_bars(page, len(true)) == true
            missing = int(units.isna().sum())
            said = f"无数据 {missing} 宗" if missing else ""
            expect(page.locator(".no-data")).to_have_text(said)
        expect(page.locator(".ticks span").last).to_have_text("100%")  # nothing lies above
        assert seen.nothing(), seen


def test_a_drag_keeps_what_lies_in_the_span_and_the_map_follows(
    show: Show, file: Path, result: Result
) -> None:
    units = units_of(result.parcels, FAR)
    bounds = bounds_of(units)
    of = len(bounds) - 1
    with show(file) as (page, seen):
        choose(page, FAR)
        for first, last in [(3, 8), (9, 5), (4, of - 1), (6, 0)]:
            left, right = min(first, last), max(first, last)
            low = -np.inf if left == 0 else bounds[left]
            high = np.inf if right == of - 1 else bounds[right + 1] - 1
            kept = result.parcels[units.between(low, high)]
            before = page.evaluate("location.hash")
            drag(page, first, last, of)
            expect(page.locator("#filter-sums")).to_contain_text(sums(kept))
            page.evaluate("new Promise((act) => layer_parcels.whenPainted(act))")
            shown = page.evaluate("layer_parcels.shade.filter((one) => one !== 255).length")
            assert shown == len(kept)
            assert page.evaluate("location.hash") == before  # no step of history yet
            page.mouse.up()
            assert page.evaluate("location.hash") != before
        page.locator("#undo").click()
        expect(page.locator("#span-at_least")).to_have_value(f"{bounds[4] / 100:g}")
        expect(page.locator("#span-at_most")).to_have_value("")
        assert seen.nothing(), seen


def test_a_click_chooses_a_bar_and_another_lets_go_of_it(
    show: Show, file: Path, result: Result
) -> None:
    units = units_of(result.parcels, FAR)
    bounds = bounds_of(units)
    of = len(bounds) - 1
    with show(file) as (page, seen):
        choose(page, FAR)
        page.mouse.click(*spot(page, 4, of))
        kept = result.parcels[units.between(bounds[4], bounds[5] - 1)]
        expect(page.locator("#filter-sums")).to_contain_text(sums(kept))
        words = f"容积率 {bounds[4] / 100:g} – {(bounds[5] - 1) / 100:g}"
        expect(page.locator(".condition span")).to_have_text(words)
        page.mouse.click(*spot(page, of - 1, of))  # the tail is gathered in it
        kept = result.parcels[units >= bounds[-2]]
        expect(page.locator("#filter-sums")).to_contain_text(sums(kept))
        expect(page.locator(".ticks")).to_contain_text(f"≥ {bounds[-1] / 100:g}")
        page.mouse.click(*spot(page, of - 1, of))
        expect(page.locator(".condition")).to_have_count(0)
        assert seen.nothing(), seen


def test_the_bars_show_what_the_other_filters_keep_and_pale_what_the_span_leaves_out(
    show: Show, file: Path, result: Result
) -> None:
    table = result.parcels
    units = units_of(table, FAR)
    bounds = bounds_of(units)
    of = len(bounds) - 1
    with show(file) as (page, seen):
        choose(page, FAR)
        page.mouse.click(*spot(page, 4, of))
        page.locator("[data-town='周巷镇']").click()
        true = counted_between(units[table["town"] == "周巷镇"], bounds)
        page.locator(".histogram").scroll_into_view_if_needed()
        assert read_bars(page, of) == true
        drawn = page.locator(".bars path").evaluate_all(
            "all => all.map((one) => one.getAttribute('d').split('M').length - 1)"
        )
        assert drawn == [np.count_nonzero(true), 1]
        land = page.locator("[data-by=land]")
        land.click()
        expect(land).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".scale-line")).to_contain_text("亩")
        assert seen.nothing(), seen


def ends(page: Page) -> list[str | None]:
    """Hear what both handles say."""
    handles = page.locator(".handle").all()
    return [one.get_attribute("aria-valuetext") for one in handles]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_both_ends_are_moved_by_the_keys(show: Show, file: Path, result: Result) -> None:
    units = units_of(result.parcels, FAR)
    bounds = bounds_of(units)
    least = [f"≥ {one / 100:g}" for one in bounds]
    most = [f"≤ {(one - 1) / 100:g}" for one in bounds]
    with show(file) as (page, seen):
        choose(page, FAR)
        page.locator("#filter button[type=submit]").focus()
        press(page, "Tab", "Tab", "Tab")  # past the buttons that choose what the bars count
        assert ends(page) == ["不限", "不限"]
        press(page, "ArrowRight", "ArrowUp", "Tab", "PageDown", "ArrowLeft")
        assert ends(page) == [least[2], most[-7]]
        high = page.locator(".handle-high")
        expect(high).to_have_attribute("aria-valuenow", most[-7][2:])
        expect(high).to_have_attribute("aria-valuemin", least[2][2:])
        kept = result.parcels[units.between(bounds[2], bounds[-7] - 1)]
        expect(page.locator("#filter-sums")).to_contain_text(sums(kept))
        page.locator("#undo").click()
        expect(high).to_have_attribute("aria-valuetext", most[-6])
        high.focus()
        press(page, "Home")  # a bin stays between them
        assert ends(page) == [least[2], most[3]]
        press(page, "End", "Shift+Tab", "Home")
        expect(page.locator(".condition")).to_have_count(0)
        assert seen.nothing(), seen


def test_the_ends_are_named_in_both_languages(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        choose(page, "tax_cny10k_per_mu")
        low = page.locator(".handle-low")
        low.press("ArrowRight")
        expect(low).to_have_attribute("aria-label", "亩均税收 下限")
        page.locator("#lang-en").click()
        expect(low).to_have_attribute("aria-label", "Tax per mu lower bound")
        assert "CNY10k/mu" in str(ends(page)[0])
        assert seen.nothing(), seen


def test_threshold_and_score_follow_what_is_tried(show: Show, file: Path, result: Result) -> None:
    weight = "scoring.pools.all.criteria.rd_share.weight"
    with show(file) as (page, seen):
        choose(page, FAR)
        expect(page.locator(".threshold")).to_have_text("规则书 < 0.6")
        before = page.locator(".threshold").bounding_box()
        go_to(page, {THRESHOLD: 1.3, weight: 90.0})
        expect(page.locator(".threshold")).to_have_text("推演 < 1.3")
        after = page.locator(".threshold").bounding_box()
        bounds = bounds_of(units_of(result.parcels, FAR)) / 100
        width = page.locator(".bars").bounding_box()
        assert before is not None
        assert after is not None
        assert width is not None
        moved = width["width"] * 0.7 / (bounds[-1] - bounds[0])
        assert after["x"] - before["x"] == pytest.approx(moved, abs=1)
        go_to(page, {THRESHOLD: 90.0, weight: 90.0})
        expect(page.locator(".threshold")).to_have_text("推演 < 90 ▸")  # beyond the chart
        book = asked_already(rules_with(Rulebook(**BOOK), {weight: 90.0}))
        tried = assessed_parcels(result.parcels, book)
        choose(page, "efficiency_score")
        true = counted(units_of(tried, "efficiency_score"))
        assert true != counted(units_of(result.parcels, "efficiency_score"))
        assert read_bars(page, len(true)) == true
        assert seen.nothing(), seen


def gap_words(rows: pd.DataFrame, target: float) -> list[str]:
    gaps = gap_m2(rows["inside_area_m2"].sum(), rows["counted_area_m2"].sum(), target)
    mu = [gap * 0.0015 for gap in gaps if gap is not None]
    return [f"{one:,.{0 if one >= 1000 else 2}f}" for one in mu]


def test_the_gap_of_what_is_kept_is_pythons(show: Show, file: Path, result: Result) -> None:
    table = result.parcels
    units = units_of(table, FAR)
    bounds = bounds_of(units)
    outside = table["control_class"] != "inside"
    with show(file) as (page, seen):
        choose(page, FAR)
        page.locator("input[name=theme][value=control_class]").check()
        page.locator("#legend .class").first.click()  # without what lies inside
        page.locator(".histogram").scroll_into_view_if_needed()
        drag(page, 2, 9, len(bounds) - 1)
        page.mouse.up()
        kept = table[units.between(bounds[2], bounds[10] - 1) & outside]
        for target in (0.8, 0.97):
            if target != BOOK["share"]["target"]:
                page.locator("#what-if summary").click()
                box = page.locator('#what-if input[type=number][data-path="share.target"]')
                box.fill(f"{target * 100:g}")
                box.press("Enter")
            retire, build = gap_words(kept, target)
            expect(page.locator("#filter .gap dd")).to_have_text([f"{retire} 亩", f"{build} 亩"])
            expect(page.locator("#filter-said")).to_contain_text(f"目标 {target * 100:g}%")
        page.locator("#lang-en").click()
        expect(page.locator("#filter .gap")).to_contain_text("clear outside")
        expect(page.locator("#filter .gap dd")).to_have_text([f"{retire} mu", f"{build} mu"])
        page.locator("#clear-filter").click()
        expect(page.locator("#filter .gap")).to_have_count(0)
        assert seen.nothing(), seen


def test_a_finger_brushes_on_a_narrow_screen(show: Show, file: Path, result: Result) -> None:
    units = units_of(result.parcels, FAR)
    bounds = bounds_of(units)
    of = len(bounds) - 1
    with show(file, NARROW) as (page, seen):
        page.locator("#drawer").click()
        choose(page, FAR)
        finger = page.context.new_cdp_session(page)
        places = np.linspace(spot(page, 3, of), spot(page, 7, of), 6)
        for kind, at in [("touchStart", places[0]), *(("touchMove", one) for one in places)]:
            points = [{"x": float(at[0]), "y": float(at[1])}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        kept = result.parcels[units.between(bounds[3], bounds[8] - 1)]
        expect(page.locator("#filter-sums")).to_contain_text(sums(kept))
        expect(page.locator("#undo")).to_be_enabled()
        assert page.locator("#panel").evaluate("one => one.scrollWidth <= one.clientWidth")
        page.locator("#lang-en").click()
        assert not any(
            "\u4e00" <= sign <= "\u9fff" for sign in page.locator(".histogram").inner_text()
        )
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW[0]
        assert seen.nothing(), seen


def test_towns_stand_by_share_or_by_what_is_to_be_cleared(
    show: Show, file: Path, result: Result
) -> None:
    assert result.share is not None
    gaps = sorted((float(one.retire_mu or 0) for one in result.share.towns), reverse=True)
    with show(file) as (page, seen):
        expect(page.locator("#towns")).to_contain_text("目标 80%")
        page.locator("[data-order=gap]").click()
        expect(page.locator("[data-order=gap]")).to_be_focused()
        said = page.locator(".town-share").all_inner_texts()
        assert said == [f"{one:,.{0 if one >= 1000 else 2}f} 亩" for one in gaps]
        page.locator("[data-order=share]").click()
        expect(page.locator(".town-share").first).to_contain_text("%")
        assert seen.nothing(), seen
