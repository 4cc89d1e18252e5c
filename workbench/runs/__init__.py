"""Driving a strategy on an engine, within a budget, into the history."""
