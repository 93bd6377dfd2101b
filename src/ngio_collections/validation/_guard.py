"""Holding rules to what they say that they read.

A rule is run again and again as a tree is edited, and only where an edit can have changed
what it says. That is right only as long as it reads no more than its scope declares. The
guard makes everything else raise; tests run every rule behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from ngio_collections._contract import (
    ALL,
    Context,
    Declaration,
    NodeEntry,
    Rule,
    Scope,
    Subject,
)
from ngio_collections.errors import ScopeError
from ngio_collections.validation._proxies import ContextProxy, NodeProxy

__all__ = ["Guard"]

_IDENTITY = frozenset({"type", "id"})
_ABOVE = "more nodes above its subject"
_BELOW = "the nodes below its subject"

Refuse: TypeAlias = Callable[[str], NoReturn]
"""What is called with what a rule must not read."""


class _Beyond(list[Any]):
    """The children of a node that a rule must not look at; that there is a list is no secret."""

    def __init__(self, refuse: Refuse) -> None:
        super().__init__()
        self._refuse = refuse

    def _read(self, *_: Any) -> Any:
        self._refuse(_BELOW)

    __iter__ = __reversed__ = __getitem__ = __len__ = __contains__ = _read
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _read
    __add__ = __mul__ = __rmul__ = __repr__ = __reduce_ex__ = _read
    copy = count = index = pop = _read
    __hash__ = None


class _Fields(dict[str, Any]):
    """The fields of something of which a rule may read some, and not which others there are."""

    def __init__(
        self, fields: Mapping[str, Any], allowed: frozenset[str], refuse: Refuse, whose: str
    ) -> None:
        super().__init__(fields)
        self._allowed = allowed
        self._refuse = refuse
        self._whose = whose

    def _check(self, key: object) -> None:
        if key not in self._allowed:
            self._refuse(f"`{key}` of {self._whose}")

    def __getitem__(self, key: str) -> Any:
        self._check(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._check(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._check(key)
        return super().__contains__(key)

    def _read(self, *_: Any) -> Any:
        self._refuse(f"all fields of {self._whose}")

    __iter__ = __reversed__ = __len__ = keys = values = items = _read
    __eq__ = __ne__ = __or__ = __ror__ = _read
    __repr__ = __reduce_ex__ = copy = pop = popitem = setdefault = _read
    __hash__ = None


def _allowed(rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that a rule may read of other nodes, and the attributes."""
    own = frozenset(key for key in rule.scope.keys if "/" not in key) | _IDENTITY
    keys = (key.partition("/") for key in rule.scope.keys)
    return own, frozenset(key for holder, _, key in keys if holder == "attributes" and key)


def _attributes(found: Mapping[str, Any], allowed: frozenset[str], refuse: Refuse) -> _Fields:
    """The attributes of another node, and of some of them no more than the scope names."""
    parts: dict[str, set[str]] = {}
    for key in allowed:
        name, _, inner = key.partition("/")
        if inner and name not in allowed:
            parts.setdefault(name, set()).add(inner)
    held = {
        name: _Fields(value, frozenset(parts[name]), refuse, f"`{name}` of another node")
        for name, value in found.items()
        if name in parts and isinstance(value, dict)
    }
    return _Fields(
        {**found, **held}, allowed | parts.keys(), refuse, "the attributes of another node"
    )


def _other(value: Mapping[str, Any], rule: Rule, refuse: Refuse) -> _Fields:
    """Another node, of which a rule may read what its scope names."""
    fields, inner = _allowed(rule)
    attributes = value.get("attributes")
    if inner and "attributes" not in fields:
        fields |= {"attributes"}
        if isinstance(attributes, dict):
            value = {**value, "attributes": _attributes(attributes, inner, refuse)}
    return _Fields(value, fields, refuse, "another node")


class _Node(NodeProxy):
    """A node of which a rule sees no more than its scope allows."""

    def __init__(
        self, entry: NodeEntry, rule: Rule, refuse: Refuse, *, up: int, down: int, own: bool
    ) -> None:
        super().__init__(entry)
        self._rule = rule
        self._refuse = refuse
        self._up = up
        self._down = down
        self._own = own

    @property
    def value(self) -> Mapping[str, Any]:
        if self._own:
            return _truncated(self._entry.value, self._down, self._rule, self._refuse)
        value = _truncated(self._entry.value, 0, self._rule, self._refuse)
        return _other(value, self._rule, self._refuse)

    @property
    def attributes(self) -> Mapping[str, Any]:
        found = self._entry.attributes
        fields, inner = _allowed(self._rule)
        if self._own or "attributes" in fields:
            return found
        return _attributes(found, inner, self._refuse)

    @property
    def root(self) -> NodeEntry:
        if self._entry.is_root:
            return self
        if self._up != ALL:
            self._refuse(_ABOVE)
        return _Node(self._entry.root, self._rule, self._refuse, up=0, down=0, own=False)

    @property
    def parent(self) -> NodeEntry | None:
        found = self._entry.parent
        if found is None:
            return None
        if self._up == 0:
            self._refuse(_ABOVE)
        up = self._up if self._up == ALL else self._up - 1
        return _Node(found, self._rule, self._refuse, up=up, down=0, own=False)

    def ancestors(self) -> Iterator[NodeEntry]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def nearest(self, attribute: str) -> NodeEntry | None:
        return next((node for node in self.ancestors() if attribute in node.attributes), None)

    def children(self) -> Iterator[NodeEntry]:
        if self._down == 0:
            self._refuse(_BELOW)
        down = self._down if self._down == ALL else self._down - 1
        for child in self._entry.children():
            yield _Node(child, self._rule, self._refuse, up=0, down=down, own=False)


