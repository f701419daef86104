"""Every number of a rulebook is listed with its unit, and with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hand_made import WHOLE_RULEBOOK

from landrenew.rules.library import read_rulebook, rulebook_names
from landrenew.rules.model import Rulebook
from landrenew.rules.numbers import OF_COLUMN, UNITS, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator


def values(raw: Any) -> Iterator[float]:  # noqa: ANN401  whatever a book holds
    """Find the numbers of a book in another way: by themselves, without their place."""
    if isinstance(raw, dict):
        for one in raw.values():
            yield from values(one)
    elif isinstance(raw, list | tuple):
        for one in raw:
            yield from values(one)
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        yield raw


@pytest.mark.parametrize("name", rulebook_names())
def test_every_number_of_a_shipped_book_has_a_unit_and_a_source(name: str) -> None:
    book = read_rulebook(name)
    found = numbers(book)
    assert sorted(one.value for one in found) == sorted(values(book.model_dump()))
    assert len({one.path for one in found}) == len(found)
    for one in found:
        said = (one.unit, one.document, one.source, one.confidence, one.label.zh, one.label.en)
        assert all(said), one.path
        assert one.region == book.region


def number_keys(schema: dict[str, Any]) -> set[str]:
    return {
        key
        for part in schema["$defs"].values()
        for key, said in part.get("properties", {}).items()
        if {"number", "integer"} & {one.get("type") for one in (said, *said.get("anyOf", ()))}
    }


def test_every_key_that_can_hold_a_number_has_a_unit() -> None:
    keys = number_keys(Rulebook.model_json_schema())
    assert keys | {"edition"} == {*UNITS, *OF_COLUMN, "factor"}  # an edition is one of few years


def test_a_number_may_come_from_another_document_than_its_part() -> None:
    raw = WHOLE_RULEBOOK.model_dump()
    criterion = raw["scoring"]["pools"][0]["criteria"][0]
    criterion |= {"document": "权重文件", "confidence": "M"}
    criterion["sources"] = [{"of": "baseline", "document": "2023 年基准", "source": "网站"}]
    raw["grades"]["classes"][0]["document"] = "等级文件"
    raw["contiguity"]["sources"] = [{"of": "max_gap_m", "confidence": "L"}]
    found = {one.path: one[4:7] for one in numbers(Rulebook.model_validate(raw))}
    at = "scoring.pools.all.criteria."
    assert found[f"{at}tax_cny10k_per_mu.weight"] == ("权重文件", "s", "M")
    assert found[f"{at}tax_cny10k_per_mu.baseline"] == ("2023 年基准", "网站", "M")
    assert found[f"{at}floor_area_ratio.weight"] == ("d", "s", "user")
    assert found["grades.classes.A.up_to"] == ("等级文件", "s", "user")
    assert found["contiguity.max_gap_m"] == ("d", "s", "L")
    assert found["contiguity.min_area_mu"] == ("d", "s", "user")


@pytest.mark.parametrize("key", ["form", "missing", "nothing", "document", "tail_share"])
def test_only_a_number_can_have_a_source_of_its_own(key: str) -> None:
    raw = WHOLE_RULEBOOK.model_dump()
    raw["scoring"]["pools"][0]["criteria"][0]["sources"] = [{"of": key, "document": "d"}]
    with pytest.raises(ValueError, match="no number"):
        Rulebook.model_validate(raw)


def test_numbers_of_bars_and_targets_have_the_unit_that_their_document_writes() -> None:
    found = {one.path: one for one in numbers(read_rulebook("cixi-2023"))}
    assert found["programme.targets.renewed_land.threshold"][2:4] == (10_000, "亩")
    assert found["admission.lease_new_supply.threshold"].unit == "year"
    assert found["admission.far_renewal.encouraged"][2:4] == (2.0, "1")
    table = {one.path: one for one in numbers(read_rulebook("control-2008"))}
    assert table["admission.admin_land.threshold"][2:4] == (7.0, "%")
    assert table["far_minimum.codes.25"][2:4] == (0.5, "1")
    assert table["far_minimum.codes.25"].label.en.endswith("> 25 石油加工、炼焦及核燃料加工业")
    assert table["far_minimum.edition"][2:4] == (2002, "year")


def test_backflow_diagnosis_and_negative_list_have_their_numbers() -> None:
    stated = {"document": "d", "source": "s", "confidence": "user"}
    outcome = {"column": "smart_fire_safety", "bar": {"share_at_least": 0.8}, **stated}
    listed = {"code": "3360", "edition": 2017, "kind": "prohibited", "effective": "2026-01-01"}
    raw = WHOLE_RULEBOOK.model_dump() | {
        "backflow": {"within_m": 5, "below_mu": 3, **stated},
        "diagnosis": {"outcome_fire": outcome},
        "negative_list": [listed | stated],
    }
    found = {one.path: one for one in numbers(Rulebook.model_validate(raw))}
    assert (found["backflow.within_m"].unit, found["backflow.below_mu"].unit) == ("m", "mu")
    bar = found["diagnosis.outcome_fire.bar.share_at_least"]
    assert bar[2:6] == (0.8, "1", "d", "s")
    assert found["negative_list.3360.edition"].value == 2017
