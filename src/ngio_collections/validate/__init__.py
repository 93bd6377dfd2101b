"""Checking documents against a profile: structure from the models, rules by hand."""

from __future__ import annotations

from ngio_collections.validate._engine import validate_document
from ngio_collections.validate._findings import Finding, json_pointer
from ngio_collections.validate._profiles import load_profile, package_of

__all__ = ["Finding", "json_pointer", "load_profile", "package_of", "validate_document"]
