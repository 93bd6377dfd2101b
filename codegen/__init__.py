"""The generator: from the JSON Schemas in `schemas/` to typed Python, stubs and docs.

Run it as `python -m codegen`. It works offline and gives the same output for the
same input, always.
"""
