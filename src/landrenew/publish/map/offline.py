"""One HTML file that needs nobody: it refuses links that leave the file, and says so to browsers.

The page carries a content-security policy with the hash of each of its scripts: a browser runs
these and no other, whatever a name in the data may try.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import folium

from landrenew.base.errors import FileError, reason
from landrenew.base.words import some
from landrenew.publish.map.elements import Page

LINKS = frozenset({"src", "href", "srcset", "data", "action", "poster", "background"})
HEAD = "<head>"

NO_ENLARGING = re.compile(r",\s*maximum-scale=1\.0,\s*user-scalable=no")
"""What folium says to phones; people with weak eyes must be able to enlarge the page."""

DATA = frozenset({"application/json", "text/plain"})
"""Types of script elements that a browser does not run."""


class _Reader(HTMLParser):
    """Reads a page as a browser does: which links it asks for, which scripts it runs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.scripts: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the links of an element, and whether it opens a script that runs."""
        given = dict(attrs)
        self.links += [value for key, value in attrs if key in LINKS and value]
        self._in_script = tag == "script" and given.get("type") not in DATA
        if self._in_script and "src" not in given:
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        """Gather the text of a script."""
        if self._in_script and self.scripts:
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """Close a script."""
        if tag == "script":
            self._in_script = False


def _refuse_links(links: list[str]) -> None:
    """Let through only what the file holds itself: data URLs and anchors."""
    leaving = [link for link in links if not link.startswith(("data:", "#"))]
    if leaving:
        raise FileError(
            f"地图仍链接到文件之外：{some(leaving)}。"
            "离线地图不能含外部脚本、样式或图片，请去掉添加它们的 folium 图层或插件。",
            f"The map still links outside its file: {some(leaving)}. An offline map cannot hold"
            " outside scripts, styles or pictures; remove the folium layer or plugin that adds"
            " them.",
        )


def _tile_hosts(map: folium.Map) -> list[str]:  # noqa: A002  the field's word
    """Find whom the map may ask for tiles: those the project offers, or a user added by hand."""
    children = list(map._children.values())  # noqa: SLF001  folium has no public way
    offered = {host for one in children if isinstance(one, Page) for host in one.hosts}
    layers = [one for one in children if isinstance(one, folium.TileLayer)]
    found = [re.match(r"https?://[^/]+", one.tiles) for one in layers]
    return sorted(offered | {one[0].replace("{s}", "*") for one in found if one})


def _policy(scripts: list[str], hosts: list[str]) -> str:
    hashes = sorted(
        {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts}
    )
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    pictures = " ".join(["data:", "blob:", *hosts])
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src {pictures};"
        " font-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def offline_page(map: folium.Map) -> str:  # noqa: A002  the field's word
    """
    Render a map as one self-contained page.

    Parameters
    ----------
    map
        A map drawn by :func:`landrenew.publish.map.draw.draw_map`.

    Returns
    -------
    str
        HTML with a content-security policy that forbids every request, but for tiles of basemaps
        that the project file offers and of a ``folium.TileLayer`` that the caller added.

    Raises
    ------
    FileError
        When a layer added to the map links to a script, style or picture outside the file.
    """
    page = NO_ENLARGING.sub("", map.get_root().render(), count=1)
    reader = _Reader()
    reader.feed(page)
    reader.close()
    _refuse_links(reader.links)
    policy = _policy(reader.scripts, _tile_hosts(map))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}" />'
    charset = '<meta charset="utf-8" />'
    return re.sub(HEAD, lambda _: f"{HEAD}\n{charset}\n{meta}", page, count=1)


def save_map(map: folium.Map, path: str | Path) -> None:  # noqa: A002  the field's word
    """
    Write a map as one HTML file that opens by double click with the network unplugged.

    Parameters
    ----------
    map
        A map drawn by :func:`landrenew.publish.map.draw.draw_map`.
    path
        Where to write; a file there is replaced only once the new one is complete.

    Raises
    ------
    FileError
        When the map links outside its file, or the file cannot be written.
    """
    path = Path(path)
    page = offline_page(map).encode("utf-8")
    kept: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            kept = Path(file.name)
            file.write(page)
        kept.chmod(0o666 & ~_mask())
        kept.replace(path)
    except OSError as error:
        if kept is not None:
            kept.unlink(missing_ok=True)
        raise FileError(
            f"写不了地图 {path}：{reason(error).zh}。请检查文件夹是否存在、可写，磁盘是否有空间。",
            f"Cannot write the map {path}: {reason(error).en}. Check that the folder exists and can"
            " be written, and that the disk has room.",
        ) from error


def _mask() -> int:
    """Read the process's file mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
