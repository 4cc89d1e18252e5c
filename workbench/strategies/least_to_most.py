"""Least-to-most (Zhou et al. 2022): split into easier questions, answer them one after the other.

Each answer is read with all questions and answers before it; the last question is the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from workbench.domain.answers.forms import plain_text
from workbench.domain.parameters import ADVANCED, about
from workbench.domain.runs.effects import (
    Emit,
    Generate,
    Outcome,
    Problem,
    Render,
    StrategySteps,
)
from workbench.domain.runs.events import BestUpdated, NodeAdded, NoteAdded
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message
from workbench.strategies import shapes
from workbench.strategies.answer_extraction import ask
from workbench.strategies.search.generators import unreadable
from workbench.strategies.search.reading import parse_proposals
from workbench.strategies.search.state import Part
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_DECOMPOSE_TOKENS = 200


class LeastToMostParams(Extraction, frozen=True, kw_only=True):
    """Parameters of least-to-most."""

    questions: Annotated[
        int,
        about(
            title="Easier questions, at most",
            ge=1,
            le=9,
            description="Most easier questions before the original one.",
        ),
    ] = 4
    answer_tokens: Annotated[
        int,
        about(
            title="Longest answer of each",
            unit="tokens",
            ge=8,
            le=4096,
            description="Most tokens of the answer to an easier one.",
        ),
    ] = 160
    constrain: Annotated[
        bool,
        about(
            title="Hold to a form",
            group=ADVANCED,
            description="Hold the list of questions to its form by a grammar.",
        ),
    ] = True


def run(problem: Problem, params: LeastToMostParams) -> StrategySteps:
    """Decompose, answer in order, and end with the question itself."""
    yield (Emit(NodeAdded(node="0", parent="", depth=0, text=problem.question, kind="question")),)
    questions: tuple[str, ...] = yield from _decompose(problem, params)
    if not questions:
        text = "The question could not be split: it is answered by a chain of thought."
        (_, rendered) = yield (
            Emit(NoteAdded(text=text, level="warning")),
            Render("cot", {"question": problem.question}),
        )
        outcome: Outcome = yield from _last(problem, params, "0", rendered, ())
        return outcome
    solved: list[dict[str, str]] = []
    node = "0"
    for depth, question in enumerate(questions, 1):
        parent, node = node, f"{node}.0"
        yield (Emit(NodeAdded(node=node, parent=parent, depth=depth, text=question, kind="step")),)
        answer: str = yield from _solve(problem, params, node, question, solved)
        solved.append({"question": question, "answer": answer})
        yield (Emit(BestUpdated(node=node, answer=None, output=_shown(solved))),)
    parent, node = node, f"{node}.0"
    added = NodeAdded(
        node=node, parent=parent, depth=len(questions) + 1, text=problem.question, kind="answer"
    )
    variables = {"question": problem.question, "solved": list(solved), "subquestion": ""}
    (_, rendered) = yield (Emit(added), Render("least-solve", variables))
    outcome = yield from _last(problem, params, node, rendered, solved)
    return outcome


def _decompose(problem: Problem, params: LeastToMostParams) -> Part:
    """The easier questions; () where none could be read or none is easier."""
    variables = {"question": problem.question, "count": params.questions}
    (rendered,) = yield (Render("least-decompose", variables),)
    ((completion,),) = yield (
        Generate(
            node="0",
            role="decompose",
            messages=problem.with_question(rendered),
            max_tokens=_DECOMPOSE_TOKENS,
            grammar=shapes.list_of_lines(params.questions) if params.constrain else "",
        ),
    )
    found = parse_proposals(completion.text, params.questions)
    whole = plain_text(problem.question)
    easier = tuple(dict.fromkeys(text for text in found if plain_text(text) != whole))
    if not easier:
        yield (unreadable("0", "one question a line", completion.text, "decompose"),)
    return easier


def _solve(
    problem: Problem,
    params: LeastToMostParams,
    node: str,
    question: str,
    solved: Sequence[dict[str, str]],
) -> Part:
    """The answer to one easier question."""
    variables = {
        "question": problem.question,
        "solved": list(solved),
        "subquestion": question,
    }
    (rendered,) = yield (Render("least-solve", variables),)
    ((completion,),) = yield (
        Generate(
            node=node,
            role="solve",
            messages=problem.with_question(rendered),
            max_tokens=params.answer_tokens,
        ),
    )
    return completion.text.strip()


def _last(
    problem: Problem,
    params: LeastToMostParams,
    node: str,
    rendered: tuple[Message, ...],
    solved: Sequence[dict[str, str]],
) -> Part:
    """Answer the original question."""
    messages = problem.with_question(rendered)
    final, answer = yield from ask(params, node=node, role="answer", messages=messages)
    before = _shown(solved)
    output = f"{before}\n\n{final.text}" if before else final.text
    return Outcome(answer=answer, output=output, node=node, finish_reason=final.finish_reason)


def _shown(solved: Sequence[dict[str, str]]) -> str:
    return "\n\n".join(f"{each['question']}\n{each['answer']}" for each in solved)


def estimate(params: LeastToMostParams, sampling: Sampling) -> tuple[int, int]:
    """The decomposition, as many easier questions as there can be, and the original."""
    easier = min(params.answer_tokens, sampling.max_tokens)
    decompose = min(_DECOMPOSE_TOKENS, sampling.max_tokens)
    return params.questions + 2, decompose + params.questions * easier + sampling.max_tokens


STRATEGIES.register(
    "least_to_most",
    Strategy(
        id="least_to_most",
        title="Least to most",
        short="l2m",
        description="Splits the question into easier ones and answers them in order.",
        params=LeastToMostParams,
        run=run,
        estimate=estimate,
        templates=("least-decompose", "least-solve", "cot"),
    ),
)
