"""What is different between two trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from ngio_collections._frozen import same_json, view
from ngio_collections.graph._node import Node, NodeTree
from ngio_collections.graph._patch import Patch
from ngio_collections.graph._script import ABSENT, Script, WrittenScript, attribute_changes
from ngio_collections.graph._segment import Raw
from ngio_collections.graph._state import UNCHANGED, Change, Ref, key_of

__all__ = ["ChangedNode", "Diff", "diff"]


@dataclass(frozen=True)
class ChangedNode:
    """A node that both trees have, with different own fields.

    Attributes:
        old: The node in the old tree.
        new: The node in the new tree.
        set: The attributes that are new or have another value, with the new value.
        dropped: The attributes that are gone.
        renamed: Whether the name is another one.
    """

    old: Node
    new: Node
    set: Mapping[str, Any]
    dropped: tuple[str, ...]
    renamed: bool


@dataclass(frozen=True, repr=False)
class Diff:
    """What is different between two versions of a tree.

    Attributes:
        old: The root of the old tree.
        new: The root of the new tree.
        added: Nodes that only the new tree has, each for all that is below it.
        removed: Nodes that only the old tree has, each for all that is below it.
        moved: Nodes that have another parent or another position, as they are in the
            new tree.
        changed: Nodes with other attributes or another name.
        replaced: Whether the trees have nothing in common, not even the root.
    """

    old: Node
    new: Node
    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    moved: tuple[Node, ...] = ()
    changed: tuple[ChangedNode, ...] = ()
    replaced: bool = False
    _parents: tuple[Ref, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return self.replaced or bool(self.added or self.removed or self.moved or self.changed)

    def __repr__(self) -> str:
        names = ("added", "removed", "moved", "changed")
        found = [f"{len(getattr(self, one)):,} {one}" for one in names if getattr(self, one)]
        return f"<Diff: {', '.join(found) or ('another tree' if self.replaced else 'nothing')}>"

    def to_patch(self) -> Patch:
        """The operations that make the new tree out of the old one.

        Applied to the old tree they give the JSON of the new one, always.
        """
        if self.replaced:
            return Patch([{"op": "replace", "at": [], "node": self.new.to_json()}])
        script = WrittenScript(self.old.tree)
        _write_script(self, script)
        return Patch(script.operations)

    def __str__(self) -> str:
        lines = [f"+ {node!r}" for node in self.added]
        lines += [f"- {node!r}" for node in self.removed]
        lines += [f"> {node!r}" for node in self.moved]
        for changed in self.changed:
            said = [f"{key} set" for key in changed.set]
            said += [f"{key} dropped" for key in changed.dropped]
            said += ["renamed"] if changed.renamed else []
            lines.append(f"~ {changed.new!r}: {', '.join(said)}")
        return "\n".join(lines) or ("another tree" if self.replaced else "no difference")


def diff(old: Node, new: Node) -> Diff:
    """Find what is different between two trees.

    Args:
        old: A node; its tree is the old one.
        new: A node; its tree is the new one.

    Returns:
        The difference. Cost: O(changes) for two versions of one tree, O(nodes) for trees
        that were made apart; those are compared by the ids of siblings.
    """
    before, after = old.tree, new.tree
    if before.segment is not after.segment:
        rebased = _rebased(before, after)
        if rebased is None:
            return Diff(before.root, after.root, replaced=True)
        after = rebased
    found = _Found(before, after)
    # By key: in the order of the document, and what was added after it as it was added.
    for _, was, is_ in sorted(before.changes.changes(after.changes), key=itemgetter(0)):
        one = was or is_
        assert one is not None
        found.look_at(one[0], was[1] if was else UNCHANGED, is_[1] if is_ else UNCHANGED)
    return found.diff()


class _Found:
    """Sorts the refs that changed between two versions into what happened to them."""

    def __init__(self, before: NodeTree, after: NodeTree) -> None:
        self.before = before
        self.after = after
        self.added: list[Ref] = []
        self.removed: list[Ref] = []
        self.moved: list[Ref] = []
        self.changed: list[ChangedNode] = []
        self.parents: dict[Ref, None] = {}  # In a dict for the order.
        self._positions: dict[tuple[bool, Ref], dict[Ref, int]] = {}

    def look_at(self, ref: Ref, was: Change, is_: Change) -> None:
        in_old, in_new = self.before.holds(ref), self.after.holds(ref)
        if in_new and not in_old:
            parent = self.after.parent(ref)
            if parent is not None and self.before.holds(parent):
                self.added.append(ref)
                self.parents[parent] = None
        elif in_old and not in_new:
            parent = self.before.parent(ref)
            if parent is not None and self.after.holds(parent):
                self.removed.append(ref)
                self.parents[parent] = None
        elif in_old:
            self._compare(ref, was, is_)

    def _compare(self, ref: Ref, was: Change, is_: Change) -> None:
        if was.children is not is_.children or was.left != is_.left:
            self.parents[ref] = None
        if was.place != is_.place and self._has_moved(ref):
            self.moved.append(ref)
            for tree in (self.before, self.after):
                parent = tree.parent(ref)
                assert parent is not None
                self.parents[parent] = None
        if was.raw is not is_.raw:
            changed = _changed(Node(self.before, *ref), Node(self.after, *ref))
            if changed is not None:
                self.changed.append(changed)

    def _has_moved(self, ref: Ref) -> bool:
        if self.before.parent(ref) != self.after.parent(ref):
            return True
        return self._position(self.before, ref) != self._position(self.after, ref)

    def _position(self, tree: NodeTree, ref: Ref) -> int:
        """Where a node is among its siblings, which are counted once for all of them."""
        parent = tree.parent(ref)
        assert parent is not None
        key = (tree is self.after, parent)
        if key not in self._positions:
            self._positions[key] = {child: n for n, child in enumerate(tree.children(parent))}
        return self._positions[key][ref]

    def diff(self) -> Diff:
        def nodes(tree: NodeTree, refs: list[Ref]) -> tuple[Node, ...]:
            return tuple(Node(tree, *ref) for ref in sorted(refs, key=key_of))

        return Diff(
            self.before.root,
            self.after.root,
            added=nodes(self.after, self.added),
            removed=nodes(self.before, self.removed),
            moved=nodes(self.after, self.moved),
            changed=tuple(sorted(self.changed, key=lambda c: key_of(c.new.key))),
            _parents=tuple(self.parents),
        )


def _changed(old: Node, new: Node) -> ChangedNode | None:
    """How the own fields of a node differ, None if they do not."""
    before, after = old._raw(), new._raw()
    if same_json(_without_nodes(before), _without_nodes(after)):
        return None
    values, dropped = attribute_changes(before, after)
    return ChangedNode(
        old,
        new,
        view(values),
        dropped,
        before.get("name", ABSENT) != after.get("name", ABSENT),
    )


def _without_nodes(raw: Raw) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key != "nodes"}


# -- the script of a diff ----------------------------------------------------------


def _write_script(found: Diff, script: Script) -> None:
    before, after = found.old.tree, found.new.tree
    whole = _wholes(found)
    if key_of(after.root.key) in whole:
        script.replace(before.root.key, after.materialise(after.root.key))
        return
    survives = _Survival(before, after, whole)
    parents = [r for r in found._parents if survives.check(r) and key_of(r) not in whole]
    _write_structure(found, script, parents, survives)
    for ref in found._parents + tuple(changed.new.key for changed in found.changed):
        if key_of(ref) in whole and survives.check(ref):
            whole.discard(key_of(ref))
            script.replace(ref, after.materialise(ref))
            survives.forget(ref)
    for changed in found.changed:
        if survives.check(changed.new.key):
            script.set_fields(changed.new.key, changed.new._raw())


def _write_structure(found: Diff, script: Script, parents: list[Ref], survives: _Survival) -> None:
    """Bring every surviving node to its place, with new ones between them; remove the others."""
    before, after = found.old.tree, found.new.tree
    arrived = {key_of(node.key) for node in (*found.added, *found.moved)}
    # From the root down: when the children of a node are arranged, the node itself and all
    # that holds it are where they belong, so that no node is ever moved into itself.
    for parent in sorted(parents, key=lambda ref: _depth(after, ref)):
        appended = _appended(before, after, parent)
        if appended is not None and _has_returned(before, after, parent, arrived, appended):
            appended = None
        children = list(after.children(parent)) if appended is None else appended
        target = [r if survives.check(r) else after.materialise(r) for r in children]
        if appended is None:
            script.arrange(parent, target)
        else:
            _append(script, parent, target)
    for parent in parents:
        for child in list(before.children(parent)) if _lost(before, after, parent) else ():
            if not survives.check(child):
                script.remove(child)


def _wholes(found: Diff) -> set[int]:
    """The keys of the nodes whose change no other operation than `replace` can write.

    They are nodes that break the RFC: references with children, names that are no strings,
    items among the children that are no nodes.
    """
    before, after = found.old.tree, found.new.tree
    whole = {
        key_of(ref)
        for ref in found._parents
        if before.has_list(ref) is not after.has_list(ref)
        or before.has_others(ref)
        or after.has_others(ref)
        or isinstance(after.raw(ref).get("path"), dict)
        or isinstance(before.raw(ref).get("path"), dict)
    }
    for changed in found.changed:
        raw = changed.new._raw()
        if not isinstance(raw.get("attributes", {}), dict) or not isinstance(
            raw.get("name", ""), str
        ):
            whole.add(key_of(changed.new.key))
    return whole


def _has_returned(
    before: NodeTree, after: NodeTree, parent: Ref, arrived: set[int], appended: list[Ref]
) -> bool:
    """Whether a child that left the old tree's list is in the new one's, where it was before."""
    was = before.change(parent)
    if was is None:
        return False
    elsewhere = arrived - {key_of(ref) for ref in appended}
    return any(key_of(ref) in elsewhere for ref in after.children(parent))


def _append(script: Script, parent: Ref, target: list[Any]) -> None:
    for item in target:
        if isinstance(item, tuple):
            script.move(item, parent, None)
        else:
            script.add(parent, item, None)


def _lost(before: NodeTree, after: NodeTree, parent: Ref) -> bool:
    """Whether a node may have children in the old tree that the new one does not have there."""
    was, is_ = before.change(parent) or UNCHANGED, after.change(parent) or UNCHANGED
    return is_.left or was.children is not None or is_.children is not None


def _depth(tree: NodeTree, ref: Ref) -> int:
    return sum(1 for _ in Node(tree, *ref).ancestors())


def _appended(before: NodeTree, after: NodeTree, parent: Ref) -> list[Ref] | None:
    """The children that came to the end of a list of which nothing else changed its order.

    Returns:
        The children, None where the lists must be compared as a whole.
    """
    was = (before.change(parent) or UNCHANGED).children
    is_ = (after.change(parent) or UNCHANGED).children
    if is_ is None or not is_.from_base:
        return [] if is_ is was else None
    if was is not None and (not was.from_base or was.tail is not is_.tail):
        return None
    if is_.depth != (0 if was is None else was.depth) or (was and was.front is not is_.front):
        return None
    start = 0 if was is None else was.length
    found: list[Ref] = []
    for segment, position, place in is_.tail[start : is_.length]:
        if segment is not None:
            change = after.change((segment, position))
            if change is not None and change.place == place:
                found.append((segment, position))
    return found


class _Survival:
    """Which nodes of the old tree are in the new one, and not inside of a node that is new."""

    def __init__(self, before: NodeTree, after: NodeTree, whole: set[int]) -> None:
        self._before = before
        self._after = after
        self._whole = frozenset(whole)
        self._known: dict[int, bool] = {}

    def check(self, ref: Ref) -> bool:
        key = key_of(ref)
        if key not in self._known:
            self._known[key] = self._find_out(ref)
        return self._known[key]

    def forget(self, ref: Ref) -> None:
        """A node was replaced: there is nothing more to do to it."""
        self._known[key_of(ref)] = False

    def _find_out(self, ref: Ref) -> bool:
        if not self._before.holds(ref) or not self._after.holds(ref):
            return False
        at = self._after.parent(ref)
        while at is not None:
            if not self._before.holds(at) or key_of(at) in self._whole:
                return False
            at = self._after.parent(at)
        return True


# -- trees that were made apart ----------------------------------------------------


def _rebased(before: NodeTree, after: NodeTree) -> NodeTree | None:
    """A version of the old tree with the content of a tree that was made apart.

    Returns:
        The version, None if not even the roots can be matched.
    """
    if not _matches(before, before.root.key, after, after.root.key):
        return None
    script = Script(before)
    stack = [(before.root.key, after.root.key)]
    while stack:
        old, new = stack.pop()
        script.set_fields(old, after.raw(new))
        stack.extend(_match_children(script, old, after, new))
    return script.tree


def _match_children(script: Script, old: Ref, after: NodeTree, new: Ref) -> list[tuple[Ref, Ref]]:
    """Give a node the children of another one.

    Returns:
        The pairs of children that are the same node.
    """
    olds = list(script.tree.children(old))
    candidates: dict[tuple[str, Any], list[Ref]] = {}
    for n, ref in reversed([*enumerate(olds)]):
        candidates.setdefault(_tag(script.tree.raw(ref), n), []).append(ref)
    target: list[Any] = []
    pairs: list[tuple[Ref, Ref]] = []
    for n, child in enumerate(after.children(new)):
        same = candidates.get(_tag(after.raw(child), n))
        match = same.pop() if same else None
        if match is not None and _matches(script.tree, match, after, child):
            target.append(match)
            pairs.append((match, child))
        else:
            target.append(after.materialise(child))
    wanted = {key_of(ref) for ref, _ in pairs}
    for ref in olds:
        if key_of(ref) not in wanted:
            script.remove(ref)
    script.arrange(old, target)
    return pairs


def _tag(raw: Raw, position: int) -> tuple[str, Any]:
    """What siblings are matched by: their id, or else their position."""
    id_ = raw.get("id")
    return ("id", id_) if isinstance(id_, str) else ("position", position)


def _matches(before: NodeTree, old: Ref, after: NodeTree, new: Ref) -> bool:
    """Whether edits can make one node of the other: only name, attributes and children differ."""
    one, other = before.raw(old), after.raw(new)
    if not all(_is_plain(tree, ref) for tree, ref in ((before, old), (after, new))):
        return same_json(before.materialise(old), after.materialise(new))
    ignored = {"attributes", "name", "nodes"}
    return same_json(
        {key: value for key, value in one.items() if key not in ignored},
        {key: value for key, value in other.items() if key not in ignored},
    ) and _nodes_field(before, old) == _nodes_field(after, new)


def _is_plain(tree: NodeTree, ref: Ref) -> bool:
    """Whether a node keeps to the RFC as far as edits do."""
    raw = tree.raw(ref)
    if not isinstance(raw.get("attributes", {}), dict) or not isinstance(raw.get("name", ""), str):
        return False
    if isinstance(raw.get("path"), dict) and tree.has_list(ref):
        return False
    own_content = not tree.has_list(ref) and raw.get("nodes", []) != []
    return not own_content and not tree.has_others(ref)


def _nodes_field(tree: NodeTree, ref: Ref) -> bool:
    return tree.has_list(ref) or "nodes" in tree.raw(ref)
