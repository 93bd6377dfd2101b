"""One document of many, made from its text: what `_produce` makes, in a fraction of the time.

`_produce` looks at every node. This looks at documents: each is written by the JSON backend,
and its text is changed where paths begin, and where ids begin if they are namespaced. What is
inlined in it is left out at first, with a mark in its place, and put in as text.

It gives the very text that `_produce` and the backend give, or None. Why it is the same:

- **What is written** was parsed, or set by an edit. So it is plain JSON, and the backend writes
  a value alike wherever it stands. A mark is a random text; that as many of
  them are found as were put in, each once, shows that nothing else looks like one.
- **Keys.** In JSON the quotes of a key are the only ones that have no backslash in front, but
  for those that begin or end another text. So every key `path` is found as `"path"`. More may
  be found (the end of a key `a"path`, the text `path`), and never less.
- **Paths.** It is known from reading how many nodes have an object as their `path`. The form
  `"path":{"type":"zarr","path":"./` has two keys in it. Found as often as there are such nodes,
  with half as many of the forms as of the keys, it is in each of these nodes and nowhere else:
  every such node has a key `path`, all keys are in some form, and the second key of a form has
  a text as its value. So there is no other path, no Reference with one in particular.
  A path that begins with `./` is moved by another beginning, whatever follows (`Rebasing.lead`).
- **References** that have no path lead to where they led if their id is in the new document
  once. In one of one document that nobody edited nothing is there that was not there before. In
  others, ids are counted, of the Referenced ones, as `_produce` counts them.
- **Namespaced ids** begin with the place of their document. The keys `id` of its text are as
  many as the ids and References that `_produce` would change, so that they are the same, and all
  get the same beginning. The root has the id of the place itself, and so do References to it.

- **Edits** rebuild the nodes that they change and those above; what they set is plain JSON. In
  an edited tree the nodes with a path are counted anew. What an edit moved from one document to
  another, or set at an inlined node if there are ids in it, is not made here.

Whatever is not so is not made here: paths of other forms, References with paths, references whose
id is not that of what they lead to.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from io import BytesIO
from itertools import chain
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections._collector import collector_paused
from ngio_collections._json import MAX_NESTING, dumps_parsed
from ngio_collections._json_deep import may_nest_too_deeply
from ngio_collections._paths import Rebasing
from ngio_collections._plain import is_plain
from ngio_collections.document import ids_in, ids_in_all
from ngio_collections.graph import Edge, NodeTree, Raw
from ngio_collections.graph._segment import child_nodes
from ngio_collections.graph._state import REMOVED, Ref, key_of
from ngio_collections.resolve._namespaced import SEPARATOR, encoded_id

__all__ = ["document_text"]

_KEY: Final = b'"path"'
_FORMS: Final = (b'"path":{"type":"zarr","path":"./', b'"path":{"type":"json","path":"./')
_ID: Final = b'"id":"'
_UNUSUAL: Final = (b"--", b'"-', b'-"')
"""What the ids have of which `encoded_id` makes others."""
_ALONE: Final = 2
"""So many levels of a document without inlined ones are taken apart, since the processor is
faster with pieces that fit into its cache."""

_DEEPEST: Final = MAX_NESTING // 256 - 1
"""In so many other parts, each of which orjson wrote, a part is not too deep for a document."""

_id_of: Final = itemgetter("id")


class _DeclinedError(Exception):
    """The text cannot be made like this."""


class _Form(NamedTuple):
    """A form of paths.

    Attributes:
        old: How it begins.
        new: How it begins in the new document, if that is not the same.
        shorter: How a path of it begins that becomes another one.
    """

    old: bytes
    new: bytes | None
    shorter: bytes | None


class _Place(NamedTuple):
    """Where a document is in the new one.

    Attributes:
        name: What its ids begin with, up to the separator; empty if nothing.
        root: The id of its root, if its ids begin with something.
        forms: The forms of its paths.
    """

    name: str
    root: Any
    forms: tuple[_Form, ...]


class _Part(NamedTuple):
    """Nodes beside each other that are written with all that is below them, but for other parts.

    Attributes:
        nodes: The nodes; several if nothing is inlined in any of them.
        place: Where their documents are.
        level: How many parts it is in.
    """

    nodes: list[Raw]
    place: _Place
    level: int


class _Read(NamedTuple):
    """A tree as JSON, with what is known of its nodes.

    Attributes:
        root: Its root node.
        edges: The nodes that stand in the place of a reference, by identity.
        holders: The nodes that hold one, however deep, by identity.
        rebuilt: The nodes that edits changed or that hold one, by identity.
        paths: How many nodes have an object as their `path`; None if that is to be counted.
    """

    root: Raw
    edges: Mapping[int, Edge]
    holders: Container[int]
    rebuilt: Collection[int]
    paths: int | None


class _Text:
    """Makes the text of one document.

    Args:
        read: The tree as JSON.
        home: The address of its document.
        url: The address of the new document.
        ids: What becomes of ids; one of `IDS`.
        whole: Makes the document of a root.
    """

    def __init__(
        self,
        read: _Read,
        home: str,
        url: str,
        ids: str,
        whole: Callable[[Raw], Mapping[str, Any]],
    ) -> None:
        self._root, self._edges, self._holders, self._rebuilt, self._paths = read
        self._home = home
        self._url = url
        self._ids = ids
        self._whole = whole
        self._folders: dict[str, _Place] = {}
        self._names: set[str] = set()
        self._mark = secrets.token_hex(16)
        self._keys_found = self._forms_found = self._paths_counted = 0
        self._is_as_read = not (self._edges or self._rebuilt or ids == "strict")
        self._deepest = 0
        self._known: list[str] = []
        self._referred: set[str] = set()

    def made(self) -> bytes:
        """The text.

        Raises:
            _DeclinedError: It cannot be made like this.
        """
        root = self._root
        edge = self._edges.get(id(root))
        place = self._folder(self._home)
        if edge is not None:
            place = self._entered(root, edge, place)
        text, inner = self._written(_Part([root], place, 0), self._whole)
        out = BytesIO()
        stack: list[bytes | _Part] = self._pieces(text, inner)
        while stack:
            top = stack.pop()
            if type(top) is _Part:
                text, inner = self._written(top)
                if inner:
                    stack += self._pieces(text, inner)
                    continue
                top = text
            out.write(top)  # type: ignore[arg-type]
        self._verify()
        made = out.getvalue()
        if self._deepest > _DEEPEST and may_nest_too_deeply(made):
            raise _DeclinedError
        return made

    def _verify(self) -> None:
        paths = self._paths_counted if self._paths is None else self._paths
        if self._keys_found != 2 * self._forms_found or self._forms_found != paths:
            raise _DeclinedError
        ids: Iterable[str] = self._known
        if self._ids == "structural":
            ids = filter(self._referred.__contains__, ids)
        try:
            times = Counter(ids)
        except TypeError:  # An id that is an array or an object.
            raise _DeclinedError from None
        if max(times.values(), default=1) > 1:
            raise _DeclinedError

    # -- places ----------------------------------------------------------------------

    def _folder(self, url: str | None) -> _Place:
        """Where the documents of a folder are if their ids stay as they are."""
        # Up to the last slash it is the folder, of which there are fewer than of documents.
        url = str(url)
        folder = url[: url.rindex("/") + 1] if "?" not in url else _paths.folder(url)
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = _Place("", None, self._forms_from(folder))
        return found

    def _forms_from(self, folder: str) -> tuple[_Form, ...]:
        rebasing = Rebasing.between(folder, self._url)
        if rebasing is None:
            return tuple(_Form(old, None, None) for old in _FORMS)
        if rebasing.lead is None:
            raise _DeclinedError
        lead, shared = rebasing.lead.encode(), rebasing.shared.encode()
        return tuple(
            _Form(old, old[:-2] + lead, old + shared if shared else None) for old in _FORMS
        )

    def _entered(self, raw: Raw, edge: Edge, above: _Place) -> _Place:
        """Where the document of an inlined node is."""
        id_ = raw.get("id")
        layers = edge.layers
        for layer in layers:
            if layer.raw.get("id") != id_:
                raise _DeclinedError
        if "attributes" in layers[0].raw or len(layers) > 2:
            self._verify_layers(edge)
        if edge.raw is not raw:
            _verify_edited(raw, edge)
        place = self._folder(layers[-1].url)
        if self._ids != "namespaced":
            return place
        if not isinstance(id_, str) or not id_:
            raise _DeclinedError
        name = f"{above.name}{SEPARATOR if above.name else ''}{encoded_id(id_)}"
        if name in self._names:
            raise _DeclinedError
        self._names.add(name)
        return _Place(name, id_, place.forms)

    def _verify_layers(self, edge: Edge) -> None:
        """Make sure that the ids of attributes are all those of the document of the target."""
        seen: set[str] = set()
        for number, layer in enumerate(edge.layers):
            attributes = layer.raw.get("attributes", {})
            if not isinstance(attributes, dict):
                raise _DeclinedError
            declared, referred = ids_in(attributes)
            is_stub = number < len(edge.layers) - 1
            if is_stub and (declared or referred) and self._ids == "namespaced":
                raise _DeclinedError
            if declared and (is_stub or not seen.isdisjoint(attributes)):
                raise _DeclinedError
            seen.update(attributes)

    # -- texts -----------------------------------------------------------------------

    def _written(
        self, part: _Part, whole: Callable[[Raw], Mapping[str, Any]] | None = None
    ) -> tuple[bytes, list[_Part]]:
        """The new text of a part, with marks in the places of the parts in it."""
        inner: list[_Part] = []
        self._deepest = max(self._deepest, part.level)
        nodes = part.nodes
        if len(nodes) == 1:
            nodes = [self._opened(part, inner)]
        text = dumps_parsed(nodes if whole is None else whole(nodes[0]))
        if text is None:
            raise _DeclinedError
        if whole is None:
            text = text[1:-1]
        is_alone = self._ids == "namespaced" and not self._edges  # All ids stay as they are.
        if is_alone:
            _verify_usual(text)
        if self._paths is None or not (is_alone or self._is_as_read):
            text = self._with_ids(text, nodes, part.place)
        return self._with_paths(text, part.place), inner

    def _opened(self, part: _Part, inner: list[_Part]) -> Raw:
        """The node of a part with marks in the places of other parts, which are taken note of."""
        (raw,), _, level = part
        if _is_leaf(raw, self._edges.get(id(raw))) or (not self._edges and level == _ALONE):
            return raw
        root = dict(raw)
        stack = [root]
        for holder in stack:  # It grows meanwhile.
            items = self._items(child_nodes(holder), part, inner, stack)
            if items:
                holder["nodes"] = items
        return root

    def _items(
        self, nodes: list[Any], part: _Part, inner: list[_Part], stack: list[dict[str, Any]]
    ) -> list[Any]:
        """The nodes of a list, in which marks and nodes to be looked into take their places."""
        _, place, level = part
        items: list[Any] = []
        run: _Part | None = None
        for node in nodes:
            edge = self._edges.get(id(node))
            item = node
            if edge is None:
                run = None
                if not self._edges:
                    if type(node) is dict and "nodes" in node:
                        item = self._left_out(_Part([node], place, level + 1), inner)
                elif id(node) in self._holders or id(node) in self._rebuilt:
                    item = dict(node)
                    stack.append(item)
                items.append(item)
                continue
            there = self._entered(node, edge, place)
            is_leaf = _is_leaf(node, edge)
            if is_leaf and there is place:
                run = None
            elif is_leaf and run is not None and run.place is there:
                run.nodes.append(node)
                continue
            else:
                found = _Part([node], there, level + 1)
                item = self._left_out(found, inner)
                run = found if is_leaf else None
            items.append(item)
        return items

    def _left_out(self, part: _Part, inner: list[_Part]) -> str:
        """The mark of a part, which is taken note of."""
        inner.append(part)
        return f"{self._mark}{len(inner) - 1}"

    def _pieces(self, text: bytes, inner: list[_Part]) -> list[bytes | _Part]:
        """A text and the parts whose marks are in it, from its end to its beginning."""
        first, *others = text.split(b'"' + self._mark.encode())
        pieces: list[bytes | _Part] = [first]
        numbers = []
        for other in others:
            number, _, rest = other.partition(b'"')
            numbers.append(int(number))
            pieces += (inner[numbers[-1]], rest)
        if sorted(numbers) != list(range(len(inner))):
            raise _DeclinedError
        return pieces[::-1]

    def _with_paths(self, text: bytes, place: _Place) -> bytes:
        """A text whose paths count from the new document, as far as they have the form."""
        keys = text.count(_KEY)
        found = 0
        for old, new, shorter in place.forms:
            if 2 * found >= keys:
                break
            if shorter is not None and shorter in text:
                raise _DeclinedError
            if new is None:
                found += text.count(old)
                continue
            pieces = text.split(old)  # It takes half of the time of replacing.
            found += len(pieces) - 1
            text = new.join(pieces)
        self._keys_found += keys
        self._forms_found += found
        return text

    def _with_ids(self, text: bytes, nodes: list[Raw], place: _Place) -> bytes:
        """A text with the ids of the new document; those that could be there twice are noted."""
        ids: list[Any] = []
        attributes: list[Any] = []
        level: list[Any] = nodes
        try:
            while level:
                ids += _ids_of(level)
                attributes += [node["attributes"] for node in level if "attributes" in node]
                if self._paths is None:
                    self._paths_counted += sum(map(_has_path, level))
                holders = [node for node in level if "nodes" in node]
                level = list(chain.from_iterable(map(child_nodes, holders)))
        except (AttributeError, TypeError):  # Something that is no node is where nodes are.
            raise _DeclinedError from None
        declared, references = ids_in_all(attributes)
        ids += declared
        referred = list(map(_id_of, references))
        if self._ids == "namespaced":
            return _namespaced(text, ids, referred, place)
        self._known += ids
        self._referred.update(referred)
        return text


def _ids_of(nodes: list[Any]) -> list[Any]:
    """The ids of nodes."""
    try:
        return list(map(_id_of, nodes))
    except (KeyError, TypeError):  # Not all nodes have one; marks have none.
        return [node["id"] for node in nodes if type(node) is dict and "id" in node]


def _has_path(node: Any) -> bool:
    return type(node) is dict and type(node.get("path")) is dict


def _namespaced(text: bytes, ids: list[str], referred: list[str], place: _Place) -> bytes:
    """A text whose ids begin with the name of their place, but for that of the root."""
    _verify_usual(text)
    if not place.name:
        return text
    if text.count(_ID) != len(ids) + len(referred) or ids.count(place.root) != 1:
        raise _DeclinedError
    name, root = _inside(place.name), _inside(place.root)
    start = _ID + name + SEPARATOR.encode()
    text = start.join(text.split(_ID))
    return text.replace(b'%b%b"' % (start, root), b'%b%b"' % (_ID, name))


def _inside(text: str) -> bytes:
    """A text as JSON, without its quotes."""
    written = dumps_parsed(text)
    if written is None:
        raise _DeclinedError
    return written[1:-1]


def _verify_edited(raw: Raw, edge: Edge) -> None:
    """Make sure that what was set at an inlined node neither has ids nor refers to any."""
    attributes = raw.get("attributes")
    read = edge.raw.get("attributes")
    if attributes is read:
        return
    before = read if isinstance(read, dict) else {}
    if not isinstance(attributes, dict):
        raise _DeclinedError
    for key, value in attributes.items():
        if before.get(key) is not value and any(ids_in({key: value})):
            raise _DeclinedError


def _is_leaf(raw: Raw, edge: Edge | None) -> bool:
    """Whether a node is the root of a document in which nothing is inlined."""
    return edge is not None and edge.layers[-1].raw.get("nodes") is raw.get("nodes")


def _verify_usual(text: bytes) -> None:
    """Make sure that `encoded_id` leaves all ids of a text as they are."""
    if b"-" in text and any(unusual in text for unusual in _UNUSUAL):
        raise _DeclinedError


def document_text(
    tree: NodeTree, url: str, ids: str, whole: Callable[[Raw], Mapping[str, Any]]
) -> bytes | None:
    """The text of a document that holds all of an inlined tree, on one line.

    Args:
        tree: The tree.
        url: The address of the new document.
        ids: What becomes of ids; one of `IDS`.
        whole: Makes the content of the document of its root.

    Returns:
        What the JSON backend writes of `whole(one_document(tree, url, ids))`, but that floats
        may look otherwise (see `dumps_bytes`) if that is too deep for orjson; None if it cannot
        be had from the text. Cost: about twice that of writing it, whether it can or not.
    """
    if tree.url is None:
        return None
    try:
        with collector_paused():
            read = _read(tree)
            if not read.edges and ids == "structural" and Rebasing.between(tree.url, url) is None:
                return None  # Its root is as it should be, and need not be parsed again.
            return _Text(read, tree.url, url, ids, whole).made()
    except _DeclinedError:
        return None


def _read(tree: NodeTree) -> _Read:
    """A tree as JSON.

    Raises:
        _DeclinedError: Something in it was in another document before than what it is in.
    """
    inlined = tree.segment.inlined
    if inlined is None or inlined.paths is None:
        raise _DeclinedError
    if not tree.is_edited:
        root = tree.segment.root
        return _Read(root, inlined.edges, inlined.originals, (), inlined.paths)
    for segment in {ref[0] for ref, _ in tree.changes.values()} - {tree.segment}:
        if segment.inlined is not None or not is_plain(segment.root):
            raise _DeclinedError
    origins: dict[int, Ref] = {}
    root = tree.materialise((tree.segment, 0), origins)
    edges = dict(inlined.edges)
    for key, ref in origins.items():
        edge, parent = tree.edge(ref), tree.parent(ref)
        if edge is not None:
            edges[key] = edge
        home = tree.url_of(ref) if edge is None else edge.stub.url
        if parent is not None and tree.url_of(parent) != home:
            raise _DeclinedError
    return _Read(root, edges, inlined.originals, origins, _paths_after(tree, inlined.paths))


def _paths_after(tree: NodeTree, paths: int) -> int | None:
    """How many nodes have an object as their `path` after edits; None if nodes were moved.

    Args:
        tree: The tree.
        paths: How many there were before.
    """
    gone = {key for key, (_, change) in tree.changes.items() if change.place == REMOVED}
    segments = {ref[0] for ref, _ in tree.changes.values()}
    there = {segment for segment in segments if tree.holds((segment, 0))}
    paths += sum(sum(map(_has_path, one.raws)) for one in there - {tree.segment})
    for key, (ref, change) in tree.changes.items():
        segment, position = ref
        if change.is_moved and position:
            return None
        if segment not in there:
            continue
        if key in gone:
            above = segment.parents[position]
            while above >= 0 and key_of((segment, above)) not in gone:
                above = segment.parents[above]
            if above < 0:
                paths -= sum(map(_has_path, _all_below(segment.raw(position))))
        elif change.raw is not None and tree.holds(ref):
            paths += _has_path(tree.raw(ref)) - _has_path(segment.raw(position))
    return paths


def _all_below(raw: Raw) -> list[Any]:
    """A node and all nodes below it."""
    nodes: list[Any] = [raw]
    for node in nodes:  # It grows meanwhile.
        if type(node) is dict and "nodes" in node:
            nodes += child_nodes(node)
    return nodes
