"""The map as a folder: it looks and answers like the map in one file, from a disk and a server."""

from __future__ import annotations

import random
import re
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import shapely
from browser import opened
from map_city import NASTY, made_result
from playwright.sync_api import expect
from test_map_browser import are_seen, draw, place_of, search

from landrenew.base.errors import FileError
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.folder import (
    FOLDER_FROM,
    is_folder,
    map_name,
    page_of,
    refuse_others,
    save_folder,
)
from landrenew.publish.map.offline import check_place, offline_page, save_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from browser import Show
    from playwright.sync_api import Browser, Page

    from landrenew.publish.result import Result

ROWS = 24
"""Parcels of a piece: 480 make 20."""

ONE = "330282100020"
browsed = pytest.mark.browser


@pytest.fixture(scope="module")
def result() -> Result:
    return made_result()


@pytest.fixture(scope="module", autouse=True)
def _small_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("landrenew.publish.map.pack.pieces.ROWS", ROWS)
        yield


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "地图 map"
    save_map(draw_map(result, in_folder=True), path)
    return path


@pytest.fixture(scope="module")
def file(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    save_map(draw_map(result), path)
    return path


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, and give its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def settled(page: Page) -> None:
    """Wait until all is painted, outlines included."""
    page.evaluate(
        """async () => {
            await Promise.all(layer_parcels.outlines.asked.values());
            await new Promise((done) => layer_parcels.whenPainted(done));
        }"""
    )


def look(page: Page, zoom: float, parcel: str = ONE) -> None:
    """Bring a parcel into the middle."""
    page.evaluate(
        """([zoom, id]) => {
            const place = layer_parcels.bounds(layer_parcels.ids.indexOf(id)).getCenter();
            map_city.setView(place, zoom, { animate: false });
        }""",
        [zoom, parcel],
    )
    settled(page)


def in_view(page: Page) -> list[str]:
    """Name the parcels whose middle is in view."""
    return page.evaluate(
        """() => layer_parcels.ids.filter((_, i) => {
            const at = map_city.latLngToContainerPoint(layer_parcels.bounds(i).getCenter());
            const { width, height } = map_city.getContainer().getBoundingClientRect();
            return at.x > 2 && at.y > 2 && at.x < width - 2 && at.y < height - 2;
        })"""
    )


def pieces_read(page: Page) -> int:
    return page.evaluate("layer_parcels.grid.state.filter((one) => one === 1).length")


def picture(page: Page) -> list[int]:
    """Read what is painted of the parcels, tile by tile."""
    settled(page)
    return page.evaluate(
        """() => Object.entries(layer_parcels._tiles).sort().map(([key, { el }]) => {
            const copy = document.createElement('canvas');
            [copy.width, copy.height] = [el.width, el.height];
            const pen = copy.getContext('2d', { willReadFrequently: true });
            pen.drawImage(el, 0, 0);
            let digest = 0;
            for (const one of pen.getImageData(0, 0, el.width, el.height).data) {
                digest = (Math.imul(digest, 31) + one) | 0;
            }
            return [key, digest];
        })"""
    )


@browsed
def test_it_opens_from_the_disk_and_asks_for_its_own_pieces_alone(
    show: Show, folder: Path, result: Result
) -> None:
    with show(folder) as (page, seen):
        assert are_seen(page, result.parcels.index)
        assert set(seen.asked) <= {f"pieces/{number:04d}.js" for number in range(20)}
        assert len(seen.asked) == len(set(seen.asked)) > 0
        assert seen.nothing(), seen


@browsed
def test_it_opens_from_a_server(browser: Browser, folder: Path, result: Result) -> None:
    with (
        served(folder) as home,
        opened(browser, folder / "index.html", url=f"{home}index.html", home=home) as (page, seen),
    ):
        assert are_seen(page, result.parcels.index)
        look(page, 17)
        assert pieces_read(page) > 0
        assert "favicon.ico" not in seen.asked
        assert seen.nothing(), seen


@browsed
def test_it_looks_like_the_map_in_one_file(show: Show, folder: Path, file: Path) -> None:
    views = [(zoom, one) for zoom in (11, 13, 14.25, 15.5, 17) for one in (ONE, "330282100300")]
    pictures = []
    for path in (folder, file):
        with show(path) as (page, seen):
            pictures.append([])
            for zoom, one in views:
                look(page, zoom, one)
                pictures[-1].append(picture(page))
            assert seen.nothing(), seen
    assert pictures[0] == pictures[1]
    assert len({str(one) for one in pictures[0]}) > len(views) / 2


@browsed
def test_what_nobody_looks_at_is_not_loaded(show: Show, folder: Path) -> None:
    with show(folder, fragment="#at=10/30.12/121.2") as (page, seen):
        assert seen.asked == []
        assert len(in_view(page)) == 480
        look(page, 17)
        assert 0 < pieces_read(page) == len(seen.asked) < 8
        assert seen.nothing(), seen


@browsed
def test_every_parcel_is_seen_before_its_outline_is_there(
    show: Show, folder: Path, result: Result, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "map")
    shutil.rmtree(tmp_path / "map" / "pieces")
    with show(tmp_path / "map") as (page, _):
        for zoom in (10, 11, 12, 13, 14, 15.5, 17):
            look(page, zoom)
            seen = in_view(page)
            assert len(seen) == 480 if zoom < 12 else len(seen) > 0
            assert are_seen(page, seen)
        assert page.evaluate("layer_parcels.filters.parcels.count") == len(result.parcels)


@browsed
def test_clicks_on_parcels_whose_outlines_are_not_there_yet_are_right(
    show: Show, folder: Path, result: Result
) -> None:
    shapes = result.parcels.geometry.to_crs(4326)
    chance = random.Random(5)  # noqa: S311  for a test
    right = wrong = 0
    with show(folder, fragment="#at=11.75/30.12/121.2") as (page, seen):
        page.evaluate("window.heard = null; map_city.on('click', (e) => { heard = e.latlng; });0")
        for _ in range(40):
            page.keyboard.press("Escape")  # a card that is open would take the click itself
            id_ = chance.choice(list(shapes.index[8:]))
            x, y = place_of(page, id_)
            page.mouse.click(x + chance.uniform(-2, 2), y + chance.uniform(-2, 2))
            settled(page)
            point = shapely.Point(*page.evaluate("[heard.lng, heard.lat]"))
            there = shapes.index[shapes.contains(point)]  # two, where parcels lie upon each other
            card = page.locator("#card h2")
            said = card.inner_text() if card.is_visible() else None
            if len(there):
                right += said in there
                wrong += said not in there
            else:
                wrong += said in shapes.index
        assert seen.nothing(), seen
    assert (wrong, right > 15) == (0, True)


@browsed
def test_a_parcel_that_was_searched_gets_its_outline(show: Show, folder: Path) -> None:
    with show(folder, fragment="#at=10/30.12/121.2") as (page, seen):
        search(page, ONE)
        expect(page.locator("#card h2")).to_have_text(ONE)
        settled(page)
        corners = page.evaluate(
            """() => {
                const found = [];
                map_city.eachLayer((one) => {
                    if (one.options.pane === 'selection' && one.getLatLngs) {
                        found.push(one.getLatLngs()[0].length);
                    }
                });
                return found;
            }"""
        )
        assert corners == [5, 5]  # a box has 4
        assert seen.nothing(), seen


@browsed
def test_choosing_filtering_and_exporting_need_no_outline(
    show: Show, folder: Path, file: Path
) -> None:
    tables = []
    for path in (folder, file):
        with show(path, fragment="#at=11/30.12/121.2") as (page, seen):
            page.locator("#legend [data-class]").first.click(force=True)
            draw(page, "rectangle", [(700, 250), (960, 700)])
            words = page.locator(".sketch-said span").inner_text()
            with page.expect_download() as download:
                page.locator("#export").click()
            sums = page.locator("#filter-sums").inner_text()
            tables.append((words, sums, download.value.path().read_bytes()))
            assert seen.asked == []
            assert seen.nothing(), seen
    assert tables[0] == tables[1]
    assert tables[0][2].count(b"\r\n") > 20


@browsed
@pytest.mark.parametrize("how", ["button", "key"])
def test_a_printer_is_asked_once_the_sheet_has_its_outlines(
    show: Show, folder: Path, how: str
) -> None:
    with show(folder, fragment="#at=10/30.12/121.2") as (page, seen):
        page.evaluate(
            """() => {
                window.asked = new Promise((tell) => {
                    window.print = () => {
                        window.dispatchEvent(new Event('beforeprint'));
                        const { grid } = layer_parcels;
                        const sheet = document.querySelector('#sheet canvas');
                        tell([Boolean(sheet), grid.state.includes(1)]);
                    };
                });
                map_city.setView(map_city.getCenter(), 14, { animate: false });
            }"""
        )
        if how == "button":
            page.locator("#print").click()
        else:
            page.keyboard.press("Control+p")
        assert page.evaluate("window.asked") == [True, True]
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        expect(page.locator("#sheet canvas")).to_have_count(0)
        assert page.evaluate("map_city.getZoom()") == pytest.approx(14, abs=0.01)
        assert seen.nothing(), seen


def missing(path: Path, _: Path) -> None:
    path.unlink()


def empty(path: Path, _: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes()[:-60])


def cut_within(path: Path, _: Path) -> None:
    path.write_bytes(re.sub(rb'.{40}"\);', b'");', path.read_bytes()))


def with_one_letter_changed(path: Path, _: Path) -> None:
    text = path.read_bytes()
    at = len(text) // 2
    path.write_bytes(text[:at] + (b"B" if text[at : at + 1] == b"A" else b"A") + text[at + 1 :])


def of_its_neighbour(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


def under_its_neighbours_number(path: Path, other: Path) -> None:
    text = other.read_bytes()
    number = str(int(path.stem)).encode()
    path.write_bytes(re.sub(rb"piece\(\d+", b"piece(" + number, text))


DAMAGES = (
    missing, empty, cut, cut_within, with_one_letter_changed, of_its_neighbour,
    under_its_neighbours_number,
)  # fmt: skip


@browsed
@pytest.mark.parametrize("spoil", DAMAGES)
def test_a_damaged_piece_is_told_and_the_rest_goes_on(
    show: Show, folder: Path, tmp_path: Path, spoil: Callable[[Path, Path], None]
) -> None:
    shutil.copytree(folder, tmp_path / "map")
    pieces = tmp_path / "map" / "pieces"
    with show(folder, fragment="#at=10/30.12/121.2") as (page, _):
        number = page.evaluate(f"layer_parcels.grid.pieceOf(layer_parcels.ids.indexOf('{ONE}'))")
    spoil(pieces / f"{number:04d}.js", pieces / f"{(number + 1) % 20:04d}.js")
    with show(tmp_path / "map", fragment="#at=10/30.12/121.2") as (page, seen):
        expect(page.locator("#lost")).to_have_count(0)
        search(page, ONE)
        settled(page)
        lost = page.locator("#lost")
        for said in ("图形缺失或已损坏", "missing or damaged", f"pieces/{number:04d}.js"):
            expect(lost).to_contain_text(said)
        expect(page.locator("#card h2")).to_have_text(ONE)
        assert are_seen(page, in_view(page))
        lost.locator("button").click()
        expect(lost).to_be_hidden()
        page.evaluate("document.querySelector('[data-name=whole]').click();0")
        settled(page)
        assert pieces_read(page) == 19
        page.keyboard.press("Escape")
        page.mouse.click(*place_of(page, ONE))
        expect(page.locator("#card h2")).to_have_text(ONE)
        assert seen.requests == []
        expect(page.locator("#broken")).to_have_count(0)


@browsed
def test_a_damaged_page_says_so(show: Show, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "map")
    page_file = tmp_path / "map" / "index.html"
    text = page_file.read_text(encoding="utf-8")
    at = text.index("</script>", text.rindex("data-pieces="))
    page_file.write_text(text[: at - 40] + text[at:], encoding="utf-8")
    with show(tmp_path / "map") as (page, seen):
        expect(page.locator("#broken")).to_contain_text("cut short or damaged")
        assert seen.nothing(), seen


@browsed
def test_a_name_runs_nothing(show: Show, folder: Path) -> None:
    with show(folder) as (page, seen):
        for name in NASTY:
            search(page, name)
        page.evaluate(
            """document.body.insertAdjacentHTML('beforeend',
            '<script src="pieces/0000.js"></' + 'script><img src="x" onerror="hacked = 1">')"""
        )
        page.wait_for_timeout(100)
        assert page.evaluate("window.hacked") is None
        assert all("Content Security Policy" in one for one in seen.errors)
        assert seen.requests == []


def test_scripts_beside_the_page_are_allowed_in_a_folder_alone(result: Result) -> None:
    assert "'strict-dynamic'" in offline_page(draw_map(result, in_folder=True))
    assert "strict-dynamic" not in offline_page(draw_map(result))


def test_its_pieces_say_one_thing(folder: Path) -> None:
    paths = sorted((folder / "pieces").iterdir())
    assert [one.name for one in paths] == [f"{number:04d}.js" for number in range(20)]
    for number, path in enumerate(paths):
        said = rb'landrenew\.piece\(%d, "[^"\\\\<&]+"\);\n' % number
        assert re.fullmatch(said, path.read_bytes())


def test_the_same_run_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    save_map(draw_map(made_result(), in_folder=True), tmp_path / "map")
    assert contents(tmp_path / "map") == contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }


def test_the_page_alone_is_small_and_holds_every_id(folder: Path, file: Path) -> None:
    assert (folder / "index.html").stat().st_size < file.stat().st_size


def test_an_earlier_map_goes_as_a_whole(result: Result, tmp_path: Path) -> None:
    out = tmp_path / "map"
    (out / "pieces").mkdir(parents=True)
    (out / "pieces" / "0999.js").write_bytes(b"old")
    (out / "index.html").write_bytes(b"old")
    save_map(draw_map(result, in_folder=True), out)
    assert not (out / "pieces" / "0999.js").exists()
    assert list(tmp_path.iterdir()) == [out]


def test_a_folder_of_others_is_left_alone(result: Result, tmp_path: Path) -> None:
    out = tmp_path / "map"
    out.mkdir()
    (out / "my notes.txt").write_bytes(b"mine")
    with pytest.raises(FileError, match=r"holds files that are no map's: my notes.txt") as caught:
        save_map(draw_map(result, in_folder=True), out)
    assert "地图以外的文件" in caught.value.say("zh")
    assert contents(out) == {"my notes.txt": b"mine"}


@pytest.mark.parametrize(("names", "said"), [
    (["index.html"], "index.html"),  # of any web site
    (["index.html", "pieces/0000.js", "pieces/mine.doc"], "pieces/mine.doc"),
    (["index.html", "pieces"], "index.html, pieces"),  # a file of that name
    (["index.html", "pieces/0000.js", "Thumbs.db"], "Thumbs.db"),
])  # fmt: skip
def test_what_is_no_map_is_named_and_stays(names: list[str], said: str, tmp_path: Path) -> None:
    out = tmp_path / "map"
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(b"mine")
    with pytest.raises(FileError, match=rf"no map's: {re.escape(said)}\. A map"):
        save_folder("page", ["text"], out)
    assert contents(out) == dict.fromkeys(names, b"mine")


def test_a_name_the_system_refuses_is_told_in_a_sentence(tmp_path: Path) -> None:
    for check in (check_place, refuse_others):
        with pytest.raises(FileError, match="the name is too long") as caught:
            check(tmp_path / ("长" * 200))
        assert "文件名过长" in caught.value.say("zh")


@pytest.mark.parametrize(("name", "said"), [
    ("no/map.html", "no such file or folder"), ("file/map.html", "not a folder"),
    ("folder.html", "it is a folder"), (f"{'长' * 200}/map.html", "the name is too long"),
])  # fmt: skip
def test_a_place_for_a_file_is_looked_at_before_the_work(
    name: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(FileError, match=said):
        check_place(tmp_path / name)
    check_place(tmp_path / "map.html")
    assert contents(tmp_path) == {"file": b"mine"}


def test_a_file_in_its_place_is_left_alone(result: Result, tmp_path: Path) -> None:
    (tmp_path / "map").write_bytes(b"mine")
    with pytest.raises(FileError, match="is a file, no folder"):
        save_map(draw_map(result, in_folder=True), tmp_path / "map")
    assert (tmp_path / "map").read_bytes() == b"mine"


def test_a_map_for_a_folder_is_not_written_as_a_file(result: Result, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"goes in a folder, not in a file .*map\.html"):
        save_map(draw_map(result, in_folder=True), tmp_path / "map.html")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_folder(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "map"
    (out / "pieces").mkdir(parents=True)
    (out / "index.html").write_bytes(b"old")
    drawn = draw_map(result, in_folder=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(FileError, match="no space left"):
        save_map(drawn, out)
    assert contents(tmp_path) == {"map/index.html": b"old"}


@pytest.mark.parametrize(("name", "expected"), [
    ("map.html", False), ("地图.HTM", False), ("map", True), ("地图.2026", True),
])  # fmt: skip
def test_the_name_says_which_form(name: str, expected: bool, tmp_path: Path) -> None:  # noqa: FBT001
    assert is_folder(tmp_path / name) is expected
    assert page_of(tmp_path / name).suffix.lower() in {".html", ".htm"}


def test_a_large_city_gets_a_folder() -> None:
    assert str(map_name(FOLDER_FROM - 1)) == "map.html"
    assert str(map_name(FOLDER_FROM)) == "map"
