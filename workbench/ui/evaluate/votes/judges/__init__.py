"""Judges in Votes: held to the user's votes, asked about other pairs, tested by themselves.

judge_view.py: a judge against the user's votes, and its three gates
judging.py: a judge that ranks, asked about the pairs without a vote
other_pairs.py: its button, its progress, whether its picks count
self_tests.py: self-test and bias report of a model
"""
