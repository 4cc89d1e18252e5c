"""SQL of runs: one run with its events, lists of runs, and what is known of earlier ones.

runs.py: single runs and their events
run_end.py: how a run ended, and the end of runs that were cut off
run_list.py: lists of runs: filters, folding, deleting, judging
owner.py: which process works on a run, and whether it lives
lengths.py: how much earlier runs wrote, for estimates
"""
