"""Versions: the timeline of a prompt and what changed."""
