"""Judges: models that say how good an output is, read from the probabilities of their labels.

reading.py: parameters that all judges have, and the labels with the ways to write them
rubric.py: levels 1 to 5 by a rubric; ready ones for accuracy, relevance, fluency
claim.py: yes or no on one claim; ready ones for factual consistency and toxicity
pairwise.py: which of two answers is better, asked in both orders
sampled.py: whether the other samples of a cell support each sentence of an output
"""
