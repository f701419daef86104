"""Ways to spoil a file: bytes flipped, files cut, columns renamed, values planted.

Everything follows from a seed, so that a finding can be played again.
"""

from __future__ import annotations

import random
import shutil
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from conftest import CRS, ORIGIN, square
from small_city import SIZE, line, toml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Rng = random.Random

WEST, SOUTH = ORIGIN
COUNT = 12
TOWN = ["东凤镇", "三角镇", "南区"]

HOSTILE = [
    "<script>alert(1)</script>", '=HYPERLINK("http://x","y")', "../../etc/passwd", "", " ",
    "\u3000", "无", "NULL", "-", "1e400", "-1e400", "nan", "inf", "1,5", "\uff11\uff12\uff13",
    "12亩", "150万人民币", "0x1F", "\ufeff", "\u202e", "a\tb", "a\nb", '"', "'", "\\", "锟斤拷",
    "😀" * 50, "9" * 400, "-0", "2025-02-30", "#REF!", "=1+1", "TRUE", "P0", "合计",
]  # fmt: skip
"""Values a table may hold on a bad day."""

MEANS = {"\uff11\uff12\uff13": 123.0, "150万人民币": 150.0, "-0": 0.0}
"""What those of them say that are amounts of money in 万元; the others say none."""


def parcels() -> gpd.GeoDataFrame:
    """Draw twelve squares in two rows, with everything a bureau writes beside them."""
    return gpd.GeoDataFrame(
        {
            "ZDDM": [f"330282001001GB{i:05d}" for i in range(COUNT)],
            "ZLDWMC": [TOWN[i % 3] for i in range(COUNT)],
            "QLR": [f"慈溪市第{i}五金厂" for i in range(COUNT)],
            "ZDMJ": [SIZE * SIZE] * COUNT,
        },
        geometry=[square(i % 6, i // 6, SIZE) for i in range(COUNT)],
        crs=CRS,
    )


def buildings() -> gpd.GeoDataFrame:
    """Draw one building on each square."""
    shapes = [square(i % 6, i // 6, SIZE).buffer(-5, join_style="mitre") for i in range(COUNT)]
    return gpd.GeoDataFrame({"CS": [1 + i % 4 for i in range(COUNT)]}, geometry=shapes, crs=CRS)


def firms() -> pd.DataFrame:
    """List one firm for each square."""
    return pd.DataFrame({
        "企业编号": [f"F{i}" for i in range(COUNT)],
        "企业名称": [f"第{i}五金厂" for i in range(COUNT)],
        "宗地代码": parcels()["ZDDM"],
        "税收（万元）": [1.5 * i for i in range(COUNT)],
    })  # fmt: skip


def _raster(path: Path) -> None:
    place = rasterio.Affine(10, 0, WEST - 20, 0, -10, SOUTH + 80)
    with rasterio.open(path, "w", driver="GTiff", width=20, height=12, count=1, dtype="float32",
                       crs=CRS, transform=place, nodata=-9999) as raster:  # fmt: skip
        raster.write(np.arange(240, dtype="float32").reshape(1, 12, 20))


SAVES: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {
    ".shp": lambda table, path: table.to_file(path, encoding="GBK"),
    ".gpkg": lambda table, path: table.to_file(path),
    ".geojson": lambda table, path: table.to_crs(4490).to_file(path),
    ".fgb": lambda table, path: table.to_file(path),
    ".parquet": lambda table, path: table.to_parquet(path),
    ".kml": lambda table, path: table.to_crs(4326).to_file(path, driver="KML"),
    ".mif": lambda table, path: table.to_file(path, driver="MapInfo File"),
}
"""How the layers are written, by extension."""


def write_city(folder: Path, suffix: str, sheet: str) -> Path:
    """
    Write the city with its layers in one vector format and its firms in one table format.

    Parameters
    ----------
    folder
        Folder to make.
    suffix
        Extension of the layers.
    sheet
        Extension of the firm table.

    Returns
    -------
    Path
        The project file.
    """
    folder.mkdir(parents=True)
    for name, table in (("parcels", parcels()), ("line", line()), ("buildings", buildings())):
        SAVES[suffix](table, folder / f"{name}{suffix}")
    if sheet == ".csv":
        firms().to_csv(folder / "firms.csv", index=False, encoding="gb18030")
    else:
        firms().to_excel(folder / "firms.xlsx", index=False)
    _raster(folder / "light.tif")
    path = folder / "city.toml"
    path.write_text(toml({
        "city": {"name": "小城", "rulebook": "cixi-2022", "crs": CRS},
        "parcels": {
            "path": f"parcels{suffix}",
            **({"crs": CRS} if suffix == ".mif" else {}),
            "columns": {"parcel_id": "ZDDM", "town": "ZLDWMC", "owner": "QLR",
                        "declared_area_m2": {"column": "ZDMJ", "unit": "平方米"}},
        },
        "control_line": {"path": f"line{suffix}"},
        "buildings": {"path": f"buildings{suffix}", "columns": {"floor_count": "CS"}},
        "firms": {
            "path": f"firms{sheet}",
            "columns": {"firm_id": "企业编号", "firm_name": "企业名称", "parcel_id": "宗地代码",
                        "tax_cny10k": {"column": "税收（万元）", "unit": "万元"}},
        },
        "rasters": {"nightlight": "light.tif"},
    }), encoding="utf-8")  # fmt: skip
    return path


def _a_file(folder: Path, rng: Rng) -> Path:
    return rng.choice(sorted(folder.iterdir()))


def flip_bytes(folder: Path, rng: Rng) -> str:
    """Change one to eight bytes of a file."""
    path = _a_file(folder, rng)
    raw = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 8)):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    path.write_bytes(raw)
    return f"bytes of {path.name}"


def flip_head(folder: Path, rng: Rng) -> str:
    """Change bytes of a file's first hundred, where formats keep what they are."""
    path = _a_file(folder, rng)
    raw = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 4)):
        raw[rng.randrange(min(100, len(raw)))] = rng.randrange(256)
    path.write_bytes(raw)
    return f"head of {path.name}"


