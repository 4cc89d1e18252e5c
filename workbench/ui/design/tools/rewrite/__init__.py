"""Rewrite: a model suggests a better prompt, taken in parts."""
