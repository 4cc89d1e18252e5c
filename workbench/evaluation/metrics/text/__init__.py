"""Metrics that look at the output as a text.

normalising.py: how texts are made alike before they are compared
exact.py: equal to an expected value
contains.py: has all, or one, of the expected texts
starts_with.py: begins with an expected text
pattern.py: matches a regular expression
number_reading.py: numbers as people and models write them
numeric.py: equal as numbers, within a tolerance
"""
