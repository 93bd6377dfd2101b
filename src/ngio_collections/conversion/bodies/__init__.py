"""The code of the mapped rows of the tables in `schemas/conversions/`, a module for each group.

Each row has two functions: `@converts` maps a field, `@restores` gives it back.
"""
