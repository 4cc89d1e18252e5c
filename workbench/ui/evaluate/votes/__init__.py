"""Votes of the user on pairs of answers, blind, and the board that they make.

view.py: joins what is voted on, the keys, and the panes at the right
model.py: the pair that is shown, earlier votes
ranked.py: the same of an evaluation, with board and judges
actions.py: the commands of voting
head.py: which vote it is, the order, whether it is blind
pair_view.py: the case and its two answers
ballot.py: what decided, a note, and the four keys
vote_buttons.py: buttons that show their key
board_view.py: the board, and how often both were bad
judges/: judges held to the votes, and tested
export_dialog.py: votes as files for training
words.py: sentences about votes, boards and judges
"""
