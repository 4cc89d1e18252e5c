"""Words about a run: its state, its numbers with units, its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workbench.domain.errors import WorkbenchError
from workbench.domain.parameters import effective_fields, summarise, with_defaults
from workbench.domain.runs.events import RunStatus
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.run_state import CallState, RunState
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.domain.views import StrategyInfo

NO_STRATEGY = StrategyInfo("", "", "direct", "", ())


class Word(NamedTuple):
    """A state as it is shown: never by colour alone."""

    text: str
    icon: str
    tone: str


STATUS_WORDS: dict[RunStatus, Word] = {
    "running": Word("Running", "busy", "text"),
    "done": Word("Done", "check", "text-3"),
    "failed": Word("Failed", "circle-alert", "bad"),
    "cancelled": Word("Stopped", "stop", "warn"),
    "interrupted": Word("Interrupted", "warning", "warn"),
}

BUDGET_REACHED = Word("Budget reached", "clock", "text-2")
"""Of a run that a budget ended with what it had."""

ENDED_EARLY: dict[str, Word] = {
    "repeating": Word("Repeated itself", "retry", "warn"),
    "length": Word("Length limit", "clock", "text-2"),
}
"""Of a run whose last text did not come to its own end, by its finish reason."""

QUEUED = Word("Queued", "clock", "text-2")

_LIMITS = {"tokens": "token", "calls": "call", "seconds": "time"}
_TIES = {
    "first_seen": "A tie goes to the answer seen first",
    "none": "A tie has no winner",
}
_ENDS = {
    "repeating": "The text repeated itself, so it was ended there",
    "length": "The text was cut at the most new tokens",
}
_CUT: dict[RunStatus, str] = {
    "cancelled": "This run was stopped before its end",
    "interrupted": "The program ended during this run",
}
_ANSWERING = frozenset({"answer", "reason", "path", ""})
_GENERATING = frozenset({"propose", "sample", "value"})


def state_word(state: RunState, params: Mapping[str, Json]) -> Word:
    """Where a run is: reading, which step of how many, or how it ended."""
    if state.status != "running":
        return _end_word(state)
    active = active_calls(state)
    if not active:
        return Word(
            "Working" if state.calls else "Queued", "busy" if state.calls else "clock", "text-2"
        )
    call = active[-1]
    if not any(sample.text for sample in call.samples) and len(state.calls) == 1:
        if call.prompt_tokens:
            return Word(f"Reading {call.read_tokens:,} of {call.prompt_tokens:,}", "busy", "text")
        return QUEUED
    if len(call.samples) > 1 and call.role == "path":
        done = sum(bool(sample.finish_reason) for sample in call.samples)
        return Word(f"{done} of {len(call.samples)} paths", "busy", "text")
    return Word(_step(state, call, params), "busy", "text")


def _end_word(state: RunState) -> Word:
    """How a run ended."""
    if state.status != "done":
        return STATUS_WORDS[state.status]
    done = ENDED_EARLY.get(state.finish_reason, STATUS_WORDS["done"])
    return BUDGET_REACHED if state.limit else done


def _step(state: RunState, call: CallState, params: Mapping[str, Json]) -> str:
    depth = params.get("depth")
    if not isinstance(depth, int):
        return "Generating"
    if call.role.partition("-")[0] == "answer":
        return "Answering"
    node = state.nodes.get(call.node)
    at = node.depth if node is not None else 0
    step = at + 1 if call.role.partition("-")[0] in ("propose", "sample") else max(state.depth, 1)
    return f"Step {min(step, depth)} of {depth}"


def active_calls(state: RunState) -> list[CallState]:
    """The calls with a sample that has not ended, in order of their start."""
    if state.status != "running":
        return []
    return [
        call
        for call in state.calls.values()
        if any(not sample.finish_reason for sample in call.samples)
    ]


def asked(state: RunState) -> int:
    """Answers asked of the model so far; n samples count n."""
    return sum(len(call.samples) for call in state.calls.values())


def is_search(state: RunState) -> bool:
    """Whether the run is a search over thoughts."""
    return any(node.kind == "thought" for node in state.nodes.values()) or any(
        call.role.partition("-")[0] in _GENERATING for call in state.calls.values()
    )


def path_calls(state: RunState) -> list[CallState]:
    """The calls whose samples vote, in the order in which they were made; one a round."""
    return [call for call in state.calls.values() if call.role == "path"]


def output_text(state: RunState) -> str:
    """What the model wrote: of a run that is over its output, of a live one the text so far."""
    texts = [sample.text for call in state.calls.values() for sample in call.samples[:1]]
    return "\n\n".join(text for text in texts if text) or state.output


def output_tokens(state: RunState) -> int:
    """Tokens of :func:`output_text`; the run's own count includes what a resume wrote again."""
    shown = [sample for call in state.calls.values() for sample in call.samples[:1]]
    return sum(sample.completion_tokens or len(sample.tokens) for sample in shown)


