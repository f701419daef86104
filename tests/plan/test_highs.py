"""The door to HiGHS: what it may be trusted with, and how it is stopped."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from landrenew.plan.program.highs import solve_model
from landrenew.plan.program.model import Answer, Effort, Model

RARE = {
    "objective": [1, 2, 1, 1, 3, 4, 5, 6, 10],
    "upper": [1, 1, 1, 1, 1, 1, 1, 1, 2],
    "rows": [
        [0.4275, 0.4275, 0.1425, 0.1425, 8.1225, 8.1225, 6.1275, 11.4, 0.1075],
        [0.75, 0.75, 0.25, 0.25, 14.25, 14.25, 10.75, 20, 0],
        [0.075, 0.075, 0.025, 0.025, 1.425, 1.425, 1.075, 2, 0.225],
        [1, 1, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 1, 0, 0, 0],
    ],
    "row_lower": [0.3425 - 6e-17, -math.inf, -51.475, -math.inf, -math.inf],
    "row_upper": [math.inf, 10.8, math.inf, 1, 1],
}
"""With this start HiGHS 1.16 calls a plan of 5 optimal; one of 1 is."""


def whole(said: dict[str, list]) -> Model:
    """Make a model of whole numbers from 0 on."""
    count = len(said["objective"])
    return Model(
        np.array(said["objective"], float), np.zeros(count), np.array(said["upper"], float),
        np.ones(count, dtype=bool), csr_array(np.array(said["rows"], float)),
        np.array(said["row_lower"], float), np.array(said["row_upper"], float),
    )  # fmt: skip


def test_a_start_makes_no_worse_plan_the_best() -> None:
    start = np.zeros(9)
    start[6] = 1
    for one in (None, start):
        answer = solve_model(whole(RARE), Effort(), start=one)
        assert (answer.status, answer.objective, answer.bound) == ("optimal", 1, 1)


COEFFICIENTS = st.integers(0, 20)


@given(st.data())
def test_a_start_changes_nothing_but_the_way(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 7))
    row = st.lists(COEFFICIENTS, min_size=count, max_size=count)
    said = {
        "objective": data.draw(row), "upper": [1] * count, "rows": [data.draw(row), data.draw(row)],
        "row_lower": [data.draw(st.integers(0, 20)), -math.inf],
        "row_upper": [math.inf, data.draw(st.integers(20, 60))],
    }  # fmt: skip
    model = whole(said)
    first = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), float)
    sums = model.rows @ first
    fits = (sums >= model.row_lower).all() and (sums <= model.row_upper).all()
    plain = solve_model(model, Effort())
    begun = solve_model(model, Effort(), start=first if fits else None)
    assert plain.status == begun.status
    if plain.has_plan:
        assert begun.objective == pytest.approx(plain.objective)
        assert begun.bound == pytest.approx(plain.bound)


def test_a_start_that_is_near_enough_is_the_answer() -> None:
    """Nothing better than 11 is known; a bound of 10 or more proves it to 10 %."""
    said = {"objective": [10, 11], "upper": [1, 1], "rows": [[1, 1]], "row_lower": [1],
            "row_upper": [math.inf]}  # fmt: skip
    answer = solve_model(whole(said), Effort(gap=0.1), start=np.array([0.0, 1.0]))
    assert answer.status == "optimal"
    assert answer.gap <= 0.1


def test_without_time_the_start_is_the_best_so_far_and_said_to_be_no_more() -> None:
    answer = solve_model(whole(RARE), Effort(seconds=0.0), start=np.eye(9)[6])
    assert answer.status == "stopped"
    assert answer.objective == 5
    assert answer.bound <= 1


SPLIT = """
import signal
import numpy as np
from scipy.sparse import csr_array
from landrenew.plan.program.highs import solve_model
from landrenew.plan.program.model import Effort, Model
chance = np.random.default_rng(1)
rows = chance.integers(0, 100, (5, 40)).astype(float)
half = np.floor(rows.sum(axis=1) / 2)
slack = np.hstack([np.eye(5), -np.eye(5)])
model = Model(
    np.concatenate([np.zeros(40), np.ones(10)]), np.zeros(50),
    np.concatenate([np.ones(40), np.full(10, np.inf)]), np.arange(50) < 40,
    csr_array(np.hstack([rows, slack])), half, half,
)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
print("solving", flush=True)
answer = solve_model(model, Effort(seconds=60, keeps_best=KEEPS))
print(answer.status, answer.is_interrupted, answer.has_plan, answer.bound <= answer.objective)
"""
"""A market split: 40 plots that take for ever."""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a process there")
@pytest.mark.parametrize(
    ("keeps", "expected"),
    [("True", "stopped True True True\n"), ("False", "")],
)
def test_ctrl_c_gives_the_best_so_far_or_goes_through(keeps: str, expected: str) -> None:
    with subprocess.Popen(  # noqa: S603  our own interpreter
        [sys.executable, "-c", SPLIT.replace("KEEPS", keeps)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "solving\n"
        time.sleep(1.5)
        child.send_signal(signal.SIGINT)
        said, faults = child.communicate(timeout=30)
    assert said == expected
    assert ("KeyboardInterrupt" in faults) == (keeps == "False")


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    solve_model(whole(RARE), Effort())
    assert capfd.readouterr() == ("", "")


def test_an_answer_without_a_plan_has_no_gap_to_speak_of() -> None:
    assert Answer("infeasible", -math.inf, 0.0).gap == math.inf
