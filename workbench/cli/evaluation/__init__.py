"""`eval` and `votes`: evaluates the variants of a set; shows and exports votes on them.

evaluate.py: the command `eval`
votes.py: the command `votes`
progress.py: how far a sweep is, on the error stream
printing.py: the result as a table, as sentences and as JSON
"""
