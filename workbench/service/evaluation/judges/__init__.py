"""What models say of outputs that are there: judges, likelihoods, vectors. Nothing is asked twice.

questions.py: one question to a model, its answer, and the digest by which the answer is kept
asking.py: answers from the history, or from the models, several at once and prefix by prefix
requests.py: from a check and an output to its questions, and from the answers to what a metric sees
gating.py: which judges agree with the user's votes, and so may rank
judges.py: `core.judges`: self-tests and bias probes of models
other_pairs.py: what a judge picks of pairs that the user did not vote on
measuring.py: all questions of an evaluation, found or asked
"""
