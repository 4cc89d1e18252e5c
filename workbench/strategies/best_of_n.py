"""Best of N (Cobbe et al. 2021): several answers, each verified, the best of them taken.

Three verifiers, never under one label: a program that knows the task (exact), the model as a judge
that scores from 0 to 10 (judge), and how probable the model found its own words (logprob).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.parameters import ADVANCED, about, is_one
from workbench.domain.runs.effects import (
    Completion,
    Emit,
    Extract,
    Generate,
    Outcome,
    Problem,
    Render,
    StrategySteps,
)
from workbench.domain.runs.events import (
    BestUpdated,
    NodeAdded,
    NoteAdded,
    Pruned,
    Scored,
    Selected,
    StateVerified,
)
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.sampling import Sampling
from workbench.strategies import shapes
from workbench.strategies.answer_extraction import read_out
from workbench.strategies.domains import DOMAIN_TITLES, DomainId, Task, read_task
from workbench.strategies.search.generators import unreadable
from workbench.strategies.search.reading import parse_score
from workbench.strategies.search.state import Part
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_JUDGE_TOKENS = 80
_WHOLE = ExtractionRule("whole")


class BestOfNParams(Extraction, frozen=True, kw_only=True):
    """Parameters of best of N."""

    samples: Annotated[
        int,
        about(
            title="Answers sampled", ge=1, le=100, description="How many answers are sampled (N)."
        ),
    ] = 4
    verifier: Annotated[
        Literal["judge", "exact", "logprob"],
        about(
            title="Judge by",
            choices={
                "judge": "The model, with a score",
                "exact": "A program",
                "logprob": "Probability of its words",
            },
            description="Who scores an answer: the model as a judge, a program that knows the "
            "domain, or the model's own probabilities.",
        ),
    ] = "judge"
    evaluations: Annotated[
        int,
        about(
            title="Scores of each",
            when=is_one("verifier", "judge"),
            ge=1,
            le=20,
            description="Scores of each answer, where a judge gives it.",
        ),
    ] = 1
    domain: Annotated[
        DomainId,
        about(
            title="Kind of task",
            choices=DOMAIN_TITLES,
            description="What the exact verifier knows of the task.",
        ),
    ] = "text"
    ask: Annotated[
        Literal["steps", "plain"],
        about(
            title="Ask for",
            choices={"steps": "Steps, then the answer", "plain": "The prompt as it is"},
            description="Ask for steps before the answer, or send the prompt as it is.",
        ),
    ] = "steps"
    constrain: Annotated[
        bool,
        about(
            title="Hold to a form",
            group=ADVANCED,
            description="Hold judges to their form; in a domain, with the prompt as it is, answers "
            "too.",
        ),
    ] = True


class _Sampled(NamedTuple):
    """An answer and its score (None where it could not be scored)."""

    node: str
    completion: Completion
    answer: str | None
    score: float | None = None


def run(problem: Problem, params: BestOfNParams) -> StrategySteps:
    """Sample all answers in one batch, verify them, take the best; the first of equals."""
    task = read_task(params.domain, problem.question)
    if params.verifier == "exact" and not task.has_rules:
        raise UsageError(
            "The exact verifier is a program that knows the task: choose a domain, or another "
            "verifier."
        )
    yield (Emit(NodeAdded(node="0", parent="", depth=0, text=problem.question, kind="question")),)
    sampled: list[_Sampled] = yield from _sample(problem, params, task)
    if params.verifier == "judge":
        sampled = yield from _judge(problem, params, sampled)
    elif params.verifier == "exact":
        sampled = yield from _check(task, sampled)
    else:
        sampled = yield from _weigh(sampled)
    best: _Sampled = yield from _choose(sampled)
    return Outcome(
        answer=best.answer,
        output=best.completion.text,
        node=best.node,
        finish_reason=best.completion.finish_reason,
    )


def _sample(problem: Problem, params: BestOfNParams, task: Task) -> Part:
    """The answers, each a node."""
    messages = problem.messages
    if params.ask == "steps":
        (rendered,) = yield (Render("cot", {"question": problem.question}),)
        messages = problem.with_question(rendered)
    grammar = ""
    if params.ask == "plain" and params.constrain:
        grammar = task.answer_grammar()
    rule = _WHOLE if grammar else params.rule_for(messages)
    (completions,) = yield (
        Generate(
            node="0",
            role="candidate",
            messages=messages,
            n=params.samples,
            grammar=grammar,
            end_at_answer=not grammar and params.ends_at_answer(messages),
        ),
    )
    (answers,) = yield (Extract(tuple(each.text for each in completions), rule),)
    events: list[Emit] = []
    found = []
    for index, (completion, answer) in enumerate(zip(completions, answers, strict=True)):
        node = f"0.{index}"
        added = NodeAdded(node=node, parent="0", depth=1, text=answer or "", kind="candidate")
        read = read_out(node, rule, answer, completion.text, "0/candidate", index)
        events += [Emit(added), Emit(read)]
        found.append(_Sampled(node, completion, answer))
    yield tuple(events)
    return found


def _judge(problem: Problem, params: BestOfNParams, sampled: Sequence[_Sampled]) -> Part:
    """Scores by the model, from 0 to 10; one that cannot be read is no score."""
    rendered = yield tuple(
        Render("best-judge", {"question": problem.question, "answer": each.completion.text})
        for each in sampled
    )
    batches: Sequence[Sequence[Completion]] = yield tuple(
        Generate(
            node=each.node,
            role="judge",
            messages=problem.with_question(messages),
            n=params.evaluations,
            max_tokens=_JUDGE_TOKENS,
            grammar=shapes.score() if params.constrain else "",
        )
        for each, messages in zip(sampled, rendered, strict=True)
    )
    events: list[Emit] = []
    judged = []
    for each, completions in zip(sampled, batches, strict=True):
        read = []
        for index, completion in enumerate(completions):
            score = parse_score(completion.text)
            if score is None:
                text = completion.text
                events.append(unreadable(each.node, "Score: 0 to 10", text, "judge", index))
            else:
                read.append(score)
        if read:
            mean = sum(read) / len(read)
            events.append(Emit(Scored(node=each.node, score=mean, labels={"judge": len(read)})))
            each = each._replace(score=mean)  # noqa: PLW2901 - the same answer, with its score
        judged.append(each)
    if events:
        yield tuple(events)
    return judged


def _check(task: Task, sampled: Sequence[_Sampled]) -> Part:
    """What the program says; an answer that could not be read is not checked."""
    events: list[Emit] = []
    checked = []
    for each in sampled:
        score = None
        if each.answer is not None:
            review = task.review(each.answer)
            score = 1.0 if review.solved else min(review.share, 0.99)
            events += [
                Emit(StateVerified(node=each.node, state=each.answer, solved=review.solved)),
                Emit(Scored(node=each.node, score=score, labels={"exact": 1})),
            ]
        checked.append(each._replace(score=score))
    if not any(each.score == 1.0 for each in checked):
        text = f"None of the {len(sampled)} answers passed the check."
        events.append(Emit(NoteAdded(text=text, level="warning")))
    yield tuple(events)
    return checked


def _weigh(sampled: Sequence[_Sampled]) -> Part:
    """The mean log-probability of each answer's tokens."""
    events: list[Emit] = []
    weighed = []
    for each in sampled:
        logprobs = [token.logprob for token in each.completion.tokens]
        mean = sum(logprobs) / len(logprobs) if logprobs else None
        if mean is not None:
            events.append(Emit(Scored(node=each.node, score=mean, labels={"logprob": 1})))
        weighed.append(each._replace(score=mean))
    if events:
        yield tuple(events)
    return weighed