def cut(folder: Path, rng: Rng) -> str:
    """Cut a file off."""
    path = _a_file(folder, rng)
    raw = path.read_bytes()
    path.write_bytes(raw[: rng.randrange(len(raw))])
    return f"cut {path.name}"


def repeat_piece(folder: Path, rng: Rng) -> str:
    """Write a piece of a file twice, or leave it out."""
    path = _a_file(folder, rng)
    raw = path.read_bytes()
    start, size = rng.randrange(len(raw)), rng.randint(1, 200)
    piece = raw[start : start + size] if rng.random() < 0.5 else b""
    path.write_bytes(raw[:start] + piece * 2 + raw[start + size :])
    return f"piece of {path.name}"


def lose(folder: Path, rng: Rng) -> str:
    """Delete a file."""
    path = _a_file(folder, rng)
    path.unlink()
    return f"lost {path.name}"


def exchange(folder: Path, rng: Rng) -> str:
    """Put one file in the place of another."""
    one, other = rng.sample(sorted(folder.iterdir()), 2)
    other.write_bytes(one.read_bytes())
    return f"{one.name} for {other.name}"


def recode(folder: Path, rng: Rng) -> str:
    """Save a text in another encoding, as editors do."""
    texts = sorted(p for p in folder.iterdir() if p.suffix in {".toml", ".csv", ".geojson", ".kml"})
    path = rng.choice(texts)
    raw = path.read_bytes()
    text = raw.decode("utf-8" if path.suffix != ".csv" else "gb18030", errors="replace")
    to = rng.choice(["gbk", "utf-16", "utf-8-sig", "big5", "utf-16-be", "latin-1"])
    path.write_bytes(text.encode(to, errors="replace"))
    return f"{path.name} as {to}"


def _table_file(folder: Path) -> tuple[Path, str]:
    suffix = next(p.suffix for p in sorted(folder.iterdir()) if p.stem == "parcels"
                  and p.suffix in SAVES)  # fmt: skip
    return folder / f"parcels{suffix}", suffix


def rename_column(folder: Path, rng: Rng) -> str:
    """Give a column of the parcels another name, or another column's."""
    path, suffix = _table_file(folder)
    table = parcels()
    old = rng.choice(list(table.columns[:-1]))
    new = rng.choice(
        ["ZDDM", "面积", "a b", "A" * 30, "", "<b>", "geometry2", "zddm ", "parcel_id"]
    )
    if new in table.columns:
        other = {old: new, new: old}
        table = table.rename(columns=other)
    else:
        table = table.rename(columns={old: new})
    _again(table, path, suffix)
    return f"{old} → {new}"


def _again(table: gpd.GeoDataFrame, path: Path, suffix: str) -> None:
    """Write the parcels anew; a format that cannot hold them keeps the old file."""
    spare = path.with_name(f"spare{suffix}")
    try:
        SAVES[suffix](table, spare)
    except Exception:  # noqa: BLE001  the format has no place for such a name or value
        for one in path.parent.glob("spare.*"):
            one.unlink()
        return
    for one in sorted(path.parent.glob("spare.*")):
        one.replace(path.with_suffix(one.suffix))


def plant_in_parcels(folder: Path, rng: Rng) -> str:
    """Plant a hostile value in the parcels."""
    path, suffix = _table_file(folder)
    table = parcels()
    column, row = rng.choice(list(table.columns[:-1])), rng.randrange(COUNT)
    value: object = rng.choice(HOSTILE)
    if column == "ZDMJ" and suffix != ".parquet":
        value = rng.choice([0.0, -1.0, 1e12, 1e-12, np.nan, np.inf, 400.0001, 40_000.0])
    else:
        table[column] = table[column].astype(object if column != "ZDMJ" else str)
    table.loc[row, column] = value
    _again(table, path, suffix)
    return f"{column}[{row}] = {value!r}"


