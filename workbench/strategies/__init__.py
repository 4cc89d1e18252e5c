"""Prompting strategies, one file each. A new one is a file and a line here."""

from workbench.strategies import cot, direct, self_consistency, tree_of_thought
from workbench.strategies.strategy import STRATEGIES, Strategy

__all__ = ["STRATEGIES", "Strategy", "cot", "direct", "self_consistency", "tree_of_thought"]
