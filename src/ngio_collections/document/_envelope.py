"""The two places where RFC-8 puts a node: `ome` of a JSON file, `attributes.ome` of a zarr.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ngio_collections._contract import Pointer
from ngio_collections._json import JsonSyntaxError, loads
from ngio_collections._plain import NotPlainError, is_plain, plain_json
from ngio_collections.errors import NotJsonError, NotOmeError

__all__ = ["Envelope", "open_envelope", "parse_document"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed document and the place of its node.

    Attributes:
        kind: `zarr` for a node at `attributes.ome`, `json` for one at `ome`.
        pointer: The place of the node in the document.
        node: What is at that place; an object in every correct document.
        document: The whole document.
    """

    kind: str
    pointer: Pointer
    node: Any
    document: Mapping[str, Any]


def parse_document(data: bytes | str | Mapping[str, Any], url: str | None = None) -> Any:
    """Parse the text of a document; a parsed one is given back as it is.

    Args:
        data: JSON text, its UTF-8 bytes, or a parsed document.
        url: The address of the document, for the error.

    Returns:
        The parsed document, whatever it is.

    Raises:
        NotJsonError: The text is not JSON, or has a key twice, or a parsed document holds
            what JSON cannot.
    """
    if isinstance(data, (bytes, bytearray, memoryview)):
        data = bytes(data)
    elif not isinstance(data, str):
        return data if is_plain(data) else _made_plain(data, url)
    try:
        return loads(data)
    except JsonSyntaxError as error:
        raise NotJsonError(error.problem, url) from error


def _made_plain(data: Any, url: str | None) -> Any:
    """A copy of a parsed document without tuples and views."""
    try:
        return plain_json(data)
    except NotPlainError as error:
        raise NotJsonError(f"is not JSON: it {error}", url) from error


def open_envelope(document: Any, url: str | None = None) -> Envelope:
    """Find the node in a parsed document (RFC-8, "Metadata storage").

    Where both places hold one, that of the `zarr.json` counts.

    Args:
        document: The parsed document.
        url: The address of the document, for the error.

    Returns:
        The document and the place of its node.

    Raises:
        NotOmeError: Neither place holds anything.
    """
    if not isinstance(document, dict):
        raise NotOmeError("holds no JSON object; expected an object with the key `ome`", url)
    attributes = document.get("attributes")
    if isinstance(attributes, dict) and "ome" in attributes:
        return Envelope("zarr", ("attributes", "ome"), attributes["ome"], document)
    if "ome" in document:
        return Envelope("json", ("ome",), document["ome"], document)
    where = "`attributes.ome`" if "zarr_format" in document else "the key `ome`"
    raise NotOmeError(f"holds no OME-Zarr metadata; expected a node at {where}", url)
