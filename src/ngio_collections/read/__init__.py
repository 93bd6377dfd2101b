"""What collections mean to those who work with images: axes, sizes, wells, labels, pixels.

`Node` has thin members for most of this; they import it when they are used. Nothing here
needs a package beyond the standard library, except where it says so.
"""

from __future__ import annotations

from ngio_collections.read._arrays import array_paths, array_url
from ngio_collections.read._arrow import arrow_bytes, to_arrow
from ngio_collections.read._catalogue import to_csv, write_file
from ngio_collections.read._graph import CoordinateGraph, transform_between
from ngio_collections.read._labels import labels, source_images
from ngio_collections.read._levels import axes, levels, pixel_size, scale, translation
from ngio_collections.read._maps import Affine, PointMap
from ngio_collections.read._pixels import open_array
from ngio_collections.read._plates import (
    acquisition_of,
    acquisitions,
    columns,
    has_well,
    images,
    rows,
    well_at,
    well_entry,
    wells,
)
from ngio_collections.read._systems import coordinate_systems

__all__ = [
    "Affine",
    "CoordinateGraph",
    "PointMap",
    "acquisition_of",
    "acquisitions",
    "array_paths",
    "array_url",
    "arrow_bytes",
    "axes",
    "columns",
    "coordinate_systems",
    "has_well",
    "images",
    "labels",
    "levels",
    "open_array",
    "pixel_size",
    "rows",
    "scale",
    "source_images",
    "to_arrow",
    "to_csv",
    "transform_between",
    "translation",
    "well_at",
    "well_entry",
    "wells",
    "write_file",
]
