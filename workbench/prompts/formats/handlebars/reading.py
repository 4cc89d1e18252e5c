"""Reads Handlebars and Mustache templates into the template AST, as far as both agree.

Sources: the grammar of Handlebars 4 (block helpers, ``~``, standalone lines) and the Mustache
specification (sections, inverted sections, standalone tags).
"""

from __future__ import annotations

import json
from typing import NamedTuple

from workbench.domain.text import Role
from workbench.prompts.formats.handlebars.syntax_tree import (
    Block,
    Dialect,
    Token,
    constant_of,
    read_tree,
    steps_of,
    words_of,
)
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
    merged,
    usable_name,
)

_ROLES: dict[str, Role] = {
    "system": "system", "developer": "system", "user": "user", "human": "user",
    "model": "assistant", "assistant": "assistant", "ai": "assistant",
}  # fmt: skip
MEDIA = "A media part in line {line} has no equal: its address is written as text."
HISTORY = "history"


class _Scope(NamedTuple):
    """What names mean inside a block: ``this`` is the path of the current value."""

    this: Path = ()
    aliases: tuple[tuple[str, Path], ...] = ()
    inside: tuple[Path, ...] = ()
    """The values of the blocks around, outermost first."""


def read_handlebars(
    source: str,
    notes: list[str],
    *,
    dialect: Dialect = "handlebars",
    known: frozenset[str] = frozenset(),
) -> Parts:
    """A template as parts; what has no equal stays as text, with a note.

    Args:
        source: the template.
        notes: gets a sentence for each thing that is lost or changed.
        dialect: in Mustache a section is a loop where its content uses the item, else a condition.
        known: names that mean inputs also inside of sections.

    Raises:
        Untranslatable: blocks that do not fit together, or too many inside each other.
    """
    root = read_tree(source, dialect)
    if dialect == "mustache" and not known:
        known = frozenset(
            item.code.lstrip("&").strip()
            for item in root.body
            if isinstance(item, Token) and item.code
        )
    return _Reader(notes, dialect, known).parts(root.body, _Scope())


