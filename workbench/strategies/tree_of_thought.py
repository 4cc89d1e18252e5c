"""Tree of thoughts, breadth first (Yao et al. 2023, ``bfs.py``).

At each level every kept state gets new thoughts (proposed in one call, or sampled), the new states
are judged (each by value, or together by vote), and the best go on. With ``evaluate=logprob`` the
value is the expectation over the model's own probabilities of the three verdicts, in place of the
mean of sampled verdicts: one reading of the prompt and no writing. Differences from the reference
code: verdicts are read without regard to case, a verdict that cannot be read is shown and not
counted as zero, duplicates are dropped before they are judged, a state that gives its answer stops
growing.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from workbench.domain.effects import (
    Completion,
    Effect,
    Emit,
    Extract,
    Generate,
    LabelScores,
    Outcome,
    Problem,
    Render,
    Score,
    Steering,
    StrategySteps,
)
from workbench.domain.events import (
    BestUpdated,
    NodeAdded,
    NoteAdded,
    Parsed,
    Pruned,
    Scored,
    Selected,
)
from workbench.domain.extraction import ExtractionRule, normalise
from workbench.domain.sampling import Sampling
from workbench.strategies.search import (
    LABEL_WEIGHTS,
    expectation_of,
    parse_choice,
    parse_label,
    parse_proposals,
    select_best,
    value_of,
)
from workbench.strategies.steered import steered
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_ANSWER_LINE = ExtractionRule("answer_line")


class TreeOfThoughtParams(Extraction, frozen=True, kw_only=True):
    """Parameters of breadth-first tree of thoughts."""

    generate: Annotated[
        Literal["propose", "sample"],
        msgspec.Meta(description="List several next steps in one call, or sample them apart."),
    ] = "propose"
    evaluate: Annotated[
        Literal["value", "vote", "logprob"],
        msgspec.Meta(
            description="Judge each step in words, let votes compare them, or read how probable "
            "the model finds sure, likely and impossible (fast: nothing is written)."
        ),
    ] = "value"
    beam: Annotated[
        int, msgspec.Meta(ge=1, le=20, description="How many steps are kept at each level.")
    ] = 2
    depth: Annotated[
        int, msgspec.Meta(ge=1, le=10, description="How many levels are searched.")
    ] = 2
    candidates: Annotated[
        int, msgspec.Meta(ge=1, le=20, description="New steps from each kept one.")
    ] = 3
    evaluations: Annotated[
        int, msgspec.Meta(ge=1, le=20, description="Verdicts for each step, or votes a level.")
    ] = 1
    thought_tokens: Annotated[
        int, msgspec.Meta(ge=8, le=4096, description="Most tokens of one step or one verdict.")
    ] = 80


class _State(NamedTuple):
    """A partial solution: its node, the thoughts from the root on, and its value."""

    node: str
    thoughts: tuple[str, ...]
    score: float = 0.0
    finished: bool = False


_Part = Generator[Sequence[Effect], Sequence[Any], Any]


def run(problem: Problem, params: TreeOfThoughtParams) -> StrategySteps:
    """Search level by level, then ask for the answer from the best state."""
    root = _State("0", ())
    if problem.start is None:
        added = NodeAdded(node="0", parent="", depth=0, text=problem.question, kind="question")
        yield (Emit(added),)
    else:
        root = _State(problem.start.node, problem.start.thoughts)
    kept, known, grown = [root], {root.node: root}, set[str]()
    first = len(root.thoughts) + 1
    for depth in range(first, first + params.depth):
        growing = [state for state in kept if not state.finished]
        if not growing:
            break
        grown.update(state.node for state in growing)
        children: list[_State] = yield from _grow(problem, params, growing)
        if not children:
            text = (
                f"Step {depth} gave no usable thought; the answer is asked for from what there is."
            )
            yield (Emit(NoteAdded(text=text, level="warning")),)
            break
        judged: list[_State] = yield from _judge(problem, params, children, depth)
        finished = [state for state in kept if state.finished]
        known.update({state.node: state for state in judged})
        (actions,) = yield (Steering(),)
        left = steered(actions, [*finished, *judged], known, grown, _State)
        known.update({state.node: state for state in left})
        if not left:
            yield (Emit(NoteAdded(text="Every thought was pruned by hand; the search ends here.")),)
            break
        kept = yield from _select(params, left, depth)
    return (yield from _answer(problem, params, kept[0]))


def _grow(problem: Problem, params: TreeOfThoughtParams, states: Sequence[_State]) -> _Part:
    """New states under each of ``states``, duplicates left out."""
    texts: list[tuple[str, ...]] = yield from _thoughts(problem, params, states)
    children: list[_State] = []
    events: list[Emit] = []
    seen: dict[tuple[str, ...], str] = {}
    for state, thoughts in zip(states, texts, strict=True):
        start = problem.start
        first = start.children if start is not None and start.node == state.node else 0
        for index, thought in enumerate(thoughts, first):
            child = _State(f"{state.node}.{index}", (*state.thoughts, thought))
            depth = len(child.thoughts)
            added = NodeAdded(node=child.node, parent=state.node, depth=depth, text=thought)
            events.append(Emit(added))
            key = tuple(normalise(part) for part in child.thoughts)
            if key in seen:
                events.append(Emit(Pruned(nodes=(child.node,), reason=f"same as {seen[key]}")))
            else:
                seen[key] = child.node
                children.append(child)
    if events:
        yield tuple(events)
    (answers,) = yield (Extract(tuple(child.thoughts[-1] for child in children), _ANSWER_LINE),)
    return [
        child._replace(finished=answer is not None)
        for child, answer in zip(children, answers, strict=True)
    ]


def _thoughts(problem: Problem, params: TreeOfThoughtParams, states: Sequence[_State]) -> _Part:
    """The thoughts for each state, from one batch of calls."""
    sampling = params.generate == "sample"
    template = "tot-sample" if sampling else "tot-propose"
    rendered = yield tuple(
        Render(template, _variables(problem, state) | ({} if sampling else _count(params)))
        for state in states
    )
    tokens = params.thought_tokens * (1 if sampling else params.candidates)
    batches: Sequence[Sequence[Completion]] = yield tuple(
        Generate(
            node=state.node,
            role=params.generate,
            messages=problem.with_question(messages),
            n=params.candidates if sampling else 1,
            max_tokens=tokens,
        )
        for state, messages in zip(states, rendered, strict=True)
    )
    found: list[tuple[str, ...]] = []
    failures: list[Emit] = []
    for state, completions in zip(states, batches, strict=True):
        if sampling:
            thoughts = tuple(text for c in completions if (text := " ".join(c.text.split())))
        else:
            thoughts = parse_proposals(completions[0].text, params.candidates)
        if not thoughts:
            failures.append(
                _unreadable(state.node, "one step a line", completions[0].text, params.generate)
            )
        found.append(thoughts)
    if failures:
        yield tuple(failures)
    return found


def _judge(
    problem: Problem, params: TreeOfThoughtParams, states: Sequence[_State], depth: int
) -> _Part:
    """The same states with their values."""
    if params.evaluate == "vote":
        return (yield from _vote(problem, params, states, depth))
    if params.evaluate == "logprob":
        return (yield from _expect(problem, states))
    rendered = yield _to_judge("tot-value", problem, states)
    batches: Sequence[Sequence[Completion]] = yield tuple(
        Generate(
            node=state.node,
            role="value",
            messages=problem.with_question(messages),
            n=params.evaluations,
            max_tokens=params.thought_tokens,
        )
        for state, messages in zip(states, rendered, strict=True)
    )
    judged: list[_State] = []
    events: list[Emit] = []
    for state, completions in zip(states, batches, strict=True):
        labels = [parse_label(completion.text) for completion in completions]
        for sample, label in enumerate(labels):
            if label is None:
                raw = completions[sample].text
                events.append(
                    _unreadable(state.node, "sure / likely / impossible", raw, "value", sample)
                )
        score, counts = value_of(labels)
        events.append(Emit(Scored(node=state.node, score=score, labels=counts)))
        judged.append(state._replace(score=score))
    yield tuple(events)
    return judged


def _to_judge(template: str, problem: Problem, states: Sequence[_State]) -> tuple[Render, ...]:
    return tuple(
        Render(
            template,
            {
                "question": problem.question,
                "thoughts": list(state.thoughts[:-1]),
                "candidate": state.thoughts[-1],
            },
        )
        for state in states
    )


def _expect(problem: Problem, states: Sequence[_State]) -> _Part:
    """Values from the model's own probabilities of the verdicts."""
    rendered = yield _to_judge("tot-verdict", problem, states)
    found: Sequence[LabelScores] = yield tuple(
        Score(
            node=state.node,
            role="value",
            messages=problem.with_question(messages),
            labels=tuple(LABEL_WEIGHTS),
        )
        for state, messages in zip(states, rendered, strict=True)
    )
    values = [expectation_of(scores) for scores in found]
    yield tuple(
        Emit(
            Scored(
                node=state.node,
                score=value,
                probabilities=dict(zip(scores.labels, scores.probabilities, strict=True)),
            )
        )
        for state, value, scores in zip(states, values, found, strict=True)
    )
    return [state._replace(score=value) for state, value in zip(states, values, strict=True)]


