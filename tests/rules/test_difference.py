"""What two rulebooks say differently is told in words, all of it and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.questions import DIAGNOSIS
from landrenew.rules.difference import KEYS, changes
from landrenew.rules.library import read_rulebook, rulebook_names
from landrenew.rules.model import Rulebook

HUANGYAN = read_rulebook("huangyan-2022")


@pytest.mark.parametrize("name", rulebook_names())
def test_a_book_says_the_same_as_itself(name: str) -> None:
    assert changes(read_rulebook(name), read_rulebook(name)) == []


def test_two_years_of_huangyan_differ_in_their_baselines() -> None:
    found = {one.path: one for one in changes(read_rulebook("huangyan-2021"), HUANGYAN)}
    baselines = [path for path in found if path.endswith(".baseline")]
    assert len(baselines) == 8
    assert set(found) - set(baselines) == {"effective", "expires", "scoring.document"}
    tax = found["scoring.pools.below_scale.criteria.tax_cny10k_per_mu.baseline"]
    assert (tax.before, tax.after) == (16.601058, 11.5932)
    assert tax.text.zh == "评分办法 / 规下工业企业 / 亩均税收 / 基准值：16.601058 → 11.5932"


def edited(*path: str | int, to: object) -> Rulebook:
    raw: Any = HUANGYAN.model_dump()
    at = raw
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return Rulebook.model_validate(raw)


@pytest.mark.parametrize(
    ("path", "to", "zh", "en"),
    [
        (("scoring", "pools", 0, "criteria", 5, "missing"), "mean_points",
         "评分办法 / 规上工业企业 / 研发占比 / 缺数处理：得分待定 → 取平均分",
         "Scoring > Above-scale firms > R&D share > missing value: undetermined -> mean points"),
        (("scoring", "pools", 1, "land_from_mu"), 3.0,
         "评分办法 / 规下工业企业 / 用地下限（含）：（无） → 3",
         "Scoring > Below-scale firms > land from: (none) -> 3"),
    ],
)  # fmt: skip
def test_one_edit_is_one_sentence(path: tuple[Any, ...], to: object, zh: str, en: str) -> None:
    (found,) = changes(HUANGYAN, edited(*path, to=to))
    assert found.text == (zh, en)


def test_a_criterion_that_comes_or_goes_is_told_with_all_it_says() -> None:
    raw = HUANGYAN.model_dump()
    raw["scoring"]["pools"][0]["criteria"] = raw["scoring"]["pools"][0]["criteria"][:-1]
    found = changes(HUANGYAN, Rulebook.model_validate(raw))
    assert {one.path.rpartition(".")[2] for one in found} == {
        "form", "weight", "baseline", "baseline_factor", "missing",
    }  # fmt: skip
    assert all(one.after is None for one in found)


def test_names_titles_and_sources_are_no_rules() -> None:
    assert changes(HUANGYAN, HUANGYAN.model_copy(update={"name": "x", "title": "y", "notes": "z"})
                   ) == []  # fmt: skip


@given(st.sampled_from(range(6)), st.floats(0.001, 1e4))
def test_what_changed_is_what_was_changed(place: int, baseline: float) -> None:
    was = HUANGYAN.scoring.pools[0].criteria[place].baseline  # type: ignore[union-attr]
    found = changes(
        HUANGYAN, edited("scoring", "pools", 0, "criteria", place, "baseline", to=baseline)
    )
    assert [(one.before, one.after) for one in found] == ([] if was == baseline else
                                                          [(was, baseline)])  # fmt: skip


def keys_of(schema: dict[str, Any]) -> set[str]:
    parts = schema.get("$defs", {}).values()
    return {key for part in parts for key in part.get("properties", {})}


def test_every_key_of_a_rulebook_has_words() -> None:
    told = set(KEYS) | {"name", "zh", "en", "source", "confidence", "column", "kind", "pools",
                         "criteria", "classes", "tests", "targets", "lacks", "code",
                         *DIAGNOSIS}  # fmt: skip
    assert keys_of(Rulebook.model_json_schema()) <= told


def test_a_list_of_words_is_told_like_any_other_value() -> None:
    rule = {"name": "u", "zh": "公用事业", "en": "utilities", "kind": "industry_prefix",
            "edition": 2017, "prefixes": ["44", "46"], "document": "d", "source": "s",
            "confidence": "user"}  # fmt: skip
    raw = HUANGYAN.model_dump()
    utilities = Rulebook.model_validate(raw | {"exemptions": [rule]})
    fewer = Rulebook.model_validate(raw | {"exemptions": [rule | {"prefixes": ["44"]}]})
    assert "exemptions" not in {one.path for one in changes(HUANGYAN, utilities)}
    (found,) = changes(utilities, fewer)
    assert found.text == (
        "不参评情形 / 公用事业 / 行业代码前缀：44、46 → 44",
        "Exemptions > utilities > industry prefixes: 44, 46 -> 44",
    )
