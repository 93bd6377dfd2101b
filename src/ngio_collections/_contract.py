"""What the generated catalogue and the rule engine agree on.

Everything here is plain data without pydantic, so that the generated modules
can be imported by any layer. The generator writes instances of `Rule`,
`Concept`, `Field` and `Link`, and one stub per rule; the bodies of the stubs
are written by hand in `ngio_collections.validation.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

__all__ = [
    "ALL",
    "Check",
    "Concept",
    "Context",
    "Declaration",
    "Field",
    "Level",
    "Link",
    "MissingBodyError",
    "NodeEntry",
    "Pointer",
    "Rule",
    "RuleBody",
    "RuleStub",
    "Scope",
    "Subject",
    "Violation",
    "json_pointer",
    "rule_stub",
]

ALL: Final = -1
"""In a `Scope`: without a limit."""

Pointer: TypeAlias = tuple[str | int, ...]
"""A JSON Pointer in parts: keys of objects and positions in arrays."""


def json_pointer(parts: Pointer) -> str:
    """Write a place as a JSON Pointer.

    Examples:
        >>> json_pointer(("ome", "nodes", 0, "a/b"))
        '/ome/nodes/0/a~1b'
    """
    return "".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in parts)


JsonValue: TypeAlias = Any
"""A value as a JSON parser gives it. Rule bodies read raw, possibly wrong values."""


class Level(StrEnum):
    """How strongly RFC 2119 words a rule."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise ValueError(f"there is no level {value!r:.80}; expected {', '.join(cls)}")


