"""The commands `consolidate`, `externalize`, `embed` and `relocate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer

import ngio_collections as ngc
from ngio_collections import _paths
from ngio_collections.cli._access import Access, document_url, label, require_free
from ngio_collections.cli._following import following, tell_unfollowed
from ngio_collections.cli._json_output import print_json
from ngio_collections.cli._output import (
    FOUND,
    complain,
    console,
    count,
    say,
    stop,
    stopping_at_errors,
    told,
)
from ngio_collections.resolve import blocking, verbs

__all__ = ["consolidate", "embed", "externalize", "relocate"]


def _print_saved(
    written: Sequence[str], skipped: Sequence[str] = (), *, as_json: bool, **more: Any
) -> None:
    if as_json:
        print_json({"written": list(written), "skipped": list(skipped), **more})
        return
    out = console()
    for url in written:
        say(out, f"wrote {label(url)}")


def consolidate(location: str, access: Access, *, check: bool, as_json: bool) -> None:
    """Write the metadata of a collection into one file, or check that file.

    Args:
        location: The document that the collection begins with.
        access: What may be read.
        check: Whether to look only, and write nothing.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 1 if the file is not up to date or references were not followed,
            2 if it cannot be done.
    """
    with stopping_at_errors():
        access.require([location])
        try:
            with following() as progress:
                saved = ngc.consolidate(
                    location,
                    check=check,
                    policy=access.policy,
                    store=access.store,
                    progress=progress,
                )
        except ngc.ConflictError as error:
            if not check:
                raise
            complain(told(error))
            raise typer.Exit(FOUND) from None
    report = saved.report
    assert report is not None
    number = count(len(report.documents), "document")
    _print_saved(saved.written, saved.skipped, as_json=as_json, report=report.to_json())
    if not as_json:
        said = f"{number}, the consolidated file is up to date" if check else f"made of {number}"
        say(console(), said)
    if report.failures:
        tell_unfollowed(report.failures)
        raise typer.Exit(FOUND)


def _only(root: ngc.Node, id: str) -> ngc.Node:
    """The one node with an id.

    Raises:
        typer.Exit: With code 2, if there is none, or are several.
    """
    found = root.find_all(id=id)
    if len(found) != 1:
        said = f"{len(found)} nodes have the id {id!r}, and it is not clear which is meant"
        if not found:
            said = f"no node has the id {id!r}; `ngio-collections tree` shows those there are"
        stop(f"{label(root.require_document_url())}: {said}")
    return found[0]


def externalize(
    location: str, id: str, out: str, documents: Sequence[str], *, as_json: bool
) -> None:
    """Write a node as a document of its own, and let its document refer to that.

    Args:
        location: The document.
        id: The id of the node.
        out: Where the new document is written.
        documents: Those whose References to what goes are mended.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 2, if it cannot be done.
    """
    with stopping_at_errors():
        if not documents:
            require_free(out)  # Else it may be there from a time that was interrupted.
        node = _only(ngc.open(location), id)
        made = blocking(verbs.externalized)(node, out, documents=documents)
        try:
            saved = ngc.save(made.root)
        except ngc.NgioCollectionsError as error:
            error.add_note(_already(made.saved, document_url(out)))
            raise
    written = (*made.saved.written, *saved.written)
    _print_saved(written, made.saved.skipped, as_json=as_json)
    if not as_json:
        for url in made.saved.skipped:
            say(console(), f"{label(url)} has no reference to mend")


def _already(saved: ngc.Saved, new: str) -> str:
    """What is to be said when the old document cannot be saved."""
    others = [label(url) for url in saved.written if url != new]
    if others:
        return f"{label(new)} was written already, and {', '.join(others)}, which may refer to it"
    return f"{label(new)} was written already, and nothing refers to it yet"


def embed(location: str, id: str, access: Access, *, as_json: bool) -> None:
    """Put what a reference leads to in its place.

    Args:
        location: The document.
        id: The id of the reference.
        access: What may be read.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 2, if it cannot be done.
    """
    with stopping_at_errors():
        access.require([location])
        node = _only(ngc.open(location, store=access.store), id)
        root = ngc.embed(node, policy=access.policy, store=access.store)
        saved = ngc.save(root, store=access.store)
        path: Mapping[str, Any] = node.ref_path or {}
        target = _paths.metadata_url(node.document_url, path)
    _print_saved(saved.written, as_json=as_json, embedded=target)
    if not as_json:
        say(console(), f"{label(target)} is still there; delete it if nothing else refers to it")


def relocate(old: str, new: str, documents: Sequence[str], *, as_json: bool) -> None:
    """Move a document, and mend the references of others to it.

    Args:
        old: The document.
        new: Where it goes.
        documents: Those whose references are mended.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 2, if it cannot be done.
    """
    with stopping_at_errors():
        saved = ngc.relocate(old, new, documents=documents)
        gone = document_url(old)
    _print_saved(saved.written, saved.skipped, as_json=as_json, deleted=gone)
    if as_json:
        return
    out = console()
    for url in saved.skipped:
        say(out, f"{label(url)} does not refer to it")
    say(out, f"deleted {label(gone)}")
