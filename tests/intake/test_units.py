"""A unit that a heading states is the unit of its column; one that nobody knows is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from landrenew.base.errors import ColumnError
from landrenew.intake.attributes.names import split_unit
from landrenew.intake.attributes.take import take_columns
from landrenew.intake.sections import Layer
from landrenew.intake.sources.source import Source


def taken(heading: str, ours: str, unit: str | None = None) -> float:
    """Read a five under a heading."""
    mapping = {"column": heading} if unit is None else {"column": heading, "unit": unit}
    source = Source(pd.DataFrame({heading: [5]}, index=pd.RangeIndex(1, 2, name="row")))
    spec = Layer(path="t.csv", columns={ours: mapping})
    return float(take_columns(source, spec, "firms").frame[ours].iloc[0])


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("税收（元）", 0.0005), ("税收（仟元）", 0.5), ("税收（十万元）", 50.0),
        ("税收（億元）", 50_000.0), ("税收（萬元）", 5.0), ("税收（亿元/年）", 50_000.0),
        ("税收（万元/年）", 5.0), ("税收（RMB 百万）", 500.0), ("税收[2023年，元]", 0.0005),
        ("税收_亿元", 50_000.0), ("税收：亿元", 50_000.0), ("税收-元", 0.0005),
        ("税收亿元", 50_000.0), ("税收亿元（含税）", 50_000.0), ("税收元", 5.0),
        ("税收（含税）", 5.0),
        ("税收（2023年）", 5.0), ("tax_cny10k", 5.0),
    ],
)  # fmt: skip
def test_money_is_read_in_the_unit_its_heading_states(heading: str, value: float) -> None:
    assert taken(heading, "tax_cny10k") == pytest.approx(value)


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("面积（hm2）", 50_000), ("面积（hm²）", 50_000), ("面积（公頃）", 50_000),
        ("面积（畝）", 10_000 / 3), ("面积亩", 10_000 / 3), ("parcel_area_mu", 10_000 / 3),
        ("面积（公亩）", 500), ("面积（m^2）", 5), ("面积（平方公尺）", 5),
        ("面积（坪）", 2000 / 121),
        ("面积_m", 5), ("AREA_M", 5),
    ],
)  # fmt: skip
def test_land_is_read_in_the_unit_its_heading_states(heading: str, value: float) -> None:
    assert taken(heading, "declared_area_m2") == pytest.approx(value)


@pytest.mark.parametrize(
    ("heading", "ours", "value"),
    [
        ("能耗（千克标煤）", "energy_tce", 0.005), ("能耗（kgce）", "energy_tce", 0.005),
        ("能耗（万吨标准煤/年）", "energy_tce", 50_000),
        ("电（千瓦小时）", "electricity_mwh10", 5e-4),
        ("电（kW·h）", "electricity_mwh10", 5e-4), ("电（万kW.h）", "electricity_mwh10", 5),
        ("亩均税收 元/亩", "tax_cny10k_per_mu", 5e-4),
        ("tax_cny10k_per_mu", "tax_cny10k_per_mu", 5),
        ("亩均税收（万元/亩·年）", "tax_cny10k_per_mu", 5),
    ],
)  # fmt: skip
def test_energy_and_ratios_are_read_in_the_unit_their_heading_states(
    heading: str, ours: str, value: float
) -> None:
    assert taken(heading, ours) == pytest.approx(value)


@pytest.mark.parametrize(
    ("heading", "ours"),
    [
        ("税收（百文元）", "tax_cny10k"), ("面积（平方市尺）", "declared_area_m2"),
        ("能耗（吨原煤标准煤）", "energy_tce"), ("排放量_市斤", "emission_t"),
    ],
)  # fmt: skip
def test_a_unit_that_nobody_knows_is_refused_until_the_project_file_states_one(
    heading: str, ours: str
) -> None:
    with pytest.raises(ColumnError, match="a unit that is not known"):
        taken(heading, ours)
    assert taken(heading, ours, ours.rpartition("_")[2]) == 5


@pytest.mark.parametrize(
    "heading", ["亩均税收万元每亩", "高度", "年度", "电话-2", "share_1", "宗数 个", "公顷", "亩"]
)
def test_a_heading_without_a_unit_stays_whole(heading: str) -> None:
    assert split_unit(heading) == (heading, None)
