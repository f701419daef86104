"""The single polygons that shapes are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]


def parts_of(shapes: Shapes) -> tuple[Shapes, NDArray[np.intp]]:
    """
    Give the parts of shapes, as ``shapely.get_parts`` does.

    Parameters
    ----------
    shapes
        Shape (n,): any shapes; missing ones have no part.

    Returns
    -------
    parts : ndarray
        Shape (k,): the parts.
    owner : ndarray
        Shape (k,): position of the shape each belongs to, rising.

    Notes
    -----
    A single polygon, as parcels and buildings mostly are, is its own part and is not copied;
    copying is dearer than most questions asked of a parcel.
    """
    several = shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON
    several |= shapely.is_empty(shapes)
    at = np.flatnonzero(several)
    parts, owner = shapely.get_parts(shapes[at], return_index=True)
    single = np.flatnonzero(~several)
    owner = np.r_[single, at[owner]]
    order = np.argsort(owner, kind="stable")
    return np.r_[shapes[single], parts][order], owner[order]
