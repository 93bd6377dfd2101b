"""Rules about paths."""

from __future__ import annotations

from collections.abc import Iterator

from ngio_collections._contract import Context, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections.validation._registry import implements


@implements(stubs.path_target, needs="path")
def path_target(subject: Subject, context: Context) -> Iterator[Violation]:
    said = context.unfollowed(subject.pointer)
    if said is not None:
        yield Violation(said)
