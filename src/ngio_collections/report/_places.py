"""In which node a place of a document is."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["node_pointer"]

_NODE: Final = re.compile(r"(?:/attributes)?/ome(?:/nodes/\d+)*(?=/|$)")


def node_pointer(pointer: str) -> str:
    """The JSON Pointer of the node that a place is in, empty if it is in none.

    Examples:
        >>> node_pointer("/ome/nodes/0/nodes/12/attributes/labels")
        '/ome/nodes/0/nodes/12'
    """
    found = _NODE.match(pointer)
    return found[0] if found is not None else ""
