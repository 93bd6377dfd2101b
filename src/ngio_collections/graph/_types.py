"""Typed views: from the JSON of a node or an attribute to a value of some class, and which class.

An attribute type is any class with a `key` and a class method `from_json`; it needs no
registration. A node type is registered under its name.
"""

from __future__ import annotations

import importlib
from typing import Any, Final, Protocol, TypeVar

from ngio_collections.errors import InvalidEditError
from ngio_collections.graph._segment import register_container

__all__ = ["AttributeType", "NodeType", "model_of", "register_node_type"]

T_co = TypeVar("T_co", covariant=True)


class AttributeType(Protocol[T_co]):
    """A class that reads one attribute of a node.

    Examples:
        >>> class Grid:
        ...     key = "mobie:grid"
        ...     def __init__(self, columns):
        ...         self.columns = columns
        ...     @classmethod
        ...     def from_json(cls, value):
        ...         return cls(value["columns"])
        >>> from ngio_collections.graph import new_node
        >>> node = new_node("collection", attributes={"mobie:grid": {"columns": 3}})
        >>> Grid in node, node[Grid].columns
        (True, 3)
    """

    @property
    def key(self) -> str:
        """The attribute that it reads."""

    def from_json(self, value: Any, /) -> T_co:
        """Make a value of the JSON of the attribute."""


class NodeType(Protocol[T_co]):
    """A class that reads nodes of one type."""

    def from_json(self, value: Any, /) -> T_co:
        """Make a value of the JSON of a node."""


_NODE_TYPES: Final[dict[str, NodeType[Any]]] = {}


def register_node_type(
    type: str, model: NodeType[Any] | None = None, *, container: bool = False
) -> None:
    """Make a node type of an extension known, for the whole process.

    Args:
        type: The type, with its prefix: `mobie:spots_table`.
        model: A class with a class method `from_json`; `Node.to_model` uses it.
        container: Whether the `nodes` of such a node are nodes. By default they are
            content of its own. Trees that were read before do not change.

    Raises:
        InvalidEditError: The type has no prefix, or is registered with another class.
    """
    if not isinstance(type, str):
        raise TypeError("register_node_type takes the type first, a string such as 'lab:table'")
    if not 0 < type.find(":") < len(type) - 1:
        raise InvalidEditError(f"{type!r} has no prefix; types without one belong to RFC-8")
    known = _NODE_TYPES.get(type)
    if known is not None and model is not None and known is not model:
        raise InvalidEditError(f"{type!r} is registered with {known!r} already")
    if model is not None:
        _NODE_TYPES[type] = model
    if container:
        register_container(type)


def model_of(type_: str) -> NodeType[Any]:
    """The class that reads nodes of a type.

    The generated models need pydantic, which trees do not: they are imported here, when
    a caller asks for one.
    """
    if type_ in _NODE_TYPES:
        return _NODE_TYPES[type_]
    models = importlib.import_module("ngio_collections.models")
    core = {"collection": "Collection", "multiscale": "Multiscale", "singlescale": "Singlescale"}
    name = core.get(type_, "CustomNode" if ":" in type_ else "BaseNode")
    found: NodeType[Any] = getattr(models, name)
    return found
