"""Ids that are made from something: of legal characters, the same every time, not there twice."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final, Protocol
from urllib.parse import unquote

from ngio_collections.mend._reading import Declaration, NodeEntry

__all__ = ["Taken", "is_legal", "made_from", "new_id", "sanitised"]

# The pattern of the schema `identifier`; a test holds the two together.
_LEGAL: Final = re.compile(r"[a-zA-Z0-9\-_.]+")
_ILLEGAL: Final = re.compile(r"[^a-zA-Z0-9\-_.]+")
_LONGEST: Final = 60


def is_legal(id: Any) -> bool:
    """Whether a value is an id (RFC-8, "Reference")."""
    return isinstance(id, str) and _LEGAL.fullmatch(id) is not None


def sanitised(text: str) -> str:
    """A text with legal characters only; empty if nothing of it is left.

    Examples:
        >>> sanitised("nuclei 1"), sanitised("Größe / µm"), sanitised("細胞")
        ('nuclei_1', 'Gro_e_um', '')
    """
    plain = unicodedata.normalize("NFKD", text.replace("\u00b5", "u").replace("\u03bc", "u"))
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    made = _ILLEGAL.sub("_", plain)[:_LONGEST]
    return made.strip("_") if made != text else made


class Taken(Protocol):
    """The ids that there are, such as a set of them."""

    def __contains__(self, id: str, /) -> bool: ...

    def add(self, id: str, /) -> None: ...


def new_id(bases: Iterable[str], taken: Taken) -> str:
    """The first of several ids that is not taken, with a number if all are.

    Args:
        bases: Ids to choose from; empty ones do not count.
        taken: The ids that there are; the new one is added.

    Examples:
        >>> new_id(["raw", "A01_raw"], {"raw"}), new_id(["raw"], {"raw", "raw-2"})
        ('A01_raw', 'raw-3')
    """
    choices = [base for base in bases if is_legal(base)]
    found = next((base for base in choices if base not in taken), None)
    if found is None:
        numbered = (f"{choices[0]}-{number}" for number in itertools.count(2))
        found = next(id_ for id_ in numbered if id_ not in taken)
    taken.add(found)
    return found


def made_from(declared: Declaration, text: str | None, url: str | None = None) -> list[str]:
    """The ids that fit something best, from the best one on.

    Args:
        declared: What is to have an id.
        text: Its name, or the id that cannot stay; None if there is neither.
        url: The address of the document.

    Returns:
        Ids, none of which may be free: the text alone, the text with what tells it apart,
        and its place.
    """
    word = sanitised(text) if text else ""
    owner = _owner(declared)
    place = _place(declared)
    if not word and declared.kind == "node":
        path = declared.value.get("path")
        is_root = declared.node.parent is None
        file = unquote(url) if url is not None and is_root else None
        word = _from_path(path.get("path") if isinstance(path, dict) else file)
        if word and owner and declared.node.type == "singlescale":
            return [f"{owner}_{word}", word]  # Levels are called alike in every image.
    if not word:
        return [f"{owner}_{place}" if owner else place, place]
    apart = f"{declared.kind}_{word}" if declared.kind in ("row", "column", "acquisition") else ""
    return [word, apart, f"{owner}_{word}" if owner else "", f"{word}_{place}" if apart else word]


def _owner(declared: Declaration) -> str:
    """The id of the node that holds a node, or of the one that declares something else."""
    node: NodeEntry | None = declared.node
    if declared.kind == "node":
        node = declared.node.parent
    return sanitised(node.id) if node is not None and node.id else ""


def _place(declared: Declaration) -> str:
    """What something is, and where: `level_0`, `row_2`, `collection`."""
    last = declared.pointer[-1]
    word = declared.kind.replace("-", "_")
    if declared.kind == "node":
        names = {"singlescale": "level", "multiscale": "image"}
        word = names.get(declared.node.type) or sanitised(declared.node.type) or "node"
    return f"{word}_{last}" if isinstance(last, int) else word


def _from_path(text: Any) -> str:
    """The name of what a path leads to, without its ending; empty if there is none."""
    if not isinstance(text, str):
        return ""
    parts = [part for part in re.split(r"[/\\]", text.partition("?")[0]) if part.strip(".")]
    if parts and parts[-1] == "zarr.json":
        parts.pop()
    return sanitised(re.sub(r"\.(ome\.zarr|zarr|json)$", "", parts[-1])) if parts else ""
