"""Views of one run that several workspaces share: words, figures, votes, the search, the answer.

run_follower.py: events of a run from its log on, each once
run_model.py: a strategy with its parameters, and the run that is shown
sections.py: the foldable parts of a run's view
metrics.py: tokens, time, speed, calls, progress
answer_card.py: the answer and how it was extracted
extraction_form.py: edits the rule of an answer and applies it again
votes.py: votes as bars
agreement.py: agreement as a curve
paths.py: samples as a list
search_tree.py: the search, small
tree_cards.py: which nodes are shown, as cards or dots
tree_layout.py: their positions, in Tree and small
estimates.py: how long a run will take
explaining.py: from a run to its X-ray in Design, or why there is none
words.py: states, errors, numbers and parameters of a run in words
"""
