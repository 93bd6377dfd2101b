"""The options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

__all__ = [
    "AllowOption",
    "DepthOption",
    "Format",
    "FormatOption",
    "InlineOption",
    "Location",
    "ProfileOption",
    "ReportFormat",
    "ReportFormatOption",
    "RevisionOption",
    "RootOption",
]


class Format(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    JSON = "json"


class ReportFormat(StrEnum):
    """How `validate` prints what it found."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


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
    typer.Option(
        "--revision",
        metavar="v1-2026-08|draft-2026-04",
        help="The revision of RFC-8; draft-2026-04 goes with --profile rfc8.",
    ),
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
ReportFormatOption = Annotated[
    ReportFormat,
    typer.Option(
        "--format",
        metavar="text|json|github|sarif",
        help="text is for people, json for programs, github for the log of a GitHub workflow, "
        "sarif for code scanning and editors.",
        case_sensitive=False,
    ),
]
AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="ORIGIN",
        help="An origin, such as https://example.org, that references may lead to as well; "
        "* for all. Can be given several times. Of no use yet beyond local files: the command "
        "line has no store for others.",
        show_default=False,
    ),
]
RootOption = Annotated[
    str | None,
    typer.Option(
        "--root",
        metavar="FOLDER",
        help="Read nothing outside of this folder, wherever references and links lead.",
        show_default=False,
    ),
]
DepthOption = Annotated[
    int | None,
    typer.Option(
        "--depth",
        metavar="N",
        min=0,
        help="Follow so many documents inside of each other; all by default.",
        show_default=False,
    ),
]
InlineOption = Annotated[
    bool,
    typer.Option("--inline", help="Follow references, and take in the documents they lead to."),
]
Location = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        help="A path or an address of a .json document, or of a Zarr group.",
        show_default=False,
    ),
]
