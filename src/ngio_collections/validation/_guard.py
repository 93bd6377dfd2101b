"""Holding rules to what they say that they read.

A rule is run again and again as a tree is edited, and only where an edit can have changed
what it says. That is right only as long as it reads no more than its scope declares. The
guard makes everything else raise; tests run every rule behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from ngio_collections._contract import (
    ALL,
    Concept,
    Context,
    Declaration,
    NodeEntry,
    Pointer,
    Rule,
    Scope,
    Subject,
)
from ngio_collections.errors import ScopeError

__all__ = ["Guard"]

_IDENTITY = frozenset({"type", "id"})


def _refuse(rule: str, what: str) -> NoReturn:
    raise ScopeError(f"the rule {rule!r} reads {what}, which its scope does not say")


class _Beyond(list[Any]):
    """The children of a node that a rule must not look at; that there are some is no secret."""

    def __init__(self, rule: str) -> None:
        super().__init__()
        self._rule = rule

    def __iter__(self) -> Iterator[Any]:
        _refuse(self._rule, "the nodes below its subject")

    def __getitem__(self, index: Any) -> Any:
        _refuse(self._rule, "the nodes below its subject")


class _Fields(dict[str, Any]):
    """The fields of another node, of which a rule may read some."""

    def __init__(self, fields: Mapping[str, Any], allowed: frozenset[str], rule: str) -> None:
        super().__init__(fields)
        self._allowed = allowed
        self._rule = rule

    def _check(self, key: str) -> None:
        if key not in self._allowed:
            _refuse(self._rule, f"`{key}` of another node")

    def __getitem__(self, key: str) -> Any:
        self._check(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._check(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._check(str(key))
        return super().__contains__(key)


class _Node:
    """A node of which a rule sees no more than its scope allows."""

    def __init__(self, entry: NodeEntry, rule: Rule, *, up: int, down: int, own: bool) -> None:
        self._entry = entry
        self._rule = rule
        self._up = up
        self._down = down
        self._own = own

    def __eq__(self, other: object) -> bool:
        mine = other._entry if isinstance(other, _Node) else other
        return bool(self._entry == mine)

    def __hash__(self) -> int:
        return hash(self._entry)

    @property
    def type(self) -> str:
        return self._entry.type

    @property
    def id(self) -> str | None:
        return self._entry.id

    @property
    def is_root(self) -> bool:
        return self._entry.is_root

    @property
    def pointer(self) -> Pointer:
        return self._entry.pointer

    @property
    def value(self) -> Mapping[str, Any]:
        value = self._entry.value
        if self._own:
            return _truncated(value, self._down, self._rule)
        keys = frozenset(key for key in self._rule.scope.keys if "/" not in key)
        return _Fields(_truncated(value, 0, self._rule), keys | _IDENTITY, self._rule.id)

    @property
    def attributes(self) -> Mapping[str, Any]:
        if self._own:
            return self._entry.attributes
        keys = (key.partition("/") for key in self._rule.scope.keys)
        allowed = frozenset(key for holder, _, key in keys if holder == "attributes")
        return _Fields(self._entry.attributes, allowed, self._rule.id)

    @property
    def parent(self) -> NodeEntry | None:
        found = self._entry.parent
        if found is None:
            return None
        if self._up == 0:
            _refuse(self._rule.id, "more nodes above its subject")
        up = self._up if self._up == ALL else self._up - 1
        return _Node(found, self._rule, up=up, down=0, own=False)

    def ancestors(self) -> Iterator[NodeEntry]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def children(self) -> Iterator[NodeEntry]:
        if self._down == 0:
            _refuse(self._rule.id, "the nodes below its subject")
        down = self._down if self._down == ALL else self._down - 1
        for child in self._entry.children():
            yield _Node(child, self._rule, up=0, down=down, own=False)


def _truncated(value: Mapping[str, Any], down: int, rule: Rule) -> dict[str, Any]:
    """A node with so many levels of nodes below it, and no more than the scope says of them."""
    if not isinstance(value.get("nodes"), list) or down == ALL:
        return dict(value)
    if down == 0:
        return {**value, "nodes": _Beyond(rule.id)}
    keys = frozenset(key.partition("/")[0] for key in rule.scope.keys) | _IDENTITY
    nodes = [
        _Fields(_truncated(child, down - 1, rule), keys, rule.id)
        if isinstance(child, dict)
        else child
        for child in value["nodes"]
    ]
    return {**value, "nodes": nodes}


class _Limited:
    """A document of which a rule sees no more than its scope allows."""

    def __init__(self, context: Context, rule: Rule) -> None:
        self._context = context
        self._rule = rule

    @property
    def revision(self) -> str:
        return self._context.revision

    @property
    def profile(self) -> str:
        return self._context.profile

    @property
    def url(self) -> str | None:
        return self._context.url

    @property
    def envelope(self) -> str:
        return self._context.envelope

    @property
    def document(self) -> Mapping[str, Any]:
        return self._context.document

    def concept(self, name: str) -> Concept:
        return self._context.concept(name)

    def _around(self, found: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
        if not self._rule.scope.references:
            _refuse(self._rule.id, "what its subject refers to")
        return tuple(self._limited(one) for one in found)

    def _limited(self, declared: Declaration) -> Declaration:
        """A declaration: of a node the type and the id, of everything else all of it."""
        node = _Node(declared.node, self._rule, up=0, down=0, own=False)
        value = declared.value
        if declared.kind == "node":
            value = _Fields(value, _IDENTITY, self._rule.id)
        return declared._replace(node=node, value=value)

    def declarations(self, id: str) -> tuple[Declaration, ...]:
        return self._around(self._context.declarations(id))

    def elsewhere(self, path: Any, id: str) -> tuple[Declaration, ...] | None:
        found = self._context.elsewhere(path, id)
        return None if found is None else self._around(found)

    def unfollowed(self, pointer: Pointer) -> str | None:
        return self._context.unfollowed(pointer)

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        if self._rule.scope.descendants != ALL:
            _refuse(self._rule.id, "all ids of the document")
        return self._context.duplicates()


class Guard:
    """Gives each rule no more than its scope says."""

    def limited(self, rule: Rule, subject: Subject, context: Context) -> tuple[Subject, Context]:
        """A subject and its document as a rule may see them."""
        scope: Scope = rule.scope
        node = _Node(subject.node, rule, up=scope.ancestors, down=scope.descendants, own=True)
        return self._held(subject, node, scope.descendants, rule), _Limited(context, rule)

    def _held(self, subject: Subject, node: NodeEntry, down: int, rule: Rule) -> Subject:
        """A subject with those that hold it, all in the same limited node."""
        value = subject.value
        parent = None
        if subject.parent is None:
            value = _truncated(value, down, rule)
        else:
            parent = self._held(subject.parent, node, down, rule)
        return subject._replace(value=value, node=node, parent=parent)
