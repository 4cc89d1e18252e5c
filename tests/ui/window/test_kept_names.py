"""Names that scripts, settings, sessions and stored runs hold may be added to; none may go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from workbench.cli.main import commands
from workbench.domain.parameters import describe
from workbench.prompts.formats.registry import formats
from workbench.strategies import STRATEGIES
from workbench.ui.main_window import MainWindow
from workbench.ui.panels import PANELS

KEPT = set((Path(__file__).parents[2] / "kept_names.txt").read_text("utf-8").splitlines())


def kept(*kinds: str) -> set[str]:
    return {line for line in KEPT if line.split()[0] in kinds}


def options(command: click.Command, name: str) -> Iterator[str]:
    yield f"command {name}"
    for each in command.params:
        yield from (f"command {name} {word}" for word in (*each.opts, *each.secondary_opts))
    if isinstance(command, click.Group):
        for word, below in command.commands.items():
            yield from options(below, f"{name} {word}")


def test_commands_and_options_stay():
    assert kept("command") - set(options(commands(), "workbench")) == set()


def test_strategies_parameters_and_formats_stay():
    found = {f"format {each.id}" for each in formats()}
    for strategy in STRATEGIES:
        found |= {f"strategy {strategy.id}"}
        found |= {f"strategy {strategy.id} {field.name}" for field in describe(strategy.params)}
    assert kept("strategy", "format") - found == set()


def test_workspaces_and_actions_stay(window: MainWindow):
    for page in (*(spec.id for spec in PANELS), "settings", "help"):
        window.go(page)
    found = {f"panel {spec.id}" for spec in PANELS}
    found |= {f"action {action.id}" for action in window.actions_table.all()}
    assert kept("panel", "action") - found == set()
