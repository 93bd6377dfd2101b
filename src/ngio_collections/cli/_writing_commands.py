"""The commands that write documents: their arguments and options."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ngio_collections.cli._options import (
    AllowOption,
    DepthOption,
    Format,
    FormatOption,
    Location,
    ProfileOption,
    RevisionOption,
    RootOption,
)

__all__ = [
    "consolidate",
    "convert",
    "embed",
    "externalize",
    "fix",
    "inline",
    "relocate",
    "upgrade",
]


class Ids(StrEnum):
    """What becomes of ids."""

    NAMESPACED = "namespaced"
    STRUCTURAL = "structural"
    STRICT = "strict"


class Attributes(StrEnum):
    """Whose attributes count."""

    STUB = "stub"
    TARGET = "target"
    FORBID = "forbid"


class Layout(StrEnum):
    """How the images of a well are arranged."""

    WIDE = "wide"
    TALL = "tall"


class Documents(StrEnum):
    """Into how many documents a collection is written."""

    ONE = "one"
    PER_WELL = "per-well"
    PER_IMAGE = "per-image"


OutOption = Annotated[
    str,
    typer.Option(
        "--out",
        "-o",
        metavar="OUT",
        help="Where the new document is written: a .json file, or a Zarr group.",
        show_default=False,
    ),
]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id of the node.", show_default=False)]


def inline(
    url: Location,
    *,
    out: OutOption,
    ids: Annotated[
        Ids,
        typer.Option(
            "--ids",
            metavar="namespaced|structural|strict",
            help="namespaced puts the id of their place before the ids of inlined documents; "
            "structural keeps ids as they are; strict too, and refuses one that is there twice.",
            case_sensitive=False,
        ),
    ] = Ids.NAMESPACED,
    attributes: Annotated[
        Attributes,
        typer.Option(
            "--attributes",
            metavar="stub|target|forbid",
            help="Whose attribute counts where a reference and what it leads to both have it; "
            "forbid leaves such a reference as it is.",
            case_sensitive=False,
        ),
    ] = Attributes.STUB,
    depth: DepthOption = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write over a document that is there already.")
    ] = False,
    allow: AllowOption = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write a document with everything that it refers to as one document.

    References that resolved before resolve in the new document, to the same things. Those
    that cannot be followed stay references.

    The exit code is 0, 1 when it was written with references that were not followed, and 2
    when it cannot be done.
    """
    from ngio_collections.cli._access import Access  # noqa: PLC0415
    from ngio_collections.cli._inline import run  # noqa: PLC0415

    run(
        url,
        out,
        Access.of(allow, root),
        ids=ids,
        attributes=attributes,
        depth=depth,
        overwrite=overwrite,
        as_json=output is Format.JSON,
    )


def consolidate(
    url: Location,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only look whether the file is up to date; write nothing."),
    ] = False,
    allow: AllowOption = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the metadata of all documents of a collection into one file beside it.

    The file is a copy that can be opened with one request; the documents stay what counts.

    The exit code is 0, 1 when the file is not up to date (with --check) or when references
    were not followed, and 2 when it cannot be done.
    """
    from ngio_collections.cli import _arrange  # noqa: PLC0415
    from ngio_collections.cli._access import Access  # noqa: PLC0415

    _arrange.consolidate(url, Access.of(allow, root), check=check, as_json=output is Format.JSON)


def externalize(
    url: Location,
    id: Id,
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DOCUMENT...]",
            help="The documents whose References to what goes are mended.",
            show_default=False,
        ),
    ] = None,
    *,
    out: OutOption,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write a node as a document of its own, and put a reference in its place.

    References of other documents to what is in the new document are mended only in the
    documents that are given; check-links finds those that lead nowhere.

    The exit code is 0, and 2 when it cannot be done.
    """
    from ngio_collections.cli import _arrange  # noqa: PLC0415

    _arrange.externalize(url, id, out, documents or (), as_json=output is Format.JSON)


