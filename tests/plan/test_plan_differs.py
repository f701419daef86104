"""Why one plan differs from another: only what had to change has changed, and it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from six_plots import city

from landrenew.plan.path.difference import explained
from landrenew.plan.program.solve import Plan
from landrenew.publish.plan.words import plan_words
from landrenew.workflow import plan_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.base.words import Text
    from landrenew.publish.result import Result

SURVEY = "parcel_id,clear_cost_cny10k,willingness\nP3,150,愿意\nP4,155.555,观望\nP5,150.1,\n"


def planned(folder: Path, base: dict[str, object], scenario: str) -> Result:
    path = city(folder, base, survey=SURVEY)
    other = folder / "other.toml"
    other.write_text(f'name = "另"\n[plan]\n{scenario}\n', encoding="utf-8")
    return plan_project(path, [other])


def said(result: Result) -> list[str]:
    return [one.zh for one in explained(*result.plans)]


@pytest.mark.parametrize("scenario", ["budget_cny10k = 399", "gap = 0.002", ""])
def test_a_wish_that_decides_nothing_changes_nothing(tmp_path: Path, scenario: str) -> None:
    result = planned(tmp_path, {"target": 0.55, "budget_cny10k": 400}, scenario)
    first, second = (one.parcels["plan_class"] for one in result.plans)
    assert first.equals(second)
    assert "腾退的宗地和费用不变。" in said(result)


def test_a_lock_says_which_parcel_came_for_which(tmp_path: Path) -> None:
    result = planned(tmp_path, {"target": 0.55}, 'locks = { never = ["P3"] }')
    sentences = "\n".join(said(result))
    assert "不再列入 1 宗：P3。" in sentences
    assert "其中 1 宗现已锁定" in sentences
    assert "占比不变" in sentences or "个百分点" in sentences


def test_parcels_that_move_to_another_year_are_named(tmp_path: Path) -> None:
    base = {"target": 0.55, "years": {"2027": {"budget_cny10k": 160}, "2028": {}}}
    result = planned(tmp_path, base, "years = { 2027 = { budget_cny10k = 0 } }")
    assert any("换了年份" in one for one in said(result))


STEPS = ("Other plans as good", "Cost against share")


@pytest.mark.parametrize("step", STEPS)
def test_ctrl_c_after_the_plan_leaves_out_the_rest_and_says_so(tmp_path: Path, step: str) -> None:
    def stop(said: Text) -> None:
        if said.en == step:
            raise KeyboardInterrupt

    path = city(tmp_path, {"target": 0.55}, survey=SURVEY)
    result = plan_project(path, say=stop)
    whole = plan_project(path)
    assert isinstance(result.plans[0].plan, Plan)
    assert result.plans[0].plan.cost == whole.plans[0].plan.cost
    assert result.plans[0].blocks is None or len(result.plans[0].blocks)
    assert not result.plans[0].frontier
    said = plan_words(result.plans, result.parcels, "en")
    assert "was not looked into" in said
    assert "was not looked into" not in plan_words(whole.plans, whole.parcels, "en")