def plant_in_firms(folder: Path, rng: Rng) -> str:
    """Plant a hostile value in the firm table, or in its heading."""
    path = next(p for p in sorted(folder.iterdir()) if p.stem == "firms")
    table = firms().astype(object)
    column = rng.choice(list(table.columns))
    value = rng.choice(HOSTILE)
    if rng.random() < 0.15:
        table = table.rename(columns={column: value})
    else:
        table.loc[rng.randrange(COUNT), column] = value
    if path.suffix == ".csv":
        table.to_csv(path, index=False, encoding="gb18030")
    else:
        table.to_excel(path, index=False)
    return f"firms {column} {value!r}"


def plant_in_toml(folder: Path, rng: Rng) -> str:
    """Plant a hostile value in the project file."""
    path = folder / "city.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = rng.randrange(len(lines))
    key = lines[at].partition("=")[0].strip() or "x"
    value = rng.choice([
        "3", "true", "[]", "{}", '""', '"x"', "'\\'", "1979-05-27", '"a\\u0000b"', "inf", "[[1]]",
        '"' + "长" * 3000 + '"', '"EPSG:4326"', '"../.."',
    ])  # fmt: skip
    lines[at] = rng.choice([f"{key} = {value}", "", lines[at] * 2, f"[{key}]", lines[at][::-1]])
    path.write_text("\n".join(lines), encoding="utf-8")
    return f"toml line {at}: {lines[at][:40]!r}"


def move_shapes(folder: Path, rng: Rng) -> str:
    """Move, stretch, exchange or lose some of the parcels' shapes."""
    path, suffix = _table_file(folder)
    table = parcels()
    some = np.array([rng.random() < 0.3 for _ in range(COUNT)])
    how = rng.choice(["far", "swap", "lose", "shrink", "same", "flip", "all"])
    shapes = table.geometry.copy()
    if how == "far":
        shapes[some] = shapes[some].translate(rng.choice([1e3, 1e5, 1e7, 40e6]))
    elif how == "swap":
        shapes[some] = shapes[some].affine_transform([0, 1, 1, 0, 0, 0])
    elif how == "lose":
        shapes[some] = None
    elif how == "shrink":
        shapes[some] = shapes[some].scale(1e-9, 1e-9)
    elif how == "same":
        shapes[some] = square(0, 0, SIZE)
    elif how == "flip":
        shapes[some] = shapes[some].scale(-1, 1)
    else:
        shapes = shapes.affine_transform([0, 1, 1, 0, 0, 0])
    _again(table.set_geometry(shapes), path, suffix)
    return f"shapes {how} {some.nonzero()[0].tolist()}"


def spoil_zip(folder: Path, rng: Rng) -> str:
    """Change the inner files of a workbook, or the bytes of the firm table."""
    path = next(p for p in sorted(folder.iterdir()) if p.stem == "firms")
    if path.suffix == ".csv":
        lines = path.read_bytes().split(b"\n")
        rng.shuffle(lines)
        path.write_bytes(b"\n".join(lines))
        return "firms shuffled"
    with zipfile.ZipFile(path) as packed:
        inner = {one: packed.read(one) for one in packed.namelist()}
    name = rng.choice(sorted(inner))
    raw = bytearray(inner[name])
    if rng.random() < 0.3:
        del inner[name]
    else:
        for _ in range(rng.randint(1, 5)):
            raw[rng.randrange(len(raw))] = rng.randrange(32, 127)
        inner[name] = bytes(raw)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for one, content in inner.items():
            packed.writestr(one, content)
    return f"workbook {name}"


MUTATIONS = [
    flip_bytes, flip_bytes, flip_head, cut, cut, repeat_piece, lose, exchange, recode,
    rename_column, plant_in_parcels, plant_in_parcels, plant_in_firms, plant_in_firms,
    plant_in_toml, plant_in_toml, move_shapes, move_shapes, spoil_zip,
]  # fmt: skip
"""Every way to spoil a city, the commoner ones more often."""

KINDS = [(suffix, sheet) for suffix in SAVES for sheet in (".csv", ".xlsx")]


def mutated(seed: int, base: Path, folder: Path) -> str:
    """
    Spoil a copy of a clean city.

    Parameters
    ----------
    seed
        Decides everything.
    base
        Folder of clean cities, one for each pair of formats; made when needed.
    folder
        Where the spoilt city goes; replaced.

    Returns
    -------
    str
        What was done.
    """
    rng = random.Random(seed)  # noqa: S311  no secret hangs on it
    suffix, sheet = KINDS[seed % len(KINDS)]
    clean = base / f"{suffix[1:]}-{sheet[1:]}"
    if not clean.exists():
        write_city(clean, suffix, sheet)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(clean, folder)
    how = rng.choice(MUTATIONS)
    return f"{seed} {suffix} {sheet} {how.__name__}: {how(folder, rng)}"
