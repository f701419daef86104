"""Ground floor: words, errors, units, the data dictionary, coordinate systems and area.

Imports nothing of ours; every other room may stand on it.
"""

from __future__ import annotations
