"""Small documents, and the types of the fixtures."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any, TypeAlias

from typer.testing import Result

Run: TypeAlias = Callable[..., Result]
Process: TypeAlias = Callable[..., subprocess.CompletedProcess[bytes]]
Write: TypeAlias = Callable[[str, Any], str]


def node(id: str, **fields: Any) -> dict[str, Any]:
    """An empty collection, whose id is also its name."""
    return {"type": "collection", "id": id, "name": id, "nodes": [], **fields}


def document(*nodes: Any, **fields: Any) -> dict[str, Any]:
    """A standalone document whose root is a collection of these nodes."""
    return {"ome": node("root", version="0.9.dev3", **{"nodes": list(nodes), **fields})}


def stub(id: str, path: str, **fields: Any) -> dict[str, Any]:
    """A reference to a collection in another document."""
    place = {"type": "json", "path": path}
    return {"type": "collection", "id": id, "name": id, "path": place, **fields}


def standalone(id: str, *nodes: Any, **fields: Any) -> dict[str, Any]:
    """A document whose root has this id."""
    return {"ome": node(id, version="0.9", **{"nodes": list(nodes), **fields})}
