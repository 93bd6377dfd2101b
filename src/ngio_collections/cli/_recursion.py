"""The documents that others refer to, for `validate --recursive` and `validate --view`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import ngio_collections as ngc
from ngio_collections import _paths
from ngio_collections.cli._access import Access, label, store_for
from ngio_collections.cli._documents import Checked
from ngio_collections.cli._following import following
from ngio_collections.cli._outputs import Outcome
from ngio_collections.document import Source, parse_document
from ngio_collections.resolve._drivers import run
from ngio_collections.resolve._reader import Settings
from ngio_collections.resolve._visit import Visitor
from ngio_collections.validation._documents import documents_of
from ngio_collections.validation._engine import plans_for
from ngio_collections.validation._findings import outline_path
from ngio_collections.validation._trees import findings_in, findings_of_record

__all__ = ["Recursion", "Viewing"]


class Recursion:
    """Reads everything that documents refer to, and passes it on as it arrives.

    Args:
        access: What may be read.
        depth: How many documents inside of each other are followed; all if None.

    Attributes:
        unfollowed: The references that were not followed although they should have been.
    """

    def __init__(self, access: Access, depth: int | None) -> None:
        self._access = access
        self._depth = depth
        self._titles: dict[str, str] = {}
        self.unfollowed: tuple[ngc.Unfollowed, ...] = ()

    def run(
        self, named: Sequence[str], visit: Callable[[Source, bytes], None]
    ) -> list[ngc.DocumentError]:
        """Read the documents that others refer to.

        Args:
            named: The paths of documents that were checked already.
            visit: Is called with each of the others and its bytes, as it arrives.

        Returns:
            The errors of those among the named that could not be read once more.
        """
        if not named:
            return []
        urls = [_paths.as_url(one) for one in named]
        known = set(urls)
        self._titles = dict(zip(urls, named, strict=True))

        def others(source: Source, data: bytes) -> None:
            if source.url not in known:
                visit(source, data)

        unreadable: dict[str, ngc.DocumentError] = {}
        # Findings and a bar on one terminal would overwrite each other.
        showing = nullcontext() if sys.stdout.isatty() else following("Checking documents")
        with showing as progress:
            settings = Settings(policy=self._access.policy, depth=self._depth, progress=progress)
            visitor = Visitor(settings, others)
            store = self._access.store or store_for(None, urls[0])
            run(visitor.visit(urls, unreadable), store)
        self.unfollowed = visitor.report().failures
        # Where there is no node in the place of one, a finding says so already.
        return [e for e in unreadable.values() if not isinstance(e, ngc.NotOmeError)]

    def lost(self, outcome: Outcome) -> Iterator[Checked]:
        """What is said of references that lead to no node, now that all documents were read.

        Args:
            outcome: Says against what is checked.

        Yields:
            The documents that hold such references, with the findings of these alone.
        """
        plans = plans_for(outcome.profile, outcome.revision, outcome.rules, "MAY")
        found: dict[str, list[ngc.Finding]] = {}
        for record in self.unfollowed:
            for finding in findings_of_record(record, plans):
                found.setdefault(record.document, []).append(finding)
        for url, findings in found.items():
            name, text = self._titles.get(url, label(url)), _text(url)
            # It was not kept, and says what the nodes are called.
            document = parse_document(text, url) if text else {}
            named = [
                replace(one, document=name, path=outline_path(document, _places(one.pointer)))
                for one in findings
            ]
            yield Checked(name, tuple(named), text)


class Viewing:
    """Opens a document with all that it refers to as one tree, and checks it as a whole.

    Args:
        access: What may be read.
        depth: How many documents inside of each other are followed; all if None.
    """

    def __init__(self, access: Access, depth: int | None) -> None:
        self._access = access
        self._depth = depth

    def open(self, path: str) -> ngc.Node:
        """Open a collection.

        Raises:
            DocumentError: The document itself cannot be read.
        """
        with following() as progress:
            return ngc.open_inlined(
                path,
                depth=self._depth,
                policy=self._access.policy,
                store=self._access.store,
                progress=progress,
            )

    def check(self, root: ngc.Node, outcome: Outcome) -> Iterator[Checked]:
        """Check the documents of a collection, one after the other.

        Args:
            root: The collection.
            outcome: Says against what.

        Yields:
            Each document with its findings.
        """
        plans = plans_for(outcome.profile, outcome.revision, outcome.rules, "MAY")
        for document in documents_of(root, plans.profile.declaring):
            url = document.url or ""
            found = tuple(replace(one, document=label(url)) for one in findings_in(document, plans))
            yield Checked(label(url), found, _text(url) if found else b"")


def _places(pointer: str) -> tuple[str | int, ...]:
    """The place of a node: its keys, and the positions in lists."""
    return tuple(int(part) if part.isdigit() else part for part in pointer.split("/")[1:])


def _text(url: str) -> bytes:
    """The text of a document, to say in which line a finding is; empty if it is no file."""
    path = Path(_paths.local_path(url)) if url.startswith("file:") else None
    return path.read_bytes() if path is not None and path.is_file() else b""
