"""From a check and an output to questions for a model, and from answers to what a metric sees."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.judging import Judgement, LabelReading
from workbench.domain.evaluation.metric_input import (
    ChoiceLikelihood,
    Embeddings,
    Fetched,
    Likelihood,
    TokenMatch,
    text_of,
)
from workbench.domain.prompts.prompt import PromptFile
from workbench.domain.runs.spec import Json, TemplatePrompt
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.judges import claim, pairwise
from workbench.evaluation.metrics.judges.claim import ConsistencyParams
from workbench.evaluation.metrics.judges.pairwise import PairwiseParams
from workbench.evaluation.metrics.judges.reading import JudgeParams, reading_of, texts_to_score
from workbench.evaluation.metrics.judges.rubric import RubricParams, levels_of
from workbench.evaluation.metrics.judges.sampled import SampledParams, sentences_of
from workbench.evaluation.metrics.likelihood.multiple_choice import MultipleChoiceParams
from workbench.evaluation.metrics.likelihood.perplexity import LikelihoodParams
from workbench.evaluation.metrics.models import ModelParams
from workbench.evaluation.metrics.vectors.greedy_match import GreedyMatchParams
from workbench.prompts.document import parse_document
from workbench.service.evaluation.judges.asking import JudgeModel
from workbench.service.evaluation.judges.questions import (
    Answer,
    MatchAnswer,
    MatchQuestion,
    Question,
    TextsAnswer,
    TextsQuestion,
    VectorAnswer,
    VectorQuestion,
)

LEVEL, CLAIM, PAIR = "The answer is at level", "Yes or no? I say", "My choice is option"
"""What a judge's line begins with; the label is read behind it. Measured on two small models: their
labels hold two to ten times more of the probability behind a sentence than behind "Answer:"."""
_SOURCES = ("source", "context", "document", "passage", "article", "text")
_EMPTY_OUTPUT = "The output is empty."


class Subject(NamedTuple):
    """An output with all that a check may ask about.

    ``others`` are the outputs of the cell's other repeats; ``baseline`` is the output of the
    baseline on the same row, "" where this is it, None where it has none.
    """

    output: str
    prompt: TemplatePrompt
    values: Mapping[str, Json]
    expected: tuple[Json, ...]
    others: tuple[str, ...] = ()
    baseline: str | None = None
    is_baseline: bool = False


class JudgePrompt(NamedTuple):
    """A prompt of the library's folder "judges"."""

    name: str
    file: PromptFile
    inputs: frozenset[str]

    @classmethod
    def of(cls, name: str, file: PromptFile) -> JudgePrompt:
        """With the names of its inputs."""
        document = parse_document(file.text, file.path)
        return cls(name, file, frozenset(each.name for each in document.inputs))

    def filled(self, values: Mapping[str, Json]) -> TemplatePrompt:
        """With the values that it has inputs for."""
        own = {name: value for name, value in values.items() if name in self.inputs}
        return TemplatePrompt(self.file.path, self.file.text, own)


class Request(NamedTuple):
    """The questions of one check about one output, and what their answers are for a metric."""

    questions: tuple[Question, ...]
    build: Callable[[Sequence[Answer]], Fetched]


def params_of(check: Check) -> msgspec.Struct:
    """The parameters of a check's metric.

    Raises:
        UsageError: they cannot be used.
    """
    return METRICS.get(check.metric).build(check.params)


def model_of(check: Check) -> str:
    """The model that a check names, "" for that of each variant."""
    params = params_of(check)
    return params.model if isinstance(params, ModelParams) else ""


def prompt_of(check: Check) -> str:
    """The name of the judge's prompt of a check, "" where it has none."""
    params = params_of(check)
    return params.prompt if isinstance(params, JudgeParams) else ""


def request_for(
    check: Check, subject: Subject, model: JudgeModel, prompt: JudgePrompt | None
) -> Request | Fetched:
    """What to ask for a check, or what is known without asking.

    Args:
        check: that needs a model.
        subject: the output.
        model: that is asked.
        prompt: of a judge, None for other metrics.
    """
    params = params_of(check)
    subject = subject._replace(expected=check.expects(subject.values, subject.expected))
    made_by = f"by:{model.label}"
    if isinstance(params, JudgeParams):
        assert prompt is not None
        made_by = f"{made_by}|prompt:{prompt.name}@{prompt.file.sha256[:8]}"
        found = _judge(params, subject, prompt, model.entry.name)
    elif isinstance(params, LikelihoodParams):
        found = _likelihood(params, subject, model.entry.name)
    elif isinstance(params, MultipleChoiceParams):
        found = _choices(params, subject)
    else:
        found = _vectors(subject, model.entry.name, tokens=isinstance(params, GreedyMatchParams))
    if isinstance(found, Fetched):
        return msgspec.structs.replace(found, made_by=made_by if found.judgement else "")
    build = found.build

    def named(answers: Sequence[Answer]) -> Fetched:
        return msgspec.structs.replace(build(answers), made_by=made_by)

    return Request(found.questions, named)


