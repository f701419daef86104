"""The folium elements of the published map, and the page's own files.

Each element carries its data in blocks that are no script, what is large deflated; the page's own
``page/*.js`` draws it. Ids are fixed, so that the same result gives the same bytes.
"""

from __future__ import annotations

import base64
import json
import math
import re
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import folium
import numpy as np
import pandas as pd
from branca.element import MacroElement
from folium.template import Template

from landrenew.publish.map.pack.parcels import packed_parcels
from landrenew.publish.map.pack.pieces import deflated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

    from landrenew.base.words import Lang

SCRIPTS = (
    "words", "data", "grid", "unpack", "outlines", "brush", "judge", "grading", "trial", "lift",
    "painted", "parcels", "swipe", "small", "card", "share", "filters", "panel", "order", "whatif",
    "histogram", "search", "sketch", "floors", "state", "public", "gcj02", "ground", "sheet",
    "paper_map", "picture", "paper", "page",
)  # fmt: skip
"""The page's scripts, in the order they build on each other."""

NAMES = "{ ground, parcels, shapes, start, piece }"
"""What they leave behind for the elements below, and for the scripts beside the page, to call."""


def page_folder() -> Traversable:
    """
    Find the page's files inside the installed package.

    Returns
    -------
    Traversable
        Folder with the page's own files and the vendored library.
    """
    return resources.files("landrenew.publish.map").joinpath("page")


def _read(path: str) -> str:
    return page_folder().joinpath(path).read_text(encoding="utf-8")


def page_script() -> str:
    """
    Join the page's own scripts into one that leaves a single name behind, ``landrenew``.

    Returns
    -------
    str
        JavaScript.
    """
    parts = "\n".join(_read(f"{name}.js") for name in SCRIPTS)
    return f"const landrenew = (() => {{\n'use strict';\n{parts}\nreturn {NAMES};\n}})();"


def library_style() -> str:
    """
    Give Leaflet's style sheet with its few pictures inside it.

    Returns
    -------
    str
        CSS.
    """

    def inside(found: re.Match[str]) -> str:
        picture = page_folder().joinpath("vendor", "leaflet", found[1]).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(picture).decode()})"

    return re.sub(r"url\((images/[\w-]+\.png)\)", inside, _read("vendor/leaflet/leaflet.css"))


def library_script() -> str:
    """
    Give Leaflet, without its link to a source map.

    Returns
    -------
    str
        JavaScript.
    """
    return re.sub(r"//# sourceMappingURL=\S+", "", _read("vendor/leaflet/leaflet.js"))


