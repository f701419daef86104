"""The demo city two years before: what is new since, what was retired, where the line was drawn.

The state before is made out of the files of today, so that what changed is known by construction:
every sixtieth lot was not there, nor were two by cleared land; homes of today were factories; three
areas of the line were not yet drawn.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import geopandas as gpd
import pandas as pd

from landrenew.sample.geopackage import Sheet, write_geopackage

INDUSTRY, HOMES = "0601", "0701"

EVERY, FIRST = 60, 7
"""Of the lots that the ledger does not follow, which are new."""

BY_CLEARED, SMALL_M2 = 2, 2_600.0
"""How many of the small lots nearest to cleared land are new."""

NOT_YET_DRAWN = ("KZX005", "KZX012", "KZX024")
"""Areas of the line of today that the line before lacks."""


def _lots(city: Path) -> gpd.GeoDataFrame:
    """Read the lots that have a shape and a number."""
    lots = gpd.read_file(city / "parcels.gpkg", layer="GYYD").dropna(subset=["ZDDM"])
    return lots[lots.geometry.notna()].set_index("ZDDM", drop=False)


def _new(lots: gpd.GeoDataFrame, ledger: pd.DataFrame) -> list[str]:
    is_whole = lots.geometry.is_valid & ~lots.index.duplicated(keep=False)
    whole = lots[(lots["DLBM"] == INDUSTRY) & is_whole]
    last = ledger.sort_values("event_date", kind="stable").groupby("parcel_id")["stage"].last()
    cleared = whole[whole.index.isin(last.index[last == "拆除"])].union_all()
    free = whole[~whole.index.isin(ledger["parcel_id"])]
    small = free[free.area < SMALL_M2]
    near = small.distance(cleared).sort_values(kind="stable").index[:BY_CLEARED]
    return sorted({*free.index[FIRST::EVERY], *near})


def write_before(city: str | Path, folder: str | Path) -> None:
    """
    Write the state before and a project file that lays both states against each other.

    Parameters
    ----------
    city
        Folder that :func:`landrenew.sample.write_demo` wrote, named ``city``.
    folder
        Folder beside it; made when missing, files of the same name are replaced. ``truth.json``
        there says what changed.
    """
    city, folder = Path(city), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lots = _lots(city)
    new = _new(lots, pd.read_csv(city / "ledger.csv", dtype=str))
    then = lots[lots["DLBM"].isin([INDUSTRY, HOMES]) & ~lots.index.isin(new)]
    line = gpd.read_file(city / "city.gpkg", layer="control_line")
    line = line[~line["name"].isin(NOT_YET_DRAWN)]
    columns = {name: then[name].tolist() for name in ("ZDDM", "ZLDWMC")}
    write_geopackage(folder / "before.gpkg", [
        Sheet("GYYD", then.geometry.tolist(), columns),
        Sheet("control_line", line.geometry.tolist(), {"name": line["name"].tolist()}),
    ])  # fmt: skip
    truth = {
        "new": new,
        "retired": sorted(then.index[then["DLBM"] == HOMES]),
        "not_yet_drawn": list(NOT_YET_DRAWN),
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    paper = resources.files("landrenew.sample").joinpath("papers/line.toml")
    (folder / "line.toml").write_bytes(paper.read_bytes())
