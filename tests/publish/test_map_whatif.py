"""What the page works out when its reader tries other numbers, against what Python works out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from trial_city import any_book, figures, result_of
from trial_page import any_position, assert_same, go_to, judged_in, rules_with

from landrenew.assess.evaluation import assessed_parcels
from landrenew.assess.share.summary import gap_m2
from landrenew.base.columns import score_column
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map

if TYPE_CHECKING:
    from pathlib import Path

    from browser import Show
    from playwright.sync_api import Page

    from landrenew.intake.parcels import Parcels
    from landrenew.rules.model import Rulebook

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("seed", range(8))
def test_every_grade_is_pythons_wherever_the_sliders_stand(
    show: Show, tmp_path: Path, seed: int
) -> None:
    book, table = any_book(seed), figures(seed, 300)
    result = result_of(table, book)
    save_map(draw_map(result), tmp_path / "map.html")
    chance = np.random.default_rng(seed)
    with show(tmp_path / "map.html") as (page, seen):
        assert_same(judged_in(page), result.parcels)
        for _ in range(5):
            numbers = any_position(chance, book)
            go_to(page, numbers)
            assert_same(judged_in(page), assessed_parcels(table, rules_with(book, numbers)))
        assert seen.nothing(), seen


@pytest.fixture(scope="module")
def city() -> tuple[Parcels, Rulebook]:
    return figures(2, 300), any_book(2)


@pytest.fixture(scope="module")
def file(city: tuple[Parcels, Rulebook], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("what-if") / "map.html"
    save_map(draw_map(result_of(*city)), path)
    return path


THRESHOLD = "low_efficiency.tests.floor_area_ratio.threshold"


def type_number(page: Page, path: str, value: str) -> None:
    box = page.locator(f'#what-if input[type=number][data-path="{path}"]')
    box.fill(value)
    box.press("Enter")


def test_a_number_that_is_typed_changes_verdicts_colours_and_sums(
    show: Show, file: Path, city: tuple[Parcels, Rulebook]
) -> None:
    table, book = city
    with show(file) as (page, seen):
        page.locator("#what-if summary").click()
        expect(page.locator("#trial")).to_be_hidden()
        page.locator("input[name=theme][value=low_efficiency_class]").click()
        type_number(page, THRESHOLD, "0.9")
        judged = assessed_parcels(table, rules_with(book, {THRESHOLD: 0.9}))
        assert_same(judged_in(page), judged)
        low = int(judged["low_efficiency_class"].eq("yes").sum())
        was = int(assessed_parcels(table, book)["low_efficiency_class"].eq("yes").sum())
        row = page.locator("[data-sums=low_efficiency_class] tbody tr").first
        expect(row).to_contain_text(f"{low}")
        expect(row).to_contain_text(f"+{low - was}" if low > was else f"{low - was}")
        expect(page.locator("#legend tbody tr").first).to_contain_text(f"{low}")
        assert page.evaluate("""() => {
            const { theme, shade } = layer_parcels;
            return shade.every((one, i) => one === theme.codes.code(i));
        }""")
        assert seen.nothing(), seen


def test_a_trial_is_marked_as_one_and_the_way_back_is_beside_it(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        before = judged_in(page)
        page.locator("#what-if summary").click()
        type_number(page, THRESHOLD, "0.9")
        expect(page.locator("#trial")).to_contain_text("推演中，非评价结果")
        expect(page.locator("#trial")).to_contain_text("0.6 → 0.9")
        page.locator("#lang-en").click()
        expect(page.locator("#trial")).to_contain_text("A trial, not the run")
        page.locator("#trial-clear").click()
        expect(page.locator("#trial")).to_be_hidden()
        pd.testing.assert_frame_equal(judged_in(page), before)
        assert seen.nothing(), seen


def test_a_slider_follows_the_keys_and_its_step_can_be_taken_back(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        page.locator("#what-if summary").click()
        slider = page.locator(f'#what-if input[type=range][data-path="{THRESHOLD}"]')
        slider.focus()
        slider.press("ArrowRight")
        box = page.locator(f'#what-if input[type=number][data-path="{THRESHOLD}"]')
        expect(box).to_have_value("0.61")
        assert "0.61" in page.evaluate("decodeURIComponent(window.location.hash)")
        page.locator("#undo").click()
        expect(box).to_have_value("0.6")
        expect(page.locator("#trial")).to_be_hidden()
        type_number(page, THRESHOLD, "0.75")
        page.locator(f'#what-if [data-back="{THRESHOLD}"]').click()
        expect(box).to_have_value("0.6")
        type_number(page, THRESHOLD, "-3")  # nothing that a rulebook may say
        expect(page.locator("#trial")).to_be_hidden()
        expect(box).to_have_value("0.6")
        assert seen.nothing(), seen


def test_the_target_moves_verdict_and_gap_of_city_and_towns(
    show: Show, file: Path, city: tuple[Parcels, Rulebook]
) -> None:
    share = result_of(*city).share
    assert share is not None
    with show(file) as (page, seen):
        page.locator("#what-if summary").click()
        for target in (0.95, 0.5, 0.8371):
            type_number(page, "share.target", f"{target * 100:g}")
            said = page.evaluate("""() => ['.target', '.badge', '.gap'].map((one) => (
                document.querySelector(`#share ${one}`)?.textContent ?? ''))""")
            assert f"{target * 100:g}%" in said[0]
            retire, build = gap_m2(share.inside_m2, share.total_m2, target)
            assert ("未达标" in said[1]) == (retire > 0)
            if retire:
                assert f"{retire * 0.0015:,.0f}" in said[2] or f"{retire * 0.0015:,.2f}" in said[2]
                assert f"{build * 0.0015:,.0f}" in said[2] or f"{build * 0.0015:,.2f}" in said[2]
        assert seen.nothing(), seen


def test_the_card_shows_points_by_the_numbers_that_are_tried(
    show: Show, file: Path, city: tuple[Parcels, Rulebook]
) -> None:
    table, book = city
    pool = book.pools[0]
    first = pool.criteria[0].column
    path = f"scoring.pools.{pool.name}.criteria.{first}.weight"
    true = assessed_parcels(table, rules_with(book, {path: 77.0}))
    one = true.index[(true["pool"] == pool.name) & true["efficiency_score"].notna()][20]
    with show(file) as (page, seen):
        page.locator("#what-if summary").click()
        page.locator("#search").fill(one)
        page.locator("#search").press("Enter")
        type_number(page, path, "77")
        card = page.locator("#card")
        expect(card.locator(".total strong")).to_have_text(f"{true['efficiency_score'][one]:.2f}")
        expect(card.locator("[data-part=score] tbody tr").first).to_contain_text("77")
        assert seen.nothing(), seen


def test_a_span_of_scores_keeps_to_the_numbers_that_are_tried(
    show: Show, file: Path, city: tuple[Parcels, Rulebook]
) -> None:
    table, book = city
    pool = book.pools[0]
    first = pool.criteria[0]
    path = f"scoring.pools.{pool.name}.criteria.{first.column}.weight"
    with show(file) as (page, seen):
        page.locator("#what-if summary").click()
        for column in ("efficiency_score", score_column(first.column)):
            bar = float(assessed_parcels(table, book)[column].quantile(0.7).round(1))
            page.locator("#span-column").select_option(column)
            page.locator("#span-at_least").fill(f"{bar:g}")
            page.locator(".span button[type=submit]").click()
            for weight in (first.weight, 2 * first.weight, 3 * first.weight):
                type_number(page, path, f"{weight:g}")
                true = assessed_parcels(table, rules_with(book, {path: weight}))[column]
                count = int((true.round(2) >= bar).sum())
                assert page.locator("#filter-sums").inner_text().startswith(f"{count:,} 宗 ")
            page.locator("#clear-filter").click()
        assert seen.nothing(), seen
