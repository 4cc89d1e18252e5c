"""Completion in a prompt file, also while it is half typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workbench.domain.errors import FrontMatterError
from workbench.domain.prompts.completion import Candidate, CandidateKind, Completion
from workbench.domain.prompts.prompt import InputField
from workbench.domain.prompts.tags import (
    Tag,
    body_start,
    find_tags,
    is_in_front_matter,
    tag_at,
    text_in_quotes,
)
from workbench.domain.runs.spec import Json
from workbench.prompts.document import parse_document
from workbench.prompts.jinja import vocabulary
from workbench.prompts.jinja.scope import UNKNOWN, Module, Names

MOST = 200
LONGEST = 100_000
"""Characters of a file in which something is offered."""
_PREFIX = re.compile(r"[A-Za-z_]\w*$")
_NAMING = re.compile(r"\s*(?:set|macro|block|import\s.*\sas)\s+[\w\s,]*$", re.DOTALL)
_TEST = re.compile(r"\bis(?:\s+not)?\s+$")
_FOR = re.compile(r"\s*for\s([\w\s,]*)$")
_FROM = re.compile(r"\s*from\s+['\"](.+?)['\"]\s+import\s+[\w\s,]*$", re.DOTALL)
_REST = re.compile(r"\s*[-+]?%\}")
_INCLUDING = frozenset({"include", "import", "from", "extends"})
_PLACEHOLDER = re.compile(r"\$\{(.*?)\}")
_WORDS = ("and", "or", "not", "in", "is", "if", "else", "true", "false", "none")
_INDENTED = re.compile(r"[ \t]+")


def complete(
    text: str,
    position: int,
    path: str,
    *,
    values: Mapping[str, Json],
    sources: Mapping[str, str],
) -> Completion:
    """Candidates at a place of a file; never raises for its content.

    Args:
        text: the whole file as it is in the editor.
        position: where the cursor is, in characters from 0.
        path: the file's; it is not read.
        values: what the inputs hold now.
        sources: files that can be included, by name.
    """
    if len(text) > LONGEST:
        return Completion()
    position = min(max(position, 0), len(text))
    place = _Place(text, position, path, values, sources)
    return place.completion()


_Stops = tuple[tuple[int, int], ...]


def _snippet(template: str) -> tuple[str, _Stops]:
    """A template's text, and the places in it to fill in: offset and length, at least one."""
    text, tab_stops, last = "", [], 0
    for match in _PLACEHOLDER.finditer(template):
        text += template[last : match.start()]
        tab_stops.append((len(text), len(match[1])))
        text += match[1]
        last = match.end()
    text += template[last:]
    return text, tuple(tab_stops) or ((len(text), 0),)


