"""Starts a small demonstration search from the empty Tree workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.domain.errors import UsageError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import RunSpec, TemplatePrompt

if TYPE_CHECKING:
    from workbench.service import Workbench

_PROMPT = "puzzles/targets.prompty"
_PARAMS = {
    "domain": "targets",
    "generate": "sample",
    "evaluate": "logprob",
    "beam": 3,
    "candidates": 6,
}


async def start_puzzle(core: Workbench) -> int:
    """Start a tree of thoughts on three numbers, with the solver that knows them; the run's id.

    Raises:
        UsageError: the prompt is not in the library.
    """
    path = next(
        (each.path for each in await core.library.entries() if each.path.endswith(_PROMPT)), ""
    )
    if not path:
        raise UsageError("The three-number puzzle is not in the library: run another prompt.")
    file = await core.prompt_files.read(path)
    analysis = await core.prompts.analyse(file.text, path)
    spec = RunSpec(
        prompt=TemplatePrompt(path, file.text, dict(analysis.sample)),
        strategy="tree_of_thought",
        params=dict(_PARAMS),
        sampling=Sampling(temperature=1.0, logprobs=5),
    )
    return await core.runs.start(spec)
