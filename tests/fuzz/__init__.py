"""Random documents, made from the schemas and then damaged."""
