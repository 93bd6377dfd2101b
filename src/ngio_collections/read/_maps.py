"""Maps of points from one coordinate system to another. The only module that computes.

A map is called with an array of points, whose last dimension has the coordinates in the
order of the axes of the system that it starts at.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ngio_collections.errors import NoTransformationError
from ngio_collections.read._packages import package

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Points: TypeAlias = NDArray[np.float64]

__all__ = ["Affine", "ByAxes", "Chain", "Field", "PointMap", "TwoWay", "numpy"]


def numpy() -> Any:
    """The package numpy.

    Raises:
        MissingExtraError: It is not installed.
    """
    return package("numpy", "numpy", "transforming coordinates")


class PointMap(ABC):
    """A map of points from one coordinate system to another, as `transform_between` gives it.

    Attributes:
        inputs: How many coordinates a point has that it takes.
        outputs: How many a point has that it gives.
    """

    __slots__ = ("inputs", "outputs")

    inputs: int
    outputs: int

    @property
    def is_affine(self) -> bool:
        """Whether a matrix does it, so that this is an `Affine`."""
        return isinstance(self, Affine)

    def __call__(self, points: ArrayLike) -> Points:
        """Map points.

        Args:
            points: An array whose last dimension has one coordinate for each axis.

        Returns:
            An array of float64 of the same shape but for the last dimension.

        Raises:
            ValueError: The last dimension has another length.
        """
        made = numpy().asarray(points, dtype=float)
        if made.ndim == 0 or made.shape[-1] != self.inputs:
            raise ValueError(
                f"points have {self.inputs} coordinates here, one for each axis; found an array "
                f"of the shape {made.shape}"
            )
        return self._map(made)

    @abstractmethod
    def _map(self, points: Points) -> Points: ...

    @abstractmethod
    def inverse(self) -> PointMap:
        """The map back.

        Raises:
            NoTransformationError: There is none.
        """

    def __matmul__(self, first: PointMap) -> PointMap:
        """This map after another one: `(b @ a)(points)` is `b(a(points))`."""
        return Chain.of([first, self], first.inputs)

    def simplified(self) -> PointMap:
        """The same map; as an `Affine` if a matrix does it."""
        return self


class Affine(PointMap):
    """A map of points by a matrix.

    Args:
        matrix: The matrix in homogeneous coordinates: one row more than there are outputs, one
            column more than there are inputs; the last row is 0, ..., 0, 1.

    Attributes:
        matrix: The matrix, float64, read-only; `numpy.asarray(affine)` gives it too.

    Raises:
        MissingExtraError: numpy is not installed.
        ValueError: It is no such matrix.

    Examples:
        >>> import ngio_collections as ngc
        >>> half = ngc.Affine([[0.5, 0.0, 1.0], [0.0, 0.5, 2.0], [0.0, 0.0, 1.0]])
        >>> half([[0.0, 0.0], [2.0, 4.0]]).tolist()
        [[1.0, 2.0], [2.0, 4.0]]
        >>> (half.inverse() @ half).matrix.tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """

    __slots__ = ("matrix",)

    matrix: NDArray[np.float64]

    def __init__(self, matrix: ArrayLike) -> None:
        made = numpy().array(matrix, dtype=float)
        if made.ndim != 2 or made.size == 0:
            raise ValueError(f"a matrix has two dimensions; found the shape {made.shape}")
        if (made[-1, :-1] != 0).any() or made[-1, -1] != 1:
            raise ValueError(f"the last row is 0, ..., 0, 1; found {made[-1].tolist()}")
        made.flags.writeable = False
        self.matrix = made
        self.outputs, self.inputs = (length - 1 for length in made.shape)

    @classmethod
    def of(cls, linear: ArrayLike, shift: ArrayLike | None = None) -> Affine:
        """The map by a matrix without homogeneous coordinates, and a shift after it."""
        np = numpy()
        rows = np.asarray(linear, dtype=float)
        whole = np.zeros((rows.shape[0] + 1, rows.shape[1] + 1))
        whole[:-1, :-1] = rows
        whole[:-1, -1] = 0.0 if shift is None else shift
        whole[-1, -1] = 1.0
        return cls(whole)

    @classmethod
    def identity(cls, count: int) -> Affine:
        """The map of so many coordinates to themselves."""
        return cls.of(numpy().eye(count))

    def _map(self, points: Points) -> Points:
        moved: Points = points @ self.matrix[:-1, :-1].T + self.matrix[:-1, -1]
        return moved

    def inverse(self) -> Affine:
        """The map back, by the inverse matrix.

        Raises:
            NoTransformationError: The matrix has none: it is not square, or singular.
        """
        np = numpy()
        linear = self.matrix[:-1, :-1]
        if self.inputs != self.outputs:
            raise NoTransformationError(
                f"a matrix from {self.inputs} to {self.outputs} axes has no inverse"
            )
        if np.linalg.matrix_rank(_balanced(linear)) < self.inputs:
            raise NoTransformationError("a singular matrix, such as a scale of 0, has no inverse")
        back = np.linalg.inv(linear)
        return Affine.of(back, -back @ self.matrix[:-1, -1])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        np = numpy()
        made: NDArray[Any] = np.array(self.matrix, dtype=dtype, copy=True if copy else None)
        return made

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Affine):
            return NotImplemented
        return bool(numpy().array_equal(self.matrix, other.matrix))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        rows = ", ".join("[" + ", ".join(f"{x:g}" for x in row) + "]" for row in self.matrix)
        return f"<Affine [{rows}]>"


def _balanced(linear: Any) -> Any:
    """A matrix whose rows and columns have about the size 1, so that units do not matter."""
    np = numpy()
    made = linear
    for axis in (1, 0):
        largest = np.abs(made).max(axis=axis, keepdims=True)
        made = made / np.where(largest == 0, 1.0, largest)
    return made


class Chain(PointMap):
    """Maps one after the other."""

    __slots__ = ("steps",)

    def __init__(self, steps: Sequence[PointMap]) -> None:
        self.steps = tuple(steps)
        self.inputs, self.outputs = self.steps[0].inputs, self.steps[-1].outputs

    @classmethod
    def of(cls, steps: Sequence[PointMap], count: int) -> PointMap:
        """Maps one after the other as one map; matrices next to each other become one.

        Args:
            steps: The maps, the first of which is applied first.
            count: How many coordinates there are, if there are no maps.

        Raises:
            ValueError: One takes another number of coordinates than the one before it gives.
        """
        flat = [
            one for step in steps for one in (step.steps if isinstance(step, Chain) else [step])
        ]
        made: list[PointMap] = []
        for step in flat:
            before = made[-1] if made else None
            if before is not None and before.outputs != step.inputs:
                raise ValueError(f"{before.outputs} coordinates become {step.inputs} in between")
            if isinstance(before, Affine) and isinstance(step, Affine):
                made[-1] = Affine(step.matrix @ before.matrix)
            else:
                made.append(step)
        if not made:
            return Affine.identity(count)
        return made[0] if len(made) == 1 else cls(made)

    def _map(self, points: Points) -> Points:
        for step in self.steps:
            points = step(points)
        return points

    def inverse(self) -> PointMap:
        return Chain.of([step.inverse() for step in reversed(self.steps)], self.outputs)

    def simplified(self) -> PointMap:
        return Chain.of([step.simplified() for step in self.steps], self.inputs)

    def __repr__(self) -> str:
        return f"<PointMap of {len(self.steps)} steps from {self.inputs} to {self.outputs} axes>"


class TwoWay(PointMap):
    """A map whose inverse is given (RFC-5, "bijection")."""

    __slots__ = ("back", "forward")

    def __init__(self, forward: PointMap, back: PointMap) -> None:
        self.forward, self.back = forward, back
        self.inputs, self.outputs = forward.inputs, forward.outputs

    def _map(self, points: Points) -> Points:
        return self.forward(points)

    def inverse(self) -> PointMap:
        return TwoWay(self.back, self.forward)

    def simplified(self) -> PointMap:
        forward = self.forward.simplified()
        return forward if isinstance(forward, Affine) else TwoWay(forward, self.back.simplified())

    def __repr__(self) -> str:
        return f"<PointMap in both ways from {self.inputs} to {self.outputs} axes>"


class ByAxes(PointMap):
    """Maps of groups of axes, side by side (RFC-5, "byDimension").

    Args:
        parts: The maps, each with the axes that it takes and gives.
        inputs: How many axes there are to take from.
        outputs: How many there are to give; each is given once.
    """

    __slots__ = ("parts",)

    def __init__(
        self,
        parts: Sequence[tuple[PointMap, tuple[int, ...], tuple[int, ...]]],
        inputs: int,
        outputs: int,
    ) -> None:
        self.parts = tuple(parts)
        self.inputs, self.outputs = inputs, outputs

    def _map(self, points: Points) -> Points:
        moved: Points = numpy().empty((*points.shape[:-1], self.outputs))
        for part, taken, given in self.parts:
            moved[..., list(given)] = part(points[..., list(taken)])
        return moved

    def inverse(self) -> PointMap:
        taken = sorted(axis for _, axes, _ in self.parts for axis in axes)
        if taken != list(range(self.inputs)):
            raise NoTransformationError(
                "a `byDimension` that does not take every axis once has no inverse"
            )
        back = [(part.inverse(), given, taken) for part, taken, given in self.parts]
        return ByAxes(back, self.outputs, self.inputs)

    def simplified(self) -> PointMap:
        parts = [(part.simplified(), taken, given) for part, taken, given in self.parts]
        whole = numpy().zeros((self.outputs + 1, self.inputs + 1))
        whole[-1, -1] = 1.0
        for part, taken, given in parts:
            if not isinstance(part, Affine):
                return ByAxes(parts, self.inputs, self.outputs)
            for row, output in enumerate(given):
                # An axis may be taken twice by one part.
                for column, source in enumerate(taken):
                    whole[output, source] += part.matrix[row, column]
                whole[output, -1] = part.matrix[row, -1]
        return Affine(whole)

    def __repr__(self) -> str:
        return f"<PointMap by groups of axes from {self.inputs} to {self.outputs} axes>"


class Field(PointMap):
    """A vector that is looked up for each point (RFC-5, "coordinates" and "displacements").

    Beyond the samples the outermost ones count. Where a point is NaN or infinite, so that it
    is at no position among the samples, every coordinate becomes NaN.

    Args:
        read: Gives the samples, with the vector in the last dimension; called when they are
            needed first.
        to_index: The map from points to positions among the samples.
        outputs: How long a vector is.
        adds: Whether the vector is added to the point, or takes its place.
        is_nearest: Whether the nearest sample counts, or what lies linearly between them.
    """

    __slots__ = ("_adds", "_is_nearest", "_read", "_samples", "_to_index")

    def __init__(
        self,
        read: Callable[[], Any],
        to_index: PointMap,
        outputs: int,
        *,
        adds: bool,
        is_nearest: bool,
    ) -> None:
        self._read, self._to_index = read, to_index
        self._adds, self._is_nearest = adds, is_nearest
        self._samples: Any = None
        self.inputs, self.outputs = to_index.inputs, outputs

    def _map(self, points: Points) -> Points:
        if self._samples is None:
            self._samples = self._read()
        np, samples = numpy(), self._samples
        last = np.array(samples.shape[:-1]) - 1
        with np.errstate(invalid="ignore"):  # Infinity times 0.
            at = self._to_index(points)
        is_nowhere = ~(np.isfinite(points).all(axis=-1) & np.isfinite(at).all(axis=-1))
        at = np.clip(np.where(is_nowhere[..., None], 0.0, at), 0, last)
        if self._is_nearest:
            found = samples[tuple(np.moveaxis(np.floor(at + 0.5).astype(int), -1, 0))]
        else:
            found = _between(samples, at, last)
        moved: Points = points + found if self._adds else found
        return np.where(is_nowhere[..., None], np.nan, moved) if is_nowhere.any() else moved

    def inverse(self) -> PointMap:
        raise NoTransformationError(
            "a field of vectors has no inverse that can be computed; a `bijection` gives one"
        )

    def __repr__(self) -> str:
        kind = "displacements" if self._adds else "coordinates"
        return f"<PointMap by {kind} from {self.inputs} to {self.outputs} axes>"


def _between(samples: Any, at: Any, last: Any) -> Any:
    """What lies linearly between samples: the corners around each position, weighted."""
    np = numpy()
    low = np.minimum(np.floor(at).astype(int), np.maximum(last - 1, 0))
    part = at - low
    found = np.zeros((*at.shape[:-1], samples.shape[-1]))
    for corner in np.ndindex(*(2,) * at.shape[-1]):
        high = np.array(corner)
        weight = np.where(high, part, 1.0 - part).prod(axis=-1)
        index = np.minimum(low + high, last)
        found += weight[..., None] * samples[tuple(np.moveaxis(index, -1, 0))]
    return found
