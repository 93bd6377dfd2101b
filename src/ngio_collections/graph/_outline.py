"""The outline of a node: what `print` and a notebook show, short whatever the tree is."""

from __future__ import annotations

import html
import itertools
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ngio_collections.graph._node import Node
from ngio_collections.graph._segment import Raw, child_nodes
from ngio_collections.graph._state import Ref, TreeState

__all__ = ["outline", "outline_html"]

_LINES: Final = 200
_TEXT: Final = 48
"""How much of an id, a name, a type or an attribute key is shown, in characters."""
_PATH: Final = 96
"""The same for the path of a reference."""
_KEYS: Final = 4
"""How many attribute keys are shown."""

_BARE: Final = re.compile(r"[\w./:@%+~#-]+")
"""What is shown without quotation marks."""


def outline(node: Node, *, depth: int = 3, width: int = 12, lines: int = _LINES) -> str:
    """Draw a node and what is below it as an indented tree.

    A line has the type, the id, the name in quotation marks where it is another text, the
    first attribute keys in brackets, and an arrow to the target of a reference. Where nodes
    are left out it says how many. Characters that a terminal would obey, or that cannot be
    seen, are escaped, and long texts are clipped.

    Args:
        node: The node at the top.
        depth: How many levels below it are shown.
        width: How many children of a node are shown.
        lines: How many lines there are at most. Upper levels come first: the children of a
            node are shown if there is room for all that `width` allows.

    Returns:
        The lines, without a line feed at the end. Cost: O(nodes shown and their children);
        children that are not shown are only counted.

    Examples:
        >>> from ngio_collections.graph import new_node
        >>> wells = [new_node("well", id=f"A{n}", attributes={"well": {}}) for n in (1, 2, 3)]
        >>> plate = new_node("collection", id="p1", name="Plate 1", children=wells)
        >>> print(outline(plate, width=2))
        collection p1 "Plate 1"
          well A1 [well]
          well A2 [well]
          ... 1 more
    """
    drawn: list[str] = []
    stack: list[tuple[int, _Row | str]] = [(0, _rows(node, depth, width, lines))]
    while stack:
        level, row = stack.pop()
        text = row if isinstance(row, str) else " ".join(text for text, _ in row.parts())
        drawn.append("  " * level + text)
        if isinstance(row, _Row):
            stack.extend((level + 1, below) for below in reversed(row.below()))
    return "\n".join(drawn)


def outline_html(node: Node, *, depth: int = 3, width: int = 12, lines: int = _LINES) -> str:
    """Draw a node and what is below it as nested parts that can be opened, for notebooks.

    It shows what `outline` shows. There are no scripts, no links and no colours, and all
    texts of the tree are escaped.

    Args:
        node: The node at the top.
        depth: How many levels below it are shown.
        width: How many children of a node are shown.
        lines: How many nodes there are at most, with the notes about nodes left out.

    Returns:
        One HTML element. Cost: as that of `outline`.
    """
    made = [f'<div style="{_BLOCK}">']
    stack: list[_Row | str] = [_rows(node, depth, width, lines)]
    is_open = " open"  # Only the first one.
    while stack:
        row = stack.pop()
        if isinstance(row, str):
            made.append(row)
            continue
        below = row.below()
        if not below:
            made.append(f'<div style="{_LEAF}">{_html_line(row)}</div>')
            continue
        made.append(f'<details{is_open} style="{_INDENT}"><summary>{_html_line(row)}</summary>')
        is_open = ""
        stack.append("</details>")
        stack.extend(
            f'<div style="{_LEAF}{_FAINT}">{html.escape(item)}</div>'
            if isinstance(item, str)
            else item
            for item in reversed(below)
        )
    return "".join([*made, "</div>"])


_BLOCK: Final = "font-family:monospace;line-height:1.5;overflow-x:auto;white-space:nowrap"
_INDENT: Final = "margin:0 0 0 1.2em"
_LEAF: Final = "margin:0 0 0 2.2em;"
_FAINT: Final = "opacity:.7;"


