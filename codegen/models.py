"""The models: datamodel-code-generator makes the classes, this module prepares and finishes them.

What goes into the generator is a schema with classes only: unions, refinements and
scalars are replaced by names that a template defines. What comes out is finished in
three steps: lists become tuples, fields that may be absent say so, and the
configuration that every class would repeat is left to the base class.
"""

from __future__ import annotations

import ast
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from datamodel_code_generator import GenerateConfig, generate
from pydantic import BaseModel

from codegen.errors import GenerationError
from codegen.keywords import step
from codegen.lineage import effective_properties, ordered
from codegen.reading import JsonObject, known
from codegen.shapes import ConceptIR, PropertyIR, TypeIR

__all__ = ["TAKEN", "render_classes"]

_PATH_OPTIONS: Final = {"input_filename", "output"}
_PLACEHOLDER: Final = "generated_names"
"""The module that dcg believes the names of the template to come from."""
_TEXT: Final = "A text."
"""What dcg is given for every description, since it does not escape them."""
TAKEN: Final = {*dir(BaseModel), "extra", "from_json", "to_json"}
"""What a field would hide of a model."""


def _named(name: str) -> JsonObject:
    return {"customTypePath": f"{_PLACEHOLDER}.{name}"}


def _type_schema(concepts: dict[str, ConceptIR], type_: TypeIR) -> JsonObject:
    """What dcg is given for a type."""
    if type_.nullable:
        bare = TypeIR(type_.kind, type_.name, type_.value, type_.limits, type_.item)
        return {"anyOf": [_type_schema(concepts, bare), {"type": "null"}]}
    limits = dict(type_.limits)
    if type_.kind == "const":
        return {"const": type_.value}
    if type_.kind == "array":
        assert type_.item is not None
        return {"type": "array", "items": _type_schema(concepts, type_.item), **limits}
    if type_.kind == "concept":
        target = concepts[type_.name]
        if target.kind == "object":
            return {"$ref": f"#/$defs/{target.class_name}"}
        return _named(target.class_name)
    if type_.kind == "scalar" and type_.name in ("number", "integer"):
        return {**_named(f"Json{type_.name.capitalize()}"), **limits}
    if type_.kind == "scalar":
        return {"type": type_.name, **limits}
    return {}


def _class_schema(concepts: dict[str, ConceptIR], concept: ConceptIR) -> JsonObject:
    """What dcg is given for a class; the texts are put in when it is finished."""
    body: JsonObject = {"type": "object", "properties": {}}
    for prop in concept.properties:
        schema = _type_schema(concepts, prop.type)
        body["properties"][prop.key] = {**schema, "description": _TEXT}
    required = [p.key for p in concept.properties if p.required]
    if required:
        body["required"] = required
    if not concept.bases:
        return {"title": concept.class_name, "description": _TEXT, **body}
    bases = [{"$ref": f"#/$defs/{concepts[b].class_name}"} for b in concept.bases]
    return {"title": concept.class_name, "description": _TEXT, "allOf": [*bases, body]}


def _options() -> JsonObject:
    """Every option of the generator, explicitly, so that no default can change under us."""
    options: JsonObject = json.loads(
        (Path(__file__).parent / "dcg_options.json").read_text("utf-8")
    )
    known = set(GenerateConfig.model_fields) - _PATH_OPTIONS
    if set(options) != known:
        raise GenerationError(
            "codegen/dcg_options.json",
            f"lacks the options {sorted(known - set(options))} of the installed "
            f"datamodel-code-generator and has {sorted(set(options) - known)}, which it does not "
            "know; decide on each",
        )
    return options


def _run(schema: JsonObject) -> str:
    config = GenerateConfig.model_validate(_options())
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "composed.schema.json"
        target = Path(folder) / "models.py"
        source.write_text(json.dumps(schema), encoding="utf-8")
        generate(source, config=config.model_copy(update={"output": target}))
        return target.read_text(encoding="utf-8")


