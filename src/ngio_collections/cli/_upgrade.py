"""The command `upgrade`."""

from __future__ import annotations

from contextlib import nullcontext

import typer

import ngio_collections as ngc
from ngio_collections.cli._access import Access, document_url, label, require_free
from ngio_collections.cli._documents import STANDARD_INPUT
from ngio_collections.cli._json_output import print_json
from ngio_collections.cli._mends import Documents, place, print_fixes
from ngio_collections.cli._output import FOUND, console, count, say, stop, stopping_at_errors
from ngio_collections.document import Source, open_envelope

__all__ = ["run"]


def _print_text(source: Source, found: ngc.Upgrade, written: list[str]) -> None:
    out = console()
    if found.steps and not written:
        print_fixes(out, source, found.steps, made=True)
    for one in found.undecided:
        at = place(found.result, one.pointer)
        say(out, f"? {at}  {one.pointer}  {one.rule}", "bold yellow")
        say(out, f"    {one.reason}")
    for url in written:
        say(out, f"wrote {label(url)}")
    steps = count(len(found.steps), "step") if found.steps else "no steps"
    left = f", {len(found.undecided)} undecided" if found.undecided else ""
    say(out, f"{label(source.url)}: {steps} to {found.to}{left}", "bold")


def run(
    location: str,
    access: Access,
    *,
    out: str | None,
    write: bool,
    to: str,
    version: str | None,
    as_json: bool,
) -> None:
    """Show how a document is written in a newer revision, or write it so.

    Args:
        location: The document.
        access: What may be read.
        out: Where the upgraded document is written; nowhere if None.
        write: Whether the document itself is written.
        to: The revision.
        version: What the root is to say as its version; what it says if None.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 1 if there are steps that were not written, or something is left
            to decide; 2 if it cannot be done.
    """
    if location == STANDARD_INPUT:
        stop("standard input has no address that its paths could count from; name a file")
    if write and out is not None:
        stop("--write changes the document itself, --out leaves it and writes another; give one")
    if version == "":
        stop("--set-version needs a version; leave it out to keep what the document says")
    documents = Documents(access)
    with stopping_at_errors():
        if out is not None:
            require_free(out)
        documents.read([location], 0, nullcontext())
        for error in documents.unreadable:
            raise error
        source = documents.sources[document_url(location)]
        found = ngc.upgrade(dict(source.document), to, version=version, url=source.url)
        written: list[str] = []
        if write:
            written += documents.write(found.steps).written
        elif out is not None:
            written.append(_create(out, source, found))
    if as_json:
        print_json({**found.to_json(), "document": source.url, "written": written})
    else:
        _print_text(source, found, written)
    if found.undecided or (found.steps and not written):
        raise typer.Exit(FOUND)


def _create(out: str, source: Source, found: ngc.Upgrade) -> str:
    """Write the upgraded node as a new document, with paths that count from there."""
    node = open_envelope(found.result, source.url).node
    return str(ngc.create(out, ngc.as_tree(node, source.url).root).document_url)
