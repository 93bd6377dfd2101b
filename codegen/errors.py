"""The error of the generator."""

from __future__ import annotations

__all__ = ["GenerationError"]


class GenerationError(Exception):
    """The schemas, deviations or rules cannot be turned into code.

    Args:
        where: The file, and within it the JSON Pointer, that has to be changed.
        problem: What was found there and what was expected.
    """

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}")
