"""One document of many: an inlined tree as JSON that stands on its own.

Paths count from the new document, and every reference that resolved in its own document
resolves in the new one, to the same thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections._collector import collector_paused
from ngio_collections.document import declared_ids, map_ids
from ngio_collections.errors import InvalidEditError, PathError
from ngio_collections.graph import Edge, NodeTree, Raw
from ngio_collections.graph._export import rewritten, urls_by_identity
from ngio_collections.graph._state import Ref

__all__ = ["SEPARATOR", "decoded_id", "encoded_id", "one_document"]

SEPARATOR: Final = "--"
"""Between the id of the place of a document and an id of that document."""

_ESCAPE: Final = "-x"
_NUMBERED: Final = "-n"
"""The place of a reference without an id, or with one that another reference has too."""
_BORROWED: Final = "-r"
"""The place of a reference that has the id of its target, which something beside it has too."""
_MIDDLE: Final = "-m"
"""The documents between a reference and its content, whose roots are references themselves."""


def encoded_id(id_: str) -> str:
    """An id as a part of a namespaced one, so that the parts can be told apart again.

    Ids without two hyphens in a row, and without one at either end, stay as they are.

    Examples:
        >>> encoded_id("A01_nuclei"), encoded_id("a--b")
        ('A01_nuclei', '-x612d2d62')
    """
    if SEPARATOR in id_ or id_.startswith("-") or id_.endswith("-"):
        return _ESCAPE + id_.encode("utf-8", "surrogatepass").hex()
    return id_


def decoded_id(id_: str) -> tuple[str, ...]:
    """The parts of a namespaced id: the places from the outside in, and the id itself.

    Examples:
        >>> decoded_id("well_A01--image--0")
        ('well_A01', 'image', '0')
    """
    parts: list[str] = []
    rest = id_
    while rest:
        # A part never begins with a separator: what follows is the sign of an escape.
        end = rest.find(SEPARATOR, 1)
        part, rest = (rest, "") if end < 0 else (rest[:end], rest[end + len(SEPARATOR) :])
        parts.append(part)
    return tuple(
        bytes.fromhex(part.removeprefix(_ESCAPE)).decode("utf-8", "surrogatepass")
        if part.startswith(_ESCAPE)
        else part
        for part in parts
    )


class _Place:
    """Where a document is in the new one.

    Attributes:
        url: The address of the document.
        prefix: What comes before its ids.
        root: The id of its root node.
        stub: The id that its root has in the new document.
        key: The identity of the JSON of its root, 0 for that of the tree.
        layers: For each layer of an inlined root with attributes where its ids count, if that
            is not here alone.
    """

    __slots__ = ("key", "layers", "prefix", "rebase", "root", "stub", "url")

    def __init__(self, url: str | None, prefix: str, root: Any, stub: Any, key: int = 0) -> None:
        self.url = url
        self.prefix = prefix
        self.root = root
        self.stub = stub
        self.key = key
        self.layers: tuple[_Place, ...] = ()
        self.rebase: dict[str, str] = {}


class _Production:
    """Makes one document.

    Args:
        tree: The tree.
        url: The address of the new document.
        ids: What becomes of ids; one of `IDS`.
    """

    def __init__(self, tree: NodeTree, url: str, ids: str) -> None:
        self._tree = tree
        self._url = url
        self._is_namespaced = ids == "namespaced"
        self._is_strict = ids == "strict"
        origins: dict[int, Ref] = {}
        self._content = tree.materialise((tree.segment, 0), origins)
        self._urls = urls_by_identity(tree, origins)
        self._edges = self._known_edges(origins)
        self._places: dict[str, _Place] = {}
        self._count: Counter[str] = Counter()
        self._stubs: dict[str, Counter[str]] = {}
        self._taken = self._taken_ids() if self._is_namespaced else {}
        self._hidden: dict[int, dict[str, str | None]] = {}

    def _known_edges(self, origins: dict[int, Ref]) -> dict[int, Edge]:
        edges: dict[int, Edge] = {}
        inlined = self._tree.segment.inlined
        if inlined is not None:
            edges.update(inlined.edges)
        for key, ref in origins.items():
            edge = self._tree.edge(ref)
            if edge is not None:
                edges[key] = edge
        return edges

    def made(self) -> dict[str, Any]:
        """The root node of the new document."""
        home = _Place(self._tree.url, "", None, None)
        self._survey(home)
        if self._is_strict:
            self._refuse_collisions()
        self._stubs.clear()
        return rewritten(self._content, home, self._enter, self._own)

    # -- what there is ---------------------------------------------------------------

    def _survey(self, home: _Place) -> None:
        """Find where each document is first, and how often each id would occur."""
        self._places[str(home.url)] = home
        count = self._count

        def own(raw: Raw, place: _Place) -> dict[str, Any]:
            if not self._is_namespaced:
                id_ = raw.get("id")
                if isinstance(id_, str):
                    count[id_] += 1
                if "attributes" in raw:
                    count.update(declared_ids(raw["attributes"]))
            if place.url is not None:
                self._places.setdefault(place.url, place)
            return {}

        rewritten(self._content, home, self._enter, own)

    def _taken_ids(self) -> dict[int, set[str]]:
        """The ids of each document, if there are references that have that of their target."""
        if all(isinstance(edge.stub.raw.get("id"), str) for edge in self._edges.values()):
            return {}
        taken: dict[int, set[str]] = {0: set()}

        def enter(raw: Raw, above: int) -> int:
            edge = self._edges.get(id(raw))
            note = taken[above].add
            if isinstance(id_ := (raw if edge is None else edge.stub.raw).get("id"), str):
                note(id_)
            declared = list(declared_ids(raw.get("attributes")))
            taken[above].update(declared)  # Of an inlined node, they may be those of either.
            if edge is not None:
                above = id(raw)
                taken.setdefault(above, set()).update(declared)
            return above

        rewritten(self._content, 0, enter, lambda _, __: {})
        return taken

    def _refuse_collisions(self) -> None:
        twice = sorted(id_ for id_, times in self._count.items() if times > 1)
        if twice:
            more = f" and {len(twice) - 5:,} more" if len(twice) > 5 else ""
            raise InvalidEditError(
                f"several nodes would have one id: {', '.join(map(repr, twice[:5]))}{more}; "
                "use ids='namespaced'"
            )

    # -- places ----------------------------------------------------------------------

    def _enter(self, raw: Raw, above: _Place) -> _Place:
        edge = self._edges.get(id(raw))
        if edge is None:
            if id(raw) in self._urls and self._urls[id(raw)] != above.url:
                url = self._urls[id(raw)]
                return _Place(url, above.prefix, above.root, above.stub, above.key)
            return above
        root = edge.target.raw.get("id")
        if self._is_namespaced:
            name = self._name(raw, edge, above)
            place = _Place(edge.target.url, name + SEPARATOR, root, name, id(raw))
        else:
            place = _Place(edge.target.url, "", root, raw.get("id"))
        if any("attributes" in layer.raw for layer in edge.layers[:-1]):
            middles: list[_Place] = []
            for layer in edge.layers[1:-1]:
                prefix = f"{place.prefix}{_MIDDLE}{len(middles)}{SEPARATOR}"
                id_ = layer.raw.get("id")
                middles.append(_Place(layer.url, prefix, id_, place.stub, id(layer.raw)))
            place.layers = (above, *middles, place)
            self._note_hidden(edge, place.layers)
        return place

    def _note_hidden(self, edge: Edge, places: tuple[_Place, ...]) -> None:
        """Note the ids of attributes that others of the same name took the place of.

        Where these declare the same id, it is theirs that is meant from now on.
        """
        merged = edge.raw.get("attributes")
        for key, value in merged.items() if isinstance(merged, dict) else ():
            winner = edge.layer_of(key, value)
            ids: set[str] | None = None
            for number, layer in enumerate(edge.layers):
                attributes = layer.raw.get("attributes")
                if number == winner or not isinstance(attributes, dict) or key not in attributes:
                    continue
                ids = set(declared_ids({key: value})) if ids is None else ids
                hidden = self._hidden.setdefault(places[number].key, {})
                for id_ in declared_ids({key: attributes[key]}):
                    hidden[id_] = self._new_id(places[winner], id_) if id_ in ids else None

    def _name(self, raw: Raw, edge: Edge, above: _Place) -> str:
        """The id of the place of a document, unique among those of the document above."""
        id_ = raw.get("id")
        used = self._stubs.setdefault(above.prefix, Counter())
        part = encoded_id(id_) if isinstance(id_, str) else ""
        sign = _NUMBERED
        is_own = not part or isinstance(edge.stub.raw.get("id"), str)
        if not is_own and id_ in self._taken.get(above.key, ()):
            sign = _BORROWED
        used[sign + part] += 1
        number = used[sign + part]
        if not part or number > 1 or sign == _BORROWED:
            # No part of an id begins with a hyphen unless it is escaped, so this is unique.
            part = f"{sign}{number}x{part.encode().hex()}"
        return above.prefix + part

    # -- nodes -----------------------------------------------------------------------

    def _own(self, raw: Raw, place: _Place) -> dict[str, Any]:
        fields = dict(raw)
        path = fields.get("path")
        if path is not None and place.url is not None:
            fields["path"] = self._path(path, place)
        if self._is_namespaced and "id" in fields:
            fields["id"] = self._node_id(fields["id"], raw, place)
        if "attributes" in fields:
            if place.layers and id(raw) in self._edges:
                fields["attributes"] = self._merged(self._edges[id(raw)], raw, place)
            else:
                fields["attributes"] = self._attributes(fields["attributes"], place, place)
        return fields

    def _merged(self, edge: Edge, raw: Raw, place: _Place) -> Any:
        """The attributes of an inlined node: ids count where the layer is that has them."""
        attributes = raw["attributes"]
        if not isinstance(attributes, dict):
            return attributes
        made: dict[str, Any] = {}
        for key, value in attributes.items():
            ids = place.layers[edge.layer_of(key, value)]
            made.update(self._attributes({key: value}, place, ids))
        return made

    def _node_id(self, id_: Any, raw: Raw, place: _Place) -> Any:
        if not isinstance(id_, str):
            return id_
        if id(raw) in self._edges:
            return place.stub
        return place.prefix + encoded_id(id_) if place.prefix else encoded_id(id_)

    def _path(self, path: Any, place: _Place) -> Any:
        """A Path that counts from the new document."""
        text = path.get("path") if isinstance(path, dict) else None
        if type(text) is not str:
            return path
        # Most paths of a document begin alike: the part up to the last slash is kept.
        head, slash, tail = text.rpartition("/")
        if not slash or not tail or tail in (".", "..") or _HARD.intersection(tail):
            return _paths.rebased(path, place.url or "", self._url)
        base = place.rebase.get(head)
        if base is None:
            made = _paths.rebased_path(head + "/x", place.url or "", self._url)
            base = place.rebase[head] = made[:-1]
        return {**path, "path": base + tail}

    def _attributes(self, attributes: Any, place: _Place, ids: _Place) -> Any:
        """Attributes whose paths count from one place, and whose ids are those of another."""
        made = map_ids(
            attributes,
            lambda value: self._declared(value, ids),
            lambda value: self._referred(value, place, ids),
        )
        if place.url is None:
            return made
        return _paths.rebased(made, place.url, self._url)

    def _declared(self, value: Mapping[str, Any], place: _Place) -> Mapping[str, Any]:
        if not self._is_namespaced:
            return value
        return {**value, "id": place.prefix + encoded_id(value["id"])}

    def _referred(self, value: Mapping[str, Any], place: _Place, ids: _Place) -> Mapping[str, Any]:
        """A Reference that leads to the same thing from the new document."""
        path = value.get("path")
        target = ids
        if isinstance(path, dict):
            try:
                url = _paths.metadata_url(place.url, path)
            except PathError:
                return value
            found = self._places.get(url)
            if found is None:
                return value  # Its path is written anew with all others.
            target = found
        new = self._id_in(target, value["id"])
        if new is None:
            return value if isinstance(path, dict) else self._outward(value, place, target)
        if self._is_namespaced or self._count[new] < 2:
            made = {key: v for key, v in value.items() if key != "path" or v is None}
            return value if made == value and new == value["id"] else {**made, "id": new}
        if isinstance(path, dict) or target.url in (None, self._url):
            return value
        # Which of several is meant cannot be said inside; from outside it can.
        return self._outward(value, place, target)

    def _outward(
        self, value: Mapping[str, Any], place: _Place, target: _Place
    ) -> Mapping[str, Any]:
        """A Reference to something in a document as it is outside of the new one."""
        if place.url is None or target.url is None:
            return value
        return {**value, "path": _paths.path_to(place.url, target.url)}

    def _id_in(self, place: _Place, id_: str) -> str | None:
        """The id that something of a document has in the new one, None if it is not there."""
        if place.stub is not None and id_ == place.root:
            return str(place.stub)
        hidden = self._hidden.get(place.key)
        if hidden is not None and id_ in hidden:
            return hidden[id_]
        return self._new_id(place, id_)

    def _new_id(self, place: _Place, id_: str) -> str:
        return place.prefix + encoded_id(id_) if self._is_namespaced else id_


_HARD: Final = frozenset("#?%:\\")
"""Characters of a last segment for which the whole path has to be computed."""


def one_document(tree: NodeTree, url: str, ids: str = "namespaced") -> Raw:
    """Make the root node of a document that holds all of an inlined tree.

    Args:
        tree: The tree.
        url: The address of the new document.
        ids: What becomes of ids; one of `IDS`.

    Returns:
        The node; it shares nothing that could be changed. Cost: O(nodes).

    Raises:
        InvalidEditError: Several nodes have one id, if that is an error.
    """
    with collector_paused():
        if tree.segment.inlined is None and tree.url in (None, url):
            return tree.materialise((tree.segment, 0))
        return _Production(tree, url, ids).made()