def embed(
    url: Location,
    id: Id,
    allow: AllowOption = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Put what a reference leads to in its place; undoes externalize.

    The document that it leads to stays.

    The exit code is 0, and 2 when it cannot be done.
    """
    from ngio_collections.cli import _arrange  # noqa: PLC0415
    from ngio_collections.cli._access import Access  # noqa: PLC0415

    _arrange.embed(url, id, Access.of(allow, root), as_json=output is Format.JSON)


def relocate(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The .json document.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Where it goes.")],
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DOCUMENT...]",
            help="The documents whose references to it are mended.",
            show_default=False,
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Move a document, and mend the references of other documents to it.

    Its own relative paths are written so that they count from the new place.

    The exit code is 0, and 2 when it cannot be done.
    """
    from ngio_collections.cli import _arrange  # noqa: PLC0415

    _arrange.relocate(old, new, documents or (), as_json=output is Format.JSON)


def convert(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A group of OME-Zarr 0.4, 0.5 or 0.6, or an .ozx file with one: an image, a "
            "plate, a scene, or what bioformats2raw wrote.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            help="The .json file to write; by default beside the source.",
            show_default=False,
        ),
    ] = None,
    layout: Annotated[
        Layout,
        typer.Option(
            "--layout",
            metavar="wide|tall",
            help="wide puts the images of a well side by side; tall puts those of each "
            "acquisition into a collection.",
            case_sensitive=False,
        ),
    ] = Layout.WIDE,
    documents: Annotated[
        Documents,
        typer.Option(
            "--documents",
            metavar="one|per-well|per-image",
            help="Whether wells or images get documents of their own, in a folder beside OUT.",
            case_sensitive=False,
        ),
    ] = Documents.ONE,
    name: Annotated[
        str | None,
        typer.Option("--name", help="What the collection is called.", show_default=False),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Write over files that are no conversions, or have been edited."
        ),
    ] = False,
    arrays: Annotated[
        bool,
        typer.Option(
            "--arrays/--no-arrays",
            help="Whether to make sure that the array of each level is there.",
        ),
    ] = True,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="Print what became of every field.")
    ] = False,
    allow: AllowOption = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Make a collection of existing OME-Zarr, without touching a pixel.

    Only metadata is read, and nothing is written but .json documents. Again means: only
    what is missing or outdated is written.

    The exit code is 0, 1 when something could not be converted, and 2 when nothing could.
    """
    from ngio_collections.cli._access import Access  # noqa: PLC0415
    from ngio_collections.cli._convert import run  # noqa: PLC0415

    run(
        source,
        out,
        Access.of(allow, root),
        layout=layout,
        documents=documents,
        name=name,
        overwrite=overwrite,
        check_arrays=arrays,
        ledger=ledger,
        as_json=output is Format.JSON,
    )


def fix(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help=".json documents, or Zarr groups.",
            show_default=False,
        ),
    ],
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write the documents; otherwise only show.")
    ] = False,
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe", help="Also make the fixes that leave something to decide."),
    ] = False,
    recursive: Annotated[
        bool,
        typer.Option(
            "--recursive", "-r", help="Mend every document that they refer to as well, each once."
        ),
    ] = False,
    profile: ProfileOption = "ngio",
    revision: RevisionOption = "v1-2026-08",
    depth: DepthOption = None,
    allow: AllowOption = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what can be mended in documents, or mend it with --write.

    Only what has one safe mend is changed: missing ids, ids that are there twice or have
    characters that no id has, versions in the wrong place, references as the older draft
    wrote them. No fix leads to a finding that was not there.

    The exit code is 0 when there is nothing to fix or all of it was written, 1 when there is
    something to fix or references were not followed, and 2 when a document cannot be read or
    written.
    """
    from ngio_collections.cli import _fix  # noqa: PLC0415
    from ngio_collections.cli._access import Access  # noqa: PLC0415

    _fix.run(
        paths,
        Access.of(allow, root),
        profile=profile,
        revision=revision,
        write=write,
        unsafe=unsafe,
        recursive=recursive,
        depth=depth,
        as_json=output is Format.JSON,
    )


def upgrade(
    url: Location,
    *,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", "-o", metavar="OUT", help="Write a new document.", show_default=False
        ),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the document itself.")] = False,
    to: Annotated[
        str, typer.Option("--to", metavar="v1-2026-08", help="The revision of RFC-8.")
    ] = "v1-2026-08",
    version: Annotated[
        str | None,
        typer.Option(
            "--set-version",
            metavar="VERSION",
            help="What the document is to say as its version; what it says by default.",
            show_default=False,
        ),
    ] = None,
    root: RootOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show how a document of the draft of April 2026 is written in the newer revision.

    With --write it is written so, with --out as a new document. What cannot be decided is
    listed with its place and the reason.

    The exit code is 0 when nothing is left to do, 1 when there are steps that were not written
    or something is left to decide, and 2 when it cannot be done.
    """
    from ngio_collections.cli import _upgrade  # noqa: PLC0415
    from ngio_collections.cli._access import Access  # noqa: PLC0415

    _upgrade.run(
        url,
        Access.of(None, root),
        out=out,
        write=write,
        to=to,
        version=version,
        as_json=output is Format.JSON,
    )
