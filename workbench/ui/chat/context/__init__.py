"""The context of a conversation, in sight.

sight.py: joins what is counted with the pane, the composer and the transcript
context_model.py: asks what the next answer would be made from, while somebody types
context_pane.py: the pane at the right: numbers, thoughts, summaries
gauge.py: a column in the colours of the parts, and their tokens
boundary.py: the line in the transcript where the model stops seeing
"""
