"""Problems of a readable template: unused names, refused access, missing files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jinja2 import nodes
from jinja2.sandbox import modifies_known_mutable

from workbench.prompts.jinja.diagnosis import Fault
from workbench.prompts.jinja.value_origins import nearest
from workbench.prompts.source_map.token_places import Place, name_place, place_at

_OWN = frozenset({"loop", "self", "super", "caller", "range", "dict", "namespace"})
"""Names of Jinja's own objects, whose inner parts are refused too."""
_WHOLE: tuple[type[nodes.Node], ...] = (nodes.Include, nodes.Extends, nodes.Block)
"""Statements by which another template may use what this one sets."""


class Checks:
    """One look at a syntax tree.

    Args:
        tree: what :func:`workbench.prompts.jinja.diagnosis.parse` gave.
        source: the body it was made from.
        places: its tokens.
    """

    def __init__(self, tree: nodes.Template, source: str, places: Sequence[Place]) -> None:
        self._tree = tree
        self._source = source
        self._places = list(places)
        self._macros = {node.name: node.lineno for node in tree.find_all(nodes.Macro)}
        self._loaded = {n.name for n in tree.find_all(nodes.Name) if n.ctx == "load"}

    def unsafe(self) -> Iterator[Fault]:
        """Access that is refused when the template runs (errors)."""
        for node in self._tree.find_all(nodes.Getattr):
            if self._refused(node.node, node.attr):
                yield self._unsafe(node.attr, node.lineno)
        for item in self._tree.find_all(nodes.Getitem):
            if isinstance(item.arg, nodes.Const) and _hidden(item.arg.value):
                yield self._unsafe(str(item.arg.value), item.lineno)
        for made in self._tree.find_all(nodes.Filter):
            constants = [*made.args, *(pair.value for pair in made.kwargs)]
            for value in constants:
                if (
                    isinstance(value, nodes.Const)
                    and made.name in _READING
                    and _hidden(value.value)
                ):
                    yield self._unsafe(str(value.value), value.lineno)
        given = self._given()
        for node in self._tree.find_all(nodes.Getattr):
            own = isinstance(node.node, nodes.Name) and node.node.name in given
            if _changes(node.attr) and not own:
                yield self._changing(node)

    def _given(self) -> set[str]:
        """Names of namespaces and imported files: they may have members of any name."""
        found = {node.target for node in self._tree.find_all(nodes.Import)}
        for node in self._tree.find_all(nodes.Assign):
            call = node.node.node if isinstance(node.node, nodes.Call) else None
            if isinstance(call, nodes.Name) and call.name == "namespace":
                found |= {target.name for target in _targets(node.target)}
        return found

    def _refused(self, owner: nodes.Node, name: str) -> bool:
        if _hidden(name):
            return True
        if not name.startswith("_") or not isinstance(owner, nodes.Name):
            return False
        return owner.name in _OWN or owner.name in self._macros

    def _unsafe(self, name: str, line: int) -> Fault:
        reason = (
            f"{name} is refused when the prompt runs: templates reach values, not the inside of "
            "the program. Remove it."
        )
        return self._at(name, line, reason)

    def _changing(self, node: nodes.Getattr) -> Fault:
        reason = (
            f"{node.attr} is refused when the prompt runs: a template cannot change a value. "
            'Make a new one with "+", a filter, or {% set %}.'
        )
        return self._at(node.attr, node.lineno, reason)

    def unresolved(self, sources: Mapping[str, str]) -> Iterator[Fault]:
        """Included, imported and extended files that the library does not have (errors)."""
        names: list[str] | None = None
        for node in self._naming():
            if isinstance(node, nodes.Include) and node.ignore_missing:
                continue
            for name in _named(node.template):
                if name in sources:
                    continue
                names = list(sources) if names is None else names
                if name in names:
                    reason = f'"{name}" cannot be included: it is a link that leads elsewhere.'
                    yield self._quoted(name, node.lineno, reason, "")
                    continue
                near = nearest(name, names) or _same_file(name, names)
                hint = f" Did you mean {near}?" if near else " Its path counts from the folder."
                reason = f'the library has no file "{name}".{hint}'
                yield self._quoted(name, node.lineno, reason, near)

    def never_used(self) -> Iterator[Fault]:
        """Macros and ``set`` variables that nothing uses (warnings).

        A file that only defines is one that others import; then nothing is reported.
        """
        if not self._has_output():
            return
        for name, line in self._macros.items():
            if name not in self._loaded:
                yield self._at(name, line, f"The macro {name} is never called.")
        if any(self._tree.find(kind) is not None for kind in _WHOLE):
            return
        reported: set[str] = set()
        given = [
            *(node.target for node in self._tree.find_all(nodes.Assign)),
            *(node.target for node in self._tree.find_all(nodes.AssignBlock)),
        ]
        for node in sorted(given, key=lambda node: node.lineno):
            for target in _targets(node):
                if target.name not in self._loaded and target.name not in reported:
                    reported.add(target.name)
                    if not target.name.startswith("_"):
                        reason = f"{target.name} is set but never used."
                        yield self._at(target.name, target.lineno, reason)

    def shadowing(self, inputs: Sequence[str]) -> Iterator[Fault]:
        """Loop variables that hide an input (warnings)."""
        for loop in self._tree.find_all(nodes.For):
            for target in _targets(loop.target):
                if target.name in inputs:
                    reason = (
                        f"{target.name} is an input too: inside this loop only its items can be "
                        "reached."
                    )
                    yield self._at(target.name, loop.lineno, reason)

    def _naming(self) -> list[nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends]:
        """Statements that name another template, in order."""
        found: list[nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends] = []
        found += self._tree.find_all(nodes.Include)
        found += self._tree.find_all(nodes.Import)
        found += self._tree.find_all(nodes.FromImport)
        found += self._tree.find_all(nodes.Extends)
        return sorted(found, key=lambda node: node.lineno)

    def _has_output(self) -> bool:
        """Whether the template writes anything outside of its macros."""
        for node in self._tree.body:
            if isinstance(node, nodes.Output):
                blank = all(
                    isinstance(part, nodes.TemplateData) and not part.data.strip()
                    for part in node.nodes
                )
                if not blank:
                    return True
            elif not isinstance(
                node,
                (nodes.Macro, nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport),
            ):
                return True
        return False

    def _at(self, name: str, line: int, reason: str) -> Fault:
        place = name_place(self._places, name, line)
        if place is None:
            return self._quoted(name, line, reason, "")
        return Fault(reason, place.line, place.column, len(name))

    def _quoted(self, name: str, line: int, reason: str, replacement: str) -> Fault:
        """A fault at a text in quotes, on that line or below."""
        start = 0
        for _ in range(line - 1):
            start = self._source.find("\n", start) + 1
        found = self._source.find(name, start)
        if found < 0:
            return Fault(reason, line, replacement=replacement)
        row = line + self._source.count("\n", start, found)
        place = place_at(self._source, found, "", name, row)
        return Fault(reason, place.line, place.column, len(name), replacement)


_READING = frozenset(
    {"attr", "map", "selectattr", "rejectattr", "sort", "groupby", "unique", "sum", "min", "max"}
)
"""Filters that read an attribute by its name."""


def _hidden(name: object) -> bool:
    """Whether a name belongs to Python and not to a value that a template is given."""
    return isinstance(name, str) and any(
        part.startswith("__") and part.endswith("__") and len(part) > 4 for part in name.split(".")
    )


def _changes(name: str) -> bool:
    values: tuple[object, ...] = ([], {})
    return any(modifies_known_mutable(value, name) for value in values)


def _named(node: nodes.Node) -> Iterator[str]:
    """Names of templates in quotes; a list names several, one of them must exist."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value


def _same_file(name: str, known: Sequence[str]) -> str:
    """The one known path that ends in the same file name, "" where there is none or several."""
    last = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    found = [path for path in known if path.rsplit("/", 1)[-1].rsplit(".", 1)[0] == last]
    return found[0] if len(found) == 1 and last else ""


def _targets(node: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(node, nodes.Name):
        yield node
    yield from node.find_all(nodes.Name)
