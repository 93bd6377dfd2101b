"""Measurements of what the project promises: `python -m benchmarks [--nodes N] [--ops ...]`."""
