"""Inserts markers into a template's syntax tree so that its output can be traced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import jinja2
from jinja2 import nodes

from workbench.prompts.jinja.value_origins import Scope, argument
from workbench.prompts.source_map.source_places import UNKNOWN, SourcePlaces
from workbench.prompts.source_map.traced_text import NOTHING_GIVEN, Origin

# Filters whose names have a space, so that no template can name them.
OUTPUT = "traced output"
ENTER, NEXT, LEAVE = "traced loop", "traced pass", "traced end"
_KEEPING = frozenset({"trim", "string", "safe", "default", "d", "first", "last", "attr", "random"})
"""Filters that give the value itself, or a part of it as it is."""

_VIEWS = frozenset({"items", "keys", "values", "get"})


class Marker:
    """Marks one template.

    Args:
        environment: whose lexer reads the source.
        source: the template, to find columns in.
        tree: its syntax tree, which is changed.
        template: its name, None for the main one.
        origins: gets what is known of each output; a mark is an index into it.
    """

    def __init__(
        self,
        environment: jinja2.Environment,
        source: str,
        tree: nodes.Template,
        template: str | None,
        origins: list[Origin],
    ) -> None:
        self._tree = tree
        self._template = template
        self._origins = origins
        self._places = SourcePlaces(environment, source, tree)
        self._scope = Scope()
        self._macros: dict[str, tuple[str, ...]] = {}
        self._computed: set[str] = set()

    def mark(self) -> None:
        """Mark all outputs and loops of the tree."""
        around = () if self._template is None else (f"include {self._template}",)
        self._walk(self._tree, around)

    def _walk(self, node: nodes.Node, blocks: tuple[str, ...]) -> None:
        self._scope.enter(node)
        self._note(node)
        inside = blocks + self._opened(node)
        for child in node.iter_child_nodes():
            self._walk(child, inside)
        if isinstance(node, nodes.Output):
            node.nodes = [self._marked(child, blocks) for child in node.nodes]
        elif isinstance(node, nodes.FilterBlock):
            self._mark_filter_block(node, inside)
        for _, field in node.iter_fields():
            if isinstance(field, list) and any(isinstance(each, nodes.For) for each in field):
                field[:] = [each for child in field for each in self._counted(child)]

    def _note(self, node: nodes.Node) -> None:
        """Macros' parameters, and which names hold what was computed."""
        if isinstance(node, nodes.Macro):
            self._macros[node.name] = tuple(each.name for each in node.args)
        given: Iterable[tuple[nodes.Node, nodes.Node]] = ()
        if isinstance(node, nodes.Assign):
            given = [(node.target, node.node)]
        elif isinstance(node, nodes.AssignBlock):
            given = [(node.target, nodes.List([]))]
        elif isinstance(node, nodes.For):
            given = [(node.target, node.iter)]
        elif isinstance(node, nodes.With):
            given = zip(node.targets, node.values, strict=True)
        for target, value in given:
            for name in [target, *target.find_all(nodes.Name)]:
                if isinstance(name, nodes.Name):
                    keep = self._is_given(value)
                    (self._computed.discard if keep else self._computed.add)(name.name)

    def _opened(self, node: nodes.Node) -> tuple[str, ...]:
        """The label of a block, in the order of the source."""
        words: dict[type[nodes.Node], str] = {
            nodes.For: "for",
            nodes.Macro: "macro",
            nodes.CallBlock: "call",
            nodes.FilterBlock: "filter",
            nodes.Block: "block",
            nodes.Assign: "set",
            nodes.AssignBlock: "set",
        }
        word = words.get(type(node))
        if word is None:
            return ()
        label = self._places.statement(word)
        return () if isinstance(node, nodes.Assign) else (label,)

    # --- outputs --------------------------------------------------------------------------------

    def _marked(self, node: nodes.Expr, blocks: tuple[str, ...]) -> nodes.Expr:
        literal = isinstance(node, nodes.TemplateData)
        data = node.data if isinstance(node, nodes.TemplateData) else ""
        variable, parameter = self._behind(node)
        origin = Origin(
            literal,
            node.lineno,
            variable,
            self._template,
            self._places.text(data) if literal else self._places.expression(),
            blocks,
            not self._is_given(node),
            parameter,
            self._given(node),
            data,
        )
        return self._filter(node, OUTPUT, nodes.Const(self._add(origin)))

    def _mark_filter_block(self, node: nodes.FilterBlock, blocks: tuple[str, ...]) -> None:
        """What a filter block gives is a value that was computed from all it holds."""
        found: set[str] = set()
        for item in node.body:
            found |= self._scope.roots(item)
        variable = next(iter(found)) if len(found) == 1 else ""
        origin = Origin(
            False,
            node.lineno,
            "" if variable.startswith("(") else variable,
            self._template,
            UNKNOWN,
            blocks,
            True,
            "",
            NOTHING_GIVEN,
            "",
        )
        node.filter = self._filter(node.filter, OUTPUT, nodes.Const(self._add(origin)))

    def _add(self, origin: Origin) -> int:
        self._origins.append(origin)
        return len(self._origins) - 1

    @staticmethod
    def _filter(node: nodes.Expr, name: str, *arguments: nodes.Expr) -> nodes.Filter:
        return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)

    def _behind(self, node: nodes.Node) -> tuple[str, str]:
        """The one variable, or the one macro parameter, that an expression is made of."""
        roots = self._scope.roots(node)
        if len(roots) != 1:
            return "", ""
        (root,) = roots
        return ("", root) if root.startswith("(") else (root, "")

    def _given(self, node: nodes.Expr) -> Mapping[str, str]:
        """The variables that a call gives to the parameters of a macro of this template."""
        while isinstance(node, nodes.Filter) and node.node is not None:
            node = node.node
        if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
            return NOTHING_GIVEN
        parameters = self._macros.get(node.node.name, ())
        given = dict(zip(parameters, node.args, strict=False))
        given |= {each.key: each.value for each in node.kwargs}
        return {argument(name): self._behind(value)[0] for name, value in given.items()}

    def _is_given(self, node: nodes.Node) -> bool:
        """Whether an expression gives literal text or a value as it is, or a part of it."""
        if isinstance(node, nodes.Name):
            return node.name not in self._computed
        if isinstance(node, (nodes.TemplateData, nodes.Const)):
            return True
        parts = _handed_on(node)
        return bool(parts) and all(map(self._is_given, parts))

    # --- loops ----------------------------------------------------------------------------------

    def _counted(self, node: nodes.Node) -> list[nodes.Node]:
        """A loop that counts its passes. A recursive one calls itself, so it is left as it is."""
        if not isinstance(node, nodes.For) or node.recursive:
            return [node]
        line = nodes.Const(node.lineno, lineno=node.lineno)
        name = nodes.Const(self._template, lineno=node.lineno)
        node.body.insert(0, self._statement(self._filter(line, NEXT)))
        return [
            self._statement(self._filter(line, ENTER, name)),
            node,
            self._statement(self._filter(line, LEAVE)),
        ]

    @staticmethod
    def _statement(node: nodes.Expr) -> nodes.ExprStmt:
        return nodes.ExprStmt(node, lineno=node.lineno)


def _handed_on(node: nodes.Node) -> list[nodes.Node]:
    """The expressions that may give the value or a part of it; none where it is computed."""
    match node:
        case nodes.Getattr() | nodes.Getitem() if not isinstance(
            getattr(node, "arg", None), nodes.Slice
        ):
            return [node.node]
        case nodes.Call(node=nodes.Getattr(attr=name, node=owner)) if name in _VIEWS:
            return [owner]
        case nodes.Filter(node=nodes.Node() as inner) if node.name in _KEEPING:
            return [inner, *(node.args if node.name in {"default", "d"} else ())]
        case nodes.CondExpr():
            return [each for each in (node.expr1, node.expr2) if each is not None]
        case nodes.And() | nodes.Or():
            return [node.left, node.right]
    return []
