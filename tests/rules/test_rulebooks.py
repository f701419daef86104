"""Rulebooks: strict data, whole parts from the book beneath, silence that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from landrenew.base.errors import RuleError
from landrenew.rules.library import read_rulebook, rulebook_names, rulebook_path
from landrenew.rules.remarks import odd_weights
from landrenew.rules.rule import Sourced
from landrenew.rules.silence import missing_parts, silent_parts

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.rules.model import Rulebook

HEAD = 'name = "mine"\ntitle = "t"\nregion = "here"\n'
SOURCE = 'document = "d"\nsource = "s"\nconfidence = "user"\n'


def book(folder: Path, text: str, name: str = "mine.toml", head: str = HEAD) -> Rulebook:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(head + text, encoding="utf-8")
    return read_rulebook(name, folder)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(RuleError) as caught:
        book(folder, text)
    assert "mine.toml" in caught.value.say("zh")
    return str(caught.value)


def one_test(column: str, comparison: str, threshold: str) -> str:
    return (
        f'[low_efficiency]\n{SOURCE}logic = "any"\ntests = [{{ column = "{column}",'
        f' comparison = "{comparison}", threshold = {threshold} }}]\n'
    )


def grades(*bounds: float, letters: str = "ABCD", exempt: str = "T") -> str:
    classes = ", ".join(
        f'{{ grade = "{letter}", up_to = {bound} }}'
        for letter, bound in zip(letters, bounds, strict=False)
    )
    return (
        f'[grades]\n{SOURCE}form = "rank"\nrounding = "down"\nties = "better"\n'
        f'exempt = "{exempt}"\n'
        f"classes = [{classes}]\n"
    )


def pool(criterion: str, name: str = "all") -> str:
    return (
        f'[[scoring.pools]]\nname = "{name}"\nzh = "全"\nen = "all"\ncriteria = [{{ {criterion},'
        ' missing = "undetermined" }]\n'
    )


@pytest.mark.parametrize("name", rulebook_names())
def test_shipped_books_name_document_source_and_confidence(name: str) -> None:
    shipped = read_rulebook(name)
    assert shipped.name == name
    assert rulebook_path(name).is_file()
    every = [one for _, part in shipped for one in (part if isinstance(part, tuple) else [part])]
    parts = [part for part in every if isinstance(part, Sourced)]
    assert bool(parts) == (name != "none")  # the book that says nothing
    for part in parts:
        assert part.document
        assert part.source
        assert part.confidence in {"H", "M"}  # nothing inferred is shipped as a default


def test_cixi_says_no_more_than_was_published() -> None:
    cixi = read_rulebook("cixi-2022")
    assert cixi.share is not None
    assert (cixi.share.target, cixi.share.confidence) == (0.8, "H")
    assert cixi.storeys is not None
    assert (cixi.storeys.double_above_m, cixi.storeys.storey_height_m) == (8.0, None)
    assert [cixi.low_efficiency, cixi.scoring, cixi.grades, cixi.contiguity] == [None] * 4


@pytest.mark.parametrize("name", ["huangyan-2021", "huangyan-2022"])
def test_huangyan_has_neither_caps_nor_grades(name: str) -> None:
    huangyan = read_rulebook(name)
    assert huangyan.grades is None
    assert huangyan.scoring is not None
    for one in huangyan.scoring.pools:
        assert sum(criterion.weight for criterion in one.criteria) == 100
        assert all(criterion.cap is None for criterion in one.criteria)
        assert all(criterion.floor is None for criterion in one.criteria)


def test_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    assert "[shares] Extra inputs" in complaint(tmp_path, "[shares]\ntarget = 0.8\n")
    said = complaint(tmp_path, f"[share]\n{SOURCE}target = 0.8\ngoal = 1\n")
    assert "[share.goal] Extra inputs" in said


def test_a_part_without_its_source_is_refused(tmp_path: Path) -> None:
    said = complaint(tmp_path, "[share]\ntarget = 0.8\n")
    assert all(f"[share.{key}] Field required" in said for key in ("document", "source"))


@pytest.mark.parametrize("target", ["0", "1.01", "80", "nan", "inf"])
def test_target_is_a_share(tmp_path: Path, target: str) -> None:
    assert "[share.target]" in complaint(tmp_path, f"[share]\n{SOURCE}target = {target}\n")


@pytest.mark.parametrize(
    ("column", "threshold"),
    [("floor_area_ratio", '"0.6"'), ("control_class", "1"), ("floor_area_ratio", "nan")],
)
def test_threshold_suits_its_column(tmp_path: Path, column: str, threshold: str) -> None:
    assert "[low_efficiency.tests.0" in complaint(tmp_path, one_test(column, "equals", threshold))


def test_unknown_column_and_comparison_are_refused(tmp_path: Path) -> None:
    assert "no column 'FAR'" in complaint(tmp_path, one_test("FAR", "below", "0.6"))
    assert "comparison]" in complaint(tmp_path, one_test("floor_area_ratio", "<", "0.6"))


@pytest.mark.parametrize("comparison", ["below", "at_most", "above", "at_least"])
def test_words_have_no_order(tmp_path: Path, comparison: str) -> None:
    assert "words have no order" in complaint(
        tmp_path, one_test("control_class", comparison, '"inside"')
    )
    assert book(tmp_path, one_test("control_class", "equals", '"outside"')).low_efficiency


@pytest.mark.parametrize("bounds", [(0.5, 0.2, 1), (0.2, 0.2, 1), (0.2, 0.95)])
def test_bounds_of_grades_rise_to_one(tmp_path: Path, bounds: tuple[float, ...]) -> None:
    assert "must rise and end at 1" in complaint(tmp_path, grades(*bounds))


def test_a_letter_stands_for_one_grade(tmp_path: Path) -> None:
    assert "two grades" in complaint(tmp_path, grades(0.2, 0.5, 1, letters="ABA"))
    assert "two grades" in complaint(tmp_path, grades(0.2, 1, exempt="B"))
    assert book(tmp_path, grades(0.2, 0.6, 0.95, 1)).grades


def test_criteria_can_be_scored_once_each(tmp_path: Path) -> None:
    head = f"[scoring]\n{SOURCE}"
    ratio = 'form = "ratio", column = "{}", weight = 30, baseline = 2.0'
    said = complaint(tmp_path, head + pool(ratio.format("parcel_area_mu")))
    assert "not an indicator that can be scored: parcel_area_mu" in said
    tax = pool(ratio.format("tax_cny10k_per_mu"))
    assert "two pools have one name" in complaint(tmp_path, head + tax + tax)
    twice = tax.replace("criteria = [", "criteria = [" + tax.split("criteria = [")[1][:-2] + ", ")
    assert "scored twice" in complaint(tmp_path, head + twice)
    assert book(tmp_path, head + tax).scoring


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("weight = 0, baseline = 2.0", "weight"),
        ("weight = 30, baseline = 0", "baseline"),
        ("weight = 30, baseline = -1", "baseline"),
        ("weight = 30, cap = 0.5, floor = 1.0", "above its cap"),
    ],
)
def test_ratio_has_sound_numbers(tmp_path: Path, keys: str, said: str) -> None:
    criterion = f'form = "ratio", column = "tax_cny10k_per_mu", {keys}'
    assert said in complaint(tmp_path, f"[scoring]\n{SOURCE}{pool(criterion)}")


def test_unknown_form_of_criterion_is_refused(tmp_path: Path) -> None:
    criterion = 'form = "entropy", column = "rd_share", weight = 30'
    assert "'ratio', 'min_max'" in complaint(tmp_path, f"[scoring]\n{SOURCE}{pool(criterion)}")


def test_extending_takes_whole_parts(tmp_path: Path) -> None:
    text = f'extends = "cixi-2022"\n[storeys]\n{SOURCE}double_above_m = 9\n'
    mine = book(tmp_path, text)
    cixi = read_rulebook("cixi-2022")
    assert mine.name == "mine"
    assert mine.share == cixi.share
    assert mine.storeys is not None
    assert (mine.storeys.double_above_m, mine.storeys.document) == (9, "d")


def test_half_a_part_is_not_completed_from_the_book_beneath(tmp_path: Path) -> None:
    said = complaint(tmp_path, 'extends = "cixi-2022"\n[share]\ntarget = 0.7\n')
    assert "[share.document] Field required" in said


def test_extending_starts_from_the_folder_of_the_book(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("nonsense", encoding="utf-8")
    book(tmp_path, f"[share]\n{SOURCE}target = 0.7\n", "rules/base.toml")
    mine = book(tmp_path, 'extends = "base.toml"\n', "rules/mine.toml")
    assert mine.share is not None
    assert mine.share.target == 0.7


def test_books_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('extends = "./mine.toml"\n', encoding="utf-8")
    with pytest.raises(RuleError, match=r"mine\.toml → other\.toml → mine\.toml"):
        book(tmp_path, 'extends = "other.toml"\n')


def test_missing_books_and_broken_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"no rulebook 'cixi'\. Shipped: cixi-2022"):
        read_rulebook("cixi")
    with pytest.raises(RuleError, match="Cannot read rulebook"):
        read_rulebook("none.toml", tmp_path)
    with pytest.raises(RuleError, match="Cannot read rulebook"):
        book(tmp_path, 'extends = "gone.toml"\n')
    assert "not valid TOML" in complaint(tmp_path, "[share\n")
    with pytest.raises(RuleError) as met:
        book(tmp_path, "[share\n")
    assert "方括号没有收尾" in met.value.say("zh")
    (tmp_path / "gbk.toml").write_bytes('title = "中文"\n'.encode("gbk"))
    with pytest.raises(RuleError, match="not valid TOML"):
        read_rulebook("gbk.toml", tmp_path)


def test_byte_order_mark_of_windows_editors_is_read(tmp_path: Path) -> None:
    (tmp_path / "bom.toml").write_text(HEAD, encoding="utf-8-sig")
    assert read_rulebook("bom.toml", tmp_path).name == "mine"


def test_silence_names_the_part_and_the_way_out() -> None:
    error = missing_parts(read_rulebook("cixi-2022"), ["contiguity"])
    assert isinstance(error, RuleError)
    for said in (error.say("zh"), error.say("en")):
        assert "cixi-2022" in said
        assert "[contiguity]" in said
        assert 'extends = "cixi-2022"' in said
    assert "连片标准" in error.say("zh")


def test_a_book_cannot_be_changed_in_passing() -> None:
    cixi = read_rulebook("cixi-2022")
    with pytest.raises(ValueError, match="frozen"):
        cixi.name = "other"


def test_a_part_that_rests_upon_a_silent_one_is_not_named_beside_it() -> None:
    silent = silent_parts(read_rulebook("cixi-2022"))
    assert silent == ["low_efficiency", "scoring", "contiguity", "backflow"]


def test_weights_that_add_to_no_hundred_are_said_aloud() -> None:
    book = read_rulebook("huangyan-2022")
    assert odd_weights(book) == []
    pool = book.scoring.pools[0]
    short = pool.model_copy(update={"criteria": pool.criteria[1:]})
    odd = book.model_copy(update={"scoring": book.scoring.model_copy(update={"pools": (short,)})})
    (note,) = odd_weights(odd)
    assert "'Above-scale firms' add to 70, not 100" in note.en
