"""GeoJSON without its frame: a bare list of features, which web maps use and GDAL refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

JSON = {".json", ".geojson"}
UTF8_MARK = b"\xef\xbb\xbf"
START = 64


def bare_features(path: Path) -> bytes | None:
    """
    Frame a bare list of features as the collection it should be.

    Parameters
    ----------
    path
        Any file.

    Returns
    -------
    bytes or None
        A GeoJSON collection; None where the file is no list of features.
    """
    if path.suffix.lower() not in JSON or not path.is_file():
        return None
    with path.open("rb") as file:
        if not file.read(START).removeprefix(UTF8_MARK).lstrip().startswith(b"["):
            return None
    try:
        features = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not features or not all(_is_feature(one) for one in features):
        return None
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, ensure_ascii=False).encode()


def _is_feature(one: object) -> bool:
    return isinstance(one, dict) and one.get("type") == "Feature"
