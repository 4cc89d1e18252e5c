"""Metrics that need no expected value: how varied, repetitive and readable texts are.

distinct.py: distinct n-grams over the outputs of a cell
self_bleu.py: how alike the outputs of a cell are
repetition.py: how much a text repeats itself
readability.py: Flesch and Flesch-Kincaid, for English
"""
