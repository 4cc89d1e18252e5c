"""Data sets made by rule, with a difficulty and a seed; one file a kind.

kind.py: what a kind is, and the rows of one
generated_sets.py: `core.generated`: makes data sets and sets that evaluate them
words.py: arithmetic, counting and tracking, whose answer is one number or word
puzzles.py: targets, Latin squares and constraint writing, which have many right answers
"""
