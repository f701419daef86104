"""A city of a few squares, made by hand: every layer is optional, as in a real project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from conftest import CRS, zones_of

from landrenew.intake.attributes.take import take_columns
from landrenew.intake.layers import Layers
from landrenew.intake.project import Project
from landrenew.intake.sections import City, ParcelLayer, Rasters
from landrenew.intake.sources.source import Source
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    import geopandas as gpd

    from landrenew.intake.faults import Fault
    from landrenew.intake.parcels import Parcels
    from landrenew.intake.sections import Layer

READ = {"document": "d", "source": "s", "confidence": "user"}


def rulebook_of(**parts: dict[str, object]) -> Rulebook:
    """Make a rulebook of the parts given, each with a source."""
    sourced = {name: {**READ, **part} for name, part in parts.items()}
    return Rulebook.model_validate({"name": "r", "title": "t", "region": "here", **sourced})


WHOLE_RULEBOOK = rulebook_of(
    share={"target": 0.8},
    storeys={"double_above_m": 8.0, "storey_height_m": 4.0},
    low_efficiency={
        "logic": "any",
        "tests": [
            {"column": "floor_area_ratio", "comparison": "below", "threshold": 0.6},
            {"column": "tax_cny10k_per_mu", "comparison": "below", "threshold": 5.0},
        ],
    },
    scoring={
        "pools": [
            {
                "name": "all",
                "zh": "全部",
                "en": "all",
                "criteria": [
                    {
                        "form": "ratio",
                        "column": "tax_cny10k_per_mu",
                        "weight": 60,
                        "baseline": 10.0,
                        "cap": 1.5,
                        "floor": 0.0,
                        "missing": "undetermined",
                    },
                    {
                        "form": "min_max",
                        "column": "floor_area_ratio",
                        "weight": 40,
                        "low": 20,
                        "missing": "mean_points",
                    },
                ],
            }
        ]
    },
    grades={
        "classes": [{"grade": "A", "up_to": 0.2}, {"grade": "B", "up_to": 1.0}],
        "form": "rank",
        "rounding": "nearest",
        "ties": "better",
        "exempt": "T",
    },
    contiguity={"max_gap_m": 10.0, "min_area_mu": 0.1, "small_plot_mu": 5.0},
    consolidation={
        "logic": "all",
        "tests": [
            {"column": "area_mu", "comparison": "at_least", "threshold": 0.2},
            {"column": "low_efficiency_area_share", "comparison": "at_least", "threshold": 0.6},
        ],
    },
)


def no_rejected() -> gpd.GeoDataFrame:
    """Make the table of parcels set aside, empty."""
    return zones_of(code=[], detail=[])


def layers_of(
    parcels: Parcels,
    rulebook: Rulebook = WHOLE_RULEBOOK,
    *,
    folder: Path = Path(),
    rasters: Rasters | None = None,
    **layers: pd.DataFrame,
) -> Layers:
    """Put the layers of a city together."""
    project = Project(
        folder=folder,
        city=City(name="here", crs=CRS, rulebook="r.toml"),
        parcels=ParcelLayer(path="parcels.gpkg"),
        rasters=rasters or Rasters(),
    )
    rejected = layers.pop("rejected", no_rejected())
    return Layers(project, rulebook, parcels, rejected, **layers)


def firms_of(*ids: str, **columns: list[object]) -> pd.DataFrame:
    """Make a table of firms."""
    return pd.DataFrame(columns, index=pd.Index(ids, name="firm_id"))


def links_of(*links: tuple[object, ...]) -> pd.DataFrame:
    """Make the links ``firm, parcel, share``."""
    table = pd.DataFrame(links, columns=["firm_id", "parcel_id", "share"])
    return table.astype({"share": float})


def our_columns(frame: pd.DataFrame, spec: Layer, name: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Take our columns out of a plain table, as of a file that says nothing of itself."""
    taken = take_columns(Source(frame), spec, name)
    return taken.frame, taken.faults
