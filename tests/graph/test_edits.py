"""Any sequence of edits, compared with a model made of plain dictionaries."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ngio_collections._frozen import thaw
from ngio_collections.errors import InvalidEditError, NodeNotFoundError
from ngio_collections.graph import Node, as_tree, new_node
from tests.graph.model import ModelNode, resolve
from tests.graph.samples import IDS, KEYS, NAMES, TYPES, documents, root_of, text_of, values

_CHOICE = st.integers(0, 10**6)
_INDEX = st.one_of(st.none(), st.integers(-4, 6))
_ATTRIBUTES = st.dictionaries(st.sampled_from(KEYS), values(), max_size=3)
_MOST_NODES = 60


def _has_room(node: Node) -> bool:
    """Whether nothing is lost when a node gets children."""
    return isinstance(node.to_json().get("nodes"), list | None)


class _Version:
    """A version of a tree, and what the model says about it."""

    def __init__(self, root: Node, model: ModelNode) -> None:
        self.root = root
        self.model = model
        self.text = json.dumps(model.to_json())

    def pick(self, choice: int) -> tuple[Node, ModelNode]:
        """One of the nodes, in both."""
        model = list(self.model.walk())[choice % sum(1 for _ in self.model.walk())]
        node = list(self.root.walk())[choice % len(self.root.tree)]
        return node, model


class Edits(RuleBasedStateMachine):
    """Edits of any version that there was, which all stay as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: list[_Version] = []
        self.handles: dict[int, Node] = {}
        """A handle of each node that there ever was, of the version where it was first seen."""

    @initialize(document=documents())
    def load(self, document: dict[str, Any]) -> None:
        root = as_tree(json.loads(json.dumps(document)), "https://a.org/c.json").root
        self._keep(root, ModelNode.from_json(document))

    def _keep(self, root: Node, model: ModelNode) -> None:
        version = _Version(root, model)
        self.versions.append(version)
        for node, same in zip(root.walk(), model.walk(), strict=True):
            self.handles.setdefault(same.number, node)

    def _branch(self, choice: int) -> _Version:
        """Mostly the newest version, now and then an older one."""
        at = -1 if choice % 3 else choice // 3 % len(self.versions)
        return self.versions[at]

    def _expect(self, version: _Version, node: Node, *, allowed: bool, edit: Any) -> Node | None:
        """What an edit gives, None if it must be refused and is."""
        if allowed:
            root: Node = edit()
            return root
        with pytest.raises(InvalidEditError):
            edit()
        assert text_of(version.root) == version.text
        return None

    # -- edits -----------------------------------------------------------------

    @rule(at=_CHOICE, choice=_CHOICE, given=_ATTRIBUTES, drop=st.sets(st.sampled_from(KEYS)))
    def set_attrs(self, at: int, choice: int, given: dict[str, Any], drop: set[str]) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        model = version.model.copy()
        model.set_attrs(same.number, given, tuple(drop))
        self._keep(node.set_attrs(given, drop=drop), model)

    @rule(at=_CHOICE, choice=_CHOICE, key=st.sampled_from(KEYS), value=values())
    def set_attr(self, at: int, choice: int, key: str, value: Any) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        model = version.model.copy()
        model.set_attrs(same.number, {key: value}, ())
        self._keep(node.set_attr(key, value), model)

    @rule(at=_CHOICE, choice=_CHOICE, keys=st.lists(st.sampled_from(KEYS), max_size=3))
    def drop_attrs(self, at: int, choice: int, keys: list[str]) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        model = version.model.copy()
        model.set_attrs(same.number, {}, tuple(keys))
        self._keep(node.drop_attrs(*keys), model)

    @rule(at=_CHOICE, choice=_CHOICE, name=st.one_of(st.none(), st.sampled_from(NAMES)))
    def rename(self, at: int, choice: int, name: str | None) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        model = version.model.copy()
        model.rename(same.number, name)
        self._keep(node.rename(name), model)

    def _is_large(self, version: _Version) -> bool:
        return len(version.root.tree) > _MOST_NODES

    @rule(at=_CHOICE, choice=_CHOICE, given=st.lists(documents(max_leaves=3), max_size=3))
    def add(self, at: int, choice: int, given: list[dict[str, Any]]) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        model = version.model.copy()
        nodes = [root_of(document) for document in given]
        found = self._expect(
            version,
            node,
            allowed=model.holds_nodes(same.number) and (not nodes or _has_room(node)),
            edit=lambda: node.add(*nodes),
        )
        if found is not None:
            model.insert(same.number, None, [ModelNode.from_json(n) for n in given])
            self._keep(found, model)

    @rule(at=_CHOICE, choice=_CHOICE, id=st.sampled_from(IDS), type=st.sampled_from(TYPES))
    def add_ref(self, at: int, choice: int, id: str, type: str) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        model = version.model.copy()
        path = {"type": "json", "path": f"./{id}.json"}
        found = self._expect(
            version,
            node,
            allowed=model.holds_nodes(same.number) and _has_room(node),
            edit=lambda: node.add_ref(new_node(type, id=id, ref=path)),
        )
        if found is not None:
            stub = ModelNode.from_json({"type": type, "id": id, "path": path})
            model.insert(same.number, None, [stub])
            self._keep(found, model)

    @rule(at=_CHOICE, choice=_CHOICE, index=st.integers(-4, 6), given=documents(max_leaves=3))
    def insert(self, at: int, choice: int, index: int, given: dict[str, Any]) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        model = version.model.copy()
        found = self._expect(
            version,
            node,
            allowed=model.holds_nodes(same.number) and _has_room(node),
            edit=lambda: node.insert(index, root_of(given)),
        )
        if found is not None:
            model.insert(same.number, index, [ModelNode.from_json(given)])
            self._keep(found, model)

    @rule(at=_CHOICE, choice=_CHOICE, given=documents(max_leaves=3))
    def replace(self, at: int, choice: int, given: dict[str, Any]) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        if same.number == version.model.number:
            model = ModelNode.from_json(given)
        else:
            model = version.model.copy()
            model.replace(same.number, ModelNode.from_json(given))
        self._keep(node.replace(root_of(given)), model)

    @rule(at=_CHOICE, choice=_CHOICE, under=_CHOICE, index=_INDEX)
    def move(self, at: int, choice: int, under: int, index: int | None) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        parent, there = version.pick(under)
        self._move(version, (node, same), (parent, there), index)

    @rule(at=_CHOICE, choice=_CHOICE, index=_INDEX)
    def move_within_the_parent(self, at: int, choice: int, index: int | None) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        parent, there = node.parent(), version.model.parent_of(same.number)
        if parent is not None and there is not None:
            self._move(version, (node, same), (parent, there), index)

    def _move(
        self,
        version: _Version,
        what: tuple[Node, ModelNode],
        where: tuple[Node, ModelNode],
        index: int | None,
    ) -> _Version | None:
        model = version.model.copy()
        inside = {below.number for below in model.numbered(what[1].number).walk()}
        found = self._expect(
            version,
            what[0],
            allowed=what[1].number != model.number
            and where[1].number not in inside
            and model.holds_nodes(where[1].number)
            and _has_room(where[0]),
            edit=lambda: what[0].move(where[0], index),
        )
        if found is None:
            return None
        model.move(what[1].number, where[1].number, index)
        self._keep(found, model)
        return self.versions[-1]

    @rule(at=_CHOICE, choice=_CHOICE, under=_CHOICE)
    def move_there_and_back_again(self, at: int, choice: int, under: int) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        home, home_model = node.parent(), version.model.parent_of(same.number)
        if home is None or home_model is None:
            return
        index = node.index
        there = self._move(version, (node, same), version.pick(under), None)
        if there is not None:
            # The handles are those of the version before: the new one knows them all.
            away = there.root.at(node)
            back = self._move(there, (away, same), (home, home_model), index)
            assert (back is not None) == there.model.holds_nodes(home_model.number)

    @rule(at=_CHOICE, choice=_CHOICE)
    def remove(self, at: int, choice: int) -> None:
        version = self._branch(at)
        node, same = version.pick(choice)
        model = version.model.copy()
        found = self._expect(version, node, allowed=same.number != model.number, edit=node.remove)
        if found is not None:
            model.remove(same.number)
            self._keep(found, model)

    @rule(at=_CHOICE, choice=_CHOICE, other=_CHOICE, under=_CHOICE, key=st.sampled_from(KEYS))
    def graft_an_edited_subtree(
        self, at: int, choice: int, other: int, under: int, key: str
    ) -> None:
        donor, version = self._branch(other), self._branch(at)
        if self._is_large(version) or self._is_large(donor):
            return
        taken, taken_model = donor.pick(choice)
        node, same = version.pick(under)
        subtree = taken.subtree()
        assert subtree.parent() is None
        assert subtree.pointer == ""
        graft = ModelNode.from_json(taken_model.to_json())
        graft.set_attrs(graft.number, {key: "grafted"}, ())
        edited = subtree.set_attr(key, "grafted")
        assert text_of(edited) == json.dumps(graft.to_json())
        model = version.model.copy()
        found = self._expect(
            version,
            node,
            allowed=model.holds_nodes(same.number) and _has_room(node),
            edit=lambda: node.add(edited, edited),
        )
        if found is not None:
            twice = [ModelNode.from_json(graft.to_json()) for _ in range(2)]
            model.insert(same.number, None, twice)
            self._keep(found, model)

    @precondition(lambda self: len(self.versions) > 1)
    @rule(choice=_CHOICE)
    def read_an_old_version(self, choice: int) -> None:
        self._agrees(self.versions[choice % len(self.versions)])

    # -- what holds after each edit ----------------------------------------------

    @invariant()
    def every_version_is_what_it_was(self) -> None:
        for version in self.versions:
            assert text_of(version.root) == version.text

    @invariant()
    def the_newest_version_agrees_with_the_model(self) -> None:
        if self.versions:
            self._agrees(self.versions[-1])

    @invariant()
    def handles_are_found_in_the_newest_version_or_refused(self) -> None:
        if not self.versions:
            return
        newest = self.versions[-1]
        now = dict(zip((n.number for n in newest.model.walk()), newest.root.walk(), strict=True))
        for number, handle in self.handles.items():
            if number in now:
                assert newest.root.at(handle) == now[number]
                assert hash(newest.root.at(handle)) == hash(now[number])
            else:
                with pytest.raises(NodeNotFoundError):
                    newest.root.at(handle)

    def _agrees(self, version: _Version) -> None:
        root, model = version.root, version.model
        assert len(root.tree) == sum(1 for _ in model.walk())
        assert root.tree.root == root
        assert root.pointer == ""
        nodes = {same.number: node for node, same in zip(root.walk(), model.walk(), strict=True)}
        assert list(root.tree) == list(nodes.values())
        whole = root.to_json()
        for number, node in nodes.items():
            same = model.numbered(number)
            self._says_the_same(node, same)
            self._is_in_the_same_place(node, same, model, nodes)
            # The text tells 1 from 1.0 and one order of keys from another.
            there = json.dumps(same.to_json())
            assert json.dumps(resolve(whole, node.pointer)) == there
            assert text_of(node) == there
            assert text_of(node.subtree()) == there
        for start in (root, *root.children()):
            number = next(n for n, node in nodes.items() if node == start)
            self._finds_the_same(start, model.numbered(number), nodes)

    def _says_the_same(self, node: Node, same: ModelNode) -> None:
        own = {key: value for key, value in thaw(node.raw).items() if key != "nodes"}
        assert json.dumps(own) == json.dumps(same.own)
        assert (node.id, node.name, node.type) == (same.text("id"), same.text("name"), same.type)
        assert json.dumps(thaw(node.attributes)) == json.dumps(same.attributes)
        assert node.attributes == same.attributes
        for key in KEYS:
            assert thaw(node.get_attr(key, "absent")) == same.attributes.get(key, "absent")
            assert (key in node.attributes) == (key in same.attributes)
        assert node.is_reference == same.is_reference
        path = same.fields.get("path") if same.is_reference else None
        assert thaw(node.ref_path) == path

    def _is_in_the_same_place(
        self, node: Node, same: ModelNode, model: ModelNode, nodes: dict[int, Node]
    ) -> None:
        chain = model.chain_to(same.number)
        assert list(node.ancestors()) == [nodes[above.number] for above in chain[1:]]
        assert node.parent() == (nodes[chain[1].number] if len(chain) > 1 else None)
        assert list(node.children()) == [nodes[child.number] for child in same.children()]
        assert list(node.walk()) == [nodes[below.number] for below in same.walk()]
        assert node.index == model.position_of(same.number)
        names = [n.text("name") or n.text("id") or str(model.position_of(n.number)) for n in chain]
        assert node.path_names == tuple(reversed(names))

    def _finds_the_same(self, start: Node, model: ModelNode, nodes: dict[int, Node]) -> None:
        below = list(model.walk())

        def those(keep: list[ModelNode]) -> list[Node]:
            return [nodes[node.number] for node in keep]

        for id_ in (*IDS, "nowhere"):
            expected = those([n for n in below if n.text("id") == id_])
            assert start.find_all(id=id_) == expected
            assert start.find(id_) == (expected[0] if expected else None)
            if start.parent() is None:
                assert start.tree.find(id_) == (expected[0] if expected else None)
        for type_ in TYPES:
            expected = those([n for n in below if n.type == type_])
            assert list(start.walk(type=type_)) == expected
            assert start.find_all(type=type_) == expected
            both = [n for n in expected if "k" in n.attributes]
            assert list(start.walk(type=type_, has="k")) == both
            assert start.find_all(type=type_, has="k", where=lambda n: n.id is None) == [
                n for n in both if n.id is None
            ]
        for key in KEYS:
            assert start.find_all(has=key) == those([n for n in below if key in n.attributes])
        for name in NAMES:
            expected = those([n for n in below if n.text("name") == name])
            assert start.find_all(name=name) == expected
            assert start.find_all(name=name, id="a") == [n for n in expected if n.id == "a"]


class TestEdits(Edits.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=60, stateful_step_count=14)