def _vote(
    problem: Problem, params: TreeOfThoughtParams, states: Sequence[_State], depth: int
) -> _Part:
    """Values from votes over all states of a level: one point a vote."""
    candidates = ["\n".join(state.thoughts) for state in states]
    variables = {"question": problem.question, "candidates": candidates}
    (messages,) = yield (Render("tot-vote", variables),)
    role = f"vote-{depth}"
    (completions,) = yield (
        Generate(
            node="0",
            role=role,
            messages=problem.with_question(messages),
            n=params.evaluations,
            max_tokens=params.thought_tokens,
        ),
    )
    votes = [0] * len(states)
    events: list[Emit] = []
    for sample, completion in enumerate(completions):
        choice = parse_choice(completion.text, len(states))
        if choice is None:
            events.append(_unreadable("0", "the best choice is N", completion.text, role, sample))
        else:
            votes[choice] += 1
    for state, count in zip(states, votes, strict=True):
        events.append(Emit(Scored(node=state.node, score=float(count), labels={"votes": count})))
    yield tuple(events)
    return [state._replace(score=float(count)) for state, count in zip(states, votes, strict=True)]


def _select(params: TreeOfThoughtParams, states: Sequence[_State], depth: int) -> _Part:
    """The best states of a level, best first; the others are pruned."""
    chosen = select_best([state.score for state in states], params.beam)
    kept = [states[index] for index in chosen]
    dropped = tuple(state.node for index, state in enumerate(states) if index not in chosen)
    events: list[Emit] = [Emit(Selected(depth=depth, nodes=tuple(state.node for state in kept)))]
    if dropped:
        events.append(Emit(Pruned(nodes=dropped, reason=f"not among the best {params.beam}")))
    best = kept[0]
    events.append(Emit(BestUpdated(node=best.node, answer=None, output="\n".join(best.thoughts))))
    yield tuple(events)
    return kept


