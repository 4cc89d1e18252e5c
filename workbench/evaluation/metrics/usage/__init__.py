"""Metrics of what an output cost and how it ended."""
