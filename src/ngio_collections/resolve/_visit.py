"""Many documents one after the other: looked at as they arrive, and not kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from ngio_collections.document import Source
from ngio_collections.document._source import is_in_zarr
from ngio_collections.errors import DocumentError, NotOmeError
from ngio_collections.graph._segment import Raw
from ngio_collections.resolve._reader import OLDER_KEYS, Link, Loaded, Reader, Settings
from ngio_collections.resolve._requests import Answer, Flow
from ngio_collections.resolve._scan import Container, Scan, Stub
from ngio_collections.store import Blob

__all__ = ["Visitor"]

_NOTHING: Final[Raw] = {}
_IN_ZARR: Final[Raw] = {"attributes": {"ome": None}}


class Visitor(Reader):
    """Reads documents and all that they refer to, and keeps no more than their references.

    Args:
        settings: How.
        visit: Is called with each document as it arrives, and with its bytes.

    Attributes:
        nodeless: The bytes of those documents to begin with that hold no node.
    """

    batch: ClassVar = 64  # Their bytes are held while the first of them is looked at.

    def __init__(self, settings: Settings, visit: Callable[[Source, bytes], None]) -> None:
        super().__init__(settings)
        self._visit = visit
        self.nodeless: dict[str, bytes] = {}

    def visit(self, urls: Sequence[str], unreadable: dict[str, DocumentError]) -> Flow[None]:
        """Read documents and all that they refer to, level by level, each once.

        Memory: that of a batch of documents, and a small record for each document and each
        reference.

        Args:
            urls: The documents to begin with.
            unreadable: Where the errors of those go that cannot be read. The others that
                cannot are in the report.
        """
        yield from self._read_all(urls, unreadable)

    def _parse(self, url: str, answer: Answer) -> Source | DocumentError:
        source = super()._parse(url, answer)
        if isinstance(source, Source):
            assert isinstance(answer, Blob)
            self._visit(source, answer.data)
        elif isinstance(source, NotOmeError) and isinstance(answer, Blob) and url == self._entry:
            self.nodeless[url] = answer.data
        return source

    def _scanned(
        self, source: Source | DocumentError, depth: int, found: list[str]
    ) -> Loaded | DocumentError:
        loaded = super()._scanned(source, depth, found)
        return loaded if isinstance(loaded, DocumentError) else _without_content(loaded)


def _without_content(loaded: Loaded) -> Loaded:
    """What has to be known of a document to say which of its references lead nowhere."""
    whole = loaded.source
    node = dict.fromkeys(key for key in OLDER_KEYS if key in whole.node)
    if "type" in whole.node:
        node["type"] = whole.node["type"]
    envelope = _IN_ZARR if is_in_zarr(whole.document) else _NOTHING
    source = Source(whole.url, whole.tag, envelope, node)
    if not loaded.links:
        return Loaded(source, Scan((), (), loaded.scan.nodes, 0), ())
    containers = [Container(_NOTHING, at.parent, at.at) for at in loaded.scan.containers]
    links = [
        Link(Stub({"type": stub.raw.get("type")}, stub.parent, stub.at), url)
        for stub, url in loaded.links
    ]
    return Loaded(source, Scan(containers, (), loaded.scan.nodes, 0), links)
