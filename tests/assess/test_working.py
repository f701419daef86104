"""The working shows the figures of the table, and where a row stands among its pool."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hand_made import READ

from landrenew.assess.evaluation import evaluated_firms
from landrenew.assess.working import divided_from, row_of, working
from landrenew.base.columns import score_column
from landrenew.rules.library import read_rulebook
from landrenew.rules.model import Rulebook

MU = 2_000 / 3
HUANGYAN = read_rulebook("huangyan-2022")
FIRM = {
    "size_class": "above_scale", "tax_cny10k": 500.0, "value_added_cny10k": 2_500.0,
    "energy_tce": 1_000.0, "emission_t": 0.5, "staff_person": 150.0, "rd_cny10k": 150.0,
    "revenue_cny10k": 6_000.0,
}  # fmt: skip


def evaluated(rows: list[dict[str, object]], book: Rulebook) -> pd.DataFrame:
    index = pd.Index([f"F{i}" for i in range(len(rows))], name="firm_id")
    land = pd.DataFrame({"firm_id": index, "registered_land_m2": 20 * MU, "leased_in_m2": 0.0,
                         "used_land_m2": 20 * MU})  # fmt: skip
    return evaluated_firms(pd.DataFrame(rows, index=index), land, book)


def ranked(**grades: object) -> Rulebook:
    criteria = [
        {"form": "min_max", "column": "tax_cny10k_per_mu", "weight": 60, "low": 20,
         "missing": "undetermined"},
        {"form": "rank", "column": "value_added_cny10k_per_tce", "weight": 40,
         "missing": "mean_points"},
    ]  # fmt: skip
    pool = {"name": "all", "zh": "全部", "en": "all", "criteria": criteria}
    classes = [{"grade": "A", "up_to": 0.3}, {"grade": "B", "up_to": 1.0}]
    return Rulebook.model_validate({
        "name": "r", "title": "t", "region": "here", "scoring": {**READ, "pools": [pool]},
        "grades": {**READ, "form": "rank", "exempt": "T", "classes": classes, **grades},
    })  # fmt: skip


def test_the_worked_firm_of_huangyan_step_by_step() -> None:
    table = evaluated([FIRM], HUANGYAN)
    made = working(table, "F0", HUANGYAN)
    assert [round(step.points, 4) for step in made.steps] == [
        31.1242, 18.3608, 18.5598, 10.1424, 9.1878, 8.2781,
    ]  # fmt: skip
    assert [step.amounts for step in made.steps][:3] == [
        ("tax_cny10k", "land_mu"), ("value_added_cny10k", "land_mu"),
        ("value_added_cny10k", "energy_tce"),
    ]  # fmt: skip
    assert made.steps[0].against[0] == 24.097
    assert sum(step.points for step in made.steps) == pytest.approx(
        table["efficiency_score"].iloc[0]
    )
    assert (made.standing, made.pool_size) == (None, 1)  # the book has no grades


def test_every_step_is_that_of_the_table_and_the_pool_sets_the_scale() -> None:
    rows = [{"tax_cny10k": 20.0 * i, "value_added_cny10k": 100.0, "energy_tce": 10.0 * (i % 3 + 1)}
            for i in range(1, 7)]  # fmt: skip
    book = ranked(rounding="nearest", ties="better")
    table = evaluated(rows, book)
    made = working(table, "F4", book)
    tax, energy = made.steps
    assert tax.against == pytest.approx((1.0, 6.0))
    assert energy.against == (5.5, 6.0)  # two share the last place
    for step in made.steps:
        name = step.criterion.column
        assert step.points == table[score_column(name)]["F4"]
        assert step.value == table[name]["F4"]
    assert made.standing is not None
    assert made.standing.ends == (("A", (2,)), ("B", (6,)))
    better = table["efficiency_grade"].eq("A")
    assert made.next_score == table.loc[better, "efficiency_score"].min()


def test_equal_scores_share_places_and_a_silent_rulebook_has_several_ends() -> None:
    rows = [{"tax_cny10k": tax, "value_added_cny10k": 100.0, "energy_tce": 10.0}
            for tax in (60.0, 40.0, 40.0, 20.0, 10.0)]  # fmt: skip
    book = ranked()
    made = working(evaluated(rows, book), "F1", book)
    assert made.standing is not None
    assert (made.standing.ranked, made.standing.first, made.standing.last) == (5, 2, 3)
    assert made.standing.ends == (("A", (1, 2)), ("B", (5,)))


def test_a_row_in_no_pool_and_an_exempt_one_have_no_place() -> None:
    rows = [FIRM, {**FIRM, "size_class": None}]
    made = working(evaluated(rows, HUANGYAN), "F1", HUANGYAN)
    assert (made.pool, made.steps) == (None, ())
    book = ranked(rounding="down", ties="better")
    table = evaluated([{**FIRM, "exempt_reason": "新办"}, FIRM], book)
    made = working(table, "F0", book)
    assert made.standing is None
    assert made.steps[0].against == pytest.approx((25.0, 25.0))  # of the other alone


def test_a_missing_amount_is_shown_missing_and_an_indicator_as_given_has_no_amounts() -> None:
    table = evaluated([{**FIRM, "emission_t": np.nan}], HUANGYAN)
    made = working(table, "F0", HUANGYAN)
    assert made.steps[3].amounts == ("value_added_cny10k", "emission_t")
    assert np.isnan(made.steps[3].value)
    given = pd.DataFrame({"tax_cny10k_per_mu": [9.0], "land_mu": [3.0]}, index=["P0"])
    assert divided_from(row_of(given, "P0"), "tax_cny10k_per_mu") == ()
    assert divided_from(row_of(given, "P0"), "floor_area_ratio") == ()
