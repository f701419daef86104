"""Who is exempt on a day, who is not, and of whom that is not known."""

from __future__ import annotations

import datetime as dt
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.evaluation import scored_and_graded
from landrenew.assess.exemption import (
    Occasion,
    evaluation_occasion,
    exempted,
    exemption_answers,
    known_of_each_other,
)
from landrenew.assess.grades import efficiency_grade
from landrenew.assess.scores import scores
from landrenew.base.errors import RuleError
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from landrenew.base.codes.industry import Edition

READ = {"document": "d", "source": "s", "confidence": "user"}
REGISTERED = {"kind": "registered_within_years", "years": 2, "is_inclusive": False}
SUPPLIED = {"kind": "supplied_within_years", "years": 3, "is_inclusive": False}
UTILITIES = {"kind": "industry_prefix", "edition": 2017, "prefixes": ["44", "4610"]}
MOVED = {"kind": "column_equals", "column": "policy_relocation", "word": "yes"}
DAY = dt.date(2024, 12, 31)
WHEN = Occasion(DAY, 2017)


def book(*exemptions: dict[str, Any], **more: Any) -> Rulebook:  # noqa: ANN401  raw TOML
    named = [{"name": f"e{i}", "zh": f"第{i}条", "en": f"no. {i}", **READ, **one}
             for i, one in enumerate(exemptions)]  # fmt: skip
    return Rulebook.model_validate(
        {"name": "b", "title": "b", "region": "r", "exemptions": named, **more}
    )


def answer(rule: dict[str, Any], when: Occasion = WHEN, **values: object) -> tuple[str, str]:
    rules = book(rule)
    found = exempted(pd.DataFrame([values], index=["F"], dtype=object), rules,
                     exemption_answers(pd.DataFrame([values], index=["F"], dtype=object),
                                       rules, when)).loc["F"]  # fmt: skip
    return str(found["exempt_class"]), str(found["missing"])


@pytest.mark.parametrize(
    ("said", "is_inclusive", "expected"),
    [
        ("2023-01-01", False, "yes"), ("2022-12-31", False, "no"), ("2022-12-31", True, "yes"),
        ("2022-12-30", True, "no"), ("2025-03-01", False, "yes"), ("2023", False, "yes"),
        ("2022", False, "no"), ("2022年12月", True, "undetermined"), ("2022-13-01", False,
        "undetermined"), ("不详", False, "undetermined"), (None, False, "undetermined"),
    ],
)  # fmt: skip
def test_years_end_on_the_anniversary(said: str | None, is_inclusive: bool, expected: str) -> None:  # noqa: FBT001
    rule = REGISTERED | {"is_inclusive": is_inclusive}
    lacks = "registered_on" if expected == "undetermined" else ""
    assert answer(rule, registered_on=said) == (expected, lacks)


@pytest.mark.parametrize(("day", "expected"), [((2022, 2, 27), "yes"), ((2022, 2, 28), "no")])
def test_two_years_after_a_leap_day_end_with_february(
    day: tuple[int, int, int], expected: str
) -> None:
    assert answer(REGISTERED, Occasion(dt.date(*day)), registered_on="2020-02-29")[0] == expected


@given(st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)), st.integers(1, 9), st.booleans())
def test_a_date_is_counted_in_calendar_years(
    day: dt.date,
    years: int,
    is_inclusive: bool,  # noqa: FBT001
) -> None:
    rule = REGISTERED | {"years": years, "is_inclusive": is_inclusive}
    found = answer(rule, Occasion(day), registered_on=day.isoformat())[0]
    assert found == "yes"
    turned = (day.year + years, day.month, day.day)
    if (day.month, day.day) != (2, 29):
        there = answer(rule, Occasion(dt.date(*turned)), registered_on=day.isoformat())[0]
        assert there == ("yes" if is_inclusive else "no")
        after = dt.date(*turned) + dt.timedelta(days=1)
        assert answer(rule, Occasion(after), registered_on=day.isoformat())[0] == "no"


@pytest.mark.parametrize(
    ("supplied", "production", "expected", "lacks"),
    [
        ("2023-05-01", "未投产", "yes", ""), ("2023-05-01", "2025-01-01", "yes", ""),
        ("2023-05-01", "2024-12-31", "no", ""), ("2021-12-31", None, "no", ""),
        ("2023-05-01", None, "undetermined", "production_on"),
        (None, "2010-01-01", "no", ""), (None, "未投产", "undetermined", "supplied_on"),
        (None, None, "undetermined", "supplied_on,production_on"),
    ],
)  # fmt: skip
def test_new_land_is_exempt_until_it_is_in_production(
    supplied: str | None, production: str | None, expected: str, lacks: str
) -> None:
    found = answer(SUPPLIED, supplied_on=supplied, production_on=production)
    assert found == (expected, lacks)


