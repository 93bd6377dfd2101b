"""What is around the OME-Zarr metadata of a group."""

from __future__ import annotations

from typing import Any

from ngio_collections._generated import conversions
from ngio_collections.conversion._engine import (
    ABSENT,
    DONE,
    Mapped,
    Piece,
    Restored,
    Wrong,
    convert,
    converts,
    restore,
    restores,
)


@converts(conversions.zarr_document_attributes)
def zarr_document_attributes(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, dict):
        return Wrong("an object")
    # Some software writes metadata of 0.4 into groups of Zarr 3, as it is in those of Zarr 2.
    table = piece.work.kind if piece.work.version == "0.4" else "group-attributes"
    convert(piece.work.piece(table, value, at))
    return DONE


@restores(conversions.zarr_document_attributes)
def zarr_document_attributes_back(piece: Restored) -> Any:
    return restore(Restored("group-attributes", piece.version, piece.node, piece.work))


@converts(conversions.group_attributes_ome)
def group_attributes_ome(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, dict):
        return Wrong("an object")
    convert(piece.work.piece(piece.work.kind, value, at))
    # What other software wrote goes to the node that the group became.
    piece.made = piece.work.made
    return DONE


@restores(conversions.group_attributes_ome)
def group_attributes_ome_back(piece: Restored) -> Any:
    return restore(Restored(piece.work.kind, piece.version, piece.node, piece.work)) or ABSENT
