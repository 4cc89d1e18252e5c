"""Infers the type of an input that the front matter does not describe."""

from __future__ import annotations

from jinja2 import nodes

from workbench.domain.prompts.prompt import InputType

_LIST_FILTERS = frozenset(
    {"batch", "groupby", "join", "map", "reject", "rejectattr", "select", "selectattr", "slice",
     "sum", "unique"}
)  # fmt: skip
_ORDERINGS = frozenset({"gt", "gteq", "lt", "lteq"})
_MAPPING_METHODS = frozenset({"get", "items", "keys", "values"})
_STRENGTH: tuple[InputType, ...] = ("object", "array", "integer", "number", "boolean")
"""Where uses disagree, the first of these that any of them asks for."""


def infer_types(tree: nodes.Template) -> dict[str, InputType]:
    """The kind of each name that is used in a way which only one kind allows.

    A name that is looped over is a list, one with named parts an object, one that is compared in
    size with a number a number, and one that is only asked for truth a boolean. All others are
    texts, and not in the result.
    """
    found: dict[str, set[InputType]] = {}
    for node in tree.find_all(nodes.Node):
        for name, kind in _uses(node):
            found.setdefault(name, set()).add(kind)
    for name in _only_asked(tree):
        found.setdefault(name, set()).add("boolean")
    return {
        name: next(kind for kind in _STRENGTH if kind in kinds) for name, kinds in found.items()
    }


def infer_parts(tree: nodes.Template) -> dict[str, tuple[str, ...]]:
    """What a template reads of each object, and of each item of a list that it loops over.

    Names come in the order of their first use; "name" for ``labels`` in
    ``{% for label in labels %}{{ label.name }}{% endfor %}``.
    """
    found: dict[str, dict[str, None]] = {}
    loops: dict[str, str] = {}
    for loop in tree.find_all(nodes.For):
        for item in _named(loop.target):
            loops[item] = "".join(_rooted(loop.iter))
    reads: list[nodes.Getattr | nodes.Getitem] = [*tree.find_all(nodes.Getattr)]
    reads += tree.find_all(nodes.Getitem)
    for node in reads:
        part = _part(node)
        for name in _named(node.node) if part else ():
            found.setdefault(loops.get(name) or name, {})[part] = None
    return {name: tuple(parts) for name, parts in found.items()}


def _part(node: nodes.Getattr | nodes.Getitem) -> str:
    """The name that is read of a mapping, "" for anything else, as a method."""
    if isinstance(node, nodes.Getattr):
        is_method = hasattr(str, node.attr) or hasattr(dict, node.attr)
        return "" if is_method else node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return node.arg.value if isinstance(node.arg.value, str) else ""
    return ""


def _uses(node: nodes.Node) -> list[tuple[str, InputType]]:
    if isinstance(node, nodes.For):
        return [(name, "array") for name in _rooted(node.iter)]
    if isinstance(node, nodes.Filter) and node.name in _LIST_FILTERS:
        return [(name, "array") for name in _rooted(node.node)]
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        kind: InputType = "object" if isinstance(node.arg.value, str) else "array"
        return [(name, kind) for name in _named(node.node)]
    if isinstance(node, nodes.Getattr):
        is_text = hasattr(str, node.attr) and node.attr not in _MAPPING_METHODS
        return [] if is_text else [(name, "object") for name in _named(node.node)]
    return _used_as_number(node)


def _used_as_number(node: nodes.Node) -> list[tuple[str, InputType]]:
    if isinstance(node, nodes.Compare):
        return [(name, "number") for name in _compared(node)]
    if isinstance(node, nodes.Call) and _named(node.node) == ["range"]:
        return [(name, "integer") for part in node.args for name in _named(part)]
    return []


def _named(node: nodes.Node | None) -> list[str]:
    return [node.name] if isinstance(node, nodes.Name) else []


def _rooted(node: nodes.Node | None) -> list[str]:
    """The name to which filters are applied."""
    while isinstance(node, nodes.Filter):
        node = node.node
    return _named(node)


def _compared(node: nodes.Compare) -> list[str]:
    """Names on one side of a comparison in size that has a number on the other."""
    if not all(operand.op in _ORDERINGS for operand in node.ops):
        return []
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    numbers = [
        side
        for side in sides
        if isinstance(side, nodes.Const) and isinstance(side.value, int | float)
    ]
    return [name for side in sides for name in _named(side)] if numbers else []


def _only_asked(tree: nodes.Template) -> set[str]:
    """Names that are used in conditions only, alone or with "not", "and", "or"."""
    asked: list[str] = []
    for statement in tree.find_all(nodes.If):
        asked += _conditions(statement.test)
    for expression in tree.find_all(nodes.CondExpr):
        asked += _conditions(expression.test)
    used = [name.name for name in tree.find_all(nodes.Name) if name.ctx == "load"]
    return {name for name in set(asked) if asked.count(name) == used.count(name)}


def _conditions(test: nodes.Node) -> list[str]:
    if isinstance(test, nodes.Not):
        return _conditions(test.node)
    if isinstance(test, nodes.And | nodes.Or):
        return _conditions(test.left) + _conditions(test.right)
    return _named(test)
