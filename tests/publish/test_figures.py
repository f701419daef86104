"""Figures say what the tables say: shares, verdicts, scores, and who has none."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_city import made_result
from matplotlib.patches import Rectangle

from landrenew.base.words import Text
from landrenew.publish.figures.look import drawing
from landrenew.publish.figures.score_spread import (
    PER_SHEET,
    bin_edges,
    heading_words,
    pool_spreads,
    score_pages,
)
from landrenew.publish.figures.town_shares import SHOWN, STANDING, in_order, share_pages
from landrenew.publish.run_folder import result_share_record
from landrenew.publish.share_words import VERDICTS
from landrenew.rules.grading import BarGrades

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from landrenew.publish.figures.look import Page
    from landrenew.publish.result import Result


@pytest.fixture(scope="module")
def result() -> Result:
    return made_result()


def drawn(pages: Sequence[Page]) -> dict[str, Figure]:
    with drawing():
        return {name: draw().figure for name, draw in pages}


def said(figure: Figure) -> list[str]:
    own = [one.get_text() for one in figure.texts]
    return own + [one.get_text() for axes in figure.axes for one in axes.texts]


# the share --------------------------------------------------------------------------------------


def test_bars_are_the_shares_of_the_record(demo_result: Result) -> None:
    (figure,) = drawn(share_pages(demo_result, demo_result.share, "zh")).values()
    record = result_share_record(demo_result)
    towns = sorted(record["towns"], key=lambda one: -one["share"])
    bars = [one for one in figure.axes[0].patches if isinstance(one, Rectangle)]
    assert [one.get_width() / 100 for one in bars] == pytest.approx(
        [record["share"], *(one["share"] for one in towns)]
    )
    names = [one for one in said(figure) if one in {town["town"] for town in towns}]
    assert names == [one["town"] for one in towns]


def test_lines_are_the_intervals_of_the_record(demo_result: Result) -> None:
    (figure,) = drawn(share_pages(demo_result, demo_result.share, "zh")).values()
    record = result_share_record(demo_result)
    spans = [one.get_xdata() for one in figure.axes[0].lines if one.get_marker() == "|"]
    assert [one / 100 for one in spans[0]] == pytest.approx(record["interval"])
    assert len(spans) == 1 + len(record["towns"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_verdicts_are_signs_and_words(demo_result: Result, lang: str) -> None:
    share = demo_result.share
    (figure,) = drawn(share_pages(demo_result, share, lang)).values()
    wanted = Counter(
        f"{SHOWN[one.verdict].sign} {VERDICTS[one.verdict].say(lang)}"
        for one in (share, *share.towns)
    )
    words = said(figure)
    assert {one: words.count(one) for one in wanted} == wanted
    assert Text("目标 80%", "target 80%").say(lang) in words
    hatches = {one.hatch for one in SHOWN.values()}
    assert len(hatches) == len(SHOWN)


def test_a_town_without_land_is_last_and_says_so(result: Result) -> None:
    empty = replace(
        result.share.towns[0], name="空镇", share=math.nan, interval=(math.nan, math.nan),
        verdict="undetermined", inside_m2=0.0, total_m2=0.0,
    )  # fmt: skip
    share = replace(result.share, towns=(empty, *result.share.towns))
    assert in_order(share)[-1] is empty
    (figure,) = drawn(share_pages(result, share, "zh")).values()
    words = said(figure)
    assert words.index("–") == words.index("空镇") + 1
    assert "? 待定" in words


@pytest.mark.parametrize("count", [0, 1, 40, 100])
def test_any_number_of_towns_has_its_row(result: Result, count: int) -> None:
    one = result.share.towns[0]
    towns = tuple(replace(one, name=f"T{at:03d}") for at in range(count))
    figures = drawn(share_pages(result, replace(result.share, towns=towns), "en"))
    words = [said(figure) for figure in figures.values()]
    assert sorted(
        word for page in words for word in page if word[:1] == "T" and word[1:].isdigit()
    ) == [town.name for town in towns]
    assert all("Whole city" in page for page in words)
    assert len(figures) == max(1, math.ceil(count / (STANDING - 1)))
    assert len(figures) == 1 or list(figures) == [f"share-{at + 1}" for at in range(len(figures))]


def test_names_are_data(result: Result) -> None:
    nasty = ["$\\frac{1$", "a\nb", "x" * 10_000, "<b>镇</b>"]
    towns = tuple(replace(result.share.towns[0], name=one) for one in nasty)
    share = replace(result.share, towns=towns, name="$$" * 3_000)
    for figure in drawn(share_pages(result, share, "zh")).values():
        figure.canvas.draw()
        assert all("\n" not in one for one in said(figure))


def test_every_figure_says_date_source_definition_and_unit(result: Result) -> None:
    pages = [*share_pages(result, result.share, "zh"), *score_pages(result, "zh")]
    for figure in drawn(pages).values():
        words = "".join(said(figure))
        for wanted in ("数据时间：2024-06-30", "示例市自然资源局", "定义：", "单位："):
            assert wanted in words


# the scores -------------------------------------------------------------------------------------


@given(st.lists(st.floats(-200, 2_000), min_size=1, max_size=60))
def test_bins_are_even_and_hold_every_score(scores: list[float]) -> None:
    edges = bin_edges(pd.Series(scores))
    assert np.histogram(scores, edges)[0].sum() == len(scores)
    assert len(set(np.diff(edges))) == 1
    assert len(edges) <= 40


def test_no_score_no_bins() -> None:
    assert len(bin_edges(pd.Series([math.nan, math.nan]))) == 0


def test_every_parcel_is_counted_once_in_its_pool_and_grade(demo_result: Result) -> None:
    parcels, book = demo_result.parcels, demo_result.layers.rulebook
    spreads = pool_spreads(parcels, book)
    totals = [one.scored + one.exempt + one.unscored for one in spreads]
    assert sum(totals) == len(parcels)
    pools = [*(one.name for one in book.scoring.pools if one.name in set(parcels["pool"])), None]
    for name, spread in zip(pools, spreads, strict=True):
        rows = parcels[parcels["pool"].eq(name) if name else parcels["pool"].isna()]
        scored = rows[rows["efficiency_score"].notna()]
        grades = scored["efficiency_grade"].fillna("").value_counts()
        counted = {one: int(bins.sum()) for one, bins in spread.counts.items() if bins.sum()}
        assert counted == grades.to_dict()
        assert spread.scored == len(scored)


def test_bars_add_up_to_the_bins(demo_result: Result) -> None:
    figure = drawn(score_pages(demo_result, "zh"))["scores-parcels"]
    spreads = [
        one for one in pool_spreads(demo_result.parcels, demo_result.layers.rulebook) if one.scored
    ]
    charts = [one for one in figure.axes if one.containers]
    for axes, spread in zip(charts, spreads, strict=True):
        heights = [sum(bar.get_height() for bar in bars) for bars in axes.containers]
        assert heights == [int(bins.sum()) for bins in spread.counts.values()]
        assert [axes.lines[at].get_xdata()[0] for at in range(len(spread.bars))] == [
            score for _, score in spread.bars
        ]


def test_who_has_no_score_is_said(demo_result: Result) -> None:
    for subject in ("parcels", "firms"):
        words = said(drawn(score_pages(demo_result, "en"))[f"scores-{subject}"])
        spreads = pool_spreads(getattr(demo_result, subject), demo_result.layers.rulebook)
        assert all(heading_words(one).en in words for one in spreads)
        missing = sum(one.exempt + one.unscored for one in spreads)
        assert missing == getattr(demo_result, subject)["efficiency_score"].isna().sum() > 0


def test_bars_of_a_rulebook_are_drawn_where_they_stand(result: Result) -> None:
    bars = BarGrades.model_validate({
        "form": "bars", "document": "d", "source": "s", "confidence": "user", "exempt": "T",
        "classes": [{"grade": "A", "at_least": 80}, {"grade": "B", "above": 60}, {"grade": "C"}],
    })  # fmt: skip
    book = result.layers.rulebook.model_copy(update={"grades": bars})
    assert all(
        one.bars == (("A", 80.0), ("B", 60.0))
        for one in pool_spreads(result.parcels, book)
    )  # fmt: skip


def test_scores_without_grades_are_drawn_in_one_colour(result: Result) -> None:
    book = result.layers.rulebook.model_copy(update={"grades": None})
    parcels = result.parcels.drop(columns="efficiency_grade")
    plain = replace(result, parcels=parcels, layers=replace(result.layers, rulebook=book))
    (figure,) = drawn(score_pages(plain, "zh")).values()
    assert {len(axes.containers) for axes in figure.axes} == {0, 1}


def test_many_pools_take_several_sheets(result: Result) -> None:
    book = result.layers.rulebook
    pools = tuple(
        book.scoring.pools[0].model_copy(update={"name": f"p{at}", "zh": f"组{at}"})
        for at in range(PER_SHEET + 1)
    )
    scoring = book.scoring.model_copy(update={"pools": pools})
    parcels = result.parcels.assign(
        pool=[f"p{at % len(pools)}" for at in range(len(result.parcels))]
    )
    layers = replace(result.layers, rulebook=book.model_copy(update={"scoring": scoring}))
    figures = drawn(score_pages(replace(result, parcels=parcels, layers=layers), "zh"))
    assert list(figures) == ["scores-parcels-1", "scores-parcels-2"]


def test_nothing_scored_no_figure(result: Result) -> None:
    parcels = result.parcels.drop(columns="efficiency_score")
    assert score_pages(replace(result, parcels=parcels), "zh") == []
