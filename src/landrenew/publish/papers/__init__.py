"""Papers on one firm or parcel, to read and print."""

from __future__ import annotations
