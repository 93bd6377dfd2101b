"""The documents that others refer to, for `validate --recursive`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import ngio_collections as ngc
from ngio_collections import _paths
from ngio_collections.cli._access import Access, store_for
from ngio_collections.cli._following import following, tell_unfollowed
from ngio_collections.document import Source
from ngio_collections.resolve._inline import Settings
from ngio_collections.resolve._requests import run
from ngio_collections.resolve._visit import Visitor

__all__ = ["Recursion"]


class Recursion:
    """Reads everything that documents refer to, and passes it on as it arrives.

    Args:
        access: What may be read.
        depth: How many documents inside of each other are followed; all if None.

    Attributes:
        unfollowed: The references that were not followed although they should have been.
    """

    def __init__(self, access: Access, depth: int | None) -> None:
        self._access = access
        self._depth = depth
        self.unfollowed: tuple[ngc.Unfollowed, ...] = ()

    def run(
        self, named: Sequence[str], visit: Callable[[Source, bytes], None]
    ) -> list[ngc.DocumentError]:
        """Read the documents that others refer to.

        Args:
            named: The paths of documents that were checked already.
            visit: Is called with each of the others and its bytes, as it arrives.

        Returns:
            The errors of those among the named that could not be read once more.
        """
        if not named:
            return []
        urls = [_paths.as_url(one) for one in named]
        known = set(urls)

        def others(source: Source, data: bytes) -> None:
            if source.url not in known:
                visit(source, data)

        unreadable: dict[str, ngc.DocumentError] = {}
        # Findings and a bar on one terminal would overwrite each other.
        showing = nullcontext() if sys.stdout.isatty() else following("Checking documents")
        with showing as progress:
            settings = Settings(policy=self._access.policy, depth=self._depth, progress=progress)
            visitor = Visitor(settings, others)
            store = self._access.store or store_for(None, urls[0])
            run(visitor.visit(urls, unreadable), store)
        self.unfollowed = visitor.report().failures
        # Where there is no node in the place of one, a finding says so already.
        return [e for e in unreadable.values() if not isinstance(e, ngc.NotOmeError)]

    def tell(self) -> None:
        """Print on standard error which references were not followed."""
        tell_unfollowed(self.unfollowed)
