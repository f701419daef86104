"""What the card says would lift a grade: held against Python, which judges every row anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from playwright.sync_api import expect
from trial_city import any_book, figures, result_of
from trial_page import any_position, go_to, rules_with

from landrenew.assess.evaluation import assessed_parcels
from landrenew.assess.lift import FARTHEST
from landrenew.base.columns import COLUMNS
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from browser import Show
    from playwright.sync_api import Page

    from landrenew.intake.parcels import Parcels
    from landrenew.rules.model import Rulebook

pytestmark = pytest.mark.browser

SAID = re.compile(r"→ ([\d,.]+)(%?) ?\S*：升为 (\w)$")
NOTHING, MISSING = "只改这一项升不了级", "缺数据"


class Claim(NamedTuple):
    """What the card says of a criterion: a value and its grade, or that nothing lifts."""

    column: str
    value: float | None
    grade: str | None


def claims(page: Page) -> list[Claim]:
    """Read the answers once all are there."""
    page.locator('#lifts[aria-busy="false"]').wait_for()
    said = page.locator("#lifts [data-lift]").evaluate_all(
        "rows => rows.map((one) => [one.dataset.lift, one.querySelector('dd').textContent])"
    )
    return [claim(column, text) for column, text in said if text != MISSING]


def claim(column: str, text: str) -> Claim:
    if text == NOTHING:
        return Claim(column, None, None)
    found = SAID.search(text)
    assert found, text
    value = float(found[1].replace(",", "")) / (100 if found[2] else 1)
    return Claim(column, round(value, COLUMNS[column].decimals), found[3])


class Truth:
    """A city as Python judges it, and as it would with one figure changed."""

    def __init__(self, table: Parcels, book: Rulebook) -> None:
        assert book.grades is not None
        self.table, self.book, self.letters = table, book, book.grades.letters
        self.judged = assessed_parcels(table, book)

    def below_best(self) -> pd.Index:
        """Give the parcels with a better grade above them, which no veto holds down."""
        is_below = self.judged["efficiency_grade"].isin(self.letters[1:])
        return self.judged.index[is_below & self.judged["veto_reason"].isna()]

    def grade_with(self, ident: str, column: str, value: float) -> str | None:
        """Give the grade of a parcel with one figure changed."""
        changed = self.table.copy()
        changed.loc[ident, column] = value
        return assessed_parcels(changed, self.book)["efficiency_grade"][ident]

    def bears_out(self, ident: str, said: Claim) -> None:
        """Hold a claim against Python: at the value the grade, one step less no better one."""
        name, step = said.column, 10.0 ** -COLUMNS[said.column].decimals
        better = self.letters[: self.letters.index(self.judged["efficiency_grade"][ident])]
        if said.value is None:
            pool = self.judged.loc[self.judged["pool"] == self.judged["pool"][ident], name]
            farthest = FARTHEST * max(float(pool.abs().max()), step)
            assert self.grade_with(ident, name, farthest) not in better, (ident, said)
            return
        assert said.grade in better, (ident, said)
        assert self.grade_with(ident, name, said.value) == said.grade, (ident, said)
        before = max(said.value - step, float(self.table[name][ident]))
        assert self.grade_with(ident, name, before) not in better, (ident, said)


@pytest.mark.parametrize("seed", [0, 1, 3, 5, 10, 30])
def test_the_value_that_the_card_names_lifts_the_grade_and_none_below(
    show: Show, tmp_path: Path, seed: int
) -> None:
    book, table = any_book(seed), figures(seed, 150)
    save_map(draw_map(result_of(table, book)), tmp_path / "map.html")
    chance = np.random.default_rng(seed)
    numbers = any_position(chance, book) if seed % 2 else {}
    truth = Truth(table, rules_with(book, numbers))
    counted = {True: 0, False: 0}
    with show(tmp_path / "map.html") as (page, seen):
        for place, ident in enumerate(chance.permutation(truth.below_best())[:10]):
            go_to(page, numbers, ("open", f"parcel:{ident}"))
            expect(page.locator("#card h2")).to_have_text(" ".join(ident.split()))
            if place == 0:
                page.locator("button", has_text="怎样升级").click()
            for one in claims(page):
                truth.bears_out(ident, one)
                counted[one.value is None] += 1
        assert seen.nothing(), seen
    assert counted[False], "no grade was lifted"


def open_card(page: Page, ident: str) -> None:
    page.locator("#search").fill(ident)
    page.locator("#search").press("Enter")
    expect(page.locator("#card h2")).to_have_text(ident)


@pytest.fixture(scope="module")
def city() -> tuple[Parcels, Rulebook]:
    return figures(2, 150), any_book(2)


@pytest.fixture(scope="module")
def file(city: tuple[Parcels, Rulebook], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lift") / "map.html"
    save_map(draw_map(result_of(*city)), path)
    return path


def test_the_answers_open_by_key_stay_for_the_next_card_and_speak_both_languages(
    show: Show, file: Path, city: tuple[Parcels, Rulebook]
) -> None:
    table, book = city
    judged = assessed_parcels(table, book)
    one, other = judged.index[(judged["efficiency_grade"] == "C") & judged["veto_reason"].isna()][
        5:7
    ]
    with show(file) as (page, seen):
        open_card(page, one)
        ask = page.locator("#card .ask")
        expect(ask).to_have_attribute("aria-expanded", "false")
        expect(page.locator("#lifts")).to_be_hidden()
        ask.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#lifts dd").first).to_contain_text("升为")
        page.locator("#lang-en").click()
        expect(page.locator("#card .ask")).to_have_text("What would lift the grade?")
        expect(page.locator("#lifts dd").first).to_contain_text(": grade ")
        open_card(page, other)
        expect(page.locator("#lifts dd").first).to_contain_text("→")
        page.locator("#card .ask").click()
        expect(page.locator("#lifts")).to_be_hidden()
        assert seen.nothing(), seen


def test_nothing_is_asked_where_the_score_can_lift_no_grade(
    show: Show, file: Path, city: tuple[Parcels, Rulebook]
) -> None:
    book, judged = city[1], Truth(*city).judged
    assert book.grades is not None
    grade, is_plain = judged["efficiency_grade"], ~judged.index.isin(judged.index[:8])
    cases = {"best": grade == "A", "exempt": grade == "T", "ungraded": grade.isna()}
    if book.grades.veto is not None:
        cases["vetoed"] = judged["veto_reason"].notna() & (grade == book.grades.veto.grade)
    with show(file) as (page, seen):
        for rows in cases.values():
            open_card(page, judged.index[rows & is_plain][0])
            expect(page.locator("#card .ask")).to_have_count(0)
        assert seen.nothing(), seen


def test_every_figure_of_the_card_says_who_gave_it_and_when(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        open_card(page, "330282100021")
        part = page.locator("#card [data-part=score]")
        expect(part.locator(".origins li")).to_have_text(
            ["① 工业用地宗地：示例市自然资源局，2023-12-31"]
        )
        expect(part.locator("tbody tr .origin").first).to_have_text("①")
        page.locator("#lang-en").click()
        expect(part.locator(".origins li")).to_have_text(
            ["① Industrial parcels: 示例市自然资源局, 2023-12-31"]
        )
        assert seen.nothing(), seen
