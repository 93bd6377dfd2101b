"""The verbs of the library, each written once as work to be carried out.

`ngio_collections.api` waits for them, `ngio_collections.aio` awaits them.
"""

from __future__ import annotations

from ngio_collections.resolve.verbs._arranging import (
    check_links,
    consolidate,
    delete,
    embed,
    externalize,
    externalized,
    relocate,
)
from ngio_collections.resolve.verbs._reading import (
    open,  # noqa: A004
    open_inlined,
    open_inlined_ref,
    open_ref,
)
from ngio_collections.resolve.verbs._writing import create, save, save_inlined, save_tree

__all__ = [
    "check_links",
    "consolidate",
    "create",
    "delete",
    "embed",
    "externalize",
    "externalized",
    "open",
    "open_inlined",
    "open_inlined_ref",
    "open_ref",
    "relocate",
    "save",
    "save_inlined",
    "save_tree",
]
