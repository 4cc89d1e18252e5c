"""Evaluations analysed: pure functions from figures of single cases to one description.

one_check.py: a result as if one of its checks alone had been applied
figures.py: what is taken of an evaluation: scores, costs and confidences case by case, groups
analyse.py: the whole description, as a job of a sandbox process
costs.py: quality against tokens, seconds and calls
tags.py: tables by tag and by columns with few values
"""
