"""Fonts that show Chinese: which are installed, what they cannot show, and how that is said.

A glyph that no font has would be drawn as an empty box. None ever is: a character of a name that
no font has is spelt out as ``[U+2A6B2]``, and where no Chinese font is installed nothing is drawn.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

from landrenew.base.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.ft2font import FT2Font

FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "Microsoft YaHei", "PingFang SC", "HarmonyOS Sans SC", "Hiragino Sans GB", "DengXian",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Heiti SC", "STHeiti",
    "Droid Sans Fallback", "Noto Sans CJK JP", "Noto Serif CJK SC", "Source Han Serif SC",
    "SimSun", "NSimSun", "Songti SC", "FangSong", "KaiTi", "AR PL UMing CN", "Arial Unicode MS",
)  # fmt: skip
"""Families that show Chinese, those without serifs first."""

RARE = (
    "SimSun-ExtB", "SimSun-ExtG", "Plangothic P1", "Plangothic P2", "BabelStone Han", "HanaMinA",
    "HanaMinB", "MingLiU-ExtB",
)  # fmt: skip
"""Families that hold rare characters of names, asked where the others have none."""

LATIN = "DejaVu Sans"
"""Comes with matplotlib, so that it is on every machine."""

SAMPLE = "宗地亩镇街线内占比评级"
"""What a font must have to be taken for a Chinese one."""

INSTALL = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei")
"""What an administrator is told to install; the first two are free."""

HAN = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
"""Blocks of Chinese characters and their parts."""

COLLECTION, OPENTYPE_CFF = b"ttcf", b"OTTO"
"""How a file with several fonts begins, and a font whose outlines are not TrueType."""


class Fonts(NamedTuple):
    """
    The fonts that a figure is drawn with.

    Parameters
    ----------
    families
        Their names; a character is taken from the first that has it.
    is_chinese
        Whether one of them shows Chinese.
    is_truetype
        Whether all have TrueType outlines, so that they can be embedded in a PDF as they are.
    """

    families: tuple[str, ...]
    is_chinese: bool
    is_truetype: bool

    def lacking(self, text: str) -> list[str]:
        """
        List what none of the fonts can show.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        list of str
            Characters, each once, in the order of the text.
        """
        return [
            one for one in dict.fromkeys(text)
            if one != "\n" and not any(_has(family, one) for family in self.families)
        ]  # fmt: skip

    def spelt(self, text: str) -> str:
        """
        Spell out what none of the fonts can show.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        str
            The text, with ``[U+2A6B2]`` for a character that would be an empty box.

        Raises
        ------
        FileError
            When Chinese is to be shown and no Chinese font is installed.
        """
        lacking = self.lacking(text)
        if not self.is_chinese and any(is_han(one) for one in lacking):
            raise no_chinese_font()
        for one in lacking:
            text = text.replace(one, f"[U+{ord(one):04X}]")
        return text


def is_han(character: str) -> bool:
    """
    Tell whether a character is Chinese.

    Parameters
    ----------
    character
        One character.

    Returns
    -------
    bool
        True for Chinese characters, their parts and the punctuation among them.
    """
    return any(first <= ord(character) <= last for first, last in HAN)


def installed_fonts() -> Fonts:
    """
    Find the fonts to draw with.

    Returns
    -------
    Fonts
        Every known family that shows Chinese, then those with rare characters, then the font that
        comes with matplotlib.
    """
    chinese = _shown(FAMILIES)
    if not chinese:  # matplotlib remembers the fonts of its first start
        _look_again()
        chinese = _shown(FAMILIES)
    names = (*chinese, *_known(RARE), LATIN)
    return Fonts(names, bool(chinese), not any(_has_cff(_path(one)) for one in names))


def no_chinese_font() -> FileError:
    """
    Say that no Chinese font is installed, and what to do.

    Returns
    -------
    FileError
        To be raised.
    """
    wanted = " / ".join(INSTALL)
    return FileError(
        f"这台机器上没有找到中文字体，图上的汉字会成为空框，因此没有出图。请安装其中一种：{wanted}"
        "（Debian、Ubuntu：apt install fonts-noto-cjk），然后重新运行；"
        "市名、镇街名都不含汉字时，也可用 --lang en。",
        "No Chinese font was found on this machine; Chinese characters would be empty boxes, so"
        f" nothing was drawn. Install one of: {wanted} (Debian, Ubuntu: apt install"
        " fonts-noto-cjk), and run again; --lang en does without one where no name is Chinese.",
    )


def _known(names: Iterable[str]) -> list[str]:
    installed = {one.name for one in font_manager.fontManager.ttflist}
    return [one for one in names if one in installed]


def _shown(names: Iterable[str]) -> list[str]:
    """Keep the families that are installed and have Chinese characters indeed."""
    return [
        name for name in _known(names)
        if all(_has(name, one) for one in SAMPLE)
    ]  # fmt: skip


def _look_again() -> None:
    """Take in the fonts that came since matplotlib first started."""
    known = {one.fname for one in font_manager.fontManager.ttflist}
    for path in sorted(font_manager.findSystemFonts()):
        if path not in known:
            try:
                font_manager.fontManager.addfont(path)
            except (OSError, RuntimeError):  # a broken font is no font
                continue


def _path(family: str) -> str:
    return font_manager.findfont(FontProperties(family=[family]), fallback_to_default=False)


@cache
def _has(family: str, character: str) -> bool:
    font: FT2Font = font_manager.get_font(_path(family))
    return font.get_char_index(ord(character)) > 0


@cache
def _has_cff(path: str) -> bool:
    """Tell whether the outlines are not TrueType; all fonts of a collection are of one kind."""
    with Path(path).open("rb") as file:
        kind = file.read(4)
        if kind == COLLECTION:
            (start,) = struct.unpack(">8xI", file.read(12))
            file.seek(start)
            kind = file.read(4)
    return kind == OPENTYPE_CFF