# --- judges ---------------------------------------------------------------------------------


def _judge(
    params: JudgeParams, subject: Subject, prompt: JudgePrompt, made_by: str
) -> Request | Fetched:
    if not subject.output.strip() and not isinstance(params, RubricParams | PairwiseParams):
        return Fetched(undefined=_EMPTY_OUTPUT)
    values: dict[str, Json] = {
        "task": task_text(subject.prompt.variables),
        "criterion": params.criterion,
        "reference": " or ".join(map(text_of, subject.expected)),
        "answer": subject.output,
    }
    source = _source(params, subject)
    if source is not None:
        values["source"] = source
    elif isinstance(params, ConsistencyParams):
        names = params.source or ", ".join(_SOURCES)
        return Fetched(undefined=f"The row has no text to compare with: a column named {names}.")
    if isinstance(params, PairwiseParams):
        return _pair(params, subject, prompt, values, made_by)
    if isinstance(params, SampledParams):
        return _sampled(params, subject, prompt, values, made_by)
    is_rubric = isinstance(params, RubricParams)
    labels = levels_of(params) if isinstance(params, RubricParams) else claim.LABELS
    question = _labels(params, prompt.filled(values), labels, LEVEL if is_rubric else CLAIM)

    def build(answers: Sequence[Answer]) -> Fetched:
        readings = tuple(_reading(labels, each) for each in answers)
        return Fetched(judgement=Judgement(readings=readings, made_by=made_by, prompt=prompt.name))

    return Request((question,), build)


def _labels(
    params: JudgeParams, filled: TemplatePrompt, labels: Sequence[str], prefix: str
) -> TextsQuestion:
    return TextsQuestion(
        texts=texts_to_score(labels),
        prompt=filled,
        prefix=prefix,
        reason_tokens=params.reason_tokens,
    )


def _reading(labels: Sequence[str], answer: Answer) -> LabelReading:
    assert isinstance(answer, TextsAnswer)
    scored = list(zip(answer.logprobs, answer.ids, strict=True))
    return reading_of(labels, scored, answer.reason)


def _pair(
    params: PairwiseParams,
    subject: Subject,
    prompt: JudgePrompt,
    values: dict[str, Json],
    made_by: str,
) -> Request | Fetched:
    if params.against == "expected":
        other = text_of(subject.expected[0]) if subject.expected else None
        values = {**values, "reference": ""}
        missing = "The row has no expected value."
    else:
        if subject.is_baseline:
            judgement = Judgement(is_baseline=True, made_by=made_by, prompt=prompt.name)
            return Fetched(judgement=judgement)
        other, missing = subject.baseline, "The baseline has no output for this row."
    if other is None:
        return Fetched(undefined=missing)
    compared = other
    orders = ((subject.output, compared), (compared, subject.output))
    questions = tuple(
        _labels(
            params,
            prompt.filled({**values, "answer_a": first, "answer_b": second}),
            pairwise.LABELS,
            PAIR,
        )
        for first, second in orders
    )

    def build(answers: Sequence[Answer]) -> Fetched:
        judgement = Judgement(
            readings=tuple(_reading(pairwise.LABELS, each) for each in answers),
            texts=(compared,),
            made_by=made_by,
            prompt=prompt.name,
        )
        return Fetched(judgement=judgement)

    return Request(questions, build)


def _sampled(
    params: SampledParams,
    subject: Subject,
    prompt: JudgePrompt,
    values: dict[str, Json],
    made_by: str,
) -> Request | Fetched:
    sentences = sentences_of(subject.output)
    others = tuple(each for each in subject.others if each.strip())
    questions = tuple(
        _labels(
            params,
            prompt.filled({**values, "source": other, "answer": sentence}),
            claim.LABELS,
            CLAIM,
        )
        for sentence in sentences
        for other in others
    )

    def build(answers: Sequence[Answer]) -> Fetched:
        judgement = Judgement(
            readings=tuple(_reading(claim.LABELS, each) for each in answers),
            groups=tuple(len(others) for _ in sentences),
            texts=sentences,
            made_by=made_by,
            prompt=prompt.name,
        )
        return Fetched(judgement=judgement)

    return Request(questions, build) if questions else build(())