def _tidy(data: object) -> object:
    """Turn whole floats into integers (shorter) and refuse what JSON cannot say."""
    if isinstance(data, dict):
        return {str(key): _tidy(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_tidy(value) for value in data]
    if isinstance(data, (np.ndarray, pd.Index)):
        return [None if pd.isna(one) else _tidy(one) for one in data.tolist()]
    if isinstance(data, float) and math.isfinite(data) and data == int(data):
        return int(data)
    return data


def write_json(data: object) -> str:
    r"""
    Write data so that it can stand inside an HTML page whatever names it holds.

    Parameters
    ----------
    data
        Dictionaries, lists, text, numbers and None.

    Returns
    -------
    str
        JSON in which no character can end the element or a line of script.

    Examples
    --------
    >>> write_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json_text(data)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def json_text(data: object) -> str:
    """
    Write data as JSON, as short as it gets.

    Parameters
    ----------
    data
        Dictionaries, lists, arrays, text, numbers and None.

    Returns
    -------
    str
        JSON; null where an array holds NaN.
    """
    return json.dumps(_tidy(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


_held_out: ContextVar[list[str] | None] = ContextVar("pieces held out", default=None)

MARK = re.compile(r"<landrenew-piece (\d+)>")
"""Stands for a piece that is held out; no name can look like it, for ``<`` is escaped."""


@contextmanager
def pieces_held_out() -> Iterator[list[str]]:
    """
    Let marks stand for the pieces of layers in what folium renders within.

    Folium takes what it renders for a template, which for a large city is copied, parsed and
    compiled, and takes several times its size in memory; a piece holds nothing for it to fill in.

    Yields
    ------
    list of str
        The pieces, by the number of their :data:`MARK`.
    """
    pieces: list[str] = []
    token = _held_out.set(pieces)
    try:
        yield pieces
    finally:
        _held_out.reset(token)


def _mark(piece: str, held: list[str]) -> str:
    held.append(piece)
    return f"<landrenew-piece {len(held) - 1}>"


class PageLayer(folium.map.Layer):
    """
    A layer of the map whose data stands deflated in the page and whose look stands in ``page/``.

    Parameters
    ----------
    name
        Name of the layer, part of its id.
    draws
        Function of the page's script that draws it.
    written
        What it draws, in pieces as :func:`landrenew.publish.map.pack.pieces.deflated` writes them.
    """

    _template = Template("""
    {% macro html(this, kwargs) %}
    {% for one in this.shown() %}
    <script type="text/plain" data-pieces="{{ this.get_name() }}">{{ one }}</script>
    {% endfor %}
    {% endmacro %}
    {% macro script(this, kwargs) %}
    var {{ this.get_name() }} = landrenew.{{ this.draws }}({{ this.get_name()|tojson }})
        .addTo({{ this._parent.get_name() }});
    {% endmacro %}
    """)

    def __init__(self, name: str, draws: str, written: Iterable[str]) -> None:
        # The page has its own switches; folium's would start by taking the layer off.
        super().__init__(name=name, overlay=True, control=False, show=False)
        self._name, self._id = "Layer", name
        self.draws, self.written = draws, tuple(written)

    def shown(self) -> Iterable[str]:
        """
        Give what stands in the page.

        Returns
        -------
        iterable of str
            The pieces, or the marks that stand for them within :func:`pieces_held_out`.
        """
        held = _held_out.get()
        return self.written if held is None else [_mark(one, held) for one in self.written]


class ParcelLayer(PageLayer):
    """
    The parcels. All that is known of how they are stored and drawn stands behind this element.

    Parameters
    ----------
    payload
        What :func:`landrenew.publish.map.payload.parcels_payload` gave.
    outlines_apart
        Whether the outlines stand beside the page, in scripts of their own.
    """

    def __init__(self, payload: dict[str, Any], *, outlines_apart: bool = False) -> None:
        pieces = packed_parcels(payload, outlines_apart=outlines_apart)
        super().__init__("parcels", "parcels", (_packed(pieces.header), *pieces.written))
        self.outlines = pieces.outlines


class ShapeLayer(PageLayer):
    """
    A small layer of lines and areas: blocks, boundaries, the backdrop.

    Parameters
    ----------
    name
        Name of the layer, which the page's script styles by.
    data
        Shapes and what is said of them.
    """

    def __init__(self, name: str, data: object) -> None:
        super().__init__(name, "shapes", [_packed(data)])


class GroundLayer(PageLayer):
    """
    A picture of the ground, beneath everything but the backdrop.

    Parameters
    ----------
    picture
        What :func:`landrenew.publish.map.picture.picture_of` gave.
    """

    def __init__(self, picture: dict[str, Any]) -> None:
        super().__init__("ground", "ground", [_packed(picture)])


def _packed(data: object) -> str:
    return deflated(json_text(data).encode("utf-8"))


class Page(MacroElement):
    """
    Everything round the map: title, panel, card, search, legend, and all scripts and styles.

    They stand in the page itself, so that no link is needed and none is made; so does the icon,
    which a browser would otherwise ask the server for.

    Parameters
    ----------
    facts
        What :func:`landrenew.publish.map.facts.page_facts` gave.
    lang
        Language on opening.
    bounds
        Left, bottom, right, top of the parcels [degree].
    hosts
        Servers that the reader may have asked for tiles; the page asks nobody by itself.
    """

    _template = Template("""
    {% macro header(this, kwargs) %}
    <link rel="icon" href="{{ this.icon }}" />
    <style>{{ this.library_style }}</style>
    <style>{{ this.style }}</style>
    <script>{{ this.library }}</script>
    <script>{{ this.script }}</script>
    {% endmacro %}
    {% macro html(this, kwargs) %}
    {{ this.skeleton }}
    <script type="application/json" id="{{ this.get_name() }}">{{ this.json }}</script>
    {% endmacro %}
    {% macro script(this, kwargs) %}
    landrenew.start({{ this._parent.get_name() }}, {{ this.get_name()|tojson }});
    {% endmacro %}
    """)

    def __init__(
        self, facts: dict[str, Any], lang: Lang, bounds: list[float], hosts: Iterable[str] = ()
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca annotates nothing here
        self._name, self._id = "Page", "facts"
        self.hosts = tuple(hosts)
        self.library, self.library_style = library_script(), library_style()
        self.script, self.style, self.skeleton = (
            page_script(),
            _read("page.css"),
            _read("page.html"),
        )
        self.icon = f"data:image/svg+xml,{quote(_read('icon.svg').strip())}"
        self.json = write_json({**facts, "lang": lang, "bounds": bounds})
