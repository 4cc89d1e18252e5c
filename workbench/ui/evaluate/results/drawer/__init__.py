"""One case at the right of the grid.

drawer.py: the pane: inputs, output against the baseline, checks, judges, repeats
case_parts.py: what its sections hold: inputs, checks, repeats
judge_bars.py: the labels of a judge with their probabilities
opening.py: opens the run of a cell in History, Tree or X-ray
"""
