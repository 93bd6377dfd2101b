"""Edits that are refused: the error names the node and says what to do, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ngio_collections.errors import InvalidEditError, NodeNotFoundError
from ngio_collections.graph import Node, as_tree, new_node
from tests.graph.samples import text_of

_DOCUMENT: dict[str, Any] = {
    "type": "collection",
    "id": "root",
    "nodes": [
        {
            "type": "collection",
            "id": "a",
            "name": "A",
            "attributes": {"k": 1},
            "nodes": [{"type": "image", "id": "deep"}],
        },
        {"type": "image", "id": "stub", "path": {"type": "json", "path": "./a.json"}},
        {"type": "ex:thing", "id": "ex", "nodes": [{"id": "opaque"}]},
        {"type": "image", "name": "nameless"},
    ],
}
_URL = "https://a.org/c.json"


class _Tree:
    """A tree to edit, and its nodes by id."""

    def __init__(self) -> None:
        self.root = as_tree(json.loads(json.dumps(_DOCUMENT)), _URL).root
        self.before = text_of(self.root)

    def __getitem__(self, id: str) -> Node:
        found = self.root.find(id)
        assert found is not None
        return found

    def refuses(
        self,
        edit: Callable[[], object],
        *says: str,
        error: type[Exception] = InvalidEditError,
    ) -> None:
        with pytest.raises(error) as caught:
            edit()
        for words in says:
            assert words in str(caught.value), str(caught.value)
        assert text_of(self.root) == self.before
        assert len(self.root.tree) == 6


@pytest.fixture
def tree() -> _Tree:
    return _Tree()


@pytest.fixture
def image() -> Node:
    return new_node("image", id="x")


def test_the_root_can_be_neither_removed_nor_moved(tree: _Tree) -> None:
    tree.refuses(tree.root.remove, "'root'", _URL, "cannot be removed", "use a node below")
    tree.refuses(lambda: tree.root.move(tree["a"]), "'root'", "cannot be moved", "subtree")
    tree.refuses(lambda: tree.root.move(tree.root), "'root'", "cannot be moved")


def test_a_node_cannot_be_moved_into_itself_or_below(tree: _Tree) -> None:
    for target, at in (("a", "/nodes/0"), ("deep", "/nodes/0/nodes/0")):
        for index in (None, 0, -1, 99):
            tree.refuses(
                lambda t=target, i=index: tree["a"].move(tree[t], i),  # type: ignore[misc]
                "'a'",
                f"'{target}'",
                at,
                "inside",
                "move that one out first",
            )


def test_nothing_is_added_under_a_reference(tree: _Tree, image: Node) -> None:
    stub = new_node("image", id="s", ref={"type": "json", "path": "./s.json"})
    edits = [
        lambda: tree["stub"].add(image),
        lambda: tree["stub"].add_ref(stub),
        lambda: tree["stub"].insert(0, image),
        lambda: tree["a"].move(tree["stub"]),
        lambda: tree["a"].move(tree["stub"], 0),
    ]
    for edit in edits:
        tree.refuses(edit, "'stub'", "/nodes/1", _URL, "is a reference", "Open its target")


def test_nothing_is_added_under_an_extension_node(tree: _Tree, image: Node) -> None:
    edits = [
        lambda: tree["ex"].add(image),
        lambda: tree["ex"].insert(0, image),
        lambda: tree["a"].move(tree["ex"]),
    ]
    for edit in edits:
        tree.refuses(edit, "'ex'", "/nodes/2", "'ex:thing'", "register_node_type")
    tree.refuses(lambda: new_node("ex:new", children=[image]), "'ex:new'", "register_node_type")


def test_only_references_are_added_as_references(tree: _Tree, image: Node) -> None:
    stub = new_node("image", id="s", ref={"type": "json", "path": "./s.json"})
    tree.refuses(lambda: tree.root.add_ref(image), "'x'", "no reference", "`add`")
    tree.refuses(lambda: tree.root.add_ref(stub, image), "'x'", "no reference", "`add`")


def test_a_new_node_has_children_or_a_reference_and_not_both(image: Node) -> None:
    path = {"type": "json", "path": "./a.json"}
    with pytest.raises(InvalidEditError, match="either children or a `ref`"):
        new_node("collection", children=[image], ref=path)
    with pytest.raises(InvalidEditError, match="either children or a `ref`"):
        new_node("collection", children=[], ref=path)


def _cycle() -> list[Any]:
    value: list[Any] = [1]
    value.append({"in": value})
    return value


_NO_JSON: dict[str, tuple[Callable[[], Any], str]] = {
    "a set": (lambda: {1}, "set"),
    "an object": (object, "object"),
    "bytes": (lambda: b"x", "bytes"),
    "a complex number": (lambda: 1j, "complex"),
    "a function": (lambda: len, "builtin_function"),
    "a class": (lambda: dict, "dict"),
    "the class of nodes": (lambda: Node, "Node"),
    "keys that are numbers": (lambda: {1: 2}, "keys"),
    "keys that are None": (lambda: {None: 2}, "keys"),
    "keys that are tuples": (lambda: {("a", "b"): 2}, "keys"),
    "not a number": (lambda: float("nan"), "nan"),
    "infinity": (lambda: float("-inf"), "inf"),
    "itself": (_cycle, "itself"),
}
_WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "bare": lambda value: value,
    "in an array": lambda value: [0, [value]],
    "in an object": lambda value: {"a": {"b": value}},
    "in a tuple": lambda value: (1, (value,)),
}


@pytest.mark.parametrize("wrapper", _WRAPPERS)
@pytest.mark.parametrize("name", _NO_JSON)
def test_values_that_are_no_json_are_refused(tree: _Tree, name: str, wrapper: str) -> None:
    make, word = _NO_JSON[name]
    value = _WRAPPERS[wrapper](make())
    edits = [
        lambda: tree["a"].set_attr("plate", value),
        lambda: tree["a"].set_attrs({"fine": 1, "plate": value}, drop=["k"]),
    ]
    for edit in edits:
        tree.refuses(edit, "'a'", "/nodes/0", "plate", word, "give plain JSON")
    tree.refuses(lambda: new_node("image", attributes={"plate": value}), "new node", word)
    path = {"type": "json", "path": "./a.json", "x": value}
    tree.refuses(lambda: new_node("image", ref=path), "`ref`", word)


@pytest.mark.parametrize("key", [1, None, True, 1.5, ("a",), b"k"])
def test_attributes_whose_key_is_no_string_are_refused(tree: _Tree, key: Any) -> None:
    tree.refuses(lambda: tree["a"].set_attr(key, 1), "'a'", repr(key), "string")
    tree.refuses(lambda: tree["a"].set_attrs({"fine": 1, key: 1}), "'a'", repr(key), "string")
    tree.refuses(lambda: new_node("image", attributes={key: 1}), "new node", "string")


@pytest.mark.parametrize("value", [5, True, b"x", ["a"], {"a": 1}, object(), {1}])
def test_names_types_and_ids_that_are_no_strings_are_refused(tree: _Tree, value: Any) -> None:
    kind = type(value).__name__
    tree.refuses(lambda: tree["a"].rename(value), "name", kind, "string")
    tree.refuses(lambda: new_node(value), "type", kind, "string")
    tree.refuses(lambda: new_node("image", id=value), "id", kind, "string")
    tree.refuses(lambda: new_node("image", name=value), "name", kind, "string")


@pytest.mark.parametrize("ref", ["./a.json", 5, ["./a.json"]])
def test_a_reference_that_is_no_path_is_refused(tree: _Tree, ref: Any) -> None:
    tree.refuses(lambda: new_node("image", ref=ref), "`ref`", '{"type": "json"')


def test_nodes_of_other_trees_are_not_found(tree: _Tree, image: Node) -> None:
    twin = _Tree()
    for other in (image, twin["a"], twin.root):
        says = (repr(other.id), "not in this version", "`add`")
        tree.refuses(lambda o=other: tree.root.at(o), *says, error=NodeNotFoundError)  # type: ignore[misc]
        tree.refuses(lambda o=other: tree["a"].move(o), *says, error=NodeNotFoundError)  # type: ignore[misc]


def test_nodes_that_were_removed_are_not_found(tree: _Tree) -> None:
    newer = tree["a"].remove()
    for id_ in ("a", "deep"):
        with pytest.raises(NodeNotFoundError, match=rf"'{id_}'.*removed"):
            newer.at(tree[id_])
    with pytest.raises(NodeNotFoundError, match="'a'"):
        newer.at(tree["stub"]).move(tree["a"])
    assert newer.find("a") is None
    assert newer.find("deep") is None
    # The old handles go on in their own version.
    assert tree["deep"].pointer == "/nodes/0/nodes/0"
    assert tree.root.at(tree["a"]) == tree["a"]


def test_nodes_of_another_branch_are_not_found(tree: _Tree, image: Node) -> None:
    one, other = tree.root.add(image), tree.root.add(image)
    added = one.find("x")
    assert added is not None
    with pytest.raises(NodeNotFoundError, match="'x'"):
        other.at(added)
    replaced = tree.root.replace(image)
    with pytest.raises(NodeNotFoundError, match="'root'"):
        replaced.at(tree.root)


def test_a_node_that_was_removed_and_one_that_was_moved_away_are_told_apart(tree: _Tree) -> None:
    moved = tree["deep"].move(tree.root)
    emptied = moved.at(tree["a"]).remove()
    assert emptied.at(tree["deep"]).pointer == "/nodes/3"
    with pytest.raises(NodeNotFoundError, match="'a'"):
        emptied.at(tree["a"])


@pytest.mark.parametrize("document", [[], None, "text", 5, [{"type": "image"}]])
def test_a_document_that_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(InvalidEditError, match=f"not a {type(document).__name__}"):
        as_tree(document)


@pytest.mark.parametrize("child", [{"type": "image"}, None, "x", 5])
def test_what_is_no_node_is_refused_as_a_child(tree: _Tree, child: Any) -> None:
    edits = [
        lambda: tree.root.add(child),
        lambda: tree.root.insert(0, child),
        lambda: tree["a"].replace(child),
        lambda: tree.root.replace(child),
        lambda: new_node("collection", children=[child]),
        lambda: tree["a"].move(child),
        lambda: tree.root.add_ref(child),
        lambda: tree.root.at(child),
    ]
    for edit in edits:
        tree.refuses(edit, "Node", type(child).__name__, error=TypeError)


def test_drop_wants_several_attributes_and_not_one_word(tree: _Tree) -> None:
    tree.refuses(lambda: tree["a"].set_attrs({}, drop="k"), "drop=[", error=TypeError)


def test_an_id_and_an_address_that_are_needed_are_asked_for(tree: _Tree, image: Node) -> None:
    nameless = tree.root.find_all(name="nameless")[0]
    with pytest.raises(
        NodeNotFoundError, match=r"\(nameless\) at /nodes/3.*has no id; give it one"
    ):
        nameless.require_id()
    with pytest.raises(NodeNotFoundError, match=r"'x'.*in no document; save"):
        image.require_document_url()
    assert tree.root.require_id() == "root"
    assert tree["a"].require_document_url() == tree["a"].document_url == _URL
    assert image.is_detached
    assert not tree.root.is_detached
    assert tree["a"].rename("b").document_url == _URL
    assert tree["a"].subtree().is_detached


def test_a_node_under_a_wrong_reference_can_be_repaired() -> None:
    path = {"type": "json", "path": "./a.json"}
    root = as_tree({"path": path, "nodes": [{"id": "a"}, {"id": "b"}]}).root
    child = next(root.children())
    assert child.rename("n").to_json()["nodes"][0] == {"id": "a", "name": "n"}
    assert child.remove().to_json()["nodes"] == [{"id": "b"}]
    replaced = child.replace(new_node("image", id="c")).to_json()
    assert replaced["nodes"] == [{"type": "image", "id": "c"}, {"id": "b"}]


# -- what is no object or no array --------------------------------------------------------


@pytest.mark.parametrize("wrong", [5, "text", True, [], [{"k": 1}]])
def test_attributes_that_are_no_object_are_not_written_over(wrong: Any) -> None:
    root = as_tree({"type": "collection", "id": "root", "attributes": wrong}).root

    def in_transaction() -> None:
        with root.edit() as tx:
            tx["root"].set_attrs({"k": 1})

    for edit in (lambda: root.set_attr("k", 1), in_transaction):
        with pytest.raises(InvalidEditError, match=r"'root'.*`attributes` is .* and no object"):
            edit()
    assert root.drop_attrs("k").to_json()["attributes"] == wrong
    cleared = root.clear_attrs().set_attr("k", 1)
    assert cleared.to_json()["attributes"] == {"k": 1}


def test_attributes_that_are_null_become_an_object() -> None:
    root = as_tree({"type": "collection", "attributes": None, "nodes": None}).root
    assert root.set_attr("k", 1).to_json()["attributes"] == {"k": 1}
    assert len(root.add(new_node("collection")).tree) == 2


@pytest.mark.parametrize("wrong", [5, "text", True, {}, {"a": 1}])
def test_nodes_that_are_no_array_are_not_written_over(wrong: Any) -> None:
    root = as_tree({"type": "collection", "id": "root", "nodes": wrong}).root
    with pytest.raises(InvalidEditError, match=r"'root'.*`nodes` is .* and no array"):
        root.add(new_node("collection"))
    with pytest.raises(InvalidEditError, match=r"'root'.*`nodes` is .* and no array"):
        root.add_ref(new_node("collection", ref={"type": "json", "path": "./a.json"}))
    assert root.to_json()["nodes"] == wrong
