"""What is known of judges: whether they agree with the user, and what they can do at all.

bias.py: bias probes by likelihood, axis by axis
bias_items.py: their items
report.py: a judge's results against votes: agreement, bias, and whether it may rank
self_test.py: what a model may judge, from 30 rows with known answers
self_test_rows.py: these rows
"""
