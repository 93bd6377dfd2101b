"""Ids that say in which document they were: `well_A01--image--0`."""

from __future__ import annotations

from typing import Final

__all__ = ["BORROWED", "MIDDLE", "NUMBERED", "SEPARATOR", "encoded_id", "id_parts"]

SEPARATOR: Final = "--"
"""Between the id of the place of a document and an id of that document."""

_ESCAPE: Final = "-x"
NUMBERED: Final = "-n"
"""The place of a reference without an id, or with one that another reference has too."""
BORROWED: Final = "-r"
"""The place of a reference that has the id of its target, which something beside it has too."""
MIDDLE: Final = "-m"
"""The documents between a reference and its content, whose roots are references themselves."""


def encoded_id(id_: str) -> str:
    """An id as a part of a namespaced one, so that the parts can be told apart again.

    Ids without two hyphens in a row, and without one at either end, stay as they are.

    Examples:
        >>> encoded_id("A01_nuclei"), encoded_id("a--b")
        ('A01_nuclei', '-x612d2d62')
    """
    if SEPARATOR in id_ or id_.startswith("-") or id_.endswith("-"):
        return _ESCAPE + id_.encode("utf-8", "surrogatepass").hex()
    return id_


def id_parts(id_: str) -> tuple[str, ...]:
    """The parts of a namespaced id: the places from the outside in, and the id itself.

    Args:
        id_: An id of a document that was written with `ids="namespaced"`.

    Returns:
        The ids of the references on the way, and the id in its own document last; one part
        for what was in the outermost document. A reference that had no id, or one that
        something beside it had too, has a part that begins with a hyphen. Of an id that was
        not written like that, the parts mean nothing.

    Examples:
        >>> import ngio_collections as ngc
        >>> ngc.id_parts("well_A01--image--0")
        ('well_A01', 'image', '0')
    """
    parts: list[str] = []
    rest = id_
    while rest:
        # A part never begins with a separator: what follows is the sign of an escape.
        end = rest.find(SEPARATOR, 1)
        part, rest = (rest, "") if end < 0 else (rest[:end], rest[end + len(SEPARATOR) :])
        parts.append(part)
    return tuple(map(_decoded, parts))


def _decoded(part: str) -> str:
    """A part of an id as it was; what was not written by `encoded_id` stays as it is."""
    if not part.startswith(_ESCAPE):
        return part
    try:
        return bytes.fromhex(part.removeprefix(_ESCAPE)).decode("utf-8", "surrogatepass")
    except ValueError:
        return part
