"""A metadata document as it was read: the node in it, and everything else in the file."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ngio_collections._collector import collector_paused
from ngio_collections._json import JsonSyntaxError, JsonValueError, Layout, dumps_bytes, loads
from ngio_collections._words import show
from ngio_collections.document._envelope import open_envelope
from ngio_collections.errors import ConflictError, InvalidEditError, NotJsonError, NotOmeError
from ngio_collections.graph import NodeTree
from ngio_collections.graph._segment import LateSegment, Raw, Segment

__all__ = [
    "LateSource",
    "Source",
    "Tried",
    "document_bytes",
    "is_in_zarr",
    "is_of_zarr",
    "new_document",
    "read_source",
    "read_zarr",
    "replace_node",
    "require_whole",
    "rooted",
    "with_node_in_zarr",
    "without_node",
]

ZARR_NAME: Final = "zarr.json"
VERSION: Final = "0.9"
"""The version that the root of a new document gets if it has none (RFC-8, "Node": version)."""
_LOOKING: Final = threading.Lock()
LARGE: Final = 1_000_000
"""So many bytes become so many objects that the collector takes longer than the parser."""
CHECKED: Final = 32_000_000
"""Of more bytes keys that are there twice are not looked for when they are read: to go through
what was parsed once more would take a sixth of the time of opening it."""


def document_bytes(document: Any, layout: Layout, url: str) -> bytes:
    """A document as it is written.

    Args:
        document: All of it.
        layout: How it is laid out.
        url: Its address, for the error.

    Raises:
        InvalidEditError: It holds what is no JSON, or what could not be read again.
    """
    try:
        return dumps_bytes(document, layout)
    except JsonValueError as error:
        raise InvalidEditError(f"{url} cannot be written: {error}; nothing was written") from error


class Tried(NamedTuple):
    """What was to be written to a document when nobody said any more whether it was.

    Attributes:
        data: The bytes.
        node: The node in them.
        earlier: The attempt before that one, if nobody said what became of it either.
    """

    data: bytes
    node: Raw
    earlier: Tried | None = None

    def those(self) -> Iterator[Tried]:
        """This attempt and those before it."""
        one: Tried | None = self
        while one is not None:
            yield one
            one = one.earlier


class Source:
    """A document in its store, as this process last read or wrote it.

    Trees that were opened from it share it, with everything that was edited since. So a tree
    can be saved, edited again and saved again, and a document that somebody else has changed
    in between is noticed.

    Attributes:
        url: Its address.
        tag: The version that the store gave.
        document: The whole document, parsed. Nobody changes it.
        node: The node in it.
        is_copy: Whether only the node is known, from a copy of it.
        memory: What was saved of a tree, for the first document of it; the resolver's business.
        store: Where it was read from, for the first document of a tree.
        tried: The last attempt to write it of which nobody said whether it was written, if
            there is one since the last that was.
        becomes: The whole document as it is to be, but for its node, where more than that is
            to change when it is saved.
    """

    __slots__ = (
        "becomes",
        "document",
        "is_copy",
        "memory",
        "node",
        "store",
        "tag",
        "tried",
        "url",
    )

    def __init__(
        self,
        url: str,
        tag: str,
        document: Mapping[str, Any],
        node: Raw,
        *,
        is_copy: bool = False,
    ) -> None:
        self.url = url
        self.tag = tag
        self.document = document
        self.node = node
        self.is_copy = is_copy
        self.memory: Any = None
        self.store: Any = None
        self.tried: Tried | None = None
        self.becomes: Mapping[str, Any] | None = None

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the node in the document."""
        return "/attributes/ome" if is_in_zarr(self.document) else "/ome"

    def written(self, tag: str, node: Raw) -> None:
        """Note what has been written to the document."""
        self.document = self.with_node(node)
        self.becomes = self.tried = None
        self.node = node
        self.tag = tag

    def with_node(self, node: Raw) -> dict[str, Any]:
        """The whole document as it is to be written, with another node."""
        return replace_node(self.document if self.becomes is None else self.becomes, node)

    def again(self) -> Source:
        """The same document in the same store, for a tree that is made anew."""
        made = Source(self.url, self.tag, self.document, self.node, is_copy=self.is_copy)
        made.store, made.becomes = self.store, self.becomes
        return made

    def tree(self) -> NodeTree:
        """The node with everything below it. Cost: O(1)."""
        return NodeTree(Segment(self.node, self.url, self))

    def __repr__(self) -> str:
        return f"<Source {self.url}>"


