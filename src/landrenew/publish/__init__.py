"""Pictures and papers: the run folder, tables and the map."""

from __future__ import annotations
