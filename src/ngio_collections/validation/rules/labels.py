"""Rules about label maps."""

from __future__ import annotations

from collections.abc import Iterator

from ngio_collections._contract import Context, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections._words import listing, named
from ngio_collections.validation._reading import array, is_node, is_prefixed, kind_of, resolve
from ngio_collections.validation._registry import implements


@implements(stubs.labels_source_image, needs="source")
def labels_source_image(subject: Subject, context: Context) -> Iterator[Violation]:
    for position, item in enumerate(array(subject.value, "source")):
        declared = resolve(context, item)
        if declared and not any(is_node(d, "multiscale") for d in declared):
            found = f"the source refers to {kind_of(declared[0])}"
            yield Violation(found, "a multiscale", ("source", position))


@implements(stubs.label_attribute_keys)
def label_attribute_keys(subject: Subject, context: Context) -> Iterator[Violation]:
    known = context.concept("label-attributes").fields
    for key in subject.value:
        if key not in known and not is_prefixed(key):
            yield Violation(
                f"{named(key)} is no key of label attributes",
                f"{listing(known)} or a prefixed key",
                (key,),
            )
