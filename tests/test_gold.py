"""Published figures of renewal, computed again by the functions a planner calls.

The worked examples of Zhongshan's towns, of Huangyan, Huai'an and Jingde, and the tables that do
not add up, stand with the functions they test. Here are those that are sums, shares and multiples:
a multiple is computed from its two figures and never copied, and a pair that cannot both be right
is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from conftest import parcels_of, square
from hand_made import READ, no_rejected

from landrenew.assess.share.summary import summarize_share
from landrenew.assess.verdicts import judge
from landrenew.base.units import factor_to, to_mu
from landrenew.intake.attributes.departments import differing
from landrenew.intake.parcels import Parcels
from landrenew.intake.totals.check import check_totals
from landrenew.measure.firms import intensities
from landrenew.plan.blocks import block_table
from landrenew.rules.comparison import Test, TestSet
from landrenew.rules.library import read_rulebook
from landrenew.rules.model import Contiguity

if TYPE_CHECKING:
    from pathlib import Path

MU = factor_to("m2", "亩")
CLOSE = Contiguity.model_validate({**READ, "max_gap_m": 1, "min_area_mu": 0, "small_plot_mu": 5})


def share_of(part: float, whole: float) -> float:
    """Give the share of a part, as that of land inside a line is taken."""
    parcels = parcels_of(square(), square(1)).assign(
        counted_area_m2=[part, whole - part], parcel_area_m2=[part, whole - part],
        planar_area_m2=[part, whole - part], inside_area_m2=[part, 0.0], settled_m2=0.0,
        control_share=[1.0, 0.0], control_class=["inside", "outside"],
    )  # fmt: skip
    return summarize_share(Parcels(parcels), no_rejected(), name="n", target=None).share


def per_mu(land_mu: float, **amounts: float) -> pd.Series:
    """Give amounts per mu, as of a parcel."""
    return intensities(Parcels(parcels_of(square()).assign(parcel_area_mu=land_mu, **amounts))
                       ).iloc[0]  # fmt: skip


def block_of(**columns: object) -> pd.Series:
    """Give the totals of one block of parcels."""
    count = len(next(one for one in columns.values() if isinstance(one, list)))
    parcels = parcels_of(*(square(i) for i in range(count))).assign(block_id="B001", **columns)
    table = parcels.assign(parcel_area_mu=to_mu(parcels["counted_area_m2"]))
    return block_table(Parcels(table), CLOSE).iloc[0]


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        (150, 478, 31.38),  # village clusters of the Pearl River Delta, 万亩
        (365, 2460, 14.84),  # Dongguan's line, km2
        (839, 1862, 45.06),  # Cixi, first half of 2023: industrial land of all supplied, mu
        (1700, 3041, 55.90),  # Dacen, Huangpu: land set free, mu
        (236, 365.4, 64.59),  # Yuanshanzai, South: industrial land left, mu
    ],
)
def test_published_shares(part: float, whole: float, percent: float) -> None:
    assert share_of(part, whole) * 100 == pytest.approx(percent, abs=0.005)


@pytest.mark.parametrize(
    "lines",
    [
        "用途,面积（亩）\n工业,1100\n生态,400\n生活,200\n合计,1700\n",  # Dacen sets free
        "规模,地块数\n5亩以下,18\n5至10亩,9\n10亩以上,5\n合计,32\n",  # plots around Guchuang
    ],
)
def test_published_parts_that_add_up(lines: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(lines, encoding="utf-8")
    report = check_totals(tmp_path / "t.csv")
    assert (len(report.sums), report.wrong) == (1, ())


@pytest.mark.parametrize(
    ("before", "after", "times", "published"),
    [
        (128.0, 1230.0, 9.61, None),  # rent of Wuli village, "nearly ten times"
        (600.0, 33_000.0, 55.0, 60.0),  # tax of Shangjing, "over sixty times" both
        (14_000.0, 830_000.0, 59.3, 60.0),  # output of Shangjing
        (18_180.0, 40_000.0, 2.2, 2.2),  # output of Dimei
        (339.0, 2_000.0, 5.9, 5.9),  # tax of Dimei
        (0.54, 3.43, 6.35, None),  # floor area ratio of Luhua, "more than five times" more
        (37.2, 140.3, 3.77, None),  # Cixi 2022: floor demolished and planned, 10,000 m2
    ],
)
def test_multiples_are_computed_and_not_copied(
    before: float, after: float, times: float, published: float | None
) -> None:
    land = 800.0
    found = per_mu(land, tax_cny10k=after) / per_mu(land, tax_cny10k=before)
    assert found["tax_cny10k_per_mu"] == pytest.approx(times, abs=0.06)
    if published is not None:
        stated = pd.Series([published], index=["tax_cny10k_per_mu"])
        assert differing(found, stated, 0.01).tolist() == [published == 60.0]


def test_tax_of_shangjing_on_its_land() -> None:
    assert per_mu(800.0, tax_cny10k=33_000.0)["tax_cny10k_per_mu"] == 41.25
    assert per_mu(365.4, tax_cny10k=913.5)["tax_cny10k_per_mu"] == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("land", "floor", "ratio"),
    [
        ([1000, 1326], [505_300.0, 0.0], 0.326),  # 73 plots of Cixi, 2023: floor area gained
        ([98], [10_000.0], 0.153),  # the market of Qiaotou
    ],
)
def test_floor_area_over_land(land: list[float], floor: list[float], ratio: float) -> None:
    block = block_of(counted_area_m2=[one * MU for one in land], counted_floor_area_m2=floor)
    assert block["floor_area_ratio"] == pytest.approx(ratio, abs=5e-4)


def test_owners_of_waisha_are_counted_and_all_its_figures_are_low() -> None:
    land = [780 * MU / 82] * 82
    block = block_of(
        counted_area_m2=land, owner=[f"户{i}" for i in range(82)], tax_cny10k=[780 * 4.9 / 82] * 82,
        counted_floor_area_m2=[one * 0.49 for one in land],
    )  # fmt: skip
    assert (block["owner_count"], round(block["area_mu"], 6)) == (82, 780)
    tests = [Test(column=name, comparison="below", threshold=bar)
             for name, bar in (("floor_area_ratio", 0.5), ("tax_cny10k_per_mu", 5.0))]  # fmt: skip
    rule = TestSet(**READ, logic="all", tests=tests)
    assert judge(block.to_frame().T.astype({"floor_area_ratio": float}), rule)["verdict"].tolist(
    ) == ["yes"]  # fmt: skip


def test_the_two_pairs_of_shengshan_are_of_two_sites() -> None:
    """Floor area from 22,000 to 86,000 m2 and ratio from 0.8 to 2.69 cannot be of one plot."""
    site = pd.Series([22_000 / 0.8]), pd.Series([86_000 / 2.69])
    assert [round(float(one.iloc[0] / factor_to("m2", "公顷")), 2) for one in site] == [2.75, 3.2]
    assert differing(*site, 0.01).tolist() == [True]
    before, after = 20.83 * MU * 0.51, 7_140.41  # Guchuang's pair is of one plot
    assert differing(pd.Series([before]), pd.Series([after]), 0.01).tolist() == [False]


def test_the_targets_of_cixi_imply_a_tax_of_one_and_a_half_billion() -> None:
    plan = read_rulebook("cixi-2022").programme
    assert plan is not None
    land, firms, tax = (one.threshold for one in plan.targets)
    assert (land * tax / factor_to("cny10k", "亿元"), firms) == (15.0, 200)
    halves = block_of(counted_area_m2=[9_000 * MU, 1_000 * MU], tax_cny10k=[90_000.0, 60_000.0])
    assert halves["tax_cny10k_per_mu"] == pytest.approx(15.0)  # the mean of 10 and 60 is 35
