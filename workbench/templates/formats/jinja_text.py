"""Parts as Jinja, and Jinja as parts as far as it is that simple."""

from __future__ import annotations

import json
import re

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workbench.templates.diagnosis import parse
from workbench.templates.environment import EXTENSIONS, BoundedEnvironment, RecordingUndefined
from workbench.templates.formats.parts import (
    Each,
    Either,
    Part,
    Parts,
    Path,
    RoleMark,
    Test,
    Text,
    Untranslatable,
    Value,
    merged,
)
from workbench.templates.roles import MARKER

_BRACES = re.compile(r"\{+[{%#]|\{$")
_MEMBERS = frozenset(dir(dict))
"""Names that Jinja finds on a mapping itself before it looks inside it."""


def escaped(text: str, *, marks: bool = False) -> str:
    """Text in which nothing is Jinja and no line is a role marker, unless ``marks`` keeps those."""
    found = _BRACES.sub(lambda match: "{{ " + repr(match.group()) + " }}", text)
    if marks:
        return found
    return MARKER.sub(lambda match: "{{ " + repr(match.group().strip()) + " }}", found)


class _Writer:
    """Writes tags so that Jinja's ``trim_blocks`` and ``lstrip_blocks`` change no text."""

    def __init__(self, *, trimming: bool, json_filter: str, marks: bool) -> None:
        self.out = ""
        self.marks = marks
        self.json_filter = json_filter
        self._trimming = trimming
        self._after_tag = False

    def text(self, text: str) -> None:
        if not text:
            return
        if self._after_tag and text[0] == "\n":
            self.out = self.out.removesuffix("%}") + "+%}"
        self._after_tag = False
        self.out += text

    def tag(self, code: str) -> None:
        line = self.out.rpartition("\n")[2]
        if not self._trimming:
            # The tag's line was dropped: a comment keeps the lines below at their numbers.
            kept = "{#\n#}" if self.marks and line in {"", "#}"} else ""
            self.out += f"{{% {code} %}}{kept}"
        elif not line:
            self.out += f"{{% {code} %}}\n"
        else:
            plus = "" if line.strip() else "+"
            self.out += f"{{%{plus} {code} %}}"
            self._after_tag = True


def write_jinja(
    parts: Parts, *, trimming: bool = True, json_filter: str = "tojson", marks: bool = False
) -> str:
    """Parts as a Jinja template.

    Args:
        parts: what to write.
        trimming: whether it is for an environment with ``trim_blocks`` and ``lstrip_blocks``.
        json_filter: what the filter is called that writes JSON.
        marks: whether role markers in texts stay markers.
    """
    writer = _Writer(trimming=trimming, json_filter=json_filter, marks=marks)
    _write(parts, writer)
    return writer.out


def _write(parts: Parts, writer: _Writer, *, inside: bool = False) -> None:
    for part in parts:
        if isinstance(part, Text):
            writer.text(escaped(part.text, marks=writer.marks))
        elif isinstance(part, Value):
            json_too = f" | {writer.json_filter}" if part.as_json else ""
            writer.text(f"{{{{ {expression(part.path)}{json_too} }}}}")
        elif isinstance(part, RoleMark):
            # Inside of a block the text before can be that of the loop's last turn.
            at_start = not inside and (not writer.out or writer.out.endswith("\n"))
            writer.text(f"{'' if at_start else chr(10)}{part.role}:\n")
        elif isinstance(part, Either):
            writer.tag(f"if {_condition(part.test)}")
            _write(part.then, writer, inside=True)
            _write_else(part.otherwise, writer)
            writer.tag("endif")
        else:
            writer.tag(f"for {part.name} in {expression(part.path)}")
            _write(part.body, writer, inside=True)
            _write_else(part.otherwise, writer)
            writer.tag("endfor")


def _write_else(parts: Parts, writer: _Writer) -> None:
    if parts:
        writer.tag("else")
        _write(parts, writer, inside=True)


def expression(path: Path) -> str:
    """A path as a Jinja expression."""
    found = str(path[0])
    for step in path[1:]:
        if isinstance(step, str) and step.isidentifier() and step not in _MEMBERS:
            found += f".{step}"
        else:
            found += f"[{step!r}]"
    return found


