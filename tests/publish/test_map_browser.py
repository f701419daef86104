"""The map as its reader meets it: opened from the disk, network cut, clicked and typed at."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from browser import NAMES, NARROW, WIDE, installed
from map_city import (
    NASTY,
    OPEN,
    PROVED,
    TOWNS,
    UNPROVED,
    VETOED,
    made_layers,
    made_result,
    parcels,
)
from playwright.sync_api import expect
from pyproj import Geod

from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map
from landrenew.publish.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from browser import Show
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ONE = "330282100020"


@pytest.fixture(scope="module")
def result() -> Result:
    return made_result()


@pytest.fixture(scope="module")
def file(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "地图 map.html"
    save_map(draw_map(result), path)
    return path


COLOURS = """async (ids) => {
    await new Promise((act) => layer_parcels.whenPainted(act));
    const view = map_city.getContainer().getBoundingClientRect();
    const picture = document.createElement('canvas');
    [picture.width, picture.height] = [view.width, view.height];
    const pen = picture.getContext('2d', { willReadFrequently: true });
    for (const { el } of Object.values(layer_parcels._tiles)) {
        const box = el.getBoundingClientRect();
        pen.drawImage(el, box.left - view.left, box.top - view.top, box.width, box.height);
    }
    return ids.map((id) => {
        const place = layer_parcels.bounds(layer_parcels.ids.indexOf(id)).getCenter();
        const at = map_city.latLngToContainerPoint(place);
        const side = 1 + 2 * AROUND;
        return [...pen.getImageData(at.x - AROUND, at.y + DOWN - AROUND, side, side).data];
    });
}"""
"""Reads the pixels that the reader sees in the middle of parcels, or a little off it."""


def are_seen(page: Page, parcels: Iterable[str]) -> bool:
    """Tell whether something is painted where each parcel lies, to the pixel beside it."""
    script = COLOURS.replace("DOWN", "0").replace("AROUND", "1")
    return all(max(pixels[3::4]) == 255 for pixels in page.evaluate(script, list(parcels)))


def colour_at(page: Page, parcel: str) -> list[int]:
    """Read the pixel in the middle of a parcel, a little off its letter."""
    return page.evaluate(COLOURS.replace("DOWN", "9").replace("AROUND", "0"), [parcel])[0]


def place_of(page: Page, parcel: str) -> tuple[float, float]:
    """Find where on the screen a parcel lies."""
    spot = page.evaluate(
        """(id) => {
            const layer = layer_parcels;
            const place = layer.bounds(layer.ids.indexOf(id)).getCenter();
            const box = map_city.getContainer().getBoundingClientRect();
            const at = map_city.latLngToContainerPoint(place);
            return [box.left + at.x, box.top + at.y];
        }""",
        parcel,
    )
    return spot[0], spot[1]


def search(page: Page, words: str) -> None:
    page.locator("#search").fill(words)
    page.locator("#search").press("Enter")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_it_opens_with_the_network_cut_and_asks_for_nothing(
    show: Show, file: Path, result: Result, size: tuple[int, int]
) -> None:
    with show(file, size) as (page, seen):
        assert page.evaluate("layer_parcels.ids.length") == len(result.parcels)
        assert are_seen(page, result.parcels.index)
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(300)
        assert seen.nothing(), seen


def test_the_share_can_be_read(show: Show, file: Path, result: Result) -> None:
    with show(file) as (page, seen):
        expect(page.locator("#share-value")).to_have_text(f"{result.share.share:.2%}")
        expect(page.locator("#share")).to_contain_text("目标 80%")
        expect(page.locator("#share .badge")).to_contain_text("达标")
        mu = result.share.inside_m2 * 0.0015
        expect(page.locator("#share")).to_contain_text(f"{mu:,.0f} /")  # whole mu for a city
        expect(page.locator(".town")).to_have_count(len(TOWNS))
        assert seen.nothing(), seen


def test_an_id_is_searched_and_its_card_explains_it(show: Show, file: Path, result: Result) -> None:
    row = result.parcels.loc[ONE]
    with show(file) as (page, seen):
        search(page, ONE)
        card = page.locator("#card")
        expect(card.locator("h2")).to_have_text(ONE)
        expect(card).to_contain_text(f"{row['parcel_area_mu']:,.2f} 亩")
        expect(card.locator("[data-part=tests] tbody tr")).to_have_count(2)
        expect(card.locator("[data-part=tests]")).to_contain_text("任一条成立即为低效")
        expect(card.locator("[data-part=tests]")).to_contain_text("< 0.6")
        expect(card.locator(".total strong")).to_have_text(f"{row['efficiency_score']:.2f}")
        expect(card.locator("[data-part=score]")).to_contain_text("基准 20 万元/亩 · 上限 1.5 倍")
        expect(card.locator("[data-part=score]")).to_contain_text(f"{row['rd_share_score']:.2f}")
        assert page.evaluate("map_city.getZoom()") > 15
        page.locator("[data-part=block] button").click()
        expect(card.locator("h2")).to_have_text(row["block_id"])
        expect(card).to_contain_text("滨海产业园 K1")
        expect(card).to_contain_text("1,234 米")
        assert seen.nothing(), seen


def test_a_missing_value_is_called_missing(show: Show, file: Path, result: Result) -> None:
    lacking = result.parcels["tax_cny10k_per_mu"].isna()
    one = result.parcels.index[lacking & result.parcels["efficiency_grade"].isna()][0]
    with show(file) as (page, _):
        search(page, str(one))
        expect(page.locator("[data-part=score]")).to_contain_text("缺少：亩均税收")
        expect(page.locator(".outcome-u")).to_contain_text("缺数据")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_card_says_what_decides_a_grade_beside_the_score(
    show: Show, file: Path, size: tuple[int, int]
) -> None:
    with show(file, size) as (page, seen):
        score = page.locator("[data-part=score]")
        search(page, PROVED)
        row = score.locator("[data-row=bonus]")
        expect(row).to_contain_text("<script>alert(1)</script>")  # text, whatever it holds
        expect(row).to_contain_text("-5 – 5")
        expect(row.locator("td.points")).to_have_text("5.00")
        search(page, UNPROVED)
        expect(row).to_contain_text("没有依据，不计")
        expect(row.locator("td.points")).to_have_text("—")
        search(page, VETOED)
        expect(score).to_contain_text(f"一票否决，定为 D · {NASTY[7]}")
        search(page, OPEN)
        expect(score).to_contain_text("是否不参评待定，未评级；缺少：注册日期")
        expect(page.locator("[data-fact=exempt_class] dd")).to_have_text("待定")
        search(page, ONE)
        expect(score).to_be_attached()
        expect(score.locator("[data-row=bonus]")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("window.hacked === undefined")
        assert seen.nothing(), seen


def test_a_click_on_a_parcel_opens_its_card_and_escape_closes_it(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        search(page, ONE)
        page.locator(".close").click()
        expect(page.locator("#card")).to_be_hidden()
        page.mouse.click(*place_of(page, "330282100021"))
        expect(page.locator("#card h2")).to_have_text("330282100021")
        page.keyboard.press("Escape")
        expect(page.locator("#card")).to_be_hidden()
        assert seen.nothing(), seen


@pytest.mark.parametrize(("size", "across", "down"), [(WIDE, 0.9, 0.3), (NARROW, 0.5, 0.8)])
def test_a_card_does_not_hide_what_was_clicked(
    show: Show, file: Path, size: tuple[int, int], across: float, down: float
) -> None:
    with show(file, size) as (page, seen):
        page.evaluate(
            """([id, across, down]) => {
                const place = layer_parcels.bounds(layer_parcels.ids.indexOf(id)).getCenter();
                map_city.setView(place, 17, { animate: false });
                const { x, y } = map_city.getSize();
                map_city.panBy([(0.5 - across) * x, (0.5 - down) * y], { animate: false });
            }""",
            [ONE, across, down],
        )
        page.mouse.click(*place_of(page, ONE))
        expect(page.locator("#card h2")).to_have_text(ONE)
        card = page.locator("#card").bounding_box()
        assert card
        x, y = place_of(page, ONE)
        assert x < card["x"] or y < card["y"]
        assert seen.nothing(), seen


def test_a_layer_is_switched_off_and_on(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        for name in ("parcels", "control_line", "blocks", "parks"):
            box = page.locator(f"[data-layer={name}]")
            box.uncheck()
            assert not page.evaluate(f"map_city.hasLayer(layer_{name})")
            box.check()
            assert page.evaluate(f"map_city.hasLayer(layer_{name})")
        assert seen.nothing(), seen


def test_each_theme_recolours_the_parcels_and_its_legend_counts_them(
    show: Show, file: Path, result: Result
) -> None:
    with show(file) as (page, seen):
        search(page, ONE)
        colours = set()
        for theme in page.locator("input[name=theme]").all():
            theme.check()
            counts = page.locator("#legend tbody td:nth-child(2)").all_inner_texts()
            assert sum(int(count.replace(",", "")) for count in counts) == len(result.parcels)
            colours.add(tuple(colour_at(page, ONE)))
        assert len(colours) >= 4
        assert seen.nothing(), seen


def test_a_town_is_kept_in_colour_and_the_legend_counts_it_alone(
    show: Show, file: Path, result: Result
) -> None:
    with show(file) as (page, seen):
        page.locator(".town", has_text="周巷镇").click()
        counts = page.locator("#legend tbody td:nth-child(2)").all_inner_texts()
        assert sum(map(int, counts)) == (result.parcels["town"] == "周巷镇").sum()
        expect(page.locator("#legend thead")).to_contain_text("周巷镇")
        town = next(one for one in result.share.towns if one.name == "周巷镇")
        expect(page.locator("#share")).to_contain_text("周巷镇")
        expect(page.locator("#share-value")).to_have_text(f"{town.share:.2%}")
        page.locator("#all-towns").click()
        expect(page.locator("#legend thead")).to_contain_text("全市")
        assert seen.nothing(), seen


def test_a_towns_filter_gives_way_to_a_parcel_found_elsewhere(
    show: Show, file: Path, result: Result
) -> None:
    with show(file) as (page, seen):
        own = str(result.parcels.loc[ONE, "town"])
        other = next(one for one in TOWNS if one != own)
        page.locator(".town", has_text=other).click()
        search(page, ONE)
        expect(page.locator("#legend thead")).to_contain_text("全市")
        assert seen.nothing(), seen


def test_the_pointer_shows_what_lies_under_it(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        search(page, ONE)
        page.locator(".close").click()
        page.mouse.move(*place_of(page, "330282100021"))
        expect(page.locator(".tip")).to_contain_text("330282100021")
        assert seen.nothing(), seen


def test_both_languages(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        expect(page.locator(".stamp")).to_have_text("内部工作用图 不得公开")
        search(page, ONE)
        page.locator("#lang-en").click()
        expect(page.locator(".stamp")).to_have_text("Internal working map · not for publication")
        expect(page.locator("#card")).to_contain_text("Any one test suffices")
        expect(page.locator("#card")).to_contain_text("baseline 20 CNY10k/mu")
        assert page.evaluate("document.documentElement.lang") == "en"
        for part in ("#share", "#layers", "#legend"):
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in page.locator(part).inner_text())
        assert seen.nothing(), seen


def test_it_opens_in_english_when_asked(show: Show, result: Result, tmp_path: Path) -> None:
    save_map(draw_map(result, "en"), tmp_path / "map.html")
    with show(tmp_path / "map.html") as (page, seen):
        expect(page.locator("#legend h2")).to_have_text("Colour parcels by")
        assert seen.nothing(), seen


def test_a_name_is_text_whatever_it_holds(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        for name in NASTY:
            page.evaluate(
                "(id) => map_city.setView(layer_parcels.bounds(layer_parcels.ids.indexOf(id))"
                ".getCenter(), 17, { animate: false }) && 0",
                name,
            )
            page.mouse.click(*place_of(page, name))
            assert page.locator("#card h2").evaluate("node => node.textContent") == name
            assert page.locator("#card script, #card img, #card b, #card i").count() == 0
        assert page.evaluate("window.hacked === undefined")
        assert page.locator("#city-name").inner_text() == "示例市 <i>"
        assert seen.nothing(), seen


def test_search_lists_offers_and_the_keyboard_chooses(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        box = page.locator("#search")
        box.fill("33028210002")
        expect(page.locator("#found li")).to_have_count(8)
        box.press("ArrowDown")
        box.press("ArrowDown")
        box.press("Enter")
        expect(page.locator("#card h2")).to_have_text("330282100022")
        search(page, "滨海")
        expect(page.locator("#card h2")).to_have_text("滨海产业园")
        expect(page.locator("#card")).to_contain_text("812.50 亩")
        search(page, "浒山")
        expect(page.locator("#legend thead")).to_contain_text("浒山街道")
        box.fill("没有这个编号")
        expect(page.locator("#found")).to_have_text("没有找到")
        assert seen.nothing(), seen


def test_every_control_is_reached_by_keyboard(show: Show, file: Path) -> None:
    with show(file) as (page, _):
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(page.evaluate(
                "(n => n.id || n.dataset.layer || n.dataset.town || n.dataset.name || n.name)"
                "(document.activeElement)"
            ))  # fmt: skip
        assert {
            "lang-en",
            "print",
            "search",
            "theme",
            "control_line",
            "周巷镇",
            "zoom_in",
        } <= reached


def test_a_narrow_screen_has_a_drawer_and_no_sideways_scroll(show: Show, file: Path) -> None:
    with show(file, NARROW) as (page, seen):
        expect(page.locator("#panel")).to_be_hidden()
        page.locator("#drawer").click()
        expect(page.locator("#share-value")).to_be_visible()
        page.locator("input[name=theme][value=control_class]").check()
        page.locator("#drawer").click()
        search(page, ONE)
        expect(page.locator("#card h2")).to_be_visible()
        page.locator("#lang-en").click()
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW[0]
        assert page.locator("#card").evaluate("node => node.scrollWidth <= node.clientWidth")
        assert seen.nothing(), seen


def test_it_works_with_parcels_alone(show: Show, tmp_path: Path) -> None:
    table = Parcels(parcels(24).loc[:, ["geometry", "parcel_area_mu", "owner"]])
    layers = made_layers(table)
    bare = dataclasses.replace(
        layers, control_line=None, growth_boundary=None, towns=None, parks=None, barriers=None,
        protected=None, background=None, notes=(),
        rulebook=layers.rulebook.model_copy(update=dict.fromkeys(
            ("share", "low_efficiency", "scoring", "grades", "consolidation"))),
    )  # fmt: skip
    note = Text("规则书没有连片标准", "The rulebook has no contiguity")
    save_map(draw_map(Result(layers=bare, parcels=table, notes=(note,))), tmp_path / "map.html")
    with show(tmp_path / "map.html") as (page, seen):
        expect(page.locator("#share")).to_contain_text("没有工业控制线")
        expect(page.locator("#about")).to_contain_text(note.zh)
        search(page, ONE)
        expect(page.locator("#card h2")).to_have_text(ONE)
        assert seen.nothing(), seen


def test_without_a_browser_it_skips_here_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such browser"):
        installed(*NAMES)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such browser"):
        installed(*NAMES)


def cut_in_a_piece(text: str) -> str:
    at = text.index("</script>", text.rindex("data-pieces="))
    return text[: at - 40] + text[at:]


def cut_in_the_facts(text: str) -> str:
    at = text.index("</script>", text.index('id="page_facts"'))
    return text[: at - 40] + text[at:]


def cut_in_a_small_layer(text: str) -> str:
    at = text.index("</script>", text.index('data-pieces="layer_control_line"'))
    return text[: at - 40] + text[at:]


def without_its_end(text: str) -> str:
    return text[: len(text) - 300]


def without_its_second_half(text: str) -> str:
    return text[: text.rindex("data-pieces=") + 2_000]


def without_the_last_piece(text: str) -> str:
    begin = text.rindex('<script type="text/plain"')
    return text[:begin] + text[text.index("</script>", begin) + len("</script>") :]


def with_one_letter_changed(text: str) -> str:
    at = text.rindex('data-pieces="layer_parcels">') + 4_000
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


DAMAGES = (
    cut_in_a_piece, cut_in_the_facts, cut_in_a_small_layer, without_its_end,
    without_its_second_half, without_the_last_piece, with_one_letter_changed,
)  # fmt: skip


@pytest.mark.parametrize("spoil", DAMAGES)
def test_a_damaged_file_says_so(
    show: Show, file: Path, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    path = tmp_path / "map.html"
    path.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8")
    with show(path) as (page, seen):
        for said in ("地图数据不完整或已损坏", "cut short or damaged"):
            expect(page.locator("#broken")).to_contain_text(said)
        expect(page.locator("#broken")).to_be_visible()
        assert seen.nothing(), seen


def cut_in_the_head(text: str) -> str:
    return text[: text.index("<script>") + 2_000]


def with_a_script_changed(text: str) -> str:
    return text.replace("class Page {", "class Pape {", 1)


def saved_anew_as_gbk(text: str) -> bytes:
    return text.encode("gb18030")


OPENING = "getComputedStyle(document.body, '::before')"
ANIMATIONS = "document.body.getAnimations({ subtree: true })"


@pytest.mark.parametrize("spoil", [cut_in_the_head, with_a_script_changed, saved_anew_as_gbk])
def test_a_file_whose_scripts_cannot_run_says_so_as_well(
    show: Show, file: Path, tmp_path: Path, spoil: Callable[[str], str | bytes]
) -> None:
    path = tmp_path / "map.html"
    spoilt = spoil(file.read_text(encoding="utf-8"))
    path.write_bytes(spoilt if isinstance(spoilt, bytes) else spoilt.encode())
    with show(file) as (sound, _):
        assert sound.evaluate(f"{OPENING}.content") == "none"
        browser = sound.context.browser
        assert browser
        page = browser.new_page(offline=True)
        page.goto(path.as_uri())
        page.evaluate(f"Promise.all({ANIMATIONS}.map((one) => one.finished)).then(() => null)")
        assert page.evaluate(f"{OPENING}.visibility") == "visible"
        for said in ("文件不完整或已损坏", "cut short or damaged"):
            assert said in page.evaluate(f"{OPENING}.content")
        page.close()


def kept_in_python(
    table: pd.DataFrame, hidden: dict[str, set[str]], least: float | None
) -> pd.Series:
    """Filter the table as the reader did."""
    kept = pd.Series(data=True, index=table.index)
    for column, words in hidden.items():
        kept &= ~table[column].fillna("").isin(words)
    if least is not None:
        kept &= table["parcel_area_mu"].round(2) >= least
    return kept


def test_filters_add_up_to_what_the_table_says(show: Show, file: Path, result: Result) -> None:
    table = result.parcels
    rng = np.random.default_rng(3)
    letters = {"efficiency_grade": "ABCD", "control_class": ("inside", "straddling", "outside")}
    with show(file) as (page, seen):
        for _ in range(12):
            hidden: dict[str, set[str]] = {}
            for theme, words in letters.items():
                page.locator(f"input[name=theme][value={theme}]").check()
                chosen = sorted(rng.choice(len(words), rng.integers(0, 3), replace=False))
                for at in chosen:
                    page.locator("#legend .class").nth(at).click()
                hidden[theme] = {words[at] for at in chosen}
            least = round(float(rng.uniform(5, 25)), 2) if rng.random() < 0.5 else None
            if least is not None:
                page.locator("#span-column").select_option("parcel_area_mu")
                page.locator("#span-at_least").fill(str(least))
                page.locator("#filter button[type=submit]").click()
            kept = kept_in_python(table, hidden, least)
            if kept.all():
                continue
            mu = (table.loc[kept, "counted_area_m2"] * 0.0015).sum()
            decimals = 0 if mu >= 1000 else 2
            said = page.locator("#filter-sums").inner_text()
            assert said.startswith(f"{kept.sum():,} 宗 · {mu:,.{decimals}f} 亩")
            exact = page.evaluate("layer_parcels.filters.sums()")
            assert exact["mu"] == pytest.approx(mu, abs=8e-8 * kept.sum())  # 0.00005 m2 each
            page.locator("#clear-filter").click()
        expect(page.locator("#filter-sums")).to_have_count(0)
        assert seen.nothing(), seen


def test_a_condition_is_dropped_by_its_cross(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        page.locator("#legend .class").first.click()
        page.locator("[data-town]").first.click()
        assert page.locator(".condition").count() == 2
        page.locator(".condition button").first.click()
        page.locator(".condition button").first.click()
        expect(page.locator("#filter-sums")).to_have_count(0)
        expect(page.locator("#filter .hint")).to_be_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.scrollingElement.scrollTop") == 0
        assert seen.nothing(), seen


def chosen(page: Page) -> dict[str, object]:
    """Tell what is chosen, as the reader sees it."""
    return {
        "theme": page.locator("input[name=theme]:checked").get_attribute("value"),
        "conditions": page.locator(".condition span").all_inner_texts(),
        "card": page.locator("#card h2").all_inner_texts() if page.locator("#card").is_visible()
        else [],
        "lang": page.evaluate("document.documentElement.lang"),
        "layers": page.locator("[data-layer]:checked").evaluate_all(
            "all => all.map((one) => one.dataset.layer)"
        ),
        "view": page.evaluate(
            "[map_city.getZoom(), map_city.getCenter().lat, map_city.getCenter().lng]"
            ".map((one) => +one.toFixed(4))"
        ),
    }  # fmt: skip


def choose_much(page: Page) -> None:
    page.locator("input[name=theme][value=control_class]").check()
    page.locator("#legend .class").nth(1).click()
    page.locator("[data-town]").first.click()
    page.locator("#span-column").select_option("floor_area_ratio")
    page.locator("#span-at_most").fill("2.5")
    page.locator("#filter button[type=submit]").click()
    page.locator("[data-layer=parks]").uncheck()
    page.locator("#lang-en").click()
    search(page, ONE)


def test_a_link_leads_back_to_what_was_chosen(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        choose_much(page)
        expect(page.locator("#card h2")).to_have_text(ONE)
        before, fragment = chosen(page), page.evaluate("location.hash")
        assert seen.nothing(), seen
    with show(file) as (page, seen):
        page.evaluate(f"location.hash = {json.dumps(fragment)}")
        page.reload()
        page.locator("body[data-state=ready]").wait_for()
        after = chosen(page)
        assert after.pop("view") == pytest.approx(before.pop("view"), abs=2e-3)
        assert after == before
        assert seen.nothing(), seen


def test_every_step_can_be_taken_back(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        start = chosen(page)
        expect(page.locator("#undo")).to_be_disabled()
        choose_much(page)
        steps = 0
        while page.locator("#undo").is_enabled():
            page.locator("#undo").click()
            page.wait_for_timeout(60)
            steps += 1
        assert 7 <= steps <= 9
        after = chosen(page)
        assert after.pop("view") == pytest.approx(start.pop("view"), abs=2e-3)
        assert after == start
        assert seen.nothing(), seen


@pytest.mark.parametrize("fragment", [
    "#at=NaN/x/1&theme=nothing&town=<script>&hide=x:1&hide=control_class:99.a&span=no:1:2&open=z",
    "#span=town:1:2&span=floor_area_ratio:a:b&open=parcel:none&open=park:K9&off=x.y&lang=fr",
    "#%E4%B8&=&&&",
])  # fmt: skip
def test_a_link_that_makes_no_sense_is_passed_over(show: Show, file: Path, fragment: str) -> None:
    with show(file) as (page, seen):
        page.evaluate(f"location.hash = {json.dumps(fragment)}")
        page.reload()
        page.locator("body[data-state=ready]").wait_for()
        expect(page.locator("#filter-sums")).to_have_count(0)
        expect(page.locator("#share-value")).to_be_visible()
        assert seen.nothing(), seen


def test_an_owner_is_searched_and_kept(show: Show, file: Path, result: Result) -> None:
    name = "示例工贸33有限公司"
    with show(file) as (page, seen):
        search(page, name)
        expect(page.locator(".condition span")).to_have_text(name)
        count = (result.parcels["owner"] == name).sum()
        expect(page.locator("#filter-sums")).to_contain_text(f"{count} 宗")
        assert seen.nothing(), seen


def place_at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Tell longitude and latitude of a click on a point of the screen."""
    script = """([clientX, clientY]) => {
        const { lng, lat } = map_city.mouseEventToLatLng({ clientX, clientY });
        return [lng, lat];
    }"""
    return tuple(page.evaluate(script, [x, y]))


