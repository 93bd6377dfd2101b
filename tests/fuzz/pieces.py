"""Random values of the format, from a schema that `codegen.fuzz` wrote.

hypothesis-jsonschema makes the pieces: a number of values for every alternative of
every definition, with a mark wherever a definition refers to another one. Values
and whole documents are put together from the pieces, which is a thousand times
faster than drawing each of them, and reaches larger ones.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from random import Random
from typing import Any, Final

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis_jsonschema import from_schema

from codegen.sources import JsonObject

__all__ = ["Pieces"]

_MARK: Final = "piece-"
_MARKS: Final = re.compile(rf"\b{_MARK}[0-9a-f]{{16}}\b")
_PREFIX: Final = "#/definitions/"


@functools.cache
def _draw(text: str, size: int, seed: int) -> tuple[Any, ...]:
    """Values of a schema, given as JSON so that equal schemas are drawn from once."""
    found: list[Any] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=size,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(from_schema(json.loads(text)))
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return tuple(found)


def _drawn(way: JsonObject, size: int, seed: int) -> list[Any]:
    """Values of an alternative, drawn once for all that differ in their marks only."""
    text = json.dumps(way, sort_keys=True)
    marks = list(dict.fromkeys(_MARKS.findall(text)))
    numbered = {mark: f"{_MARK}{number:016x}" for number, mark in enumerate(marks)}
    values = _draw(_MARKS.sub(lambda match: numbered[match[0]], text), size, seed)
    back = {number: mark for mark, number in numbered.items()}
    found: list[Any] = json.loads(
        _MARKS.sub(lambda match: back.get(match[0], match[0]), json.dumps(values))
    )
    return found


def _ways(definition: JsonObject) -> list[JsonObject]:
    ways: list[JsonObject] = definition.get("anyOf", [definition])
    return ways


def _full(way: JsonObject) -> JsonObject:
    """The same alternative with something everywhere: all keys, arrays that are not empty."""
    if way.get("type") == "object" and "properties" in way:
        return {**way, "required": [k for k, v in way["properties"].items() if v is not False]}
    if way.get("type") == "array" and way["maxItems"] and not way.get("minItems"):
        return {**way, "minItems": 1}
    return way


class Pieces:
    """The pieces of one fuzz schema.

    Args:
        schema: What `codegen.fuzz.fuzz_schema` returned.
        size: How many pieces are drawn for each alternative.
        seed: Other seeds give other pieces.
    """

    def __init__(self, schema: JsonObject, *, size: int, seed: int = 0) -> None:
        self._definitions: dict[str, JsonObject] = schema["definitions"]
        self._size = size
        self._seed = seed
        self._known: dict[str, str] = {}
        self._pieces: dict[str, list[tuple[Any, ...]]] = {}
        self._riches: dict[str, int] = {}
        self._root = [self._pieces_of(self._marked(schema["allOf"][0]))]

    def value(self, random: Random, *, budget: int = 60) -> Any:
        """Put a value together.

        Args:
            random: What chooses.
            budget: About how many pieces the value is made of; once they are used
                up, only the smallest ones are taken.

        Returns:
            A value that the schema accepts.
        """
        left = [budget]
        bias = random.random()
        return self._fill(self._choose(self._root, random, left, bias), random, left, bias)

    def _is_structure(self, name: str) -> bool:
        return any(way.get("type") == "object" for way in _ways(self._definitions[name]))

    def _marked(self, schema: Any) -> Any:
        """A schema with marks for objects, and without references."""
        if isinstance(schema, list):
            return [self._marked(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
            marked = {key: self._marked(value) for key, value in schema.items()}
            is_mark = str(marked["items"].get("const", "")).startswith(_MARK)
            return {"const": self._mark_of([marked])} if is_mark else marked
        if "$ref" not in schema:
            return {key: self._marked(value) for key, value in schema.items()}
        name = schema["$ref"].removeprefix(_PREFIX)
        if self._is_structure(name):
            return {"const": self._mark(name)}
        return self._marked(self._definitions[name])

    def _mark(self, name: str) -> str:
        """The mark of a definition, which tells its content, whatever its name is."""
        if name not in self._known:
            ways = [self._marked(way) for way in _ways(self._definitions[name])]
            self._known[name] = self._mark_of(ways)
            if name == "extra":
                self._riches[self._known[name]] = 0
        return self._known[name]

    def _mark_of(self, ways: list[JsonObject]) -> str:
        mark = _MARK + hashlib.sha256(json.dumps(ways, sort_keys=True).encode()).hexdigest()[:16]
        if mark not in self._pieces:
            self._pieces[mark] = [self._pieces_of(way) for way in ways]
            self._riches[mark] = 1 + max(self._rich(way[-1]) for way in self._pieces[mark])
        return mark

    def _pieces_of(self, way: JsonObject) -> tuple[Any, ...]:
        """The pieces of an alternative, the poorest first."""
        pieces = _drawn(way, self._size, self._seed)
        full = _full(way)
        if full != way:
            pieces += _drawn(full, self._size // 2, self._seed)
        return tuple(sorted(pieces, key=self._rich))

    def _rich(self, piece: Any) -> int:
        """How many pieces at most come with this one."""
        if isinstance(piece, dict):
            return sum(map(self._rich, piece.values()))
        if isinstance(piece, list):
            return sum(map(self._rich, piece))
        return self._riches.get(piece, 0) if isinstance(piece, str) else 0

    def _choose(
        self, ways: list[tuple[Any, ...]], random: Random, left: list[int], bias: float
    ) -> Any:
        if left[0] <= 0:
            return min((way[0] for way in ways), key=self._rich)
        left[0] -= 1
        way = random.choice(ways)
        if random.random() < bias:
            way = max(random.choices(ways, k=3), key=lambda w: self._rich(w[-1]))
        position = random.randrange(len(way))
        if random.random() < bias:
            position = max(position, random.randrange(len(way)))
        return way[position]

    def _fill(self, value: Any, random: Random, left: list[int], bias: float) -> Any:
        if isinstance(value, dict):
            # In any order, so that it is not always the same keys that get what is left.
            keys = random.sample(list(value), len(value))
            filled = {key: self._fill(value[key], random, left, bias) for key in keys}
            return {key: filled[key] for key in value}
        if isinstance(value, list):
            return [self._fill(item, random, left, bias) for item in value]
        if isinstance(value, str) and value in self._pieces:
            return self._fill(
                self._choose(self._pieces[value], random, left, bias), random, left, bias
            )
        return value
