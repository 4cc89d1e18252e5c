"""The rules of a grammar; refuses undefined rules and rules that never end."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.domain.errors import GrammarError


@dataclass
class Item:
    """Something that is matched, ``least`` to ``most`` times (None: without end).

    It is a reference to ``rule``, a literal ``text``, a class of ``ranges`` (``negated`` or not),
    a ``token`` as it was written, or, where none of them is set, any character.
    """

    rule: str = ""
    text: str | None = None
    ranges: list[tuple[str, str]] | None = None
    negated: bool = False
    token: str = ""
    line: int = 0
    least: int = 1
    most: int | None = 1
    is_repeated: bool = False
    rules_made: int = 1
    """Rules that llama.cpp makes of it; repetition multiplies them."""
    elements: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether it is a literal or a class without a single character."""
        return self.text == "" or self.ranges == []


@dataclass
class Rule:
    """The alternatives of a name, each a sequence.

    A group in brackets is a rule too; ``owner`` is the named one around it.
    """

    owner: str
    line: int
    alternatives: list[list[Item]] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        """All items of all alternatives."""
        for sequence in self.alternatives:
            yield from sequence


def require_defined(rules: dict[str, Rule]) -> None:
    """Raise GrammarError unless every rule that is referred to is there."""
    for rule in rules.values():
        for item in rule.items():
            if item.rule and item.rule not in rules:
                raise _error(rule, item.line, f"there is no rule called {item.rule}")


def refuse_endless(rules: dict[str, Rule]) -> None:
    """Raise GrammarError where matching would never end.

    That is where a rule comes back to itself before it has matched anything, and where something
    that may be empty is repeated without end.
    """
    nullable = _nullable_rules(rules)
    looping = _find_loop({name: _first_rules(rule, nullable) for name, rule in rules.items()})
    if looping:
        rule = rules[looping]
        raise GrammarError(
            f"The grammar cannot be used: line {rule.line}: the rule {rule.owner} begins with "
            "itself and would never end; let it begin with something else.",
            line=rule.line,
        )
    for rule in rules.values():
        for item in rule.items():
            if item.most is None and _is_nothing(item, nullable):
                what = (
                    "something that may be empty is repeated without end; let it hold at least "
                    "one character"
                )
                raise _error(rule, item.line, what)


def _error(rule: Rule, line: int, what: str) -> GrammarError:
    return GrammarError(
        f"The grammar cannot be used: line {line}, in the rule {rule.owner}: {what}.", line=line
    )


def _nullable_rules(rules: dict[str, Rule]) -> set[str]:
    """Rules that may match nothing."""
    users: dict[str, set[str]] = defaultdict(set)
    for name, rule in rules.items():
        for item in rule.items():
            users[item.rule].add(name)
    nullable: set[str] = set()
    waiting = deque(rules)
    while waiting:
        name = waiting.popleft()
        if name not in nullable and any(
            all(_may_be_left_out(item, nullable) for item in sequence)
            for sequence in rules[name].alternatives
        ):
            nullable.add(name)
            waiting.extend(users[name])
    return nullable


def _may_be_left_out(item: Item, nullable: set[str]) -> bool:
    return item.least == 0 or _is_nothing(item, nullable)


def _is_nothing(item: Item, nullable: set[str]) -> bool:
    """Whether one occurrence of it may be empty."""
    return item.is_empty or item.rule in nullable


def _first_rules(rule: Rule, nullable: set[str]) -> list[str]:
    """Rules that may come first, before anything was matched."""
    found: dict[str, None] = {}
    for sequence in rule.alternatives:
        for item in sequence:
            if item.rule:
                found[item.rule] = None
            if not _may_be_left_out(item, nullable):
                break
    return list(found)


def _find_loop(first: dict[str, list[str]]) -> str:
    """A name that can be reached from itself, "" where there is none (depth-first search)."""
    done: set[str] = set()
    for start, begins in first.items():
        path: dict[str, Iterator[str]] = {} if start in done else {start: iter(begins)}
        while path:
            name, following = next(reversed(path.items()))
            other = next(following, None)
            if other is None:
                done.add(name)
                del path[name]
            elif other in path:
                return other
            elif other not in done:
                path[other] = iter(first[other])
    return ""
