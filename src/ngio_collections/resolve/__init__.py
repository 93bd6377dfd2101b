"""From a reference to what it refers to: reading many documents as one tree, and writing back."""

from __future__ import annotations

from ngio_collections.resolve._follow import follow
from ngio_collections.resolve._namespaced import id_parts
from ngio_collections.resolve._policy import AccessPolicy, Limits
from ngio_collections.resolve._reader import Progress
from ngio_collections.resolve._report import KINDS, Report, Unfollowed
from ngio_collections.resolve._save import Saved
from ngio_collections.resolve._strategy import ATTRIBUTES, IDS, Inlining
from ngio_collections.resolve._work import (
    Streaming,
    Work,
    awaited,
    awaited_stream,
    blocking,
    blocking_stream,
)

__all__ = [
    "ATTRIBUTES",
    "IDS",
    "KINDS",
    "AccessPolicy",
    "Inlining",
    "Limits",
    "Progress",
    "Report",
    "Saved",
    "Streaming",
    "Unfollowed",
    "Work",
    "awaited",
    "awaited_stream",
    "blocking",
    "blocking_stream",
    "follow",
    "id_parts",
]
