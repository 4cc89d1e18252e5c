"""Answers tinted by probability, the alternatives of each token, and samplers along an answer.

tint.py: `TokenTint`: switches it on and off, reads tokens of the messages near the view, branches
token_part.py: one answer in tokens, with what it is known from
token_text.py: its text, tinted; pointer and keys go from token to token
popover.py: the alternatives of a token, by pointer and by keys
token_bar.py: the legend, and whether alternatives are kept
microscope.py: the pane of the sampler microscope: a chain, and what it leaves at each token
places_table.py: the list of that pane
"""
