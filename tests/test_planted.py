"""Every planted fault is found, and nothing that was not planted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from planted import PLANTS, TIMES, City, spoilt_city

from landrenew.workflow import project_faults

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result


def named(result: Result) -> Counter[tuple[str, str, str]]:
    return Counter((one.layer, one.code, one.id) for one in result.faults)


def test_a_clean_city_raises_no_alarm(tmp_path: Path) -> None:
    assert project_faults(City(2_000).write(tmp_path)).faults == ()


@pytest.mark.parametrize("seed", range(3))
def test_every_planted_fault_is_found_and_no_other(seed: int, tmp_path: Path) -> None:
    city = spoilt_city(seed)
    found, planted = named(project_faults(city.write(tmp_path))), Counter(city.planted)
    assert planted.total() >= len(PLANTS) * TIMES
    assert len(PLANTS) >= 20
    assert planted - found == Counter()  # recall 1.0
    assert found - planted == Counter()  # no false alarm


@pytest.mark.parametrize("plant", PLANTS, ids=lambda one: one.__name__.strip("_"))
def test_one_fault_alone_is_found_alone(plant, tmp_path: Path) -> None:  # noqa: ANN001  one of PLANTS
    city = City(90)
    city.planted.append(plant(city, 7))
    assert named(project_faults(city.write(tmp_path))) == Counter(city.planted)
