"""The verbs that read and write, for those who await them: `from ngio_collections import aio`.

They have the names, arguments and results of the verbs of `ngio_collections`.

Examples:
    >>> import asyncio
    >>> import ngio_collections as ngc
    >>> from ngio_collections import aio
    >>> async def plates(store: ngc.MemoryStore) -> list[str | None]:
    ...     root = await aio.create("memory://lab/p.json", ngc.new_node("collection"), store=store)
    ...     return [node.type for node in root.walk()]
    >>> asyncio.run(plates(ngc.MemoryStore()))
    ['collection']
"""

from __future__ import annotations

from ngio_collections import _checking as checking
from ngio_collections._resolver import AsyncResolver as Resolver
from ngio_collections.conversion import convert as _convert
from ngio_collections.conversion import to_ome_zarr as _to_ome_zarr
from ngio_collections.resolve import awaited, awaited_stream, verbs

__all__ = [
    "Resolver",
    "check_links",
    "consolidate",
    "convert",
    "create",
    "delete",
    "embed",
    "externalize",
    "iter_findings",
    "open",
    "open_inlined",
    "open_inlined_ref",
    "open_ref",
    "relocate",
    "save",
    "save_inlined",
    "save_tree",
    "to_ome_zarr",
    "validate",
]

check_links = awaited(verbs.check_links)
consolidate = awaited(verbs.consolidate)
convert = awaited(_convert)
create = awaited(verbs.create)
delete = awaited(verbs.delete)
embed = awaited(verbs.embed)
externalize = awaited(verbs.externalize)
iter_findings = awaited_stream(checking.iter_findings)
open = awaited(verbs.open)  # noqa: A001
open_inlined = awaited(verbs.open_inlined)
open_inlined_ref = awaited(verbs.open_inlined_ref)
open_ref = awaited(verbs.open_ref)
relocate = awaited(verbs.relocate)
save = awaited(verbs.save)
save_inlined = awaited(verbs.save_inlined)
save_tree = awaited(verbs.save_tree)
to_ome_zarr = awaited(_to_ome_zarr)
validate = awaited(checking.validate)


def __dir__() -> list[str]:
    return sorted(__all__)
