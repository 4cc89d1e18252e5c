"""What Compare keeps between starts, and a stored comparison as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Json, KvMode, RunSpec
from workbench.domain.text import Message
from workbench.domain.views import RunFilter

if TYPE_CHECKING:
    from workbench.service import Workbench

DEFAULT_BUDGET_TOKENS = 1500
DEFAULT_BUDGET_SECONDS = 30
DEFAULT_REPEATS = 3
MOST_REPEATS = 100
_MOST_RUNS = 1024

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
    runs: list[list[int | None]] = []
    """The run that each repeat of each column showed, None where there was none."""
    pinned: int | None = None
    changes: bool = False
    paces: dict[str, float] = {}
    """Tokens a second of all runs together in the last comparison on each model."""
    followed: str = ""
    """The digest of what was taken over from Design last."""
    followed_settings: str = ""
    """The same of how it is run there."""


def read_session(state: dict[str, Any]) -> Session | None:
    """The stored session, None where another version wrote something else."""
    try:
        return msgspec.convert(state, Session)
    except msgspec.ValidationError:
        return None


class StoredRuns(NamedTuple):
    """Runs of the history by column, oldest first, and the right answers that they have."""

    columns: list[list[StoredRun | None]]
    expected: dict[int, str]

    def with_expected(self) -> list[tuple[RunSpec, str]]:
        """What each run was made from, and its right answer, "" where it has none."""
        runs = [run for column in self.columns for run in column if run is not None]
        return [(spec, self.expected.get(run_id, "")) for run_id, spec, _ in runs]


async def read_run(core: Workbench, run_id: int | None) -> StoredRun | None:
    """A run of the history, None where it is not there any more."""
    if run_id is None:
        return None
    try:
        return run_id, await core.runs.spec(run_id), await core.runs.load(run_id)
    except WorkbenchError:
        return None


async def read_group(core: Workbench, group: str) -> StoredRuns:
    """All runs of a stored comparison, in one column."""
    runs = await core.history.list_runs(limit=_MOST_RUNS, wanted=RunFilter(group=group))
    ids = [run.run_id for run in reversed(runs)]
    found = [await read_run(core, run_id) for run_id in ids]
    return StoredRuns([found], await core.history.expected_of(ids))


async def read_columns(core: Workbench, wanted: Sequence[Sequence[int | None]]) -> StoredRuns:
    """The runs that each repeat of each column showed."""
    found = [[await read_run(core, run_id) for run_id in runs] for runs in wanted]
    ids = [run_id for runs in wanted for run_id in runs if run_id is not None]
    return StoredRuns(found, await core.history.expected_of(ids))


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