@pytest.mark.parametrize(
    ("code", "edition", "expected"),
    [
        ("4411", 2017, "yes"), ("D44", 2017, "yes"), ("4610", 2017, "yes"), ("46", 2017,
        "undetermined"), ("3130", 2017, "no"), ("4411", 2011, "undetermined"),
        ("4411", None, "undetermined"), ("电力", 2017, "undetermined"), (None, 2017,
        "undetermined"),
    ],
)  # fmt: skip
def test_an_industry_is_known_by_a_code_of_the_same_edition(
    code: str | None,
    edition: Edition | None,
    expected: str,
) -> None:
    assert answer(UTILITIES, Occasion(DAY, edition), industry_code=code)[0] == expected


def test_a_given_reason_wins_then_the_first_exemption_that_holds() -> None:
    rules = book(MOVED, REGISTERED)
    table = pd.DataFrame({
        "exempt_reason": ["市政府批复", None, None, None],
        "policy_relocation": [None, "yes", "no", "no"],
        "registered_on": ["2024", "2024", "2001", None],
    }, dtype=object)  # fmt: skip
    found = exempted(table, rules, exemption_answers(table, rules, WHEN))
    assert found["exempt_class"].tolist() == ["yes", "yes", "no", "undetermined"]
    assert found["exempt_reason"].tolist() == ["市政府批复", "第0条 · no. 0", None, None]
    assert found["missing"].tolist() == ["", "", "", "registered_on"]


def test_years_need_a_day_to_be_counted_to() -> None:
    with pytest.raises(RuleError, match="evaluated_on"):
        evaluation_occasion(book(REGISTERED), None, None)
    with pytest.raises(RuleError, match="as_of"):
        evaluation_occasion(book(SUPPLIED), "去年", None)
    assert evaluation_occasion(book(MOVED), None, None).day is None
    assert evaluation_occasion(book(REGISTERED), "2024年6月", None).day == dt.date(2024, 6, 30)
    stated = book(REGISTERED, evaluated_on=dt.date(2023, 12, 31))
    assert evaluation_occasion(stated, "2024", None).day == dt.date(2023, 12, 31)


def test_a_parcel_asks_its_firms_and_a_firm_its_parcels_where_they_agree() -> None:
    rules = book(REGISTERED)
    firms = pd.DataFrame({"registered_on": ["2024", "2001", "2003", None]}, list("ABCD"))
    parcels = pd.DataFrame(index=["new", "old", "both", "open", "empty"])
    stands = pd.DataFrame(
        [("A", "new"), ("B", "old"), ("C", "old"), ("A", "both"), ("B", "both"), ("D", "open"),
         ("B", "open")], columns=["firm_id", "parcel_id"],
    )  # fmt: skip
    of_parcels, of_firms = known_of_each_other(parcels, firms, stands, rules, WHEN)
    assert of_parcels.verdicts["e0"].to_dict() == {
        "new": "yes", "old": "no", "both": "undetermined", "open": "undetermined",
        "empty": "undetermined",
    }  # fmt: skip
    assert of_firms.verdicts["e0"].tolist() == ["yes", "no", "no", "undetermined"]
    supplied = pd.DataFrame({"registered_on": ["2024"] * 5}, parcels.index)
    assert known_of_each_other(supplied, firms, stands, rules, WHEN)[1].verdicts["e0"]["D"] == "yes"


GRADED = {
    "scoring": {**READ, "pools": [{"name": "p", "zh": "p", "en": "p", "criteria": [
        {"form": "ratio", "column": "tax_cny10k_per_mu", "weight": 100, "baseline": 10,
         "missing": "undetermined"}]}]},
    "grades": {**READ, "form": "rank", "exempt": "T", "rounding": "nearest", "classes": [
        {"grade": "A", "up_to": 0.2}, {"grade": "B", "up_to": 0.6, "is_inclusive": False},
        {"grade": "D", "up_to": 1.0}]},
}  # fmt: skip


