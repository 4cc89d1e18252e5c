"""Prompting strategies, one file each. A new one is a file and a line here.

strategy.py: `Strategy` and the table of all; parameters that every strategy has
direct.py: the prompt as it is, one call
cot.py: zero-shot chain of thought
few_shot_cot.py: chain of thought after worked examples
self_consistency.py: several chains of thought, and a vote
best_of_n.py: several answers, each verified, the best taken
least_to_most.py: easier questions first
self_refine.py: answer, feedback, rewrite
mixture.py: several answers merged into one
tree_of_thought.py: breadth first, depth first or best first over thoughts
mcts.py: Monte Carlo tree search over thoughts
answer_extraction.py: asks for an answer and extracts it (`ask`, `read_out`)
shapes.py: grammars for steps
steered.py: applies user edits to the states of a search
search/: generators, evaluators, selectors and orders of search
domains/: tasks that a program can check
"""

from workbench.strategies import (  # isort: skip - the order in which they are offered
    direct,
    cot,
    few_shot_cot,
    self_consistency,
    best_of_n,
    least_to_most,
    self_refine,
    tree_of_thought,
    mcts,
    mixture,
)
from workbench.strategies.strategy import STRATEGIES, Strategy

__all__ = [
    "STRATEGIES",
    "Strategy",
    "best_of_n",
    "cot",
    "direct",
    "few_shot_cot",
    "least_to_most",
    "mcts",
    "mixture",
    "self_consistency",
    "self_refine",
    "tree_of_thought",
]