class _Below(list[Any]):
    """The children of a node of which a rule may read what its scope names, made as it asks."""

    def __init__(self, nodes: list[Any], down: int, rule: Rule, refuse: Refuse) -> None:
        super().__init__(nodes)
        self._down = down
        self._rule = rule
        self._refuse = refuse

    def _made(self, child: Any) -> Any:
        if not isinstance(child, dict):
            return child
        value = _truncated(child, self._down, self._rule, self._refuse)
        return _other(value, self._rule, self._refuse)

    def __iter__(self) -> Iterator[Any]:
        return map(self._made, super().__iter__())

    def __reversed__(self) -> Iterator[Any]:
        return map(self._made, super().__reversed__())

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return [*map(self._made, found)] if isinstance(index, slice) else self._made(found)

    def _read(self, *_: Any) -> Any:
        self._refuse(f"all fields of {_BELOW}")

    __contains__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _read
    __add__ = __mul__ = __rmul__ = __repr__ = __reduce_ex__ = _read
    copy = count = index = pop = _read
    __hash__ = None


def _truncated(value: Mapping[str, Any], down: int, rule: Rule, refuse: Refuse) -> dict[str, Any]:
    """A node with so many levels of nodes below it, and no more than the scope says of them."""
    nodes = value.get("nodes")
    if not isinstance(nodes, list):
        return dict(value)
    if down == 0:
        return {**value, "nodes": _Beyond(refuse)}
    left = down if down == ALL else down - 1
    return {**value, "nodes": _Below(nodes, left, rule, refuse)}


class _Limited(ContextProxy):
    """A document of which a rule sees no more than its scope allows."""

    def __init__(self, context: Context, rule: Rule, refuse: Refuse) -> None:
        super().__init__(context)
        self._rule = rule
        self._refuse = refuse

    @property
    def document(self) -> Mapping[str, Any]:
        """What stands beside the node: after an edit no rule runs again because of the node."""
        document = dict(self._context.document)
        if self._context.envelope == "zarr":
            attributes = document["attributes"]
            document["attributes"] = {**attributes, "ome": self._closed(attributes["ome"])}
        elif "ome" in document:
            document["ome"] = self._closed(document["ome"])
        return document

    def _closed(self, node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        return _Fields(node, frozenset(), self._refuse, "the node in `context.document`")

    def _around(self, found: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
        if not self._rule.scope.references:
            self._refuse("what its subject refers to")
        return tuple(self._limited(one) for one in found)

    def _limited(self, declared: Declaration) -> Declaration:
        """A declaration: of a node what the scope names, of everything else all of it."""
        node = _Node(declared.node, self._rule, self._refuse, up=0, down=0, own=False)
        value = declared.value
        if declared.kind == "node":
            value = node.value
        return declared._replace(node=node, value=value)

    def declarations(self, id: str) -> tuple[Declaration, ...]:
        return self._around(self._context.declarations(id))

    def elsewhere(self, path: Any, id: str) -> tuple[Declaration, ...] | None:
        found = self._context.elsewhere(path, id)
        return None if found is None else self._around(found)

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        if self._rule.scope.descendants != ALL:
            self._refuse("all ids of the document")
        return self._context.duplicates()


class Guard:
    """Gives each rule no more than its scope says.

    Attributes:
        refused: What was read beyond that, also where a rule has caught the error.
    """

    def __init__(self) -> None:
        self.refused: list[ScopeError] = []

    def limited(self, rule: Rule, subject: Subject, context: Context) -> tuple[Subject, Context]:
        """A subject and its document as a rule may see them."""
        scope: Scope = rule.scope

        def refuse(what: str) -> NoReturn:
            error = ScopeError(f"the rule {rule.id!r} reads {what}, which its scope does not say")
            self.refused.append(error)
            raise error

        node = _Node(
            subject.node, rule, refuse, up=scope.ancestors, down=scope.descendants, own=True
        )
        return _held(subject, node, rule, refuse), _Limited(context, rule, refuse)


def _held(subject: Subject, node: NodeEntry, rule: Rule, refuse: Refuse) -> Subject:
    """A subject with those that hold it, all in the same limited node."""
    value = subject.value
    parent = None
    if subject.parent is None:
        value = _truncated(value, rule.scope.descendants, rule, refuse)
    else:
        parent = _held(subject.parent, node, rule, refuse)
    return subject._replace(value=value, node=node, parent=parent)
