"""Votes of the user on pairs of answers, blind, and the board that they make.

view.py: joins what is voted on, the keys, and the panes at the right
model.py: the pair that is shown, earlier votes, the board
pair_view.py: the case and its two answers
ballot.py: what decided, a note, and the four keys
vote_buttons.py: buttons that show their key
board_view.py: the board, and how often both were bad
judge_view.py: a judge against the user's votes, and its three gates
export_dialog.py: votes as files for training
words.py: sentences about votes, boards and judges
"""
