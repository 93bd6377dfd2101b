"""The reference engine: the bundled schemas given to the `jsonschema` package.

It knows only what JSON Schema can say, and says it in terms of schemas. Our own engine
must come to the same verdict about it, which the conformance tests hold.
"""

from __future__ import annotations

import importlib
import importlib.resources
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from ngio_collections._contract import json_pointer
from ngio_collections.document import parse_document
from ngio_collections.errors import MissingExtraError
from ngio_collections.validation._profiles import package_of

__all__ = ["SchemaError", "schema_errors"]


@dataclass(frozen=True, slots=True)
class SchemaError:
    """What a JSON Schema validator says about one place of a document.

    Attributes:
        pointer: The place in the document, as a JSON Pointer.
        schema_pointer: The keyword that it does not meet, as a JSON Pointer into the
            bundled schema.
        message: The words of the validator.
    """

    pointer: str
    schema_pointer: str
    message: str


@cache
def _validator(profile: str, revision: str) -> Any:
    package = package_of(profile, revision)
    try:
        jsonschema = importlib.import_module("jsonschema")
    except ImportError as error:
        raise MissingExtraError("jsonschema", "the reference engine") from error
    text = (importlib.resources.files(package) / "schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def schema_errors(
    data: bytes | str | dict[str, Any], *, profile: str = "ngio", revision: str = "v1-2026-08"
) -> list[SchemaError]:
    """Give a document to the `jsonschema` package, with the bundled schema of a profile.

    Needs the extra `jsonschema`. For findings that say what to do use
    `validate_document`, which also checks what no schema can say.

    Args:
        data: The document, parsed or as JSON text.
        profile: `rfc8` or `ngio`.
        revision: The revision of RFC-8.

    Returns:
        What the validator reports, in its order; nothing for a document that fits.

    Raises:
        MissingExtraError: The package `jsonschema` is not installed.
        NotJsonError: The text is not JSON.
        UnknownProfileError: There is no such profile at that revision.

    Examples:
        >>> import ngio_collections as ngc
        >>> node = {"type": "collection", "version": "0.9", "id": "a", "nodes": []}
        >>> ngc.schema_errors({"ome": node})
        []
    """
    validator = _validator(profile, revision)
    return [
        SchemaError(
            json_pointer(tuple(error.absolute_path)),
            json_pointer(tuple(error.absolute_schema_path)),
            error.message,
        )
        for error in validator.iter_errors(parse_document(data))
    ]
