"""The command `demo`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rich.console import Console

import ngio_collections as ngc
from ngio_collections._contract import Level
from ngio_collections.cli._demo_plate import BREAKAGES, break_documents, plate_documents
from ngio_collections.cli._documents import Checked, check
from ngio_collections.cli._output import console, count, say, stop, stopping_at_errors
from ngio_collections.cli._report import print_document, summary
from ngio_collections.graph import outline

__all__ = ["run"]

PROFILES: Final = (("ngio", "v1-2026-08"), ("rfc8", "v1-2026-08"))

FOCUS: Final = ("A01_field_1", "demo:focus", {"sharp": False})
"""What the demo says about an image of one document, as an attribute of its own."""

RENAMED: Final = ("B02_field_2", "Field 2, to be repeated")
"""The new name of an image of another document."""


@contextmanager
def _stopping_at_failed_writes(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        stop(f"{error.filename or directory}: cannot be written ({error.strerror or error})")


def _write(directory: Path, documents: Mapping[str, Any]) -> list[Path]:
    """Write documents, those that others refer to first."""
    with stopping_at_errors():
        for name, document in reversed(list(documents.items())):
            ngc.create(directory / name, ngc.as_tree(document["ome"]).root)
    return [directory / name for name in documents]


def _prepare(directory: Path) -> None:
    with _stopping_at_failed_writes(directory):
        if directory.exists() and not directory.is_dir():
            stop(f"{directory}: is a file; name a folder that is new or empty")
        if directory.is_dir() and any(directory.iterdir()):
            stop(f"{directory}: is not empty; name another folder: ngio-collections demo DIR")
        directory.mkdir(parents=True, exist_ok=True)


def _check_all(paths: Iterable[Path], profile: str, revision: str) -> list[Checked]:
    return [check(str(path), profile=profile, revision=revision) for path in paths]


class _Speaker:
    """Prints the steps of the demo."""

    def __init__(self, out: Console) -> None:
        self.out = out

    def step(self, text: str) -> None:
        """Begin a step, after an empty line."""
        self.out.print()
        self.line(text, "bold")

    def line(self, text: str, style: str = "") -> None:
        """Print one line whatever its length, so that it can be copied."""
        say(self.out, text, style)


def _write_and_check(speaker: _Speaker, directory: Path, documents: Mapping[str, Any]) -> None:
    speaker.line(
        f"1. A plate, written to {directory} ({count(len(documents), 'document')}):", "bold"
    )
    wells = ", ".join(Path(name).name for name in documents if name.startswith("wells/"))
    speaker.line("  plate.json  the rows, the columns, the acquisition, and where each well is")
    speaker.line(f"  wells/      {wells}: two fields of view each,")
    speaker.line("              the nuclei found in them, and a scene that puts the fields")
    speaker.line("              side by side")
    speaker.line("  There are no pixels; the paths to images lead nowhere yet.", "dim")
    paths = _write(directory, documents)
    speaker.step("2. What a check says about it:")
    for profile, revision in PROFILES:
        checked = _check_all(paths, profile, revision)
        for one in checked:
            if one.findings:
                print_document(speaker.out, one.title, one.findings)
        speaker.line(f"  profile {profile} ({revision}): {_summed_up(checked)}")


def _summed_up(checked: list[Checked]) -> str:
    found = ngc.summarize(finding for one in checked for finding in one.findings)
    return summary(len(checked), found, Level.SHOULD)


def _open_and_edit(speaker: _Speaker, directory: Path, documents: Mapping[str, Any]) -> None:
    """Open all documents as one tree, edit two of them through it, and save those."""
    before = {name: (directory / name).read_bytes() for name in documents}
    with stopping_at_errors():
        tree = ngc.open_inlined(directory / "plate.json")
        speaker.step(
            f"3. Opened as one tree: {count(sum(1 for _ in tree.walk()), 'node')} "
            f"of {count(len(tree.report.documents), 'document')}:"
        )
        for line in outline(tree, depth=2, width=2).split("\n"):
            speaker.line(f"  {line}")
        (image, key, value), (other, name) = FOCUS, RENAMED
        tree = _found(tree, image).set_attr(key, value)
        tree = _found(tree, other).rename(name)
        ngc.save_tree(tree)
    speaker.step("4. Two nodes edited in that tree, and the tree saved:")
    speaker.line(f"  {image}: the attribute {key} set")
    speaker.line(f"  {other}: renamed to {name}")
    for file, content in before.items():
        changed = (directory / file).read_bytes() != content
        speaker.line(
            f"  {'wrote      ' if changed else 'left as is '} {file}", "" if changed else "dim"
        )


def _found(tree: ngc.Node, id: str) -> ngc.Node:
    node = tree.find(id)
    assert node is not None
    return node


def _break_and_check(speaker: _Speaker, directory: Path, documents: Mapping[str, Any]) -> None:
    paths = _write(directory, break_documents(documents))
    speaker.step(f"5. A copy, written to {directory} and broken in three ways:")
    for breakage in BREAKAGES:
        speaker.line(f"  {breakage.file}: {breakage.what}")
    speaker.step("6. What a check says about the copy:")
    profile, revision = PROFILES[0]
    checked = _check_all(paths, profile, revision)
    speaker.out.print()
    for one in checked:
        if one.findings:
            print_document(speaker.out, one.title, one.findings)
    speaker.line(f"{_summed_up(checked)} (profile {profile}, {revision})", "bold red")


def _suggest(speaker: _Speaker, directory: Path, broken: Path) -> None:
    plate, wrong, one = (
        shlex.quote(str(path))
        for path in (directory / "plate.json", broken / "plate.json", directory / "one.json")
    )
    speaker.step("What you can run next:")
    for command, why in (
        (f"validate {plate} --recursive", "check a document and all that it refers to"),
        (f"validate {wrong} --format json", "findings for a program"),
        (f"tree {plate} --inline", "the outline of all documents as one tree"),
        (f"diff {plate} {wrong} --inline", "what is different between the two"),
        (f"inline {plate} -o {one}", "make one document of them all"),
        ("rules --level MUST", "every rule that must be kept"),
        ("schema --concept plate", "the JSON Schema of a plate"),
    ):
        speaker.line(f"  # {why}", "dim")
        speaker.line(f"  ngio-collections {command}")


def run(directory: Path) -> None:
    """Write a plate collection, check it, edit it, break a copy of it and check that.

    Args:
        directory: Where to write; new or empty.

    Raises:
        typer.Exit: With code 2 when the folder is not empty or cannot be written.
    """
    speaker, broken, documents = _Speaker(console()), directory / "broken", plate_documents()
    _prepare(directory)
    _write_and_check(speaker, directory, documents)
    _open_and_edit(speaker, directory, documents)
    _break_and_check(speaker, broken, documents)
    _suggest(speaker, directory, broken)
