"""The command `diff`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import typer
from rich.console import Console

import ngio_collections as ngc
from ngio_collections._frozen import same_json, thaw
from ngio_collections.cli._access import Access
from ngio_collections.cli._following import tell_unfollowed
from ngio_collections.cli._json_output import print_array
from ngio_collections.cli._output import FOUND, console, say, stop, stopping_at_errors
from ngio_collections.cli._tree import opened
from ngio_collections.graph import ChangedNode

__all__ = ["run"]

MOST_OF_ONE_KIND: Final = 100
"""How many differences of one kind are written out as text."""

_COMPARED: Final = {"attributes", "name", "nodes"}
"""The fields in which one node can differ; one that differs in others is another node."""


def _place(node: ngc.Node) -> str:
    """Where a node is: the ids from the root down to it."""
    nodes = [node, *node.ancestors()]
    ids = "/".join("?" if one.id is None else one.id for one in reversed(nodes))
    return f"{node.type or '?'} {ids}"


def _what(changed: ChangedNode) -> str:
    """What is different about a node, in words."""
    old, new = changed.old.raw, changed.new.raw
    parts = [f"attribute {key} set" for key in changed.set]
    parts += [f"attribute {key} dropped" for key in changed.dropped]
    if changed.renamed:
        parts.append(f"name {old.get('name')!r:.80} -> {new.get('name')!r:.80}")
    return ", ".join(parts) or "an empty field attributes came or went"


def _why_replaced(found: ngc.Diff) -> str:
    """Why the trees were not compared: what makes their roots different nodes."""
    old, new = found.old.raw, found.new.raw
    fields = [
        key
        for key in dict.fromkeys([*old, *new])
        if key not in _COMPARED and not same_json(thaw(old.get(key)), thaw(new.get(key)))
    ]
    return ", ".join(fields) or "what their fields hold"


def _print_some(out: Console, lines: Iterator[str], number: int, style: str) -> None:
    for line, _ in zip(lines, range(MOST_OF_ONE_KIND), strict=False):
        say(out, line, style)
    if number > MOST_OF_ONE_KIND:
        say(out, f"... {number - MOST_OF_ONE_KIND:,} more of these", "dim")


def _print_text(found: ngc.Diff) -> None:
    out = console()
    if found.replaced:
        say(out, f"- {_place(found.old)}", "red")
        say(out, f"+ {_place(found.new)}", "green")
        why = _why_replaced(found)
        say(out, f"the roots differ in {why}; nothing below them was compared", "bold")
        return
    kinds: tuple[tuple[str, str, Sequence[ngc.Node]], ...] = (
        ("-", "red", found.removed),
        ("+", "green", found.added),
        (">", "cyan", found.moved),
    )
    for sign, style, nodes in kinds:
        _print_some(out, (f"{sign} {_place(node)}" for node in nodes), len(nodes), style)
    changes = (f"~ {_place(one.new)}: {_what(one)}" for one in found.changed)
    _print_some(out, changes, len(found.changed), "yellow")
    counts = f"{len(found.removed):,} removed, {len(found.added):,} added, "
    counts += f"{len(found.moved):,} moved, {len(found.changed):,} changed"
    say(out, counts if found else "no difference", "bold")


def run(
    old: str, new: str, access: Access, *, inline: bool, depth: int | None, as_json: bool
) -> None:
    """Print what is different between two documents.

    Args:
        old: The one document.
        new: The other.
        access: What may be read.
        inline: Whether everything that they refer to is compared too.
        depth: How many documents inside of each other are followed; all if None.
        as_json: Whether to print the patch that makes the one out of the other.

    Raises:
        typer.Exit: With code 1 if they are different or references were not followed, 2 if
            one of them cannot be read.
    """
    if depth is not None and not inline:
        stop("--depth says how far --inline follows references; give that as well")
    with stopping_at_errors():
        roots = [opened(one, access, inline=inline, follow=depth) for one in (old, new)]
        found = ngc.diff(*roots)
        if as_json:
            print_array(found.to_patch().to_json() if found else ())
        else:
            _print_text(found)
    failures = [record for root in roots if inline for record in root.report.failures]
    tell_unfollowed(failures)
    if found or failures:
        raise typer.Exit(FOUND)
