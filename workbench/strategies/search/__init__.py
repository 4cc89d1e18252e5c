"""Searches in parts: a generator, an evaluator, a selector and an order of search, over a domain.

setup.py: `SearchParams`, and the parts that parameters choose
searcher.py: what all searches do: begin, grow, judge, select, keep the best
state.py: a state: its thoughts and what is known of it
generators.py: where thoughts come from: proposed or sampled
evaluators.py: what states are worth
selectors.py: which states go on
breadth_first.py: level by level, with a beam
depth_first.py: with backtracking
best_first.py: the best open state next
monte_carlo.py: Monte Carlo tree search with UCT
wording.py: which prompt file a step uses, and its values
reading.py: reads thoughts, verdicts and votes from answers
voting.py: counts votes
checks.py: what the domain's solver says of a node
reference.py: switches that imitate tree-of-thought-llm, to compare with it
"""
