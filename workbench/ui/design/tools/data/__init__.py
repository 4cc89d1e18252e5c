"""Data: rows that fill the inputs of the open prompt."""
