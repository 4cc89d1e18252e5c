"""How probable given texts are: the tokens are evaluated, not drawn."""

from __future__ import annotations

import time
from collections.abc import Callable

from workbench.domain.errors import EngineError, UsageError
from workbench.domain.runs.microscope import SamplerPlace
from workbench.domain.text import Segment, Token
from workbench.engine.protocol import ContinuationScore, Frame, ScoreRequest, Scores
from workbench.engine.worker.lane import Job, Lane
from workbench.engine.worker.sampling.distribution import Distribution
from workbench.engine.worker.sampling.inspection import ChainInspector, check
from workbench.engine.worker.vocabulary import Vocabulary


class ScoreJob(Job):
    """A prompt and the continuations to be scored after it, which share its one evaluation.

    Args:
        job_id: of the request.
        request: what was asked.
        prompt: its tokens; at least one.
        continuations: the tokens of each; none is empty.
        order: counts requests, for fairness.
        vocabulary: for the texts of tokens.
        context_tokens: of the model, for samplers that are looked at.
        answer: receives the scores when all are known.
    """

    def __init__(
        self,
        job_id: int,
        request: ScoreRequest,
        prompt: list[int],
        continuations: list[list[int]],
        *,
        order: int,
        vocabulary: Vocabulary,
        context_tokens: int,
        answer: Callable[[int, Scores], None],
    ) -> None:
        super().__init__(job_id, prompt, mode=request.mode, priority=request.priority, order=order)
        self.may_go_on = len(continuations) == 1
        self.alternatives = request.alternatives
        self.vocabulary = vocabulary
        self.inspector: ChainInspector | None = None
        """Looks at samplers along the one continuation."""
        if request.sampling is not None:
            self.inspector = ChainInspector(
                request.sampling,
                seed=0,
                prompt=prompt,
                vocabulary=vocabulary,
                context_tokens=context_tokens,
            )
        self._answer = answer
        self._evaluated_tokens = 0
        self._branches = [
            _Branch(self, index, tokens) for index, tokens in enumerate(continuations)
        ]

    @property
    def lanes(self) -> list[_Branch]:
        """One a continuation."""
        return self._branches

    def count_evaluated(self, start: int, end: int) -> None:
        """Note that ``start`` to ``end`` of a history was computed."""
        self._evaluated_tokens += end - start

    def close(self) -> None:
        """Free the samplers."""
        if self.inspector is not None:
            self.inspector.close()
            self.inspector = None

    def answer_if_done(self) -> None:
        """Hand out the scores once the last continuation has its own."""
        if not all(branch.finished for branch in self._branches):
            return
        scores = Scores(
            continuations=tuple(branch.score for branch in self._branches),
            prompt_tokens=len(self.prompt),
            evaluated_tokens=self._evaluated_tokens,
            seconds=time.monotonic() - self.arrived,
        )
        self._answer(self.id, scores)
        self.close()


class _Branch(Lane):
    """One continuation. Its last token is never evaluated: nothing is asked after it."""

    def __init__(self, job: ScoreJob, index: int, tokens: list[int]) -> None:
        super().__init__(job, index, [*job.prompt, *tokens[:-1]])
        self._score_job = job
        self._tokens = tokens
        self._scored: list[Token] = []
        self._places: list[SamplerPlace] = []

    @property
    def remaining(self) -> int:
        """Nothing is added."""
        return 0

    @property
    def first_wanted(self) -> int:
        """The token before the next one to be scored."""
        return len(self._score_job.prompt) - 1 + len(self._scored)

    @property
    def score(self) -> ContinuationScore:
        """What is known so far."""
        inspector = self._score_job.inspector
        return ContinuationScore(
            sum(token.logprob for token in self._scored),
            tuple(self._scored),
            inspector.names if inspector is not None else (),
            tuple(self._places),
        )

    def advance(self, distribution: Distribution) -> list[Frame]:
        """Score the next token."""
        self.job.started = True
        vocabulary = self._score_job.vocabulary
        token = self._tokens[len(self._scored)]
        job = self._score_job
        strongest = distribution.strongest(job.alternatives)
        if job.inspector is not None:
            self._places.append(job.inspector.place(distribution, token, job.alternatives))
        self._scored.append(vocabulary.token(token, distribution.logprob(token), strongest))
        if len(self._scored) == len(self._tokens):
            self.finished = True
            self._score_job.answer_if_done()
        return []

    def cancel(self) -> list[Frame]:
        """Cancelled: the scores are not needed any more."""
        self.finished = True
        self._score_job.close()
        return []


def tokenize_request(
    vocabulary: Vocabulary, request: ScoreRequest
) -> tuple[list[int], list[list[int]]]:
    """The prompt's tokens, and those of each continuation behind it.

    A continuation is tokenised together with the prompt, as lm-evaluation-harness does, so that a
    word gets the tokens it would have there. Where that changes the prompt's own last token, it is
    tokenised apart. Without a prompt its first token is used as one and gets no score itself.

    Raises:
        EngineError: a continuation has no tokens, or there is nothing to go on from.
        UsageError: a text without a prompt is one token long, ids are of another vocabulary, or
            the samplers cannot be looked at.
    """
    if request.sampling is not None:
        check(request.sampling)
    prompt = vocabulary.tokenize(request.segments)
    if request.ids:
        known = all(0 <= token < vocabulary.size for token in request.ids)
        if not prompt or not known or len(request.continuations) != 1:
            raise UsageError("These tokens are not of this model: score the text in place of them.")
        return prompt, [list(request.ids)]
    found = []
    for text in request.continuations:
        together = vocabulary.tokenize((*request.segments, Segment(text, special=False)))
        if together[: len(prompt)] == prompt:
            found.append(together[len(prompt) :])
        else:
            found.append(vocabulary.tokenize_plain(text))
    if not prompt and len(found) == 1 and found[0]:
        prompt, found = found[0][:1], [found[0][1:]]
        if not found[0]:
            raise UsageError("A text of one token has no likelihood: give a longer one.")
    if not prompt or not found or not all(found):
        raise EngineError("There is nothing to score: give a prompt and texts that may follow it.")
    return prompt, found
