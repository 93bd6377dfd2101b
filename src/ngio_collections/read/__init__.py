"""What collections mean to those who work with images: axes, sizes, wells, labels, pixels.

`Node` has thin members for most of this; they import it when they are used. Nothing here
needs a package beyond the standard library, except where it says so.
"""

from __future__ import annotations

from ngio_collections.read._arrays import array_paths, array_url
from ngio_collections.read._labels import labels, source_images
from ngio_collections.read._levels import axes, levels, pixel_size, scale, translation
from ngio_collections.read._plates import (
    acquisition_of,
    acquisitions,
    columns,
    images,
    rows,
    well_at,
    well_entry,
    wells,
)
from ngio_collections.read._systems import coordinate_systems

__all__ = [
    "acquisition_of",
    "acquisitions",
    "array_paths",
    "array_url",
    "axes",
    "columns",
    "coordinate_systems",
    "images",
    "labels",
    "levels",
    "pixel_size",
    "rows",
    "scale",
    "source_images",
    "translation",
    "well_at",
    "well_entry",
    "wells",
]
