"""One metadata document: where in a file the node is. Pure: no reading, no writing."""

from __future__ import annotations

from ngio_collections.document._envelope import Envelope, open_envelope, parse_document

__all__ = ["Envelope", "open_envelope", "parse_document"]
