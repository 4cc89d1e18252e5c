"""A run as Markdown, to be put into a note or an issue."""

from __future__ import annotations

import json
import re

from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.text import seconds_text
from workbench.ui.runs.words import (
    answer_rule,
    describe_sampling,
    error_sentence,
    limit_sentence,
    tie_words,
)

_FENCE = re.compile(r"`{3,}")


def run_markdown(run_id: int, spec: RunSpec | None, state: RunState) -> str:
    """Everything needed to know and to repeat the run, its calls with prompts and outputs.

    Args:
        run_id: its number in the history.
        spec: what it was made from, None where that cannot be read.
        state: the run as it was folded.
    """
    params = spec.params if spec is not None else {}
    parts = [f"# Run {run_id}: {state.strategy}", _facts(spec, state)]
    if state.error:
        parts.append(f"**Error:** {error_sentence(state.error)}")
    if limit := limit_sentence(state):
        parts.append(f"{limit}.")
    answer = state.answer if state.answer is not None else "No answer"
    parts += [f"## Answer ({answer_rule(state, params)})", _fenced(answer)]
    if state.tally:
        votes = "\n".join(f"- {each or 'No answer'}: {count}" for each, count in state.tally)
        tie = tie_words(state.tally, state.tie_rule)
        parts += ["## Votes", f"{tie}.\n\n{votes}" if tie else votes]
    if spec is not None and isinstance(spec.prompt, TemplatePrompt):
        parts += [f"## Template `{spec.prompt.path}`", _fenced(spec.prompt.source, "jinja")]
        variables = json.dumps(spec.prompt.variables, ensure_ascii=False, indent=2)
        parts += ["## Variables", _fenced(variables, "json")]
    parts.append("## Calls")
    for call in state.calls.values():
        parts.append(f"### {call.call}")
        parts += [f"**{each.role}**\n\n{_fenced(each.text)}" for each in call.messages]
        for index, sample in enumerate(call.samples):
            reason = sample.finish_reason or "not finished"
            parts.append(f"**output {index + 1}** ({reason})\n\n{_fenced(sample.text)}")
    return "\n\n".join(parts) + "\n"


def _facts(spec: RunSpec | None, state: RunState) -> str:
    lines = [
        f"- Status: {state.status}",
        f"- Model: {state.model or (spec.model if spec else '')}",
        f"- Tokens: {state.generated_tokens:,} generated, {state.prompt_tokens:,} read",
        f"- Time: {seconds_text(state.seconds)}",
    ]
    if spec is not None:
        lines.append(f"- Sampling: {describe_sampling(spec.sampling, spec.seed)}")
        lines.append(f"- Parameters: `{json.dumps(spec.params, ensure_ascii=False)}`")
        lines.append(f"- Mode: {spec.mode}")
        lines.append(f"- Spec: sha256 {spec.digest()}")
    return "\n".join(lines)


def _fenced(text: str, language: str = "") -> str:
    """``text`` in a fence longer than any inside it."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
