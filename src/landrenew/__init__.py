"""landrenew: renew low-efficiency industrial land.

Layers come in, one checked parcel table flows through the rooms in one direction and gains
columns, and maps, tables and plans go out.

The names below are loaded when first used, so that ``import landrenew`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landrenew.assess.grades import efficiency_grade
    from landrenew.assess.scores import scores
    from landrenew.assess.share.summary import ControlShare, gap_m2, summarize_share
    from landrenew.assess.verdicts import judge
    from landrenew.base.area import ellipsoidal_area
    from landrenew.base.columns import COLUMNS, column
    from landrenew.base.errors import (
        ColumnError,
        CrsError,
        FileError,
        LandrenewError,
        ParcelError,
        PlanError,
        PublicationError,
        RuleError,
    )
    from landrenew.base.units import to_mu
    from landrenew.intake.city import read_city
    from landrenew.intake.parcels import Parcels, check_parcels
    from landrenew.measure.zones import control_share
    from landrenew.plan.blocks import block_id, block_table
    from landrenew.publish.figures.folder import save_figures
    from landrenew.publish.map.draw import draw_map
    from landrenew.publish.map.offline import save_map
    from landrenew.publish.map.public.draw import draw_public_map
    from landrenew.publish.run_folder import save_run
    from landrenew.rules.library import read_rulebook, rulebook_names
    from landrenew.sample import write_demo
    from landrenew.workflow import plan_project, run_layers, run_project

_HOMES = {
    "efficiency_grade": "assess.grades",
    "scores": "assess.scores",
    "ControlShare": "assess.share.summary",
    "gap_m2": "assess.share.summary",
    "summarize_share": "assess.share.summary",
    "judge": "assess.verdicts",
    "COLUMNS": "base.columns",
    "column": "base.columns",
    "ColumnError": "base.errors",
    "CrsError": "base.errors",
    "FileError": "base.errors",
    "LandrenewError": "base.errors",
    "ParcelError": "base.errors",
    "PlanError": "base.errors",
    "PublicationError": "base.errors",
    "RuleError": "base.errors",
    "ellipsoidal_area": "base.area",
    "to_mu": "base.units",
    "read_city": "intake.city",
    "Parcels": "intake.parcels",
    "check_parcels": "intake.parcels",
    "control_share": "measure.zones",
    "block_id": "plan.blocks",
    "block_table": "plan.blocks",
    "draw_map": "publish.map.draw",
    "draw_public_map": "publish.map.public.draw",
    "save_figures": "publish.figures.folder",
    "save_map": "publish.map.offline",
    "save_run": "publish.run_folder",
    "read_rulebook": "rules.library",
    "rulebook_names": "rules.library",
    "write_demo": "sample",
    "plan_project": "workflow",
    "run_layers": "workflow",
    "run_project": "workflow",
}

__all__ = [
    "COLUMNS",
    "ColumnError",
    "ControlShare",
    "CrsError",
    "FileError",
    "LandrenewError",
    "ParcelError",
    "Parcels",
    "PlanError",
    "PublicationError",
    "RuleError",
    "block_id",
    "block_table",
    "check_parcels",
    "column",
    "control_share",
    "draw_map",
    "draw_public_map",
    "efficiency_grade",
    "ellipsoidal_area",
    "gap_m2",
    "judge",
    "plan_project",
    "read_city",
    "read_rulebook",
    "rulebook_names",
    "run_layers",
    "run_project",
    "save_figures",
    "save_map",
    "save_run",
    "scores",
    "summarize_share",
    "to_mu",
    "write_demo",
]


def __getattr__(name: str) -> object:
    """Load a public name from its room when it is first used."""
    if name not in _HOMES:
        message = f"module 'landrenew' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"landrenew.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
