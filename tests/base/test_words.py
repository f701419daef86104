"""Units, words, errors and the data dictionary."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.columns import COLUMNS, FLOWS, INTENSITIES, SCORABLE, column, score_column
from landrenew.base.errors import (
    ColumnError,
    CrsError,
    FileError,
    LandrenewError,
    ParcelError,
    RuleError,
)
from landrenew.base.units import FACTORS, M2_PER_MU, MU_PER_M2, factor_to, to_mu
from landrenew.base.words import Text, some

LEAVES = [FileError, CrsError, ColumnError, ParcelError, RuleError]


def test_mu_is_two_thousand_thirds_of_a_square_metre() -> None:
    assert M2_PER_MU == 2000 / 3
    assert MU_PER_M2 * 2000 == 3
    assert to_mu(1e6) == 1500
    assert to_mu(10_000.0) == 15


def test_plot_b_4_1_of_the_torch_zone_in_mu() -> None:
    assert to_mu(16_985.20) == pytest.approx(25.4778, abs=5e-5)


def test_national_zones_per_hectare_is_per_mu_times_fifteen() -> None:
    per_mu = 12_984.94 / factor_to("mu", "公顷")
    assert per_mu == pytest.approx(865.66, abs=0.005)


@given(st.floats(0, 1e12))
def test_mu_to_square_metres_and_back_is_the_identity(area: float) -> None:
    assert to_mu(area * factor_to("m2", "亩")) == pytest.approx(area, rel=1e-15)


def test_to_mu_keeps_index_and_missing() -> None:
    area = pd.Series([2000.0, None], index=["a", "b"])
    assert to_mu(area).tolist()[0] == 3
    assert to_mu(area).isna().tolist() == [False, True]
    assert area.tolist()[0] == 2000


@pytest.mark.parametrize(
    ("ours", "theirs", "factor"),
    [
        ("cny10k", "元", 1e-4),
        ("cny10k", "亿元", 1e4),
        ("m2", "公顷", 1e4),
        ("m2", "平方公里", 1e6),
        ("mu", "公顷", 15.0),
        ("mwh10", "千瓦时", 1e-4),
        ("tce", "万吨标煤", 1e4),
        ("1", "%", 0.01),
    ],
)
def test_units_have_exact_factors(ours: str, theirs: str, factor: float) -> None:
    assert factor_to(ours, theirs) == factor


def test_our_own_unit_is_the_identity() -> None:
    assert all(factor_to(ours, ours) == 1 for ours in FACTORS)


def test_unit_of_something_else_is_refused_with_the_choices() -> None:
    with pytest.raises(ColumnError, match=r"'亩' cannot be converted to 'cny10k'.*万元"):
        factor_to("cny10k", "亩")


def test_every_unit_of_a_number_given_by_users_has_factors() -> None:
    given_numbers = [one for one in COLUMNS.values() if one.role == "given" and one.unit]
    assert {part for one in given_numbers for part in one.unit.split("/")} <= set(FACTORS)


def test_dictionary_says_each_name_once_in_both_languages() -> None:
    for name, one in COLUMNS.items():
        assert name == one.name
        assert all([one.label.zh, one.label.en, one.meaning.zh, one.meaning.en]), name
        assert (one.unit == "") == (one.kind in {"text", "class"}), name
        assert None in {one.low, one.high} or one.low < one.high, name


def test_units_stand_in_the_names() -> None:
    for name, one in COLUMNS.items():
        if name.endswith(("_m2", "_mu", "_tce", "_t", "_m")):
            assert one.unit.endswith(name.rsplit("_", 1)[1]), name
        if name.endswith("_score"):
            assert one.unit == "1"
        if name.endswith("_class"):
            assert one.kind == "class"


def test_intensities_are_made_of_known_columns() -> None:
    for name, (over, under) in INTENSITIES.items():
        assert column(name).role == "measured"
        assert over in FLOWS
        assert under in FLOWS or under == "parcel_area_mu"


def test_scorable_indicators_have_a_column_for_their_points() -> None:
    for name in SCORABLE:
        assert column(score_column(name)).role == "judged"


def test_share_of_a_link_is_no_flow() -> None:
    assert "share" not in FLOWS
    assert "tax_cny10k" in FLOWS


def test_unknown_column_is_refused() -> None:
    with pytest.raises(ColumnError, match="no column 'FAR'"):
        column("FAR")


@pytest.mark.parametrize("leaf", LEAVES)
def test_errors_speak_both_languages_and_are_value_errors(leaf: type[LandrenewError]) -> None:
    error = leaf("中文", "English")
    assert str(error) == "English"
    assert (error.say("zh"), error.say("en")) == ("中文", "English")
    assert isinstance(error, LandrenewError)
    assert isinstance(error, ValueError)


def test_some_names_five_and_counts_the_rest() -> None:
    assert some([]) == ""
    assert some("abcde") == "a, b, c, d, e"
    assert some("abcdef") == "a, b, c, d, e … (6)"
    assert Text("亩", "mu").say("zh") == "亩"
