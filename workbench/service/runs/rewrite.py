"""Asks a model for a rewrite of a prompt, and checks the result; it is never applied by itself."""

from __future__ import annotations

import asyncio
import re

from workbench.domain.errors import FrontMatterError, UsageError
from workbench.domain.prompts.rewriting import Rewrite, RewriteRequest, uses_input
from workbench.domain.prompts.versions import Hunk
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.evaluation.lines import hunks
from workbench.prompts.document import split_front_matter
from workbench.prompts.jinja import analysis
from workbench.prompts.roles import MARKER
from workbench.service.core import Core
from workbench.service.prompts.prompts import Prompts

TEMPLATE = "rewrite"
_TEMPERATURE = 0.3
_LEAST_TOKENS, _MOST_TOKENS = 256, 4_096
_CHARACTERS_PER_TOKEN = 2
"""Fewer than any text has, so that an answer as long as the prompt has room."""
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^\n`]*(?:\n|\Z)", re.MULTILINE)
_CONTROL = re.compile(r"<\|[^|<>\n]{1,40}\|>|</?s>|\[/?INST\]|<(?:start|end)_of_turn>")
_INCLUDING = re.compile(r"\{%[-+]?\s*(?:include|import|from|extends)\b")


class Rewriting:
    """Asks a model to improve a prompt."""

    def __init__(self, core: Core, prompts: Prompts) -> None:
        self._prompt_library = core.prompt_library
        self._prompts = prompts

    async def spec(self, request: RewriteRequest) -> RunSpec:
        """The run that asks for a rewrite; start it like any other.

        The prompt is ``strategies/rewrite.prompty`` of the library, which can be edited. The model
        is given the body; the front matter stays as it is.

        Raises:
            UsageError: it is not given what should be better, or there is nothing to improve.
            LibraryError: the prompt that asks is missing.
        """
        if not request.goal.strip():
            raise UsageError("Say what should be better, in a line: then a rewrite can be asked.")
        _, body = _front_matter_and_body(request.text, request.path)
        if not body.strip():
            raise UsageError("There is nothing to rewrite: the prompt has no text yet.")
        template = await asyncio.to_thread(self._prompt_library.strategy_prompt, TEMPLATE)
        found = await self._prompts.analyse(request.text, request.path)
        tokens = min(max(len(body) // _CHARACTERS_PER_TOKEN, _LEAST_TOKENS), _MOST_TOKENS)
        return RunSpec(
            prompt=TemplatePrompt(
                template.path,
                template.text,
                {
                    "prompt": body,
                    "goal": request.goal,
                    "inputs": [each.name for each in found.inputs],
                    "failing": request.failing,
                    "expected": request.expected,
                },
            ),
            strategy="direct",
            params={"extraction": "whole"},
            model=request.model,
            sampling=Sampling(temperature=_TEMPERATURE, max_tokens=tokens),
            budget=Budget(max_tokens=tokens, max_calls=1),
        )

    async def read(self, request: RewriteRequest, answer: str, finish_reason: str = "") -> Rewrite:
        """What a model answered to a request, as a prompt file, with all that is wrong with it.

        Fences and the text around them are left out. A text that is no usable template is
        given back too, with the reasons.
        """
        return await asyncio.to_thread(_read, request, answer, finish_reason)

    async def hunks(self, old: str, new: str) -> tuple[Hunk, ...]:
        """The changes that make one text of another, to be taken one by one."""
        return await asyncio.to_thread(hunks, old, new)


def _read(request: RewriteRequest, answer: str, finish_reason: str) -> Rewrite:
    front_matter, old_body = _front_matter_and_body(request.text, request.path)
    body = _template_of(answer, request.path, len(_FENCE.findall(old_body)))
    if not body.strip():
        return Rewrite(text=request.text, problems=("The model gave no text.",))
    text = front_matter + _as_spaced(body, old_body)
    problems = list(_problems(request, old_body, text, body))
    if finish_reason == "length":
        problems.insert(0, "The answer was cut off at its limit, so its end is missing.")
    if text == request.text:
        problems.append("The model gave the prompt back as it was.")
    return Rewrite(text=text, problems=tuple(problems), lost=_lost(request, old_body, body))


def _problems(request: RewriteRequest, old_body: str, text: str, body: str) -> list[str]:
    before = analysis.analyse(request.text, request.path)
    after = analysis.analyse(text, request.path)
    old_faults = {problem.message for problem in before.problems}
    found = [
        f"Line {problem.line}: {problem.message}"
        for problem in after.problems
        if problem.severity == "error" and problem.message not in old_faults
    ]
    known = {each.name for each in before.inputs}
    made_up = [each.name for each in after.inputs if each.name not in known]
    found += [f"It uses {name}, which is no input of the prompt." for name in made_up]
    found += [f"It no longer uses {name}." for name in _lost(request, old_body, body)]
    if MARKER.search(old_body) and not MARKER.search(body):
        found.append("It has no role markers any more, so all of it is one user message.")
    if set(_CONTROL.findall(body)) - set(_CONTROL.findall(old_body)):
        found.append("It has control tokens of a model in it, which the prompt had not.")
    if len(_INCLUDING.findall(body)) > len(_INCLUDING.findall(old_body)):
        found.append("It includes another file, which the prompt did not.")
    return found


def _lost(request: RewriteRequest, old_body: str, body: str) -> tuple[str, ...]:
    """The inputs that the old body uses and the new one does not."""
    names = sorted(each.name for each in analysis.analyse(request.text, request.path).inputs)
    return tuple(n for n in names if uses_input(n, old_body) and not uses_input(n, body))


def _front_matter_and_body(text: str, path: str) -> tuple[str, str]:
    """The lines up to the body, and the body; unclosed front matter belongs to the body."""
    try:
        _, _, line = split_front_matter(text, path)
    except FrontMatterError:
        line = 1
    lines = text.split("\n")
    front_matter = "".join(f"{each}\n" for each in lines[: line - 1])
    return front_matter, "\n".join(lines[line - 1 :])


def _template_of(answer: str, path: str, own: int) -> str:
    """The template in an answer, without front matter.

    Args:
        answer: what the model wrote: the template between fences, with or without talk around it,
            with one fence forgotten, or without any.
        path: the prompt file.
        own: how many fences the template has itself.
    """
    fences = list(_FENCE.finditer(answer))
    text = answer
    if len(fences) > own and own:
        outer = answer[fences[0].end() : fences[-1].start()]
        text = outer if len(fences) > own + 1 else _without_lone_fence(answer, fences)
    elif fences and not own:
        parts = _FENCE.split(answer)  # an odd number leaves open which partner is missing
        inside = parts if len(fences) % 2 else parts[1::2]
        text = max(inside, key=lambda part: len(part.strip()))
    return _front_matter_and_body(text.lstrip("\n"), path)[1]


def _without_lone_fence(answer: str, fences: list[re.Match[str]]) -> str:
    """An answer without the fence at one of its ends, whose partner was forgotten."""
    if not answer[: fences[0].start()].strip():
        return answer[fences[0].end() :]
    if not answer[fences[-1].end() :].strip():
        return answer[: fences[-1].start()]
    return answer


def _as_spaced(body: str, old_body: str) -> str:
    """The body with the line ends, and the blank space around it, that the old one had."""
    stripped = old_body.strip()
    start = old_body.index(stripped)
    new = body.strip().replace("\r\n", "\n")
    if "\r\n" in old_body:
        new = new.replace("\n", "\r\n")
    return old_body[:start] + new + old_body[start + len(stripped) :]
