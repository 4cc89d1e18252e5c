"""`eval` and `votes`: evaluates the variants of a set; shows and exports votes on them.

evaluate.py: the command `eval`
votes.py: the command `votes`
"""`eval` evaluates the variants of a set; `judge` says what a model can do as a judge.

evaluate.py: `eval`
progress.py: how far a sweep is, on the error stream
printing.py: the result as a table, as sentences and as JSON
judge.py: `judge`
"""
