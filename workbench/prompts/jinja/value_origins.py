"""Where the values in a template come from: variables behind loop targets and assignments."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence

from jinja2 import nodes

from workbench.prompts.jinja.environment import ALLOWED_GLOBALS
from workbench.prompts.jinja.passages import asks

NOT_VARIABLES = ALLOWED_GLOBALS | {"loop", "caller", "varargs", "kwargs", "self", "super"}


class Scope:
    """The variables behind each name, while a template is walked from top to bottom.

    ``{% for ex in examples %}`` makes ``ex`` mean ``examples``, ``{% set q = question %}``
    makes ``q`` mean ``question``. Blocks are not distinguished: a name keeps its last meaning.
    What is behind a macro's parameter depends on the call: it means :func:`argument` of it.
    """

    def __init__(self) -> None:
        self._behind: dict[str, frozenset[str]] = {}

    def roots(self, node: nodes.Node) -> frozenset[str]:
        """The variables that an expression is computed from."""
        found: set[str] = set()
        questions = {id(name) for call in asks(node) for name in _names_in_arguments(call)}
        for name in _loaded(node, questions):
            found |= self._behind.get(name, {name} - NOT_VARIABLES)
        return frozenset(found)

    def enter(self, node: nodes.Node) -> None:
        """Note what a statement gives names to; call it before looking at its body."""
        for target, value in _given(node):
            self._bind(target, self.roots(value))
        if isinstance(node, nodes.AssignBlock):
            behind = [self.roots(item) for item in node.body]
            self._bind(node.target, frozenset().union(*behind))
        elif isinstance(node, (nodes.Macro, nodes.CallBlock)):
            for parameter in node.args:
                self._bind(parameter, frozenset({argument(parameter.name)}))
        for name in _defined(node):
            self._behind[name] = frozenset()

    def _bind(self, target: nodes.Node, behind: frozenset[str]) -> None:
        for name in _names(target):
            self._behind[name.name] = behind


def argument(parameter: str) -> str:
    """The origin of a macro's parameter; no variable can have this name."""
    return f"({parameter})"


def _given(node: nodes.Node) -> Iterable[tuple[nodes.Node, nodes.Node]]:
    """Targets of a statement, each with the expression it takes its value from."""
    if isinstance(node, nodes.For):
        return [(node.target, node.iter)]
    if isinstance(node, nodes.Assign):
        return [(node.target, node.node)]
    if isinstance(node, nodes.With):
        return list(zip(node.targets, node.values, strict=True))
    return []


def _defined(node: nodes.Node) -> Iterable[str]:
    """Names of macros and imported templates that a statement brings."""
    if isinstance(node, nodes.Macro):
        return [node.name]
    if isinstance(node, nodes.Import):
        return [node.target]
    if isinstance(node, nodes.FromImport):
        return [name if isinstance(name, str) else name[1] for name in node.names]
    return []


def _names(node: nodes.Node) -> Iterable[nodes.Name]:
    if isinstance(node, nodes.Name):
        yield node
    yield from node.find_all(nodes.Name)


def _names_in_arguments(call: nodes.Call) -> Iterable[nodes.Name]:
    for argument_node in (*call.args, *(each.value for each in call.kwargs)):
        yield from _names(argument_node)


def _loaded(node: nodes.Node, without: set[int]) -> Iterable[str]:
    """Names that are read; what passages are looked for by is not what they are made of."""
    for name in _names(node):
        if name.ctx == "load" and id(name) not in without:
            yield name.name


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, "" where none is near."""
    found = difflib.get_close_matches(name, [k for k in known if k != name], 1, 0.7)
    return found[0] if found else ""


def optional(tree: nodes.Template) -> set[str]:
    """Names that the template itself tests with ``is defined`` or gives a default."""
    tested: list[nodes.Node | None] = [
        test.node for test in tree.find_all(nodes.Test) if test.name.endswith("defined")
    ]
    tested += [item.node for item in tree.find_all(nodes.Filter) if item.name in {"default", "d"}]
    return {node.name for node in tested if isinstance(node, nodes.Name)}


def undefined_reason(names: Sequence[str], near: str) -> str:
    """What to say of names without a value; ``near`` is what the one was meant to be, or ""."""
    if near:
        return f"{names[0]} is not an input. Did you mean {near}?"
    if len(names) == 1:
        return f"{names[0]} has no value: fill it in, or give it a default."
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{listed} have no value: fill them in, or give them a default."


FUNCTIONS = {
    "len": "length",
    "str": "string",
    "int": "int",
    "float": "float",
    "list": "list",
    "sorted": "sort",
    "sum": "sum",
    "min": "min",
    "max": "max",
    "round": "round",
    "abs": "abs",
    "reversed": "reverse",
    "set": "unique",
    "map": "map",
    "filter": "select",
}
"""Functions of Python that templates do not have, and the filter that does the same."""
_OTHER_FUNCTIONS = frozenset({"zip", "any", "all", "open", "print", "tuple", "isinstance", "type"})


def called(tree: nodes.Template) -> set[str]:
    """Names that a template calls as functions and uses in no other way."""
    calls = [node.node for node in tree.find_all(nodes.Call) if isinstance(node.node, nodes.Name)]
    counts = Counter(node.name for node in tree.find_all(nodes.Name) if node.ctx == "load")
    return {name for name, count in Counter(n.name for n in calls).items() if count == counts[name]}


def no_function(name: str) -> str:
    """What to say where a function is called that templates do not have; "" for other names."""
    if name == "enumerate":
        return "there is no function enumerate: inside a loop, loop.index counts from 1."
    if name in FUNCTIONS:
        example = f"{{{{ value | {FUNCTIONS[name]} }}}}"
        return f"there is no function {name}: use the filter, as in {example}."
    if name in _OTHER_FUNCTIONS:
        return f"there is no function {name} in templates: compute it before, as an input."
    return ""
