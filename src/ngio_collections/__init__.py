"""OME-Zarr collections (RFC-8): `import ngio_collections as ngc`.

Everything public is reachable from here, and nothing is imported before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ngio_collections import aio as aio
    from ngio_collections import models as models
    from ngio_collections._contract import Context as Context
    from ngio_collections._contract import Level as Level
    from ngio_collections._contract import Rule as Rule
    from ngio_collections._contract import Subject as Subject
    from ngio_collections._contract import Violation as Violation
    from ngio_collections.api import Resolver as Resolver
    from ngio_collections.api import check_links as check_links
    from ngio_collections.api import consolidate as consolidate
    from ngio_collections.api import convert as convert
    from ngio_collections.api import create as create
    from ngio_collections.api import delete as delete
    from ngio_collections.api import embed as embed
    from ngio_collections.api import externalize as externalize
    from ngio_collections.api import iter_findings as iter_findings
    from ngio_collections.api import open as open  # noqa: A004
    from ngio_collections.api import open_inlined as open_inlined
    from ngio_collections.api import open_inlined_ref as open_inlined_ref
    from ngio_collections.api import open_ref as open_ref
    from ngio_collections.api import relocate as relocate
    from ngio_collections.api import save as save
    from ngio_collections.api import save_inlined as save_inlined
    from ngio_collections.api import save_tree as save_tree
    from ngio_collections.api import to_ome_zarr as to_ome_zarr
    from ngio_collections.api import validate as validate
    from ngio_collections.conversion import Conversion as Conversion
    from ngio_collections.conversion import Ledger as Ledger
    from ngio_collections.conversion import LedgerEntry as LedgerEntry
    from ngio_collections.errors import ConflictError as ConflictError
    from ngio_collections.errors import DocumentAccessError as DocumentAccessError
    from ngio_collections.errors import DocumentError as DocumentError
    from ngio_collections.errors import DocumentNotFoundError as DocumentNotFoundError
    from ngio_collections.errors import ForbiddenError as ForbiddenError
    from ngio_collections.errors import InvalidAttributeError as InvalidAttributeError
    from ngio_collections.errors import InvalidEditError as InvalidEditError
    from ngio_collections.errors import LimitExceededError as LimitExceededError
    from ngio_collections.errors import MissingAttributeError as MissingAttributeError
    from ngio_collections.errors import MissingExtraError as MissingExtraError
    from ngio_collections.errors import NgioCollectionsError as NgioCollectionsError
    from ngio_collections.errors import NodeNotFoundError as NodeNotFoundError
    from ngio_collections.errors import NotJsonError as NotJsonError
    from ngio_collections.errors import NotOmeError as NotOmeError
    from ngio_collections.errors import NoTransformationError as NoTransformationError
    from ngio_collections.errors import PathError as PathError
    from ngio_collections.errors import ScopeError as ScopeError
    from ngio_collections.errors import UnknownConceptError as UnknownConceptError
    from ngio_collections.errors import UnknownProfileError as UnknownProfileError
    from ngio_collections.errors import UnknownRuleError as UnknownRuleError
    from ngio_collections.errors import UnresolvedReferenceError as UnresolvedReferenceError
    from ngio_collections.graph import Axis as Axis
    from ngio_collections.graph import CoordinateSystem as CoordinateSystem
    from ngio_collections.graph import Diff as Diff
    from ngio_collections.graph import Node as Node
    from ngio_collections.graph import NodeTree as NodeTree
    from ngio_collections.graph import Patch as Patch
    from ngio_collections.graph import PixelSize as PixelSize
    from ngio_collections.graph import PlateEntry as PlateEntry
    from ngio_collections.graph import Transaction as Transaction
    from ngio_collections.graph import apply as apply
    from ngio_collections.graph import as_tree as as_tree
    from ngio_collections.graph import diff as diff
    from ngio_collections.graph import fingerprint as fingerprint
    from ngio_collections.graph import new_node as new_node
    from ngio_collections.graph import register_node_type as register_node_type
    from ngio_collections.mend import Fix as Fix
    from ngio_collections.mend import Undecided as Undecided
    from ngio_collections.mend import Upgrade as Upgrade
    from ngio_collections.mend import apply_fixes as apply_fixes
    from ngio_collections.mend import fixes as fixes
    from ngio_collections.mend import upgrade as upgrade
    from ngio_collections.read import Affine as Affine
    from ngio_collections.read import CoordinateGraph as CoordinateGraph
    from ngio_collections.read import PointMap as PointMap
    from ngio_collections.read import to_arrow as to_arrow
    from ngio_collections.read import to_csv as to_csv
    from ngio_collections.read import transform_between as transform_between
    from ngio_collections.report import RuleCount as RuleCount
    from ngio_collections.report import Summary as Summary
    from ngio_collections.report import summarize as summarize
    from ngio_collections.resolve import AccessPolicy as AccessPolicy
    from ngio_collections.resolve import Inlining as Inlining
    from ngio_collections.resolve import Limits as Limits
    from ngio_collections.resolve import Report as Report
    from ngio_collections.resolve import Saved as Saved
    from ngio_collections.resolve import Unfollowed as Unfollowed
    from ngio_collections.resolve import follow as follow
    from ngio_collections.resolve import id_parts as id_parts
    from ngio_collections.store import Blob as Blob
    from ngio_collections.store import CachedStore as CachedStore
    from ngio_collections.store import LocalStore as LocalStore
    from ngio_collections.store import MemoryStore as MemoryStore
    from ngio_collections.store import ReadableStore as ReadableStore
    from ngio_collections.store import ReadOnly as ReadOnly
    from ngio_collections.store import RouterStore as RouterStore
    from ngio_collections.store import Stat as Stat
    from ngio_collections.store import WritableStore as WritableStore
    from ngio_collections.store import ZipStore as ZipStore
    from ngio_collections.validation import Finding as Finding
    from ngio_collections.validation import SchemaError as SchemaError
    from ngio_collections.validation import schema_errors as schema_errors
    from ngio_collections.validation import validate_document as validate_document
    from ngio_collections.validation._changes import Revalidation as Revalidation
    from ngio_collections.validation._changes import validate_changes as validate_changes
    from ngio_collections.validation._rulesets import RuleSet as RuleSet
    from ngio_collections.validation._rulesets import rule as rule
    from ngio_collections.validation._rulesets import rules as rules
    from ngio_collections.validation._schemas import profiles as profiles
    from ngio_collections.validation._schemas import schema as schema

__version__: Final = "0.1.0"

_HOME: Final = {
    "Revalidation": "validation._changes",
    "validate_changes": "validation._changes",
    "ScopeError": "errors",
    "UnknownRuleError": "errors",
    "Context": "_contract",
    "Subject": "_contract",
    "Violation": "_contract",
    "RuleSet": "validation._rulesets",
    "rule": "validation._rulesets",
    "iter_findings": "api",
    "validate": "api",
    "Level": "_contract",
    "Rule": "_contract",
    "NoTransformationError": "errors",
    "Affine": "read",
    "CoordinateGraph": "read",
    "PointMap": "read",
    "transform_between": "read",
    "to_arrow": "read",
    "to_csv": "read",
    "profiles": "validation._schemas",
    "rules": "validation._rulesets",
    "schema": "validation._schemas",
    "ConflictError": "errors",
    "DocumentAccessError": "errors",
    "ForbiddenError": "errors",
    "LimitExceededError": "errors",
    "PathError": "errors",
    "UnresolvedReferenceError": "errors",
    "DocumentError": "errors",
    "DocumentNotFoundError": "errors",
    "InvalidEditError": "errors",
    "MissingExtraError": "errors",
    "NgioCollectionsError": "errors",
    "NodeNotFoundError": "errors",
    "NotJsonError": "errors",
    "NotOmeError": "errors",
    "UnknownConceptError": "errors",
    "UnknownProfileError": "errors",
    "Finding": "validation",
    "SchemaError": "validation",
    "schema_errors": "validation",
    "validate_document": "validation",
    "InvalidAttributeError": "errors",
    "MissingAttributeError": "errors",
    "Axis": "graph",
    "CoordinateSystem": "graph",
    "PixelSize": "graph",
    "PlateEntry": "graph",
    "Diff": "graph",
    "Node": "graph",
    "NodeTree": "graph",
    "Patch": "graph",
    "Transaction": "graph",
    "apply": "graph",
    "as_tree": "graph",
    "diff": "graph",
    "fingerprint": "graph",
    "new_node": "graph",
    "register_node_type": "graph",
    "Fix": "mend",
    "Undecided": "mend",
    "Upgrade": "mend",
    "apply_fixes": "mend",
    "fixes": "mend",
    "upgrade": "mend",
    "models": "",
    "aio": "",
    "check_links": "api",
    "consolidate": "api",
    "convert": "api",
    "Conversion": "conversion",
    "Ledger": "conversion",
    "LedgerEntry": "conversion",
    "create": "api",
    "delete": "api",
    "embed": "api",
    "externalize": "api",
    "open": "api",
    "open_inlined": "api",
    "open_inlined_ref": "api",
    "open_ref": "api",
    "relocate": "api",
    "save": "api",
    "save_inlined": "api",
    "save_tree": "api",
    "RuleCount": "report",
    "Summary": "report",
    "summarize": "report",
    "to_ome_zarr": "api",
    "AccessPolicy": "resolve",
    "Inlining": "resolve",
    "Limits": "resolve",
    "Report": "resolve",
    "Saved": "resolve",
    "follow": "resolve",
    "id_parts": "resolve",
    "Resolver": "api",
    "Unfollowed": "resolve",
    "Blob": "store",
    "CachedStore": "store",
    "LocalStore": "store",
    "MemoryStore": "store",
    "ReadOnly": "store",
    "ReadableStore": "store",
    "RouterStore": "store",
    "Stat": "store",
    "WritableStore": "store",
    "ZipStore": "store",
}

__all__ = [
    "AccessPolicy",
    "Affine",
    "Axis",
    "Blob",
    "CachedStore",
    "ConflictError",
    "Context",
    "Conversion",
    "CoordinateGraph",
    "CoordinateSystem",
    "Diff",
    "DocumentAccessError",
    "DocumentError",
    "DocumentNotFoundError",
    "Finding",
    "Fix",
    "ForbiddenError",
    "Inlining",
    "InvalidAttributeError",
    "InvalidEditError",
    "Ledger",
    "LedgerEntry",
    "Level",
    "LimitExceededError",
    "Limits",
    "LocalStore",
    "MemoryStore",
    "MissingAttributeError",
    "MissingExtraError",
    "NgioCollectionsError",
    "NoTransformationError",
    "Node",
    "NodeNotFoundError",
    "NodeTree",
    "NotJsonError",
    "NotOmeError",
    "Patch",
    "PathError",
    "PixelSize",
    "PlateEntry",
    "PointMap",
    "ReadOnly",
    "ReadableStore",
    "Report",
    "Resolver",
    "Revalidation",
    "RouterStore",
    "Rule",
    "RuleCount",
    "RuleSet",
    "Saved",
    "ScopeError",
    "Stat",
    "Subject",
    "Summary",
    "Transaction",
    "Undecided",
    "Unfollowed",
    "UnknownConceptError",
    "UnknownProfileError",
    "UnknownRuleError",
    "UnresolvedReferenceError",
    "Upgrade",
    "Violation",
    "WritableStore",
    "ZipStore",
    "__version__",
    "aio",
    "apply",
    "apply_fixes",
    "as_tree",
    "check_links",
    "consolidate",
    "convert",
    "create",
    "delete",
    "diff",
    "embed",
    "externalize",
    "fingerprint",
    "fixes",
    "follow",
    "id_parts",
    "iter_findings",
    "models",
    "new_node",
    "open",
    "open_inlined",
    "open_inlined_ref",
    "open_ref",
    "profiles",
    "register_node_type",
    "relocate",
    "rule",
    "rules",
    "save",
    "save_inlined",
    "save_tree",
    "schema",
    "schema_errors",
    "summarize",
    "to_arrow",
    "to_csv",
    "to_ome_zarr",
    "transform_between",
    "upgrade",
    "validate",
    "validate_changes",
    "validate_document",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if not home:
        return importlib.import_module(f"{__name__}.{name}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
