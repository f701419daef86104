"""Layers -> indicator columns; the only geometry-heavy room, local to each parcel."""

from __future__ import annotations
