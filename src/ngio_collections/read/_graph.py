"""The graph of coordinate systems, and the way from one to another in it (RFC-5; RFC-8, "Scene").

Coordinate systems are its points, transformations its edges. Levels lead from their pixels to
a system of their image; scenes, images and collections lead from system to system.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections._contract import Pointer
from ngio_collections.errors import (
    DocumentError,
    InvalidAttributeError,
    MissingAttributeError,
    MissingExtraError,
    NodeNotFoundError,
    NoTransformationError,
    UnresolvedReferenceError,
)
from ngio_collections.graph import Axis, CoordinateSystem, Node
from ngio_collections.read._compile import Access, Task, compiled
from ngio_collections.read._levels import axes, require_image
from ngio_collections.read._links import Address, address, as_reference, home, names
from ngio_collections.read._maps import Chain, PointMap, numpy
from ngio_collections.read._parts import attributes_of, items, missing, place, said
from ngio_collections.read._systems import (
    SYSTEMS,
    TRANSFORMATIONS,
    coordinate_systems,
    declared,
    system_of_image,
    system_of_level,
    transformation_of,
)
from ngio_collections.resolve import AccessPolicy
from ngio_collections.store import ReadableStore

__all__ = ["CoordinateGraph", "End", "transform_between"]

End: TypeAlias = CoordinateSystem | Node | tuple[Node, str | Mapping[str, Any]]
"""What a transformation can begin or end at."""

_Point: TypeAlias = tuple[Any, str | None, bool]
"""What tells a system from all others: its node, its id, whether it counts pixels."""

_SHOWN: Final = 20
"""How many systems a message names."""


class _Edge(NamedTuple):
    """A transformation and where it is."""

    node: Node
    parts: Pointer
    raw: dict[str, Any]

    @property
    def key(self) -> str:
        """The attribute that it is in."""
        return str(self.parts[1])


class _Step(NamedTuple):
    """An edge on the way, in one direction or the other."""

    edge: _Edge
    start: CoordinateSystem
    end: CoordinateSystem
    is_back: bool

    def map(self, access: Access) -> PointMap:
        """What it does to points."""
        start, end = (self.end, self.start) if self.is_back else (self.start, self.end)
        task = Task(
            self.edge.node,
            self.edge.parts,
            self.edge.raw,
            inputs=len(start.axes),
            outputs=len(end.axes),
            names=(_names(start), _names(end)),
            access=access,
        )
        made = compiled(task)
        return made.inverse() if self.is_back else made


def _names(system: CoordinateSystem) -> tuple[str, ...]:
    return tuple(axis.name for axis in system.axes)


def _point(system: CoordinateSystem) -> _Point:
    return system.node.key, system.id, system.is_array


def pixels_of(level: Node) -> CoordinateSystem:
    """The system that counts the pixels of a level."""
    named = tuple(Axis(axis.name, "array") for axis in axes(level))
    return CoordinateSystem(level.id, level.name, named, level)


def _level_step(level: Node, *, is_back: bool) -> _Step | None:
    """The step from the pixels of a level to the system that it leads to, or back."""
    found, system = transformation_of(level), system_of_level(level)
    if found is None or system is None:
        return None
    ends = (pixels_of(level), system)
    start, end = ends[::-1] if is_back else ends
    return _Step(_Edge(*found), start, end, is_back)


def _listed(node: Node) -> Iterator[_Edge]:
    """The transformations among the attributes of a node."""
    attributes = attributes_of(node)
    scene = attributes.get("scene")
    for parts, holder in ((("attributes",), attributes), (("attributes", "scene"), scene)):
        if not isinstance(holder, dict) or TRANSFORMATIONS not in holder:
            continue
        at: Pointer = (*parts, TRANSFORMATIONS)
        for where, item in items(node, at, holder[TRANSFORMATIONS], "a transformation, an object"):
            yield _Edge(node, where, item)


class CoordinateGraph:
    """All coordinate systems of a tree and the transformations between them.

    `transform_between` makes one for each call where it needs it; who asks often makes one and
    keeps it.

    Args:
        node: Any node of the tree; the whole tree counts.
        store: Where arrays that hold the numbers of transformations are read; by default where
            the tree was.
        policy: Which of them may be read, as when the tree was opened.

    Examples:
        >>> import ngio_collections as ngc
        >>> axes = [{"name": name, "type": "space"} for name in "yx"]
        >>> ends = {"input": {"id": "stage"}, "output": {"id": "atlas"}}
        >>> scene = {
        ...     "coordinateSystems": [{"id": id, "axes": axes} for id in ("stage", "atlas")],
        ...     "coordinateTransformations": [
        ...         {"type": "translation", "translation": [10, 20], **ends}
        ...     ],
        ... }
        >>> root = ngc.new_node("collection", id="brain", attributes={"scene": scene})
        >>> graph = ngc.CoordinateGraph(root)
        >>> graph.between((root, "atlas"), (root, "stage"))([10.0, 25.0]).tolist()
        [0.0, 5.0]
        >>> [system.id for system in graph.reachable((root, "stage"))]
        ['stage', 'atlas']
    """

    def __init__(
        self,
        node: Node,
        *,
        store: ReadableStore | None = None,
        policy: AccessPolicy | None = None,
    ) -> None:
        self._root = node.tree.root
        self._access: Access = (store, policy)
        self._edges: dict[str, list[_Edge]] | None = None
        self._systems: dict[Address, list[Node]] = {}
        self._nodes: dict[Address, Node] | None = None
        self._problems: dict[str, None] = {}

    # -- what is asked for -------------------------------------------------------

    def system(self, end: End) -> CoordinateSystem:
        """The coordinate system that is meant.

        Args:
            end: A system; a level, for its pixels; an image, for the system that its levels
                lead to; a node with the id of a system, or a Reference to one, as the node
                would write it.

        Raises:
            NodeNotFoundError: The tree does not hold it.
            MissingAttributeError: The node has no coordinate system, or several.
            InvalidAttributeError: What says it is not as RFC-8 has it.
            UnresolvedReferenceError: It is in a document that is not in the tree.
        """
        if isinstance(end, CoordinateSystem):
            node = self._root.at(end.node)
            found = pixels_of(node) if end.is_array else declared(node, end.id or "")
            if found is None:
                raise NodeNotFoundError(f"{place(node)}: {said(node)} has no system {end.id!r}")
            return found
        if isinstance(end, Node):
            return self._system_of(self._root.at(end))
        if not isinstance(end, tuple):
            raise TypeError(
                "a coordinate system is given as such, as a level or an image, or as a node with "
                f"an id or a Reference: (node, 'physical'); not as {end!r}"
            )
        node, reference = end
        return self._referred(self._root.at(node), "", (), _plain(reference))

    def between(self, a: End, b: End) -> PointMap:
        """The map of points from one system to another; see `transform_between`."""
        numpy()
        start, goal = self.system(a), self.system(b)
        steps = _within_image(start, goal, self._access)
        if steps is None:
            steps = self._way(start, goal)
        maps = [step.map(self._access) for step in steps]
        return Chain.of(maps, len(start.axes)).simplified()

    def reachable(self, a: End) -> tuple[CoordinateSystem, ...]:
        """The systems that transformations lead to from one, nearest first, itself included."""
        start = self.system(a)
        return (start, *(step.end for step in self._spread(start)))

    # -- finding the way ---------------------------------------------------------

    def _way(self, start: CoordinateSystem, goal: CoordinateSystem) -> list[_Step]:
        """The shortest way, the first in document order if there are several.

        Raises:
            NoTransformationError: There is none.
        """
        if _point(start) == _point(goal):
            return []
        came: dict[_Point, _Step] = {}
        for step in self._spread(start):
            came[_point(step.end)] = step
            if _point(step.end) == _point(goal):
                return _traced(came, start, goal)
        for _ in self._steps_from(goal):
            pass  # What leads to the goal and cannot be taken is noted.
        there = [str(start), *(str(step.end) for step in came.values())]
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        words = (
            f"no transformations lead from {start} to {goal}; from there one reaches "
            f"{'only ' if len(there) == 1 else ''}{', '.join(there[:_SHOWN])}{more}"
        )
        if self._problems:
            shown = "; ".join(list(self._problems)[:3])
            words += f". Not taken: {shown}"
        raise NoTransformationError(words)

    def _spread(self, start: CoordinateSystem) -> Iterator[_Step]:
        """The steps that reach other systems for the first time, nearest first."""
        seen = {_point(start)}
        waiting = deque([start])
        while waiting:
            for step in self._steps_from(waiting.popleft()):
                point = _point(step.end)
                if point not in seen and self._is_passable(step):
                    seen.add(point)
                    waiting.append(step.end)
                    yield step

    def _steps_from(self, system: CoordinateSystem) -> Iterator[_Step]:
        # A transformation may name an image where its system is meant, or the system itself.
        ids = dict.fromkeys([system.id, *sorted(id_ for _, id_ in names(system.node))])
        if system.is_array:
            own = self._tried(system.node, "", lambda: _level_step(system.node, is_back=False))
            if own is not None:
                yield own
        index = self._indexed()
        found = [edge for id_ in ids if id_ is not None for edge in index.get(id_, ())]
        here = _point(system)
        for edge in found:
            ends = self._tried(edge.node, edge.parts, lambda edge=edge: self._ends(edge))
            if ends is None:
                continue
            start, end = ends
            if _point(start) == here:
                yield _Step(edge, start, end, is_back=False)
            if _point(end) == here:
                yield _Step(edge, end, start, is_back=True)

    def _tried(self, node: Node, parts: Any, ask: Any) -> Any:
        """What is asked for; None, and a note, if what a document says cannot be used."""
        try:
            return ask()
        except _UNUSABLE as problem:
            text = str(problem)
            start = "" if "#" in text else f"{place(node, *parts)}: "
            self._problems.setdefault(f"{start}{text}")
            return None

    def _is_passable(self, step: _Step) -> bool:
        """Whether a step can be taken; one that goes forward can, or is an error later."""
        kind = step.edge.raw.get("type")
        if not step.is_back and not (isinstance(kind, str) and ":" in kind):
            return True
        ask = functools.partial(step.map, self._access)
        return self._tried(step.edge.node, step.edge.parts, ask) is not None

    # -- the index ---------------------------------------------------------------

    def _indexed(self) -> dict[str, list[_Edge]]:
        """The transformations by the ids at their ends. Cost: O(nodes) the first time."""
        if self._edges is None:
            self._edges = {}
            for node in self._root.walk():
                attributes = attributes_of(node)
                if not attributes:
                    continue
                if SYSTEMS in attributes or "scene" in attributes:
                    self._tried(node, (), lambda node=node: self._note_systems(node))
                if TRANSFORMATIONS in attributes or "scene" in attributes:
                    self._tried(node, (), lambda node=node: self._note_edges(node))
        return self._edges

    def _note_systems(self, node: Node) -> None:
        attributes = attributes_of(node)
        scene = attributes.get("scene")
        for key, holder in ((SYSTEMS, attributes), ("scene", scene)):
            listed = holder.get(SYSTEMS) if isinstance(holder, dict) else None
            for system in listed if isinstance(listed, list) else ():
                id_ = system.get("id") if isinstance(system, dict) else None
                if isinstance(id_, str):
                    self._systems.setdefault((home(node, key), id_), []).append(node)

    def _note_edges(self, node: Node) -> None:
        assert self._edges is not None
        for edge in _listed(node):
            ids: dict[str, None] = {}
            for key in ("input", "output"):
                value = edge.raw.get(key)
                id_ = value.get("id") if isinstance(value, dict) else value
                if isinstance(id_, str):
                    ids[id_] = None
            for id_ in ids:
                self._edges.setdefault(id_, []).append(edge)

    # -- what the ends of a transformation are -------------------------------------

    def _ends(self, edge: _Edge) -> tuple[CoordinateSystem, CoordinateSystem] | None:
        """The systems that a transformation begins and ends at."""
        if edge.node.type == "singlescale":
            step = _level_step(edge.node, is_back=False)
            return None if step is None else (step.start, step.end)
        start, end = (self._end(edge, key) for key in ("input", "output"))
        if start.is_array and transformation_of(start.node) != tuple(edge):
            return None  # The level has a transformation of its own, which counts.
        return start, end

    def _end(self, edge: _Edge, key: str) -> CoordinateSystem:
        if edge.raw.get(key) is None:
            advice = "a transformation that is not inside of another has both ends"
            raise missing(edge.node, (*edge.parts, key), advice)
        return self._referred(edge.node, edge.key, (*edge.parts, key), edge.raw[key])

    def _referred(self, node: Node, key: str, parts: Pointer, value: Any) -> CoordinateSystem:
        """The system that a Reference means: that of the node, else of its document."""
        reference = as_reference(node, parts, value)
        if reference.get("path") is None:
            found = declared(node, reference["id"])
            if found is not None:
                return found
        self._indexed()
        wanted = [address(node, key, parts, value)]
        if not parts and node.declared_in != node.document_url and reference.get("path") is None:
            wanted.append((node.declared_in, reference["id"]))
        for one in wanted:
            holders = self._systems.get(one, [])
            if holders:
                made = declared(_nearest(node, holders), reference["id"])
                assert made is not None
                return made
        for one in wanted:
            meant = self._node_at(node, one)
            if meant is not None:
                return self._system_of(meant)
        url, id_ = wanted[0]
        where = f" in {url}" if url else ""
        raise UnresolvedReferenceError(
            f"{place(node, *parts)}: no coordinate system has the id {id_!r}{where} in this tree"
        )

    def _node_at(self, node: Node, wanted: Address) -> Node | None:
        """The image or level with an address, which stands for its system."""
        same = [one for one in self._root.find_all(id=wanted[1]) if wanted in names(one)]
        if same:
            return _nearest(node, same)
        if self._nodes is None:
            self._nodes = {}
            for one in self._root.walk():
                if one.stub is not None:
                    for name in names(one):
                        self._nodes.setdefault(name, one)
        return self._nodes.get(wanted)

    def _system_of(self, node: Node) -> CoordinateSystem:
        if node.type == "singlescale":
            return pixels_of(node)
        if node.type != "collection":
            require_image(node, "a coordinate system")
            return system_of_image(node)
        systems = coordinate_systems(node)
        if len(systems) == 1:
            return systems[0]
        ids = ", ".join(repr(system.id) for system in systems) or "none"
        advice = f"say which of its coordinate systems is meant, with (node, id); it has: {ids}"
        raise missing(node, ("attributes", SYSTEMS), advice)


_UNUSABLE: Final = (
    InvalidAttributeError,
    MissingAttributeError,
    MissingExtraError,
    NoTransformationError,
    NodeNotFoundError,
    UnresolvedReferenceError,
    DocumentError,
)
"""What keeps a single transformation from being used, and no other one."""


def _plain(reference: Any) -> Any:
    """A Reference that may be a view, as it is in a document."""
    return dict(reference) if isinstance(reference, Mapping) else reference


def _nearest(node: Node, found: list[Node]) -> Node:
    """Of several nodes the first that shares the nearest ancestor with a node.

    Ids can be repeated where a document is in a tree several times.
    """
    if len(found) == 1:
        return found[0]
    around = [node.key, *(one.key for one in node.ancestors())]

    def distance(other: Node) -> int:
        above = {other.key, *(one.key for one in other.ancestors())}
        return next((n for n, key in enumerate(around) if key in above), len(around))

    return min(found, key=distance)


def _within_image(
    start: CoordinateSystem, goal: CoordinateSystem, access: Access
) -> list[_Step] | None:
    """The way between pixels of levels and the system that these lead to.

    It is the shortest there can be, and needs no index of the tree. None if this is not the
    way, or there is none back.
    """
    try:
        up = _level_step(start.node, is_back=False) if start.is_array else None
        down = _level_step(goal.node, is_back=True) if goal.is_array else None
        if down is not None:
            down.map(access)
    except _UNUSABLE:
        return None
    if up is not None and _point(up.end) == _point(goal):
        return [up]
    if down is not None and _point(down.start) == _point(start):
        return [down]
    is_same = up is not None and down is not None and _point(up.end) == _point(down.start)
    if is_same and _point(start) != _point(goal):
        assert up is not None
        assert down is not None
        return [up, down]
    return None


def _traced(
    came: dict[_Point, _Step], start: CoordinateSystem, goal: CoordinateSystem
) -> list[_Step]:
    """The steps from one system to another, of those that reached each system first."""
    steps: list[_Step] = []
    at = goal
    while _point(at) != _point(start):
        steps.append(came[_point(at)])
        at = steps[-1].start
    return steps[::-1]


def transform_between(
    a: End, b: End, *, store: ReadableStore | None = None, policy: AccessPolicy | None = None
) -> PointMap:
    """The map of points from one coordinate system to another (RFC-5; RFC-8, "Scene").

    The transformations of the tree are put together along the shortest way; those that have an
    inverse are taken in both directions. Needs the extra `numpy`, and `zarr` where numbers of a
    transformation are in an array.

    Args:
        a: Where points are given: a coordinate system; a level, for its pixels; an image, for
            the system that its levels lead to; or a node with the id of a system, or with a
            Reference to one: `(node, "physical")`.
        b: Where they are wanted, in the same tree.
        store: Where arrays that hold the numbers of transformations are read; by default where
            the tree was.
        policy: Which of them may be read, as when the tree was opened.

    Returns:
        An `Affine`, which has a `matrix`, where a matrix does it; else a map that is called with
        points. Coordinates come in the order of the axes. Cost: O(1) between the levels and
        the system of one image; else O(nodes), once for each `CoordinateGraph`.

    Raises:
        NoTransformationError: Nothing leads from one to the other; the message says where one
            gets from `a`, and what could not be taken.
        InvalidAttributeError: A transformation on the way is not as RFC-5 has it.
        MissingExtraError: numpy, or zarr, is needed and not installed.
        NgioCollectionsError: As `CoordinateGraph.system` does.

    Examples:
        >>> import ngio_collections as ngc
        >>> axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]
        >>> levels = [
        ...     ngc.new_node(
        ...         "singlescale",
        ...         id=id,
        ...         attributes={
        ...             "coordinateTransformations": [
        ...                 {
        ...                     "type": "scale",
        ...                     "scale": [size, size],
        ...                     "input": {"id": id},
        ...                     "output": {"id": "um"},
        ...                 }
        ...             ]
        ...         },
        ...     )
        ...     for id, size in (("full", 0.5), ("half", 1.0))
        ... ]
        >>> image = ngc.new_node(
        ...     "multiscale",
        ...     attributes={"coordinateSystems": [{"id": "um", "axes": axes}]},
        ...     children=levels,
        ... )
        >>> full, half = image.levels()
        >>> ngc.transform_between(full, image)([10, 20]).tolist()
        [5.0, 10.0]
        >>> ngc.transform_between(half, full).matrix.tolist()
        [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 1.0]]
    """
    node = a[0] if isinstance(a, tuple) else a.node if isinstance(a, CoordinateSystem) else a
    if not isinstance(node, Node):
        raise TypeError(f"expected a coordinate system or a node, not {a!r}")
    return CoordinateGraph(node, store=store, policy=policy).between(a, b)
