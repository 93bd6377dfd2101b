"""From OME-Zarr 0.4, 0.5 and 0.6 to collections of RFC-8, and back."""

from __future__ import annotations

from ngio_collections.conversion._back import to_ome_zarr
from ngio_collections.conversion._conversion import Conversion
from ngio_collections.conversion._ledger import Ledger, LedgerEntry
from ngio_collections.conversion._verb import convert

__all__ = ["Conversion", "Ledger", "LedgerEntry", "convert", "to_ome_zarr"]