class Check(StrEnum):
    """How a rule is checked."""

    SCHEMA = "schema"
    """The JSON Schemas say it."""
    CODE = "code"
    """A hand-written body says it."""
    READER = "reader"
    """Only the behaviour of a reader can meet it; no document can break it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule may read around its subject; `ALL` is without a limit.

    Attributes:
        ancestors: How many of the nodes that hold the subject.
        descendants: How many levels of nodes below it.
        references: Whether what it refers to.
        keys: What it reads of these ancestors and descendants beside their type and id:
            fields such as `name`, attributes such as `attributes/plate`, and what is at one key
            of an attribute, such as `attributes/plate/rows`.
    """

    ancestors: int = 0
    descendants: int = 0
    references: bool = False
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue in `schemas/rules/`.

    Attributes:
        id: The name of the rule, as findings carry it.
        number: The position of the requirement in the list of all
            requirements of RFC-8; one requirement may need several rules.
        level: How strongly the RFC words it.
        rfc: The section that it comes from.
        statement: What is required, in one sentence.
        fix: What a person does about a finding; empty for reader behaviour.
        check: How it is checked.
        scope: What it may read around its subject.
        applies_to: The concepts that it is run on.
        profiles: The profiles that hold it.
        revisions: The revisions of the RFC that hold it.
        group: The file of the catalogue, and the module of the body; for rules that are not in
            the catalogue the part of their id before the colon.
    """

    id: str
    number: int
    level: Level
    rfc: str
    statement: str
    fix: str
    check: Check
    scope: Scope
    applies_to: tuple[str, ...]
    profiles: tuple[str, ...]
    revisions: tuple[str, ...]
    group: str


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a concept: what it holds and which rules say so.

    Attributes:
        rule: The rule that a wrong value breaks.
        missing_rule: The rule that a missing value breaks.
        expected: What is expected, in words: first for the value itself,
            then for the items of an array, and so on.
    """

    rule: str
    missing_rule: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A property of a concept that holds another concept, or an array of it."""

    key: str
    concept: str
    many: bool


@dataclass(frozen=True, slots=True)
class Concept:
    """One schema file, as the engine needs it.

    Attributes:
        name: The name of the schema file without its ending.
        kind: `object`, `union` or `refinement` (a concept plus conditions).
        model: The generated model class, empty where there is none.
        rule: The rule that a value of the wrong kind breaks.
        bases: The concepts that it builds on.
        fields: What is known about each property, those of bases included.
        links: The properties that hold other concepts, those of bases included.
        constraints: The rules of the schema that need a hand-written body.
        dispatch: For a union, how a member is chosen: by the property `type`
            (`type`) or by the kind of JSON value (`json-type`).
        members: For a union, the concept for each value of `type`; the key
            `:` stands for every prefixed type. For `json-type`, the concept
            for `object`.
    """

    name: str
    kind: str
    model: str
    rule: str
    bases: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    constraints: tuple[str, ...] = ()
    dispatch: str = ""
    members: Mapping[str, str] = field(default_factory=dict)


class Violation(NamedTuple):
    """What a rule body found.

    Attributes:
        found: What is there, as the beginning of a sentence.
        expected: What should be there; the statement of the rule if empty.
        at: Where, counted from the subject.
    """

    found: str
    expected: str = ""
    at: Pointer = ()


class NodeEntry(Protocol):
    """One node of a document, with its place in it. Two are equal if they are the same node.

    Attributes:
        value: The node as it was parsed; for rules of others a read-only view of it.
        type: Its `type`, or an empty string where that is no string.
        id: Its `id`, or None where that is no string.
    """

    @property
    def value(self) -> Mapping[str, JsonValue]: ...

    @property
    def type(self) -> str: ...

    @property
    def id(self) -> str | None: ...

    @property
    def parent(self) -> NodeEntry | None:
        """The node that holds it, None for the root of the document."""

    @property
    def is_root(self) -> bool:
        """Whether it is the root of the document."""

    @property
    def root(self) -> NodeEntry:
        """The root of the document, the node itself if it is that."""

    @property
    def attributes(self) -> Mapping[str, JsonValue]:
        """The attributes, empty where there are none or they are no object."""

    @property
    def pointer(self) -> Pointer:
        """Its place in the document."""

    def ancestors(self) -> Iterator[NodeEntry]:
        """The nodes that hold this one, nearest first."""

    def nearest(self, attribute: str) -> NodeEntry | None:
        """The nearest of the nodes that hold this one whose attributes have a key.

        None if there is none. In a deep document that costs less than going through all of them.
        """

    def children(self) -> Iterator[NodeEntry]:
        """The nodes that this one holds, in order."""


class Declaration(NamedTuple):
    """Something in a document that has an id.

    Attributes:
        kind: `node`, `coordinate-system`, `row`, `column` or `acquisition`.
        value: The object that has the id.
        node: The node that it is, or in whose attributes it stands.
        at: Its place in that node.
    """

    kind: str
    value: Mapping[str, JsonValue]
    node: NodeEntry
    at: Pointer

    @property
    def pointer(self) -> Pointer:
        """Its place in the document."""
        return (*self.node.pointer, *self.at)


class Subject(NamedTuple):
    """A value that a rule is run on, with its place.

    Attributes:
        concept: The concept through which it was reached.
        value: The value as it was parsed; an object, or for a union by kind
            of JSON value whatever the document has. Rules of others get a read-only view.
        node: The node that it is, or in whose attributes it stands.
        at: Its place in that node.
        parent: The subject that holds it, None for a node.
        key: The property of the parent that holds it.
    """

    concept: str
    value: JsonValue
    node: NodeEntry
    at: Pointer = ()
    parent: Subject | None = None
    key: str = ""

    @property
    def pointer(self) -> Pointer:
        """Its place in the document."""
        return (*self.node.pointer, *self.at)


class Context(Protocol):
    """What a rule body may ask about the document around its subject."""

    @property
    def revision(self) -> str:
        """The revision of RFC-8 that is checked against."""

    @property
    def profile(self) -> str:
        """The profile that is checked against."""

    @property
    def url(self) -> str | None:
        """The address of the document, where it is known."""

    @property
    def envelope(self) -> str:
        """`zarr` for a node at `attributes.ome`, `json` for one at `ome`."""

    @property
    def document(self) -> Mapping[str, JsonValue]:
        """The whole document, for what stands beside its node; nodes are what entries are for.

        After an edit no rule runs again because it read a node here.
        """

    def concept(self, name: str) -> Concept:
        """The concept with this name."""

    def declarations(self, id: str) -> tuple[Declaration, ...]:
        """Everything in the document that declares this id, in order."""

    def elsewhere(self, path: JsonValue, id: str) -> tuple[Declaration, ...] | None:
        """Everything that declares an id in the document that a path leads to.

        None where that document is not at hand: only views hold more than one.
        """

    def unfollowed(self, node: NodeEntry) -> str | None:
        """Why the `path` of a node led to no node when a view was opened.

        None where it did, or where nobody tried.
        """

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        """Every id that is declared more than once, with its declarations."""


RuleBody: TypeAlias = Callable[[Subject, Context], Iterator[Violation]]
"""What a person writes for a stub."""


class MissingBodyError(Exception):
    """A rule of the catalogue has no hand-written body."""

    def __init__(self, rule: str, group: str) -> None:
        super().__init__(
            f"The rule {rule!r} has no body. Write one in "
            f"src/ngio_collections/validation/rules/{group}.py."
        )


class RuleStub:
    """The generated declaration of a rule that needs a hand-written body."""

    def __init__(self, rule: str, group: str, declaration: RuleBody) -> None:
        self.rule = rule
        self.group = group
        self.__doc__ = declaration.__doc__

    def __repr__(self) -> str:
        return f"<RuleStub {self.rule}>"


def rule_stub(rule: str, group: str) -> Callable[[RuleBody], RuleStub]:
    """Make a stub of a generated declaration."""

    def make(declaration: RuleBody) -> RuleStub:
        return RuleStub(rule, group, declaration)

    return make