def task_text(values: Mapping[str, Json]) -> str:
    """The inputs of a row as judges read them: one as it is, several with their names."""
    if len(values) == 1:
        return text_of(next(iter(values.values())))
    return "\n".join(f"{name}: {text_of(value)}" for name, value in values.items())


def _source(params: JudgeParams, subject: Subject) -> str | None:
    values = {**subject.prompt.variables, **subject.values}
    for name in (params.source,) if params.source else _SOURCES:
        if values.get(name):
            return text_of(values[name])
    return None


# --- likelihoods and vectors ----------------------------------------------------------------


def _likelihood(params: LikelihoodParams, subject: Subject, made_by: str) -> Request | Fetched:
    if params.of == "output":
        texts: tuple[str, ...] = (subject.output,)
        empty = _EMPTY_OUTPUT
    else:
        texts = tuple(map(text_of, subject.expected))
        empty = "The row has no expected value."
    if not all(texts) or not texts:
        return Fetched(undefined=empty)
    question = TextsQuestion(
        texts=texts,
        context=params.after,
        prompt=subject.prompt if params.after == "prompt" else None,
    )

    def build(answers: Sequence[Answer]) -> Fetched:
        (answer,) = answers
        assert isinstance(answer, TextsAnswer)
        best = max(range(len(texts)), key=lambda at: _mean(answer.tokens[at]))
        found = Likelihood(
            text=texts[best],
            # Rounding in the model gives a little more than 0 for what is certain.
            logprobs=tuple(min(0.0, each) for each in answer.tokens[best]),
            first=answer.first,
            made_by=made_by,
        )
        if params.of == "output":
            return Fetched(output_likelihood=found)
        return Fetched(reference_likelihood=found)

    return Request((question,), build)


def _mean(logprobs: Sequence[float]) -> float:
    return math.fsum(logprobs) / len(logprobs) if logprobs else -math.inf


def _choices(params: MultipleChoiceParams, subject: Subject) -> Request | Fetched:
    texts = params.choices or listed(subject.values.get(params.column))
    if not texts or not all(texts):
        return Fetched(
            undefined=f"The row has no choices: a list in a column named {params.column}."
        )
    questions: list[Question] = [TextsQuestion(texts=texts, prompt=subject.prompt)]
    if params.by == "acc_mutual_info":
        questions.append(TextsQuestion(texts=texts, context="empty"))

    def build(answers: Sequence[Answer]) -> Fetched:
        after, *alone = [each.logprobs for each in answers if isinstance(each, TextsAnswer)]
        choices = tuple(
            ChoiceLikelihood(text=text, logprob=after[at], alone=alone[0][at] if alone else None)
            for at, text in enumerate(texts)
        )
        return Fetched(choices=choices)

    return Request(tuple(questions), build)


def listed(value: Json) -> tuple[str, ...]:
    """The choices of a column: a list, a JSON list in a text, or lines."""
    if isinstance(value, str):
        try:
            read = json.loads(value)
        except ValueError:
            read = None
        value = read if isinstance(read, list) else value.splitlines()
    return tuple(map(text_of, value)) if isinstance(value, list) else ()


def _vectors(subject: Subject, made_by: str, *, tokens: bool) -> Request | Fetched:
    expected = tuple(map(text_of, subject.expected))
    if not expected or not all(each.strip() for each in expected):
        return Fetched(undefined="The row has no expected value.")
    if not subject.output.strip():
        return Fetched(undefined=_EMPTY_OUTPUT)
    if tokens:
        return _matches(subject.output, expected, made_by)

    def build(answers: Sequence[Answer]) -> Fetched:
        output, *others = [each for each in answers if isinstance(each, VectorAnswer)]
        found = Embeddings(
            output=output.vector,
            expected=tuple(each.vector for each in others),
            made_by=f"{made_by}, {output.pooling}",
        )
        return Fetched(embeddings=found)

    questions = tuple(VectorQuestion(text=text) for text in (subject.output, *expected))
    return Request(questions, build)


def _matches(output: str, expected: Sequence[str], made_by: str) -> Request:
    def build(answers: Sequence[Answer]) -> Fetched:
        found = tuple(
            TokenMatch(output=each.output, expected=each.expected, made_by=made_by)
            for each in answers
            if isinstance(each, MatchAnswer)
        )
        return Fetched(token_matches=found)

    questions = tuple(MatchQuestion(output=output, expected=text) for text in expected)
    return Request(questions, build)
