"""Codes: what each says by itself, what it must not be taken for, and what is never guessed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.codes.credit import (
    ALPHABET,
    check_character,
    is_credit_code,
    organisation_check,
    read_credit_code,
)
from landrenew.base.codes.industry import (
    DIVISIONS,
    EDITIONS,
    industry_crosswalk,
    read_industry_code,
)
from landrenew.base.codes.land import (
    CLASSES,
    SCHEMES,
    LandPart,
    crosswalk,
    fitting_schemes,
    is_industrial,
    is_village_industry,
    land_class,
    land_use,
    read_land_code,
    since_trial,
    write_land_code,
)
from landrenew.base.codes.parcel import (
    OWNERSHIP,
    RIGHTS,
    ParcelCode,
    parcel_code_parts,
    parcel_code_problem,
    read_parcel_code,
)
from landrenew.base.codes.published import published
from landrenew.base.errors import ColumnError

if TYPE_CHECKING:
    from pathlib import Path

REAL = ["11330282734267548D", "12330282688011591A", "11370881004339597L"]
TRIAL = ["91350100M0001TGQXM", "91350211M0000XUF46", "91350203M0001FUE2P"]


def some_of(letters: str, size: int) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from(letters), min_size=size, max_size=size)


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    organisation = draw(some_of(ALPHABET, 8))
    body = draw(some_of(ALPHABET, 2)) + draw(some_of("0123456789", 6)) + organisation
    body += organisation_check(organisation)
    return body + check_character(body)


# ── firms ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", [*REAL, "91350100M000100Y43"])
def test_published_credit_codes_check(code: str) -> None:
    assert read_credit_code(code).kind == "credit"


@pytest.mark.parametrize("code", TRIAL)
def test_codes_of_the_trial_fail_the_check_and_are_legal(code: str) -> None:
    assert not is_credit_code(code)
    assert read_credit_code(code).kind == "trial"


def test_every_registered_firm_of_a_real_city_checks(shared: Path) -> None:
    firms = pd.read_csv(
        shared / "china_enterprise_longkou" / "enterprise_longkou_head1500_gbk.csv",
        encoding="gb18030", dtype=str, keep_default_na=False,
    )  # fmt: skip
    credit = firms["统一社会信用代码"].map(read_credit_code)
    kinds = credit.map(lambda code: code.kind).value_counts().to_dict()
    assert set(kinds) == {"credit", "other"}
    assert kinds["other"] == (firms["统一社会信用代码"].isin(["-", ""])).sum()
    numbers = firms["注册号"][firms["注册号"].str.fullmatch(r"\d{15}")]
    assert {read_credit_code(one).kind for one in numbers} == {"registration"}
    stated = firms["组织机构代码"][firms["组织机构代码"].str.len() == 9]
    assert {read_credit_code(one).kind for one in stated} == {"organisation"}


@given(credit_codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_checks(code: str, place: int, letter: str) -> None:
    wrong = code[:place] + letter + code[place + 1 :]
    assert is_credit_code(wrong) == (wrong == code)


@given(credit_codes())
def test_typing_as_people_do_changes_nothing(code: str) -> None:
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    assert read_credit_code(wide).text == code
    assert read_credit_code(f" {code[:8].lower()} {code[8:]}\u3000").kind == "credit"


@pytest.mark.parametrize(("right", "letter"), [("0", "O"), ("1", "I"), ("2", "Z"), ("5", "S")])
def test_a_confused_letter_is_read_as_the_digit_it_resembles(right: str, letter: str) -> None:
    for code in REAL:
        if right in code:
            typed = read_credit_code(code.replace(right, letter, 1))
            assert (typed.kind, typed.suggestion) == ("wrong", code)


def test_a_wrong_digit_is_not_guessed() -> None:
    assert read_credit_code("11330282734267549D").suggestion == ""


# ── parcels ───────────────────────────────────────────────────────────


@st.composite
def parcel_codes(draw: st.DrawFn) -> ParcelCode:
    digits = "0123456789"
    feature = draw(st.sampled_from(list(OWNERSHIP))) + draw(st.sampled_from(list(RIGHTS)))
    unit = draw(st.sampled_from(["", "F00010001", "W00000000"]))
    county, district, block, order = (draw(some_of(digits, n)) for n in (6, 3, 3, 5))
    return ParcelCode(county, district, block, feature, order, unit)


@given(parcel_codes())
def test_a_parcel_number_comes_back_as_it_was(code: ParcelCode) -> None:
    assert read_parcel_code(str(code)) == code
    assert len(str(code)) == (28 if code.unit else 19)
    assert parcel_code_problem(str(code)) is None
    assert code.ownership == OWNERSHIP[code.feature[0]]


def written(code: str, how: str) -> str:
    """Write a parcel number as people do, or break it."""
    return {
        "plain": code, "small": code.lower(), "apart": f" {code[:6]} {code[6:12]}-{code[12:]}",
        "wide": code.translate({i: i + 0xFEE0 for i in range(0x21, 0x7F)}),
        "arabic": code.replace("0", "\u0660"), "cut": code[:-1], "longer": code + "F00010001",
        "letter": code[:12] + "KB" + code[14:], "none": "",
    }[how]  # fmt: skip


WAYS = st.sampled_from(
    ["plain", "small", "apart", "wide", "arabic", "cut", "longer", "letter", "none"]
)


@given(st.lists(st.one_of(st.builds(written, parcel_codes().map(str), WAYS), st.text())))
def test_many_parcel_numbers_are_read_as_each_alone(texts: list[str]) -> None:
    alone = [read_parcel_code(one) for one in texts]
    parts = parcel_code_parts(texts)
    assert parts["county"].tolist() == [one and one.county for one in alone]
    assert parts["ownership"].tolist() == [one and one.ownership for one in alone]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("330282001002JB0001", "18 characters"),
        ("330282001002KB00017", "the first is one of G, J, Z"),
        ("330282001002JK00017", "the second is one of A, B"),
        ("3302820010O2JB00017", "no digit"),
        ("330282001002JB00017F0001000", "27 characters"),
    ],
)
def test_what_is_wrong_with_a_parcel_number_is_said(text: str, said: str) -> None:
    problem = parcel_code_problem(text)
    assert problem is not None
    assert said in problem.en


# ── land ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0601", ["0601"]), ("05H1", ["05H1"]), ("0201K", ["0201K"]),
        ("100101/100102", ["100101", "100102"]), ("1001/09/120803", ["1001", "09", "120803"]),
        ("100101 \uff0f 100102", ["100101", "100102"]), ("0601、0602", ["0601", "0602"]),
        ("M1", []), ("", []), ("0601/", []), ("工业", []), ("100101(0804", []),
    ],
)  # fmt: skip
def test_composite_codes_are_taken_apart(text: str, parts: list[str]) -> None:
    assert [part.code for part in read_land_code(text)] == parts


def test_village_mark_and_brackets_are_kept() -> None:
    assert read_land_code("1207v") == (LandPart("1207", is_village=True),)
    assert read_land_code("100101（080403）") == (LandPart("100101", within=("080403",)),)


codes = st.sampled_from(sorted({code for one in CLASSES.values() for code in one}))
parts = st.builds(LandPart, codes, st.booleans(), st.lists(codes, max_size=2).map(tuple))


@given(st.lists(parts, min_size=1, max_size=4))
def test_a_land_code_comes_back_as_it_was(written: list[LandPart]) -> None:
    assert read_land_code(write_land_code(written)) == tuple(written)


def test_the_same_code_means_another_thing_in_another_scheme() -> None:
    assert [is_industrial("0601", one) for one in SCHEMES] == ["yes", "yes", "no"]
    assert [is_industrial("1001", one) for one in SCHEMES] == ["no", "no", "yes"]
    assert [land_use("0508", one) for one in SCHEMES] == ["storage", None, None]
    assert [land_use("0604", one) for one in SCHEMES] == [None, "storage", None]
    assert is_industrial("0601") == is_industrial("1001") == "unknown"
    assert is_industrial("100102") == "yes"


@pytest.mark.parametrize("code", ["06", "10", "1001/09", "100101(080403)", "9999", "", "M1"])
def test_what_is_not_only_industry_is_not_called_industry(code: str) -> None:
    assert [is_industrial(code, one) for one in SCHEMES].count("yes") == 0


def test_a_countys_own_class_counts_as_what_it_extends() -> None:
    assert is_industrial("10010101", "用地用海") == "yes"
    assert land_class("10010201", "三调") is None


@pytest.mark.parametrize(
    ("code", "settlement", "answer"),
    [
        ("0601", "203A", "yes"), ("0601", "203a ", "yes"), ("0601", "201A", "no"),
        ("0601", "203", "unknown"), ("0601", None, "unknown"), ("0508", "203A", "no"),
        ("06", "203A", "unknown"),
    ],
)  # fmt: skip
def test_village_industry_is_0601_with_203a(code: str, settlement: str, answer: str) -> None:
    assert is_village_industry(code, settlement, "三调") == answer


def test_every_crosswalk_ends_in_classes_that_exist() -> None:
    for row in published("land_crosswalk.csv"):
        for code in row["codes"].split():
            assert land_class(code, "用地用海"), row
    assert all(land_class(row["code"], "三调") for row in published("land_crosswalk.csv")
               if row["from_scheme"] == "三调")  # fmt: skip


def test_industry_passes_into_industry_and_storage_into_storage() -> None:
    for code, scheme in (("0601", "三调"), ("0508", "三调"), ("0604", "GB/T 21010-2017")):
        uses = {land_use(one, "用地用海") for one in crosswalk(code, scheme)}
        assert uses == {land_use(code, scheme)}


def test_a_crosswalk_without_a_scheme_is_refused() -> None:
    with pytest.raises(ColumnError, match="State land_scheme") as caught:
        crosswalk("0601", None)
    assert "请注明 land_scheme" in caught.value.say("zh")


def test_the_trial_edition_passes_code_by_code_not_by_beginning() -> None:
    assert [since_trial(code) for code in ("0204", "0602", "1311", "1312", "1313")] == [
        "0205", "060201", "1705", "1311", "1312",
    ]  # fmt: skip
    assert since_trial("060201") is None  # the trial had no such class
    assert [since_trial(code) for code in ("1001", "110102")] == ["1001", "110102"]


def test_the_scheme_follows_only_where_one_fits() -> None:
    assert fitting_schemes({"0601": 1, "0508": 1}) == ["三调"]
    assert fitting_schemes({"0601": 1, "0604": 1}) == ["GB/T 21010-2017"]
    assert fitting_schemes({"100101": 1, "1207": 1}) == ["用地用海"]
    assert len(fitting_schemes({"0601": 1, "0701": 1})) > 1
    assert fitting_schemes({"M1": 1}) == []
    assert fitting_schemes({}) == []


# ── industries ────────────────────────────────────────────────────────


def test_divisions_are_as_many_as_published() -> None:
    counts = [sum(year == edition for year, _ in DIVISIONS) for edition in EDITIONS]
    assert counts == [30, 31, 31]


def test_31_is_another_industry_in_another_edition() -> None:
    names = [read_industry_code("31", edition).name for edition in EDITIONS]
    assert names == ["非金属矿物制品业", "黑色金属冶炼和压延加工业", "黑色金属冶炼和压延加工业"]


@pytest.mark.parametrize(
    ("text", "edition", "digits"),
    [
        ("C3130", 2017, "3130"), ("c31", 2017, "31"), ("\uff23\uff13\uff11\uff13", 2017, "313"),
        ("38", 2017, "38"),
        ("38", 2002, None), ("97", 2017, "97"), ("97", 2011, None), ("A31", 2017, None),
        ("C51", 2017, None), ("3", 2017, None), ("31301", 2017, None), ("00", 2017, None),
    ],
)  # fmt: skip
def test_industry_codes_hold_by_edition(text: str, edition: int, digits: str | None) -> None:
    code = read_industry_code(text, edition)
    assert (None if code is None else code.digits) == digits


@pytest.mark.parametrize(
    ("old", "new"),
    [("29", "29"), ("30", "29"), ("31", "30"), ("32", "31"), ("33", "32"), ("34", "33"),
     ("35", "34"), ("36", "35"), ("37", "36"), ("37", "37"), ("39", "38"), ("40", "39"),
     ("41", "40"), ("42", "24"), ("42", "41"), ("43", "42")],
)  # fmt: skip
def test_old_divisions_reach_those_that_took_them_over(old: str, new: str) -> None:
    assert new in industry_crosswalk(old, 2002, 2017)


def test_every_division_passes_somewhere_and_itself_to_itself() -> None:
    for (edition, division), name in DIVISIONS.items():
        assert industry_crosswalk(division, edition, edition) == {division}, name
        assert industry_crosswalk(division, edition, 2017)


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [(None, 2017, "2002, 2011 or 2017"), (2002, None, "has no edition"),
     (1994, 2017, "unknown edition, 1994"), (2017, 2002, "Swap them")],
)  # fmt: skip
def test_a_crosswalk_without_editions_is_refused(
    older: int | None, newer: int | None, said: str
) -> None:
    with pytest.raises(ColumnError, match=said):
        industry_crosswalk("31", older, newer)
    with pytest.raises(ColumnError, match="no manufacturing code"):
        industry_crosswalk("38", 2002, 2017)


@pytest.mark.parametrize(
    "name", ["land.csv", "land_crosswalk.csv", "industry.csv", "industry_crosswalk.csv"]
)
def test_every_published_row_names_its_source(name: str) -> None:
    rows = published(name)
    assert rows
    assert all(row["source"] and row["confidence"] in {"H", "M"} for row in rows)
    assert len({json.dumps(row, sort_keys=True) for row in rows}) == len(rows)
