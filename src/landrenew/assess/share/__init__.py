"""How much of the land lies inside the line: the share, its doubts, its interval, its change."""

from __future__ import annotations
