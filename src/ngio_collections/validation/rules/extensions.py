"""Rules about the names of extensions."""

from __future__ import annotations

from collections.abc import Iterator

from ngio_collections._contract import Context, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections._words import named
from ngio_collections.validation._reading import is_prefixed
from ngio_collections.validation._registry import implements


@implements(stubs.reserved_attribute_keys)
def reserved_attribute_keys(subject: Subject, context: Context) -> Iterator[Violation]:
    known = context.concept("attributes").fields
    for key in subject.value:
        if key not in known and not is_prefixed(key):
            yield Violation(
                f"{named(key)} is no attribute that the RFC defines",
                "a key of the RFC, or a prefixed one",
                (key,),
            )
