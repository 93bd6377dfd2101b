"""The errors of the library.

    NgioCollectionsError
    |-- DocumentError             a document cannot be read, or not be written
    |   |-- DocumentNotFoundError     there is no such file
    |   |-- DocumentAccessError       it is there, and the system or the server refuses it
    |   |-- ForbiddenError            a guard refuses it: a sandbox, a policy, a read-only store
    |   |-- LimitExceededError        it is larger, or needs more, than a limit allows
    |   |-- ConflictError             it is no longer the one that was read
    |   |-- NotJsonError              its content is not JSON, or would lose a part of it
    |   `-- NotOmeError               it is JSON without an `ome` node
    |-- PathError                 a path or an address cannot be understood
    |-- UnresolvedReferenceError  a reference cannot be followed
    |-- NoTransformationError     nothing leads from one coordinate system to another
    |-- UnknownProfileError       there is no such profile or revision
    |-- UnknownConceptError       a profile has no such concept
    |-- UnknownRuleError          there is no such rule, or group of rules
    |-- ScopeError                a rule reads more than it says
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

from ngio_collections._words import without_user

__all__ = [
    "ConflictError",
    "DocumentAccessError",
    "DocumentError",
    "DocumentNotFoundError",
    "ForbiddenError",
    "InvalidAttributeError",
    "InvalidEditError",
    "LimitExceededError",
    "MissingAttributeError",
    "MissingExtraError",
    "NgioCollectionsError",
    "NoTransformationError",
    "NodeNotFoundError",
    "NotJsonError",
    "NotOmeError",
    "PathError",
    "ScopeError",
    "UnknownConceptError",
    "UnknownProfileError",
    "UnknownRuleError",
    "UnresolvedReferenceError",
]


class NgioCollectionsError(Exception):
    """The base of all errors of this library.

    Names and passwords in addresses are left out of what it says, which is often logged.
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*(without_user(one) if isinstance(one, str) else one for one in args))


class DocumentError(NgioCollectionsError):
    """A document cannot be read.

    Args:
        problem: What was found and what was expected, in one line.
        document: The address of the document, where it is known.
    """

    def __init__(self, problem: str, document: str | None = None) -> None:
        self.problem = without_user(problem)
        self.document = document
        super().__init__(problem if document is None else f"{document}: {problem}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problem, self.document)


class DocumentNotFoundError(DocumentError):
    """There is no file at the address."""


class DocumentAccessError(DocumentError):
    """The document cannot be reached: no permission, a folder in its place, no network."""


class ForbiddenError(DocumentError):
    """A guard refuses the access: a sandbox, an access policy, or a store that is read-only."""


class LimitExceededError(DocumentError):
    """A limit was reached before memory was; the message names the limit and how to raise it."""


class ConflictError(DocumentError):
    """The document is no longer the one that was read; nothing was written."""


class NotJsonError(DocumentError):
    """The content is not JSON, or is JSON of which only a part could be kept.

    That is an object with a key twice, or an integer of more digits than Python reads.
    """


class NotOmeError(DocumentError):
    """The content is JSON, but holds no node at `ome` or `attributes.ome`."""


class PathError(NgioCollectionsError, ValueError):
    """A path or an address cannot be understood."""


class UnresolvedReferenceError(NgioCollectionsError, LookupError):
    """A reference cannot be followed; the message says which, and why."""


class NoTransformationError(NgioCollectionsError, LookupError):
    """No transformations lead from one coordinate system to another, or back."""


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


class UnknownRuleError(NgioCollectionsError):
    """There is no such rule, group of rules, or beginning of the id of one.

    Args:
        name: What was asked for.
        known: What there is.
        problem: What is wrong, where there is such a rule, but not in a profile.

    Attributes:
        problem: The error without what to do about it in Python.
    """

    def __init__(self, name: str, known: tuple[str, ...], *, problem: str = "") -> None:
        self.name = name
        self.known = known
        if problem:
            self.problem = problem
            super().__init__(problem)
            return
        # Closer than usual: names of rules are made of few words, and most short words are near.
        mixed = [one for one in known if sorted(one) == sorted(name)]
        near = mixed or difflib.get_close_matches(name, known, n=3, cutoff=0.75)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        self.problem = f"there is no rule or group of rules {name!r}{hint}"
        super().__init__(self.problem if near else f"{self.problem}; ngc.rules().ids lists them")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.known), {"problem": self.problem, "args": self.args}


class ScopeError(NgioCollectionsError):
    """A rule reads more around its subject than its scope says."""
