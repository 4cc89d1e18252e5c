"""`eval`, `votes`, `judge`: evaluates sets; shows and exports votes; tests models as judges.

evaluate.py: the command `eval`
votes.py: the command `votes`
judge.py: the command `judge`
progress.py: how far a sweep is, on the error stream
printing.py: the result as a table, as sentences and as JSON
"""
