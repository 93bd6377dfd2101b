"""Rules about nodes and the documents that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ngio_collections._contract import Context, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections._words import named, show
from ngio_collections.validation._reading import nodes_or_path, objects
from ngio_collections.validation._registry import implements


@implements(stubs.unique_ids)
def unique_ids(subject: Subject, context: Context) -> Iterator[Violation]:
    base = len(subject.node.pointer)
    for id_, declared in context.duplicates():
        first = declared[0]
        for other in declared[1:]:
            this, that = other.kind.replace("-", " "), first.kind.replace("-", " ")
            yield Violation(
                f"the id {named(id_)} of this {this} is already that of a {that}",
                "an id that nothing else in the document has",
                (*other.pointer[base:], "id"),
            )


@implements(stubs.sibling_names, needs="nodes")
def sibling_names(subject: Subject, context: Context) -> Iterator[Violation]:
    names = [child.get("name") for _, child in objects(subject.value, "nodes")]
    given = [name for name in names if isinstance(name, str)]
    if len(set(given)) == len(given):
        return  # As nearly always; there may be very many.
    seen: dict[str, int] = {}
    for position, child in objects(subject.value, "nodes"):
        name = child.get("name")
        if not isinstance(name, str) or not name:
            continue
        if name in seen:
            yield Violation(
                f"the name {named(name)} is already that of item {seen[name]} of the same `nodes`",
                "a name that no sibling has",
                ("nodes", position, "name"),
            )
        seen.setdefault(name, position)


@implements(stubs.root_version)
def root_version(subject: Subject, context: Context) -> Iterator[Violation]:
    if "version" not in subject.value:
        yield Violation("`version` is missing", "a string, on the root node of the document")
    elif not isinstance(subject.value["version"], str):
        yield Violation(f"`version` is {show(subject.value['version'])}", "a string", ("version",))


@implements(stubs.inner_version, needs="version")
def inner_version(subject: Subject, context: Context) -> Iterator[Violation]:
    node, version = subject.node, subject.value.get("version")
    if node.is_root or not isinstance(version, str):
        return
    if version == node.root.value.get("version"):
        yield Violation(
            f"`version` repeats {named(version)}, which the root node says already",
            "no version here",
            ("version",),
        )


@implements(stubs.same_version, needs="version")
def same_version(subject: Subject, context: Context) -> Iterator[Violation]:
    node, version = subject.node, subject.value.get("version")
    if node.is_root or not isinstance(version, str):
        return
    expected = node.root.value.get("version")
    if isinstance(expected, str) and version != expected:
        yield Violation(
            f"`version` is {show(version)}, the root node says {show(expected)}",
            "no version here",
            ("version",),
        )


def _file_name(url: str) -> str:
    """The last part of a URL or of a path in the form of any system."""
    try:
        path = urlsplit(url).path if "://" in url else url
    except ValueError:
        path = url
    return path.replace("\\", "/").rsplit("/", 1)[-1]


@implements(stubs.metadata_storage)
def metadata_storage(subject: Subject, context: Context) -> Iterator[Violation]:
    name = _file_name(context.url) if context.url else None
    if context.envelope == "json":
        if name == "zarr.json" or (name is None and "zarr_format" in context.document):
            yield Violation("the node is at `ome` of a zarr.json", "it at `attributes.ome`")
        elif "zarr_format" in context.document:
            yield Violation(
                "the node is at `ome` beside Zarr metadata", "it at `attributes.ome` of a zarr.json"
            )
        elif name is not None and not name.endswith(".json"):
            yield Violation(f"the file is called {named(name)}", "a name that ends in `.json`")
    elif name is not None and name != "zarr.json":
        yield Violation(
            f"the node is at `attributes.ome` of {named(name)}",
            "that place in a zarr.json only, or the node at `ome`",
        )


@implements(stubs.collection_nodes_or_path)
def collection_nodes_or_path(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from nodes_or_path(subject)
