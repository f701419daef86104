"""Styles that QGIS picks up by itself, in the colours of the map."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.base.words import Lang, Text


class Look(NamedTuple):
    """
    How one class of a layer is drawn.

    Parameters
    ----------
    value
        The class; empty for everything else, and for what is missing.
    label
        Its name in the legend.
    fill
        Fill, ``#rrggbb``; None leaves the inside empty.
    edge
        Outline, ``#rrggbb``.
    width
        Width of the outline [mm].
    is_hatched
        Whether the inside is hatched as well: no data, or undetermined.
    span
        Of a number: from this on, and below that, either may be infinite; None for a class, and
        for what is missing.
    """

    value: str
    label: Text
    fill: str | None
    edge: str = "#6e6e6e"
    width: float = 0.1
    is_hatched: bool = False
    span: tuple[float, float] | None = None


def qml(column: str, looks: Sequence[Look], lang: Lang) -> str:
    """
    Write the style of one layer.

    Parameters
    ----------
    column
        Column whose classes or numbers are told apart; empty for one symbol, the last look.
    looks
        The classes in the order of the legend.
    lang
        Language of the legend.

    Returns
    -------
    str
        A QGIS style (QML).
    """
    symbols = "".join(_symbol(i, look) for i, look in enumerate(looks))
    if not column:
        renderer = f'<renderer-v2 type="singleSymbol"><symbols>{_symbol(0, looks[-1])}</symbols>'
    elif any(look.span for look in looks):
        rules = "".join(_rule(i, column, look, lang) for i, look in enumerate(looks))
        renderer = (
            f'<renderer-v2 type="RuleRenderer"><rules key="{column}">{rules}</rules>'
            f"<symbols>{symbols}</symbols>"
        )
    else:
        categories = "".join(
            f'<category value="{escape(look.value)}" symbol="{i}" render="true"'
            f' label="{escape(look.label.say(lang))}"/>'
            for i, look in enumerate(looks)
        )
        renderer = (
            f'<renderer-v2 type="categorizedSymbol" attr="{escape(column)}">'
            f"<categories>{categories}</categories><symbols>{symbols}</symbols>"
        )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22" styleCategories="Symbology">{renderer}</renderer-v2></qgis>'
    )


def _rule(i: int, column: str, look: Look, lang: Lang) -> str:
    """Write the rule of a span of numbers: its lower end belongs to it, its upper end does not."""
    if look.span is None:
        which = f'"{column}" IS NULL'
    else:
        low, high = look.span
        ends = [f'"{column}" >= {low!r}'] * (low > -math.inf)
        ends += [f'"{column}" < {high!r}'] * (high < math.inf)
        which = " AND ".join(ends)
    return (
        f'<rule key="{column}_{i}" symbol="{i}" filter="{escape(which)}"'
        f' label="{escape(look.label.say(lang))}"/>'
    )


def _symbol(i: int, look: Look) -> str:
    layers = _fill(look, "no" if look.fill is None else "solid", look.fill)
    if look.is_hatched:
        layers += _fill(look, "b_diagonal", look.edge)
    return f'<symbol type="fill" name="{i}" alpha="1" clip_to_extent="1">{layers}</symbol>'


def _fill(look: Look, style: str, colour: str | None) -> str:
    options = {
        "color": _rgba(colour),
        "outline_color": _rgba(look.edge),
        "outline_style": "solid",
        "outline_width": f"{look.width:g}",
        "outline_width_unit": "MM",
        "style": style,
    }
    said = "".join(
        f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items()
    )
    return (
        f'<layer class="SimpleFill" enabled="1" pass="0" locked="0">'
        f'<Option type="Map">{said}</Option></layer>'
    )


def _rgba(colour: str | None) -> str:
    """Write a colour as QGIS reads it; None is white that does not show."""
    if colour is None:
        return "255,255,255,0"
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},255"
