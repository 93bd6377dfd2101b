"""The verbs that read and write, for those who wait for them; `aio` has them to be awaited."""

from __future__ import annotations

from ngio_collections import _checking as checking
from ngio_collections._resolver import Resolver
from ngio_collections.conversion import convert as _convert
from ngio_collections.conversion import to_ome_zarr as _to_ome_zarr
from ngio_collections.resolve import blocking, blocking_stream, verbs

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

check_links = blocking(verbs.check_links)
consolidate = blocking(verbs.consolidate)
convert = blocking(_convert)
create = blocking(verbs.create)
delete = blocking(verbs.delete)
embed = blocking(verbs.embed)
externalize = blocking(verbs.externalize)
iter_findings = blocking_stream(checking.iter_findings)
open = blocking(verbs.open)  # noqa: A001
open_inlined = blocking(verbs.open_inlined)
open_inlined_ref = blocking(verbs.open_inlined_ref)
open_ref = blocking(verbs.open_ref)
relocate = blocking(verbs.relocate)
save = blocking(verbs.save)
save_inlined = blocking(verbs.save_inlined)
save_tree = blocking(verbs.save_tree)
to_ome_zarr = blocking(_to_ome_zarr)
validate = blocking(checking.validate)


def __dir__() -> list[str]:
    return sorted(__all__)
