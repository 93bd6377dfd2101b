"""The command `inline`."""

from __future__ import annotations

import typer

import ngio_collections as ngc
from ngio_collections.cli._access import Access, document_url, label, require_free
from ngio_collections.cli._following import following, tell_unfollowed
from ngio_collections.cli._json_output import print_json
from ngio_collections.cli._output import FOUND, console, count, say, stopping_at_errors

__all__ = ["run"]


def run(
    location: str,
    out: str,
    access: Access,
    *,
    ids: str,
    attributes: str,
    depth: int | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write a document with everything that it refers to as one document.

    Args:
        location: The document.
        out: Where the new one is written.
        access: What may be read.
        ids: What becomes of ids.
        attributes: Whose attributes count where a reference and its target both have one.
        depth: How many documents inside of each other are followed; all if None.
        overwrite: Whether a document that is there already is replaced.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 1 if references were not followed, 2 if it cannot be done.
    """
    with stopping_at_errors():
        access.require([location])
        if not overwrite:
            require_free(out, hint=", or write over it with --overwrite")
        with following() as progress:
            root = ngc.open_inlined(
                location,
                depth=depth,
                strategy=ngc.Inlining(attributes=attributes),
                policy=access.policy,
                store=access.store,
                progress=progress,
            )
        ngc.save_inlined(root, out, ids=ids, overwrite=overwrite)
    report = root.report
    url = document_url(out)
    if as_json:
        print_json({"written": [url], "report": report.to_json()})
    else:
        say(console(), f"wrote {label(url)}, made of {count(len(report.documents), 'document')}")
    if report.failures:
        tell_unfollowed(report.failures)
        raise typer.Exit(FOUND)
