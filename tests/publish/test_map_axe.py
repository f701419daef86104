"""Nothing overlaps, nothing is cut off, axe-core has nothing to say; each state photographed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import NARROW, WIDE, keep_picture, opened
from map_states import STATES, faults, printed, wordy_result

from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SIZES = {"wide": WIDE, "narrow": NARROW}
TESTS = Path(__file__).parents[1]
AXE = (TESTS / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
ASKED = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = """async (asked) => {
    const options = { resultTypes: ['violations'], runOnly: asked, preload: false };
    const { violations } = await axe.run(document, options);
    return violations.map(({ id, nodes }) =>
        [id, ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)].join('\\n'));
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("looks") / "map.html"
    save_map(draw_map(wordy_result()), path)
    return path


def violations(page: Page, *, on_paper: bool) -> list[str]:
    """Ask axe-core; a sheet of paper has no landmarks and no buttons, but it has ink."""
    page.evaluate(AXE)
    return page.evaluate(CHECK, ["color-contrast"] if on_paper else ASKED)


@pytest.mark.parametrize(("width", "lang"), STATES, ids=[" ".join(one) for one in STATES])
def test_every_state_can_be_read(browser: Browser, file: Path, width: str, lang: str) -> None:
    wrong = {}
    with opened(browser, file, SIZES[width]) as (page, seen):
        for state in STATES[width, lang]:
            page.goto(file.as_uri())
            page.locator("body[data-state=ready]").wait_for()
            page.locator(f"#lang-{lang}").click()
            state(page)
            page.evaluate("new Promise((act) => layer_parcels.whenPainted(act))")
            keep_picture(f"{state.__name__}.{lang}.{width}.png", page.screenshot())
            found = faults(page) + violations(page, on_paper=state is printed)
            if found:
                wrong[state.__name__] = found
        assert wrong == {}
        assert seen.nothing(), seen
