"""Self-refine (Madaan et al. 2023): answer, get feedback, rewrite, again.

Feedback is the model's own (self), the model's without its earlier attempts (judge), or that of a
program that knows the task (validator). A model that judges itself often makes a right answer wrong
(Huang et al. 2023), so the best attempt so far is kept by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.parameters import ADVANCED, about, is_one
from workbench.domain.runs.effects import (
    Emit,
    FinishReason,
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
    Scored,
    Selected,
    StateVerified,
)
from workbench.domain.runs.sampling import Sampling
from workbench.strategies import shapes
from workbench.strategies.answer_extraction import ask
from workbench.strategies.domains import DOMAIN_TITLES, DomainId, Task, read_task
from workbench.strategies.search.generators import unreadable
from workbench.strategies.search.reading import TOP_SCORE, parse_score
from workbench.strategies.search.state import Part
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_FEEDBACK_CHARACTERS = 400


class SelfRefineParams(Extraction, frozen=True, kw_only=True):
    """Parameters of self-refine."""

    rounds: Annotated[
        int,
        about(
            title="Rewrites, at most",
            ge=1,
            le=10,
            description="How often the answer is rewritten, at most.",
        ),
    ] = 2
    feedback: Annotated[
        Literal["self", "judge", "validator"],
        about(
            title="Feedback by",
            choices={
                "self": "The model, with its attempts",
                "judge": "The model as a judge",
                "validator": "A program",
            },
            description="Who gives it: the model with its attempts before it, the model as a judge "
            "that sees this attempt alone, or a program that knows the domain.",
        ),
    ] = "self"
    domain: Annotated[
        DomainId,
        about(
            title="Kind of task",
            choices=DOMAIN_TITLES,
            when=is_one("feedback", "validator"),
            description="What the validator knows of the task.",
        ),
    ] = "text"
    keep_best: Annotated[
        bool,
        about(
            title="Keep the best attempt",
            description="End with the attempt of the highest score; else with the last one.",
        ),
    ] = True
    feedback_tokens: Annotated[
        int,
        about(
            title="Longest feedback",
            unit="tokens",
            when=is_one("feedback", "self", "judge"),
            ge=16,
            le=2048,
            description="Most tokens of one feedback.",
        ),
    ] = 160
    constrain: Annotated[
        bool,
        about(
            title="Hold to a form",
            group=ADVANCED,
            when=is_one("feedback", "self", "judge"),
            description="Hold feedback to its form (text, then a score).",
        ),
    ] = True


class _Attempt(NamedTuple):
    """One version of the answer. ``score`` is from 0 to 10, None where none could be read."""

    node: str
    text: str
    answer: str | None
    finish_reason: FinishReason
    feedback: str = ""
    score: float | None = None


def run(problem: Problem, params: SelfRefineParams) -> StrategySteps:
    """Rounds until the score is the highest, or there are no more."""
    task = read_task(params.domain, problem.question)
    if params.feedback == "validator" and not task.has_rules:
        raise UsageError(
            "The validator is a program that knows the task: choose a domain, or another source "
            "of feedback."
        )
    yield (Emit(NodeAdded(node="0", parent="", depth=0, text=problem.question, kind="question")),)
    attempts: list[_Attempt] = []
    best: _Attempt | None = None
    for turn in range(params.rounds + 1):
        attempt: _Attempt = yield from _attempt(problem, params, attempts)
        if turn < params.rounds or params.keep_best:
            attempt = yield from _review(problem, params, task, attempt, attempts)
        attempts.append(attempt)
        if best is None or not params.keep_best or _worth(attempt) > _worth(best):
            best = attempt
            yield (Emit(BestUpdated(node=best.node, answer=best.answer, output=best.text)),)
        if attempt.score is not None and attempt.score >= TOP_SCORE:
            break
    assert best is not None
    yield tuple(_ending(params, attempts, best))
    return Outcome(
        answer=best.answer, output=best.text, node=best.node, finish_reason=best.finish_reason
    )


def _worth(attempt: _Attempt) -> float:
    return -1.0 if attempt.score is None else attempt.score


def _ending(params: SelfRefineParams, attempts: Sequence[_Attempt], best: _Attempt) -> list[Emit]:
    """Which attempt it is, and why it is not the last where it is not."""
    events = [Emit(Selected(depth=best.node.count("."), nodes=(best.node,)))]
    if params.keep_best and all(attempt.score is None for attempt in attempts):
        text = "No feedback gave a score that could be read: the first attempt is kept."
        events.append(Emit(NoteAdded(text=text, level="warning")))
    elif best is not attempts[-1]:
        text = f"The attempt of round {best.node.count('.') - 1} is kept: later ones scored lower."
        events.append(Emit(NoteAdded(text=text)))
    return events


def _attempt(problem: Problem, params: SelfRefineParams, attempts: Sequence[_Attempt]) -> Part:
    """The next version of the answer."""
    parent = attempts[-1].node if attempts else "0"
    node = f"{parent}.0"
    if attempts:
        variables: dict[str, Any] = {"question": problem.question, "attempts": _history(attempts)}
        render = Render("refine-rewrite", variables)
    else:
        render = Render("cot", {"question": problem.question})
    (rendered,) = yield (render,)
    added = NodeAdded(node=node, parent=parent, depth=node.count("."), kind="attempt")
    yield (Emit(added),)
    messages = problem.with_question(rendered)
    completion, answer = yield from ask(params, node=node, role="answer", messages=messages)
    return _Attempt(node, completion.text, answer, completion.finish_reason)


def _review(
    problem: Problem,
    params: SelfRefineParams,
    task: Task,
    attempt: _Attempt,
    before: Sequence[_Attempt],
) -> Part:
    """The attempt with its feedback and score."""
    if params.feedback == "validator":
        return (yield from _validated(task, attempt))
    variables: dict[str, Any] = {"question": problem.question, "answer": attempt.text}
    template = "refine-judge"
    if params.feedback == "self":
        template = "refine-feedback"
        variables["attempts"] = _history(before)
    (rendered,) = yield (Render(template, variables),)
    shape = shapes.score(_FEEDBACK_CHARACTERS) if params.constrain else ""
    ((completion,),) = yield (
        Generate(
            node=attempt.node,
            role="feedback",
            messages=problem.with_question(rendered),
            max_tokens=params.feedback_tokens,
            grammar=shape,
        ),
    )
    score = parse_score(completion.text)
    if score is None:
        yield (unreadable(attempt.node, "Score: 0 to 10", completion.text, "feedback"),)
    else:
        yield (Emit(Scored(node=attempt.node, score=score, labels={params.feedback: 1})),)
    return attempt._replace(feedback=completion.text.strip(), score=score)


def _validated(task: Task, attempt: _Attempt) -> Part:
    """What the program says of it."""
    if attempt.answer is None:
        feedback = "There is no line that begins with “Answer:”."
        return attempt._replace(feedback=feedback, score=None)
    review = task.review(attempt.answer)
    score = TOP_SCORE if review.solved else min(TOP_SCORE * review.share, TOP_SCORE - 0.1)
    yield (
        Emit(StateVerified(node=attempt.node, state=attempt.answer, solved=review.solved)),
        Emit(Scored(node=attempt.node, score=score, labels={"validator": 1})),
    )
    return attempt._replace(feedback=" ".join(review.faults) or "It is right.", score=score)


def _history(attempts: Sequence[_Attempt]) -> list[dict[str, str]]:
    return [{"answer": each.text, "feedback": each.feedback} for each in attempts]


def estimate(params: SelfRefineParams, sampling: Sampling) -> tuple[int, int]:
    """Every round, each with its feedback."""
    answers = params.rounds + 1
    calls, tokens = answers, answers * sampling.max_tokens
    if params.feedback != "validator":
        reviews = answers if params.keep_best else params.rounds
        calls += reviews
        tokens += reviews * min(params.feedback_tokens, sampling.max_tokens)
    return calls, tokens


STRATEGIES.register(
    "self_refine",
    Strategy(
        id="self_refine",
        title="Self-refine",
        short="refine",
        description="Answers, gets feedback and rewrites; the best attempt is kept.",
        params=SelfRefineParams,
        run=run,
        estimate=estimate,
        templates=("cot", "refine-feedback", "refine-judge", "refine-rewrite"),
    ),
)
