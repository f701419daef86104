"""The plan of a project, and scenarios that say only what is different."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_city import small_city

from landrenew.base.errors import FileError
from landrenew.intake.scenarios import Change, read_scenarios

if TYPE_CHECKING:
    from pathlib import Path

PLAN = {
    "budget_cny10k": 100,
    "costs": {"clear_cny10k_per_mu": {"value": 50, "source": "made up"}},
    "towns": {"东": {"most_mu": 5}},
}


def scenario(folder: Path, text: str, name: str = "a.toml") -> Path:
    """Write a scenario file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    city = small_city(tmp_path, plan=PLAN)
    file = scenario(
        tmp_path, 'name = "少"\n[plan]\nbudget_cny10k = 60\n[plan.towns."东"]\ntarget = 0.5\n'
    )
    base, other = read_scenarios(city, (file,))
    assert (base.name, other.name) == ("", "少")
    assert other.planning.budget_cny10k == 60
    assert other.planning.towns["东"].most_mu == 5
    assert other.planning.towns["东"].target == 0.5
    assert other.planning.costs == base.planning.costs
    assert other.changes == (
        Change("budget_cny10k", 100, 60),
        Change("towns.东.target", None, 0.5),
    )


def test_a_key_is_taken_away_by_drop(tmp_path: Path) -> None:
    city = small_city(tmp_path, plan=PLAN)
    file = scenario(tmp_path, 'drop = ["plan.budget_cny10k", "towns.东"]\n')
    _, other = read_scenarios(city, (file,))
    assert other.name == "a"
    assert other.planning.budget_cny10k is None
    assert other.planning.towns == {}


def test_a_figure_with_its_source_is_replaced_as_a_whole(tmp_path: Path) -> None:
    city = small_city(tmp_path, plan=PLAN)
    file = scenario(tmp_path, "[plan.costs]\nclear_cny10k_per_mu = { value = 40 }\n")
    with pytest.raises(FileError, match=r"clear_cny10k_per_mu\.source"):
        read_scenarios(city, (file,))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('drop = ["plan.cap"]', "which is not in"),
        ("[plan]\nbudgets = 3", "is not a key"),
        ("budget_cny10k = 3", "is not known"),
        ("name = 3", "should be text"),
        ("plan = 3", "plan a section"),
        ("[plan\n", "not valid TOML"),
        ('[plan.years."27"]\nleast_mu = 3', "is no year"),
        ("[plan]\ntarget = 80", "write 80% as 0.8"),
        ("[plan.locks]\nmust = ['P0']\nnever = ['P0']", "under must and under never"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    city = small_city(tmp_path, plan=PLAN)
    with pytest.raises(FileError, match=said):
        read_scenarios(city, (scenario(tmp_path, text + "\n"),))


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    city = small_city(tmp_path, plan=PLAN)
    files = scenario(tmp_path, 'name = "x"\n'), scenario(tmp_path, 'name = "x"\n', "b.toml")
    with pytest.raises(FileError, match="already"):
        read_scenarios(city, files)


def test_a_project_without_a_plan_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"has no \[plan\]"):
        read_scenarios(small_city(tmp_path))
