"""Prompting strategies, one file each. A new one is a file and a line here."""

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