class LateSource(Source):
    """A document whose text was written, and which is parsed when somebody looks at it.

    Args:
        url: Its address.
        tag: The version that the store gave.
        data: The text. It is kept until then.
    """

    __slots__ = ("_data",)

    def __init__(self, url: str, tag: str, data: bytes) -> None:
        super().__init__(url, tag, {}, {})
        self._data: bytes | None = data
        del self.document, self.node

    def __getattr__(self, name: str) -> Any:
        if name not in ("document", "node"):
            raise AttributeError(name=name, obj=self)
        with _LOOKING:
            if self._data is not None:
                found = read_source(self._data, self.url, self.tag)
                self.document, self.node, self._data = found.document, found.node, None
        return getattr(self, name)

    def tree(self) -> NodeTree:
        """The node with everything below it. Cost: O(1) before somebody looks at it."""
        return NodeTree(LateSegment(lambda: self.node, self.url, self))


def read_source(data: bytes, url: str, tag: str) -> Source:
    """Find the node in the bytes of a document (RFC-8, "Metadata storage").

    Args:
        data: The content of the file.
        url: Its address.
        tag: Its version.

    Returns:
        The document.

    Raises:
        NotJsonError: The content is not JSON, or has a key twice; for that, more than
            32 MB are not looked through.
        NotOmeError: There is no node in it.
    """
    try:
        if len(data) < LARGE:
            document = loads(data)
        else:
            with collector_paused():
                document = loads(data, is_checked=len(data) <= CHECKED)
    except JsonSyntaxError as error:
        raise NotJsonError(error.problem, url) from error
    if type(document) is dict and "attributes" not in document:
        # So it is in most documents, of which there are many.
        node = document.get("ome")
        if type(node) is dict:
            return Source(url, tag, document, node)
    envelope = open_envelope(document, url)
    if type(envelope.node) is not dict:
        raise NotOmeError(
            f"holds no node at /{'/'.join(map(str, envelope.pointer))}; "
            f"expected an object, not {show(envelope.node)}",
            url,
        )
    return Source(url, tag, document, envelope.node)


def require_whole(data: bytes, url: str) -> None:
    """Refuse to write a document anew of which only a part was read, because it is so large.

    Args:
        data: The content of the file, which was read as a document.
        url: Its address.

    Raises:
        NotJsonError: A key is there twice.
    """
    if len(data) > CHECKED:
        try:
            with collector_paused():
                loads(data)
        except JsonSyntaxError as error:
            raise NotJsonError(error.problem, url) from error


def is_in_zarr(document: Mapping[str, Any]) -> bool:
    """Whether the node of a document is among the attributes of a Zarr group or array."""
    attributes = document.get("attributes")
    return isinstance(attributes, dict) and "ome" in attributes


def without_node(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without its node, and with everything else."""
    if not is_in_zarr(document):
        return {key: value for key, value in document.items() if key != "ome"}
    attributes = {key: v for key, v in document["attributes"].items() if key != "ome"}
    return {**document, "attributes": attributes}


def replace_node(document: Mapping[str, Any], node: Raw) -> dict[str, Any]:
    """A document with another node in the same place, and everything else as it is."""
    made = dict(document)
    if is_in_zarr(document):
        made["attributes"] = {**document["attributes"], "ome": node}
    else:
        made["ome"] = node
    return made


def is_of_zarr(url: str) -> bool:
    """Whether an address is that of the `zarr.json` of a group or an array."""
    return url.partition("?")[0].rpartition("/")[2] == ZARR_NAME


def read_zarr(data: bytes, url: str) -> dict[str, Any]:
    """Parse the metadata of a Zarr group or array, to put a node into it.

    Args:
        data: The content of its `zarr.json`.
        url: The address of that.

    Returns:
        The whole document, with a node in it or not.

    Raises:
        NotJsonError: It is not JSON, or has a key twice.
        ConflictError: It is not the metadata of a Zarr group or array.
    """
    try:
        document = loads(data)
    except JsonSyntaxError as error:
        raise NotJsonError(error.problem, url) from error
    if not isinstance(document, dict) or "zarr_format" not in document:
        problem = "no metadata of a Zarr group or array (an object with `zarr_format`)"
    elif not isinstance(document.get("attributes", {}), dict):
        problem = f"metadata whose `attributes` are {show(document['attributes'])}, not an object"
    else:
        return document
    raise ConflictError(f"is there already and holds {problem}; it is left as it is", url)


def with_node_in_zarr(document: Mapping[str, Any], node: Raw) -> dict[str, Any]:
    """The metadata of a Zarr group or array with a node, and everything else as it is."""
    return {**document, "attributes": {**document.get("attributes", {}), "ome": node}}


def rooted(raw: Raw) -> Raw:
    """A node as the root of a document: type and version first, as people expect it."""
    if "version" in raw:
        return raw
    head = {"type": raw["type"]} if "type" in raw else {}
    return {**head, "version": VERSION, **raw}


def new_document(url: str, node: Raw) -> dict[str, Any]:
    """The content of a document that does not exist yet.

    A `zarr.json` becomes that of a Zarr group, everything else a standalone JSON file
    (RFC-8, "Metadata storage").
    """
    if is_of_zarr(url):
        return with_node_in_zarr({"zarr_format": 3, "node_type": "group"}, node)
    return {"ome": node}
