"""All figures of a run as a folder of PDF and PNG, written whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from landrenew.base.words import Text, listing
from landrenew.publish.figures.atlas import atlas_pages
from landrenew.publish.figures.look import drawing
from landrenew.publish.figures.printing import print_pages
from landrenew.publish.figures.score_spread import score_pages
from landrenew.publish.figures.town_shares import share_pages
from landrenew.publish.in_place import whole_folder

if TYPE_CHECKING:
    from landrenew.base.words import Lang
    from landrenew.publish.figures.look import Page
    from landrenew.publish.result import Result

OURS = re.compile(
    r"(share|scores|atlas)\.pdf|share(-\d+)?\.png|scores-(parcels|firms)(-\d+)?\.png"
    r"|atlas-\d+-.*\.png"
)
"""Names of the files that figures are written to."""


def is_figure(name: str) -> bool:
    """
    Tell whether a file is a figure of ours.

    Parameters
    ----------
    name
        Its name.

    Returns
    -------
    bool
        True for the names that figures are written under.
    """
    return OURS.fullmatch(name) is not None


class SavedFigures(NamedTuple):
    """
    Figures that were written.

    Parameters
    ----------
    folder
        The folder.
    files
        Names of the files, sorted.
    notes
        What was not drawn and why, and what was drawn otherwise.
    """

    folder: Path
    files: tuple[str, ...]
    notes: tuple[Text, ...]


def save_figures(result: Result, out: str | Path, *, lang: Lang = "zh") -> SavedFigures:
    """
    Write the figures of a run: the share by town, the spread of the scores, an atlas of maps.

    Parameters
    ----------
    result
        A finished run, its layers in one projected CRS [m].
    out
        The folder. Figures of an earlier run in it are replaced as a whole when the new ones are
        complete; files that are no figures of ours stay.
    lang
        Language of the words.

    Returns
    -------
    SavedFigures
        Each figure as one PDF, whose text can be searched, and as one PNG a page with 300 dots per
        inch. The same run gives the same bytes with the same fonts. A figure whose ground the run
        lacks is left out, and a note says so.

    Raises
    ------
    FileError
        When the folder cannot be written, or no Chinese font is installed and one is needed; what
        was there before is untouched.
    """
    out = Path(out)
    kinds = _kinds(result, lang)
    lacking: list[str] = []
    with whole_folder(out, is_figure) as folder, drawing() as fonts:
        for name, pages in kinds.items():
            if pages:
                lacking += print_pages(pages, folder, name, fonts)
        files = tuple(sorted(one.name for one in folder.iterdir()))
    return SavedFigures(out, files, (*_left_out(result, kinds), *_spelt(lacking)))


def _kinds(result: Result, lang: Lang) -> dict[str, list[Page]]:
    return {
        "share": [] if result.share is None else share_pages(result, result.share, lang),
        "scores": score_pages(result, lang),
        "atlas": atlas_pages(result, lang) if result.shapes is None else [],
    }


WHY_LEFT_OUT = {
    "share": Text("没有画各镇街占比图：没有工业控制线。",
                  "No figure of the share: there is no control line."),
    "scores": Text("没有画得分分布图：没有评分。", "No figure of the scores: nothing was scored."),
    "atlas": Text("没有画图集：宗地图形留在磁盘上，或没有可用来着色的列。",
                  "No atlas: the parcels' shapes stayed on disk, or no column gives colours."),
}  # fmt: skip
"""What is said of a figure that has no page."""


def _left_out(result: Result, kinds: dict[str, list[Page]]) -> list[Text]:
    """Say which figures were not drawn, and which towns have no page."""
    said = [WHY_LEFT_OUT[name] for name, pages in kinds.items() if not pages]
    towns = result.layers.towns
    if towns is None or "town" not in result.parcels.columns or not kinds["atlas"]:
        return said
    empty = sorted(set(towns["town"].dropna()) - set(result.parcels["town"].dropna()))
    if empty:
        named = listing([Text(str(one), str(one)) for one in empty])
        said.append(Text(f"图集中没有这些镇街，因为没有工业用地：{named.zh}。",
                         f"No page for towns without industrial land: {named.en}."))  # fmt: skip
    return said


def _spelt(lacking: list[str]) -> list[Text]:
    if not lacking:
        return []
    codes = ", ".join(f"U+{ord(one):04X}" for one in dict.fromkeys(lacking))
    return [
        Text(
            f"这些字符在已安装的字体中都没有，图上以编码写出：{codes}。",
            f"No installed font has these characters; figures spell them out: {codes}.",
        )
    ]
