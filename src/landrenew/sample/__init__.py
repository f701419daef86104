"""The invented demo city: what is true of it is known by construction.

:func:`write_demo` writes its files, :func:`write_before` those of two years before. Other rooms
only read them, as they would a real city's.
"""

from __future__ import annotations

from landrenew.sample.before import write_before
from landrenew.sample.write import write_demo

__all__ = ["write_before", "write_demo"]
