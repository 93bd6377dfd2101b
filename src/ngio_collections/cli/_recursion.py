"""The documents that others refer to, for `validate --recursive`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext

import ngio_collections as ngc
from ngio_collections import _paths
from ngio_collections.cli._access import Access, label, store_for
from ngio_collections.cli._documents import Checked
from ngio_collections.cli._following import following, tell_unfollowed
from ngio_collections.document import Source
from ngio_collections.resolve._inline import Inliner, Settings
from ngio_collections.resolve._requests import run

__all__ = ["Recursion"]


class Recursion:
    """Reads everything that documents refer to, and checks it.

    Args:
        access: What may be read.
        depth: How many documents inside of each other are followed; all if None.

    Attributes:
        unfollowed: The references that were not followed although they should have been.
    """

    def __init__(self, access: Access, depth: int | None) -> None:
        self._access = access
        self._depth = depth
        self._others: list[Source] = []
        self.unfollowed: tuple[ngc.Unfollowed, ...] = ()

    def read(self, named: Sequence[str]) -> list[ngc.DocumentError]:
        """Read the documents that others refer to.

        Args:
            named: The paths of documents that were checked already.

        Returns:
            The errors of those among them that could not be read once more.
        """
        if not named:
            return []
        urls = [_paths.as_url(one) for one in named]
        known = set(urls)
        unreadable: dict[str, ngc.DocumentError] = {}
        with following() as progress:
            settings = Settings(policy=self._access.policy, depth=self._depth, progress=progress)
            inliner = Inliner(settings)
            store = self._access.store or store_for(None, urls[0])
            sources = run(inliner.documents(urls, unreadable), store)
        self._others = [source for url, source in sources.items() if url not in known]
        self.unfollowed = inliner.report().failures
        # Where there is no node in the place of one, a finding says so already.
        return [e for e in unreadable.values() if not isinstance(e, ngc.NotOmeError)]

    def check(self, *, profile: str, revision: str) -> Iterator[Checked]:
        """Check the documents that were read, one after the other.

        Args:
            profile: The profile to check against.
            revision: The revision of RFC-8 to check against.

        Yields:
            Each with its findings.
        """
        # Findings and a bar on one terminal would overwrite each other.
        showing = nullcontext() if sys.stdout.isatty() else following("Checking documents")
        with showing as progress:
            for number, source in enumerate(self._others, 1):
                name = label(source.url)
                findings = ngc.validate_document(
                    dict(source.document), profile=profile, revision=revision, url=name
                )
                yield Checked(name, tuple(findings))
                if progress is not None:
                    progress(number, len(self._others))

    def tell(self) -> None:
        """Print on standard error which references were not followed."""
        tell_unfollowed(self.unfollowed)
