"""Judging what a model wrote: answers taken out of it, differences, intervals, verdicts.

extraction.py: takes the answer out of a text by a rule
diff.py: which words two texts share
lines.py: differences by line and, within changed lines, by word
statistics.py: confidence intervals of shares
verdict.py: whether repeats can tell strategies apart, and how many repeats could
"""
