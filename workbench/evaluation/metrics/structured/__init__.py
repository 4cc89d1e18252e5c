"""Metrics of outputs that are JSON.

reading.py: JSON in an output: all of it, a fenced block, or the first value in the text
equality.py: when two JSON values are equal, and paths into them
valid.py: whether the output is JSON, and holds to a schema
schema.py: JSON schemas that look nothing up
equal.py: equal to an expected value as JSON
fields.py: how many expected fields have their values
"""
