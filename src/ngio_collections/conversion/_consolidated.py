"""The copies of metadata that Zarr may keep in the root, compared with the documents themselves.

They are not used: the documents count. But a reader that uses them sees something else then,
which somebody should know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ngio_collections._mapping import KEPT, REFUSED
from ngio_collections._paths import zarr_path
from ngio_collections.conversion._ledger import Note, Page, escaped

__all__ = ["Copies"]

STAYS: Final = "It is a copy of other documents, which are read themselves."
OTHERWISE: Final = (
    "says something else than the document that it is a copy of, which counts; consolidate the "
    "Zarr group again"
)


@dataclass(slots=True)
class Copies:
    """The copies in the root of a hierarchy.

    Attributes:
        root: The address of the group.
        format: The version of Zarr.
        page: The notes about the document that holds the copies.
        at: Where in that they are.
        value: What is there.
        wrong: The pointers of those that say something else than the document.
    """

    root: str
    format: int
    page: Page
    at: str
    value: Any
    wrong: set[str] = field(default_factory=set)

    @classmethod
    def inline(cls, root: str, page: Page, document: Any) -> Copies | None:
        """The copies in a zarr.json; None if there are none."""
        if not isinstance(document, dict) or "consolidated_metadata" not in document:
            return None
        found = document["consolidated_metadata"]
        return cls(root, 3, page, "/consolidated_metadata", found)

    def compare(self, group: str, document: Any) -> None:
        """Compare a document with its copy, if there is one."""
        metadata = self.value.get("metadata") if isinstance(self.value, dict) else None
        if not isinstance(metadata, Mapping) or (group == self.root and self.format == 3):
            return
        path = "" if group == self.root else zarr_path(self.root, group)
        key = f"{path}/.zattrs".lstrip("/") if self.format == 2 else path
        if key not in metadata:
            return
        copy, at = metadata[key], f"{self.at}/metadata/{escaped(key)}"
        if self.format == 3:
            if not isinstance(copy, dict) or not isinstance(document, dict):
                return
            copy, document = copy.get("attributes"), document.get("attributes")
            at = f"{at}/attributes"
        if copy != document:
            self.wrong.add(at)

    def note(self) -> None:
        """Note what was found, in the place of the one note about all copies."""
        self.page.replace(self.at, tuple(self._notes()))

    def _notes(self) -> Iterator[Note]:
        above = {at[:end] for at in self.wrong for end in range(len(at)) if at[end] == "/"}
        stack = [(self.value, self.at)]
        while stack:
            value, at = stack.pop()
            if at in self.wrong:
                yield Note(at, REFUSED, None, None, OTHERWISE)
            elif at in above and isinstance(value, dict) and value:
                stack += [(item, f"{at}/{escaped(key)}") for key, item in value.items()]
            else:
                yield Note(at, KEPT, None, None, STAYS)
