"""Rules that only the draft of April 2026 has."""

from __future__ import annotations

from collections.abc import Iterator

from ngio_collections._contract import Context, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections.validation._registry import implements


def _is_array_root(subject: Subject, context: Context) -> bool:
    in_array = context.envelope == "zarr" and context.document.get("node_type") == "array"
    return in_array and subject.node.is_root


@implements(stubs.singlescale_path_required, unless="path")
def singlescale_path_required(subject: Subject, context: Context) -> Iterator[Violation]:
    if "path" not in subject.value and not _is_array_root(subject, context):
        yield Violation("`path` is missing", "a path to the Zarr array of the level")


@implements(stubs.singlescale_path_in_array, needs="path")
def singlescale_path_in_array(subject: Subject, context: Context) -> Iterator[Violation]:
    if "path" in subject.value and _is_array_root(subject, context):
        yield Violation(
            "`path` is there, in the metadata of the array itself", "no path", ("path",)
        )
