"""One file that needs nobody: no link leaves it, the same run gives the same bytes."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import folium
import pytest
from folium.plugins import MarkerCluster
from map_city import made_result
from unpacked import unpacked

from landrenew.base.errors import FileError
from landrenew.intake.parcels import Parcels
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.elements import MARK, page_folder, pieces_held_out
from landrenew.publish.map.offline import offline_page, save_map

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from landrenew.publish.result import Result


@pytest.fixture(scope="module")
def result() -> Result:
    return made_result(40)


def test_the_same_run_gives_the_same_bytes(result: Result, tmp_path: Path) -> None:
    save_map(draw_map(result), tmp_path / "a.html")
    save_map(draw_map(made_result(40)), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_saving_twice_gives_the_same_bytes(result: Result) -> None:
    drawn = draw_map(result)
    assert offline_page(drawn) == offline_page(drawn)


def test_pieces_stand_in_the_page_but_not_in_what_folium_reads(result: Result) -> None:
    drawn = draw_map(result)
    with pieces_held_out() as pieces:
        seen = drawn.get_root().render()
    page, shown = offline_page(drawn), drawn.get_root().render()
    assert len(pieces) == len(MARK.findall(seen)) > 2
    assert not any(one in seen for one in pieces)
    assert all(one in page and one in shown for one in pieces)
    assert not MARK.search(page + shown)


def test_a_name_that_looks_like_a_mark_stays_a_name(result: Result) -> None:
    mark = "<landrenew-piece 0>"
    town = result.parcels["town"].iloc[0]
    renamed = result.parcels.replace({"town": {town: mark}})
    page = offline_page(draw_map(dataclasses.replace(result, parcels=Parcels(renamed))))
    assert mark not in page
    assert mark in unpacked(page).header["columns"]["town"]["words"]


def test_other_maps_of_the_process_keep_their_links(result: Result) -> None:
    before = list(folium.Map.default_js)
    draw_map(result)
    assert folium.Map.default_js == before
    assert folium.Map(tiles=None).default_js == before


def test_only_hashed_scripts_may_run(result: Result) -> None:
    page = offline_page(draw_map(result))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert "connect-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 4
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_the_policy_stands_before_everything_it_governs(result: Result) -> None:
    page = offline_page(draw_map(result))
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script>")


def test_tiles_are_asked_for_only_when_someone_added_them(result: Result) -> None:
    drawn = draw_map(result)
    assert "img-src data: blob:;" in offline_page(drawn)
    folium.TileLayer("https://{s}.tiles.example/{z}/{x}/{y}.png", attr="x").add_to(drawn)
    assert "img-src data: blob: https://*.tiles.example;" in offline_page(drawn)


def test_a_plugin_that_links_outside_is_refused(result: Result, tmp_path: Path) -> None:
    drawn = draw_map(result)
    MarkerCluster().add_to(drawn)
    with pytest.raises(FileError, match=r"links outside its file: https://.*remove the folium"):
        save_map(drawn, tmp_path / "map.html")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_sentence(result: Result, tmp_path: Path) -> None:
    with pytest.raises(
        FileError, match=r"Cannot write the map .*nowhere.*: no such file"
    ) as caught:
        save_map(draw_map(result), tmp_path / "nowhere" / "map.html")
    assert "写不了地图" in caught.value.say("zh")


def test_a_failed_write_leaves_the_old_map(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "map.html"
    target.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(FileError, match="no space left"):
        save_map(draw_map(result), target)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "vendor",
    [page_folder() / "vendor", Path(__file__).parents[1] / "vendor"],
    ids=["page", "tests"],
)
def test_vendored_files_are_those_of_the_manifest(vendor: Traversable) -> None:
    manifest = json.loads(vendor.joinpath("manifest.json").read_text(encoding="utf-8"))
    for package in manifest:
        assert {"name", "version", "licence", "sha256"} <= set(package)
        for name, digest in package["sha256"].items():
            assert hashlib.sha256(vendor.joinpath(name).read_bytes()).hexdigest() == digest
