"""What every test may use: small squares, parcel tables, project folders, the demo city."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from hypothesis import settings

from landrenew.intake.parcels import Parcels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser import Show
    from playwright.sync_api import Browser

    from landrenew.publish.result import Result

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data" / "demo"
SHARED = ROOT.parent / "shared" / "data"
CRS = "EPSG:4549"
ORIGIN = (620_400.0, 3_339_600.0)

EXAMPLES = 40 if os.environ.get("CI") else 20  # by hand, half of what CI draws
settings.register_profile("house", deadline=None, max_examples=EXAMPLES)
settings.load_profile("house")


def square(column: float = 0, row: float = 0, size: float = 10.0) -> shapely.Polygon:
    """Draw a square on a grid of its own size, near Cixi."""
    x, y = ORIGIN[0] + column * size, ORIGIN[1] + row * size
    return shapely.box(x, y, x + size, y + size)


def parcels_of(*shapes: shapely.Geometry, **columns: list[object]) -> Parcels:
    """Make a parcel table P0, P1, … of the given shapes."""
    index = [f"P{i}" for i in range(len(shapes))]
    table = gpd.GeoDataFrame(columns, geometry=list(shapes), index=index, crs=CRS)
    table.index.name = "parcel_id"
    return Parcels(table)


def zones_of(*shapes: shapely.Geometry, **columns: list[object]) -> gpd.GeoDataFrame:
    """Make a layer of the given shapes."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of real layers, or skip and say so."""
    if not SHARED.is_dir():
        pytest.skip(f"the real layers are not here: {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def demo_result() -> Result:
    """Give the finished run of the demo city."""
    from landrenew.workflow import run_project  # noqa: PLC0415  only where a test asks for it

    return run_project(DEMO / "city.toml")


@pytest.fixture(scope="session")
def demo_run(demo_result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the run folder of the demo city."""
    from landrenew.publish.run_folder import save_run  # noqa: PLC0415

    return save_run(demo_result, tmp_path_factory.mktemp("demo") / "out")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser, for the tests of one module."""
    from browser import launched  # noqa: PLC0415

    with launched() as one:
        yield one


@pytest.fixture(scope="module")
def show(browser: Browser) -> Show:
    """Give what opens a page in it, cut off from the network."""
    from browser import opened  # noqa: PLC0415

    return partial(opened, browser)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the map of the city that is made for the tests, where a module draws no other."""
    from map_city import made_result  # noqa: PLC0415

    from landrenew.publish.map.draw import draw_map  # noqa: PLC0415
    from landrenew.publish.map.offline import save_map  # noqa: PLC0415

    path = tmp_path_factory.mktemp("map") / "map.html"
    save_map(draw_map(made_result()), path)
    return path
