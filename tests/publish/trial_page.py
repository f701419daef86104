"""Trying other numbers in the page of the map, and in Python, to hold one against the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from landrenew.publish.map.rules import tried_numbers
from landrenew.rules.difference import entries
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from playwright.sync_api import Page


def rules_with(book: Rulebook, numbers: dict[str, float]) -> Rulebook:
    """Write numbers into a rulebook, each at its path."""
    said = book.model_dump(mode="json", exclude_none=True)
    for path, value in numbers.items():
        *way, key = path.split(".")
        at: Any = said
        for step in way:
            at = dict(entries(at))[step] if isinstance(at, list) else at[step]
        at[key] = value
    return Rulebook.model_validate(said)


def any_position(chance: np.random.Generator, book: Rulebook) -> dict[str, float]:
    """Draw where the sliders stand: some at the rulebook's number, others anywhere, often round."""
    found = {}
    for one in tried_numbers(book):
        if chance.random() < 0.5:
            value = one["value"] * chance.uniform(0.2, 2.5)
            found[one["path"]] = float(np.round(value, chance.integers(1, 6))) or one["value"]
    if "share.target" in found:
        found["share.target"] = min(found["share.target"], 1.0)
    return found


def go_to(page: Page, numbers: dict[str, float], *more: tuple[str, str]) -> None:
    """Follow a link to a trial, and to whatever else it says."""
    tried = [*(("try", f"{path}:{value!r}") for path, value in numbers.items()), *more]
    page.evaluate(
        """(to) => new Promise((act) => {
            window.addEventListener('popstate', () => act(), { once: true });
            window.location.hash = to;
        })""",
        urlencode([("lang", "zh"), *tried]),
    )


READ_PAGE = """() => {
    const { table, ids, trial, tests, count } = layer_parcels;
    const all = (name) => Array.from({ length: count }, (_, i) => table.value(name, i));
    const figures = (values) => Array.from(values || [], (one) => Number.isNaN(one) ? null : one);
    const pools = Object.values((layer_parcels.scoring || { pools: {} }).pools);
    const points = pools.flatMap(({ criteria }) => criteria.map((one) => one.points));
    return {
        ids,
        efficiency_grade: table.has('efficiency_grade') ? all('efficiency_grade') : null,
        low_efficiency_class: all('low_efficiency_class'),
        efficiency_score: figures(trial.made.score),
        points: Object.fromEntries(points.map((name) => [
            name, figures(ids.map((_, i) => trial.figureOf(name, i)))])),
        tests: tests.tests.map((test) => ids.map((_, i) => test.outcomes.at(i)).join('')),
    };
}"""


def judged_in(page: Page) -> pd.DataFrame:
    """Read from the page what it found of every parcel."""
    read = page.evaluate(READ_PAGE)
    columns = {name: read[name] for name in ("efficiency_grade", "low_efficiency_class")}
    found = pd.DataFrame(columns | {"efficiency_score": read["efficiency_score"]} | read["points"],
                         index=read["ids"])  # fmt: skip
    letters = {"y": "yes", "n": "no", "u": "undetermined"}
    found["low_efficiency_tests"] = [
        ",".join(letters[one] for one in row) for row in zip(*read["tests"], strict=True)
    ]
    return found


def assert_same(found: pd.DataFrame, true: pd.DataFrame) -> None:
    true = true.loc[found.index]
    for name in ("efficiency_grade", "low_efficiency_class", "low_efficiency_tests"):
        wrong = found[name].fillna("") != true[name].fillna("")
        assert not wrong.any(), pd.DataFrame({"page": found[name], "true": true[name]})[wrong]
    for name in [one for one in found if one.startswith(("score_", "efficiency_score"))]:
        np.testing.assert_allclose(
            found[name].to_numpy(float), true[name].to_numpy(float), rtol=0, atol=1e-9
        )
