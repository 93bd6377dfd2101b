"""Quick checks: a plain function for each concept that says whether a value fits it.

They say yes or no and nothing else. Nearly every value of a real document fits, so that the
models, which say what is wrong, are asked about the few that do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from codegen.lineage import effective_properties
from codegen.shapes import ConceptIR, PropertyIR, TypeIR

__all__ = ["CHILDREN", "render_fits"]

CHILDREN: Final = "nodes"
"""The property that holds the children of a node, which are checked on their own."""

_TYPES: Final = {"string": "str", "boolean": "bool"}


class _Writer:
    """Writes the functions of one profile.

    Attributes:
        patterns: The regular expressions that they need, with the names of their functions.
    """

    def __init__(self, concepts: dict[str, ConceptIR]) -> None:
        self.concepts = concepts
        self.patterns: dict[str, str] = {}
        self._helpers: dict[str, list[str]] = {}

    def functions(self) -> Iterator[list[str]]:
        """The lines of each function, the helpers for items of arrays at the end."""
        for concept in self.concepts.values():
            if concept.dispatch != "envelope":
                yield self._function(concept)
        yield from self._helpers.values()

    def _function(self, concept: ConceptIR) -> list[str]:
        name = function_name(concept.name)
        if concept.scalar is not None:
            body = [f"return {self.condition(concept.scalar, 'value')}"]
        elif concept.kind == "refinement":
            body = [f"return {function_name(concept.refines)}(value)"]
        elif concept.kind == "union":
            body = self._union(concept)
        else:
            body = list(self._object(concept))
        return [
            f"def {name}(value: Any) -> bool:",
            f'    """Whether a value is one of the concept `{concept.name}`."""',
            *(f"    {line}" for line in body),
        ]

    def _union(self, concept: ConceptIR) -> list[str]:
        if concept.dispatch == "json-type":
            kinds = {"string": "str", "object": "dict"}
            tests = [
                f"(type(value) is {kinds[kind]} and {function_name(member)}(value))"
                for kind, member in concept.members.items()
            ]
            return [f"return {' or '.join(tests)}"]
        lines = [
            "if type(value) is not dict:",
            "    return False",
            'kind = value.get("type")',
            "if type(kind) is not str:",
            "    return False",
        ]
        for tag, member in concept.members.items():
            if tag != ":":
                lines += [
                    f"if kind == {json.dumps(tag)}:",
                    f"    return {function_name(member)}(value)",
                ]
        if ":" in concept.members:
            prefixed = function_name(concept.members[":"])
            return [*lines, f'return 0 < kind.find(":") < len(kind) - 1 and {prefixed}(value)']
        return [*lines, "return False"]

    def _object(self, concept: ConceptIR) -> Iterator[str]:
        yield "if type(value) is not dict:"
        yield "    return False"
        properties = effective_properties(self.concepts, concept)
        if properties:
            yield "get = value.get"
        for prop in properties.values():
            yield from self._property(prop)
        yield "return True"

    def _property(self, prop: PropertyIR) -> Iterator[str]:
        if prop.key == CHILDREN:
            condition = "type(found) is list"
        else:
            condition = self.condition(prop.type, "found")
        if condition == "True" and not prop.required:
            return
        yield f"found = get({json.dumps(prop.key)}, _ABSENT)"
        if condition == "True":
            yield "if found is _ABSENT:"
        elif prop.required:
            yield f"if not ({condition}):"
        else:
            yield f"if found is not _ABSENT and not ({condition}):"
        yield "    return False"

    def condition(self, type_: TypeIR, name: str) -> str:
        """An expression that says whether a variable has a type; `_ABSENT` has none but any."""
        bare = self._bare(type_, name)
        return f"({name} is None or {bare})" if type_.nullable and bare != "True" else bare

    def _bare(self, type_: TypeIR, name: str) -> str:
        if type_.kind == "any":
            return "True"
        if type_.kind == "const":
            kind = type(type_.value).__name__
            same = f"{name} == {type_.value!r}"
            return same if kind == "str" else f"type({name}) is {kind} and {same}"
        if type_.kind == "concept":
            scalar = self.concepts[type_.name].scalar
            if scalar is None:
                return f"{function_name(type_.name)}({name})"
            return self._bare(scalar, name)
        limits = self._limits(type_, name)
        if type_.kind == "array":
            assert type_.item is not None
            each = self._each(type_.item)
            items = [] if each == "" else [f"all(map({each}, {name}))"]
            return " and ".join([f"type({name}) is list", *limits, *items])
        return " and ".join([self._json_type(type_.name, name), *limits])

    def _json_type(self, kind: str, name: str) -> str:
        if kind in _TYPES:
            return f"type({name}) is {_TYPES[kind]}"
        real = f"type({name}) is float"
        if kind == "integer":  # JSON Schema counts 255.0 as an integer.
            real = f"({real} and {name}.is_integer())"
        return f"(type({name}) is int or {real})"

    def _limits(self, type_: TypeIR, name: str) -> list[str]:
        out = []
        for key, limit in type_.limits:
            if key == "pattern":
                out.append(f"{self._pattern(limit)}({name}) is not None")
            elif key in ("minLength", "minItems"):
                out.append(f"len({name}) >= {limit}")
            elif key in ("maxLength", "maxItems"):
                out.append(f"len({name}) <= {limit}")
            else:
                out.append(f"{name} {'>=' if key == 'minimum' else '<='} {limit!r}")
        return out

    def _pattern(self, text: str) -> str:
        return self.patterns.setdefault(text, f"_matches_{len(self.patterns) + 1}")

    def _each(self, item: TypeIR) -> str:
        """The name of a function that checks one item; empty for items of any type."""
        condition = self.condition(item, "value")
        if condition == "True":
            return ""
        if item.kind == "concept" and not item.nullable:
            return function_name(item.name)
        name = f"_{function_name(_words(item))}"
        self._helpers[name] = [f"def {name}(value: Any) -> bool:", f"    return {condition}"]
        return name


def _words(type_: TypeIR) -> str:
    """A name for a type, the same for the same type."""
    words = {"array": "array", "const": "constant", "any": "any"}.get(type_.kind, type_.name)
    if type_.item is not None:
        words = f"array_of_{_words(type_.item)}"
    if type_.limits or type_.kind == "const":
        said: list[Any] = [*type_.limits, type_.value]
        words += "_" + "".join(c if c.isalnum() else "_" for c in json.dumps(said))
    return words + ("_or_null" if type_.nullable else "")


def function_name(concept: str) -> str:
    """The name of the function of a concept: `coordinate-system` becomes `coordinate_system`."""
    return f"is_{concept.replace('-', '_')}"


def render_fits(concepts: dict[str, ConceptIR]) -> dict[str, Any]:
    """What the template of the quick checks needs.

    Args:
        concepts: The concepts of a profile.

    Returns:
        The source of the functions, the patterns, and the names of the functions by concept.
    """
    writer = _Writer(concepts)
    functions = ["\n".join(lines) for lines in writer.functions()]
    names = {c.name: function_name(c.name) for c in concepts.values() if c.dispatch != "envelope"}
    return {
        "functions": functions,
        "patterns": [(name, repr(text)) for text, name in writer.patterns.items()],
        "names": names,
    }
