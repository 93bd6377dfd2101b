"""One metadata document: where in a file the node is. Pure: no reading, no writing."""

from __future__ import annotations

from ngio_collections.document._envelope import Envelope, open_envelope, parse_document
from ngio_collections.document._references import (
    IdPlace,
    declared_ids,
    id_places,
    ids_in,
    ids_in_all,
    map_ids,
    references,
)
from ngio_collections.document._source import (
    Source,
    Tried,
    document_bytes,
    is_in_zarr,
    is_of_zarr,
    new_document,
    read_source,
    read_zarr,
    replace_node,
    require_whole,
    rooted,
    with_node_in_zarr,
    without_node,
)

__all__ = [
    "Envelope",
    "IdPlace",
    "Source",
    "Tried",
    "declared_ids",
    "document_bytes",
    "id_places",
    "ids_in",
    "ids_in_all",
    "is_in_zarr",
    "is_of_zarr",
    "map_ids",
    "new_document",
    "open_envelope",
    "parse_document",
    "read_source",
    "read_zarr",
    "references",
    "replace_node",
    "require_whole",
    "rooted",
    "with_node_in_zarr",
    "without_node",
]