def reasoning_text(state: RunState) -> str:
    """What a reasoning model thought before its answers, "" where it does not."""
    texts = [sample.reasoning for call in state.calls.values() for sample in call.samples[:1]]
    return "\n\n".join(text for text in texts if text)


def thinking_title(state: RunState) -> str:
    """The heading over the reasoning: that it goes on, or how many tokens it took."""
    if state.status == "running" and not state.reasoning_tokens and not output_text(state):
        return "Thinking"
    tokens = state.reasoning_tokens
    return f"Thought for {count_text(tokens, 'token')}" if tokens else "Thought first"


def answer_rule(state: RunState | None, params: Mapping[str, Json]) -> str:
    """By which rule the answer was, or will be, taken out of the text."""
    votes = _votes(state)
    if state is not None and state.extraction is not None:
        return f"{votes}{state.extraction.describe()}, applied later"
    if state is not None:
        followed = ", more text followed" if state.followed else ""
        for parsed in reversed(state.parsed):
            role = parsed.call.rpartition("/")[2].partition("~")[0]
            if role in _ANSWERING:
                return f"{votes}{parsed.rule}{followed}"
    return current_rule(state, params).describe()


def current_rule(state: RunState | None, params: Mapping[str, Json]) -> ExtractionRule:
    """The extraction rule of the answer: one applied later, or that of the parameters."""
    if state is not None and state.extraction is not None:
        return state.extraction
    kind = str(params.get("extraction", "auto"))
    return ExtractionRule(kind, str(params.get("pattern", "")))  # type: ignore[arg-type]


def _votes(state: RunState | None) -> str:
    """How many votes the answer got, "" where nothing was voted on."""
    if state is None or state.answer is None:
        return ""
    won = next((votes for answer, votes in state.tally if answer == state.answer), 0)
    total = sum(votes for _, votes in state.tally)
    return f"{won} of {total} votes, " if won else ""


def agreement_words(tally: Sequence[tuple[str | None, int]]) -> str:
    """How many answers of a vote agree: "3 of 5 agree", "tie at 2 of 5", "no two of 5 agree"."""
    total = sum(count for _, count in tally)
    votes = sorted((count for answer, count in tally if answer is not None), reverse=True)
    if not votes:
        return "no answers" if total > 1 else "no answer"
    if votes[0] == 1:
        return f"no two of {total} agree" if total > 1 else "1 answer"
    is_tie = len(votes) > 1 and votes[0] == votes[1]
    return f"tie at {votes[0]} of {total}" if is_tie else f"{votes[0]} of {total} agree"


def tie_words(tally: Sequence[tuple[str | None, int]], rule: str) -> str:
    """What happened with a tie, as a sentence without its full stop; "" where there was none."""
    votes = sorted((count for answer, count in tally if answer is not None), reverse=True)
    if len(votes) < 2 or votes[0] != votes[1]:
        return ""
    return _TIES.get(rule, rule.replace("_", " "))


def error_sentence(error: dict[str, object] | None) -> str:
    """The sentence of an error as it was stored, "" for none."""
    return str(WorkbenchError.from_wire(error)) if error else ""


def cut_sentence(state: RunState) -> str:
    """That a run ended before its end and can go on, "" where it did not."""
    return _CUT.get(state.status, "")


def limit_sentence(state: RunState) -> str:
    """That a budget, or the text itself, ended the run before its end; "" where neither did."""
    if not state.limit:
        return _ENDS.get(state.finish_reason, "") if state.status == "done" else ""
    return f"The {_LIMITS.get(state.limit, state.limit)} budget ended this run with what it had"


def describe_params(info: StrategyInfo, params: Mapping[str, Json], sampling: Sampling) -> str:
    """The parameters that count in one line, and the temperature."""
    first = summarise(info.fields, params) or info.description.rstrip(".")
    return f"{first} · temperature {sampling.temperature:g}"


def parameter_facts(info: StrategyInfo, params: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Label and value of each parameter that has an effect; of one that is not known its name."""
    given = with_defaults(info.fields, params)
    facts = [
        (field.label, field.words(given[field.name], given))
        for field in effective_fields(info.fields, params)
    ]
    known = {field.name for field in info.fields}
    facts += [
        (name.replace("_", " ").capitalize(), str(params[name]))
        for name in params
        if name not in known
    ]
    return facts


def describe_sampling(sampling: Sampling, seed: int) -> str:
    """The sampling in one line."""
    words = f"temp {sampling.temperature:g} · top-k {sampling.top_k} · top-p {sampling.top_p:g}"
    most = count_text(sampling.max_tokens, "token")
    return f"{words} · min-p {sampling.min_p:g} · {most} · seed {seed}"


def rate_text(tokens: int, seconds: float) -> str:
    """Tokens a second with one decimal, or a dash."""
    return f"{tokens / seconds:,.1f}" if tokens and seconds > 0 else "–"
