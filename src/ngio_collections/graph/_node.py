"""Nodes: light, immutable handles on one version of a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, overload

from ngio_collections._frozen import JsonObject, thaw, view
from ngio_collections._paths import as_url, path_to
from ngio_collections._plain import NotPlainError, plain_json
from ngio_collections.errors import (
    InvalidAttributeError,
    InvalidEditError,
    MissingAttributeError,
    NodeNotFoundError,
)
from ngio_collections.graph._export import Content, Receiver, brought, exported
from ngio_collections.graph._meaning import Meaning, meaning
from ngio_collections.graph._segment import Raw, Segment, holds_nodes
from ngio_collections.graph._state import UNCHANGED, Change, Ref, TreeState, key_of
from ngio_collections.graph._types import AttributeType, model_of

if TYPE_CHECKING:
    from ngio_collections.graph._transaction import Transaction

__all__ = ["Node", "NodeTree", "as_tree", "new_node"]

T = TypeVar("T")

_NOTHING: Final[Any] = object()


class NodeTree(TreeState):
    """One version of a tree of nodes. Every edit gives another one and leaves this as it is."""

    __slots__ = ()

    @property
    def root(self) -> Node:
        """The root node."""
        return Node(self, self.segment, 0)

    def find(self, id: str) -> Node | None:
        """The node with an id, the first in document order if there are several.

        The first call builds an index, O(nodes); from then on, over all versions, it is
        one lookup.
        """
        if not self.is_edited:
            position = self.segment.ids.get(id)
            return None if position is None else Node(self, self.segment, position)
        found = self.first_ref(id)
        return Node(self, *found) if found is not None else None

    def __len__(self) -> int:
        """How many nodes there are. Cost: O(1) before the first edit, then O(nodes)."""
        if not self.is_edited:
            return len(self.segment)
        return sum(1 for _ in self.walk((self.segment, 0)))

    def __iter__(self) -> Iterator[Node]:
        return self.root.walk()

    def __repr__(self) -> str:
        return f"<NodeTree of {self.root!r}>"


class Node(Meaning):
    """One node of one version of a tree.

    It is made when it is asked for, holds no data of its own, and never changes. Two
    handles are equal if they are the same node in the same version.
    """

    __slots__ = ("_position", "_segment", "_tree")

    _tree: NodeTree
    _segment: Segment
    _position: int

    def __init__(self, tree: NodeTree, segment: Segment, position: int) -> None:
        _SET_TREE(self, tree)
        _SET_SEGMENT(self, segment)
        _SET_POSITION(self, position)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"nodes are immutable; use an edit such as set_attr, not {name} = ...")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("nodes are immutable")

    # -- what the node says ----------------------------------------------------

    @property
    def tree(self) -> NodeTree:
        """The version of the tree that the node belongs to."""
        return self._tree

    @property
    def key(self) -> Ref:
        """The storage of the node, the same in every version."""
        return self._segment, self._position

    @property
    def raw(self) -> JsonObject:
        """The own fields of the node as they were parsed, without `nodes`; read-only."""
        return JsonObject({k: v for k, v in self._raw().items() if k != "nodes"})

    def _raw(self) -> Raw:
        tree = self._tree
        if tree.is_edited:
            return tree.raw((self._segment, self._position))
        raws = self._segment._raws
        return self._segment.raw(self._position) if raws is None else raws[self._position]

    @property
    def id(self) -> str | None:
        """The id, None if there is none (RFC-8, "Node")."""
        raws = self._segment._raws
        raw = self._raw() if raws is None or self._tree.is_edited else raws[self._position]
        found = raw.get("id")
        return found if type(found) is str else None

    @property
    def name(self) -> str | None:
        """The name for people, None if there is none."""
        found = self._raw().get("name")
        return found if isinstance(found, str) else None

    @property
    def type(self) -> str:
        """The type, an empty string if there is none."""
        raws = self._segment._raws
        raw = self._raw() if raws is None or self._tree.is_edited else raws[self._position]
        found = raw.get("type")
        return found if type(found) is str else ""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes, read-only to the bottom; empty if there are none."""
        found = self._raw().get("attributes")
        return JsonObject(found if isinstance(found, dict) else {})

    @overload
    def __getitem__(self, kind: str | tuple[str, str], /) -> Node: ...
    @overload
    def __getitem__(self, kind: AttributeType[T], /) -> T: ...
    def __getitem__(self, kind: Any, /) -> Any:
        """An attribute as a value of its type, or a well of a plate by row and column.

        `node[PlateAttribute]` is the attribute; `plate["B/03"]`, or `plate["B", "03"]`, is the
        well at the row and the column with these names (RFC-8, "Well attribute"). Where one has
        no name its id counts.

        Raises:
            MissingAttributeError: The node does not have the attribute, or is no plate.
            InvalidAttributeError: It is not what the type says.
            NodeNotFoundError: The plate has no well there; the message names close ones.
            UnresolvedReferenceError: Its wells are in documents that are not in the tree.
            TypeError: It is neither a type nor a position.

        Examples:
            >>> row, column = {"id": "row_B", "name": "B"}, {"id": "column_3", "name": "03"}
            >>> at = {"well": {"row": {"id": "row_B"}, "column": {"id": "column_3"}}}
            >>> plate = new_node(
            ...     "collection",
            ...     attributes={"plate": {"rows": [row], "columns": [column]}},
            ...     children=[new_node("collection", id="w1", attributes=at)],
            ... )
            >>> plate["B/03"].id
            'w1'
        """
        if not hasattr(kind, "key"):
            return meaning().well_at(self, kind)
        found = self._raw().get("attributes")
        if not isinstance(found, dict) or kind.key not in found:
            raise MissingAttributeError(f"{self._where()} has no attribute {kind.key!r}")
        try:
            return kind.from_json(thaw(found[kind.key]))
        except (ValueError, TypeError, LookupError) as error:
            raise InvalidAttributeError(
                f"{self._where()}: the attribute {kind.key!r} is not as its type says: {error}"
            ) from error

    def __contains__(self, kind: AttributeType[Any] | str | tuple[str, str]) -> bool:
        key = getattr(kind, "key", None)
        if key is None:  # Whether a plate has a well there.
            return bool(meaning().has_well(self, kind))
        found = self._raw().get("attributes")
        return isinstance(found, dict) and key in found

    def __iter__(self) -> NoReturn:
        raise TypeError("a node is no sequence; use children() or walk()")

    def to_model(self) -> Any:
        """The node with everything below it as a value of its type.

        Returns:
            A generated model (`models.Collection`, ...), or what was registered for the
            type. Cost: O(subtree).

        Raises:
            InvalidAttributeError: It is not what the type says.
        """
        try:
            return model_of(self.type).from_json(self.to_json())
        except (ValueError, TypeError, LookupError) as error:
            raise InvalidAttributeError(
                f"{self._where()} is not as the type {self.type!r} says: {error}"
            ) from error

    def get_attr(self, key: str, default: Any = None) -> Any:
        """One attribute, read-only to the bottom."""
        found = self._raw().get("attributes")
        value = found.get(key, _NOTHING) if isinstance(found, dict) else _NOTHING
        return default if value is _NOTHING else view(value)

    @property
    def is_reference(self) -> bool:
        """Whether the node says where its content is instead of holding it."""
        return isinstance(self._raw().get("path"), dict)

    @property
    def ref_path(self) -> Mapping[str, Any] | None:
        """The `path` of a reference, None for other nodes (RFC-8, "Path")."""
        found = self._raw().get("path")
        return JsonObject(found) if isinstance(found, dict) else None

    @property
    def document_url(self) -> str | None:
        """The address of the document that holds the node, None if it is in none.

        Relative paths of the node, and in it, count from there. For the place of a
        reference that was inlined it is that of the document that was read into it.
        """
        return self._tree.url_of(self.key)

    @property
    def stub(self) -> JsonObject | None:
        """The reference that was inlined here, as its document has it; None if there is none."""
        edge = self._tree.edge(self.key)
        return None if edge is None else JsonObject(dict(edge.stub.raw))

    @property
    def declared_in(self) -> str | None:
        """The address of the document that declares the node, be it as a reference only."""
        edge = self._tree.edge(self.key)
        return self.document_url if edge is None else edge.stub.url

    @property
    def report(self) -> Any:
        """What was read to make the tree, and what was not; None if it was not inlined."""
        inlined = self._tree.segment.inlined
        return None if inlined is None else inlined.report

    @property
    def is_detached(self) -> bool:
        """Whether the tree came from no document."""
        return self._tree.url is None

    def ref(self, seen_from: Node | str | None = None) -> dict[str, Any]:
        """A Reference to the node, to be put into attributes (RFC-8, "Reference").

        Args:
            seen_from: The node, or the address of the document, that is to refer to it. If
                that is another document, the Reference gets a `path`.

        Returns:
            For example `{"id": "A01", "path": {"type": "json", "path": "./plate.json"}}`.

        Raises:
            NodeNotFoundError: The node has no id, or is in no document.
        """
        reference: dict[str, Any] = {"id": self.require_id()}
        if seen_from is None:
            return reference
        here = seen_from.document_url if isinstance(seen_from, Node) else as_url(seen_from)
        there = self.require_document_url()
        if here is not None and here != there:
            reference["path"] = path_to(here, there)
        return reference

    def ref_stub(
        self,
        *,
        id: str | None = None,
        name: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> Node:
        """A reference to the document of the node, for `add_ref`.

        Its path counts from that document, and is made to count from another one when the
        reference is added there.

        Args:
            id: Its id; that of the node by default.
            name: Its name; that of the node by default.
            attributes: Attributes of the reference, which complement those of the node.

        Returns:
            A node of its own.

        Raises:
            NodeNotFoundError: The node is in no document.
            InvalidEditError: The node is not the root of its document, to which alone a path
                can lead.

        Examples:
            >>> raw = as_tree({"type": "collection", "id": "raw"}, "file:///data/raw.json").root
            >>> lab = new_node("collection", id="lab", origin_url="file:///data/mine/lab.json")
            >>> next(lab.add_ref(raw.ref_stub()).children()).ref_path["path"]
            '../raw.json'
        """
        url = self.require_document_url()
        if self.pointer:
            raise InvalidEditError(
                f"{self._where()} is inside of its document, and a path leads to a document; "
                "write the node as one of its own with externalize or create"
            )
        return new_node(
            self.type,
            id=self.id if id is None else id,
            name=self.name if name is None else name,
            attributes=attributes,
            ref=path_to(url, url),
            origin_url=url,
        )

    def require_id(self) -> str:
        """The id of a node that must have one.

        Raises:
            NodeNotFoundError: It has none.
        """
        if self.id is None:
            raise NodeNotFoundError(f"{self._where()} has no id; give it one to address it")
        return self.id

    def require_document_url(self) -> str:
        """The address of the document of a node that must have one.

        Raises:
            NodeNotFoundError: The tree is detached.
        """
        url = self.document_url
        if url is None:
            raise NodeNotFoundError(f"{self._where()} is in no document; save its tree first")
        return url

    # -- around the node -------------------------------------------------------

    def parent(self) -> Node | None:
        """The node that holds this one, None for the root."""
        found = self._tree.parent(self.key)
        return None if found is None else Node(self._tree, *found)

    def ancestors(self) -> Iterator[Node]:
        """The nodes that hold this one, nearest first. Cost: O(depth)."""
        node = self.parent()
        while node is not None:
            yield node
            node = node.parent()

    def children(self) -> Iterator[Node]:
        """The nodes that this one holds, in order. Cost: O(children)."""
        tree = self._tree
        return (Node(tree, segment, at) for segment, at in tree.children(self.key))

    def walk(self, *, type: str | None = None, has: str | None = None) -> Iterator[Node]:
        """The node and everything below it, in document order. Cost: O(subtree).

        Args:
            type: Only nodes of this type.
            has: Only nodes with this attribute.
        """
        tree = self._tree
        nodes: Iterator[Node]
        if tree.is_edited:
            nodes = (Node(tree, segment, at) for segment, at in tree.walk(self.key))
        else:
            segment, start = self._segment, self._position
            nodes = _handles(tree, segment, start, segment.ends[start])
        if type is None and has is None:
            return nodes
        return (n for n in nodes if type in (None, n.type) and (has is None or has in n.attributes))

    def find(self, id: str) -> Node | None:
        """The node with an id, here or below; the first in document order."""
        if self._position == 0 and self._segment is self._tree.segment:  # The root.
            return self._tree.find(id)
        found = self._tree.first_ref(id, self.key)
        return Node(self._tree, *found) if found is not None else None

    def find_all(
        self,
        *,
        id: str | None = None,
        type: str | None = None,
        has: str | None = None,
        name: str | None = None,
        where: Callable[[Node], bool] | None = None,
    ) -> list[Node]:
        """All nodes here and below that meet every condition, in document order.

        Args:
            id: The id.
            type: The type.
            has: An attribute that must be there.
            name: The name.
            where: Any other condition.

        Returns:
            The nodes. Cost: O(subtree); O(log edits + nodes found) if an id is given, and no
            node was moved.
        """
        if id is None:
            nodes: Iterable[Node] = self.walk(type=type, has=has)
        else:
            nodes = [Node(self._tree, *ref) for ref in self._tree.find_refs(id, self.key)]
            nodes = [n for n in nodes if type in (None, n.type)]
            nodes = [n for n in nodes if has is None or has in n.attributes]
        nodes = (n for n in nodes if name in (None, n.name))
        return [n for n in nodes if where is None or where(n)]

    def subtree(self) -> Node:
        """The node with everything below it as a detached tree of its own. Cost: O(changes)."""
        return NodeTree(Segment(self.exported())).root

    def at(self, other: Node) -> Node:
        """The node that another handle stands for, in this version of the tree.

        Args:
            other: A handle from any version of the same tree.

        Returns:
            A handle on the same node here.

        Raises:
            NodeNotFoundError: This version does not hold it.
        """
        _require_node(other)
        if other._tree is not self._tree and not self._tree.holds(other.key):
            raise NodeNotFoundError(
                f"{other._where()} is not in this version of the tree; it was removed, or belongs "
                "to another tree, from which `add` would copy it"
            )
        return Node(self._tree, *other.key)

    def to_json(self) -> dict[str, Any]:
        """The node with everything below it as JSON that can be changed. Cost: O(subtree)."""
        made: dict[str, Any] = thaw(dict(self.exported()))
        return made

    def exported(self) -> Raw:
        """The JSON with everything below, whose paths count from the document of the node."""
        tree = self._tree
        if not tree.is_edited and tree.segment.inlined is None:
            return tree.materialise(self.key)
        return exported(tree, self.key, tree.url_of(self.key))

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names from the root to this node; the id, then the position stand in for a name."""
        chain = [self, *self.ancestors()]
        names = [node.name or node.id or str(node.index) for node in chain]
        return tuple(reversed(names))

    @property
    def index(self) -> int:
        """The position among the children of the parent, 0 for the root.

        Cost: O(log siblings) where no edit changed the list, but O(siblings) the first time;
        O(siblings) in other lists.
        """
        parent = self._tree.parent(self.key)
        return 0 if parent is None else self._tree.index(parent, self.key)

    @property
    def pointer(self) -> str:
        """The JSON Pointer from the root node of the document to this one.

        Cost: for each level as for `index`.
        """
        parts: list[str] = []
        ref, parent = self.key, self._tree.parent(self.key)
        while parent is not None and self._tree.edge(ref) is None:
            parts.append(f"/nodes/{self._item_index(parent, ref)}")
            ref, parent = parent, self._tree.parent(parent)
        return "".join(reversed(parts))

    def _item_index(self, parent: Ref, ref: Ref) -> int:
        """The position in the array `nodes`, where items that are no nodes count as well."""
        tree = self._tree
        if tree.has_base_list(parent):
            return parent[0].number_of(ref[1])
        entries = tree.entries(parent, tree.change(parent) or UNCHANGED)
        return next(n for n, entry in enumerate(entries) if (entry[0], entry[1]) == ref)

    # -- editing ---------------------------------------------------------------

    def set_attr(self, key: str, value: Any) -> Node:
        """The tree with another value of one attribute.

        Args:
            key: The attribute.
            value: JSON, or a model of this library. It is copied.

        Returns:
            The root of the new tree. Cost: O(log edits).

        Raises:
            InvalidEditError: The value is no JSON, or the node has `attributes` that are no object.
        """
        return self.set_attrs({key: value})

    def set_attrs(self, values: Mapping[str, Any], drop: Iterable[str] = ()) -> Node:
        """The tree with other values of several attributes.

        Args:
            values: The new values by attribute; JSON, or models of this library.
            drop: Attributes to take away; those that are not there are no error.

        Returns:
            The root of the new tree. Cost: O(attributes + log edits).

        Raises:
            InvalidEditError: A value is no JSON, or the node has `attributes` that are no object.
        """
        tree, ref = self._tree, self.key
        made = with_attributes(tree, ref, tree.change(ref), values, drop)
        return tree.root if made is None else made.root

    def drop_attrs(self, *keys: str) -> Node:
        """The tree without some attributes of this node; those that are not there are no error."""
        return self.set_attrs({}, drop=keys)

    def clear_attrs(self) -> Node:
        """The tree without the field `attributes` of this node."""
        raw = dict(self._raw())
        raw.pop("attributes", None)
        return self._with_raw(raw)

    def rename(self, name: str | None) -> Node:
        """The tree with another name of this node, or none.

        Raises:
            InvalidEditError: The name is no string.
        """
        raw = dict(self._raw())
        if name is None:
            raw.pop("name", None)
        else:
            raw["name"] = _string("name", name)
        return self._with_raw(raw)

    def _with_raw(self, raw: Raw) -> Node:
        tree, ref = self._tree, self.key
        return tree.with_raw(ref, raw, tree.change(ref)).root

    def add(self, *children: Node) -> Node:
        """The tree with more children at the end of this node.

        Args:
            children: Nodes of other trees; they come with everything below them, and
                their own trees stay as they are. References in them that came from another
                document and led to something that is not among the new children, or whose id
                something else has here, get a `path` to where they led.

        Returns:
            The root of the new tree. Cost: O(new children + log edits); the first Reference
            from another document needs the index of the tree.

        Raises:
            InvalidEditError: This node is a reference, which holds no nodes itself, or has
                `nodes` that are no array.
        """
        return self._insert(None, children)

    def add_ref(self, *stubs: Node) -> Node:
        """The tree with references to other documents at the end of this node.

        Raises:
            InvalidEditError: One of them is no reference, or this node is one.
        """
        for stub in stubs:
            _require_node(stub)
            if not stub.is_reference:
                raise InvalidEditError(
                    f"{stub._where()} is no reference: it has no `path`; use `add` for it"
                )
        return self._insert(None, stubs)

    def insert(self, index: int, child: Node) -> Node:
        """The tree with another child before the one at a position.

        Args:
            index: The position, counted as in a list; 0 is before all that is in `nodes`.
            child: A node of another tree.

        Returns:
            The root of the new tree. Cost: O(log edits) at the front, else O(children).

        Raises:
            InvalidEditError: This node is a reference, which holds no nodes itself, or has
                `nodes` that are no array.
        """
        return self._insert(self._list_index(index), [child])

    def _list_index(self, index: int, without: Ref | None = None) -> int:
        """A position from the start, for one that may be counted from the end."""
        if index >= 0:
            return index
        count = sum(1 for ref in self._tree.children(self.key) if ref != without)
        return max(0, count + index)

    def _insert(self, index: int | None, children: Iterable[Node]) -> Node:
        children = [*children]
        self._require_container(is_filled=bool(children))
        url = self.document_url
        contents = _contents(children, url, (self._tree, self.key, None))
        segments = [Segment(content.raw, url, names=content.names) for content in contents]
        if not segments:
            return self._tree.root
        return self._tree.with_children(self.key, segments, index).root

    @property
    def _is_container(self) -> bool:
        """Whether edits can put nodes below this one."""
        raw = self._raw()
        is_array = isinstance(raw.get("nodes"), list | None)
        return not self.is_reference and holds_nodes(raw.get("type")) and is_array

    def _require_container(self, *, is_filled: bool = True) -> None:
        if self.is_reference:
            raise InvalidEditError(
                f"{self._where()} is a reference; what it refers to holds its nodes. "
                "Open its target to add to it"
            )
        if not holds_nodes(self._raw().get("type")):
            raise InvalidEditError(f"{self._where()} {_OPAQUE.format(self.type)}")
        nodes = self._raw().get("nodes") if is_filled else None
        if not isinstance(nodes, list | None):
            raise InvalidEditError(
                f"{self._where()}: `nodes` is {nodes!r:.80} and no array, and would be lost; "
                "replace(node) puts another node in its place"
            )

    def remove(self) -> Node:
        """The tree without this node and everything below it.

        Returns:
            The root of the new tree. Cost: O(log edits).

        Raises:
            InvalidEditError: This is the root.
        """
        self._require_inner("removed")
        return self._tree.without(self.key).root

    def _require_inner(self, what: str) -> None:
        if self._tree.parent(self.key) is None:
            raise InvalidEditError(
                f"{self._where()} is the root of its tree and cannot be {what}; use a node below "
                "it, or `subtree` for a tree of its own"
            )

    def replace(self, node: Node) -> Node:
        """The tree with another node, and everything below it, in the place of this one.

        Returns:
            The root of the new tree. Cost: O(siblings); for the root O(1).
        """
        parent = self._tree.parent(self.key)
        if parent is None:
            home = self._tree.segment
            (content,) = _contents([node], home.url)
            return NodeTree(Segment(content.raw, home.url, home.source)).root
        url = self._tree.url_of(parent)
        (content,) = _contents([node], url, (self._tree, parent, self.key))
        segment = Segment(content.raw, url, names=content.names)
        return self._tree.replaced(self.key, segment).root

    def move(self, new_parent: Node, index: int | None = None) -> Node:
        """The tree with this node, and everything below it, under another parent.

        If that is in another document, a save mends the References that RFC-8 knows; ids in
        attributes with a prefix (`lab:parent`) stay as they are.

        Args:
            new_parent: A node of the same tree, which may be the parent already.
            index: Before which of its children; after all of them if None. Counted
                without this node.

        Returns:
            The root of the new tree. Cost: O(log edits) at the end, else O(children).

        Raises:
            InvalidEditError: The node would come to be inside itself, or is the root.
            NodeNotFoundError: The new parent is not in this version of the tree.
        """
        self._require_inner("moved")
        target = self.at(new_parent)
        target._require_container()
        if self._tree.is_below(target.key, self.key):
            raise InvalidEditError(
                f"{self._where()} cannot be moved to {target._where()}, which is inside of it; "
                "move that one out first"
            )
        position = None if index is None else target._list_index(index, without=self.key)
        return self._tree.relocated(self.key, target.key, position).root

    def edit(self) -> Transaction:
        """Begin a transaction: many edits, one new tree at the end."""
        from ngio_collections.graph._transaction import Transaction  # noqa: PLC0415

        return Transaction(self._tree)

    # -- as a value --------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        return self._tree is other._tree and self.key == other.key

    def __hash__(self) -> int:
        return hash((id(self._tree), key_of(self.key)))

    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, _memo: object) -> Node:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        tree = self._tree
        return _unpickled, (tree.root.to_json(), tree.url, tree.path(self.key))

    def _where(self) -> str:
        """The node in the words of an error message."""
        said = f"the node {self.id!r}" if self.id is not None else "a node without id"
        named = f" ({self.name})" if self.name else ""
        at = f" at {self.pointer or 'the root'}" if self._tree.holds(self.key) else ""
        url = self.document_url
        inside = f" of {url}" if url else ""
        return f"{said}{named}{at}{inside}"

    def __repr__(self) -> str:
        return f"<Node {self.type or '?'} {self.id!r:.80}>"

    def __str__(self) -> str:
        """A short outline of the node and what is below it."""
        from ngio_collections.graph._outline import outline  # noqa: PLC0415

        return outline(self)

    def _repr_html_(self) -> str:
        from ngio_collections.graph._outline import outline_html  # noqa: PLC0415

        return outline_html(self)


# The slots themselves, past the refusal of `Node.__setattr__`.
_SET_TREE, _SET_SEGMENT, _SET_POSITION = (
    vars(Node)[slot].__set__ for slot in ("_tree", "_segment", "_position")
)
_SLOTS: Final = (object.__new__, _SET_TREE, _SET_SEGMENT, _SET_POSITION)


_OPAQUE: Final = (
    "is of the extension type {!r}, whose content is its own; "
    "register_node_type(..., container=True) makes its `nodes` nodes"
)


def _handles(tree: NodeTree, segment: Segment, start: int, end: int) -> Iterator[Node]:
    """Handles on a range of positions, made without the calls that a constructor costs."""
    new, set_tree, set_segment, set_position = _SLOTS
    for position in range(start, end):
        node = new(Node)
        set_tree(node, tree)
        set_segment(node, segment)
        set_position(node, position)
        yield node


def _unpickled(document: dict[str, Any], url: str | None, path: list[int]) -> Node:
    node = as_tree(document, url).root
    for position in path:
        node = next(child for n, child in enumerate(node.children()) if n == position)
    return node


def _contents(
    nodes: Iterable[Any], url: str | None, receiver: Receiver | None = None
) -> list[Content]:
    """The JSON of nodes that are to come into another tree, into a document there."""
    parts = []
    for node in nodes:
        _require_node(node)
        parts.append((node._tree, node.key))
    return brought(parts, url, receiver)


def _require_node(node: Any) -> None:
    if not isinstance(node, Node):
        raise TypeError(f"expected a Node, not a {type(node).__name__}; make one with new_node")


def _checked(value: Any, what: str) -> Any:
    try:
        return plain_json(value)
    except NotPlainError as error:
        raise InvalidEditError(f"{what} {error}; give plain JSON") from error


def _string(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidEditError(
            f"the {field} of a node is a string, not a {type(value).__name__}; write it as one"
        )
    return value


def as_tree(document: Mapping[str, Any], url: str | None = None) -> NodeTree:
    """Take a parsed node, with everything below it, as a tree. Cost: O(1).

    Args:
        document: The root node as a JSON parser gives it. It belongs to the tree from
            then on: change nothing in it.
        url: The address of the document that it came from.

    Returns:
        The tree; it reads the JSON only where it is asked to.

    Raises:
        InvalidEditError: It is no JSON object.
    """
    if not isinstance(document, dict):
        raise InvalidEditError(
            f"a node is a JSON object, not a {type(document).__name__}; give its parsed JSON"
        )
    if type(document) is not dict:
        document = thaw(document)
    return NodeTree(Segment(document, url))


def new_node(
    type: str,
    *,
    id: str | None = None,
    name: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    children: Iterable[Node] | None = None,
    ref: Mapping[str, Any] | None = None,
    origin_url: str | None = None,
) -> Node:
    """Build a node in a detached tree of its own.

    Args:
        type: The type of the node.
        id: Its id.
        name: Its name for people.
        attributes: Its attributes; JSON, or models of this library.
        children: Nodes of other trees, which come with everything below them. Building
            bottom-up costs O(nodes) in all.
        ref: The `path` of a reference, for example `{"type": "json", "path": "./a.json"}`.
        origin_url: The address of the document that relative paths count from.

    Returns:
        The root of the new tree.

    Raises:
        InvalidEditError: It has both children and `ref`, or a value is no JSON.
    """
    if children is not None and ref is not None:
        raise InvalidEditError("a node has either children or a `ref`, and not both")
    raw: dict[str, Any] = {"type": _string("type", type)}
    given = (("id", id), ("name", name))
    raw.update({key: _string(key, value) for key, value in given if value is not None})
    if ref is not None:
        raw["path"] = _checked(ref, "the `ref` of a new node")
        if not isinstance(raw["path"], dict):
            raise InvalidEditError(
                'the `ref` of a node is a path such as {"type": "json", "path": "./a.json"}'
            )
    if attributes is not None:
        raw["attributes"] = _checked(attributes, "the attributes of a new node")
    if children is not None and not holds_nodes(type):
        raise InvalidEditError(f"a new node {_OPAQUE.format(type)}")
    if children is not None or (ref is None and type in ("collection", "multiscale")):
        raw["nodes"] = [one.raw for one in _contents(children or (), origin_url)]
    segment = Segment(raw, origin_url)
    segment.is_new = True
    return NodeTree(segment).root


def with_attributes(
    tree: NodeTree,
    ref: Ref,
    change: Change | None,
    values: Mapping[str, Any],
    drop: Iterable[str],
) -> NodeTree | None:
    """The tree with other attributes of a node; None if nothing is to be set or dropped.

    A function, so that the edit that is made most often needs no handle, and looks up
    the change of the node once.
    """
    if isinstance(drop, str):
        raise TypeError("drop takes several attributes: drop=[...]")
    raw = ref[0].raw(ref[1]) if change is None or change.raw is None else change.raw
    old = raw.get("attributes")
    if not isinstance(old, dict | None) and values:
        raise InvalidEditError(
            f"{Node(tree, *ref)._where()}: `attributes` is {old!r:.80} and no object, and would be "
            "lost; clear_attrs() takes it away"
        )
    attributes = old.copy() if isinstance(old, dict) else {}
    dropped = [attributes.pop(key) for key in drop if key in attributes] if drop else []
    for key, value in values.items():
        if not isinstance(key, str):
            raise InvalidEditError(
                f"{Node(tree, *ref)._where()}: {key!r} is no key of attributes; use a string"
            )
        try:
            attributes[key] = plain_json(value)
        except NotPlainError as error:
            where = Node(tree, *ref)._where()
            raise InvalidEditError(
                f"{where}: the attribute {key!r} {error}; give plain JSON"
            ) from error
    if not values and not dropped:
        return None
    return tree.with_raw(ref, {**raw, "attributes": attributes}, change)
