"""What an edit of a view of several documents did to its findings: documents that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ngio_collections._frozen import same_json
from ngio_collections.graph import NodeTree, Raw
from ngio_collections.graph._state import HOME, UNCHANGED, Change, Ref
from ngio_collections.validation._declarations import declared
from ngio_collections.validation._documents import View, url_in
from ngio_collections.validation._findings import Finding
from ngio_collections.validation._plans import Plans
from ngio_collections.validation._recheck import WholeTreeError
from ngio_collections.validation._trees import findings_in

__all__ = ["ViewRecheck"]


class ViewRecheck:
    """Checks the documents again that an edit of a view changed.

    Args:
        before: The view before.
        after: A later version of it.
        plans: What to run.

    Attributes:
        introduced: The findings that came.
        resolved: The findings that went.
        checked: How many nodes were looked at, in all documents.
    """

    def __init__(self, before: NodeTree, after: NodeTree, plans: Plans) -> None:
        self._after = after
        self._plans = plans
        self._touched = set(_touched(before, after))
        self._views = [View(tree, plans.profile.declaring) for tree in (before, after)]
        self._require_same_ids()
        self._sizes: dict[str, int] = {}
        was, self._now = (list(self._findings(view)) for view in self._views)
        self.checked = sum(self._sizes.values())
        gone, come = Counter(was), Counter(self._now)
        self.introduced = tuple((come - gone).elements())
        self.resolved = tuple((gone - come).elements())

    def _findings(self, view: View) -> Iterator[Finding]:
        for url in sorted(self._touched):
            document = view.document(url)
            if document is not None:
                size = len(document.home.segment)
                self._sizes[url] = max(size, self._sizes.get(url, 0))
                yield from findings_in(document, self._plans)

    def _require_same_ids(self) -> None:
        """Where a document declares other ids now, any other may refer to it differently."""
        for url in self._touched:
            old, new = (view.content(url) for view in self._views)
            if old is None or new is None or not self._same_ids(old[0], new[0]):
                raise WholeTreeError

    def _same_ids(self, old: Raw, new: Raw) -> bool:
        return old is new or same_json(self._ids(old), self._ids(new))

    def _ids(self, root: Raw) -> dict[str, list[Any]]:
        """What a document declares, and what rules look at in it from elsewhere."""
        found: dict[str, list[Any]] = {}
        stack: list[Any] = [root]
        while stack:
            raw = stack.pop()
            for id_, kind, value, _ in declared(raw, self._plans.profile.declaring):
                said = value.get("type") if kind == "node" else value
                found.setdefault(id_, []).append([kind, said])
            nodes = raw.get("nodes")
            stack.extend(n for n in (nodes if type(nodes) is list else ()) if type(n) is dict)
        return found

    def update(self, findings: list[Finding]) -> list[Finding]:
        """The findings of the new version, in the order of its documents."""
        by_document: dict[str | None, list[Finding]] = {}
        for finding in findings:
            if finding.document not in self._touched:
                by_document.setdefault(finding.document, []).append(finding)
        for finding in self._now:
            by_document.setdefault(finding.document, []).append(finding)
        order: list[str | None] = [self._after.url]
        root: Ref = (self._after.segment, 0)
        order += [document.url for document in self._views[1].documents(root)]
        return [found for url in dict.fromkeys(order) for found in by_document.get(url, ())]


def _touched(before: NodeTree, after: NodeTree) -> Iterator[str]:
    """The documents that differ between two versions of a view."""
    for _, was, is_ in before.changes.changes(after.changes):
        one = was or is_
        assert one is not None
        ref = one[0]
        change = is_[1] if is_ else UNCHANGED
        old = was[1] if was else UNCHANGED
        yield from _touched_by(before, after, ref, old, change)


def _touched_by(
    before: NodeTree, after: NodeTree, ref: Ref, was: Change, is_: Change
) -> Iterator[str]:
    in_old, in_new = before.holds(ref), after.holds(ref)
    if not in_old and not in_new:
        return
    if was.place != is_.place and (in_old or is_.place == HOME or ref[0] is after.segment):
        raise WholeTreeError  # Something was removed, or moved: documents may be in other places.
    tree = after if in_new else before
    edge = tree.edge(ref)
    urls = [url_in(tree, ref)]
    if edge is not None:
        urls += [layer.url for layer in edge.layers]
        parent = tree.parent(ref)
        if parent is not None:
            urls.append(url_in(tree, parent))
    yield from (url for url in urls if url is not None)
