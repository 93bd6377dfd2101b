"""Paths and URLs of documents: the one place that computes with them. Pure."""
