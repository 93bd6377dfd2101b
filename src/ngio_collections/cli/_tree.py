"""The command `tree`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import typer

import ngio_collections as ngc
from ngio_collections._frozen import thaw
from ngio_collections.cli._access import Access
from ngio_collections.cli._following import following, tell_unfollowed
from ngio_collections.cli._json_output import print_array
from ngio_collections.cli._output import FOUND, console, say, stop, stopping_at_errors
from ngio_collections.graph import outline

__all__ = ["opened", "run"]

TEXT_DEPTH: Final = 3
"""How many levels are shown as text if nobody says how many."""


def opened(location: str, access: Access, *, inline: bool, follow: int | None) -> ngc.Node:
    """Open a document, alone or with everything that it refers to.

    Args:
        location: The document.
        access: What may be read.
        inline: Whether references are followed.
        follow: How many documents inside of each other are followed; all if None.

    Returns:
        The root of the tree.

    Raises:
        PathError: The location cannot be understood.
        DocumentError: The document cannot be read.
        typer.Exit: With code 2, if it is outside of the root.
    """
    access.require([location])
    if not inline:
        return ngc.open(location, store=access.store)
    with following() as progress:
        return ngc.open_inlined(
            location, depth=follow, policy=access.policy, store=access.store, progress=progress
        )


def _row(node: ngc.Node, level: int, children: int) -> dict[str, Any]:
    raw = node.raw
    attributes = raw.get("attributes")
    return {
        "level": level,
        **{key: thaw(raw.get(key)) for key in ("type", "id", "name")},
        "attributes": list(attributes) if isinstance(attributes, Mapping) else [],
        "path": thaw(raw.get("path")),
        "children": children,
        "document": node.document_url,
    }


def _rows(root: ngc.Node, depth: int | None) -> Iterator[dict[str, Any]]:
    """The nodes from the top, each before what it holds."""
    stack = [(0, root)]
    while stack:
        level, node = stack.pop()
        children = list(node.children())
        yield _row(node, level, len(children))
        if depth is None or level < depth:
            stack.extend((level + 1, child) for child in reversed(children))


def run(
    location: str,
    access: Access,
    *,
    depth: int | None,
    width: int,
    lines: int,
    inline: bool,
    follow: int | None,
    as_json: bool,
) -> None:
    """Print the outline of a document.

    Args:
        location: The document.
        access: What may be read.
        depth: How many levels below the root are shown; as text 3, as JSON all if None.
        width: How many children of a node are shown as text.
        lines: How many lines of text there are at most.
        inline: Whether everything that it refers to is shown too.
        follow: How many documents inside of each other are followed.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 1 if references were not followed, 2 if the document cannot be
            read.
    """
    if follow is not None and not inline:
        stop("--follow says how far --inline follows references; give that as well")
    with stopping_at_errors():
        root = opened(location, access, inline=inline, follow=follow)
    if as_json:
        print_array(_rows(root, depth))
    else:
        out = console()
        shown = TEXT_DEPTH if depth is None else depth
        for line in outline(root, depth=shown, width=width, lines=lines).split("\n"):
            say(out, line)
    if inline and root.report.failures:
        tell_unfollowed(root.report.failures)
        raise typer.Exit(FOUND)
