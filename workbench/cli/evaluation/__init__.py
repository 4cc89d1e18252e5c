"""`eval`: evaluates the variants of a set.

evaluate.py: the command
progress.py: how far a sweep is, on the error stream
printing.py: the result as a table, as sentences and as JSON
"""
