"""Judging what a model wrote: answers taken out of it, differences, intervals, verdicts.

extraction.py: takes the answer out of a text by a rule
diff.py: which words two texts share
lines.py: differences by line and, within changed lines, by word
scoring.py: from the checks of single outputs to the counts of a variant
comparing.py: variants against the baseline, or against themselves in another evaluation
analysis/: quality against cost, changed rows, tags, calibration
pairing.py: which two answers the user votes on next
preferences.py: votes become rows for DPO, KTO and SFT
reports/: results as JUnit XML, CSV and HTML
judges/: what is known of judges: agreement with votes, self-test, bias probes
sets/: files of evaluations, and rows made into cases
statistics/: intervals, tests and verdicts: what scores, votes and judges show, and how surely
metrics/: checks and metrics: what an output is worth, one file each
"""
