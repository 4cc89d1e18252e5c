"""What a metric looks at: an output with its row, and what was measured or fetched for it."""

from __future__ import annotations

import json
from typing import Literal

import msgspec

from workbench.domain.evaluation.judging import Judgement
from workbench.domain.runs.spec import Json

Need = Literal[
    "expected",
    "embeddings",
    "token_matches",
    "output_likelihood",
    "reference_likelihood",
    "choices",
    "judgement",
    "program",
    "seconds",
    "first_token_seconds",
    "prompt_tokens",
    "completion_tokens",
    "finish_reason",
]
"""What a metric cannot do without; a service fetches it before, or the score is undefined."""

FROM_MODELS: frozenset[Need] = frozenset(
    (
        "embeddings",
        "token_matches",
        "output_likelihood",
        "reference_likelihood",
        "choices",
        "judgement",
    )
)
"""What only a model can say, after the outputs are there."""

FETCHED: frozenset[Need] = FROM_MODELS | {"program"}
"""What is fetched for each check."""

FirstToken = Literal["bos", "excluded", "prompt"]


class Likelihood(msgspec.Struct, frozen=True, kw_only=True):
    """How probable a text is, token by token (natural logarithms).

    ``first`` says whether the first token was conditioned on the beginning of text or on the
    prompt, or left out; ``made_by`` names the model, and is kept with the score.
    """

    text: str
    logprobs: tuple[float, ...]
    first: FirstToken = "bos"
    made_by: str = ""


class ChoiceLikelihood(msgspec.Struct, frozen=True, kw_only=True):
    """A choice and its log-probability after the prompt; ``alone`` is the one after no prompt."""

    text: str
    logprob: float
    alone: float | None = None


class Embeddings(msgspec.Struct, frozen=True, kw_only=True):
    """A vector of the output, and one of each expected text.

    ``made_by`` names model, pooling and prefix, and is kept with the score.
    """

    output: tuple[float, ...]
    expected: tuple[tuple[float, ...], ...]
    made_by: str = ""
    unrelated: float | None = None
    """The mean cosine of outputs with expected texts of other rows, by which to read the value."""


class TokenMatch(msgspec.Struct, frozen=True, kw_only=True):
    """How near each token is to the nearest one of the other text, as cosine.

    ``output`` is of the tokens of the output, ``expected`` of those of one expected text. The
    weights belong to the tokens, one each; empty ones are all 1. ``made_by`` names the model, and
    is kept with the score.
    """

    output: tuple[float, ...]
    expected: tuple[float, ...]
    output_weights: tuple[float, ...] = ()
    expected_weights: tuple[float, ...] = ()
    made_by: str = ""


class ProgramRun(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a program: how many of its tests held, in order, and the error that ended it."""

    held: int = 0
    error: str = ""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What a service fetched for one check of one output, in place of the input's own.

    ``problem`` says why a model could not be asked, ``undefined`` why there is nothing to ask.
    ``made_by`` names model and prompt in the signature of the score.
    """

    embeddings: Embeddings | None = None
    token_matches: tuple[TokenMatch, ...] = ()
    output_likelihood: Likelihood | None = None
    reference_likelihood: Likelihood | None = None
    choices: tuple[ChoiceLikelihood, ...] = ()
    judgement: Judgement | None = None
    program: ProgramRun | None = None
    problem: str = ""
    undefined: str = ""
    made_by: str = ""


class MetricInput(msgspec.Struct, frozen=True, kw_only=True):
    """An output and all that metrics may ask about it.

    Args:
        output: what the model wrote, without its thinking.
        expected: the right answers of the row; several are alternatives, none is not known.
        answer: what the run extracted as its answer.
        values: the inputs of the row.
        samples: all outputs of the cell where there are repeats; else the output alone counts.
        token_matches: one for each expected text.
        choices: for multiple choice; ``expected`` names the right one by index, letter or text.
        judgement: what a judge read.
        program: what came of the code in the output.
        fetched: what was asked of models, by the key of the check that it is for.
    """

    output: str
    expected: tuple[Json, ...] = ()
    answer: str | None = None
    values: dict[str, Json] = {}
    samples: tuple[str, ...] = ()
    seconds: float | None = None
    first_token_seconds: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish_reason: str | None = None
    embeddings: Embeddings | None = None
    token_matches: tuple[TokenMatch, ...] = ()
    output_likelihood: Likelihood | None = None
    reference_likelihood: Likelihood | None = None
    choices: tuple[ChoiceLikelihood, ...] = ()
    judgement: Judgement | None = None
    program: ProgramRun | None = None
    fetched: dict[str, Fetched] = {}

    @property
    def references(self) -> tuple[str, ...]:
        """The expected values as texts; values that are no text as JSON."""
        return tuple(text_of(each) for each in self.expected)

    @property
    def all_samples(self) -> tuple[str, ...]:
        """The outputs of the cell."""
        return self.samples or (self.output,)

    def has(self, need: Need) -> bool:
        """Whether it holds what a metric needs."""
        found = getattr(self, need)
        return found is not None and found != ()


def text_of(value: Json) -> str:
    """A value of a row as a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
