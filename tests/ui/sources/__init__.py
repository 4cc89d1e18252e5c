"""The Sources workspace."""
