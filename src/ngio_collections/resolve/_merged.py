"""The node that a reference and what it leads to become."""

from __future__ import annotations

from typing import Any

from ngio_collections import _paths
from ngio_collections.graph import Layer
from ngio_collections.graph._segment import Raw

__all__ = ["merged_node"]


def merged_node(stub: Layer, target: Raw, url: str, wins: str) -> dict[str, Any]:
    """The node that a stub and what it leads to become.

    Args:
        stub: The stub, with the address of its document.
        target: The root of the document that it leads to, as it is in the tree.
        url: The address of the document that holds the content; paths count from there.
        wins: Whose attributes count.
    """
    merged = {**target, **stub.raw}
    merged.pop("version", None)
    if "path" in target:
        merged["path"] = target["path"]
    else:
        del merged["path"]
    if "attributes" in stub.raw:
        says = _paths.rebased(stub.raw["attributes"], str(stub.url), url)
        merged["attributes"] = _merged_attributes(says, target, wins)
    return merged


def _merged_attributes(stub: Any, target: Raw, wins: str) -> Any:
    theirs = target.get("attributes")
    if not isinstance(stub, dict) or not isinstance(theirs, dict):
        # What is no object has no attributes that could count.
        return theirs if isinstance(theirs, dict) else stub
    return {**stub, **theirs} if wins == "target" else {**theirs, **stub}
