"""One document of many: an inlined tree as JSON that stands on its own.

Paths count from the new document, and every reference that resolved in its own document
resolves in the new one, to the same thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeAlias

from ngio_collections import _paths
from ngio_collections._collector import collector_paused
from ngio_collections._json import dumps_bytes
from ngio_collections._paths import Rebasing
from ngio_collections.document import declared_ids, ids_in, map_ids
from ngio_collections.errors import InvalidEditError, PathError
from ngio_collections.graph import Edge, NodeTree, Raw
from ngio_collections.graph._export import rewritten, urls_by_identity
from ngio_collections.graph._segment import child_nodes
from ngio_collections.graph._state import Ref, key_of
from ngio_collections.resolve._namespaced import (
    BORROWED,
    MIDDLE,
    NUMBERED,
    SEPARATOR,
    encoded_id,
)

__all__ = ["Production", "Things", "one_document"]

_KINDS: Final = frozenset({"json", "zarr"})
"""The types of paths that are understood."""
_CHUNK: Final = 1_000


_Home: TypeAlias = tuple[str | None, int]

Things: TypeAlias = set[tuple[str | None, str]]
"""Ids with the document that each is of."""


class _Place:
    """Where a document is in the new one.

    Attributes:
        url: The address of the document.
        prefix: What comes before its ids.
        root: The id of its root node.
        stub: The id that its root has in the new document.
        key: The identity of the JSON of its root, 0 for that of the tree.
        rebasing: Makes its paths count from the new document; None if they do already.
        layers: For each layer of an inlined root with attributes where its ids count, if that
            is not here alone.
        home: The address and the key of where its ids were read.
        is_moved: Whether an edit put it elsewhere, where it has its ids now.
    """

    __slots__ = ("home", "is_moved", "key", "layers", "prefix", "rebasing", "root", "stub", "url")

    def __init__(self, url: str | None, prefix: str, root: Any, stub: Any, key: int = 0) -> None:
        self.url = url
        self.prefix = prefix
        self.root = root
        self.stub = stub
        self.key = key
        self.home = (url, key)
        self.rebasing: Rebasing | None = None
        self.layers: tuple[_Place, ...] = ()
        self.is_moved = False

    def of(self, url: str | None, key: int) -> _Place:
        """Where something of another place is that was moved to here."""
        made = _Place(url, self.prefix, self.root, self.stub, self.key)
        made.home = (url, key)
        made.is_moved = True
        return made


class Production:
    """Makes one document.

    First all nodes are copied, with their new ids and paths. Then it is known where
    everything is, and the attributes, which refer to it, get theirs.

    Args:
        tree: The tree.
        url: The address of the new document.
        ids: What becomes of ids; one of `IDS`.
        start: The node that is written, with everything below it; None for all of the tree.
        present: Gets the ids of what is written, if that is a part of the tree; may have those
            of other parts. What is not in it is left where it is.

    Attributes:
        content: The node that is written, with everything below it.
    """

    def __init__(
        self,
        tree: NodeTree,
        url: str,
        ids: str,
        start: Ref | None = None,
        present: Things | None = None,
    ) -> None:
        self._tree = tree
        self._url = url
        self._is_namespaced = ids == "namespaced"
        self._is_strict = ids == "strict"
        self._present = present
        start = start or (tree.segment, 0)
        edge = tree.edge(start)
        self._home_url = tree.url_of(start) if edge is None else edge.stub.url
        origins: dict[int, Ref] = {}
        self.content = tree.materialise(start, origins)
        self._edges = self._known_edges(origins)
        if present is None:
            self._urls = urls_by_identity(tree, origins)
        else:
            self._urls = {key: edge.target.url for key, edge in self._edges.items()}
            self._urls.update((key, tree.url_of(ref)) for key, ref in origins.items())
        self._left = self._left_places(origins) if self._is_namespaced else {}
        # Where the ids are that were moved: by where they were read, and by their document.
        self._arrived: dict[tuple[_Home, str], _Place] = {}
        self._moved: dict[tuple[str | None, str], _Place] = {}
        self._homes: dict[_Home, _Place] = {}
        self._rebasings: dict[str, Rebasing | None] = {}
        self._places: dict[str, _Place] = {}
        self._stubs: dict[str, Counter[str]] = {}
        self._lists: list[list[Any]] = [[self.content]]
        self._described: list[tuple[dict[str, Any], _Place, Edge | None]] = []
        self._referring: list[tuple[dict[str, Any], _Place, Edge | None, bool]] = []
        self._declares: list[str] = []
        self._count: Counter[str] = Counter()
        self._taken = self._taken_ids() if self._is_namespaced else {}
        self._hidden: dict[int, dict[str, str | None]] = {}

    def _known_edges(self, origins: dict[int, Ref]) -> dict[int, Edge]:
        edges: dict[int, Edge] = {}
        inlined = self._tree.segment.inlined
        if inlined is not None and self._present is None:
            edges.update(inlined.edges)
        elif inlined is not None:  # There may be many more of them than there are nodes here.
            edges.update(
                (key, inlined.edges[key]) for key in self._keys_below() if key in inlined.edges
            )
        for key, ref in origins.items():
            edge = self._tree.edge(ref)
            if edge is not None:
                edges[key] = edge
        return edges

    def _keys_below(self) -> Iterator[int]:
        """The identities of the nodes that are written."""
        stack: list[Any] = [self.content]
        while stack:
            raw = stack.pop()
            yield id(raw)
            if type(raw) is dict and "nodes" in raw:
                stack += child_nodes(raw)

    def _left_places(self, origins: dict[int, Ref]) -> dict[int, int]:
        """The keys of the places that moved nodes were read in, by the identity of their JSON."""
        keys = {key_of(ref): key for key, ref in origins.items()}
        found: dict[int, int] = {}
        for key, ref in origins.items():
            change = self._tree.change(ref)
            segment, position = ref
            if change is None or not change.is_moved or not position:
                continue
            position = segment.parents[position]
            while position and segment.edge(position) is None:
                position = segment.parents[position]
            if segment.edge(position) is not None:
                found[key] = keys.get(key_of((segment, position)), id(segment.raw(position)))
            elif segment is self._tree.segment:
                found[key] = 0
        return found

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
            declared = declared_ids(raw.get("attributes"))
            taken[above].update(declared)  # Of an inlined node, they may be those of either.
            if edge is not None:
                above = id(raw)
                taken.setdefault(above, set()).update(declared)
            return above

        rewritten(self.content, 0, enter, lambda _, __: {})
        return taken

    @property
    def is_copy(self) -> bool:
        """Whether the new document says the same as one that there is, in the same folder."""
        urls = {self._tree.url, *self._urls.values()} - {None}
        return (
            not (self._edges or self._is_namespaced or self._is_strict)
            and len(urls) == 1
            and all(self._rebasing(url) is None for url in urls)
        )

    def made(self) -> dict[str, Any]:
        """The root node of the new document."""
        root = self.copied()
        if self._is_namespaced:
            for described in self._described:
                self._mend(*described)
        else:
            self._mend_references()
        self._mend_paths()
        return root

    # -- nodes -----------------------------------------------------------------------

    def copied(self) -> dict[str, Any]:
        """All nodes with other ids and paths; their attributes are taken note of."""
        url = self._home_url
        home = self._places[str(url)] = self._placed(_Place(url, "", None, None))
        content = self.content
        place = self._enter(content, home)
        root = self._own(content, place)
        stack: list[tuple[Raw, _Place, dict[str, Any]]] = [(content, place, root)]
        known = self._edges.keys() | self._urls.keys()
        while stack:
            raw, above, holder = stack.pop()
            self._register(above)
            children = child_nodes(raw)
            if not children:
                continue
            self._lists.append(children)
            nodes = None if above.is_moved else self._leaves(children, above)
            if nodes is None or not known.isdisjoint(map(id, children)):
                nodes = []
                inner = []
                for child in children:
                    if type(child) is not dict:
                        nodes.append(child)
                        continue
                    place = self._enter(child, above) if id(child) in known else above
                    copy = self._own(child, place)
                    nodes.append(copy)
                    if "nodes" in child or place is not above:
                        inner.append((child, place, copy))
                stack += reversed(inner)
            holder["nodes"] = nodes
        return root

    def _own(self, raw: Raw, place: _Place) -> dict[str, Any]:
        fields = dict(raw)
        if self._present is not None:
            self._note_present(raw, place.url)
        if place.is_moved:
            self._note_arrived(raw, place)
        if "path" in fields and place.rebasing is not None:
            fields["path"] = place.rebasing.within(fields["path"])
        if self._is_namespaced and "id" in fields:
            fields["id"] = self._node_id(fields["id"], raw, place)
        if "attributes" in fields:
            edge = self._edges.get(id(raw)) if place.layers else None
            self._described.append((fields, place, edge))
        return fields

    def _leaves(self, children: list[Any], place: _Place) -> list[Any] | None:
        """Nodes that have a path, and neither attributes nor children, as most nodes are.

        It does at once what `_own` does for one, if their paths differ in the name only, as
        those of the levels of an image do.

        Returns:
            None if they are not like that.
        """
        try:
            first: str = children[0]["path"]["path"]
            end = first.rfind("/") + 1
            folder = first[:end]
            start = folder if place.rebasing is None else place.rebasing.of_folder(folder)
            if start is None:
                return None
            made = []
            names = ""
            for child in children:
                path = child["path"]
                text = path["path"]
                if (
                    "nodes" in child
                    or "attributes" in child
                    or text[:end] != folder
                    or path["type"] not in _KINDS
                ):
                    return None
                name = text[end:]
                names += name
                path = path.copy()
                path["path"] = start + name
                copy = child.copy()
                copy["path"] = path
                made.append(copy)
                if self._present is not None:
                    self._note_present(child, place.url)
            if self._is_namespaced:
                for copy in made:
                    copy["id"] = place.prefix + encoded_id(copy["id"])
        except (AttributeError, KeyError, TypeError):
            return None
        return made if names.isalnum() and names.isascii() else None

    def _node_id(self, id_: Any, raw: Raw, place: _Place) -> Any:
        if not isinstance(id_, str):
            return id_
        if id(raw) in self._edges:
            return place.stub
        return place.prefix + encoded_id(id_) if place.prefix else encoded_id(id_)

    # -- places ----------------------------------------------------------------------

    def _enter(self, raw: Raw, above: _Place) -> _Place:
        """Where a node is: in the document of the node above, or in another one."""
        edge = self._edges.get(id(raw))
        if edge is None:
            return self._around(raw, self._urls.get(id(raw), above.url), above)
        around = self._around(raw, edge.stub.url, above)
        if around.is_moved:
            self._note_arrived(edge.stub.raw, around)
        url, root = edge.target.url, edge.target.raw.get("id")
        if self._is_namespaced:
            name = self._name(raw, edge, above)
            place = self._placed(_Place(url, name + SEPARATOR, root, name, id(raw)))
        else:
            place = self._placed(_Place(url, "", root, raw.get("id")))
        if any("attributes" in layer.raw for layer in edge.layers[:-1]):
            middles: list[_Place] = []
            for layer in edge.layers[1:-1]:
                prefix = f"{place.prefix}{MIDDLE}{len(middles)}{SEPARATOR}"
                id_ = layer.raw.get("id")
                middles.append(_Place(layer.url, prefix, id_, place.stub, id(layer.raw)))
            place.layers = (around, *middles, place)
            self._note_hidden(edge, place.layers)
        return place

    def _around(self, raw: Raw, url: str | None, above: _Place) -> _Place:
        """Where a node of a document is that is below a place, to which it may have been moved."""
        left = self._left.get(id(raw), above.home[1])
        if (url, left) == above.home:
            return above
        place = above.of(url, left if id(raw) in self._left else 0)
        place.rebasing = self._rebasing(url)
        return place

    def _placed(self, place: _Place) -> _Place:
        """A place, with what makes its paths count from the new document."""
        place.rebasing = self._rebasing(place.url)
        return place

    def _register(self, place: _Place) -> None:
        """Let References lead to a place, if it is the first of its document in the tree."""
        if place.is_moved:
            return
        if place.url is not None:
            self._places.setdefault(place.url, place)
        self._homes.setdefault(place.home, place)

    def _rebasing(self, url: str | None) -> Rebasing | None:
        """What makes the paths of a document count from the new one."""
        if url is None:
            return None
        # Up to the last slash it is the folder, of which there are fewer than of documents.
        folder = url[: url.rindex("/") + 1] if "?" not in url else _paths.folder(url)
        if folder not in self._rebasings:
            self._rebasings[folder] = Rebasing.between(folder, self._url)
        return self._rebasings[folder]

    def _note_arrived(self, raw: Raw, place: _Place) -> None:
        """Note the ids that a node took along into another document."""
        for id_ in (raw.get("id"), *declared_ids(raw.get("attributes"))):
            if isinstance(id_, str):
                self._arrived.setdefault((place.home, id_), place)
                self._moved.setdefault((place.url, id_), place)

    def _note_present(self, raw: Raw, url: str | None) -> None:
        """Note the ids that a node brings, each with the document in which it counts."""
        assert self._present is not None
        edge = self._edges.get(id(raw))
        id_, declared = raw.get("id"), declared_ids(raw.get("attributes"))
        if edge is not None:
            there = set(declared)
            for layer in edge.layers[:-1]:
                of_layer = there.intersection(declared_ids(layer.raw.get("attributes")))
                self._present.update((layer.url, one) for one in of_layer)
            if isinstance(of_stub := edge.stub.raw.get("id"), str):
                self._present.add((edge.stub.url, of_stub))
            if edge.target.raw.get("id") != id_:
                id_ = None  # Of a root that has another id here, its place knows.
        self._present.update((url, one) for one in declared)
        if isinstance(id_, str):
            self._present.add((url, id_))

    def _is_present(self, place: _Place, id_: str) -> bool:
        """Whether what has an id in a document is written with the rest."""
        if self._present is None or (place.stub is not None and id_ == place.root):
            return True
        return (place.url, id_) in self._present

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
        sign = NUMBERED
        is_own = not part or isinstance(edge.stub.raw.get("id"), str)
        if not is_own and id_ in self._taken.get(above.key, ()):
            sign = BORROWED
        used[sign + part] += 1
        number = used[sign + part]
        if not part or number > 1 or sign == BORROWED:
            # No part of an id begins with a hyphen unless it is escaped, so this is unique.
            part = f"{sign}{number}x{part.encode('utf-8', 'surrogatepass').hex()}"
        return above.prefix + part

    # -- references ------------------------------------------------------------------

    def _mend_references(self) -> None:
        """Write those References anew that would lead elsewhere; ids stay what they were."""
        aims = self.aims()
        # In one document that nobody edited nothing is beside what was there before.
        if self._edges or self._urls or self._is_strict:
            self._count = self.counted(None if self._is_strict else aims)
        repeated = [id_ for id_, times in self._count.items() if times > 1]
        if self._is_strict and repeated:
            raise _collision(repeated)
        self._mend_those(is_all=bool(repeated))

    def aims(self) -> set[str | None]:
        """The ids that References will have if they can; they are taken note of."""
        aims: set[str | None] = set()
        for fields, place, edge in self._described:
            is_plain = True
            for part, ids_of in self._parts(fields["attributes"], place, edge):
                ids, references = ids_in(part)
                self._declares += ids
                hidden = self._hidden.get(ids_of.key, ())
                for value in references:
                    id_ = value["id"]
                    is_at_home = "path" not in value and self._home(ids_of, id_) is ids_of
                    is_plain_one = is_at_home and id_ != ids_of.root and id_ not in hidden
                    if is_plain_one and self._is_present(ids_of, id_):
                        aims.add(id_)
                        continue
                    is_plain = False
                    target = self._target(value, place, ids_of)
                    aims.add(None if target is None else self._id_in(target, id_))
            self._referring.append((fields, place, edge, is_plain))
        return aims

    @property
    def declares(self) -> tuple[str, ...]:
        """The ids that attributes declare, once `aims` has looked."""
        return tuple(dict.fromkeys(self._declares))

    def _mend_those(self, *, is_all: bool) -> None:
        for fields, place, edge, is_plain in self._referring:
            if is_all or not is_plain:
                self._mend(fields, place, edge)

    def mend(self, count: Counter[str], *, is_any_twice: bool) -> None:
        """Finish the copy of a part.

        Args:
            count: How often each id that is referred to is in the new document.
            is_any_twice: Whether one of them is there more than once.
        """
        self._count = count
        self._mend_those(is_all=is_any_twice)
        self._mend_paths()

    def _parts(
        self, attributes: Any, place: _Place, edge: Edge | None
    ) -> Sequence[tuple[Any, _Place]]:
        """Attributes with the place that their ids are of; one by one if it is not the same."""
        if edge is None or not isinstance(attributes, dict):
            return ((attributes, place),)
        layers = place.layers
        return [({k: v}, layers[edge.layer_of(k, v)]) for k, v in attributes.items()]

    def _mend(self, fields: dict[str, Any], place: _Place, edge: Edge | None) -> None:
        """Give the attributes of a node the ids of the new document."""
        if edge is None:
            fields["attributes"] = self._mapped(fields["attributes"], place, place)
        elif isinstance(fields["attributes"], dict):
            made: dict[str, Any] = {}
            for part, ids_of in self._parts(fields["attributes"], place, edge):
                made.update(self._mapped(part, place, ids_of))
            fields["attributes"] = made

    def counted(self, wanted: Container[str | None] | None) -> Counter[str]:
        """How often ids occur in the new document: the wanted ones, or all of them."""
        if wanted is not None:
            ids = chain(map(itemgetter("id"), chain.from_iterable(self._lists)), self._declares)
            try:
                return Counter(filter(wanted.__contains__, ids))
            except (KeyError, TypeError):
                pass  # Not all nodes have one, or not all of them are nodes.
        nodes = (node for items in self._lists for node in items if type(node) is dict)
        some = chain((node.get("id") for node in nodes), self._declares)
        texts = (id_ for id_ in some if isinstance(id_, str))
        return Counter(id_ for id_ in texts if wanted is None or id_ in wanted)

    def _mapped(self, attributes: Any, place: _Place, ids: _Place) -> Any:
        """Attributes whose paths count from one place, and whose ids are those of another."""
        return map_ids(
            attributes,
            lambda value: self._declared(value, ids),
            lambda value: self._referred(value, place, ids),
        )

    def _declared(self, value: Mapping[str, Any], place: _Place) -> Mapping[str, Any]:
        if not self._is_namespaced:
            return value
        return {**value, "id": place.prefix + encoded_id(value["id"])}

    def _referred(self, value: Mapping[str, Any], place: _Place, ids: _Place) -> Mapping[str, Any]:
        """A Reference that leads to the same thing from the new document."""
        target = self._target(value, place, ids)
        has_path = isinstance(value.get("path"), dict)
        if target is None:  # If it has a path, that is written anew with all others.
            return value if has_path else self._outward(value, place, ids)
        new = self._id_in(target, value["id"])
        if new is None:
            return value if has_path else self._outward(value, place, target)
        if self._is_namespaced or self._count[new] < 2:
            made = {key: v for key, v in value.items() if key != "path" or v is None}
            return value if made == value and new == value["id"] else {**made, "id": new}
        if has_path or target.url in (None, self._url):
            return value
        # Which of several is meant cannot be said inside; from outside it can.
        return self._outward(value, place, target)

    def _outward(
        self, value: Mapping[str, Any], place: _Place, target: _Place
    ) -> Mapping[str, Any]:
        """A Reference to something in a document as it is outside of the new one."""
        if place.url is None or target.url is None:
            return value
        if self._present is not None and (target.url == self._url or self._tree.segment.is_new):
            return value
        return {**value, "path": _paths.path_to(place.url, target.url)}

    def _target(self, value: Mapping[str, Any], place: _Place, ids: _Place) -> _Place | None:
        """Where the document is that a Reference leads to; None if it is not in the new one."""
        path, id_ = value.get("path"), value["id"]
        if isinstance(path, dict):
            try:
                url = _paths.metadata_url(place.url, path)
            except PathError:
                return None
            found = self._moved.get((url, id_)) or self._places.get(url)
        else:
            found = self._home(ids, id_)
        return found if found is not None and self._is_present(found, id_) else None

    def _home(self, ids: _Place, id_: str) -> _Place | None:
        """Where the document is now that has an id which counts at a place."""
        moved = self._arrived.get((ids.home, id_))
        if moved is not None or not ids.is_moved:
            return moved or ids
        return self._homes.get(ids.home) or self._places.get(str(ids.url))

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

    # -- paths in attributes -----------------------------------------------------------

    def _mend_paths(self) -> None:
        """Make the paths in attributes count from the new document."""
        moved = [one for one in self._described if one[1].rebasing is not None]
        for start in range(0, len(moved), _CHUNK):
            chunk = moved[start : start + _CHUNK]
            # Most attributes hold no paths, and the text says so faster than looking for them.
            if b'"path"' not in dumps_bytes([one[0]["attributes"] for one in chunk]):
                continue
            for fields, place, _ in chunk:
                assert place.rebasing is not None
                fields["attributes"] = place.rebasing.within(fields["attributes"])


def _collision(ids: list[str]) -> InvalidEditError:
    ids.sort()
    more = f" and {len(ids) - 5:,} more" if len(ids) > 5 else ""
    return InvalidEditError(
        f"several nodes would have one id: {', '.join(map(repr, ids[:5]))}{more}; "
        "use ids='namespaced'"
    )


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
        if tree.url in (None, url) and tree.segment.inlined is None:
            return tree.materialise((tree.segment, 0))
        production = Production(tree, url, ids)
        return production.content if production.is_copy else production.made()
