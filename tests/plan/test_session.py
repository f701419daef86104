"""A programme that is asked again and again: bounds come and go, and nothing stale is read."""

from __future__ import annotations

import math

import numpy as np
import pytest
from problems import clearing, problem_of

from landrenew.base.errors import PlanError
from landrenew.plan.program.session import Session


def loaded() -> Session:
    """20 mu must go; A costs 1 a mu and has 30, B costs 2 and has 30."""
    plots = [clearing("A", 30, 30), clearing("B", 30, 60)]
    return Session(problem_of(plots, inside=60, outside=60, target=0.6).model())


def test_a_variable_is_held_and_released_again() -> None:
    session = loaded()
    assert session.solve().status == "optimal"
    assert session.least == pytest.approx(20)
    session.hold(0, 0.0)
    session.solve()
    assert session.least == pytest.approx(40)
    assert session.values == pytest.approx([0, 2 / 3])
    session.release(0)
    session.solve()
    assert session.least == pytest.approx(20)


def test_prices_and_reduced_costs_say_what_a_change_costs() -> None:
    session = loaded()
    session.solve()
    assert session.row_prices == pytest.approx([1 / 0.6])
    assert session.reduced_costs == pytest.approx([0, 30])
    session.ask_of_row(0, 13.0, math.inf)
    session.solve()
    assert session.least == pytest.approx(20 + 1 / 0.6)


def test_nothing_is_read_before_a_solve_after_a_change_or_of_a_failure() -> None:
    session = loaded()
    names = ("least", "values", "reduced_costs", "row_prices")
    for change in (lambda: None, lambda: session.hold(0, 0.0), lambda: session.release(0)):
        change()
        for name in names:
            with pytest.raises(PlanError, match="no plan"):
                getattr(session, name)
        session.solve()
    session.ask_of_row(0, 99.0, math.inf)
    assert session.solve().status == "infeasible"
    assert session.least == math.inf
    for name in names[1:]:
        with pytest.raises(PlanError, match="infeasible"):
            np.sum(getattr(session, name))
