"""Ground floor: words, errors, units, the data dictionary, geodesy and codes.

Imports nothing of ours; every other room may stand on it.
"""

from __future__ import annotations
