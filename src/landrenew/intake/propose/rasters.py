"""Which raster is which: heights, surface and ground, night light, vegetation, by their names."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from landrenew.base.errors import LandrenewError
from landrenew.base.words import Text
from landrenew.intake.propose.draft import Line, Section
from landrenew.intake.propose.folder import Unknown
from landrenew.intake.rasters import open_raster

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CALLED = {
    "height": re.compile(r"建筑高度|楼高|\b(?:ndsm|height|heights|building height|jzgd)\b"),
    "dsm": re.compile(r"地表模型|表面模型|\bdsm\b"),
    "dem": re.compile(r"高程模型|地形|\b(?:dem|dtm)\b"),
    "nightlight": re.compile(r"夜光|灯光|\b(?:night ?lights?|ntl|viirs|dmsp|luojia)\b"),
    "ndvi": re.compile(r"植被指数|\bndvi\b"),
}
"""How rasters are called, by key of ``[rasters]``."""

MEANING = {
    "height": Text("建筑高度（米）", "building heights [m]"),
    "dsm": Text("地表高程（米），与 dem 成对", "surface [m], together with dem"),
    "dem": Text("地面高程（米）", "ground [m]"),
    "nightlight": Text("夜间灯光", "night light"),
    "ndvi": Text("植被指数", "vegetation index"),
}

NOT_KNOWN = Text(
    "看不出是哪种栅格；需要时写入 [rasters.more.名称]",
    "not known which raster this is; add it under [rasters.more.NAME] if it is needed",
)
ALONE = Text("dsm 与 dem 须成对，只有其一", "dsm and dem go together; only one is there")
NOT_NEEDED = Text("已有建筑高度，不再需要", "not needed beside the building heights")


def rasters_section(
    folder: Path, paths: Sequence[str], written: Callable[[str], str]
) -> tuple[Section | None, list[Unknown]]:
    """
    Propose the section of rasters.

    Parameters
    ----------
    folder
        The folder.
    paths
        Rasters below it.
    written
        Gives the path that the project file writes for one below the folder.

    Returns
    -------
    Section or None
        The section; None where no raster is known.
    list of Unknown
        The rasters that are not taken.
    """
    chosen: dict[str, str] = {}
    unknown: list[Unknown] = []
    for path in paths:
        key = _key(path)
        why = NOT_KNOWN if key is None else _refused(folder, path, key)
        if key is not None and why is None and key in chosen:
            why = Text(f"已取 {chosen[key]} 作 {key}", f"{chosen[key]} was taken as {key}")
        if key is None or why is not None:
            unknown.append(Unknown(path, why or NOT_KNOWN))
        else:
            chosen[key] = path
    for key, why in _superfluous(chosen).items():
        unknown.append(Unknown(chosen.pop(key), why))
    lines = tuple(Line(key, written(chosen[key]), MEANING[key]) for key in CALLED if key in chosen)
    return (Section("rasters", lines) if lines else None), unknown


def _key(path: str) -> str | None:
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    plain = " ".join(re.split(r"[\W_\d]+", unicodedata.normalize("NFKC", stem).casefold()))
    return next((key for key, pattern in CALLED.items() if pattern.search(plain)), None)


def _refused(folder: Path, path: str, key: str) -> Text | None:
    try:
        with open_raster(folder / path, key):
            return None
    except LandrenewError as error:
        zh, en = (one.replace(f"{folder}/", "").rstrip("。. ") for one in error.text)
        return Text(zh, en)


def _superfluous(chosen: dict[str, str]) -> dict[str, Text]:
    pair = [key for key in ("dsm", "dem") if key in chosen]
    if "height" in chosen:
        return dict.fromkeys(pair, NOT_NEEDED)
    return dict.fromkeys(pair, ALONE) if len(pair) == 1 else {}
