"""Files -> clean layers: project file, readers, checks, repairs, firm-parcel links."""

from __future__ import annotations