class _Place:
    """One place of a text."""

    def __init__(
        self,
        text: str,
        position: int,
        path: str,
        values: Mapping[str, Json],
        sources: Mapping[str, str],
    ) -> None:
        self._text, self._position, self._sources = text, position, sources
        try:
            document = parse_document(text, path)
            self._inputs: tuple[InputField, ...] = document.inputs
            sample = document.sample
        except (FrontMatterError, RecursionError):
            self._inputs, sample = (), {}
        defaults = {f.name: f.default for f in self._inputs if f.default is not None}
        self._samples: dict[str, Json] = (
            defaults | sample | {name: value for name, value in values.items() if value is not None}
        )
        self._body = body_start(text)
        self._tags = find_tags(text, self._body)
        self._names = Names(text, self._tags, position, self._samples, sources)
        self._prefix = ""
        self._start = position
        self._bare = False
        """Nothing else is between the braces, so that what is taken brings its blanks along."""

    def completion(self) -> Completion:
        """What fits, the best first."""
        found = list(self._found())
        typed = self._prefix.casefold()
        begins = [c for c in found if c.label.casefold().startswith(typed)]
        inside = [c for c in found if typed in c.label.casefold() and c not in begins]
        best = [*begins, *inside]
        if len(best) == 1 and best[0].label == self._prefix and best[0].kind != "snippet":
            best = []
        return Completion(prefix=self._prefix, candidates=tuple(best[:MOST]))

    def _candidate(
        self, label: str, kind: CandidateKind, detail: str = "", template: str = ""
    ) -> Candidate:
        text, tab_stops = _snippet(template or label)
        if not template and label.endswith(("('')", "('', '')")):
            tab_stops = ((label.index("'") + 1, 0),)
        if self._bare:
            text, tab_stops = f" {text} ", tuple((place + 1, length) for place, length in tab_stops)
        return Candidate(
            label=label, kind=kind, text=text, start=self._start, end=self._position,
            select=tab_stops[0], tab_stops=tab_stops[1:], detail=detail,
        )  # fmt: skip

    def _take_prefix(self, before: str) -> str:
        """The text before the word that is being typed."""
        word = _PREFIX.search(before)
        self._prefix = word[0] if word else ""
        self._start = self._position - len(self._prefix)
        return before[: len(before) - len(self._prefix)]

    def _found(self) -> Iterator[Candidate]:
        tag = tag_at(self._tags, self._position)
        if is_in_front_matter(self._text, self._position):
            yield from self._in_front_matter()
        elif tag is None:
            yield from self._in_prose()
        elif tag.kind in ("expression", "statement"):
            yield from self._in_tag(tag)

    # --- head and prose -------------------------------------------------------------------------

    def _line(self) -> str:
        return self._text[self._text.rfind("\n", 0, self._position) + 1 : self._position]

    def _in_front_matter(self) -> Iterator[Candidate]:
        line = self._line()
        before = self._take_prefix(line)
        if re.search(r"\btype:\s*$", before):
            for kind in ("string", "number", "integer", "boolean", "array", "object"):
                yield self._candidate(kind, "key")
        elif re.search(r"[{,]\s*$", before) or _INDENTED.fullmatch(before):
            for name, (template, detail) in vocabulary.INPUT_KEYS.items():
                yield self._candidate(name, "key", detail, template)
        elif not before:
            for name, (template, detail) in vocabulary.KEYS.items():
                if not re.search(rf"^{name}\s*:", self._text[: self._body], re.MULTILINE):
                    yield self._candidate(name, "key", detail, template)

    def _in_prose(self) -> Iterator[Candidate]:
        before = self._take_prefix(self._line())
        for field in self._inputs:
            yield self._candidate(field.name, "input", _described(field), f"{{{{ {field.name} }}}}")
        if not before.strip():
            for label, (template, detail) in vocabulary.SNIPPETS.items():
                yield self._candidate(label, "snippet", detail, template)

    # --- in a tag -------------------------------------------------------------------------------

    def _in_tag(self, tag: Tag) -> Iterator[Candidate]:
        inner = self._text[tag.start + 2 : self._position]
        inner = inner[1:] if inner[:1] in ("-", "+") else inner
        mark, opened = text_in_quotes(self._text, tag.start, self._position)
        if mark:
            if tag.kind == "statement" and tag.word in _INCLUDING:
                yield from self._files(opened)
            return
        before = self._take_prefix(inner)
        closes = self._text[self._position : self._position + 2] == "}}"
        self._bare = tag.kind == "expression" and not before and closes
        if before[-1:].isdigit():
            return
        if tag.kind == "statement":
            special = self._in_statement(tag, before)
            if special is not None:
                yield from special
                return
        if before.rstrip().endswith("|"):
            yield from self._words("filter", vocabulary.FILTERS)
        elif _TEST.search(before):
            yield from self._words("test", vocabulary.TESTS)
        elif before.endswith("."):
            yield from self._attributes(before[:-1])
        else:
            yield from self._variables()

    def _in_statement(self, tag: Tag, before: str) -> Iterator[Candidate] | None:
        """What only statements have at a place; None where it is as in expressions."""
        macros = _FROM.match(before) if tag.word == "from" else None
        if not before.strip():
            return self._statements(tag)
        if macros is not None:
            return self._members(self._names.defined(macros[1]))
        if before.strip() == "filter":
            return self._words("filter", vocabulary.FILTERS)
        target = _FOR.match(before)
        if target is not None and "in" not in target[1].split():
            named = target[1].strip() and target[1][-1].isspace()
            over = self._candidate("in", "snippet", "What to go through", "in ${}")
            return iter([over] if named else ())
        return iter(()) if _NAMING.match(before) else None

    def _words(self, kind: CandidateKind, words: Mapping[str, str]) -> Iterator[Candidate]:
        return (self._candidate(word, kind, detail) for word, detail in words.items())

    def _members(self, defined: Mapping[str, str]) -> Iterator[Candidate]:
        """Macros and variables of another file."""
        for name, arguments in defined.items():
            yield self._candidate(name, "function", f"macro{arguments}" if arguments else "set")

    def _files(self, opened: int) -> Iterator[Candidate]:
        self._prefix = self._text[opened : self._position]
        self._start = opened
        for name in self._sources:
            yield self._candidate(name, "file")

    def _statements(self, tag: Tag) -> Iterator[Candidate]:
        opened = self._names.opened
        whole = not tag.closed or _REST.match(self._text, self._position) is not None
        words = dict(vocabulary.STATEMENTS)
        inner = opened[-1] if opened else ""
        if inner != "if":
            words.pop("elif")
        if inner not in ("if", "for"):
            words.pop("else")
        if "for" not in opened:
            words.pop("break")
            words.pop("continue")
        if inner:
            words = {f"end{inner}": (f"end{inner} %}}", f"Ends the {inner} above"), **words}
        sign = self._text[tag.start + 2] if self._text[tag.start + 2 :][:1] in ("-", "+") else ""
        for label, (template, detail) in words.items():
            if not whole:
                if " " not in label:
                    yield self._candidate(label, "snippet", detail)
                continue
            text, tab_stops = _snippet("{%" + sign + " " + template)
            yield Candidate(
                label=label, kind="snippet", text=text, select=tab_stops[0],
                tab_stops=tab_stops[1:], detail=detail, start=tag.start,
                end=tag.end if tag.closed else self._position,
            )  # fmt: skip

    def _variables(self) -> Iterator[Candidate]:
        given = self._names.known()
        for name, known in given.items():
            function = known.detail.startswith("macro(")
            template = f"{name}(${{}})" if function else ""
            yield self._candidate(
                name, "function" if function else "variable", known.detail, template
            )
        for field in self._inputs:
            if field.name not in given:
                yield self._candidate(field.name, "input", _described(field))
        described = {field.name for field in self._inputs}
        for name, value in self._samples.items():
            if name not in described and name not in given:
                yield self._candidate(name, "input", _kind(value))
        for name, detail in vocabulary.FUNCTIONS.items():
            if name != "loop" or "for" in self._names.opened:
                yield self._candidate(name, "function", detail)
        if self._prefix:
            for word in _WORDS:
                yield self._candidate(word, "snippet")

    def _attributes(self, owner: str) -> Iterator[Candidate]:
        if re.search(r"\bloop$", owner) and "for" in self._names.opened:
            yield from self._words("attribute", vocabulary.LOOP)
            return
        value = self._names.value(owner)
        if isinstance(value, Module):
            yield from self._members(value.members)
            return
        if value is UNKNOWN:
            return
        if isinstance(value, dict):
            for name, item in value.items():
                if str(name).isidentifier():
                    yield self._candidate(str(name), "attribute", _kind(item))
        yield from self._words("function", vocabulary.METHODS.get(type(value).__name__, {}))


def _described(field: InputField) -> str:
    return f"{field.type} · {field.description}" if field.description else field.type


def _kind(value: Json) -> str:
    """What a sample value is, with a glimpse of it."""
    if isinstance(value, bool):
        return f"boolean · {str(value).lower()}"
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return f"array of {len(value)}"
    words = " ".join(str(value).split())
    return words if len(words) <= 50 else words[:49] + "…"
