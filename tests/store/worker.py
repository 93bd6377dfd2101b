"""What the other processes of the tests do: `python -m tests.store.worker WORK URL ...`."""

from __future__ import annotations

import itertools
import sys

from ngio_collections.errors import ConflictError
from ngio_collections.store import LocalStore

# Large enough that writing one takes a while, and that a mixture of two would show.
SIZE = 100_000


def version(number: int) -> bytes:
    """A document that is known to be whole."""
    return b"%08d" % number * (SIZE // 8)


def count_up(url: str, rounds: str) -> None:
    """Add one to the number in a document, so many times, whoever else does that too."""
    files = LocalStore().blocking()
    for _ in range(int(rounds)):
        while True:
            blob = files.get(url)
            try:
                files.put(url, b"%08d" % (int(blob.data) + 1), if_match=blob.tag)
            except ConflictError:
                continue
            break


def write_on(url: str) -> None:
    """Write one version after the other; say when it has begun."""
    files = LocalStore().blocking()
    for number in itertools.count(1):
        files.put(url, version(number))
        if number == 1:
            print("begun", flush=True)


if __name__ == "__main__":
    {"count_up": count_up, "write_on": write_on}[sys.argv[1]](*sys.argv[2:])
