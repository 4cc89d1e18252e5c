"""What is said about a run: its state in a word, its numbers with units, its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from workbench.domain.errors import WorkbenchError
from workbench.domain.events import RunStatus
from workbench.domain.extraction import ExtractionRule
from workbench.domain.run_state import CallState, RunState
from workbench.domain.sampling import Sampling
from workbench.domain.spec import Json
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
    "cancelled": Word("Cancelled", "stop", "warn"),
    "interrupted": Word("Interrupted", "warning", "warn"),
}

QUEUED = Word("Queued", "clock", "text-2")

_LIMITS = {"tokens": "token", "calls": "call", "seconds": "time"}
_TIES = {
    "first_seen": "A tie goes to the answer seen first",
    "none": "A tie has no winner",
}
_ANSWERING = frozenset({"answer", "reason", "path", ""})
_GENERATING = frozenset({"propose", "sample", "value"})


def state_word(state: RunState, params: Mapping[str, Json]) -> Word:
    """Where a run is: reading, which step of how many, or how it ended."""
    if state.status != "running":
        return STATUS_WORDS[state.status]
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


def _step(state: RunState, call: CallState, params: Mapping[str, Json]) -> str:
    depth = params.get("depth")
    if not isinstance(depth, int):
        return "Generating"
    if call.role == "answer":
        return "Answering"
    node = state.nodes.get(call.node)
    at = node.depth if node is not None else 0
    step = at + 1 if call.role in ("propose", "sample") else max(state.depth, 1)
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
        call.role in _GENERATING for call in state.calls.values()
    )


def path_calls(state: RunState) -> list[CallState]:
    """The calls whose samples vote, in the order in which they were made; one a round."""
    return [call for call in state.calls.values() if call.role == "path"]


def output_text(state: RunState) -> str:
    """What the model wrote: of a run that is over its output, of a live one the text so far."""
    texts = [sample.text for call in state.calls.values() for sample in call.samples[:1]]
    return "\n\n".join(text for text in texts if text) or state.output


def reasoning_text(state: RunState) -> str:
    """What a reasoning model thought before its answers, "" where it does not."""
    texts = [sample.reasoning for call in state.calls.values() for sample in call.samples[:1]]
    return "\n\n".join(text for text in texts if text)


def thinking_title(state: RunState) -> str:
    """What stands over the thinking: that it goes on, or how many tokens it took."""
    if state.status == "running" and not state.reasoning_tokens and not output_text(state):
        return "Thinking"
    tokens = state.reasoning_tokens
    return f"Thought for {tokens:,} tokens" if tokens else "Thought first"


def answer_rule(state: RunState | None, params: Mapping[str, Json]) -> str:
    """By which rule the answer was, or will be, taken out of the text."""
    votes = _votes(state)
    if state is not None and state.extraction is not None:
        return f"{votes}{state.extraction.describe()}, applied later"
    for parsed in reversed(state.parsed if state is not None else []):
        role = parsed.call.rpartition("/")[2].partition("~")[0]
        if role in _ANSWERING:
            return votes + parsed.rule
    return current_rule(state, params).describe()


def current_rule(state: RunState | None, params: Mapping[str, Json]) -> ExtractionRule:
    """The rule by which the answer stands: applied later, or the one of the parameters."""
    if state is not None and state.extraction is not None:
        return state.extraction
    kind = str(params.get("extraction", "answer_line"))
    return ExtractionRule(kind, str(params.get("pattern", "")))  # type: ignore[arg-type]


def _votes(state: RunState | None) -> str:
    """How many votes the answer got, "" where nothing was voted on."""
    if state is None or state.answer is None:
        return ""
    won = next((votes for answer, votes in state.tally if answer == state.answer), 0)
    total = sum(votes for _, votes in state.tally)
    return f"{won} of {total} votes, " if won else ""


def tie_words(rule: str) -> str:
    """What happens with a tie, as a sentence without its full stop."""
    return _TIES.get(rule, rule.replace("_", " "))


def error_sentence(error: dict[str, object] | None) -> str:
    """The sentence of an error as it was stored, "" for none."""
    return str(WorkbenchError.from_wire(error)) if error else ""


def limit_sentence(state: RunState) -> str:
    """That a budget ended the run, "" where none did."""
    if not state.limit:
        return ""
    return f"The {_LIMITS.get(state.limit, state.limit)} budget ended this run with what it had"


def describe_params(info: StrategyInfo, params: Mapping[str, Json], sampling: Sampling) -> str:
    """The parameters in one line: numbers first, then choices, then the temperature."""
    fields = [each for each in info.fields if each.name not in ("extraction", "pattern")]
    fields.sort(key=lambda each: each.kind not in ("int", "float"))
    said = [f"{_plain(each.name)} {_plain(params.get(each.name, each.default))}" for each in fields]
    first = ", ".join(said) or info.description.rstrip(".")
    return f"{first} · temp {sampling.temperature:g}"


def describe_sampling(sampling: Sampling, seed: int) -> str:
    """The sampling in one line."""
    said = f"temp {sampling.temperature:g} · top-k {sampling.top_k} · top-p {sampling.top_p:g}"
    return f"{said} · min-p {sampling.min_p:g} · {sampling.max_tokens:,} tokens · seed {seed}"


def _plain(value: object) -> str:
    return str(value).replace("_", " ")


def count_text(count: int, noun: str) -> str:
    """A number with its noun: "1 node", "1,024 nodes"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def seconds_text(seconds: float) -> str:
    """A duration: "0.29 s", "18.9 s", "3:07 min"."""
    if seconds >= 100:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"


def rate_text(tokens: int, seconds: float) -> str:
    """Tokens a second with one decimal, or a dash."""
    return f"{tokens / seconds:,.1f}" if tokens and seconds > 0 else "–"
