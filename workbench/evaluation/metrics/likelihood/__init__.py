"""Metrics over log-probabilities, which a service asks an engine for."""
