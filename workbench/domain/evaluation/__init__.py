"""Values of evaluations: estimates with their intervals, verdicts, boards, agreement.

estimates.py: a number with its interval (`Estimate`); what a column adds up to (`ScoreSummary`)
"""
