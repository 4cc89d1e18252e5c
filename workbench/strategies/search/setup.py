"""From the parameters of a search to its parts, and from where it ended to the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from workbench.domain.effects import Emit, Extract, Generate, Outcome, Problem
from workbench.domain.errors import UsageError
from workbench.domain.events import NoteAdded, Parsed
from workbench.domain.sampling import Sampling
from workbench.strategies.domains import DomainId, Task, read_task
from workbench.strategies.reading_out import read_out
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
        msgspec.Meta(
            description="What a program knows of the task: its moves, ends and an exact solver; "
            "text is nothing."
        ),
    ] = "text"
    generate: Annotated[
        Literal["propose", "sample"],
        msgspec.Meta(description="List several next steps in one call, or sample them apart."),
    ] = "propose"
    evaluate: Annotated[
        Evaluate,
        msgspec.Meta(
            description="Judge each step in words (value), by votes, by a score, by how probable "
            "the model finds sure, likely and impossible (logprob: nothing is written), or by a "
            "program: exact looks ahead, check looks at the step alone."
        ),
    ] = "value"
    depth: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=DEEPEST,
            description="How many levels are searched; a domain that needs more has them.",
        ),
    ] = 2
    candidates: Annotated[
        int, msgspec.Meta(ge=1, le=40, description="New steps from each kept one.")
    ] = 3
    evaluations: Annotated[
        int, msgspec.Meta(ge=1, le=20, description="Verdicts for each step, or votes a level.")
    ] = 1
    thought_tokens: Annotated[
        int, msgspec.Meta(ge=8, le=4096, description="Most tokens of one step or one verdict.")
    ] = 80
    select: Annotated[
        Literal["greedy", "softmax"],
        msgspec.Meta(description="Keep the best, or draw by value with a seed."),
    ] = "greedy"
    select_temperature: Annotated[
        float,
        msgspec.Meta(
            ge=0.01, le=10.0, description="Of the draw: higher gives lower values more of a chance."
        ),
    ] = 0.25
    select_seed: Annotated[
        int, msgspec.Meta(ge=0, lt=2**32, description="The same seed draws the same.")
    ] = 0
    threshold: Annotated[
        float,
        msgspec.Meta(
            ge=0.0, le=100.0, description="Steps that are valued lower are dropped; 0 drops none."
        ),
    ] = 0.0
    max_nodes: Annotated[
        int, msgspec.Meta(ge=1, le=100_000, description="Most steps of the whole search.")
    ] = 200
    constrain: Annotated[
        bool,
        msgspec.Meta(
            description="Hold steps, verdicts and votes to their form by a grammar; in a domain to "
            "the legal moves."
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
    best = kept[0]
    if search.task.has_rules:
        return (yield from _known_answer(search, best))
    (messages,) = yield (search.wording.answer(best),)
    ((completion,),) = yield (
        Generate(node=best.node, role="answer", messages=search.problem.with_question(messages)),
    )
    text = completion.text
    ((answer,),) = yield (Extract((text,), params.rule),)
    yield (Emit(read_out(best.node, params.rule, answer, text, f"{best.node}/answer")),)
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
