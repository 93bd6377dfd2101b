"""OME-Zarr collections (RFC-8): `import ngio_collections as ngc`.

Everything public is reachable from here, and nothing is imported before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ngio_collections import models as models
    from ngio_collections._contract import Level as Level
    from ngio_collections._contract import Rule as Rule
    from ngio_collections.api import profiles as profiles
    from ngio_collections.api import rules as rules
    from ngio_collections.api import schema as schema
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
    from ngio_collections.errors import PathError as PathError
    from ngio_collections.errors import UnknownConceptError as UnknownConceptError
    from ngio_collections.errors import UnknownProfileError as UnknownProfileError
    from ngio_collections.errors import UnresolvedReferenceError as UnresolvedReferenceError
    from ngio_collections.graph import Diff as Diff
    from ngio_collections.graph import Node as Node
    from ngio_collections.graph import NodeTree as NodeTree
    from ngio_collections.graph import Patch as Patch
    from ngio_collections.graph import Transaction as Transaction
    from ngio_collections.graph import apply as apply
    from ngio_collections.graph import as_tree as as_tree
    from ngio_collections.graph import diff as diff
    from ngio_collections.graph import fingerprint as fingerprint
    from ngio_collections.graph import new_node as new_node
    from ngio_collections.graph import register_node_type as register_node_type
    from ngio_collections.validate import Finding as Finding
    from ngio_collections.validate import SchemaError as SchemaError
    from ngio_collections.validate import schema_errors as schema_errors
    from ngio_collections.validate import validate_document as validate_document

__version__: Final = "0.1.0"

_HOME: Final = {
    "Level": "_contract",
    "Rule": "_contract",
    "profiles": "api",
    "rules": "api",
    "schema": "api",
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
    "Finding": "validate",
    "SchemaError": "validate",
    "schema_errors": "validate",
    "validate_document": "validate",
    "InvalidAttributeError": "errors",
    "MissingAttributeError": "errors",
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
    "models": "",
}

__all__ = [
    "ConflictError",
    "Diff",
    "DocumentAccessError",
    "DocumentError",
    "DocumentNotFoundError",
    "Finding",
    "ForbiddenError",
    "InvalidAttributeError",
    "InvalidEditError",
    "Level",
    "LimitExceededError",
    "MissingAttributeError",
    "MissingExtraError",
    "NgioCollectionsError",
    "Node",
    "NodeNotFoundError",
    "NodeTree",
    "NotJsonError",
    "NotOmeError",
    "Patch",
    "PathError",
    "Rule",
    "Transaction",
    "UnknownConceptError",
    "UnknownProfileError",
    "UnresolvedReferenceError",
    "__version__",
    "apply",
    "as_tree",
    "diff",
    "fingerprint",
    "models",
    "new_node",
    "profiles",
    "register_node_type",
    "rules",
    "schema",
    "schema_errors",
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
