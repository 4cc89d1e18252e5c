"""Inputs of included files, which become inputs of the prompt."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping

import msgspec
from jinja2 import TemplateSyntaxError, nodes

from workbench.domain.errors import FrontMatterError
from workbench.domain.prompts.prompt import InputField
from workbench.prompts.document import parse_document
from workbench.prompts.input_inference import infer_parts, infer_types
from workbench.prompts.jinja.diagnosis import parse
from workbench.prompts.jinja.environment import BoundedEnvironment, RecordingUndefined
from workbench.prompts.jinja.undeclared import needed
from workbench.prompts.jinja.value_origins import optional

INCLUDING = re.compile(r"\{%[-+]?\s*(?:include|import|from|extends)\b(.*?)%\}", re.DOTALL)
"""A statement that brings in another template."""
_SHARING = re.compile(r"\{%[-+]?\s*(include|import|from|extends)\b(.*?)%\}", re.DOTALL)
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
MOST = 100
"""Most files that are looked at; a rendering takes no more either."""


class Needs(msgspec.Struct, frozen=True):
    """What one file needs, and which others it brings in."""

    fields: tuple[InputField, ...] = ()
    files: tuple[str, ...] = ()


def included_inputs(tree: nodes.Template, sources: Mapping[str, str]) -> list[InputField]:
    """Inputs of the files that a template includes or extends, directly or through others.

    What the template itself sets is none.

    Args:
        tree: the template.
        sources: files by name.
    """
    found: dict[str, InputField] = {}
    waiting, seen = [*_files(tree)], set[str]()
    while waiting and len(seen) < MOST:
        name = waiting.pop(0)
        source = sources.get(name)
        if name in seen or source is None:
            continue
        seen.add(name)
        needs = _needs(source, name)
        waiting += needs.files
        for field in needs.fields:
            found.setdefault(field.name, field)
    given = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    return [field for name, field in found.items() if name not in given]


def included_texts(
    text: str, sources: Mapping[str, str], *, known: Collection[str] = ()
) -> dict[str, str]:
    """The files that a template names in quotes, and those that they name, with their texts.

    Args:
        text: the template.
        sources: files by name.
        known: names that were read before; they count among the most that are taken.
    """
    found: dict[str, str] = {}
    waiting = [text]
    while waiting and len(found) + len(known) < MOST:
        for statement in INCLUDING.findall(waiting.pop()):
            for names in _QUOTED.findall(statement):
                name = names[0] or names[1]
                if name not in found and name not in known and name in sources:
                    found[name] = sources[name]
                    waiting.append(found[name])
    return found


def names_of_included(text: str) -> list[str]:
    """The names in quotes of the files that share a template's variables."""
    if "{%" not in text:
        return []
    return [
        names[0] or names[1]
        for words, statement in _SHARING.findall(text)
        if words in {"include", "extends"} or "with context" in statement
        for names in _QUOTED.findall(statement)
    ]


def included_defaults(sources: Mapping[str, str]) -> list[InputField]:
    """Inputs without a required value in the front matter of included files; the first one counts.

    Args:
        sources: the included files by name, in the order in which they are met.
    """
    found: dict[str, InputField] = {}
    for name, source in sources.items():
        for field in _declared(source, name):
            if field.default is not None or not field.required:
                found.setdefault(field.name, field)
    return list(found.values())


@functools.lru_cache(maxsize=256)
def _declared(source: str, name: str) -> tuple[InputField, ...]:
    try:
        return parse_document(source, name).inputs
    except FrontMatterError:
        return ()  # its own tab says what is wrong with it


def _files(tree: nodes.Template) -> Iterator[str]:
    """The names of files that are written out; one that is computed is not known."""
    written = [node.template for node in tree.find_all(nodes.Include)]
    written += [node.template for node in tree.find_all(nodes.Extends)]
    for name in written:
        for part in name.items if isinstance(name, nodes.List | nodes.Tuple) else [name]:
            if isinstance(part, nodes.Const) and isinstance(part.value, str):
                yield part.value


@functools.lru_cache(maxsize=256)
def _needs(source: str, name: str) -> Needs:
    try:
        document = parse_document(source, name)
        tree, _ = parse(BoundedEnvironment(RecordingUndefined, {}), document.body)
        names = sorted(needed(tree)) if tree is not None else []
    except (FrontMatterError, TemplateSyntaxError, RecursionError):
        return Needs()  # its own tab says what is wrong with it
    if tree is None:
        return Needs()
    declared = {field.name: field for field in document.inputs}
    kinds, parts, not_needed = infer_types(tree), infer_parts(tree), optional(tree)
    fields = []
    for each in names:
        field = declared.get(each, InputField(name=each, type=kinds.get(each, "string")))
        fields.append(
            msgspec.structs.replace(
                field, declared=False, parts=parts.get(each, ()),
                required=field.required and each not in not_needed,
            )
        )  # fmt: skip
    return Needs(tuple(fields), tuple(_files(tree)))
