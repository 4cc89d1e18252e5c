"""Events of a run, in the past tense. The log of these is the run.

Live view, history and replay all fold the same events (:mod:`workbench.domain.runs.run_state`).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.steering import NodeAction
from workbench.domain.sources.passages import Passage, PassageQuery
from workbench.domain.text import Message, Token

RunStatus = Literal["running", "done", "failed", "cancelled", "interrupted"]


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """Base of all events; the class name in snake case is the stored type."""


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class RunStarted(_Event, frozen=True, kw_only=True, tag=_snake):
    """The run row and its manifest are committed; work begins."""

    strategy: str
    model: str
    seed: int
    manifest: dict[str, Any] = {}


class PassagesFound(_Event, frozen=True, kw_only=True, tag=_snake):
    """Documents were looked into for the prompt: the question and what it got, as it was then."""

    asked: PassageQuery
    passages: tuple[Passage, ...]


class NodeAdded(_Event, frozen=True, kw_only=True, tag=_snake):
    """A node of the search came to be. ``node`` is its path; ``parent`` "" for the root."""

    node: str
    parent: str
    depth: int
    text: str = ""
    kind: str = "thought"


class CallStarted(_Event, frozen=True, kw_only=True, tag=_snake):
    """A prompt is on disk and goes to the model.

    ``call`` is "<node>/<role>", and "~<n>" behind it in the n-th growth of a run. ``prefix`` is
    text that the answers were made to begin with.
    """

    call: str
    node: str
    role: str
    messages: tuple[Message, ...]
    samples: int
    seeds: tuple[int, ...]
    max_tokens: int
    temperature: float
    labels: tuple[str, ...] = ()
    """The labels to be scored; then there are no samples."""
    prefix: str = ""
    kept: tuple[int, ...] = ()
    """Samples that had ended before the run was resumed: only the others are asked for."""


class SamplingApplied(_Event, frozen=True, kw_only=True, tag=_snake):
    """What the engine drew with, read back from it; ``ignored`` has a sentence a parameter."""

    call: str
    effective: dict[str, Any]
    chain: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


class PromptEvaluated(_Event, frozen=True, kw_only=True, tag=_snake):
    """Progress of reading the prompt, in tokens; ``reused`` came from the KV cache."""

    call: str
    done_tokens: int
    total_tokens: int
    reused_tokens: int = 0


class TextReceived(_Event, frozen=True, kw_only=True, tag=_snake):
    """New text of one sample; whole characters only. ``reasoning`` is thought, not answer."""

    call: str
    sample: int
    text: str
    tokens: tuple[Token, ...] = ()
    reasoning: str = ""


class CallFinished(_Event, frozen=True, kw_only=True, tag=_snake):
    """One sample ended. Counts are tokens; ``evaluated_tokens`` is counted once a call."""

    call: str
    sample: int
    text: str
    finish_reason: str
    prompt_tokens: int
    evaluated_tokens: int
    completion_tokens: int
    seconds: float
    mean_logprob: float | None = None
    reasoning: str = ""
    reasoning_tokens: int = 0


class LabelsScored(_Event, frozen=True, kw_only=True, tag=_snake):
    """The probabilities of a call's labels, normalised over them, with the model's own logs."""

    call: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    logprobs: tuple[float, ...]
    prompt_tokens: int
    evaluated_tokens: int
    seconds: float


class Parsed(_Event, frozen=True, kw_only=True, tag=_snake):
    """Something was read out of an output.

    ``value`` None means that parsing failed, in logs from before there was a ParseFailed.
    ``followed`` is how many characters of text came behind the answer that was read.
    """

    node: str
    rule: str
    value: str | None
    raw: str
    call: str = ""
    sample: int = 0
    followed: int = 0


class ParseFailed(_Event, frozen=True, kw_only=True, tag=_snake):
    """An output did not have the form that ``rule`` names; ``raw`` is the whole of it."""

    node: str
    rule: str
    raw: str
    call: str = ""
    sample: int = 0


class Scored(_Event, frozen=True, kw_only=True, tag=_snake):
    """A node got a value.

    ``labels`` counts verdicts, for example {"sure": 2, "likely": 1}; ``probabilities`` holds how
    probable each verdict was where the model's own probabilities were the judge.
    """

    node: str
    score: float
    labels: dict[str, int] = {}
    probabilities: dict[str, float] = {}


class Voted(_Event, frozen=True, kw_only=True, tag=_snake):
    """The tally so far, most votes first; None is the "no answer" bucket and never wins."""

    tally: tuple[tuple[str | None, int], ...]
    winner: str | None
    tie_rule: str


class Selected(_Event, frozen=True, kw_only=True, tag=_snake):
    """These nodes go on, best first."""

    depth: int
    nodes: tuple[str, ...]


class Pruned(_Event, frozen=True, kw_only=True, tag=_snake):
    """These nodes were dropped, and why."""

    nodes: tuple[str, ...]
    reason: str


class BestUpdated(_Event, frozen=True, kw_only=True, tag=_snake):
    """The best result so far: what a cancelled or exhausted run ends with."""

    node: str
    answer: str | None
    output: str


class StateVerified(_Event, frozen=True, kw_only=True, tag=_snake):
    """A program that knows the task looked at a node; it costs no tokens.

    ``state`` is what the thought leaves ("4 4 10"); ``legal`` whether the thought follows the
    rules; ``reachable`` whether the goal can still be reached from there, by an exact solver, None
    where there is none; ``solved`` whether it is reached, None for a node that is no end;
    ``by_hand`` whether it was looked at because the user changed a thought.
    """

    node: str
    state: str = ""
    legal: bool = True
    reachable: bool | None = None
    solved: bool | None = None
    by_hand: bool = False


class Backtracked(_Event, frozen=True, kw_only=True, tag=_snake):
    """The search left ``node`` and went on at ``to``, one of its ancestors."""

    node: str
    to: str
    reason: str = ""


class Visited(_Event, frozen=True, kw_only=True, tag=_snake):
    """A search that returns to nodes updated one: its visits so far and its mean value."""

    node: str
    visits: int
    value: float


class ThoughtEdited(_Event, frozen=True, kw_only=True, tag=_snake):
    """The user changed the thought of a node."""

    node: str
    text: str


class Boosted(_Event, frozen=True, kw_only=True, tag=_snake):
    """The user raised (or lowered) the value of a node by ``amount``."""

    node: str
    amount: float


class ActionUndone(_Event, frozen=True, kw_only=True, tag=_snake):
    """The user took back what they had done last; ``text`` is the thought before it was edited."""

    action: NodeAction
    text: str = ""


class Steered(_Event, frozen=True, kw_only=True, tag=_snake):
    """The search applied the next ``actions`` user actions.

    It was the ``ask``-th time (from 0) that it looked, since the run or its growth began.
    ``superseded`` are the calls that were stopped, or whose answers were not used, because of them.
    """

    ask: int
    actions: int
    superseded: tuple[str, ...] = ()


class GrowthStarted(_Event, frozen=True, kw_only=True, tag=_snake):
    """The user grew a node of a run again, with these parameters; calls follow.

    ``strategy`` "fork" writes one answer again from a token on.
    """

    node: str
    strategy: str
    params: dict[str, Any] = {}


class RunPaused(_Event, frozen=True, kw_only=True, tag=_snake):
    """No further call is made until the run is resumed."""


class RunResumed(_Event, frozen=True, kw_only=True, tag=_snake):
    """The run goes on; ``replayed`` calls were answered from the log and cost nothing.

    What follows belongs to the ``growth``-th growth of the run, 0 is the run itself.
    """

    replayed: int = 0
    growth: int = 0


class AnswerExtracted(_Event, frozen=True, kw_only=True, tag=_snake):
    """The user extracted the answer of an ended run by another rule, without the model.

    Each text that the rule was applied to has a Parsed before this one, and a vote a Voted.
    ``node`` is the node whose text gave the answer, ``output`` what the run now ends with.
    """

    rule: ExtractionRule
    value: str | None
    node: str
    output: str


class BudgetCharged(_Event, frozen=True, kw_only=True, tag=_snake):
    """What the run has used: generated tokens, calls, seconds since the start."""

    tokens: int
    calls: int
    seconds: float


class NoteAdded(_Event, frozen=True, kw_only=True, tag=_snake):
    """A sentence for the user, for example that a fallback was taken."""

    text: str
    level: Literal["info", "warning"] = "info"


class RunFinished(_Event, frozen=True, kw_only=True, tag=_snake):
    """The run is over, for whatever reason. ``error`` is a wire-form WorkbenchError or None.

    ``limit`` names the budget that ended it: "", "tokens", "calls" or "seconds".
    """

    status: RunStatus
    answer: str | None
    output: str
    node: str
    finish_reason: str
    seconds: float
    limit: str = ""
    error: dict[str, Any] | None = None


Event = (
    RunStarted
    | PassagesFound
    | NodeAdded
    | CallStarted
    | SamplingApplied
    | PromptEvaluated
    | TextReceived
    | CallFinished
    | LabelsScored
    | Parsed
    | ParseFailed
    | Scored
    | Voted
    | Selected
    | Pruned
    | BestUpdated
    | StateVerified
    | Backtracked
    | Visited
    | ThoughtEdited
    | Boosted
    | ActionUndone
    | Steered
    | GrowthStarted
    | RunPaused
    | RunResumed
    | AnswerExtracted
    | BudgetCharged
    | NoteAdded
    | RunFinished
)


class LoggedEvent(msgspec.Struct, frozen=True):
    """An event in its place: ``seq`` counts from 0, ``at`` is seconds since the run began."""

    run_id: int
    seq: int
    at: float
    event: Event
