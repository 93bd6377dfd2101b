"""The commands and their options.

What a command does is imported when it runs, so that `--help` stays quick.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import ngio_collections as ngc
from ngio_collections._contract import Level

__all__ = ["app"]

app = typer.Typer(
    help="Check collections of OME-Zarr images (RFC-8), and look at the rules that they follow.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    JSON = "json"


class Shown(StrEnum):
    """The weakest level of the findings that are shown."""

    MUST = "MUST"
    SHOULD = "SHOULD"


ProfileOption = Annotated[
    str,
    typer.Option(
        "--profile",
        metavar="ngio|rfc8",
        help="rfc8: RFC-8 as it stands; ngio: with our deviations.",
    ),
]
RevisionOption = Annotated[
    str,
    typer.Option("--revision", metavar="v1-2026-08|draft-2026-04", help="The revision of RFC-8."),
]
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        metavar="text|json",
        help="text is for people, json for programs.",
        case_sensitive=False,
    ),
]


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    typer.echo(f"ngio-collections {ngc.__version__}")
    raise typer.Exit


@app.callback()
def options(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def validate(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Metadata files, folders that hold a zarr.json, or - for standard input.",
            show_default=False,
        ),
    ],
    profile: ProfileOption = "ngio",
    revision: RevisionOption = "v1-2026-08",
    output: FormatOption = Format.TEXT,
    level: Annotated[
        Shown,
        typer.Option(
            "--level",
            metavar="MUST|SHOULD",
            help="MUST shows only what must be put right.",
            case_sensitive=False,
        ),
    ] = Shown.SHOULD,
) -> None:
    """Check documents and list every finding.

    The exit code is 0 when nothing was found at level MUST, 1 when something
    was, and 2 when a document could not be read.
    """
    from ngio_collections.cli._validate import run  # noqa: PLC0415

    run(
        paths, profile=profile, revision=revision, as_json=output is Format.JSON, level=Level(level)
    )


@app.command()
def rules(
    profile: ProfileOption = "ngio",
    revision: RevisionOption = "v1-2026-08",
    level: Annotated[
        Level,
        typer.Option(
            "--level",
            metavar="MUST|SHOULD|MAY",
            help="The weakest level that is listed.",
            case_sensitive=False,
        ),
    ] = Level.MAY,
    output: FormatOption = Format.TEXT,
) -> None:
    """List the rules that documents and readers are held to."""
    from ngio_collections.cli._catalogue import print_rules  # noqa: PLC0415

    print_rules(profile=profile, revision=revision, as_json=output is Format.JSON, level=level)


@app.command()
def schema(
    profile: ProfileOption = "ngio",
    revision: RevisionOption = "v1-2026-08",
    concept: Annotated[
        str, typer.Option("--concept", help="For example document, multiscale, plate or scene.")
    ] = "document",
) -> None:
    """Print one self-contained JSON Schema file."""
    from ngio_collections.cli._catalogue import print_schema  # noqa: PLC0415

    print_schema(profile=profile, revision=revision, concept=concept)


@app.command()
def demo(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to write; a folder that is new or empty.")
    ] = Path("ngio-collections-demo"),
) -> None:
    """Write a small plate collection, check it, break a copy and check that."""
    from ngio_collections.cli._demo import run  # noqa: PLC0415

    run(directory)