def _condition(test: Test) -> str:
    subject = expression(test.path)
    if test.same_as is not None:
        return f"{subject} {'!=' if test.negated else '=='} {expression(test.same_as)}"
    if test.constant:
        constant = test.constant[0]
        shown = repr(constant) if isinstance(constant, str) else json.dumps(constant)
        shown = "none" if constant is None else shown
        return f"{subject} {'!=' if test.negated else '=='} {shown}"
    return f"not {subject}" if test.negated else subject


# --- reading ------------------------------------------------------------------------------------


def read_jinja(source: str, notes: list[str], *, trimming: bool = True) -> Parts:
    """A Jinja template as parts. Filters that change a value are left out, with a note.

    Raises:
        Untranslatable: it does more than the parts can say, or is no Jinja.
    """
    environment: ImmutableSandboxedEnvironment
    if trimming:
        environment = BoundedEnvironment(RecordingUndefined, {})
    else:
        environment = ImmutableSandboxedEnvironment(
            extensions=EXTENSIONS, keep_trailing_newline=True
        )
    try:
        tree = _parsed(environment, source)
        return _Reader(notes).parts(tree.body)
    except RecursionError:
        raise Untranslatable("a template with too many levels") from None


def _parsed(environment: ImmutableSandboxedEnvironment, source: str) -> nodes.Template:
    if isinstance(environment, BoundedEnvironment):
        tree, fault = parse(environment, source)
        if tree is None:
            assert fault is not None
            raise Untranslatable("a syntax error", fault.line)
        return tree
    try:
        return environment.parse(source)
    except TemplateSyntaxError as error:
        raise Untranslatable("a syntax error", error.lineno) from None


class _Reader:
    def __init__(self, notes: list[str]) -> None:
        self._notes = notes

    def parts(self, found: list[nodes.Node]) -> Parts:
        made: list[Part] = []
        for node in found:
            if isinstance(node, nodes.Output):
                made += [self._output(each) for each in node.nodes]
            elif isinstance(node, nodes.If):
                made.append(self._either(node, list(node.elif_)))
            elif isinstance(node, nodes.For):
                made.append(self._each(node))
            else:
                raise Untranslatable(f"“{type(node).__name__.lower()}”", node.lineno)
        return merged(made)

    def _output(self, node: nodes.Expr) -> Part:
        if isinstance(node, nodes.TemplateData):
            return Text(node.data)
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            return Text(node.value)
        as_json = False
        while isinstance(node, nodes.Filter) and node.node is not None:
            if node.name in {"tojson", "dump"}:
                as_json = True
            elif node.name not in {"string", "safe"}:
                self._notes.append(
                    f"The filter {node.name} in line {node.lineno} is left out: the text is the "
                    "value as it is."
                )
            node = node.node
        return Value(self._path(node), as_json)

    def _path(self, node: nodes.Node | None) -> Path:
        if isinstance(node, nodes.Name):
            return (node.name,)
        if isinstance(node, nodes.Getattr):
            return (*self._path(node.node), node.attr)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            step = node.arg.value
            if isinstance(step, str | int) and not isinstance(step, bool):
                return (*self._path(node.node), step)
        raise Untranslatable("an expression", node.lineno if node is not None else 0)

    def _either(self, node: nodes.If, others: list[nodes.If]) -> Either:
        rest: Parts
        if others:
            first = others[0]
            chained = nodes.If(first.test, first.body, [], node.else_, lineno=first.lineno)
            rest = (self._either(chained, others[1:]),)
        else:
            rest = self.parts(node.else_)
        return Either(self._test(node.test), self.parts(node.body), rest)

    def _test(self, node: nodes.Node) -> Test:
        if isinstance(node, nodes.Not):
            test = self._test(node.node)
            return Test(test.path, not test.negated, test.same_as, test.constant)
        if isinstance(node, nodes.Compare) and len(node.ops) == 1:
            operand = node.ops[0]
            if operand.op in {"eq", "ne"}:
                path, negated = self._path(node.expr), operand.op == "ne"
                if isinstance(operand.expr, nodes.Const):
                    return Test(path, negated, None, (operand.expr.value,))
                return Test(path, negated, self._path(operand.expr))
        return Test(self._path(node))

    def _each(self, node: nodes.For) -> Each:
        if not isinstance(node.target, nodes.Name) or node.test is not None or node.recursive:
            raise Untranslatable("this kind of loop", node.lineno)
        return Each(
            self._path(node.iter), node.target.name, self.parts(node.body), self.parts(node.else_)
        )