@pytest.mark.parametrize("column", ["registered_on", "industry_code", "policy_relocation"])
def test_a_gap_makes_neither_a_grade_nor_an_exemption(column: str) -> None:
    rules = book(REGISTERED, UTILITIES, MOVED, **GRADED)
    table = pd.DataFrame({
        "tax_cny10k_per_mu": [1.0, 2, 3, 4, 5, 6], "registered_on": "2001", "industry_code": "3130",
        "policy_relocation": "no",
    }).astype({"registered_on": object})  # fmt: skip
    whole = scored_and_graded(table, rules, exemption_answers(table, rules, WHEN))
    assert whole["efficiency_grade"].notna().all()
    table.loc[2, column] = None
    found = scored_and_graded(table, rules, exemption_answers(table, rules, WHEN)).loc[2]
    assert found["efficiency_grade"] is None
    assert (found["exempt_class"], found["exempt_reason"]) == ("undetermined", None)
    assert found["missing"] == column
    unasked = scored_and_graded(table, rules)
    assert unasked["efficiency_grade"].isna().all()


ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["no", "no", "yes", "undetermined"])),
    min_size=1, max_size=7,
)  # fmt: skip
RULES = st.tuples(
    st.sampled_from(["down", "nearest", "up", None]), st.sampled_from(["better", "worse", None])
)


def graded(rows: pd.DataFrame, rounding: str | None, ties: str | None) -> pd.Series:
    raw = {**GRADED["grades"], "rounding": rounding, "ties": ties}
    rules = book(**{**GRADED, "grades": {k: v for k, v in raw.items() if v is not None}}).grades
    assert rules is not None
    return efficiency_grade(rows, rules)


@given(ROWS, RULES)
def test_a_grade_stands_where_every_settling_of_open_rows_gives_it(
    rows: list[tuple[int, str]], rules: tuple[str | None, str | None]
) -> None:
    table = pd.DataFrame(rows, columns=["efficiency_score", "exempt_class"]).assign(pool="p")
    table["exempt_reason"] = pd.Series(
        ["x" if one == "yes" else None for one in table["exempt_class"]], dtype=object
    )
    found = graded(table, *rules)
    doubtful = table.index[table["exempt_class"] == "undetermined"].tolist()
    settled = []
    for exempt in chain.from_iterable(combinations(doubtful, n) for n in range(len(doubtful) + 1)):
        one = table.drop(columns="exempt_class")
        one.loc[list(exempt), "exempt_reason"] = "x"
        settled.append(graded(one, *rules))
    for row in table.index:
        grades = {one[row] for one in settled}
        sure = grades.pop() if len(grades) == 1 and row not in doubtful else None
        assert found[row] == sure
    mixed = table.sample(frac=1, random_state=len(table))
    pd.testing.assert_series_equal(graded(mixed, *rules).sort_index(), found)


@given(ROWS, st.tuples(st.integers(0, 6), st.sampled_from(["no", "yes", "undetermined"])))
def test_by_bars_nobodys_exemption_concerns_another(
    rows: list[tuple[int, str]], joins: tuple[int, str]
) -> None:
    bars = {**READ, "form": "bars", "exempt": "T",
            "classes": [{"grade": "A", "at_least": 3}, {"grade": "D"}]}  # fmt: skip
    rules = book(grades=bars).grades
    assert rules is not None
    table = pd.DataFrame([*rows, joins], columns=["efficiency_score", "exempt_class"])
    table["exempt_reason"] = pd.Series(
        ["x" if one == "yes" else None for one in table["exempt_class"]], dtype=object
    )
    table["pool"] = "p"
    before = efficiency_grade(table.iloc[:-1], rules)
    pd.testing.assert_series_equal(efficiency_grade(table, rules).iloc[:-1], before)


