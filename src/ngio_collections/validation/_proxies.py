"""What stands between a rule and what it reads, and passes on what needs no care."""

from __future__ import annotations

from ngio_collections._contract import Concept, Context, NodeEntry, Pointer

__all__ = ["ContextProxy", "NodeProxy"]


class NodeProxy:
    """A node seen through something; what it is and where it is, is passed on."""

    __slots__ = ("_entry",)

    def __init__(self, entry: NodeEntry) -> None:
        self._entry = entry

    def __eq__(self, other: object) -> bool:
        return bool(self._entry == (other._entry if isinstance(other, NodeProxy) else other))

    def __hash__(self) -> int:
        return hash(self._entry)

    def __repr__(self) -> str:
        return f"<node {self.type or '?'} {self.id!r}>"

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


class ContextProxy:
    """A document seen through something; what is said of it as a whole is passed on."""

    __slots__ = ("_context",)

    def __init__(self, context: Context) -> None:
        self._context = context

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

    def concept(self, name: str) -> Concept:
        return self._context.concept(name)

    def unfollowed(self, node: NodeEntry) -> str | None:
        return self._context.unfollowed(node)
