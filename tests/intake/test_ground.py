"""The section [map]: what it may offer, and what it must not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from landrenew.base.errors import FileError
from landrenew.intake.ground import SHIPPED, Ground
from landrenew.intake.project import project_of

OWN = {"name": "局内", "url": "http://10.1.2.3:8080/t/{z}/{x}/{y}.png", "attribution": "© 局"}


def read(**ground: object) -> Ground:
    raw = {"city": {"name": "x", "rulebook": "cixi-2022"}, "map": ground}
    return project_of(raw, Path("city.toml")).map


def refused(**ground: object) -> str:
    with pytest.raises(FileError) as caught:
        read(**ground)
    assert caught.value.say("zh") != caught.value.say("en")
    return caught.value.say("en")


def test_nothing_is_offered_by_default() -> None:
    project = project_of({"city": {"name": "x", "rulebook": "y"}}, Path("city.toml"))
    assert project.map == Ground()
    assert project.map.basemaps == ()
    assert project.map.picture is None


def test_a_name_stands_for_a_shipped_basemap() -> None:
    assert read(basemaps=["tianditu", "osm", OWN]).basemaps[:2] == (
        SHIPPED["tianditu"], SHIPPED["osm"],
    )  # fmt: skip


def test_every_shipped_basemap_names_its_hosts_exactly() -> None:
    assert SHIPPED["tianditu"].hosts() == [f"https://t{n}.tianditu.gov.cn" for n in range(8)]
    assert SHIPPED["amap"].hosts() == [f"https://webrd0{n}.is.autonavi.com" for n in range(1, 5)]
    assert SHIPPED["osm"].hosts() == ["https://tile.openstreetmap.org"]
    assert read(basemaps=[OWN]).basemaps[0].hosts() == ["http://10.1.2.3:8080"]
    assert not any("*" in host for one in SHIPPED.values() for host in one.hosts())


def test_only_the_shifted_service_is_shifted() -> None:
    assert {name for name, one in SHIPPED.items() if one.gcj02} == {"amap", "amap_picture"}


def test_the_layer_of_tianditu_is_that_of_its_path() -> None:
    for name in ("tianditu", "tianditu_picture"):
        for url in SHIPPED[name].urls():
            path = url.split("tianditu.gov.cn/")[1].split("_w/")[0]
            assert f"&LAYER={path}&" in url
            assert url.endswith("&tk={key}")


def test_an_unknown_name_lists_those_there_are() -> None:
    assert "tianditu, tianditu_picture, amap" in refused(basemaps=["google"])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/{z}/{x}/{y}.png",
        "javascript:alert(1)//{z}/{x}/{y}",
        "//host/{z}/{x}/{y}.png",
        "https://user:secret@host/{z}/{x}/{y}.png",
        "https://host; script-src *;/{z}/{x}/{y}.png",
        "https://host *.evil.example/{z}/{x}/{y}.png",
        'https://host/{z}/{x}/{y}.png" onload="x',
        "https://主机/{z}/{x}/{y}.png",
        "https://*/{z}/{x}/{y}.png",
    ],
)
def test_an_address_that_could_widen_the_policy_is_refused(url: str) -> None:
    assert "no template of tile addresses" in refused(basemaps=[{**OWN, "url": url}])


@pytest.mark.parametrize("url", ["https://host/{z}/{x}.png", "https://host/{z}/{x}/{y}/{-y}.png"])
def test_a_template_says_which_tile(url: str) -> None:
    assert "needs {z}, {x} and {y}" in refused(basemaps=[{**OWN, "url": url}])


def test_a_template_has_no_other_fields() -> None:
    assert "no such field: q" in refused(basemaps=[{**OWN, "url": "https://h/{z}/{x}/{y}?{q}"}])


@pytest.mark.parametrize("name", ["tk", "key", "access_token", "AK"])
def test_a_key_in_the_project_file_is_refused(name: str) -> None:
    url = f"https://host/{{z}}/{{x}}/{{y}}.png?{name}=0123456789abcdef"
    said = refused(basemaps=[{**OWN, "url": url}])
    assert "write {key}, and the reader types it" in said
    assert read(basemaps=[{**OWN, "url": url.replace("0123456789abcdef", "{key}")}]).basemaps


def test_subdomains_and_their_field_go_together() -> None:
    assert "go together" in refused(basemaps=[{**OWN, "subdomains": "12"}])
    url = "https://t{s}.host/{z}/{x}/{y}.png"
    assert "go together" in refused(basemaps=[{**OWN, "url": url}])


def test_two_basemaps_have_two_names() -> None:
    assert "of the same name" in refused(basemaps=[OWN, OWN])


def test_a_basemap_says_whose_it_is() -> None:
    assert "attribution] is missing" in refused(basemaps=[{"name": "a", "url": OWN["url"]}])


def test_a_picture_is_a_path_or_a_path_with_its_source() -> None:
    assert read(picture="ortho.tif").picture.path == "ortho.tif"
    said = read(picture={"path": "ortho.tif", "source": "测绘院", "as_of": "2025-05"}).picture
    assert (said.source, said.as_of) == ("测绘院", "2025-05")
