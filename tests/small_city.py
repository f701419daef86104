"""A city of four squares as a folder of files, to be spoilt by the tests one thing at a time."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from conftest import CRS, ORIGIN, square

if TYPE_CHECKING:
    from pathlib import Path

    import shapely

SIZE = 20.0
Sections = dict[str, dict[str, Any] | None]

EARLIER = {"map.html": b"<p>earlier</p>", "share.json": b"{}\n", "my notes.txt": b"mine"}
"""What lies in the output folder before a run."""


def four(**columns: list[Any]) -> gpd.GeoDataFrame:
    """Draw four squares of 20 m in a row, named P0 to P3 unless told otherwise."""
    shapes = [square(i, size=SIZE) for i in range(4)]
    ids = {"parcel_id": [f"P{i}" for i in range(4)]}
    return gpd.GeoDataFrame(ids | columns, geometry=shapes, crs=CRS)


def layer_of(*shapes: shapely.Geometry | None, crs: str | None = CRS, **columns: list[Any]):  # noqa: ANN201  a table of any shapes
    """Make a layer of the given shapes."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def line() -> gpd.GeoDataFrame:
    """Draw a control line around the first two squares."""
    return layer_of(square(0, size=SIZE).union(square(1, size=SIZE)), name=["KZX001"])


def save(table: gpd.GeoDataFrame, path: Path, **how: Any) -> Path:  # noqa: ANN401  for the driver
    """Write a layer."""
    table.to_file(path, engine="pyogrio", **how)
    return path


def _said(value: Any) -> str:  # noqa: ANN401  any TOML value
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_said(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def toml(sections: Sections) -> str:
    """Write a project file."""
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {_said(value)}\n" for key, value in keys.items())
        for name, keys in sections.items()
        if keys is not None
    )


def small_city(folder: Path, **sections: dict[str, Any] | None) -> Path:
    """Write the four squares, their line and the project file; sections given replace ours."""
    folder.mkdir(parents=True, exist_ok=True)
    ours: Sections = {
        "city": {"name": "小城", "rulebook": "cixi-2022"},
        "parcels": {"path": "parcels.gpkg"},
        "control_line": {"path": "line.gpkg"},
    }
    for name, table in (("parcels.gpkg", four()), ("line.gpkg", line())):
        if not (folder / name).exists():
            save(table, folder / name)
    path = folder / "city.toml"
    path.write_text(toml(ours | sections), encoding="utf-8")
    return path


def earlier_result(folder: Path) -> Path:
    """Lay an earlier result and a file of the user's own into a folder."""
    folder.mkdir(parents=True)
    for name, content in EARLIER.items():
        (folder / name).write_bytes(content)
    return folder


def is_untouched(folder: Path) -> bool:
    """Tell whether the earlier result is there to the byte, and nothing else."""
    return {one.name: one.read_bytes() for one in folder.iterdir()} == EARLIER


def digests(folder: Path) -> dict[str, str]:
    """Give the digest of every file of a folder."""
    return {
        one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(folder.iterdir())
    }


WEST, SOUTH = ORIGIN