def _html_line(row: _Row) -> str:
    # Each text is isolated, so that one that is read from right to left moves no other.
    return " ".join(
        f'<bdi style="{style}">{html.escape(text)}</bdi>' for text, style in row.parts()
    )


# -- which nodes are shown ---------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """A node that is shown.

    Attributes:
        raw: Its own fields.
        source: What its children are read from: its place in a tree with edits, else
            itself, so that no index is built to print a tree that was just opened.
        shown: Its children that are shown.
        hidden: How many are not.
    """

    raw: Raw
    source: Ref | Raw
    shown: list[_Row] = field(default_factory=list)
    hidden: int = 0

    def below(self) -> list[_Row | str]:
        """What comes below the line of the node."""
        more = [f"... {self.hidden:,} more"] if self.shown and self.hidden else []
        return [*self.shown, *more]

    def parts(self) -> Iterator[tuple[str, str]]:
        """The texts of the line, each with its style in HTML."""
        type_, id_, name = (_text(self.raw.get(key)) for key in ("type", "id", "name"))
        yield "?" if type_ is None else _word(type_), _FAINT
        yield "(no id)" if id_ is None else _word(id_), "font-weight:bold"
        if name is not None and name != id_:
            yield _quoted(name, _TEXT), ""
        attributes = self.raw.get("attributes")
        if isinstance(attributes, dict) and attributes:
            yield _keys(attributes), _FAINT
        path = self.raw.get("path")
        if isinstance(path, dict):
            target = _text(path.get("path"))
            yield "-> " + ("?" if target is None else _word(target, _PATH)), ""
        if self.hidden and not self.shown:
            yield f"... {self.hidden:,} more", _FAINT


def _rows(node: Node, depth: int, width: int, lines: int) -> _Row:
    """The nodes that are shown, breadth first, so that upper levels get the lines."""
    tree = node.tree
    segment, position = node.key
    raw = tree.raw(node.key)
    top = _Row(raw, node.key if tree.changes else segment.raw(position))
    waiting = deque([(top, 0)])
    room = lines - 1
    while waiting:
        row, level = waiting.popleft()
        # A line for each child that may be shown, and one to say how many are not.
        limit = max(width, 0) if level < depth else 0
        shown, row.hidden = _first(tree, row.source, limit)
        needed = len(shown) + bool(row.hidden)
        if needed > room:
            row.hidden += len(shown)
        elif shown:
            row.shown = shown
            room -= needed
            waiting.extend((child, level + 1) for child in shown)
    return top


def _first(tree: TreeState, source: Ref | Raw, limit: int) -> tuple[list[_Row], int]:
    """The first children of a node, and how many others there are."""
    if isinstance(source, tuple):
        refs = tree.children(source)
        shown = [_Row(tree.raw(ref), ref) for ref in itertools.islice(refs, limit)]
        return shown, sum(1 for _ in refs)
    items = child_nodes(source)
    nodes = (item for item in items if type(item) is dict)
    shown = [_Row(raw, raw) for raw in itertools.islice(nodes, limit)]
    return shown, list(map(type, items)).count(dict) - len(shown)


# -- texts that others wrote -----------------------------------------------------


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _keys(attributes: dict[str, Any]) -> str:
    keys = [_word(str(key)) for key in itertools.islice(attributes, _KEYS)]
    if len(attributes) > _KEYS:
        keys.append(f"+{len(attributes) - _KEYS:,}")
    return f"[{', '.join(keys)}]"


def _word(text: str, limit: int = _TEXT) -> str:
    """A text, in quotation marks if it could be taken for something else."""
    is_bare = len(text) <= limit and _BARE.fullmatch(text) and text.isprintable()
    return text if is_bare else _quoted(text, limit)


def _quoted(text: str, limit: int) -> str:
    """A text in quotation marks, escaped and clipped."""
    shown, room = [], limit
    for char in text[:limit]:
        piece = _ESCAPES.get(char) or (char if char.isprintable() else _escaped(char))
        room -= len(piece)
        if room < 0:
            break
        shown.append(piece)
    clipped = "" if len(shown) == len(text) else "..."
    return f'"{"".join(shown)}"{clipped}'


_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
