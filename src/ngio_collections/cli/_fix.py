"""The command `fix`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from ngio_collections.cli._access import Access, label
from ngio_collections.cli._documents import STANDARD_INPUT
from ngio_collections.cli._following import following, tell_unfollowed
from ngio_collections.cli._json_output import print_json
from ngio_collections.cli._mends import Documents, print_fixes
from ngio_collections.cli._output import (
    FOUND,
    UNREADABLE,
    complain,
    console,
    count,
    say,
    stop,
    stopping_at_errors,
    told,
)
from ngio_collections.cli._profiles import require_profile
from ngio_collections.mend import Fix
from ngio_collections.mend._fixes import fixes_of
from ngio_collections.resolve._save import Saved

__all__ = ["run"]


def _print_text(
    documents: Documents, found: Sequence[Fix], saved: Saved | None, *, unsafe: bool
) -> None:
    out = console()
    for url, source in documents.sources.items():
        fixes = [fix for fix in found if fix.document == url]
        if fixes and saved is None:
            print_fixes(out, source, fixes, made=unsafe)
    for url in saved.written if saved is not None else ():
        number = sum(url in fix.patches() and (unsafe or fix.safe) for fix in found)
        say(out, f"wrote {label(url)} ({_fixes(number)})")
    parts = [count(len(documents.sources), "document")]
    made = sum(unsafe or fix.safe for fix in found)
    words = "to make with --write" if saved is None else "made"
    if made or not found:
        parts.append(f"{_fixes(made)} {words}" if made else "nothing to fix")
    if len(found) > made:
        parts.append(f"{_fixes(len(found) - made)} with something to decide (--unsafe makes them)")
    if documents.unreadable:
        parts.append(f"{len(documents.unreadable)} could not be read")
    say(out, ", ".join(parts), "bold")


def _fixes(number: int) -> str:
    return f"{number} fix{'' if number == 1 else 'es'}"


def run(
    paths: Sequence[str],
    access: Access,
    *,
    profile: str,
    revision: str,
    write: bool,
    unsafe: bool,
    recursive: bool,
    depth: int | None,
    as_json: bool,
) -> None:
    """Show what can be mended in documents, or mend it.

    Args:
        paths: The documents.
        access: What may be read.
        profile: The profile whose findings are mended.
        revision: The revision of RFC-8.
        write: Whether the documents are written.
        unsafe: Whether fixes that leave something to decide are made, too.
        recursive: Whether the documents that they refer to are mended as well.
        depth: How many documents inside of each other are followed then; all if None.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 1 if there is something to mend that was not, be it that nobody
            has decided it, or if references were not followed; 2 if a document cannot be read
            or written.
    """
    require_profile(profile, revision)
    if STANDARD_INPUT in paths:
        stop("standard input cannot be written back; name a file")
    if not recursive and depth is not None:
        stop("--depth says what --recursive reads; give that as well")
    documents = Documents(access)
    with stopping_at_errors():
        documents.read(paths, depth if recursive else 0, following())
        contents: dict[str | None, Any] = {
            url: source.document for url, source in documents.sources.items()
        }
        nodeless = documents.without_node
        found = fixes_of(contents, profile=profile, revision=revision, nodeless=nodeless)
        wanted = [fix for fix in found if unsafe or fix.safe]
        saved = documents.write(wanted) if write else None
    for error in documents.unreadable:
        complain(told(error))
    if as_json:
        written = [] if saved is None else list(saved.written)
        print_json({"fixes": [fix.to_json() for fix in found], "written": written})
    else:
        _print_text(documents, found, saved, unsafe=unsafe)
    tell_unfollowed(documents.unfollowed)
    if documents.unreadable:
        raise typer.Exit(UNREADABLE)
    left = len(found) - len(wanted) if write else len(found)
    if documents.unfollowed or left:
        raise typer.Exit(FOUND)
