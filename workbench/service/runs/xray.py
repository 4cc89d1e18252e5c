"""X-ray: which part of a prompt an answer rests on; and the answer of one prompt under another."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from workbench.domain.errors import UnsupportedError, UsageError
from workbench.domain.runs.spec import Json, TemplatePrompt
from workbench.domain.runs.xray import (
    MANY_LEVELS,
    AnswerChange,
    Counterfactual,
    Level,
    TokenChange,
    XRay,
    XRayEstimate,
)
from workbench.domain.sources.passages import Find
from workbench.domain.text import Message
from workbench.engine.protocol import ContinuationScore, Engine, ScoreRequest, Scores
from workbench.prompts.document import PromptDocument, parse_document
from workbench.prompts.inputs import complete
from workbench.prompts.render import render
from workbench.prompts.segments import SegmentedPrompt, examples, segment, without_examples
from workbench.service.core import Core
from workbench.service.models.models import Models
from workbench.service.runs.runs import Runs
from workbench.service.runs.xray_scan import (
    MOST_PASSES,
    ONLY_BEGINNINGS,
    MakePrompt,
    OnProgress,
    Scan,
    Subject,
)

_EMPTY_PROMPT = (Message("user", ()),)
"""What is left of a prompt without any of its text: chat formats need a message."""


class XRays:
    """Which part of a prompt an answer depends on."""

    def __init__(self, core: Core, models: Models, runs: Runs, find: Find | None = None) -> None:
        self._find = find
        self._prompt_library = core.prompt_library
        self._pool = core.pool
        self._models = models
        self._runs = runs

    async def run(
        self,
        prompt: TemplatePrompt,
        answer: str,
        *,
        level: Level = "line",
        model: str = "",
        thorough: bool = False,
        on_progress: OnProgress | None = None,
    ) -> XRay:
        """Which segments of a prompt make an answer likely; see ``docs/xray.md`` for the numbers.

        Args:
            prompt: the template as it is in the editor, and the values of its inputs.
            answer: what the model answered or should answer.
            level: what the template is cut into.
            model: a name or path, "" the usual one.
            thorough: leave out each segment by itself, whatever it costs.
            on_progress: hears what is known so far, on the loop's thread. Cancelling ends the work
                within a step; what was reported stays valid.

        Raises:
            UsageError: there is no answer, or the template has nothing of that level.
            TemplateError: the template cannot be rendered.
            ContextOverflowError: prompt and answer do not fit into the context.
            UnsupportedError: the model cannot say how likely a given text is.
            ModelError, EngineError: the model cannot be had, or failed.
        """
        if not answer.strip():
            raise UsageError("An X-ray needs an answer: run the prompt first, or type one.")
        subject = await self._subject(prompt, level)
        async with self._models.hold(model) as engine:
            _must_score(engine)
            scan = Scan(engine, subject, answer, on_progress or _nobody)
            return await scan.run(thorough=thorough)

    async def estimate(
        self,
        prompt: TemplatePrompt,
        *,
        level: Level,
        thorough: bool,
        prompt_tokens: int,
        model: str = "",
    ) -> XRayEstimate:
        """How many segments :meth:`run` looks at, and the most it may read.

        Args:
            prompt: as for :meth:`run`.
            level: as there.
            thorough: as there.
            prompt_tokens: of the whole prompt.
            model: as there.

        Raises:
            UsageError, TemplateError: as for :meth:`run`.
        """
        count = len((await self._subject(prompt, level)).segments)
        passes = 1.0 + count / 2
        if not thorough:
            passes = min(passes, MOST_PASSES)
        tokens = round(passes * prompt_tokens)
        speed = await self._runs.speed_of(model)
        seconds = tokens / speed.prompt if speed is not None and speed.prompt else None
        return XRayEstimate(count, tokens, seconds)

    async def counterfactual(
        self,
        old_messages: tuple[Message, ...],
        old_answer: str,
        new_messages: tuple[Message, ...],
        new_answer: str = "",
        model: str = "",
    ) -> Counterfactual:
        """Two answers, each under both prompts: whether the prompt or the dice made the difference.

        Args:
            old_messages: the old prompt.
            old_answer: what it was answered.
            new_messages: the new prompt.
            new_answer: what it was answered, "" where it was not yet.
            model: a name or path, "" the usual one.

        Raises:
            UsageError: there is no old answer.
            ContextOverflowError, UnsupportedError, ModelError, EngineError: as for :meth:`run`.
        """
        if not old_answer.strip():
            raise UsageError("There is nothing to compare: the old run has no answer.")
        answers = (old_answer, new_answer) if new_answer.strip() else (old_answer,)
        async with self._models.hold(model) as engine:
            _must_score(engine)
            old = await _score(engine, old_messages, answers)
            new = await _score(engine, new_messages, answers)
        changes = [
            _change(*each)
            for each in zip(answers, old.continuations, new.continuations, strict=True)
        ]
        return Counterfactual(
            old=changes[0],
            new=changes[1] if len(changes) > 1 else None,
            model=engine.model.name if engine.model is not None else "",
            evaluated_tokens=old.evaluated_tokens + new.evaluated_tokens,
            seconds=old.seconds + new.seconds,
        )

    async def counterfactual_of_runs(
        self, old_run: int, new_run: int, model: str = ""
    ) -> Counterfactual:
        """:meth:`counterfactual` of two runs; "" is the model of the new one.

        Raises:
            UsageError: no such run, or one that has no answer; else as :meth:`counterfactual`.
        """
        old, new = await self.asked_and_answered(old_run), await self.asked_and_answered(new_run)
        model = model or (await self._runs.spec(new_run)).model
        return await self.counterfactual(*old, *new, model)

    async def asked_and_answered(self, run_id: int) -> tuple[tuple[Message, ...], str]:
        """The prompt of the call from which a run took its output, and that output.

        Raises:
            UsageError: no such run, or one without output.
        """
        state = await self._runs.load(run_id)
        await self._runs.spec(run_id)  # says where there is no such run
        call = state.answering_call()
        if call is not None:
            return call.messages, state.output
        raise UsageError(f"Run {run_id} has no answer that could be compared.")

    async def counterfactual_against(
        self,
        run_id: int,
        prompt: TemplatePrompt,
        answer: str = "",
        model: str = "",
    ) -> Counterfactual:
        """:meth:`counterfactual` of a run (old) and the prompt in the editor (new).

        Args:
            run_id: of the old run.
            prompt: the new one.
            answer: what it was answered, "" where it was not yet.
            model: a name or path, "" the usual one.

        Raises:
            UsageError, TemplateError: as for :meth:`run`; else as :meth:`counterfactual`.
        """
        old = await self.asked_and_answered(run_id)
        new = await self._rendered(prompt, prompt.variables)
        return await self.counterfactual(*old, new, answer, model)

    async def _subject(self, prompt: TemplatePrompt, level: Level) -> Subject:
        messages = await self._rendered(prompt, prompt.variables)
        document = await asyncio.to_thread(parse_document, prompt.source, prompt.path)
        if level == "example":
            found = await self._with_examples(prompt, document, messages)
        else:
            parts = await asyncio.to_thread(segment, document, messages, level)
            found = Subject(level, parts.segments, parts.order(), parts.behind(), _cutter(parts))
        if not found.segments:
            raise UsageError(f"This prompt has no {MANY_LEVELS[level]}: choose another level.")
        return found

    async def _with_examples(
        self, prompt: TemplatePrompt, document: PromptDocument, messages: tuple[Message, ...]
    ) -> Subject:
        """A prompt that is rendered again with fewer items in its lists."""
        values = complete(document, prompt.variables)
        items = await asyncio.to_thread(examples, document, values)

        async def without(removed: Collection[int], _keep_empty: bool) -> tuple[Message, ...]:
            fewer = without_examples(values, [items[index] for index in removed])
            return await self._rendered(prompt, fewer)

        # Where an item's text ends is not known before it is rendered: taken as equally long.
        whole = sum(len(message.text) for message in messages)
        behind = [whole * (1.0 - index / len(items)) for index in range(len(items))]
        segments = tuple(item.segment for item in items)
        return Subject("example", segments, range(len(items)), behind, without)

    async def _rendered(
        self, prompt: TemplatePrompt, values: dict[str, Json]
    ) -> tuple[Message, ...]:
        sources = self._prompt_library.sources()
        return await render(
            self._pool, prompt.source, prompt.path, values, sources=sources, find=self._find
        )


def _cutter(prompt: SegmentedPrompt) -> MakePrompt:
    async def cut(removed: Collection[int], keep_empty: bool) -> tuple[Message, ...]:
        return prompt.without(removed, keep_empty=keep_empty) or _EMPTY_PROMPT

    return cut


def _nobody(_found: XRay) -> None:
    """The default listener ignores progress."""


def _must_score(engine: Engine) -> None:
    model = engine.model
    if model is not None and not model.can_score:
        raise UnsupportedError(
            f"{model.name} cannot say how likely a given text is: choose a model on this machine."
        )


async def _score(engine: Engine, messages: tuple[Message, ...], answers: tuple[str, ...]) -> Scores:
    scores = await engine.score(
        ScoreRequest(
            segments=await engine.format_chat(messages), continuations=answers, messages=messages
        )
    )
    if not all(each.tokens for each in scores.continuations):
        raise UnsupportedError(ONLY_BEGINNINGS)
    return scores


def _change(text: str, old: ContinuationScore, new: ContinuationScore) -> AnswerChange:
    """An answer's tokens under both prompts; as one where it is cut differently behind them."""
    if [token.id for token in old.tokens] != [token.id for token in new.tokens]:
        return AnswerChange(text, (TokenChange(text, old.logprob, new.logprob),))
    pairs = zip(old.tokens, new.tokens, strict=True)
    return AnswerChange(text, tuple(TokenChange(a.text, a.logprob, b.logprob) for a, b in pairs))
