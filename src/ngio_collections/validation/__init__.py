"""Checking documents against a profile: structure from the models, rules by hand."""

from __future__ import annotations

from ngio_collections._contract import json_pointer
from ngio_collections.validation._engine import validate_document
from ngio_collections.validation._findings import Finding
from ngio_collections.validation._profiles import load_profile, package_of
from ngio_collections.validation._reference import SchemaError, schema_errors

__all__ = [
    "Finding",
    "SchemaError",
    "json_pointer",
    "load_profile",
    "package_of",
    "schema_errors",
    "validate_document",
]
