"""The errors of the library.

    NgioCollectionsError
    |-- DocumentError             a document cannot be read at all
    |   |-- DocumentNotFoundError     there is no such file
    |   |-- NotJsonError              its content is not JSON
    |   `-- NotOmeError               it is JSON without an `ome` node
    |-- UnknownProfileError       there is no such profile or revision
    |-- UnknownConceptError       a profile has no such concept
    |-- MissingExtraError         a package that a function needs is not installed
    |-- MissingAttributeError     a node does not have the attribute that is asked for
    |-- InvalidAttributeError     an attribute, or a node, is not what its type says
    |-- NodeNotFoundError         a tree does not hold the node that is asked for
    `-- InvalidEditError          an edit would leave something that is no tree of nodes

What is wrong *inside* a readable document is never an error: it is a `Finding`.
"""

from __future__ import annotations

import difflib
from typing import Any

__all__ = [
    "DocumentError",
    "DocumentNotFoundError",
    "InvalidAttributeError",
    "InvalidEditError",
    "MissingAttributeError",
    "MissingExtraError",
    "NgioCollectionsError",
    "NodeNotFoundError",
    "NotJsonError",
    "NotOmeError",
    "UnknownConceptError",
    "UnknownProfileError",
]


class NgioCollectionsError(Exception):
    """The base of all errors of this library."""


class DocumentError(NgioCollectionsError):
    """A document cannot be read.

    Args:
        problem: What was found and what was expected, in one line.
        document: The address of the document, where it is known.
    """

    def __init__(self, problem: str, document: str | None = None) -> None:
        self.problem = problem
        self.document = document
        super().__init__(problem if document is None else f"{document}: {problem}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problem, self.document)


class DocumentNotFoundError(DocumentError):
    """There is no file at the address."""


class NotJsonError(DocumentError):
    """The content is not JSON."""


class NotOmeError(DocumentError):
    """The content is JSON, but holds no node at `ome` or `attributes.ome`."""


class MissingExtraError(NgioCollectionsError):
    """A package that a function needs is not installed.

    Args:
        extra: The extra of this library that installs it.
        purpose: What needs it.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        self.purpose = purpose
        super().__init__(f"{purpose} needs: pip install 'ngio-collections[{extra}]'")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.extra, self.purpose)


class UnknownConceptError(NgioCollectionsError):
    """A profile has no such concept.

    Args:
        concept: The name that was asked for.
        known: The names that there are.
    """

    def __init__(self, concept: str, known: tuple[str, ...]) -> None:
        self.concept = concept
        self.known = known
        close = difflib.get_close_matches(concept, known, n=3, cutoff=0.5)
        hint = (
            f"; did you mean {' or '.join(close)}?" if close else f"; there are: {', '.join(known)}"
        )
        super().__init__(f"there is no concept {concept!r}{hint}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.concept, self.known)


class MissingAttributeError(NgioCollectionsError, KeyError):
    """A node does not have the attribute that is asked for."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class InvalidAttributeError(NgioCollectionsError, ValueError):
    """An attribute, or a node as a whole, is not what its type says."""


class NodeNotFoundError(NgioCollectionsError, LookupError):
    """A tree does not hold the node that is asked for, or not just one."""


class InvalidEditError(NgioCollectionsError, ValueError):
    """An edit would leave something that is no tree of nodes; nothing was changed."""


class UnknownProfileError(NgioCollectionsError):
    """There is no such combination of profile and revision."""
