"""Builds a search from its parameters, and its answer from where it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from workbench.domain.errors import UsageError
from workbench.domain.parameters import ADVANCED, about, is_one
from workbench.domain.runs.effects import Emit, Outcome, Problem
from workbench.domain.runs.events import NoteAdded, Parsed
from workbench.domain.runs.sampling import Sampling
from workbench.strategies.answer_extraction import ask
from workbench.strategies.domains import DOMAIN_TITLES, DomainId, Task, read_task
from workbench.strategies.search import reference
from workbench.strategies.search.evaluators import Exact, Probability, ScoreNumber, Value, Vote
from workbench.strategies.search.generators import Propose, Sample
from workbench.strategies.search.searcher import Bounds, Evaluator, Generator, Searcher
from workbench.strategies.search.selectors import Greedy, Selector, Softmax, Threshold
from workbench.strategies.search.state import Part, State
from workbench.strategies.search.wording import Wording
from workbench.strategies.strategy import Extraction

Evaluate = Literal["value", "vote", "score", "logprob", "exact", "check"]
DEEPEST = 25
_USUAL_STEPS = {"game24": 3, "targets": 2, "latin_square": 13, "arithmetic": 4, "writing": 4}


class SearchParams(Extraction, frozen=True, kw_only=True):
    """Parameters that every search over thoughts has."""

    domain: Annotated[
        DomainId,
        about(
            title="Kind of task",
            choices=DOMAIN_TITLES,
            description="What a program knows of it: moves, ends and an exact solver.",
        ),
    ] = "text"
    generate: Annotated[
        Literal["propose", "sample"],
        about(
            title="Ideas come",
            choices={"propose": "Listed in one call", "sample": "Sampled apart"},
            description="Several next steps in one call, or one a call.",
        ),
    ] = "propose"
    evaluate: Annotated[
        Evaluate,
        about(
            title="Judge by",
            choices={
                "value": "Verdicts in words",
                "vote": "Votes",
                "score": "A score from 0 to 10",
                "logprob": "Probability of verdicts",
                "exact": "An exact solver",
                "check": "The rules alone",
            },
            description="Who says what a step is worth; probabilities write no text.",
        ),
    ] = "value"
    depth: Annotated[
        int,
        about(
            title="Steps deep",
            ge=1,
            le=DEEPEST,
            description="Levels of the search; a task that needs more has them.",
        ),
    ] = 2
    candidates: Annotated[
        int, about(title="Ideas per step", ge=1, le=40, description="New steps from each kept one.")
    ] = 3
    evaluations: Annotated[
        int,
        about(
            title="Judgements of each",
            when=is_one("evaluate", "value", "vote", "score"),
            ge=1,
            le=20,
            description="Verdicts for each step, or votes a level.",
        ),
    ] = 1
    thought_tokens: Annotated[
        int,
        about(
            title="Longest step",
            unit="tokens",
            ge=8,
            le=4096,
            description="Most tokens of one step or one verdict.",
        ),
    ] = 80
    select: Annotated[
        Literal["greedy", "softmax"],
        about(
            title="Keep",
            group=ADVANCED,
            choices={"greedy": "The best", "softmax": "A draw by value"},
            description="Keep the best, or draw by value with a seed.",
        ),
    ] = "greedy"
    select_temperature: Annotated[
        float,
        about(
            title="Temperature of the draw",
            group=ADVANCED,
            when=is_one("select", "softmax"),
            ge=0.01,
            le=10.0,
            description="Of the draw: higher gives lower values more of a chance.",
        ),
    ] = 0.25
    select_seed: Annotated[
        int,
        about(
            title="Seed of the draw",
            group=ADVANCED,
            when=is_one("select", "softmax"),
            ge=0,
            lt=2**32,
            description="The same seed draws the same.",
        ),
    ] = 0
    threshold: Annotated[
        float,
        about(
            title="Drop steps valued below",
            group=ADVANCED,
            lowest="None",
            ge=0.0,
            le=100.0,
            description="Steps that are valued lower are dropped; 0 drops none.",
        ),
    ] = 0.0
    max_nodes: Annotated[
        int,
        about(
            title="Steps in all, at most",
            group=ADVANCED,
            ge=1,
            le=100_000,
            description="Most steps of the whole search.",
        ),
    ] = 200
    constrain: Annotated[
        bool,
        about(
            title="Hold to a form",
            group=ADVANCED,
            description="Hold steps, verdicts and votes to their form by a grammar; in a domain to "
            "the legal moves.",
        ),
    ] = True

    @property
    def levels(self) -> int:
        """Levels of the search in its domain, as far as is known before the prompt is read."""
        return max(self.depth, _USUAL_STEPS.get(self.domain, 0))


def make_searcher(
    problem: Problem,
    params: SearchParams,
    *,
    width: int,
    like_reference: bool = False,
    wording: Wording | None = None,
    cache: dict[bytes, tuple[float, dict[str, int]]] | None = None,
) -> Searcher:
    """The parts that the parameters name.

    Args:
        problem: what is asked.
        params: of the search.
        width: states kept of a level, or tried under one.
        like_reference: read, value and keep as tree-of-thought-llm does.
        wording: prompts in place of the usual ones.
        cache: values that several searches share.

    Raises:
        UsageError: the prompt is no task of the domain, or the evaluator needs a domain.
    """
    task = read_task(params.domain, problem.question)
    if params.evaluate in ("exact", "check") and not task.has_rules:
        raise UsageError(
            f"The evaluator {params.evaluate} is a program that knows the task: choose a domain "
            "such as targets, or let the model judge."
        )
    evaluator = _evaluator(params, task, like_reference=like_reference, cache=cache)
    return Searcher(
        problem=problem,
        task=task,
        wording=wording or Wording(problem, task),
        generator=_generator(params, like_reference=like_reference),
        evaluator=evaluator,
        selector=_selector(params, evaluator.scale),
        bounds=Bounds(
            depth=max(params.depth, task.steps if task.has_rules else 0),
            width=width,
            max_nodes=params.max_nodes,
        ),
        keep_duplicates=like_reference,
        ends_at_answer=not like_reference,
    )


def _generator(params: SearchParams, *, like_reference: bool) -> Generator:
    constrain = params.constrain and not like_reference
    if params.generate == "sample":
        return Sample(params.candidates, params.thought_tokens, constrain)
    return Propose(params.candidates, params.thought_tokens, constrain, raw=like_reference)


def _evaluator(
    params: SearchParams,
    task: Task,
    *,
    like_reference: bool,
    cache: dict[bytes, tuple[float, dict[str, int]]] | None,
) -> Evaluator:
    samples, tokens = params.evaluations, params.thought_tokens
    constrain = params.constrain and not like_reference
    if params.evaluate == "vote":
        return Vote(samples, tokens, constrain)
    if params.evaluate == "score":
        return ScoreNumber(samples, tokens, constrain)
    if params.evaluate == "logprob":
        return Probability()
    if params.evaluate in ("exact", "check"):
        return Exact("ahead" if params.evaluate == "exact" else "here")
    if like_reference:
        return reference.value(samples, tokens, {} if cache is None else cache)
    if cache is None and task.has_rules:
        cache = {}  # the prompt shows the state, so equal states are judged once
    return Value(samples, tokens, constrain, cache)


def _selector(params: SearchParams, scale: float) -> Selector:
    selector: Selector = Greedy()
    if params.select == "softmax":
        selector = Softmax(params.select_seed, params.select_temperature, scale)
    return Threshold(params.threshold, selector) if params.threshold > 0 else selector


def answer_from(search: Searcher, params: SearchParams, kept: Sequence[State]) -> Part:
    """The outcome: by the program where it knows the task, else asked from the best state."""
    best = search.current(kept[0])
    if search.task.has_rules:
        return (yield from _known_answer(search, best))
    while True:
        (messages,) = yield (search.wording.answer(best),)
        asked = search.problem.with_question(messages)
        role = search.new_role(best.node, "answer")
        completion, answer = yield from ask(
            params, node=best.node, role=role, messages=asked, steerable=True
        )
        if completion.finish_reason != "superseded":
            break
        best = yield from search.take_over(kept)
    text = completion.text
    output = "\n".join((*best.thoughts, "", text)) if best.thoughts else text
    return Outcome(
        answer=answer, output=output, node=best.node, finish_reason=completion.finish_reason
    )


def _known_answer(search: Searcher, best: State) -> Part:
    output = "\n".join(best.thoughts)
    if not best.solved:
        text = "The search ended without a solution; the best steps are shown."
        yield (Emit(NoteAdded(text=text, level="warning")),)
        return Outcome(answer=None, output=output, node=best.node)
    answer = search.task.answer(best.thoughts)
    rule = "made of the verified steps"
    yield (Emit(Parsed(node=best.node, rule=rule, value=answer, raw=output)),)
    return Outcome(answer=answer, output=f"{output}\n\nAnswer: {answer}", node=best.node)


def cost_of_growing(
    params: SearchParams, sampling: Sampling, states: int, left: int, votes: int = 1
) -> tuple[int, int, int]:
    """Calls, new tokens and children when ``states`` grow at one level.

    Of the children only ``left`` are kept and judged: the search may not have more thoughts. They
    are voted on in ``votes`` groups.
    """
    thought = min(params.thought_tokens, sampling.max_tokens)
    written = states * params.candidates
    calls = written if params.generate == "sample" else states
    tokens = written * thought
    children = min(written, left)
    if params.evaluate == "logprob":
        calls += children
    elif params.evaluate not in ("exact", "check"):
        verdicts = params.evaluations * (votes if params.evaluate == "vote" else children)
        calls += verdicts
        tokens += verdicts * thought
    return calls, tokens, children


def cost_of_answer(params: SearchParams, sampling: Sampling) -> tuple[int, int]:
    """Calls and tokens of the last answer; a program writes it in a domain."""
    return (1, sampling.max_tokens) if params.domain == "text" else (0, 0)
