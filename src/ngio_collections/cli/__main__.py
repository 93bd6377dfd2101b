"""Run the command line with `python -m ngio_collections.cli`."""

from __future__ import annotations

from ngio_collections.cli import main

if __name__ == "__main__":
    main()
