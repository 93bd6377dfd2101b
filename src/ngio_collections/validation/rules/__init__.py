"""The hand-written bodies of the generated rule stubs, one module for each group of the catalogue.

A body is run on a value of the right kind whose content may still be wrong in any way:
what is wrong with the structure has been reported already, so a body passes over it in
silence and reports only what its own rule is about.
"""
