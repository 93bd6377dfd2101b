"""For those who write stores and rules: the contract of stores as tests, and a guard for rules.

It needs pytest. `validate_guarded` checks with rules that are held to their scope; a store is
tested like this:

Example:
    ```python
    from ngio_collections.store import WritableStore
    from ngio_collections.testing import StoreTests


    class TestMyStore(StoreTests):
        def make_store(self) -> WritableStore:
            return MyStore()

        def url(self, name: str) -> str:
            return f"my://somewhere/{name}"
    ```
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("ngio_collections.testing._stores")

from ngio_collections.testing._rules import validate_guarded  # noqa: E402
from ngio_collections.testing._stores import ReadableStoreTests, StoreTests  # noqa: E402

__all__ = ["ReadableStoreTests", "StoreTests", "validate_guarded"]
