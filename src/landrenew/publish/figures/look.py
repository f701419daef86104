"""The look of every figure: sheets measured in millimetres, fonts, colours."""

from __future__ import annotations

import re
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import style
from matplotlib.figure import Figure

from landrenew.base.words import visible
from landrenew.publish.figures.fonts import installed_fonts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.axes import Axes
    from matplotlib.text import Text as Words

    from landrenew.publish.figures.fonts import Fonts

    Page = tuple[str, Callable[[], "Sheet"]]

A3, A4, A4_TALL = (420.0, 297.0), (297.0, 210.0), (210.0, 297.0)
"""Width and height of paper [mm]."""

MM_PER_INCH, POINTS_PER_INCH = 25.4, 72
MM_PER_POINT = MM_PER_INCH / POINTS_PER_INCH
DPI = 300
"""Dots of a printed inch."""

MARGIN = 12.0
"""Blank at the edge of a sheet [mm]."""

INK, SOFT, GREY, LINE = "#26241f", "#6d6a62", "#6b7680", "#dcd9d1"
BLUE, ORANGE, PINK, RED = "#1f5f9e", "#cc5a2b", "#b8175f", "#b3261e"

HATCH = "/////"
"""Marks what is missing or undetermined."""

SETTINGS: dict[Any, Any] = {
    "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.color": "#e3e8ec", "axes.edgecolor": GREY, "axes.labelcolor": "#28323a",
    "xtick.color": GREY, "ytick.color": GREY, "text.color": INK, "hatch.linewidth": 0.5,
    "text.parse_math": False, "axes.unicode_minus": False,
}  # fmt: skip
"""What all figures share; a dollar sign in a name begins no formula."""

TRUETYPE, DRAWN_GLYPHS = 42, 3
"""How a PDF holds a font: as it is, or glyph by glyph; text can be searched in both."""

WIDE = {"W", "F", "A"}
"""Characters as wide as they are high."""

NARROW_EM = 0.56
"""Width of a Latin letter, of its height, on the safe side."""

CHINESE = r"\u2e80-\u9fff\uf900-\uffef"
OPENING, CLOSING = (
    r"\u201c\u300a\u3014\uff08",
    r"\u3001\u3002\uff0c\uff1b\uff1a\uff09\u201d\u300b\u3015",
)

PIECES = re.compile(rf"[{OPENING}]*(?:[{CHINESE}][{CLOSING}]*|[^\s{CHINESE}]+[{CLOSING}]*\s*)|\s+")
"""Where a line may break: after any Chinese character, but before no mark that closes and after
none that opens."""


@contextmanager
def drawing(fonts: Fonts | None = None, **more: str) -> Iterator[Fonts]:
    """
    Draw with our look alone, whatever the user's own settings of matplotlib say.

    Parameters
    ----------
    fonts
        The fonts; None finds those installed.
    **more
        Settings of matplotlib that differ, dots written as two underscores.

    Yields
    ------
    Fonts
        The fonts drawn with.
    """
    fonts = installed_fonts() if fonts is None else fonts
    kind = TRUETYPE if fonts.is_truetype else DRAWN_GLYPHS  # readers take no other outlines as 42
    ours: dict[Any, Any] = {"font.family": list(fonts.families), "pdf.fonttype": kind}
    ours |= {name.replace("__", "."): value for name, value in more.items()}
    with style.context("default"), mpl.rc_context(SETTINGS | ours):
        yield fonts


class Sheet:
    """
    A sheet of paper, laid out in millimetres from its upper left corner.

    Parameters
    ----------
    size
        Width and height [mm].

    Attributes
    ----------
    figure
        The figure of matplotlib.
    size
        Width and height [mm].
    """

    def __init__(self, size: tuple[float, float]) -> None:
        self.size = size
        self.figure = Figure(figsize=(size[0] / MM_PER_INCH, size[1] / MM_PER_INCH))

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """
        Put axes on the sheet.

        Parameters
        ----------
        left, top, width, height
            Their place [mm].

        Returns
        -------
        Axes
            The axes.
        """
        wide, high = self.size
        box = (left / wide, 1 - (top + height) / high, width / wide, height / high)
        return self.figure.add_axes(box)

    def canvas(self, left: float, top: float, width: float, height: float) -> Axes:
        """
        Put a blank part on the sheet, to draw on in millimetres from its own upper left corner.

        Parameters
        ----------
        left, top, width, height
            Its place [mm].

        Returns
        -------
        Axes
            Axes without ticks, y downwards.
        """
        axes = self.axes(left, top, width, height)
        axes.set(xlim=(0, width), ylim=(height, 0))
        axes.axis("off")
        return axes

    def write(self, left: float, top: float, text: str, **how: Any) -> Words:  # noqa: ANN401  matplotlib's own
        """
        Write a text.

        Parameters
        ----------
        left, top
            Its place [mm].
        text
            The text.
        **how
            As matplotlib takes it.

        Returns
        -------
        Text
            The text of matplotlib.
        """
        how = {"va": "top", "ha": "left", **how}
        return self.figure.text(left / self.size[0], 1 - top / self.size[1], text, **how)


def width_mm(text: str, size: float) -> float:
    """
    Estimate how wide a line of text is, whatever its font [mm].

    Parameters
    ----------
    text
        One line.
    size
        Height of the font [points].

    Returns
    -------
    float
        Its width, rather too wide than too narrow.
    """
    ems = sum(1 if unicodedata.east_asian_width(one) in WIDE else NARROW_EM for one in text)
    return ems * size * MM_PER_POINT


def folded(text: str, width: float, size: float) -> list[str]:
    """
    Break a text into lines.

    Parameters
    ----------
    text
        A text.
    width
        Width of a line [mm].
    size
        Height of the font [points].

    Returns
    -------
    list of str
        Its lines.
    """
    lines = [""]
    for piece in PIECES.findall(text):
        if lines[-1] and width_mm(lines[-1] + piece.rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    return [one.rstrip() for one in lines]


def shortened(name: str, width: float, size: float) -> str:
    """
    Write somebody else's name on one line that has room for it.

    Parameters
    ----------
    name
        A name of any length, with whatever is in it.
    width
        Width of the line [mm].
    size
        Height of the font [points].

    Returns
    -------
    str
        The name, cut with an ellipsis where it is longer.
    """
    fits = int(width / (size * MM_PER_POINT * NARROW_EM)) + 1
    shown = visible(name[:fits])
    if len(name) <= fits and width_mm(shown, size) <= width:
        return shown
    while shown and width_mm(shown + "…", size) > width:
        shown = shown[:-1]
    return shown + "…"
