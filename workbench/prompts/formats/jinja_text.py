"""Converts a template AST to Jinja, and simple Jinja to a template AST."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from jinja2 import TemplateSyntaxError, nodes
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workbench.domain.runs.spec import Json
from workbench.domain.text import Role
from workbench.prompts.formats.template_ast import (
    Each,
    Either,
    Filter,
    Part,
    Parts,
    Path,
    RoleMark,
    Test,
    Text,
    UnreadableTemplate,
    Untranslatable,
    Value,
    merged,
)
from workbench.prompts.jinja.diagnosis import parse
from workbench.prompts.jinja.environment import EXTENSIONS, BoundedEnvironment, RecordingUndefined
from workbench.prompts.roles import MARKER

_BRACES = re.compile(r"\{+[{%#]|\{$")
_BRACES_AND_ENDS = re.compile(r"\{+[{%#]|\{$|\{*[#%}]\}")
KNOWN_FILTERS = frozenset(FILTERS) - {"tojson", "safe", "string"}
"""Filters that are kept; the two last change nothing where nothing is escaped."""
_ENDS = frozenset({"block_end", "comment_end", "raw_begin", "raw_end"})
_LAST = (0, "", "")
_MEMBERS = frozenset(dir(dict))
"""Names that Jinja finds on a mapping itself before it looks inside it."""


def escaped(text: str, *, marks: bool = False, ends: bool = False) -> str:
    """Text in which nothing is Jinja and no line is a role marker, unless ``marks`` keeps those.

    With ``ends`` the closing signs are written as values too: Nunjucks trips over a lone one.
    """
    signs = _BRACES_AND_ENDS if ends else _BRACES
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as a prompt file is read
    found = signs.sub(lambda match: "{{ " + repr(match.group()) + " }}", text)
    if marks:
        return found
    return MARKER.sub(lambda match: "{{ " + repr(match.group()) + " }}", found)


class _Writer:
    """Writes tags so that Jinja's ``trim_blocks`` and ``lstrip_blocks`` change no text."""

    def __init__(
        self, *, trimming: bool, marks: bool, nunjucks: bool, lists: Collection[str]
    ) -> None:
        self.out = ""
        self.marks = marks
        self.nunjucks = nunjucks
        self.json_filter = "dump" if nunjucks else "tojson"
        self.lists = lists
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
    parts: Parts,
    *,
    trimming: bool = True,
    marks: bool = False,
    nunjucks: bool = False,
    lists: Collection[str] = (),
) -> str:
    """Parts as a Jinja template.

    Args:
        parts: what to write.
        trimming: whether it is for an environment with ``trim_blocks`` and ``lstrip_blocks``.
        marks: whether role markers in texts stay markers.
        nunjucks: whether it is for Nunjucks.
        lists: inputs that are lists or mappings, whose empty values are true in Nunjucks.
    """
    writer = _Writer(trimming=trimming, marks=marks, nunjucks=nunjucks, lists=lists)
    _write(parts, writer)
    return writer.out


def _write(parts: Parts, writer: _Writer, *, inside: bool = False) -> None:
    for part in parts:
        if isinstance(part, Text):
            writer.text(escaped(part.text, marks=writer.marks, ends=writer.nunjucks))
        elif isinstance(part, Value):
            filters = "".join(f" | {_called(each)}" for each in part.filters)
            json_too = f" | {writer.json_filter}" if part.as_json else ""
            writer.text(f"{{{{ {expression(part.path)}{filters}{json_too} }}}}")
        elif isinstance(part, RoleMark):
            # Inside of a block the text before can be that of the loop's last turn.
            at_start = not inside and (not writer.out or writer.out.endswith("\n"))
            writer.text(f"{'' if at_start else chr(10)}{part.role}:\n")
        elif isinstance(part, Either):
            writer.tag(f"if {_condition(part.test, writer.lists)}")
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


def _called(each: Filter) -> str:
    given = [_constant(value) for value in each.arguments]
    given += [f"{name}={_constant(value)}" for name, value in each.named]
    return f"{each.name}({', '.join(given)})" if given else each.name


def _constant(value: Json) -> str:
    """A constant as Jinja and Nunjucks read it."""
    if value is None:
        return "none"
    return repr(value) if isinstance(value, str) else json.dumps(value)


def _condition(test: Test, lists: Collection[str] = ()) -> str:
    subject = expression(test.path)
    if test.same_as is None and not test.constant and subject in lists:
        subject += " | length"
    if test.same_as is not None:
        return f"{subject} {'!=' if test.negated else '=='} {expression(test.same_as)}"
    if test.constant:
        return f"{subject} {'!=' if test.negated else '=='} {_constant(test.constant[0])}"
    return f"not {subject}" if test.negated else subject


