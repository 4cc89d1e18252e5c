"""Compares two runs, and reproduces one."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.runs.comparison import DiffPart
from workbench.domain.runs.pair import PairFact, RunPair, find_parting, has_tokens
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.servers import model_name
from workbench.domain.text import seconds_text
from workbench.evaluation.diff import word_diff
from workbench.evaluation.lines import line_diff
from workbench.service.runs.runs import Runs


class Pairs:
    """Two runs next to each other."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    async def compare(self, left_id: int, right_id: int) -> RunPair:
        """What two runs share and where they differ: settings, prompt, output, tokens.

        Raises:
            UsageError: there is no such run.
        """
        left, right = await self._load(left_id), await self._load(right_id)
        return await asyncio.to_thread(_compare, (left_id, *left), (right_id, *right))

    async def _load(self, run_id: int) -> tuple[RunSpec, RunState]:
        return await self._runs.spec(run_id), await self._runs.load(run_id)

    async def reproduce(self, run_id: int) -> RunPair:
        """Do a run again with the same seed and settings, and compare it with what it was.

        The new run is kept as any other. On the same build of the engine a run with the mode
        ``strict`` is identical; with ``fast`` what else is decoded can change the last bits.

        Raises:
            UsageError: there is no such run, it has not ended, or the user steered it.
            ModelError: its model is not there any more.
        """
        spec, state = await self._load(run_id)
        if state.status == "running":
            raise UsageError(f"Run {run_id} has not ended: wait for it, then reproduce it.")
        again = await self._runs.start(spec)
        await self._runs.wait(again)
        return await self.compare(run_id, again)


def _compare(left: tuple[int, RunSpec, RunState], right: tuple[int, RunSpec, RunState]) -> RunPair:
    parting = find_parting(left[2], right[2])
    whole = has_tokens(left[2]) and has_tokens(right[2])
    return RunPair(
        left_id=left[0],
        right_id=right[0],
        facts=_facts(left, right),
        prompt=line_diff(_sent(left[2]), _sent(right[2])),
        output=_words(left[2].output, right[2].output),
        same_output=left[2].output == right[2].output,
        parting=parting if whole else None,
        has_tokens=whole,
    )


def _words(left: str, right: str) -> tuple[DiffPart, ...]:
    try:
        return word_diff(left, right)
    except UsageError:  # too long to be compared word by word
        if left == right:
            return (DiffPart("same", left),)
        return (DiffPart("deleted", left), DiffPart("inserted", right))


def _sent(state: RunState) -> str:
    """The prompt of the first call."""
    call = next(iter(state.calls.values()), None)
    if call is None:
        return ""
    return "\n".join(f"{each.role}:\n{each.text}" for each in call.messages)


def _facts(
    left: tuple[int, RunSpec, RunState], right: tuple[int, RunSpec, RunState]
) -> tuple[PairFact, ...]:
    ours, theirs = _settings(left[1], left[2]), _settings(right[1], right[2])
    names = dict.fromkeys((*ours, *theirs))
    facts = [PairFact(name, ours.get(name, ""), theirs.get(name, "")) for name in names]
    for name, one, other in (
        ("New tokens", left[2].completion_tokens, right[2].completion_tokens),
        ("Prompt tokens", left[2].prompt_tokens, right[2].prompt_tokens),
        ("Calls made", len(left[2].calls), len(right[2].calls)),
    ):
        change = f"{other - one:+,}" if other != one else ""
        facts.append(PairFact(name, f"{one:,}", f"{other:,}", change))
    seconds = (left[2].seconds, right[2].seconds)
    change = f"{seconds[1] - seconds[0]:+.1f} s"
    facts.append(PairFact("Time", seconds_text(seconds[0]), seconds_text(seconds[1]), change))
    return tuple(facts)


def _settings(spec: RunSpec, state: RunState) -> dict[str, str]:
    """Every setting of a run by its name, as text."""
    prompt = spec.prompt
    found = {"Prompt": "chat", "Answer": "none" if state.answer is None else state.answer}
    if isinstance(prompt, TemplatePrompt):
        found["Prompt"] = prompt.path.replace("\\", "/").rpartition("/")[2]
        found |= {f"Input {name}": _text(value) for name, value in prompt.variables.items()}
    found["Model"] = model_name(spec.model)
    found["Strategy"] = spec.strategy
    found |= {_title(name): _text(value) for name, value in sorted(spec.params.items())}
    sampling = msgspec.to_builtins(spec.sampling)
    found |= {_title(name): _text(value) for name, value in sampling.items()}
    found["Seed"] = str(spec.seed)
    found["Mode"] = spec.mode
    budget = {name: value for name, value in msgspec.to_builtins(spec.budget).items() if value}
    found["Budget"] = ", ".join(f"{_title(name).lower()} {value}" for name, value in budget.items())
    found["Ended"] = state.status
    return found


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
