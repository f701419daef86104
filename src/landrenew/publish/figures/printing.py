"""Sheets as files to print: characters that no font has spelt out, then PDF and PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.text import Text as Words

from landrenew.publish.figures.look import DPI

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from landrenew.publish.figures.fonts import Fonts
    from landrenew.publish.figures.look import Page

PACKED = 4
"""How hard a PNG is packed: in half the time of the usual 6, and hardly larger."""


def spell_out(figure: Figure, fonts: Fonts) -> list[str]:
    """
    Spell out every character that the fonts lack, before a figure is drawn.

    Parameters
    ----------
    figure
        The figure; its texts are changed.
    fonts
        The fonts that it is drawn with.

    Returns
    -------
    list of str
        The characters that were spelt out.

    Raises
    ------
    FileError
        When Chinese is to be shown and no Chinese font is installed.
    """
    lacking: list[str] = []
    for one in figure.findobj(Words):
        if isinstance(one, Words):
            lacking += fonts.lacking(one.get_text())
            one.set_text(fonts.spelt(one.get_text()))
    return lacking


def print_pages(pages: Sequence[Page], folder: Path, name: str, fonts: Fonts) -> list[str]:
    """
    Write pages as one PDF together and as one PNG each.

    Parameters
    ----------
    pages
        For each page the name of its PNG, and what draws it.
    folder
        Where to write.
    name
        Name of the PDF.
    fonts
        The fonts that the pages are drawn with.

    Returns
    -------
    list of str
        Characters that no font has and that were spelt out.

    Raises
    ------
    FileError
        When Chinese is to be shown and no Chinese font is installed.
    """
    lacking: list[str] = []
    about = {"Creator": "landrenew", "CreationDate": None}
    with PdfPages(folder / f"{name}.pdf", metadata=about) as pdf:
        for png, draw in pages:
            figure = draw().figure
            lacking += spell_out(figure, fonts)
            figure.savefig(pdf, format="pdf", dpi=DPI)
            figure.savefig(folder / f"{png}.png", dpi=DPI, metadata={"Software": "landrenew"},
                           pil_kwargs={"compress_level": PACKED})  # fmt: skip
    return lacking
