"""Reading YAML that comes from anywhere: no constructors, few aliases, no depth without end.

libyaml reads ten times as fast as Python, but it ends the process where a text is nested deeply,
so it gets only texts whose events were counted before. Whatever is unusual or wrong, and every
text where libyaml is missing, is left to the loader in Python: its sentences and lines are the ones
that people see.

YAML 1.1 (what Python reads) and 1.2 (what most other programs read) take some plain words for
different things: ``no``, ``012``, ``12:30``, ``1e3``. Here such a word is a number, true, false or
nothing only where both agree, and else the text that was written. Files of programs that read 1.2
are read so (``core=True``). What is written is quoted wherever one of the two would misread it.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

ALIASES = 100
VALUES = 10_000
"""Most values after aliases are written out."""
DEPTH = 50


_TAG = "tag:yaml.org,2002:"
_Words = tuple[tuple[str, str], ...]
_BOTH: _Words = (
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("null", r"~|null|Null|NULL|"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+(?:[eE][-+][0-9]+)?"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"),
    ("merge", r"<<"),
)
"""What plain words are in YAML 1.1 and 1.2 alike."""
_CORE: _Words = (
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"),
    *_BOTH,
)
"""What they are in the core schema of YAML 1.2, with merge keys as most programs have them."""


def _resolve(loader: Any, words: _Words) -> None:
    """Have a loader or dumper know plain words, in this order."""
    for kind, pattern in words:
        starts = None if kind != "null" else ["~", "n", "N", ""]
        loader.add_implicit_resolver(_TAG + kind, re.compile(rf"^(?:{pattern})$"), starts)


class _Merging(yaml.constructor.SafeConstructor):
    """Takes merge keys ("<<") in, which multiply from level to level, up to a number."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > VALUES:
            raise yaml.MarkedYAMLError(
                problem=f"its merge keys make more than {VALUES:,} values",
                problem_mark=node.start_mark,
            )


def _whole_number(loader: Any, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node)).replace("_", "").lower()
    bases = {"0x": 16, "0o": 8, "0b": 2}
    return int(text, bases.get(text.lstrip("+-")[:2], 10))


def _members(loader: Any, node: yaml.MappingNode) -> list[Any]:
    """A set as a list in the order in which it is written."""
    return list(loader.construct_mapping(node, deep=True))


_Merging.add_constructor(_TAG + "int", _whole_number)
_Merging.add_constructor(_TAG + "set", _members)


class _Loader(_Merging, yaml.SafeLoader):
    """A safe loader that refuses many aliases."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - declared so by PyYAML
    aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > ALIASES:
                raise yaml.MarkedYAMLError(
                    problem=f"it has more than {ALIASES} aliases",
                    problem_mark=self.peek_event().start_mark,  # type: ignore[no-untyped-call]
                )
        return super().compose_node(parent, index)


class _CoreLoader(_Loader):
    """The same, as YAML 1.2 has it."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - declared so by PyYAML


_resolve(_Loader, _BOTH)
_resolve(_CoreLoader, _CORE)

if yaml.__with_libyaml__:

    class _FastLoader(_Merging, yaml.CSafeLoader):
        """The same in C; only for texts that :func:`_is_plain` lets by."""

        yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

    class _FastCoreLoader(_Merging, yaml.CSafeLoader):
        """The same in C, as YAML 1.2 has it."""

        yaml_implicit_resolvers = _CoreLoader.yaml_implicit_resolvers


class PlainDumper(yaml.SafeDumper):
    """Writes YAML that 1.1 and 1.2 read alike, without aliases, to be read and compared."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write everything out."""
        return True


_resolve(PlainDumper, _CORE)


def dump_yaml(
    value: object,
    *,
    width: int = 96,
    dumper: type[PlainDumper] = PlainDumper,
    flow: bool | None = False,
) -> str:
    """A value as YAML, its keys in their order.

    Args:
        value: of lists, mappings and plain values.
        width: of a line.
        dumper: which writes it.
        flow: in blocks (False), on one line (True), or lists in brackets and all else in blocks.
    """
    text: str = yaml.dump(
        value, Dumper=dumper, allow_unicode=True, sort_keys=False, width=width,
        default_flow_style=flow,
    )  # fmt: skip
    return text


def load_yaml(text: str, *, core: bool = False) -> tuple[yaml.Node | None, object]:
    """The syntax tree of a text and its value, (None, None) where it is empty.

    Args:
        text: one document.
        core: read it as YAML 1.2 alone has it.

    Raises:
        yaml.YAMLError, ValueError, TypeError, RecursionError: it cannot be read.
    """
    if yaml.__with_libyaml__ and _is_plain(text):
        try:
            return _loaded((_FastCoreLoader if core else _FastLoader)(text))
        except (yaml.YAMLError, ValueError, TypeError, RecursionError):
            pass  # the loader below says it in its own words
    return _loaded((_CoreLoader if core else _Loader)(text))


def _loaded(loader: Any) -> tuple[yaml.Node | None, object]:
    node = loader.get_single_node()
    return node, loader.construct_document(node) if node is not None else None


def _is_plain(text: str) -> bool:
    """Whether a text has few levels and aliases, and no tags.

    libyaml gives events without recursion. Of the tag "!" the two make different things.
    """
    if "\ufeff" in text:
        return False  # inside a text the two read it differently
    depth = aliases = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if getattr(event, "tag", None) is not None:
                return False
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.AliasEvent):
                aliases += 1
            if depth > DEPTH or aliases > ALIASES:
                return False
    except (yaml.YAMLError, ValueError):
        return False
    return True
