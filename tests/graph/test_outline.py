"""The outline is short, true and harmless whatever the tree is."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ngio_collections.graph import Node, as_tree, new_node
from ngio_collections.graph._outline import outline, outline_html

TEXT = st.text(st.characters()) | st.sampled_from(
    ["\x1b[31m", "\u202eevil\u2066", "a\nb\r\u2028", "\ud800", "<script>", "\"'&<>", "x" * 5000]
)
NODE = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": TEXT,
            "id": TEXT | st.integers(),
            "name": TEXT,
            "attributes": st.dictionaries(TEXT, st.none(), max_size=7) | st.none(),
            "path": st.fixed_dictionaries({}, optional={"path": TEXT | st.none()}),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"nodes": st.lists(inner | st.integers(), max_size=6)}, optional={"type": TEXT, "id": TEXT}
    ),
    max_leaves=40,
)
HARMLESS = settings(max_examples=150)


class _Markup(HTMLParser):
    """Collects what a browser would see, and fails on elements that are not balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[tuple[str, str]] = set()
        self.nodes = 0
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen |= {(tag, name) for name, _ in attrs}
        self.seen.add((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


ALLOWED = {
    *((tag, "style") for tag in ("div", "details", "bdi")),
    *((tag, "") for tag in ("div", "details", "bdi", "summary")),
    ("details", "open"),
}


def _flat(count: int) -> Node:
    nodes = [{"type": "image", "id": str(n)} for n in range(count)]
    return as_tree({"type": "collection", "id": "flat", "nodes": nodes}).root


def _chain(depth: int) -> Node:
    raw: dict[str, Any] = {"type": "collection", "id": "bottom"}
    for n in range(depth):
        raw = {"type": "collection", "id": str(n), "nodes": [raw]}
    return as_tree(raw).root


def test_a_line_says_what_the_node_is() -> None:
    path = {"type": "json", "path": "./wells/A01.json"}
    keys = dict.fromkeys(["a", "b", "my:c", "d", "e", "f"], 1)
    root = new_node(
        "collection",
        id="p1",
        name="Plate 1",
        children=[
            new_node("well", id="A01", name="A01", ref=path),
            new_node("well", id="A02", attributes=keys),
        ],
    )
    assert outline(root).splitlines() == [
        'collection p1 "Plate 1"',
        "  well A01 -> ./wells/A01.json",
        "  well A02 [a, b, my:c, d, +2]",
    ]


def test_what_is_missing_or_wrong_is_said() -> None:
    nodes = [{"id": 5, "name": None}, 7, {"type": "x y", "id": "", "path": {"path": 1}}]
    assert outline(as_tree({"nodes": nodes}).root).splitlines() == [
        "? (no id)",
        "  ? (no id)",
        '  "x y" "" -> ?',
    ]


def test_children_beyond_the_width_are_counted() -> None:
    lines = outline(_flat(4_792)).splitlines()
    assert len(lines) == 14
    assert lines[1] == "  image 0"
    assert lines[-1] == "  ... 4,780 more"


@pytest.mark.parametrize("width", [0, -3])
def test_without_width_the_line_has_the_count(width: int) -> None:
    assert outline(_flat(3), width=width) == "collection flat ... 3 more"


def test_levels_beyond_the_depth_are_counted() -> None:
    assert outline(_chain(9), depth=1).splitlines() == [
        "collection 8",
        "  collection 7 ... 1 more",
    ]
    assert outline(_chain(9), depth=0) == "collection 8 ... 1 more"


def test_a_node_below_the_root_has_its_own_outline() -> None:
    middle = next(_chain(3).children())
    assert outline(middle, depth=1).splitlines() == [
        "collection 1",
        "  collection 0 ... 1 more",
    ]


def test_content_of_extension_types_is_no_node() -> None:
    root = as_tree({"type": "my:type", "id": "a", "nodes": [{"id": "b"}]}).root
    assert outline(root) == "my:type a"


def test_upper_levels_get_the_lines() -> None:
    wells = [{"type": "w", "id": str(n), "nodes": [{"id": "x"}] * 5} for n in range(10)]
    lines = outline(as_tree({"type": "c", "id": "r", "nodes": wells}).root, lines=22).splitlines()
    assert [line for line in lines if line.startswith("  w")] == [
        *("  w 0", "  w 1"),
        *(f"  w {n} ... 5 more" for n in range(2, 10)),
    ]


def test_if_there_is_no_room_for_all_children_none_is_shown() -> None:
    assert outline(_flat(10), lines=10) == "collection flat ... 10 more"
    assert len(outline(_flat(10), lines=11).splitlines()) == 11


def test_edits_are_seen() -> None:
    root = _flat(3)
    edited = root.add(new_node("well", id="new"))
    edited = next(edited.children()).remove()
    child = next(edited.children()).set_attr("k", 1)
    assert outline(child).splitlines() == [
        "collection flat",
        "  image 1 [k]",
        "  image 2",
        "  well new",
    ]
    assert outline(child, width=1).endswith("  ... 2 more")
    assert outline(root).splitlines()[1:] == ["  image 0", "  image 1", "  image 2"]


@pytest.mark.parametrize("draw", [outline, outline_html])
def test_a_tree_that_was_just_opened_is_drawn_without_an_index(draw: Any) -> None:
    root = _flat(100_000)
    assert "... 99,988 more" in draw(root)
    assert root.key[0]._raws is None


@pytest.mark.parametrize("draw", [outline, outline_html])
def test_children_that_are_not_shown_get_no_handles(
    draw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _flat(100_000).add(new_node("well", id="new"))

    def refuse(*_args: object) -> None:
        raise AssertionError("a handle was made")

    monkeypatch.setattr(Node, "__init__", refuse)
    assert "... 99,989 more" in draw(root)


@pytest.mark.parametrize("edit", [False, True])
def test_a_deep_chain_is_drawn(edit: bool) -> None:
    root = _chain(5_000).set_attr("a", 1) if edit else _chain(5_000)
    assert len(outline(root).splitlines()) == 4
    assert len(outline(root, depth=10**6).splitlines()) == 200
    _Markup(outline_html(root, depth=10**6))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\r", '"a\\nb\\tc\\r"'),
        ("\x1b[31mred", '"\\x1b[31mred"'),
        ("\u202eabc\u2066", '"\\u202eabc\\u2066"'),
        ("\ud800", '"\\ud800"'),
        ("\U000e0001", '"\\U000e0001"'),
        ("\u00a0\u2028\u200b\ufeff", '"\\xa0\\u2028\\u200b\\ufeff"'),
        ('say "a\\b"', '"say \\"a\\\\b\\""'),
        ("a b", '"a b"'),
        ("[x]", '"[x]"'),
        ("", '""'),
        ("Zürich", "Zürich"),
        ("细胞-1", "细胞-1"),
        ("x" * 48, "x" * 48),
        ("x" * 49, '"' + "x" * 48 + '"...'),
        ("\x00" * 10**6, '"' + "\\x00" * 12 + '"...'),
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_texts_are_escaped_and_clipped(text: str, shown: str) -> None:
    assert outline(new_node("t", id=text)) == f"t {shown}"
    assert outline(new_node(text, id="i")) == f"{shown} i"
    assert outline(new_node("t", id="i", attributes={text: 1})) == f"t i [{shown}]"


@HARMLESS
@given(NODE, st.integers(0, 5), st.integers(0, 5), st.integers(1, 30))
def test_any_outline_is_bounded_and_harmless(
    raw: dict[str, Any], depth: int, width: int, lines: int
) -> None:
    text = outline(as_tree(raw).root, depth=depth, width=width, lines=lines)
    drawn = text.split("\n")
    assert 1 <= len(drawn) <= lines
    assert all(len(line) < 700 for line in drawn)
    assert not {unicodedata.category(char) for char in text.replace("\n", "")} & {
        *("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }
    text.encode()


@HARMLESS
@given(NODE, st.integers(0, 5), st.integers(0, 5))
def test_shown_and_counted_children_are_all_children(
    raw: dict[str, Any], depth: int, width: int
) -> None:
    root = as_tree(raw).root
    lines = outline(root, depth=depth, width=width, lines=10**6).split("\n")

    def expected(node: Node, level: int) -> int:
        children = list(node.children())
        if level == depth or not width or not children:
            return 1
        more = len(children) > width
        return 1 + more + sum(expected(child, level + 1) for child in children[:width])

    assert len(lines) == expected(root, 0)


@HARMLESS
@given(NODE)
def test_a_tree_with_edits_is_drawn_like_one_without(raw: dict[str, Any]) -> None:
    edited = as_tree(raw).root.set_attr("k", 1)
    assert outline(edited) == outline(as_tree(edited.to_json()).root)


@HARMLESS
@given(NODE, st.integers(0, 5), st.integers(0, 5))
def test_any_html_is_balanced_and_has_no_element_but_ours(
    raw: dict[str, Any], depth: int, width: int
) -> None:
    root = as_tree(raw).root
    markup = outline_html(root, depth=depth, width=width)
    seen = _Markup(markup)
    assert seen.seen <= ALLOWED
    markup.encode()
    # What a reader sees is what the text has, but for the layout.
    text = outline(root, depth=depth, width=width)
    assert seen.text.replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_the_top_of_the_html_is_open_and_the_rest_is_not() -> None:
    markup = outline_html(_chain(3))
    assert markup.count("<details") == 3
    assert markup.count("<details open") == 1


def test_hostile_texts_are_text_in_html() -> None:
    evil = "\"><script>alert('1')</script><a href=javascript:x>"
    root = new_node(evil, id=evil, name=evil + "!", attributes={evil: 1}, ref={"path": evil})
    markup = outline_html(root)
    assert _Markup(markup).seen <= ALLOWED
    assert "<script" not in markup
    assert "alert(&#x27;1&#x27;)" in markup
