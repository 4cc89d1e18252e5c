"""What Compare keeps between starts, and a stored comparison as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from workbench.domain.run_state import RunState
from workbench.domain.sampling import Sampling
from workbench.domain.spec import Json, KvMode, RunSpec
from workbench.domain.text import Message

DEFAULT_BUDGET_TOKENS = 1500
DEFAULT_BUDGET_SECONDS = 30
DEFAULT_REPEATS = 3
MOST_REPEATS = 20

StoredRun = tuple[int, RunSpec, RunState]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """The session as it is stored."""

    path: str = ""
    text: str | None = None
    variables: dict[str, Json] = {}
    columns: list[tuple[str, dict[str, Json]]] = []
    model: str = ""
    sampling: Sampling = Sampling()
    seed: int = 0
    mode: KvMode = "fast"
    equal_tokens: bool = False
    budget_tokens: int = DEFAULT_BUDGET_TOKENS
    equal_seconds: bool = False
    budget_seconds: int = DEFAULT_BUDGET_SECONDS
    repeats: int = DEFAULT_REPEATS
    expected: str = ""
    pinned: int | None = None
    changes: bool = False


def read_session(state: dict[str, Any]) -> Session | None:
    """The stored session, None where another version wrote something else."""
    try:
        return msgspec.convert(state, Session)
    except msgspec.ValidationError:
        return None


class StoredColumn(NamedTuple):
    """Runs of one strategy with the same parameters; the newest of each seed, in first order."""

    strategy: str
    params: dict[str, Json]
    runs: tuple[StoredRun, ...]


def stored_columns(runs: Sequence[StoredRun]) -> tuple[StoredColumn, ...]:
    """The columns of a comparison from all its runs, oldest first."""
    found: dict[tuple[str, bytes], dict[int, StoredRun]] = {}
    for each in runs:
        spec = each[1]
        key = (spec.strategy, msgspec.json.encode(spec.params, order="sorted"))
        found.setdefault(key, {})[spec.seed] = each
    columns = []
    for by_seed in found.values():
        latest = tuple(by_seed.values())
        spec = latest[0][1]
        columns.append(StoredColumn(spec.strategy, spec.params, latest))
    return tuple(columns)


def question_of(messages: tuple[Message, ...]) -> str:
    """The last user message on one line."""
    for message in reversed(messages):
        if message.role == "user":
            return " ".join(message.text.split())
    return ""