def _answer(problem: Problem, params: TreeOfThoughtParams, best: _State) -> StrategySteps:
    """Ask for the answer from the best state and take it out of the text."""
    (messages,) = yield (Render("tot-answer", _variables(problem, best)),)
    ((completion,),) = yield (
        Generate(node=best.node, role="answer", messages=problem.with_question(messages)),
    )
    ((answer,),) = yield (Extract((completion.text,), params.rule),)
    yield (
        Emit(
            Parsed(
                node=best.node,
                rule=params.rule.describe(),
                value=answer,
                raw=completion.text,
                call=f"{best.node}/answer",
            )
        ),
    )
    output = "\n".join((*best.thoughts, "", completion.text)) if best.thoughts else completion.text
    return Outcome(
        answer=answer, output=output, node=best.node, finish_reason=completion.finish_reason
    )


def _variables(problem: Problem, state: _State) -> dict[str, Any]:
    return {"question": problem.question, "thoughts": list(state.thoughts)}


def _count(params: TreeOfThoughtParams) -> dict[str, Any]:
    return {"count": params.candidates}


def _unreadable(node: str, rule: str, raw: str, role: str, sample: int = 0) -> Emit:
    """A visible parse failure."""
    parsed = Parsed(node=node, rule=rule, value=None, raw=raw, call=f"{node}/{role}", sample=sample)
    return Emit(parsed)


def estimate(params: TreeOfThoughtParams, sampling: Sampling) -> tuple[int, int]:
    """The calls and new tokens of a search in which every level is full."""
    calls = tokens = 0
    width = 1
    thought = min(params.thought_tokens, sampling.max_tokens)
    for _ in range(params.depth):
        children = width * params.candidates
        calls += children if params.generate == "sample" else width
        tokens += children * thought
        if params.evaluate == "logprob":
            calls += children
        else:
            verdicts = params.evaluations * (children if params.evaluate == "value" else 1)
            calls += verdicts
            tokens += verdicts * thought
        width = min(params.beam, children)
    return calls + 1, tokens + sampling.max_tokens


STRATEGIES.register(
    "tree_of_thought",
    Strategy(
        id="tree_of_thought",
        title="Tree of thought",
        short="tot",
        description="Searches over steps: several are tried, judged, and the best go on.",
        params=TreeOfThoughtParams,
        run=run,
        estimate=estimate,
        templates=(
            "tot-propose",
            "tot-sample",
            "tot-value",
            "tot-verdict",
            "tot-vote",
            "tot-answer",
        ),
        can_grow=True,
    ),
)
