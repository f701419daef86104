"""Columns and rules -> judgements: low efficiency, scores, grades, control-line share."""

from __future__ import annotations
