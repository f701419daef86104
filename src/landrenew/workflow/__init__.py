"""The only place that states the order of the steps, and what can be asked of a project."""

from __future__ import annotations

from landrenew.workflow.measuring import measured_parcels
from landrenew.workflow.questions import (
    admitted,
    judged_under,
    plan_project,
    project_certainty,
    project_faults,
    project_share,
    town_parcels,
    weighed,
)
from landrenew.workflow.run import run_layers, run_project

__all__ = [
    "admitted",
    "judged_under",
    "measured_parcels",
    "plan_project",
    "project_certainty",
    "project_faults",
    "project_share",
    "run_layers",
    "run_project",
    "town_parcels",
    "weighed",
]
