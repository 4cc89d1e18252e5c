"""Random texts that a grammar allows."""

from __future__ import annotations

import random

from workbench.engine.grammar_rules import Item, Rule

_DEEP = 5
"""From here on the shortest way out is taken."""


def derive(rules: dict[str, Rule], chance: random.Random) -> str:
    """One text of the grammar, by choosing at random."""
    costs = _costs(rules)
    return _rule("root", rules, costs, chance, 0)


def _costs(rules: dict[str, Rule]) -> dict[str, float]:
    """The depth of each rule's shallowest derivation."""
    costs = dict.fromkeys(rules, float("inf"))
    for _ in range(len(rules) + 1):
        for name, rule in rules.items():
            costs[name] = 1 + min(_sequence_cost(each, costs) for each in rule.alternatives)
    return costs


def _sequence_cost(sequence: list[Item], costs: dict[str, float]) -> float:
    return max((costs.get(item.rule, 0) for item in sequence if item.least), default=0)


def _rule(name, rules, costs, chance, depth) -> str:
    choices = rules[name].alternatives
    if depth > _DEEP:
        choices = [min(choices, key=lambda each: _sequence_cost(each, costs))]
    return "".join(_item(item, rules, costs, chance, depth + 1) for item in chance.choice(choices))


def _item(item, rules, costs, chance, depth) -> str:
    most = item.least if depth > _DEEP else item.least + 2
    times = chance.randint(item.least, most if item.most is None else min(most, item.most))
    return "".join(_once(item, rules, costs, chance, depth) for _ in range(times))


def _once(item, rules, costs, chance, depth) -> str:
    if item.rule:
        return _rule(item.rule, rules, costs, chance, depth)
    if item.text is not None:
        return item.text
    assert item.ranges is not None, "tokens have no text"
    if item.negated:
        wanted = 'aé "\\\n}]0'
        fitting = [
            char for char in wanted if not any(low <= char <= high for low, high in item.ranges)
        ]
        return chance.choice(fitting)
    low, high = chance.choice(item.ranges)
    return chr(chance.choice([ord(low), ord(high), chance.randint(ord(low), ord(high))]))
