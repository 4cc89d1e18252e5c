"""Runs, events and strategies for hypothesis that the tests of the history share."""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec
from hypothesis import strategies as st

from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import RunState, fold
from workbench.domain.runs.spec import ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.searching import SearchFilter, SearchKind
from workbench.domain.text import Message, Token
from workbench.domain.views import SearchHit
from workbench.history.search import finding, indexing
from workbench.history.store import HistoryStore

EVENT_TYPES = typing.get_args(ev.Event)

TEXT = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of an annotated type, structs included."""
    simple = {
        str: TEXT,
        bool: st.booleans(),
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False),
        type(None): st.none(),
        Any: JSON,
        msgspec.UnsetType: st.just(msgspec.UNSET),
    }
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        limits = next((each for each in args if isinstance(each, msgspec.Meta)), msgspec.Meta())
        if args[0] is float and limits.ge is not None:
            return st.floats(limits.ge, limits.le)
        return values_of(args[0])
    if kind in simple:
        return simple[kind]
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values_of(each) for each in args])
    if origin is tuple and args[-1] is ...:
        return st.lists(values_of(args[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*[values_of(each) for each in args])
    if origin is dict:
        return st.dictionaries(values_of(args[0]), values_of(args[1]), max_size=3)
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = {field.name: values_of(hints[field.name]) for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **fields)


def template_spec(**changes: Any) -> RunSpec:
    prompt = TemplatePrompt("/prompts/greet.prompty", "Hello {{ name }}", {"name": "Ada"})
    return RunSpec(**{"prompt": prompt, "model": "/models/tiny.gguf", "seed": 7, **changes})


def chat_spec(*texts: str) -> RunSpec:
    return RunSpec(prompt=ChatPrompt(tuple(Message.value("user", text) for text in texts)))


def started(prompt: str, call: str = "0/answer", samples: int = 1) -> ev.CallStarted:
    node, role = call.split("/")
    return ev.CallStarted(
        call=call,
        node=node,
        role=role,
        messages=(Message.literal("system", "You are helpful."), Message.value("user", prompt)),
        samples=samples,
        seeds=tuple(range(samples)),
        max_tokens=64,
        temperature=0.7,
    )


def received(text: str, call: str = "0/answer", sample: int = 0) -> ev.TextReceived:
    token = Token(1, text, -0.5, ((text, -0.5),))
    return ev.TextReceived(call=call, sample=sample, text=text, tokens=(token,))


def call_finished(text: str, call: str = "0/answer", sample: int = 0) -> ev.CallFinished:
    return ev.CallFinished(
        call=call,
        sample=sample,
        text=text,
        finish_reason="stop",
        prompt_tokens=12,
        evaluated_tokens=10,
        completion_tokens=len(text.split()),
        seconds=0.5,
    )


def finished(output: str, status: ev.RunStatus = "done", **changes: Any) -> ev.RunFinished:
    values: dict[str, Any] = {
        "status": status,
        "answer": output,
        "output": output,
        "node": "0",
        "finish_reason": "stop",
        "seconds": 1.5,
    }
    return ev.RunFinished(**{**values, **changes})


def log(run_id: int, events: list[ev.Event], first_seq: int = 0) -> list[ev.LoggedEvent]:
    """The events in their places, a tenth of a second apart."""
    return [
        ev.LoggedEvent(run_id, seq, seq / 10, event) for seq, event in enumerate(events, first_seq)
    ]


async def find(
    store: HistoryStore, typed: str, limit: int = 50, kind: SearchKind | None = None
) -> tuple[SearchHit, ...]:
    """The newest hits, in one kind of place or all."""
    wanted = SearchFilter(kinds=(kind,) if kind else ())
    for _ in range(
        1000
    ):  # a search indexes for a moment only, which a busy machine may not give it
        if (await store.read(indexing.state)).is_whole:
            break
        await store.search(finding.search, typed, wanted, 1)
    return (await store.search(finding.search, typed, wanted, limit)).hits


async def done_run(
    store: HistoryStore,
    prompt: str = "What is the capital of France?",
    output: str = "Paris it is",
    spec: RunSpec | None = None,
    title: str = "capitals",
) -> int:
    """A whole run: prompt, a streamed answer, its end."""
    run_id = await store.create_run(spec or template_spec(), title=title, manifest={})
    words = output.split(" ")
    pieces = [word + " " for word in words[:-1]] + words[-1:]
    events: list[ev.Event] = [
        ev.RunStarted(strategy="direct", model="tiny", seed=7, manifest={"threads": 2}),
        started(prompt),
        *[received(piece) for piece in pieces],
        call_finished(output),
        finished(output),
    ]
    state = RunState()
    for logged in log(run_id, events):
        store.append(run_id, [logged])
        fold(state, logged)
    await store.finish_run(run_id, state)
    return run_id
