"""The states of the page that its readers meet most, and how to look for what is wrong in one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from map_city import TOWNS, made_result

from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from landrenew.publish.result import Result

ONE = "330282100020"
BELOW_BEST = "330282100021"
LONG = "观海卫镇经济技术开发区东部片区"
LONGER = "宁波市慈溪市滨海经济开发区低效工业用地更新与产业空间治理研究院（有限合伙）Institute"


def wordy_result() -> Result:
    """Make the made city with names as long as the longest of real ones."""
    result = made_result()
    long = dict.fromkeys(TOWNS[2:4]) | {TOWNS[0]: LONG}
    named = {town: long.get(town) or town for town in TOWNS}
    table = result.parcels
    table["town"] = table["town"].map(named)
    table.loc[ONE, "owner"] = LONGER
    towns = result.layers.towns.assign(town=result.layers.towns["town"].map(named))
    city = result.layers.project.city.model_copy(
        update={"name": "长三角生态绿色一体化发展示范区", "drawing_unit": LONGER}
    )
    project = result.layers.project.model_copy(update={"city": city})
    share = dataclasses.replace(result.share, towns=tuple(
        dataclasses.replace(one, name=named[one.name]) for one in result.share.towns
    ))  # fmt: skip
    note = Text(LONGER * 3, LONGER * 3)
    layers = dataclasses.replace(result.layers, project=project, towns=towns)
    return dataclasses.replace(result, layers=layers, share=share, notes=(note,))


def opening(_: Page) -> None:
    """Leave the page as it opens."""


def drawer(page: Page) -> None:
    """Show the panel, which a narrow screen keeps in a drawer."""
    if page.locator("#panel").is_hidden():
        page.locator("#drawer").click()


def card(page: Page) -> None:
    page.locator("#search").fill(ONE)
    page.locator("#search").press("Enter")


def lifts(page: Page) -> None:
    """Ask what would lift the grade of a parcel."""
    page.locator("#search").fill(BELOW_BEST)
    page.locator("#search").press("Enter")
    page.locator("#ask-lifts").click()
    page.locator('#lifts[aria-busy="false"]').wait_for()
    page.locator("#lifts").scroll_into_view_if_needed()


def park(page: Page) -> None:
    page.locator("#search").fill("滨海")
    page.locator("#search").press("Enter")


def filtered(page: Page) -> None:
    drawer(page)
    page.locator("#legend .class").nth(1).click()
    page.locator("#span-at_least").fill("2.5")
    page.locator("#filter button[type=submit]").click()
    page.locator("#filter").scroll_into_view_if_needed()


def brushed(page: Page) -> None:
    """Draw a span over the bars of a number that has a threshold, in land, and try another one."""
    tried(page)
    page.locator("#what-if summary").click()
    page.locator("#span-column").select_option("floor_area_ratio")
    page.locator("[data-by=land]").click()
    page.locator("[data-order=gap]").click()
    page.locator(".histogram").scroll_into_view_if_needed()
    box = page.locator(".plot .bars").bounding_box()
    assert box
    for across, act in ((0.2, page.mouse.down), (0.5, page.mouse.up)):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + 30)
        act()


def found(page: Page) -> None:
    page.locator("#search").fill("33028210002")


def not_found(page: Page) -> None:
    page.locator("#search").fill("没有这个编号")


def chosen(page: Page) -> None:
    page.locator("[data-mode=rectangle]").click()
    box = page.locator(".folium-map").bounding_box()
    assert box
    for across, down in ((0.3, 0.35), (0.6, 0.8)):
        page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def drawing(page: Page) -> None:
    card(page)
    page.locator("[data-mode=polygon]").click()


def town(page: Page) -> None:
    drawer(page)
    page.locator("[data-town]").first.click()


def tried(page: Page) -> None:
    """Try other numbers than the rulebook's."""
    drawer(page)
    page.locator("#what-if summary").click()
    for path in ("share.target", "low_efficiency.tests.floor_area_ratio.threshold"):
        box = page.locator(f"#what-if input[type=number][data-path='{path}']")
        box.fill("1.5")
        box.press("Tab")


def tried_and_more(page: Page) -> None:
    tried(page)
    if page.locator("#drawer").is_visible():
        page.locator("#drawer").click()
    drawing(page)


