"""Puts what was found in an order, and measures how good the order is. Pure functions.

query_words.py: the words of a question as a query of the word index
fusion.py: several rankings as one, by reciprocal rank
diversity.py: maximal marginal relevance: near and not the same again
overlaps.py: passages that overlap or say the same, as one
measures.py: recall, precision, reciprocal rank, average precision, nDCG, found spans
"""
