"""Writes a template AST as Handlebars or Mustache."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from workbench.prompts.formats.handlebars.syntax_tree import Dialect
from workbench.prompts.formats.template_ast import (
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
    roots,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def write_handlebars(parts: Parts, *, dialect: Dialect = "handlebars") -> str:
    """Parts as a template that means the same.

    Raises:
        Untranslatable: the language has no way to say it.
    """
    writer = _Writer(dialect, {name for name, kind in roots(parts).items() if kind == "array"})
    writer.write(parts)
    return writer.out


class _Writer:
    def __init__(self, dialect: Dialect, lists: Iterable[str]) -> None:
        self.out = ""
        self._mustache = dialect == "mustache"
        self._lists = frozenset(lists)
        self._loops: list[str] = []
        self._after_value = False

    def write(self, parts: Parts) -> None:
        for part in parts:
            self._part(part)

    def _part(self, part: Part) -> None:
        if isinstance(part, Text):
            self._text(part.text)
        elif isinstance(part, RoleMark):
            role = "model" if part.role == "assistant" else part.role
            self._inline(f'role "{role}"')
        elif isinstance(part, Value):
            if part.as_json and self._mustache:
                raise Untranslatable("a value written as JSON")
            # Mustache writes HTML unless switched off; here handlebars never does.
            sign = "& " if self._mustache else "json " if part.as_json else ""
            self._inline(sign + self._name(part.path))
        elif isinstance(part, Either):
            self._either(part)
        else:
            self._each(part)

    def _text(self, text: str) -> None:
        if "{{" in text:
            if self._mustache:
                raise Untranslatable("two braces as text")
            text = text.replace("{{", "\\{{")
        self.out += text

    def _inline(self, code: str) -> None:
        if self.out.endswith("{"):
            raise Untranslatable("a brace just before a value")
        if self.out.endswith("\\"):
            if self._mustache:
                raise Untranslatable("a backslash just before a value")
            self.out += "\\"
        self.out += f"{{{{{code}}}}}"

    def _tag(self, code: str) -> None:
        """A block's tag; one alone on a line removes that line."""
        line = self.out.rpartition("\n")[2]
        if line and not line.strip():
            self._inline("!")
        self._inline(code)
        if not line:
            self.out += "\n"

    def _either(self, part: Either) -> None:
        test = part.test
        if self._mustache:
            self._mustache_either(part)
            return
        if test.same_as is not None or test.constant:
            helper = "unlessEquals" if test.negated else "ifEquals"
            right = self._name(test.same_as) if test.same_as else json.dumps(test.constant[0])
            code = f"{self._name(test.path)} {right}"
        else:
            helper, code = ("unless" if test.negated else "if"), self._name(test.path)
        self._tag(f"#{helper} {code}")
        self.write(part.then)
        self._otherwise(part.otherwise)
        self._tag(f"/{helper}")

    def _otherwise(self, parts: Parts) -> None:
        if parts:
            self._tag("else")
            self.write(parts)

    def _mustache_either(self, part: Either) -> None:
        test: Test = part.test
        if test.same_as is not None or test.constant:
            raise Untranslatable("a comparison")
        if test.path[0] in self._lists or test.path[0] in self._loops:
            raise Untranslatable("a condition on a list or on an item of one")
        name = self._name(test.path)
        yes, no = (part.otherwise, part.then) if test.negated else (part.then, part.otherwise)
        for sign, body in (("#", yes), ("^", no)):
            if body:
                self._tag(f"{sign}{name}")
                self.write(body)
                self._tag(f"/{name}")

    def _each(self, part: Each) -> None:
        name = self._name(part.path)
        if self._mustache:
            if part.otherwise or self._loops or not _names(part.body, part.name):
                raise Untranslatable("this kind of loop")
            self._tag(f"#{name}")
        else:
            self._tag(f"#each {name}")
        self._loops.append(part.name)
        self.write(part.body)
        self._loops.pop()
        if not self._mustache:
            self._otherwise(part.otherwise)
        self._tag(f"/{name if self._mustache else 'each'}")

    def _name(self, path: Path) -> str:
        first = path[0]
        if first == "loop":
            return self._of_loop(path)
        if first in self._loops:
            depth = self._loops[::-1].index(str(first))
            if self._mustache:
                return ".".join(map(str, path[1:])) or "."
            return "../" * depth + self._joined(("this", *path[1:]))
        if self._loops and not self._mustache:
            return self._joined(("@root", *path))
        return self._joined(path)

    def _of_loop(self, path: Path) -> str:
        known = {"index0": "@index", "first": "@first", "last": "@last"}
        if self._mustache or len(path) != 2 or path[1] not in known:
            raise Untranslatable("the number of a loop's turn")
        return known[str(path[1])]

    def _joined(self, path: Path) -> str:
        steps = [str(path[0])]
        for step in path[1:]:
            if isinstance(step, str) and not _NAME.fullmatch(step):
                if self._mustache or "]" in step:
                    raise Untranslatable(f"the key “{step}”")
                steps.append(f"[{step}]")
            elif isinstance(step, int) and not self._mustache:
                steps.append(f"[{step}]")
            else:
                steps.append(str(step))
        return ".".join(steps)


def _names(parts: Parts, name: str) -> bool:
    """Whether parts use a loop's item."""
    return name in roots(parts)
