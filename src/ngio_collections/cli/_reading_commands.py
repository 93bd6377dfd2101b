"""The commands that read collections: their arguments and options."""

from __future__ import annotations

from typing import Annotated

import typer

from ngio_collections.cli._options import (
    AllowOption,
    DepthOption,
    Format,
    FormatOption,
    InlineOption,
    Location,
    RootOption,
)

__all__ = ["check_links", "diff", "table", "tree"]


def tree(
    url: Location,
    *,
    depth: Annotated[
        int | None,
        typer.Option(
            "--depth",
            metavar="N",
            min=0,
            help="Show so many levels of nodes below the root; 3 by default, in JSON all.",
            show_default=False,
        ),
    ] = None,
    width: Annotated[
        int,
        typer.Option("--width", metavar="N", min=0, help="Show so many children of a node."),
    ] = 12,
    lines: Annotated[
        int, typer.Option("--lines", metavar="N", min=1, help="Show so many lines.")
    ] = 200,
    inline: InlineOption = False,
    follow: Annotated[
        int | None,
        typer.Option(
            "--follow",
            metavar="N",
            min=0,
            help="With --inline, follow so many documents inside of each other; all by default.",
            show_default=False,
        ),
    ] = None,
    allow: AllowOption = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show the outline of a document, one node in each line.

    A line has the type, the id, the name, the keys of the attributes in brackets, and an
    arrow to what a reference leads to. JSON is an array of nodes, each before those that it
    holds; --width and --lines are for text.

    The exit code is 0, 1 when references were not followed, and 2 when the document
    cannot be read.
    """
    from ngio_collections.cli._access import Access  # noqa: PLC0415
    from ngio_collections.cli._tree import run  # noqa: PLC0415

    run(
        url,
        Access.of(allow, root),
        depth=depth,
        width=width,
        lines=lines,
        inline=inline,
        follow=follow,
        as_json=output is Format.JSON,
    )


def check_links(
    urls: Annotated[
        list[str],
        typer.Argument(
            metavar="URL...",
            help="Paths or addresses of .json documents, or of Zarr groups.",
            show_default=False,
        ),
    ],
    *,
    depth: DepthOption = None,
    levels: Annotated[
        bool,
        typer.Option("--levels", help="Follow the paths of resolution levels too, to pixels."),
    ] = False,
    allow: AllowOption = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Follow every reference of documents, and list those that lead nowhere.

    Looked at are the paths of nodes, and the ids that attributes refer to; the paths of
    resolution levels, which lead to pixels, only with --levels. JSON is a report of the
    documents that were read and of the references that were not followed.

    The exit code is 0 when every reference leads somewhere, 1 when one does not, and 2 when
    a document cannot be read.
    """
    from ngio_collections.cli._access import Access  # noqa: PLC0415
    from ngio_collections.cli._check_links import run  # noqa: PLC0415

    as_json = output is Format.JSON
    run(urls, Access.of(allow, root), depth=depth, levels=levels, as_json=as_json)


def diff(
    old: Annotated[
        str,
        typer.Argument(metavar="A", help="A path or an address of a document."),
    ],
    new: Annotated[
        str,
        typer.Argument(metavar="B", help="The document that it is compared with."),
    ],
    *,
    inline: InlineOption = False,
    depth: DepthOption = None,
    allow: AllowOption = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what is different between the nodes of two documents.

    Nodes are matched by their ids, or else by their positions: - is gone, + is new, > is
    in another place, ~ has another name or other attributes. A node that differs in any
    other field is gone and new. JSON is the patch that makes B out of A.

    The exit code is 0 when they are the same, 1 when they are different or references were
    not followed, and 2 when one of them cannot be read.
    """
    from ngio_collections.cli._access import Access  # noqa: PLC0415
    from ngio_collections.cli._diff import run  # noqa: PLC0415

    as_json = output is Format.JSON
    run(old, new, Access.of(allow, root), inline=inline, depth=depth, as_json=as_json)


def table(
    url: Location,
    *,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            help="Write to this file, whose name ends in .csv, .parquet or .arrow; CSV is printed "
            "by default.",
            show_default=False,
        ),
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            "-a",
            metavar="KEY",
            help="An attribute that becomes a column: a key such as lab:dose, or a JSON Pointer "
            "such as /well/row/id. Can be given several times.",
            show_default=False,
        ),
    ] = None,
    type: Annotated[
        str | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="Only nodes of this type; all for all nodes. By default multiscale in CSV, and "
            "all in other files.",
            show_default=False,
        ),
    ] = None,
    inline: InlineOption = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write over a file that is there already.")
    ] = False,
    allow: AllowOption = None,
    root: RootOption = None,
) -> None:
    """Write the nodes of a document as a table, one row for each.

    CSV is a catalogue of images, with the columns that BioFile Finder reads. Parquet and Arrow
    files have all nodes, for polars, pandas and DuckDB; they need the extra arrow.

    The exit code is 0, 1 when references were not followed, and 2 when it cannot be done.
    """
    from ngio_collections.cli._access import Access  # noqa: PLC0415
    from ngio_collections.cli._table import run  # noqa: PLC0415

    run(
        url,
        out,
        Access.of(allow, root),
        attributes=attribute or (),
        type=type,
        inline=inline,
        overwrite=overwrite,
    )
