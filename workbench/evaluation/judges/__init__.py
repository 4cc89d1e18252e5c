"""What is known of judges: whether they agree with the user, and what they can do at all.

report.py: a judge's results against votes: agreement, bias, and whether it may rank
"""
