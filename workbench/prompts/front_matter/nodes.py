"""The syntax tree of front matter: what is written where, before YAML makes values of it."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from workbench.domain.prompts.prompt import Problem
from workbench.prompts.source_map.token_places import composed


def written_twice(root: yaml.Node | None) -> Iterator[Problem]:
    """Keys that a mapping of the front matter has twice: the last one counts."""
    waiting = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
            continue
        lines: dict[str, int] = {}
        for key, value in node.value:
            waiting.append(value)
            name, line = str(key.value), key.start_mark.line + 2
            if name in lines and line != lines[name]:
                reason = f'"{name}" is here twice; the one in line {lines[name]} has no effect.'
                yield Problem(
                    severity="warning",
                    message=reason,
                    line=line,
                    column=key.start_mark.column + 1,
                    length=len(name),
                )
            lines[name] = line


def input_lines(root: yaml.Node | None) -> dict[str, int]:
    """The file line of each key below ``inputs``."""
    inputs = pairs(root).get("inputs")
    if not isinstance(inputs, yaml.MappingNode):
        return {}
    return {composed(str(name.value)): name.start_mark.line + 2 for name, _ in inputs.value}


def pairs(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """The nodes of a mapping by their keys."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {composed(str(key.value)): value for key, value in node.value}


def written_of(root: yaml.Node | None) -> dict[str, dict[str, yaml.Node]]:
    """What is written about each input, as nodes."""
    inputs = pairs(root).get("inputs")
    inputs = pairs(inputs).get("properties", inputs)
    if isinstance(inputs, yaml.SequenceNode):
        items = [pairs(item) for item in inputs.value]
        return {composed(scalar_text(item["name"])): item for item in items if "name" in item}
    return {name: pairs(node) for name, node in pairs(inputs).items()}


def scalar_text(node: yaml.Node | None) -> str:
    """What is written there, "" for what is no single value."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def input_keys(root: yaml.Node | None, name: str) -> list[yaml.ScalarNode]:
    """The nodes that name an input: in its description, and among the sample values."""
    inputs = pairs(root).get("inputs")
    inputs = pairs(inputs).get("properties", inputs)
    found: list[yaml.Node] = []
    if isinstance(inputs, yaml.SequenceNode):
        found += [pairs(item).get("name", item) for item in inputs.value]
    for node in (inputs, pairs(root).get("sample")):
        if isinstance(node, yaml.MappingNode):
            found += [key for key, _ in node.value]
    return [
        node
        for node in found
        if isinstance(node, yaml.ScalarNode) and composed(str(node.value)) == name
    ]
