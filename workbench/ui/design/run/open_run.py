"""Opens a run's prompt: text, inputs and strategy, with a way back."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.runs.spec import Json, RunSpec, TemplatePrompt

if TYPE_CHECKING:
    from workbench.ui.design.inputs.samples_model import SampleChoice
    from workbench.ui.design.run.prompt_strategy import PromptStrategies
    from workbench.ui.design.tool_panes import SideContext


class _Before(NamedTuple):
    """What was shown before."""

    path: str
    text: str
    values: dict[str, Json]
    expected: str
    samples: SampleChoice
    strategy: tuple[str, dict[str, Json]]


def take_prompt(side: SideContext, run_id: int, prompt: TemplatePrompt, expected: str = "") -> bool:
    """Put a run's text and inputs into the open prompt.

    Returns:
        Whether the text changed; it is one step of undo in the editor.
    """
    model, work = side.model, side.work
    document = model.current
    assert document is not None
    text = prompt.source.replace("\r\n", "\n")
    is_other = text != work.editor.text.plain()
    if is_other:
        work.editor.replace_all(text)
    work.inputs.samples.leave(f"run {run_id:,}")
    document.seeded = None  # what the run was not given stays empty
    model.fill(dict(prompt.variables), expected)
    work.inputs.samples.changed.emit()
    return is_other


def show_as_run(
    side: SideContext, strategies: PromptStrategies, run_id: int, spec: RunSpec, expected: str
) -> None:
    """Show the open prompt as a run of it was made, with one step back to what was shown."""
    document, prompt = side.model.current, spec.prompt
    if document is None or not isinstance(prompt, TemplatePrompt):
        return
    bar = side.run_bar
    before = _Before(
        document.path,
        side.work.editor.text.plain(),
        dict(document.values),
        document.expected,
        side.work.inputs.samples.choice(),
        (bar.strategy.strategy, bar.parameters.form.values()),
    )
    take_prompt(side, run_id, prompt, expected)
    strategies.take(document.path, spec.strategy, spec.params)
    undo = functools.partial(_go_back, side, strategies, before)
    side.work.tell_of_prompt(f"The prompt is shown as run {run_id:,} had it.", undo, "text-2")


def _go_back(side: SideContext, strategies: PromptStrategies, before: _Before) -> None:
    document = side.model.current
    if document is None or document.path != before.path:
        return
    if side.work.editor.text.plain() != before.text:
        side.work.editor.replace_all(before.text)
    side.work.inputs.samples.go_back(before.samples)
    side.model.fill(before.values, before.expected)
    strategies.take(before.path, *before.strategy)
