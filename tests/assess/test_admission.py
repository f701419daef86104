"""Admission: every bar at its exact value, lists by the longest prefix, and nothing unknown in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hand_made import READ
from hypothesis import assume, given
from hypothesis import strategies as st

from landrenew.assess.admission.projects import Admission, admissions
from landrenew.base.codes.industry import EDITIONS, deciding_codes, in_edition, read_industry_code
from landrenew.base.columns import EVIDENCE
from landrenew.base.errors import RuleError
from landrenew.rules.library import read_rulebook, rulebook_names
from landrenew.rules.model import Rulebook
from landrenew.rules.silence import ADMISSION

if TYPE_CHECKING:
    from landrenew.assess.admission.findings import Finding, Outcome

DAY = dt.date(2026, 5, 1)
EPSILON = 1e-6
COMPARISONS = {  # just below, exactly at, just above the threshold
    "below": ("pass", "fail", "fail"), "at_most": ("pass", "pass", "fail"),
    "above": ("fail", "fail", "pass"), "at_least": ("fail", "pass", "pass"),
    "equals": ("fail", "pass", "fail"),
}  # fmt: skip


def book(**parts: Any) -> Rulebook:  # noqa: ANN401
    return Rulebook.model_validate({"name": "r", "title": "t", "region": "here"} | parts)


def bar(name: str = "b", **keys: Any) -> dict[str, Any]:  # noqa: ANN401
    stated = {"column": "floor_area_ratio", "comparison": "at_least", "threshold": 1.5}
    return {**READ, "name": name, "zh": name, "en": name, **stated, **keys}


def only(found: list[Admission]) -> Admission:
    (one,) = found
    return one


def judged(rules: Rulebook, on: dt.date | None = None, **project: object) -> Admission:
    return only(admissions(pd.DataFrame([project], dtype=object), rules, on=on))


def finding(rules: Rulebook, on: dt.date | None = None, **project: object) -> Finding:
    (one,) = judged(rules, on, **project).findings
    return one


# bars -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("comparison", COMPARISONS)
@given(threshold=st.floats(0.01, 1e4).map(lambda one: round(one, 4)))
def test_a_bar_is_met_exactly_at_its_value_as_its_comparison_says(
    comparison: str, threshold: float
) -> None:
    rules = book(admission=[bar(comparison=comparison, threshold=threshold)])
    values = (threshold - EPSILON, threshold, threshold + EPSILON)
    found = tuple(finding(rules, floor_area_ratio=one).outcome for one in values)
    assert found == COMPARISONS[comparison]


@given(st.integers(1, 100_000), st.sampled_from(["at_least", "at_most"]))
def test_a_bar_per_hectare_is_met_exactly_by_the_same_per_mu(threshold: int, way: str) -> None:
    per_hectare = bar(column="investment_cny10k_per_mu", unit="万元/公顷", threshold=threshold,
                      comparison=way)  # fmt: skip
    found = finding(book(admission=[per_hectare]), investment_cny10k_per_mu=threshold / 15)
    assert (found.outcome, found.unit) == ("pass", "万元/公顷")
    assert found.value == pytest.approx(threshold, rel=1e-12)
    step = -1e-6 if way == "at_least" else 1e-6
    beyond = finding(book(admission=[per_hectare]), investment_cny10k_per_mu=threshold / 15 + step)
    assert beyond.outcome == "fail"


@given(st.integers(1, 99))
def test_a_percentage_is_met_exactly(percent: int) -> None:
    rules = book(admission=[
        bar("least", column="building_coefficient", unit="%", threshold=percent),
        bar("most", column="admin_land_share", unit="%", threshold=percent, comparison="at_most"),
    ])  # fmt: skip
    share = percent * 0.01
    assert judged(rules, building_coefficient=share, admin_land_share=share).outcome == "pass"


@pytest.mark.parametrize(
    ("ratio", "outcome", "reaches"),
    [(1.49, "fail", False), (1.5, "pass", False), (1.99, "pass", False), (2.0, "pass", True)],
)
def test_what_is_encouraged_fails_no_one(ratio: float, outcome: str, reaches: bool) -> None:  # noqa: FBT001
    found = finding(book(admission=[bar(encouraged=2.0)]), floor_area_ratio=ratio)
    assert (found.outcome, found.is_encouraged) == (outcome, reaches)


KIND = {"column": "project_kind", "comparison": "equals", "threshold": "renewal"}
BIG = {"column": "tax_cny10k_per_mu", "comparison": "at_least", "threshold": 15}


@pytest.mark.parametrize(
    ("kind", "tax", "outcome"),
    [
        ("renewal", 15.0, "pass"), ("renewal", 14.9, "not_applicable"),
        ("new_supply", 15.0, "not_applicable"), ("renewal", None, "unknown"),
        (None, 15.0, "unknown"), (None, 14.9, "not_applicable"), (None, None, "unknown"),
    ],
)  # fmt: skip
def test_a_bar_applies_where_all_its_conditions_hold(
    kind: str | None, tax: float | None, outcome: str
) -> None:
    rules = book(admission=[bar(applies=[KIND, BIG])])
    found = finding(rules, floor_area_ratio=9.0, project_kind=kind, tax_cny10k_per_mu=tax)
    assert found.outcome == outcome
    assert ("project_kind" in found.reason.en) == (kind is None and outcome == "unknown")


@pytest.mark.parametrize(
    ("code", "edition", "outcome"),
    [
        ("1311", "2017", "pass"), ("13", "2017", "pass"), ("C1311", "2017", "pass"),
        ("3311", "2017", "not_applicable"), ("336", "2017", "unknown"), ("3360", "2017", "pass"),
        ("1311", "2011", "pass"), ("3311", "2011", "unknown"), ("1311", None, "unknown"),
        (None, "2017", "unknown"), ("9999", "2017", "unknown"), ("食品", "2017", "unknown"),
    ],
)  # fmt: skip
def test_a_bar_may_be_for_some_industries(
    code: str | None, edition: str | None, outcome: str
) -> None:
    rules = book(admission=[bar(industries={"edition": 2017, "codes": ["13", "3360"]})])
    found = finding(rules, floor_area_ratio=9.0, industry_code=code, industry_edition=edition)
    assert found.outcome == outcome


def test_a_condition_that_must_be_proved_is_not_known_without_its_document() -> None:
    proved = {"column": "energy_class", "comparison": "equals", "threshold": "pass"}
    rules = book(admission=[bar(applies=[proved])])
    project = {"floor_area_ratio": 9.0, "energy_class": "pass"}
    assert finding(rules, **project).outcome == "unknown"
    assert finding(rules, **project, energy_evidence="文").outcome == "pass"


@pytest.mark.parametrize("column", EVIDENCE)
def test_a_finding_counts_only_beside_its_document(column: str) -> None:
    rules = book(admission=[bar(column=column, comparison="equals", threshold="pass")])
    proof = EVIDENCE[column]
    said = "甲文〔2026〕1号"
    cases = [("pass", said, "pass"), ("fail", said, "fail"), ("pass", None, "unknown"),
             ("fail", None, "unknown"), (None, said, "unknown")]  # fmt: skip
    for word, document, outcome in cases:
        found = finding(rules, **{column: word, proof: document})
        assert found.outcome == outcome
        assert (said in found.reason.zh) == (outcome != "unknown")


# least floor area ratios ------------------------------------------------------------------------

SHIPPED = read_rulebook("control-2008")
OF_2008 = SHIPPED.model_copy(update={"lacks": {}})
COMPLETE = {
    "floor_area_ratio": 0.7, "building_coefficient": 0.3, "admin_land_share": 0.07,
    "industry_code": "3111", "industry_edition": "2002", "project_date": "2015-06-30",
}  # fmt: skip


def test_a_project_at_every_bar_of_2008_passes() -> None:
    assert judged(OF_2008, **COMPLETE).outcome == "pass"


@pytest.mark.parametrize(
    ("column", "value"),
    [("floor_area_ratio", 0.6999), ("building_coefficient", 0.2999), ("admin_land_share", 0.0701)],
)
def test_a_project_just_below_one_bar_of_2008_fails(column: str, value: float) -> None:
    assert judged(OF_2008, **COMPLETE | {column: value}).outcome == "fail"


@pytest.mark.parametrize("column", COMPLETE)
def test_each_column_that_is_dropped_leaves_the_project_unknown(column: str) -> None:
    left = {name: value for name, value in COMPLETE.items() if name != column}
    for project in (left, left | {column: None}, left | {column: float("nan")}):
        assert judged(OF_2008, **project).outcome == "unknown"


def test_31_is_looked_up_in_its_own_edition_only() -> None:
    for edition, outcome in (("2002", "pass"), ("2011", "unknown"), ("2017", "unknown")):
        found = judged(OF_2008, **COMPLETE | {"industry_edition": edition})
        least = next(one for one in found.findings if one.name == "far_minimum")
        assert (least.outcome, least.threshold) == (outcome, 0.7 if outcome == "pass" else None)
    said = judged(OF_2008, **COMPLETE | {"industry_code": "38"}).findings[-1].reason
    assert said.zh == "GB/T 4754-2002 没有行业代码“38”"


def test_an_industry_that_the_table_does_not_name_has_no_least_ratio() -> None:
    found = judged(OF_2008, **COMPLETE | {"industry_code": "4411", "floor_area_ratio": 0.1})
    assert [one.outcome for one in found.findings] == ["pass", "pass", "not_applicable"]


@given(st.sampled_from(sorted(OF_2008.far_minimum.codes.items())), st.sampled_from(["", "1", "10"]))
def test_every_row_of_2008_holds_exactly(row: tuple[str, float], behind: str) -> None:
    code, least = row
    for ratio, outcome in ((least, "pass"), (least - 1e-6, "fail")):
        project = COMPLETE | {"industry_code": code + behind, "floor_area_ratio": ratio}
        assert judged(OF_2008, **project).outcome == outcome


def test_a_table_of_a_later_edition_takes_only_what_passed_to_it_as_a_whole() -> None:
    rules = book(far_minimum={**READ, "edition": 2017, "codes": {"30": 1.0, "33": 1.0, "336": 2.0}})
    whole = finding(rules, floor_area_ratio=1.0, industry_code="3111", industry_edition="2002")
    assert (whole.outcome, whole.threshold) == ("pass", 1.0)
    split = finding(rules, floor_area_ratio=9.0, industry_code="31", industry_edition="2011")
    assert split.outcome == "unknown"
    short = finding(rules, floor_area_ratio=9.0, industry_code="3311", industry_edition="2011")
    assert short.outcome == "unknown"  # only the division is sure, and 336 is stricter


# the negative list ------------------------------------------------------------------------------


def entry(code: str, kind: str = "prohibited", **more: object) -> dict[str, object]:
    return {**READ, "code": code, "edition": 2017, "kind": kind, "effective": "2024-01-01", **more}


def listed(*entries: dict[str, object], on: dt.date | None = DAY, **project: object) -> Outcome:
    stated = {"industry_code": "3360", "industry_edition": "2017"} | project
    return finding(book(negative_list=list(entries)), on, **stated).outcome


WORDS: dict[str | None, Outcome] = {
    "prohibited": "fail", "restricted": "unknown", "permitted": "pass", None: "pass",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["prohibited", "restricted", "permitted"])
def test_the_longest_prefix_wins(kind: str) -> None:
    for other in ("prohibited", "restricted", "permitted"):
        assert listed(entry("33", other), entry("336", kind)) == WORDS[kind]
        assert listed(entry("336", other), entry("3360", kind)) == WORDS[kind]
        assert listed(entry("34", other), entry("33", kind)) == WORDS[kind]
    assert listed(entry("34", kind)) == "pass"


codes = st.text("0123", min_size=1, max_size=2).map(lambda one: "33" + one) | st.just("33")


@given(
    st.dictionaries(codes, st.sampled_from(["prohibited", "restricted", "permitted"]), max_size=6),
    codes,
)
def test_lists_agree_with_a_slow_second_opinion(entries: dict[str, str], code: str) -> None:
    """Look every four-digit code that the project may have up, prefix by prefix."""
    found = set()
    for number in range(10 ** (4 - len(code))):
        whole = code + (f"{number:0{4 - len(code)}d}" if len(code) < 4 else "")
        steps = (entries[whole[:size]] for size in (4, 3, 2) if whole[:size] in entries)
        found.add(next(steps, "permitted"))
    (kind,) = found if len(found) == 1 else ("restricted",)
    made = [entry(one, word) for one, word in entries.items()]
    if not made:
        assert deciding_codes(code, entries) == [None]
    else:
        assert listed(*made, industry_code=code) == WORDS[kind]


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (dt.date(2023, 12, 31), "unknown"), (dt.date(2024, 1, 1), "fail"),
        (dt.date(2024, 12, 31), "fail"), (dt.date(2025, 1, 1), "pass"),
        (dt.date(2025, 12, 31), "pass"), (dt.date(2026, 1, 1), "unknown"), (None, "unknown"),
    ],
)  # fmt: skip
def test_a_project_is_judged_by_the_list_of_its_day(day: dt.date | None, outcome: str) -> None:
    old = entry("33", expires="2024-12-31")
    new = entry("34", effective="2025-01-01", expires="2025-12-31")
    assert listed(old, new, on=day) == outcome
    stated = None if day is None else day.isoformat()
    assert listed(old, new, on=None, project_date=stated) == outcome


@pytest.mark.parametrize("stated", ["2024年", "2024-05", "五月", "2024-02-30"])
def test_a_date_without_a_day_is_no_day_and_the_option_does_not_replace_it(stated: str) -> None:
    assert listed(entry("34"), on=DAY, project_date=stated) == "unknown"


@pytest.mark.parametrize(
    ("code", "edition", "outcome"),
    [
        (None, "2017", "unknown"), ("3360", None, "unknown"), ("9999", "2017", "unknown"),
        ("3360", "2011", "unknown"),  # only division 33 is sure, and 3360 is one class of it
        ("1311", "2011", "pass"), ("31", "2011", "unknown"),  # 31 was split between 31 and 33
        ("33", "2017", "unknown"), ("336", "2017", "unknown"), ("3311", "2017", "pass"),
        ("610", "2017", "unknown"), ("0610", "2017", "pass"), ("6110", "2017", "pass"),
    ],
)  # fmt: skip
def test_a_code_that_cannot_be_told_is_unknown(
    code: str | None, edition: str | None, outcome: str
) -> None:
    assert listed(entry("3360"), industry_code=code, industry_edition=edition) == outcome


def test_one_list_that_prohibits_suffices_whatever_another_edition_says() -> None:
    other = entry("13", "prohibited", edition=2002)
    assert listed(entry("3360"), other) == "fail"
    assert listed(entry("34"), other) == "unknown"  # 3360 of 2017 is nothing sure of 2002


def test_what_the_list_says_is_told_with_its_document() -> None:
    rules = book(negative_list=[entry("3360", item="含电镀工艺的", document="甲清单〔2024〕1号")])
    found = finding(rules, DAY, industry_code="3360", industry_edition="2017")
    assert found.reason.zh == "禁止类：3360 含电镀工艺的（2017 版，2024-01-01 起）"
    assert found.document == "甲清单〔2024〕1号"


# the whole --------------------------------------------------------------------------------------


def test_a_book_without_any_bar_is_refused_by_name() -> None:
    with pytest.raises(RuleError, match=r"admission bars \[admission\], negative list") as caught:
        judged(read_rulebook("cixi-2022"), floor_area_ratio=9.0)
    assert "慈政办发〔2022〕24号" in caught.value.say("zh")


def test_a_hole_of_the_book_lets_nobody_pass_and_everybody_fail() -> None:
    hole = {"lacks": {"negative_list": "甲清单", "scoring": "乙办法", "far_minimum": ""}}
    rules = book(admission=[bar()], **hole)
    for ratio, outcome in ((1.5, "unknown"), (1.4, "fail")):
        found = judged(rules, floor_area_ratio=ratio)
        assert found.outcome == outcome
        (lacks,) = found.findings[1:]
        assert (lacks.name, lacks.document) == ("lacks.negative_list", "甲清单")
    assert judged(SHIPPED, **COMPLETE).outcome == "unknown"


@pytest.mark.parametrize("name", rulebook_names())
def test_no_shipped_book_passes_a_project_alone(name: str) -> None:
    """Every one of them has a hole in what it asks of projects, or asks nothing."""
    shipped = read_rulebook(name)
    asks = [part for part in ADMISSION if getattr(shipped, part)]
    assert not asks or shipped.lacks.get("admission")


def test_where_nothing_applies_nothing_is_passed() -> None:
    rules = book(admission=[bar(applies=[KIND])])
    assert judged(rules, project_kind="new_supply", floor_area_ratio=9.0).outcome == "unknown"


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        ("2023-12-31", "unknown"), ("2024-01-01", "pass"), ("2024-12-31", "pass"),
        ("2025-01-01", "unknown"), (None, "unknown"), ("2024", "unknown"),
    ],
)  # fmt: skip
def test_a_book_judges_only_between_its_first_and_its_last_day(
    day: str | None, outcome: str
) -> None:
    rules = book(admission=[bar(encouraged=3)], effective="2024-01-01", expires="2024-12-31")
    found = judged(rules, floor_area_ratio=2.0, project_date=day)
    assert found.outcome == outcome
    assert [one.is_encouraged is None for one in found.findings] == [outcome == "unknown"]


FULL = {
    "project_kind": "renewal", "project_date": "2026-05-01", "industry_code": "1311",
    "industry_edition": "2017", "floor_area_ratio": 2.0, "investment_cny10k_per_mu": 400.0,
    "fire_class": "pass", "fire_evidence": "甲文",
}  # fmt: skip
STRICT = book(
    admission=[
        bar("far", applies=[KIND]),
        bar("money", column="investment_cny10k_per_mu", threshold=4500, unit="万元/公顷",
            industries={"edition": 2017, "codes": ["13"]}),
        bar("fire", column="fire_class", comparison="equals", threshold="pass"),
    ],
    negative_list=[entry("33")],
)  # fmt: skip


def test_a_whole_project_passes_and_each_column_it_lacks_keeps_it_out() -> None:
    assert judged(STRICT, **FULL).outcome == "pass"
    for column in FULL:
        left = {name: value for name, value in FULL.items() if name != column}
        assert judged(STRICT, **left).outcome == "unknown", column


@given(st.sets(st.sampled_from(sorted(FULL)), min_size=1), st.randoms())
def test_whatever_is_missing_never_passes_and_never_turns_pass_to_fail(
    dropped: set[str],
    chance: Any,  # noqa: ANN401  # a random.Random of hypothesis
) -> None:
    rows = [FULL, {name: value for name, value in FULL.items() if name not in dropped}]
    chance.shuffle(rows)
    found = admissions(pd.DataFrame(rows, dtype=object), STRICT)
    assert {len(row) == len(FULL): one.outcome for row, one in zip(rows, found, strict=True)} == {
        True: "pass", False: "unknown",
    }  # fmt: skip


def test_the_table_is_left_as_it_was() -> None:
    table = pd.DataFrame([FULL], index=pd.Index([7], name="row"))
    before = table.copy(deep=True)
    assert only(admissions(table, STRICT)).row == 7
    pd.testing.assert_frame_equal(table, before)


# codes ------------------------------------------------------------------------------------------


@given(st.sampled_from(EDITIONS), st.sampled_from(EDITIONS), st.integers(13, 43))
def test_a_code_is_written_in_another_edition_only_where_it_is_sure(
    older: Any,  # noqa: ANN401  # an edition
    newer: Any,  # noqa: ANN401  # an edition
    division: int,
) -> None:
    code = read_industry_code(f"{division}1", older)
    assume(code is not None)
    found = in_edition(code, newer)
    if older == newer:
        assert found == code
    elif older > newer:
        assert found is None
    else:
        assert found is None or (found.edition, len(found.digits)) == (newer, 2)
