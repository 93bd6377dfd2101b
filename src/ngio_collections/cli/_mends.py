"""Mends of documents as text, and writing what they make of them; for `fix` and `upgrade`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

import ngio_collections as ngc
from ngio_collections._json import dumps_bytes
from ngio_collections.cli._access import Access, document_url, label, store_for
from ngio_collections.cli._output import say
from ngio_collections.document import Source, open_envelope
from ngio_collections.mend import Fix
from ngio_collections.mend._patching import apply_operations, parts_of, value_at
from ngio_collections.resolve._changes import Planned
from ngio_collections.resolve._drivers import run
from ngio_collections.resolve._reader import Reader, Settings
from ngio_collections.resolve._report import without_node
from ngio_collections.resolve._save import Saved, write_documents

if TYPE_CHECKING:
    from ngio_collections.cli._following import Progress

__all__ = ["Documents", "place", "print_fixes"]

MOST_OF_ONE_RULE: Final = 20
"""How many mends for one rule in one document are written out as text."""
_LONGEST: Final = 120


class Documents:
    """Documents that were read, and can be written where they came from.

    Attributes:
        sources: The documents by their addresses, those that were named first.
        unreadable: The errors of those that were named and cannot be read.
        unfollowed: The references that were not followed although they should have been.
        without_node: The addresses that references lead to, and at which there is no node.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._store: Any = access.store
        self.sources: dict[str, Source] = {}
        self.unreadable: list[ngc.DocumentError] = []
        self.unfollowed: tuple[ngc.Unfollowed, ...] = ()
        self.without_node: frozenset[str] = frozenset()

    def read(
        self,
        locations: Sequence[str],
        depth: int | None,
        progress: AbstractContextManager[Progress | None],
    ) -> None:
        """Read documents.

        Args:
            locations: Those to begin with.
            depth: How many documents inside of each other are followed; all if None.
            progress: Shows how far it has come.

        Raises:
            PathError: A location cannot be understood.
            typer.Exit: With code 2, if there is no store for one.
        """
        self._access.require(locations)
        urls = list(dict.fromkeys(document_url(one) for one in locations))
        self._store = self._access.store or store_for(None, urls[0])
        unreadable: dict[str, ngc.DocumentError] = {}
        with progress as told:
            reader = Reader(Settings(policy=self._access.policy, depth=depth, progress=told))
            self.sources = run(reader.documents(urls, unreadable), self._store)
        self.unreadable = list(unreadable.values())
        report = reader.report()
        self.unfollowed, self.without_node = report.failures, without_node(report)

    def write(self, fixes: Iterable[Fix]) -> Saved:
        """Write what fixes make of the documents, each whole or not at all.

        Args:
            fixes: The fixes, which are all made.

        Returns:
            What was written, the innermost documents first.

        Raises:
            ConflictError: A document was changed since it was read; none is written then.
            DocumentError: A document cannot be written.
        """
        operations: dict[str, list[Mapping[str, Any]]] = {}
        for fix in fixes:
            for there, some in fix.patches().items():
                operations.setdefault(str(there), []).extend(some)
        plans: list[Planned] = []
        for url, source in self.sources.items():
            if url not in operations:
                continue
            source.becomes = apply_operations(source.document, operations[url], url)
            node = open_envelope(source.becomes, url).node
            plans.append(Planned(source, node, 0))
        return run(write_documents(plans[::-1]), self._store)


def place(document: Any, pointer: str) -> str:
    """Where in a document a place is, for people: the ids or names from the root down to it."""
    parts = parts_of(pointer)
    value, names = document, []
    for number, part in enumerate((*parts, "")):
        if isinstance(value, dict) and "type" in value and _is_node(parts[:number]):
            names.append(_name(value, parts[number - 1]))
        value = value_at(value, (part,))
    return "/".join(names)


def _is_node(parts: Sequence[str | int]) -> bool:
    """Whether a place is that of a node: the root, or an item of the `nodes` of one."""
    inner = list(parts)
    while len(inner) > 2 and inner[-2] == "nodes":
        inner = inner[:-2]
    return inner in (["ome"], ["attributes", "ome"])


def _name(node: Mapping[str, Any], position: str | int) -> str:
    for key in ("id", "name"):
        if isinstance(node.get(key), str) and node[key]:
            return str(node[key])
    return f"{node.get('type')}[{position}]" if str(position).isdigit() else str(node.get("type"))


def _shown(value: Any) -> str:
    text = dumps_bytes(value).decode("utf-8", "backslashreplace")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _changes(fix: Fix) -> Iterator[tuple[str, str]]:
    """The operations of a fix as lines of a difference, each with its style."""
    yield from _lines(fix.operations, "")
    for url, operations in fix.elsewhere.items():
        yield from _lines(operations, f"{label(url)}#")


def _lines(operations: Iterable[Mapping[str, Any]], document: str) -> Iterator[tuple[str, str]]:
    was: Any = None
    for operation in operations:
        op, path = operation["op"], f"{document}{operation['path']}"
        if op == "test":
            was = operation["value"]  # What is replaced or removed is tested first.
        if op in ("replace", "remove"):
            yield f"- {path}: {_shown(was)}", "red"
        if op in ("replace", "add"):
            yield f"+ {path}: {_shown(operation['value'])}", "green"
        if op == "move":
            yield f"> {operation['from']} -> {path}", "cyan"


def print_fixes(out: Console, document: Source, fixes: Sequence[Fix], *, made: bool) -> None:
    """Print the fixes of one document as a difference.

    Of each rule at most 20 are written out; the rest is counted.

    Args:
        out: Where to print.
        document: The document as it was read.
        fixes: Its fixes, in their order.
        made: Whether those that leave something to decide are made, too.
    """
    say(out, label(document.url), "bold underline")
    seen = Counter[str]()
    for fix in fixes:
        seen[fix.rule] += 1
        if seen[fix.rule] > MOST_OF_ONE_RULE:
            continue
        mark = "" if fix.safe or made else "  (not made: there is something to decide)"
        where = place(document.document, fix.pointer)
        say(out, f"  {where}  {fix.pointer}  {fix.rule}{mark}", "bold")
        say(out, f"    {fix.title}.")
        for line, style in _changes(fix):
            say(out, f"    {line}", style)
        for one in fix.undecided:
            say(out, f"    ? {one}", "yellow")
    for rule, number in seen.items():
        if number > MOST_OF_ONE_RULE:
            say(out, f"  ... {number - MOST_OF_ONE_RULE} more of {rule}", "dim")