def untrimmed(source: str) -> str:
    """A template for an environment that trims no blocks, which means the same there.

    All of Jinja stays as it is; only the white space goes that ours drops around blocks.

    Raises:
        Untranslatable: it is no Jinja.
    """
    lexer = BoundedEnvironment(RecordingUndefined, {}).lexer
    try:
        tokens = list(lexer.tokeniter(source, None))
    except TemplateSyntaxError as error:
        raise UnreadableTemplate(error.lineno) from None
    made = ""
    for (_line, token, value), (_, _, following) in zip(tokens, [*tokens[1:], _LAST], strict=True):
        # A marker needs a line of its own before it is rendered, not only behind the tag.
        keep = token not in _ENDS or MARKER.match(following)
        made += value if keep else value.rstrip("\n")
    return made


# --- reading ------------------------------------------------------------------------------------


def read_jinja(
    source: str, notes: list[str], *, trimming: bool = True, roles: bool = False
) -> Parts:
    """A Jinja template as parts. Filters that are not known are left out, with a note.

    Args:
        source: the template.
        notes: gets a sentence for what is lost.
        trimming: whether it is for an environment with ``trim_blocks`` and ``lstrip_blocks``, as
            ours is.
        roles: whether role markers in its own text start messages.

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
        return _Reader(notes, other_dialect=not trimming, roles=roles).parts(tree.body)
    except RecursionError:
        raise Untranslatable("a template with too many levels") from None


def _parsed(environment: ImmutableSandboxedEnvironment, source: str) -> nodes.Template:
    if isinstance(environment, BoundedEnvironment):
        tree, fault = parse(environment, source)
        if tree is None:
            assert fault is not None
            raise UnreadableTemplate(fault.line)
        return tree
    try:
        return environment.parse(source)
    except TemplateSyntaxError as error:
        raise UnreadableTemplate(error.lineno) from None


class _Reader:
    def __init__(self, notes: list[str], *, other_dialect: bool, roles: bool) -> None:
        self._notes = notes
        self._other_dialect = other_dialect
        self._roles = roles

    def parts(self, found: list[nodes.Node]) -> Parts:
        made: list[Part] = []
        for node in found:
            if isinstance(node, nodes.Output):
                made += self._outputs(node.nodes)
            elif isinstance(node, nodes.If):
                made.append(self._either(node, list(node.elif_)))
            elif isinstance(node, nodes.For):
                made.append(self._each(node))
            else:
                raise Untranslatable(f"“{type(node).__name__.lower()}”", node.lineno)
        return merged(made)

    def _outputs(self, found: list[nodes.Expr]) -> list[Part]:
        made: list[Part] = []
        for index, node in enumerate(found):
            if isinstance(node, nodes.TemplateData) and self._roles:
                # A value next to it may complete a marker's line, so that it is none.
                after = index + 1 < len(found)
                made += _split(node.data, value_before=index > 0, value_after=after)
            else:
                made.append(self._output(node))
        return made

    def _output(self, node: nodes.Expr) -> Part:
        if isinstance(node, nodes.TemplateData):
            return Text(node.data)
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            return Text(node.value)
        filters: list[Filter] = []
        as_json = isinstance(node, nodes.Filter) and node.name in {"tojson", "dump"}
        while isinstance(node, nodes.Filter) and node.node is not None:
            if node.name in KNOWN_FILTERS and (filter_ := self._filter(node)) is not None:
                filters.insert(0, filter_)
            elif node.name not in {"string", "safe", "tojson", "dump"}:
                note = f"The filter {node.name} is left out: the text is the value as it is."
                self._notes += [note] if note not in self._notes else []
            node = node.node
        return Value(self._path(node), as_json, tuple(filters))

    def _filter(self, node: nodes.Filter) -> Filter | None:
        """A filter with constant arguments; None for another."""
        try:
            arguments = tuple(each.as_const() for each in node.args)
            named = tuple((str(each.key), each.value.as_const()) for each in node.kwargs)
        except nodes.Impossible:
            return None
        if node.dyn_args or node.dyn_kwargs or not _all_plain([*arguments, *dict(named).values()]):
            return None
        if self._other_dialect and node.name in {"default", "d"} and len(arguments) == 1:
            arguments = (*arguments, True)  # a missing value is an empty one here
        return Filter(node.name, arguments, named)

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
        if isinstance(node, nodes.Filter) and node.name in {"length", "count"}:
            return Test(self._path(node.node))
        return Test(self._path(node))

    def _each(self, node: nodes.For) -> Each:
        if not isinstance(node.target, nodes.Name) or node.test is not None or node.recursive:
            raise Untranslatable("this kind of loop", node.lineno)
        return Each(
            self._path(node.iter), node.target.name, self.parts(node.body), self.parts(node.else_)
        )


def _all_plain(values: list[object]) -> bool:
    return all(value is None or isinstance(value, str | int | float) for value in values)


def _split(text: str, *, value_before: bool, value_after: bool) -> list[Part]:
    """Text cut at its role markers."""
    found: list[Part] = []
    position = 0
    for match in MARKER.finditer(text):
        touches = (value_before and match.start() == 0) or (
            value_after and match.end() == len(text)
        )
        if touches:
            continue
        role: Role = match.group(1).lower()  # type: ignore[assignment] # one of three by pattern
        found += [Text(text[position : match.start()]), RoleMark(role)]
        position = match.end() + (text[match.end() : match.end() + 1] == "\n")
    return [*found, Text(text[position:])]
