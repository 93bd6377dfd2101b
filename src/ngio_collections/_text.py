"""Text that nobody has checked, made harmless for whatever shows it."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    r"""A text in one line, with everything that is not plainly visible as an escape.

    Examples:
        >>> print(printable("a\nb\u202e"))
        a\nb\u202e
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
