"""Admission bars, negative lists, least ratios, programmes and holes: strict data, with sources."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hand_made import READ
from pydantic import ValidationError

from landrenew.base.codes.industry import DIVISIONS
from landrenew.rules.admission import Bar, FarMinimum, Listed
from landrenew.rules.difference import changes
from landrenew.rules.library import read_rulebook
from landrenew.rules.model import Rulebook
from landrenew.rules.remarks import odd_weights, target_words
from landrenew.rules.silence import holes, missing_parts, silent_parts, unscored_pools

if TYPE_CHECKING:
    from pathlib import Path

HEAD = {"name": "r", "title": "t", "region": "here"}
BAR = {**READ, "name": "far", "zh": "容积率", "en": "FAR", "column": "floor_area_ratio",
       "comparison": "at_least", "threshold": 1.5}  # fmt: skip
ENTRY = {**READ, "code": "3360", "edition": 2017, "kind": "prohibited", "effective": "2024-01-01"}


def refused(part: type[Any], raw: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        part.model_validate(raw)
    return str(caught.value)


def book(**parts: Any) -> Rulebook:  # noqa: ANN401
    return Rulebook.model_validate(HEAD | parts)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"column": "parcel_area_m2"}, "is not stated of a project"),
        ({"unit": "公顷"}, "cannot be converted"),
        ({"column": "fire_class", "comparison": "equals", "threshold": "pass", "unit": "%"},
         "cannot be converted"),
        ({"column": "fire_class", "comparison": "equals", "threshold": "yes"}, "one of pass, fail"),
        ({"column": "fire_class", "comparison": "at_least", "threshold": "pass"}, "no order"),
        ({"encouraged": 1.5}, "asks no more"),
        ({"encouraged": 1.0}, "asks no more"),
        ({"comparison": "at_most", "encouraged": 2.0}, "asks no more"),
        ({"comparison": "equals", "encouraged": 2.0}, "asks no more"),
        ({"applies": [{"column": "town", "comparison": "equals", "threshold": "甲镇"}]},
         "not stated of a project"),
        ({"industries": {"edition": 2002, "codes": ["38"]}}, "no code of GB/T 4754-2002"),
        ({"industries": {"edition": 2017, "codes": []}}, "at least 1 item"),
        ({"document": None}, "document"),
        ({"reward": 3}, "Extra inputs"),
    ],
)  # fmt: skip
def test_a_bar_that_says_nothing_sound_is_refused(more: dict[str, Any], said: str) -> None:
    assert said in refused(Bar, BAR | more)


def test_a_bar_may_be_written_in_the_unit_of_its_document() -> None:
    raw = BAR | {"column": "investment_cny10k_per_mu", "threshold": 4500, "unit": "万元/公顷"}
    assert Bar.model_validate(raw).factor == pytest.approx(1 / 15)
    assert Bar.model_validate(BAR).factor == 1.0


def test_two_bars_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two bars have one name"):
        book(admission=[BAR, BAR])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"code": "9"}, "no code of GB/T 4754-2017"),
        ({"code": "C3360"}, "no code"),
        ({"code": "38", "edition": 2002}, "no code of GB/T 4754-2002"),
        ({"edition": 1994}, "edition"),
        ({"kind": "frowned_upon"}, "kind"),
        ({"effective": None}, "effective"),
        ({"expires": "2023-12-31"}, "before 2024-01-01"),
    ],
)
def test_an_entry_that_says_nothing_sound_is_refused(more: dict[str, Any], said: str) -> None:
    assert said in refused(Listed, ENTRY | more)


@pytest.mark.parametrize(
    ("first", "second", "sound"),
    [
        (("2024-01-01", None), ("2025-01-01", None), False),
        (("2025-01-01", None), ("2024-01-01", "2025-01-01"), False),
        (("2024-01-01", "2024-12-31"), ("2025-01-01", None), True),
        (("2024-01-01", "2024-12-31"), ("2024-12-31", None), False),
    ],
)
def test_a_code_stands_once_on_the_list_of_a_day(
    first: tuple[str, str | None],
    second: tuple[str, str | None],
    sound: bool,  # noqa: FBT001  a case
) -> None:
    entries = [ENTRY | {"effective": one[0], "expires": one[1]} for one in (first, second)]
    if sound:
        assert len(book(negative_list=entries).negative_list) == 2
    else:
        with pytest.raises(ValidationError, match="3360 stands twice"):
            book(negative_list=entries)
    other_edition = [entries[0], entries[1] | {"edition": 2011}]
    assert len(book(negative_list=other_edition).negative_list) == 2


def test_the_first_and_the_last_day_of_an_entry_count() -> None:
    entry = Listed.model_validate(ENTRY | {"expires": "2024-12-31"})
    days = [dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 12, 31), dt.date(2025, 1, 1)]
    assert [entry.holds_on(day) for day in days] == [False, True, True, False]


def test_least_ratios_name_codes_of_their_edition() -> None:
    assert "no code of GB/T 4754-2002" in refused(
        FarMinimum, {**READ, "edition": 2002, "codes": {"38": 0.7}}
    )
    assert "greater than 0" in refused(FarMinimum, {**READ, "edition": 2002, "codes": {"31": 0}})


# the shipped books ------------------------------------------------------------------------------


def test_the_table_of_2008_is_whole_and_of_the_edition_of_2002() -> None:
    found = read_rulebook("control-2008")
    table = found.far_minimum
    assert table is not None
    assert (table.edition, table.confidence, len(table.codes)) == (2002, "M", 30)
    assert set(table.codes) == {code for edition, code in DIVISIONS if edition == 2002}
    assert "38" not in table.codes
    by_ratio = {ratio: sorted(code for code, one in table.codes.items() if one == ratio)
                for ratio in (0.5, 0.6, 0.7, 0.8, 1.0)}  # fmt: skip
    assert by_ratio == {
        0.5: ["25"], 0.6: ["26", "32", "33"],
        0.7: ["27", "31", "34", "35", "36", "37", "39", "43"],
        0.8: ["17", "20", "21", "22", "23", "28", "29"],
        1.0: ["13", "14", "15", "16", "18", "19", "24", "30", "40", "41", "42"],
    }  # fmt: skip
    bars = {bar.name: (bar.comparison, bar.threshold, bar.unit) for bar in found.admission}
    assert bars == {"building_coefficient": ("at_least", 30, "%"),
                    "admin_land": ("at_most", 7, "%")}  # fmt: skip


def test_cixi_2023_adds_its_bars_and_keeps_the_rest() -> None:
    beneath, found = read_rulebook("cixi-2022"), read_rulebook("cixi-2023")
    assert (found.share, found.programme) == (beneath.share, beneath.programme)
    assert not beneath.admission
    bars = {bar.name: (bar.threshold, bar.encouraged, bar.applies[0].threshold, bar.confidence)
            for bar in found.admission}  # fmt: skip
    assert bars == {
        "far_renewal": (1.5, 2.0, "renewal", "M"),
        "far_new_supply": (2.0, None, "new_supply", "M"),
        "lease_new_supply": (30, None, "new_supply", "M"),
    }
    assert set(found.lacks) == set(beneath.lacks)
    assert "容积率" not in found.lacks["admission"]


def test_the_programme_of_cixi_stands_in_words() -> None:
    said = target_words(read_rulebook("cixi-2022"))
    assert [one.en.split(",")[0] for one in said[1:]] == [
        "target by 2026-12-31: new above-scale firms in renewed blocks >= 200 家",
        "target by 2026-12-31: tax per mu in renewed blocks >= 15 万元/亩 (ratio of totals)",
    ]
    assert "完成改造 ≥ 10,000 亩" in said[0].zh
    assert target_words(read_rulebook("none")) == []


def test_zhongshan_ships_no_number_and_names_the_document_that_has_them() -> None:
    found = read_rulebook("zhongshan-2023")
    assert {type(bar.threshold) for bar in found.admission} == {str}
    assert {bar.confidence for bar in found.admission} == {"H"}
    said = missing_parts(found, ["low_efficiency", "share"]).text
    assert "中府〔2022〕11号" in said.zh
    assert "中府〔2022〕11号" in said.en
    assert [one.zh[:11] for one in holes(found, ["share", "admission"])] == ["[admission]"]


def test_jingde_names_its_pools_and_the_document_with_the_weights() -> None:
    found = read_rulebook("jingde-2022")
    said = unscored_pools(found)
    assert ["7 项" in said[0].zh, "3 项" in said[1].zh] == [True, True]
    assert odd_weights(found) == []
    assert "scoring" not in silent_parts(found)


def test_a_pool_has_criteria_or_says_what_it_lacks() -> None:
    pool: dict[str, Any] = {"name": "p", "zh": "z", "en": "e"}
    criterion = {"form": "ratio", "column": "rd_share", "weight": 1, "missing": "undetermined"}
    for more in ({}, {"lacks": "d", "criteria": [criterion]}, {"lacks": ""}):
        with pytest.raises(ValidationError, match=r"needs criteria, or lacks|at least 1 character"):
            book(scoring={**READ, "pools": [pool | more]})


def test_a_hole_of_no_part_is_refused() -> None:
    with pytest.raises(ValidationError, match="no part of a rulebook: low_eficiency"):
        book(lacks={"low_eficiency": "d"})


def test_a_book_that_states_a_part_fills_its_hole(tmp_path: Path) -> None:
    source = 'document = "d"\nsource = "s"\nconfidence = "user"\n'
    text = f'extends = "cixi-2022"\n[contiguity]\nmax_gap_m = 1\nmin_area_mu = 1\n{source}'
    (tmp_path / "mine.toml").write_text(f"{text}small_plot_mu = 5\n", encoding="utf-8")
    mine = read_rulebook("mine.toml", tmp_path)
    assert "contiguity" not in mine.lacks
    assert mine.lacks["scoring"] == read_rulebook("cixi-2022").lacks["scoring"]


# what two books say differently -----------------------------------------------------------------


def told(one: Rulebook, other: Rulebook) -> list[tuple[str, str]]:
    return [tuple(change.text) for change in changes(one, other)]  # type: ignore[misc]


def test_bars_that_differ_are_told_by_name() -> None:
    cases = [
        ({"threshold": 2.0}, "准入门槛 / 容积率 / 界线：1.5 → 2",
         "Admission bars > FAR > threshold: 1.5 -> 2"),
        ({"encouraged": 2.0}, "准入门槛 / 容积率 / 鼓励值：（无） → 2",
         "Admission bars > FAR > encouraged: (none) -> 2"),
        ({"column": "building_density", "threshold": 1.5},
         "准入门槛 / 容积率 / 指标：容积率 → 建筑密度",
         "Admission bars > FAR > indicator: Floor area ratio -> Building density"),
        ({"industries": {"edition": 2017, "codes": ["13", "14"]}},
         "准入门槛 / 容积率 / 适用行业 / 行业代码：（无） → 13、14",
         "Admission bars > FAR > industries > industry codes: (none) -> 13, 14"),
    ]  # fmt: skip
    for more, zh, en in cases:
        assert (zh, en) in told(book(admission=[BAR]), book(admission=[BAR | more]))


def test_entries_and_ratios_are_told_by_code() -> None:
    one, other = (
        book(negative_list=[ENTRY | {"kind": kind}]) for kind in ("prohibited", "restricted")
    )
    assert told(one, other) == [
        (
            "负面清单 / 3360 / 类别：禁止 → 限制",
            "Negative list > 3360 > kind: prohibited -> restricted",
        )
    ]
    one, other = (book(far_minimum={**READ, "edition": 2002, "codes": {"31": ratio}})
                  for ratio in (0.7, 0.8))  # fmt: skip
    assert told(one, other)[0][0] == (
        "分行业最低容积率 / 行业代码 / 31 非金属矿物制品业：0.7 → 0.8"
    )


def test_what_is_not_published_and_what_is_empty_are_no_rules() -> None:
    assert told(book(), book(lacks={"scoring": "d"})) == []
    assert [path for path in (one.path for one in changes(book(), read_rulebook("cixi-2023")))
            if path == "admission" or path.endswith("applies")] == []  # fmt: skip