FORMS: list[dict[str, Any]] = [
    {"form": "ratio", "baseline": 4}, {"form": "rank"}, {"form": "min_max", "low": 20},
    {"form": "min_max", "low": 20, "tail_share": 0.2},
]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 5)),
            st.sampled_from(["no", "no", "yes", "undetermined"]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(FORMS),
    st.sampled_from(["undetermined", "mean_points"]),
)
def test_points_stand_where_every_settling_of_open_rows_gives_them(
    rows: list[tuple[int | None, str]], form: dict[str, Any], missing: str
) -> None:
    criterion = {**form, "column": "tax_cny10k_per_mu", "weight": 30, "missing": missing}
    pool = {"name": "p", "zh": "p", "en": "p", "criteria": [criterion]}
    scoring = book(scoring={**READ, "pools": [pool]}).scoring
    assert scoring is not None
    table = pd.DataFrame(rows, columns=["tax_cny10k_per_mu", "exempt_class"])
    is_exempt, is_open = (table["exempt_class"].eq(one) for one in ("yes", "undetermined"))
    table["exempt_reason"] = is_exempt.map({True: "x"}).astype(object)
    found = scores(table, scoring)["efficiency_score"]
    doubtful = table.index[is_open].tolist()
    for chosen in chain.from_iterable(combinations(doubtful, n) for n in range(len(doubtful) + 1)):
        settled = table.drop(columns="exempt_class")
        settled.loc[list(chosen), "exempt_reason"] = "x"
        score = scores(settled, scoring)["efficiency_score"]
        told = found.drop(index=list(chosen)).dropna()  # of a row that may be exempt: if it counts
        pd.testing.assert_series_equal(told, score[told.index])
    if not doubtful:
        pd.testing.assert_series_equal(
            found, scores(table.drop(columns="exempt_class"), scoring)["efficiency_score"]
        )


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 4)),
            st.integers(0, 3),
            st.sampled_from(["no", "no", "yes", "undetermined"]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.tuples(st.sampled_from(FORMS), st.sampled_from(FORMS)),
    st.sampled_from(["undetermined", "mean_points"]),
    RULES,
)
def test_from_figures_to_grades_no_settling_of_open_rows_gives_another_grade(
    rows: list[tuple[int | None, int, str]],
    forms: tuple[dict[str, Any], dict[str, Any]],
    missing: str,
    rules: tuple[str | None, str | None],
) -> None:
    columns = ("tax_cny10k_per_mu", "rd_share")
    criteria = [{**form, "column": column, "weight": 50, "missing": missing}
                for form, column in zip(forms, columns, strict=True)]  # fmt: skip
    pool = {"name": "p", "zh": "p", "en": "p", "criteria": criteria}
    raw = {**GRADED["grades"], "rounding": rules[0], "ties": rules[1]}
    by = book(scoring={**READ, "pools": [pool]},
              grades={k: v for k, v in raw.items() if v is not None})  # fmt: skip
    table = pd.DataFrame(rows, columns=[*columns, "exempt_class"])
    table["exempt_reason"] = table["exempt_class"].eq("yes").map({True: "x"}).astype(object)
    found = scored_and_graded(table, by)["efficiency_grade"]
    doubtful = table.index[table["exempt_class"].eq("undetermined")].tolist()
    assert found[doubtful].isna().all()
    for chosen in chain.from_iterable(combinations(doubtful, n) for n in range(len(doubtful) + 1)):
        settled = table.drop(columns="exempt_class")
        settled.loc[list(chosen), "exempt_reason"] = "x"
        grades = scored_and_graded(settled, by)["efficiency_grade"]
        assert found.dropna().to_dict() == grades[found.notna()].to_dict()


def test_a_pool_in_which_a_score_hangs_on_an_open_row_is_not_ranked() -> None:
    criterion = {"form": "ratio", "baseline": 10, "column": "tax_cny10k_per_mu", "weight": 100,
                 "missing": "mean_points"}  # fmt: skip
    pool = {"name": "p", "zh": "p", "en": "p", "criteria": [criterion]}
    halves = {**READ, "form": "rank", "exempt": "T", "rounding": "down", "ties": "better",
              "classes": [{"grade": "A", "up_to": 0.5}, {"grade": "D", "up_to": 1.0}]}  # fmt: skip
    rules = book(scoring={**READ, "pools": [pool]}, grades=halves)
    table = pd.DataFrame({"tax_cny10k_per_mu": [10.0, 8.0, None, None, 0.0],
                          "exempt_class": ["no"] * 4 + ["undetermined"]})  # fmt: skip
    # the mean of the pool is 60 points with the open row and 90 without: 8 is second, or last
    found = scored_and_graded(table, rules)
    assert found["efficiency_score"].round(9).tolist()[:2] == [100.0, 80.0]
    assert found["efficiency_score"][2:4].isna().all()
    assert found["efficiency_grade"].isna().all()
    for said, grades in (("yes", "ADAAT"), ("no", "AADDD")):
        settled = table.assign(exempt_reason=pd.Series([None] * 4 + [{"yes": "x"}.get(said)]))
        one = scored_and_graded(settled.drop(columns="exempt_class"), rules)
        assert "".join(one["efficiency_grade"]) == grades