def _choose(sampled: Sequence[_Sampled]) -> Part:
    """The best of those that have an answer and a score; without any, the first that answers."""
    scored = [each for each in sampled if each.answer is not None and each.score is not None]
    events: list[Emit] = []
    if scored:
        best = max(scored, key=_score)
    else:
        best = next((each for each in sampled if each.answer is not None), sampled[0])
        text = "No answer could be scored: the first one is taken."
        events.append(Emit(NoteAdded(text=text, level="warning")))
    others = tuple(each.node for each in sampled if each is not best)
    events.append(Emit(Selected(depth=1, nodes=(best.node,))))
    if others:
        events.append(Emit(Pruned(nodes=others, reason="not the best")))
    updated = BestUpdated(node=best.node, answer=best.answer, output=best.completion.text)
    yield (*events, Emit(updated))
    return best


def _score(sampled: _Sampled) -> float:
    assert sampled.score is not None
    return sampled.score


def estimate(params: BestOfNParams, sampling: Sampling) -> tuple[int, int]:
    """One call an answer, and the judge's."""
    calls, tokens = params.samples, params.samples * sampling.max_tokens
    if params.verifier == "judge":
        scores = params.samples * params.evaluations
        calls += scores
        tokens += scores * min(_JUDGE_TOKENS, sampling.max_tokens)
    return calls, tokens


STRATEGIES.register(
    "best_of_n",
    Strategy(
        id="best_of_n",
        title="Best of N",
        short="bon",
        description="Samples several answers, verifies each, and takes the best.",
        params=BestOfNParams,
        run=run,
        estimate=estimate,
        templates=("cot", "best-judge"),
    ),
)
