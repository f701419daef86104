"""A map that needs nobody: it refuses links that leave it, and says so to browsers.

The page carries a content-security policy with the hash of each of its scripts: a browser runs
these and no other, whatever a name in the data may try. In a folder, these may ask for the scripts
beside the page as well; hashes of those would not do, for no browser checks them on a disk.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import re
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import folium

from landrenew.base.errors import FileError, reason
from landrenew.base.words import some
from landrenew.publish.map.elements import MARK, Page, ParcelLayer, pieces_held_out
from landrenew.publish.map.folder import is_folder, refuse_others, save_folder

LINKS = frozenset({"src", "href", "srcset", "data", "action", "poster", "background"})
HEAD = "<head>"

NO_ENLARGING = re.compile(r",\s*maximum-scale=1\.0,\s*user-scalable=no")
"""What folium says to phones; people with weak eyes must be able to enlarge the page."""

OPENING = (
    "正在打开地图……如果一直停在这里，说明文件不完整或已损坏，请重新生成或重新复制该文件。\n"
    "Opening the map … If it stays like this, the file is cut short or damaged: make or copy it"
    " again."
)
"""What a page says until its scripts have read it, and for good where damage keeps them from it."""

OPENING_STYLE = """
body:not([data-state])::before { content: "WORDS"; position: fixed; z-index: 2000;
  inset: 40% 10% auto; padding: 12px 20px; border-left: 4px solid #8c8a86; background: #fff;
  font: 15px/1.6 sans-serif; white-space: pre-line;
  visibility: hidden; animation: opening 0s 2s forwards; }
@keyframes opening { to { visibility: visible; } }
"""
"""Two seconds after it began; in letters that no wrong encoding spoils."""

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


def _outlines(map: folium.Map) -> tuple[str, ...] | None:  # noqa: A002  the field's word
    """Give the outlines that stand beside the page; None where all is in it."""
    layers = [one for one in map._children.values() if isinstance(one, ParcelLayer)]  # noqa: SLF001  as above
    return next((one.outlines for one in layers), None)


def _policy(scripts: list[str], hosts: list[str], *, has_outlines: bool) -> str:
    hashes = sorted(
        {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts}
    )
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    if has_outlines:
        allowed += " 'strict-dynamic'"  # what the page's own scripts ask for, from the disk as well
    pictures = " ".join(["data:", "blob:", *hosts])
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src {pictures};"
        " font-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _parts(map: folium.Map) -> list[str]:  # noqa: A002  the field's word
    """Render a page in parts, to be written on end: its pieces are never copied into one text."""
    with pieces_held_out() as pieces:
        page = NO_ENLARGING.sub("", map.get_root().render(), count=1)
    reader = _Reader()
    reader.feed(page)
    reader.close()
    _refuse_links(reader.links)
    has_outlines = _outlines(map) is not None
    policy = _policy(reader.scripts, _tile_hosts(map), has_outlines=has_outlines)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}" />'
    charset = '<meta charset="utf-8" />'
    head = f"{HEAD}\n{charset}\n{meta}\n{_opening()}"
    page = re.sub(HEAD, lambda _: head, page, count=1)
    parts = MARK.split(page)  # every other part is the number of a piece
    parts[1::2] = [pieces[int(number)] for number in parts[1::2]]
    return parts


def _opening() -> str:
    """Say that the page is being opened, and what to do if it stays so: by style, not by script."""
    letters = (
        one if one.isprintable() and one.isascii() else f"\\{ord(one):x} " for one in OPENING
    )
    return f"<style>{OPENING_STYLE.replace('WORDS', ''.join(letters))}</style>"


def offline_page(map: folium.Map) -> str:  # noqa: A002  the field's word
    """
    Render the page of a map; where its outlines stand apart, they are not in it.

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
    return "".join(_parts(map))


def check_place(path: Path) -> None:
    """
    Let through a place where a map can be written, before the long work of drawing it.

    Parameters
    ----------
    path
        Where it goes: a file, or a folder.

    Raises
    ------
    FileError
        When it cannot go there, and why.
    """
    if is_folder(path):
        refuse_others(path)
        return
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _cannot_write(path, error) from error


def save_map(map: folium.Map, path: str | Path) -> None:  # noqa: A002  the field's word
    """
    Write a map that opens by double click with the network unplugged: one HTML file, or a folder.

    Parameters
    ----------
    map
        A map drawn by :func:`landrenew.publish.map.draw.draw_map`.
    path
        Where to write. What is there is replaced only once the new map is complete: a file, or,
        for a map drawn for a folder, the whole folder, of which ``index.html`` is to be opened.

    Raises
    ------
    FileError
        When the map links outside itself or cannot be written, or when the folder holds what is no
        map's.
    """
    path = Path(path)
    page, outlines = _parts(map), _outlines(map)
    if outlines is None:
        _save_file(page, path)
    elif is_folder(path):
        save_folder(page, outlines, path)
    else:
        raise FileError(
            f"这张地图是文件夹形式，不能写成文件 {path}。"
            "请给文件夹的名字，或绘制时不用 in_folder。",
            f"This map goes in a folder, not in a file {path}. Name a folder, or draw it without"
            " in_folder.",
        )


def _save_file(page: list[str], path: Path) -> None:
    kept: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            kept = Path(file.name)
            file.writelines(part.encode("utf-8") for part in page)
        kept.chmod(0o666 & ~_mask())
        kept.replace(path)
    except OSError as error:
        if kept is not None:
            kept.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> FileError:
    return FileError(
        f"写不了地图 {path}：{reason(error).zh}。请检查文件夹是否存在、可写，磁盘是否有空间。",
        f"Cannot write the map {path}: {reason(error).en}. Check that the folder exists and can"
        " be written, and that the disk has room.",
    )


def _mask() -> int:
    """Read the process's file mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