def draw(page: Page, mode: str, corners: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Draw with the mouse, and give the places of the corners."""
    page.locator(f"[data-mode={mode}]").click()
    for x, y in corners:
        page.mouse.move(x, y)
        page.mouse.click(x, y)
    if mode != "rectangle":
        page.keyboard.press("Enter")
    return [place_at(page, *corner) for corner in corners]


def test_parcels_are_chosen_by_their_middle(show: Show, file: Path, result: Result) -> None:
    middles = result.parcels.geometry.centroid.to_crs(4326)
    with show(file) as (page, seen):
        (left, top), (right, bottom) = draw(page, "rectangle", [(600, 250), (900, 560)])
        inside = middles.within(shapely.box(left, bottom, right, top))
        said = page.locator(".sketch-said").inner_text()
        assert said.startswith(f"{inside.sum()} 宗")
        ring = draw(page, "polygon", [(560, 230), (980, 300), (900, 620), (640, 560)])
        inside = middles.within(shapely.Polygon(ring))
        assert 0 < inside.sum() < len(inside)
        mu = (result.parcels.loc[inside, "counted_area_m2"] * 0.0015).sum()
        said = page.locator(".sketch-said").inner_text()
        assert said.startswith(f"{inside.sum()} 宗 · {mu:,.{0 if mu >= 1000 else 2}f} 亩")
        page.keyboard.press("Escape")
        expect(page.locator(".sketch-said")).to_be_hidden()
        assert seen.nothing(), seen


def test_what_is_chosen_is_exported_as_text(show: Show, file: Path, result: Result) -> None:
    with show(file) as (page, seen):
        draw(page, "rectangle", [(346, 175), (1275, 795)])
        with page.expect_download() as download:
            page.locator("#export").click()
        table = pd.read_csv(download.value.path(), dtype=str, encoding="utf-8-sig")
        assert len(table) == len(result.parcels)
        assert set(NASTY[:4]) <= set(table["宗地"].str.removeprefix("'"))
        cells = table.to_numpy(dtype=object).ravel()
        assert not any(isinstance(one, str) and one[0] in "=+@" for one in cells)
        mu = table["宗地面积 (亩)"].astype(float).sum()
        assert mu == pytest.approx(result.parcels["parcel_area_mu"].round(2).sum())
        assert seen.nothing(), seen


def test_distances_and_areas_are_those_of_the_ellipsoid(show: Show, file: Path) -> None:
    geod = Geod(ellps="GRS80")
    with show(file) as (page, seen):
        line = draw(page, "distance", [(560, 230), (980, 300), (900, 620)])
        true = geod.line_length(*zip(*line, strict=True))
        said = page.locator(".sketch-said span").inner_text()
        shown = float(said.replace(",", "").split()[0]) * (1000 if "km" in said else 1)
        assert shown == pytest.approx(true, rel=1e-5, abs=5.1)
        ring = draw(page, "area", [(560, 230), (980, 300), (900, 620)])
        area = abs(geod.polygon_area_perimeter(*zip(*ring, strict=True))[0])
        said = page.locator(".sketch-said span").inner_text()
        assert float(said.split(" 亩")[0].replace(",", "")) == pytest.approx(
            area * 0.0015, rel=1e-5
        )
        assert seen.nothing(), seen


def test_no_card_opens_while_one_draws(show: Show, file: Path) -> None:
    with show(file, NARROW) as (page, seen):
        page.locator("[data-mode=polygon]").click()
        page.mouse.click(195, 480)
        expect(page.locator("#card")).to_be_hidden()
        page.locator("[data-mode=polygon]").click()
        expect(page.locator(".sketch-said")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW[0]
        assert seen.nothing(), seen
