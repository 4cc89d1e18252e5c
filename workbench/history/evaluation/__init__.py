"""SQL of what answers are worth.

evaluations.py: evaluations, their cells, and looks at held-out cases
votes.py: votes on pairs of answers
measurements.py: what models found of texts, found by the digest of the question
"""
