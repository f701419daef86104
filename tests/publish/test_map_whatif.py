"""What the page works out when its reader tries other numbers, against what Python works out."""

from __future__ import annotations

import copy
import dataclasses
import random
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from browser import launched, opened
from map_city import BOOK, READ, made_layers, parcels
from playwright.sync_api import expect
from trial_page import any_position, assert_same, go_to, judged_in, rules_with

from landrenew.assess.evaluation import assessed_parcels
from landrenew.assess.share.summary import gap_m2, summarize_share
from landrenew.intake.parcels import Parcels
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map
from landrenew.publish.result import Result
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from browser import Seen
    from playwright.sync_api import Page

    Show = Callable[..., AbstractContextManager[tuple[Page, Seen]]]

pytestmark = pytest.mark.browser

COLUMNS = ("tax_cny10k_per_mu", "value_added_cny10k_per_mu", "rd_share", "floor_area_ratio")


@pytest.fixture(scope="module")
def show() -> Iterator[Show]:
    with launched() as browser:
        yield partial(opened, browser)


def any_criterion(chance: random.Random, column: str, *, stands_alone: bool) -> dict[str, Any]:
    """Draw a criterion of any form, or one whose points hang on nobody else."""
    said: dict[str, Any] = {
        "form": "ratio" if stands_alone else chance.choice(["ratio", "min_max", "rank"]),
        "column": column,
        "weight": float(chance.randint(1, 60)),
        "missing": "undetermined" if stands_alone
        else chance.choice(["undetermined", "mean_points"]),
    }  # fmt: skip
    if said["form"] == "ratio":
        said |= {"baseline": chance.choice([0.03, 1.2, 12.0, 24.097])}
        said |= {"cap": 1.5, "floor": 0.0} if chance.random() < 0.6 else {}
        said |= {"baseline_factor": 2.0} if chance.random() < 0.2 else {}
    elif said["form"] == "min_max":
        said |= {"low": chance.choice([0, 20]), "tail_share": chance.choice([0.0, 0.05])}
    return said


def any_grades(chance: random.Random) -> dict[str, Any]:
    """Draw grades by rank or by bars, with or without a veto; a rule may be left open."""
    said: dict[str, Any] = {"exempt": "T", "document": "d", **READ}
    if chance.random() < 0.7:
        said["veto"] = {"grade": "D", "is_ranked": chance.random() < 0.5}
    if chance.random() < 0.3:
        return said | {
            "form": "bars",
            "classes": [{"grade": "A", "at_least": 80.0}, {"grade": "B", "above": 40.0},
                        {"grade": "D"}],
        }  # fmt: skip
    return said | {
        "form": "rank",
        "classes": [{"grade": "A", "up_to": 0.2, "is_inclusive": chance.random() < 0.7},
                    {"grade": "B", "up_to": 0.65}, {"grade": "C", "up_to": 0.95},
                    {"grade": "D", "up_to": 1}],
        "rounding": chance.choice([None, "down", "nearest", "up"]),
        "ties": chance.choice([None, "better", "worse"]),
    }  # fmt: skip


def is_doubtful(seed: int) -> bool:
    """Tell whether many rows may be exempt; points that hang on others then say nothing."""
    return seed % 4 == 3


def any_book(seed: int) -> Rulebook:
    """Draw a rulebook that may have every kind of rule the page works out."""
    chance = random.Random(seed)  # noqa: S311  for tests
    alone = is_doubtful(seed)
    pools = [
        {"name": name, "zh": name, "en": name, "size_class": name, "criteria": [
            any_criterion(chance, one, stands_alone=alone)
            for one in chance.sample(COLUMNS, chance.randint(1, 4))
        ]}
        for name in ("above_scale", "below_scale")
    ]  # fmt: skip
    tests = [
        {"column": "floor_area_ratio", "comparison": chance.choice(["below", "at_most"]),
         "threshold": 0.6},
        {"column": "tax_cny10k_per_mu", "comparison": chance.choice(["below", "at_most"]),
         "threshold": 5.0},
        {"column": "efficiency_grade", "comparison": "equals", "threshold": "D"},
        {"column": "efficiency_score", "comparison": "below", "threshold": 30.0},
    ]  # fmt: skip
    said = copy.deepcopy(BOOK) | {"exemptions": [], "grades": any_grades(chance)}
    del said["consolidation"]
    said["low_efficiency"] |= {
        "logic": chance.choice(["any", "all"]), "tests": tests[: chance.randint(1, 4)]
    }  # fmt: skip
    said["scoring"]["pools"] = pools
    return Rulebook.model_validate(said)


def figures(seed: int, count: int) -> Parcels:
    """Draw figures with gaps and ties, and rows that are set apart."""
    chance = np.random.default_rng(seed)
    table = parcels(count)[["town", "owner", "parcel_area_m2", "counted_area_m2",
                            "parcel_area_mu", "control_share", "control_class",
                            "geometry"]]  # fmt: skip
    spread = dict(zip(COLUMNS, (2.2, 3.5, -4.0, -0.3), strict=True))
    for name, middle in spread.items():
        drawn = chance.lognormal(middle, 0.9, count)
        typed = np.round(drawn, chance.integers(1, 4))
        values = np.where(chance.random(count) < 0.5, typed, drawn)
        table[name] = np.where(chance.random(count) < 0.08, np.nan, values)
    word = chance.choice(["above_scale", "below_scale", ""], count, p=[0.45, 0.45, 0.1])
    table["size_class"] = np.where(word == "", None, word)
    drawn = chance.random(count)
    table["exempt_reason"] = np.where(drawn < 0.04, "公共设施", None)
    open_share = 0.2 if is_doubtful(seed) else 0.02 * (seed % 4 == 0)
    table["exempt_class"] = np.where(drawn > 1 - open_share, "undetermined", "no")
    table["veto_reason"] = np.where((drawn > 0.05) & (drawn < 0.08), "环保处罚", None)
    table["bonus_points"] = np.where(chance.random(count) < 0.1, 7.5, np.nan)
    table["bonus_evidence"] = np.where(chance.random(count) < 0.5, "文号", None)
    return Parcels(table.assign(inside_area_m2=table["counted_area_m2"] * table["control_share"]))


def result_of(table: Parcels, book: Rulebook) -> Result:
    judged = assessed_parcels(table, book)
    layers = dataclasses.replace(made_layers(table), rulebook=book)
    asked = Parcels(judged.assign(planar_area_m2=judged["parcel_area_m2"], settled_m2=0.0))
    target = None if book.share is None else book.share.target
    share = summarize_share(asked, asked.iloc[:0].assign(code=""), name="示例市", target=target)
    return Result(layers=layers, parcels=judged, share=share)


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
