"""The commands that README and docs show can be typed as they are printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from workbench.cli.main import commands
from workbench.strategies import STRATEGIES

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_LINE = re.compile(r"^\s*(?:\.venv/bin/)?workbench (?P<arguments>.*)$")
_INLINE = re.compile(r"`(?:\.venv/bin/)?workbench (?P<arguments>[^`]+)`")


_MORE = re.compile(r"  ?# and: (?P<commands>.+)$")


def _commands() -> list[tuple[str, bool]]:
    """The commands, and whether each is shown whole: a line to type, not a mention."""
    found = set()
    for page in PAGES:
        text = page.read_text("utf-8")
        lines = [match for line in text.splitlines() if (match := _LINE.match(line))]
        for match in (*lines, *_INLINE.finditer(text)):
            arguments = match["arguments"].partition("  #")[0].partition(" # ")[0]
            found.add((" ".join(arguments.split()), match in lines))
        for match in lines:
            more = _MORE.search(match["arguments"])
            found |= {(each, False) for each in (more["commands"].split(", ") if more else ())}
    return sorted(found)


@pytest.mark.parametrize(("line", "whole"), _commands())
def test_a_command_of_the_docs_is_one_of_the_program(line: str, whole: bool) -> None:
    command: click.Command = commands()
    context = click.Context(command, info_name="workbench")
    arguments = shlex.split(line)
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        name = arguments.pop(0)
        chosen = command.get_command(context, name)
        assert chosen is not None, f"there is no command {name!r} in: workbench {line}"
        command, context = chosen, click.Context(chosen, parent=context, info_name=name)
    # Of a mention only the options and arguments are looked at, not the values.
    command.make_context(command.name, list(arguments), parent=context, resilient_parsing=True)
    if whole:
        given, _, _ = command.make_parser(context).parse_args(list(arguments))
        needed = [each.name for each in command.params if each.required]
        missing = [name for name in needed if name and given.get(name) in (None, ())]
        assert not missing, f"workbench {line} needs {missing}"


OWN = ("greet.prompty", "prompt.prompty", "essay.txt")
"""Files of the reader; every other file that is named comes with the program."""
PLACEHOLDERS = ("FILE", "PROMPT", "NAME")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the lines are typed: with the prompts of the program and the files of the reader."""
    (tmp_path / "prompts").symlink_to(ROOT / "prompts")
    for name in OWN:
        (tmp_path / name).write_text("Hello.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("line", [line for line, whole in _commands() if whole])
def test_a_line_of_the_docs_can_be_typed_as_it_is(line: str, folder: Path) -> None:
    command: click.Command = commands()
    context = click.Context(command, info_name="workbench")
    arguments = shlex.split(line)
    while isinstance(command, click.Group) and arguments:
        command = command.commands[arguments.pop(0)]
        context = click.Context(command, parent=context, info_name=command.name)
    if set(PLACEHOLDERS) & set(arguments):
        return
    # Choices, numbers and files are checked, and nothing is run.
    with command.make_context(command.name, list(arguments), parent=context) as made:
        paths = [Path(each) for each in arguments if each.endswith(".prompty")]
        assert all(path.exists() for path in paths)
        _check_names(made.params, paths)


def _check_names(given: dict[str, Any], paths: list[Path]) -> None:
    """Strategies, parameters, sample sets and data sets that a line names are there."""
    named = given.get("strategies") or given.get("strategy") or ""
    asked = named if isinstance(named, tuple) else named.split(",")
    assert set(filter(None, asked)) <= set(STRATEGIES.ids())
    row = (given.get("data_row") or "").rpartition(":")[0]
    for name in (given.get("file"), given.get("rows"), row):
        if isinstance(name, str) and name.endswith(".jsonl"):
            assert (ROOT / "resources" / "data" / name).exists()
    if given.get("sample"):
        sets = yaml.safe_load(paths[0].with_suffix(".samples.yaml").read_text("utf-8"))
        assert given["sample"] in sets


def test_the_docs_show_commands() -> None:
    assert len(_commands()) > 30