class _Tuples(ast.NodeTransformer):
    """`list[X]` becomes `tuple[X, ...]`."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "list":
            elements: list[ast.expr] = [node.slice, ast.Constant(...)]
            return ast.Subscript(
                ast.Name("tuple", ast.Load()), ast.Tuple(elements, ast.Load()), ast.Load()
            )
        return node


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _without_none(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _is_none(node.right):
        return node.left
    return node


def _split(annotation: ast.expr) -> tuple[ast.expr, list[ast.keyword]]:
    """An annotation without `Annotated[..., Field(...)]`, and the arguments of the field."""
    if (
        isinstance(annotation, ast.Subscript)
        and isinstance(annotation.value, ast.Name)
        and annotation.value.id == "Annotated"
        and isinstance(annotation.slice, ast.Tuple)
    ):
        inner, call = annotation.slice.elts
        assert isinstance(call, ast.Call)
        return inner, call.keywords
    return annotation, []


def _annotated(inner: ast.expr, keywords: list[ast.keyword]) -> ast.expr:
    if not keywords:
        return inner
    call = ast.Call(ast.Name("Field", ast.Load()), [], keywords)
    return ast.Subscript(
        ast.Name("Annotated", ast.Load()), ast.Tuple([inner, call], ast.Load()), ast.Load()
    )


def _finish_field(statement: ast.AnnAssign, prop: PropertyIR) -> ast.AnnAssign:
    inner, keywords = _split(statement.annotation)
    alias = [k for k in keywords if k.arg == "alias"]
    limits = [k for k in keywords if k.arg != "alias"]
    nullable = prop.type.nullable
    if not prop.required and not nullable:
        inner = _without_none(inner)
    inner = _annotated(inner, limits)
    if prop.required:
        statement.value = None
    else:
        inner = ast.Subscript(ast.Name("Maybe", ast.Load()), inner, ast.Load())
        statement.value = ast.Name("ABSENT", ast.Load())
    statement.annotation = _annotated(inner, alias)
    return statement


def _alias_of(statement: ast.AnnAssign) -> str:
    for keyword in _split(statement.annotation)[1]:
        if keyword.arg == "alias" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    assert isinstance(statement.target, ast.Name)
    return statement.target.id


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _text(value: str) -> ast.Expr:
    return ast.Expr(ast.Constant(value.strip()))


def _check_name(concept: ConceptIR, key: str, statement: ast.AnnAssign) -> None:
    assert isinstance(statement.target, ast.Name)
    name = statement.target.id
    if name in TAKEN or name.startswith(("model_", "__")):
        raise GenerationError(
            concept.at(f"/properties{step(key)}"),
            f"would become the field `{name}`, a name that every model uses itself; expected "
            f"another. Add {json.dumps({key: 'another_name'})} with a name of your choice to "
            "`aliases` in codegen/dcg_options.json; the key stays as it is in JSON",
        )


def _finish_class(
    concept: ConceptIR, node: ast.ClassDef, properties: dict[str, PropertyIR]
) -> set[str]:
    """Finish the fields of a class in place, and put the texts in.

    Returns:
        The keys of the properties that were met.
    """
    body: list[ast.stmt] = [_text(f"{concept.description}\n\nDefined in {concept.rfc}.")]
    met: set[str] = set()
    for statement in node.body:
        if isinstance(statement, (ast.Assign, ast.Pass)) or _is_text(statement):
            continue  # `model_config`, which the base class has, and texts, which are put in.
        if not isinstance(statement, ast.AnnAssign):
            body.append(statement)
            continue
        key = _alias_of(statement)
        if key not in properties:
            raise GenerationError(
                concept.at(""), f"became a class with a field {key!r} that no schema has"
            )
        _check_name(concept, key, statement)
        met.add(key)
        body += [_finish_field(statement, properties[key]), _text(properties[key].description)]
    node.body = body
    return met


def render_classes(concepts: dict[str, ConceptIR]) -> str:
    """Make the source of the model classes of a profile.

    Args:
        concepts: The concepts of the profile.

    Returns:
        Class definitions without imports, in an order in which bases come first.

    Raises:
        GenerationError: A property did not become a field, or the other way round.
    """
    objects = [c for c in ordered(concepts) if c.kind == "object"]
    definitions: dict[str, Any] = {c.class_name: _class_schema(concepts, c) for c in objects}
    dialect = "https://json-schema.org/draft/2020-12/schema"
    tree = ast.parse(_run({"$schema": dialect, "$defs": definitions}))
    classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
    if extra := set(classes) - set(definitions):
        raise GenerationError(
            "datamodel-code-generator", f"made unexpected classes: {sorted(extra)}"
        )
    out: list[str] = []
    for concept in objects:
        node = _Tuples().visit(classes[concept.class_name])
        met = _finish_class(concept, node, effective_properties(concepts, concept))
        if lost := {p.key for p in concept.properties} - met:
            raise GenerationError(
                concept.at("/properties"),
                f"the properties {known(lost)} got lost on the way to a class; rename them",
            )
        out.append(ast.unparse(ast.fix_missing_locations(node)))
    return "\n\n\n".join(out)
