"""Static figures at print quality: share by town, score distribution, an atlas of town maps."""

from __future__ import annotations
