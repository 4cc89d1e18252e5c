"""Reading YAML that comes from anywhere: no constructors, few aliases, no depth without end.

libyaml reads ten times as fast as Python, but it ends the process where a text is nested deeply,
so it gets only texts whose events were counted before. Whatever is unusual or wrong, and every
text where libyaml is missing, is left to the loader in Python: its sentences and lines are the ones
that people see.
"""

from __future__ import annotations

from typing import Any

import yaml

ALIASES = 100
VALUES = 10_000
"""Most values after aliases are written out."""
DEPTH = 50


class _Merging(yaml.constructor.SafeConstructor):
    """Takes merge keys ("<<") in, which multiply from level to level, up to a number."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > VALUES:
            raise yaml.MarkedYAMLError(
                problem=f"its merge keys make more than {VALUES:,} values",
                problem_mark=node.start_mark,
            )


class _Loader(_Merging, yaml.SafeLoader):
    """A safe loader that refuses many aliases."""

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


if yaml.__with_libyaml__:

    class _FastLoader(_Merging, yaml.CSafeLoader):
        """The same in C; only for texts that :func:`_is_plain` lets by."""


def load_yaml(text: str) -> tuple[yaml.Node | None, object]:
    """The syntax tree of a text and its value, (None, None) where it is empty.

    Raises:
        yaml.YAMLError, ValueError, TypeError, RecursionError: it cannot be read.
    """
    if yaml.__with_libyaml__ and _is_plain(text):
        try:
            return _loaded(_FastLoader(text))
        except (yaml.YAMLError, ValueError, TypeError, RecursionError):
            pass  # the loader below says it in its own words
    return _loaded(_Loader(text))


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
