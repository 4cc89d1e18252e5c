"""Metrics over embeddings, which a service asks an engine for."""
