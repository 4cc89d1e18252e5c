"""Which names a template needs values for, read from its syntax tree in one pass.

Jinja's own search calls a name needed that is set in every branch of an ``if``, and one that is set
and used inside a single branch. Here a name counts only where it is read and may not have been set.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jinja2 import meta, nodes

_INSIDE_MACROS = frozenset({"caller", "varargs", "kwargs"})


def needed(tree: nodes.Template) -> set[str]:
    """Names that a template needs values for (TemplateSyntaxError for unknown filters)."""
    found = _Search()
    found.body(tree.body, frozenset(), set())
    return found.names & set(meta.find_undeclared_variables(tree))


class _Scope(NamedTuple):
    """The names that a statement finds.

    ``around`` are those that enclosing scopes give; ``known`` are those of its own scope, which
    grow from statement to statement; ``inner`` is what the scopes in it see.
    """

    around: frozenset[str]
    known: set[str]
    inner: frozenset[str]

    @property
    def given(self) -> frozenset[str]:
        """What an expression of the statement finds."""
        return self.around | self.known


class _Search:
    """One look at a tree; statements are read by the method of their node's name."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def body(self, items: Iterable[nodes.Node], around: frozenset[str], known: set[str]) -> None:
        """Read statements in order; what they set is added to ``known``."""
        items = list(items)
        inner = around | known | _set_in(items)
        for item in items:
            read = getattr(self, f"_{type(item).__name__.lower()}", self._other)
            read(item, _Scope(around, known, inner))

    def _if(self, node: nodes.If, scope: _Scope) -> None:
        """What all branches set is set after it; without an ``else`` one branch sets nothing."""
        branches: list[set[str]] = []
        for branch in (node, *node.elif_):
            self._reads(branch.test, scope.given)
            after = set(scope.known)
            self.body(branch.body, scope.around, after)
            branches.append(after)
        after = set(scope.known)
        self.body(node.else_, scope.around, after)
        scope.known.update(set.intersection(*branches, after))

    def _for(self, node: nodes.For, scope: _Scope) -> None:
        self._reads(node.iter, scope.given)
        inside = scope.inner | set(_targets(node.target)) | {"loop"}
        if node.test is not None:
            self._reads(node.test, inside)
        self.body(node.body, inside, set())
        self.body(node.else_, scope.inner, set())

    def _macro(self, node: nodes.Macro, scope: _Scope) -> None:
        scope.known.add(node.name)
        self._called(node, scope.inner | {node.name})

    def _callblock(self, node: nodes.CallBlock, scope: _Scope) -> None:
        self._reads(node.call, scope.given)
        self._called(node, scope.inner)

    def _called(self, node: nodes.Macro | nodes.CallBlock, inner: frozenset[str]) -> None:
        inside = inner | {each.name for each in node.args} | _INSIDE_MACROS
        for default in node.defaults:
            self._reads(default, inside)
        self.body(node.body, inside, set())

    def _with(self, node: nodes.With, scope: _Scope) -> None:
        for value in node.values:
            self._reads(value, scope.given)
        names = {name for target in node.targets for name in _targets(target)}
        self.body(node.body, scope.inner | names, set())

    def _filterblock(self, node: nodes.FilterBlock, scope: _Scope) -> None:
        self._reads(node.filter, scope.given)
        self.body(node.body, scope.inner, set())

    def _assignblock(self, node: nodes.AssignBlock, scope: _Scope) -> None:
        if node.filter is not None:
            self._reads(node.filter, scope.given)
        self.body(node.body, scope.inner, set())
        scope.known.update(_targets(node.target))

    def _assign(self, node: nodes.Assign, scope: _Scope) -> None:
        self._reads(node.node, scope.given)
        self._reads(node.target, scope.given)
        scope.known.update(_targets(node.target))

    def _block(self, node: nodes.Block, scope: _Scope) -> None:
        self.body(node.body, scope.inner, set())

    def _scopedevalcontextmodifier(
        self, node: nodes.ScopedEvalContextModifier, scope: _Scope
    ) -> None:
        self.body(node.body, scope.inner, set())

    def _other(self, node: nodes.Node, scope: _Scope) -> None:
        self._reads(node, scope.given)
        scope.known.update(_imported(node))

    def _reads(self, node: nodes.Node, given: frozenset[str] | set[str]) -> None:
        """Note the names that an expression reads."""
        found = [node] if isinstance(node, nodes.Name) else []
        for name in (*found, *node.find_all(nodes.Name)):
            if name.ctx == "load" and name.name not in given:
                self.names.add(name.name)
        for target in node.find_all(nodes.NSRef):
            if target.name not in given:
                self.names.add(target.name)


def _set_in(items: Iterable[nodes.Node]) -> frozenset[str]:
    """Names that statements set in their own scope; what lies deeper in it sees them all."""
    found: set[str] = set()
    waiting = list(items)
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.If):
            waiting += [*node.body, *node.elif_, *node.else_]
        elif isinstance(node, (nodes.Assign, nodes.AssignBlock)):
            found.update(_targets(node.target))
        elif isinstance(node, nodes.Macro):
            found.add(node.name)
        else:
            found.update(_imported(node))
    return frozenset(found)


def _targets(node: nodes.Node) -> list[str]:
    """The names that a target gives a value."""
    if isinstance(node, nodes.Name):
        return [node.name]
    return [name.name for name in node.find_all(nodes.Name) if name.ctx != "load"]


def _imported(node: nodes.Node) -> list[str]:
    if isinstance(node, nodes.Import):
        return [node.target]
    if isinstance(node, nodes.FromImport):
        return [name if isinstance(name, str) else name[1] for name in node.names]
    return []
