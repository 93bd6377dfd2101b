"""The commands and their options.

What a command does is imported when it runs, so that `--help` stays quick.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

import ngio_collections as ngc
from ngio_collections._contract import Level
from ngio_collections.cli import _reading_commands, _writing_commands
from ngio_collections.cli._options import (
    AllowOption,
    DepthOption,
    Format,
    FormatOption,
    ProfileOption,
    ReportFormat,
    ReportFormatOption,
    RevisionOption,
    RootOption,
)

__all__ = ["app"]

app = typer.Typer(
    help="Check, look at and rearrange collections of OME-Zarr images (RFC-8).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Shown(StrEnum):
    """The weakest level of the findings that are shown."""

    MUST = "MUST"
    SHOULD = "SHOULD"


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


C = TypeVar("C", bound=Callable[..., None])


def _command(panel: str, name: str | None = None) -> Callable[[C], C]:
    """Add a command whose help is its docstring, with paragraphs as wide as the terminal."""

    def add(function: C) -> C:
        paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
        text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
        return app.command(name, help=text, rich_help_panel=panel)(function)

    return add


_LOOKING: Final = "Look at collections"
_WRITING: Final = "Write documents"
_RULES: Final = "The rules, and a first look"


@_command(_LOOKING)
def validate(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Metadata files, folders that hold a zarr.json, or - for standard input.",
            show_default=False,
        ),
    ],
    *,
    profile: ProfileOption = "ngio",
    revision: RevisionOption = "v1-2026-08",
    output: ReportFormatOption = ReportFormat.TEXT,
    level: Annotated[
        Shown,
        typer.Option(
            "--level",
            metavar="MUST|SHOULD",
            help="MUST shows only what must be put right.",
            case_sensitive=False,
        ),
    ] = Shown.SHOULD,
    most: Annotated[
        int | None,
        typer.Option(
            "--max-findings",
            metavar="N",
            min=0,
            help="Write out so many findings, and count the others. By default text has 100 and "
            "of one rule 20, the other formats have all.",
            show_default=False,
        ),
    ] = None,
    summary: Annotated[
        bool,
        typer.Option(
            "--summary", help="Only count: by rule, each with the first finding; text or json."
        ),
    ] = False,
    recursive: Annotated[
        bool,
        typer.Option(
            "--recursive", "-r", help="Check every document that they refer to as well, each once."
        ),
    ] = False,
    view: Annotated[
        bool,
        typer.Option(
            "--view",
            help="As --recursive, and check what documents say of each other: opens all at once.",
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="NAME",
            help="Check only this rule, group (hcs, labels, space, ...) or all that begin with "
            "it (axis-); may be given several times.",
            show_default=False,
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="NAME",
            help="Do not check this rule or group; may be given several times.",
            show_default=False,
        ),
    ] = None,
    own: Annotated[
        list[str] | None,
        typer.Option(
            "--rules",
            metavar="FILE.py|MODULE:NAME",
            help="Check rules of your own as well: all of a file, or a rule, set or list in a "
            "module. Its code is run; may be given several times.",
            show_default=False,
        ),
    ] = None,
    depth: DepthOption = None,
    allow: AllowOption = None,
    root: RootOption = None,
) -> None:
    """Check documents and list every finding.

    With --recursive the documents that they refer to are checked as well, each on its own, and
    with --view as one collection. --depth, --allow and --root say which of them are read.

    The exit code is 0 when nothing was found at level MUST, 1 when something was or when
    references were not followed, 2 when a document could not be read, and 3 when a rule
    itself failed, so that not everything was checked; the highest of them counts.
    """
    from ngio_collections.cli._validate import run  # noqa: PLC0415

    run(
        paths,
        profile=profile,
        revision=revision,
        output=output,
        level=Level(level),
        most=most,
        only_summary=summary,
        only=only,
        without=without,
        own=own,
        recursive=recursive,
        view=view,
        depth=depth,
        allow=allow,
        root=root,
    )


_command(_LOOKING)(_reading_commands.tree)
_command(_LOOKING, "check-links")(_reading_commands.check_links)
_command(_LOOKING)(_reading_commands.diff)
_command(_LOOKING)(_reading_commands.table)
for _writing in (
    _writing_commands.convert,
    _writing_commands.fix,
    _writing_commands.upgrade,
    _writing_commands.inline,
    _writing_commands.consolidate,
    _writing_commands.externalize,
    _writing_commands.embed,
    _writing_commands.relocate,
):
    _command(_WRITING)(_writing)


@_command(_RULES)
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


@_command(_RULES)
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


@_command(_RULES)
def demo(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to write; a folder that is new or empty.")
    ] = Path("ngio-collections-demo"),
) -> None:
    """Write a small plate collection, check it, edit it, and check a broken copy.

    Each step says what it did. The exit code is 0, and 2 when nothing can be written.
    """
    from ngio_collections.cli._demo import run  # noqa: PLC0415

    run(directory)