class _Reader:
    def __init__(self, notes: list[str], dialect: Dialect, known: frozenset[str]) -> None:
        self._notes = notes
        self._dialect = dialect
        self._known = known
        self._loops = 0

    def parts(self, items: list[Token | Block], scope: _Scope) -> Parts:
        made: list[Part] = []
        for item in items:
            if isinstance(item, Block):
                made += self._block(item, scope)
            elif item.code is None:
                made.append(Text(item.text))
            else:
                made += self._value(item, scope)
        return merged(made)

    # --- values -----------------------------------------------------------------------------

    def _value(self, token: Token, scope: _Scope) -> list[Part]:
        assert token.code is not None
        words, named, _ = words_of(token.code.lstrip("&").strip())
        helper = words[0] if words else ""
        if self._dialect == "handlebars":
            found = self._helper(helper, words[1:], named, token, scope)
            if found is not None:
                return found
        if len(words) != 1 or named or helper[:1] in {">", "="}:
            return self._lost(token)
        return self._shown(helper, token, scope)

    def _helper(
        self, name: str, words: list[str], named: dict[str, str], token: Token, scope: _Scope
    ) -> list[Part] | None:
        """What a helper of Dotprompt writes; None where it is no helper."""
        found: list[Part] | None = None
        if name == "role" and len(words) == 1:
            found = self._role(words[0], token)
        elif name == HISTORY and not words:
            found = [Value((HISTORY,))]
        elif name == "media":
            self._notes.append(MEDIA.format(line=token.line))
            url = self._shown(named.get("url", '""'), token, scope)
            found = [Text("[media: "), *url, Text("]")]
        elif name == "section":
            self._notes.append(f"A section mark in line {token.line} is left out.")
            found = []
        elif name == "json" and words:
            self._notes.append("JSON has other white space here.")
            found = [Value(self._path(words[0], scope, token.line), as_json=True)]
        return found

    def _shown(self, word: str, token: Token, scope: _Scope) -> list[Part]:
        constant = constant_of(word)
        if constant:
            value = constant[0]
            return [Text(value if isinstance(value, str) else json.dumps(value))]
        try:
            return [Value(self._path(word, scope, token.line))]
        except Untranslatable:
            return self._lost(token)

    def _lost(self, token: Token) -> list[Part]:
        self._notes.append(f"{token.text} in line {token.line} has no equal and stays as text.")
        return [Text(token.text)]

    def _role(self, word: str, token: Token) -> list[Part]:
        constant = constant_of(word)
        name = str(constant[0]).lower() if constant else ""
        if name not in _ROLES:
            return self._lost(token)
        return [RoleMark(_ROLES[name])]

    # --- blocks -----------------------------------------------------------------------------

    def _block(self, block: Block, scope: _Scope) -> list[Part]:
        inverted = block.head.startswith("^")
        words, _, names = words_of(block.head[1:])
        helper, subject = (words[0] if words else ""), words[1:]
        if self._dialect == "mustache" or (len(words) == 1 and not names):
            return [self._section(block, helper, scope, inverted=inverted)]
        if helper in {"if", "unless"} and len(subject) == 1:
            test = Test(self._path(subject[0], scope, block.line), helper == "unless")
            return [self._either(test, block, scope)]
        if helper in {"ifEquals", "unlessEquals"} and len(subject) == 2:
            test = self._equality(subject, helper == "unlessEquals", scope, block.line)
            return [self._either(test, block, scope)]
        if helper == "each" and len(subject) == 1:
            return [self._each(block, self._path(subject[0], scope, block.line), names, scope)]
        if helper == "with" and len(subject) == 1:
            path = self._path(subject[0], scope, block.line)
            inner = self._inside(path, names[:1], scope)
            otherwise = self.parts(block.otherwise or [], scope)
            return [Either(Test(path), self.parts(block.body, inner), otherwise)]
        raise Untranslatable(f"the block {{{{{block.head}}}}}", block.line)

    def _either(self, test: Test, block: Block, scope: _Scope) -> Either:
        return Either(test, self.parts(block.body, scope), self.parts(block.otherwise or [], scope))

    def _equality(self, words: list[str], negated: bool, scope: _Scope, line: int) -> Test:
        left, right = words
        if constant_of(left):
            left, right = right, left
        path, constant = self._path(left, scope, line), constant_of(right)
        if constant:
            return Test(path, negated, None, constant)
        return Test(path, negated, self._path(right, scope, line))

    def _each(self, block: Block, path: Path, names: list[str], scope: _Scope) -> Each:
        self._loops += 1
        name = usable_name(names[0]) if names else f"item{self._loops if self._loops > 1 else ''}"
        inner = self._inside((name,), names[:1], scope)
        if len(names) > 1:
            inner = inner._replace(aliases=(*inner.aliases, (names[1], ("loop", "index0"))))
        return Each(
            path, name, self.parts(block.body, inner), self.parts(block.otherwise or [], scope)
        )

    @staticmethod
    def _inside(this: Path, names: list[str], scope: _Scope) -> _Scope:
        aliases = (*scope.aliases, *((name, this) for name in names))
        return _Scope(this, aliases, (*scope.inside, scope.this))

    def _section(self, block: Block, word: str, scope: _Scope, *, inverted: bool) -> Part:
        path = self._path(word, scope, block.line)
        if inverted:
            return self._either(Test(path, negated=True), block, scope)
        if _uses_item(block.body, self._known):
            return self._each(block, path, [], scope)
        return self._either(Test(path), block, scope)

    # --- paths ------------------------------------------------------------------------------

    def _path(self, word: str, scope: _Scope, line: int) -> Path:
        if word in {"@index", "@first", "@last"}:
            return ("loop", {"@index": "index0"}.get(word, word[1:]))
        inside = (*scope.inside, scope.this)
        base = scope.this
        if word.startswith("@root."):
            base, word = (), word.removeprefix("@root.")
        while word.startswith("../"):
            inside = inside[:-1]
            base, word = (inside[-1] if inside else ()), word[3:]
        if word in {".", "this"}:
            return self._not_empty(base, line)
        steps = steps_of(word, line)
        if steps[0] == "this":
            return (*self._not_empty(base, line), *steps[1:])
        for name, path in reversed(scope.aliases):
            if steps[0] == name:
                return (*path, *steps[1:])
        first = str(steps[0])
        if base and not (self._dialect == "mustache" and first in self._known):
            return (*base, *steps)
        return (self._usable(first), *steps[1:])

    def _usable(self, name: str) -> str:
        usable = usable_name(name)
        note = f"The variable {name} is called {usable} here."
        if usable != name and note not in self._notes:
            self._notes.append(note)
        return usable

    @staticmethod
    def _not_empty(path: Path, line: int) -> Path:
        if not path:
            raise Untranslatable("the whole of the values at once", line)
        return path


def _uses_item(items: list[Token | Block], known: frozenset[str]) -> bool:
    """Whether the content of a Mustache section speaks of its item."""
    for item in items:
        if isinstance(item, Block):
            word = item.head[1:].strip()
            if word.split(".")[0] not in known or _uses_item(item.body, known):
                return True
        elif item.code is not None:
            word = item.code.lstrip("&").strip()
            if word == "." or word.split(".")[0] not in known:
                return True
    return False