def swiped(page: Page) -> None:
    page.locator("#swipe").click()


def swiped_aside(page: Page) -> None:
    """Compare with the divider at the very left, where the controls of the map stand."""
    swiped(page)
    page.locator("#divider").press("Home")


def printed(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1587, "height": 1122})  # A3 lying


STATES: dict[tuple[str, str], tuple[Callable[[Page], None], ...]] = {
    ("wide", "zh"): (
        opening,
        card,
        lifts,
        filtered,
        brushed,
        found,
        chosen,
        town,
        tried,
        swiped,
        swiped_aside,
        printed,
    ),
    ("wide", "en"): (opening, card, tried_and_more, printed),
    ("narrow", "zh"): (opening, drawer, card, park, filtered, not_found, chosen),
    ("narrow", "en"): (
        opening,
        drawer,
        lifts,
        drawing,
        brushed,
        swiped,
        swiped_aside,
        tried,
        tried_and_more,
    ),
}
"""What is looked at by width and language: all of it once, and in English where room is scarce."""

FAULTS = """() => {
  const faults = [];
  const shown = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  // Boxes that stand over the page: none may cut into another.
  const boxes = ['.title', '.search > input', '#found', '#panel', '#card', '.compass',
    '.leaflet-control-scale-line', '.sketch-bar', '.sketch-said', '.trial',
    '.swipe-bar', '.floors-said'];
  const standing = boxes.map((name) => [name, document.querySelector(name)])
    .filter(([, node]) => node && shown(node))
    .map(([name, node]) => [name, node.getBoundingClientRect()])
    .filter(([, { width, height }]) => width && height);
  const across = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const along = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const isIn = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1
    && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  standing.forEach(([name, box], k) => {
    if (!isIn(box, screen)) faults.push(`${name} stands off the screen`);
    for (const [other, its] of standing.slice(k + 1)) {
      const isOver = across(box, its) > 1 && along(box, its) > 1;
      if (isOver && !isIn(box, its) && !isIn(its, box)) faults.push(`${name} cuts into ${other}`);
    }
  });

  // Text: inside every box that clips it, or whole in a title; and no line upon another.
  const homes = '.title, .panel, .card, .search ul, .sketch-said';
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !shown(parent)) continue;
    if (parent.closest('script, style, option, svg, .leaflet-map-pane, .unseen')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = node.data.trim().slice(0, 40);
    const told = parent.closest('[title]');
    const head = parent.closest('.card')?.querySelector('.card-head');
    const isTold = told && told.title.includes(node.data.trim());
    for (const line of range.getClientRects()) {
      let isCut = line.right > innerWidth + 1 || line.left < -1;
      let isScrolled = Boolean(head) && !head.contains(parent)
        && line.top < head.getBoundingClientRect().bottom;  // the head stays
      for (let box = parent; box !== document.body; box = box.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(box);
        if (overflowX === 'visible') continue;
        const clip = box.getBoundingClientRect();
        const isBelow = line.bottom > clip.bottom + 1 || line.top < clip.top - 1;
        if (line.right > clip.right + 1 || line.left < clip.left - 1) isCut = true;
        if (isBelow && overflowY === 'hidden') isCut = true;
        if (isBelow && overflowY === 'auto') isScrolled = true;
      }
      if (!isScrolled && (line.bottom > innerHeight + 1 || line.top < -1)) isCut = true;
      if (isCut && !isTold) faults.push(`cut off: ${text}`);
      const home = parent.closest(homes);
      if (!isCut && !isScrolled && home) lines.push({ node, text, line, home });
    }
  }
  lines.forEach((one, k) => {
    for (const other of lines.slice(k + 1)) {
      if (one.home !== other.home || one.node === other.node) continue;
      const half = 0.4 * Math.min(one.line.height, other.line.height);
      if (across(one.line, other.line) > 1 && along(one.line, other.line) > half) {
        faults.push(`one upon another: ${one.text} / ${other.text}`);
      }
    }
  });
  return [...new Set(faults)];
}"""
"""What cuts into something else or is cut off, in the words of a test's message."""


def faults(page: Page) -> list[str]:
    """Find what overlaps and what is cut off."""
    return page.evaluate(FAULTS)
