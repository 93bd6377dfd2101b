"""Documents of an edited tree, built again: what did not change is taken as it was parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ngio_collections import _paths
from ngio_collections.document import map_references, target_of
from ngio_collections.graph import Edge, NodeTree, Raw
from ngio_collections.graph._state import UNCHANGED, Ref, key_of
from ngio_collections.resolve._layers import Split
from ngio_collections.resolve._moves import Elsewhere

__all__ = ["Builder", "Redirected"]


class Redirected(NamedTuple):
    """Where a Reference is, and where it leads.

    Attributes:
        document: The document that has it.
        before: The one that had it when the tree was saved last.
        target: The document of what it leads to.
        target_before: The one in which that was then.
    """

    document: str
    before: str
    target: str
    target_before: str


class Builder:
    """Builds the documents of one version of a tree.

    Args:
        tree: The tree.
        split: How an inlined node is saved, if it was changed.
        now: What is in other documents than it was read in.
        before: What was when the tree was saved last.
        gone_since: The ids that are elsewhere than they were then.

    Attributes:
        built: The nodes that were built for each document, by the place where it begins.
        aimed: References to what was moved: the document that has it now, its id, and the
            document of the Reference.
        ties: Documents that have to be written together, in pairs.
        redirected: The documents of References to what is elsewhere than when the tree was
            saved last.
    """

    def __init__(
        self,
        tree: NodeTree,
        split: Callable[[Ref], Split | None],
        now: Elsewhere,
        before: Elsewhere,
        gone_since: Mapping[str, set[str]],
    ) -> None:
        self._tree = tree
        self._split = split
        self._gone, self._homes = now
        self._gone_before, self._homes_before = before
        self._gone_since = gone_since
        self._changed: set[int] = set()
        self.built: dict[int, dict[int, Raw]] = {}
        self.aimed: set[tuple[str, str, str]] = set()
        self.ties: set[tuple[str, str]] = set()
        self.redirected: set[Redirected] = set()

    def mark(self, ref: Ref) -> None:
        """Note that a node has to be built again, with all above it in its document."""
        at: Ref | None = ref
        while at is not None and key_of(at) not in self._changed:
            self._changed.add(key_of(at))
            if self._tree.edge(at) is not None:
                return
            at = self._tree.parent(at)

    def document(self, place: Ref, url: str, kept: Mapping[int, Raw]) -> Raw:
        """The node of a document as it is now, without recursion.

        Args:
            place: Where it begins.
            url: Its address.
            kept: What was built of it for its last version, by the nodes.
        """
        top: list[Any] = [None]
        stack: list[tuple[Ref, list[Any], int]] = [(place, top, 0)]
        built: dict[int, Raw] = {}
        while stack:
            ref, holder, at = stack.pop()
            raw = dict(self._own(ref, url, is_place=ref == place))
            holder[at] = built[key_of(ref)] = raw
            if not self._tree.has_list(ref):
                continue
            items: list[Any] = []
            for item, child in self._items(ref):
                if child is None:
                    items.append(item)
                elif (edge := self._tree.edge(child)) is not None:
                    items.append(self._stub(child, edge, url))
                elif self._has_to_be_built(ref, child, url, kept):
                    items.append(None)
                    stack.append((child, items, len(items) - 1))
                else:
                    items.append(kept.get(key_of(child)) or self.original(child))
            raw["nodes"] = items
        self.built[key_of(place)] = built
        node: Raw = top[0]
        return node

    def _items(self, ref: Ref) -> Iterator[tuple[Any, Ref | None]]:
        """What is among the children of a node: other things, and nodes."""
        change = self._tree.change(ref) or UNCHANGED
        for segment, item, _ in self._tree.entries(ref, change):
            yield (item, None) if segment is None else (None, (segment, item))

    def _has_to_be_built(self, parent: Ref, child: Ref, url: str, kept: Mapping[int, Raw]) -> bool:
        """Whether a node is not what its document has: it changed, or came from elsewhere."""
        if key_of(child) in self._changed:
            return True
        if key_of(child) in kept:
            return False
        if url in self._gone:
            return True
        if parent[0] is child[0] and not self._tree.shrunk:
            return False
        return self._tree.url_of(child) not in (url, None)

    def _own(self, ref: Ref, url: str, *, is_place: bool) -> Mapping[str, Any]:
        """The own fields of a node of a document."""
        edge = self._tree.edge(ref)
        if is_place and edge is not None:
            split = self._split(ref)
            raw = edge.target.raw if split is None else split.layers[-1]
            return self.fields(raw, url, url)
        return self.fields(self._tree.raw(ref), self._tree.url_of(ref), url, ref)

    def _document_before(self, ref: Ref | None, url: str) -> str:
        """The document that a node was in when the tree was saved last."""
        while ref is not None:
            key = key_of(ref)
            if key in self._homes_before:
                return self._homes_before[key][1]
            if key in self._homes:
                return self._homes[key][0]
            ref = self._tree.parent(ref)
            if ref is not None and self._tree.edge(ref) is not None:
                break
        return url

    def fields(self, raw: Raw, here: str | None, url: str, ref: Ref | None = None) -> Raw:
        """Own fields that count from one document, as they are in another, or after moves."""
        if here is None or (here == url and not self._gone and not self._gone_since):
            return raw
        fields = {key: _rebased_field(key, value, here, url) for key, value in raw.items()}
        if "attributes" in fields:
            fields["attributes"] = map_references(
                fields["attributes"],
                lambda reference: self._referring(reference, here, url, ref),
            )
        return fields

    def _referring(
        self, reference: Mapping[str, Any], here: str, url: str, ref: Ref | None
    ) -> Mapping[str, Any]:
        """A Reference that leads where it led before nodes were moved between documents.

        Args:
            reference: The Reference; its path counts from the document that it will be in.
            here: The document that it was in.
            url: The document that it will be in.
            ref: The node that has it; None if that is the reference which a document is.
        """
        id_ = reference["id"]
        has_path = isinstance(reference.get("path"), dict)
        home = target_of(reference, url) if has_path else here
        now = self._gone.get(home or "", {}).get(id_)
        if home is not None and id_ in self._gone_since.get(home, ()):
            before = self._gone_before.get(home, {}).get(id_, home)
            one = Redirected(url, self._document_before(ref, url), now or home, before)
            self.redirected.add(one)
            self.ties |= {(url, one.target), (url, before)}
        if now is None and has_path:
            return reference
        there = now or here
        if now is not None:
            self.aimed.add((there, id_, url))
        if there != url:
            return {**reference, "path": _paths.path_to(url, there)}
        return {k: v for k, v in reference.items() if k != "path"} if has_path else reference

    def _stub(self, ref: Ref, edge: Edge, url: str) -> Raw:
        """A reference as it stands in the document that holds it now."""
        split = self._split(ref)
        raw = edge.stub.raw if split is None else split.layers[0]
        return self.fields(raw, edge.stub.url, url, ref)

    def original(self, ref: Ref) -> Raw:
        """A node that did not change, as its document has it."""
        raw = ref[0].raw(ref[1])
        inlined = ref[0].inlined
        return raw if inlined is None else inlined.originals.get(id(raw), raw)


def _rebased_field(key: str, value: Any, here: str, url: str) -> Any:
    if here == url or key not in ("path", "attributes"):
        return value
    return _paths.rebased(value, here, url)
