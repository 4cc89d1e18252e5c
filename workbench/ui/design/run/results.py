"""The last run of each prompt that was made in Design, also of an earlier session."""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.library import RESULT_STATE
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import RunSpec
from workbench.domain.views import StrategyInfo
from workbench.ui.runs.run_model import RunModel
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.design.view_model import DesignModel


@dataclass
class _Result:
    """A run with the right answer that was known when it was made."""

    run: RunModel
    expected: str = ""
    kept: int | None = None
    """The id that is kept for the next start."""


class _Stored(NamedTuple):
    """A run of the history, with the right answer that was known when it was made."""

    run_id: int
    expected: str
    spec: RunSpec
    state: RunState


class Results(QObject):
    """A run for each prompt, in place until the next one.

    Signals:
        changed(): the run of the current prompt has progressed, or was replaced.
        busy_changed(bool): whether any of them is running.
        settled(bool): of a prompt that was brought to the front it is known now whether it has one.
    """

    changed = Signal()
    busy_changed = Signal(bool)
    settled = Signal(bool)

    def __init__(self, model: DesignModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._bridge = model.bridge
        self._results: dict[str, _Result] = {}
        self._asked: set[str] = set()
        self._without: set[str] = set()
        """Prompts without a stored run."""
        self._loaded: dict[str, _Stored] = {}
        """Runs that were read before the strategies were."""
        self._was_busy = False
        model.opened.connect(self._on_opened)
        model.moved.connect(self._on_moved)
        model.strategies_changed.connect(self._show_loaded)

    @property
    def _current(self) -> _Result | None:
        document = self._model.current
        return self._results.get(document.path) if document is not None else None

    @property
    def run(self) -> RunModel | None:
        """The run of the current prompt, None where it has none."""
        return self._current.run if self._current is not None else None

    @property
    def is_known(self) -> bool:
        """Whether it is known if the current prompt has a run."""
        document = self._model.current
        return self._current is not None or document is None or document.path in self._without

    @property
    def expected(self) -> str:
        """The right answer that was known when the current prompt's run was made."""
        return self._current.expected if self._current is not None else ""

    @property
    def busy(self) -> bool:
        """Whether the current prompt's run is being made."""
        return self.run is not None and self.run.busy

    def start(self, spec: RunSpec, path: str, info: StrategyInfo, expected: str) -> None:
        """Run a prompt in place of its last run."""
        result = self._results.get(path)
        if result is None:
            result = self._add(path, info)
        result.expected, result.kept = expected, None
        result.run.choose_strategy(info)
        result.run.set_params(dict(spec.params))
        result.run.expected = expected
        result.run.start(spec)

    def judge_by(self, expected: str) -> None:
        """Another right answer to what the current prompt's run was made of."""
        result = self._current
        if result is None or expected == result.expected:
            return
        result.expected = expected
        result.run.judge_by(expected)
        if result.kept is not None:
            self._keep_result(result)

    @background
    async def show_run(self, path: str, run_id: int, expected: str) -> None:
        """Have a run that was made of a prompt be its result, unless one is being made."""
        result = self._results.get(path)
        if result is not None and result.run.busy:
            return
        with contextlib.suppress(WorkbenchError):  # History says what is wrong with it
            self._show(
                path, await self._bridge.ask(lambda core: _stored_run(core, run_id, expected))
            )

    def _show(self, path: str, found: _Stored) -> None:
        info = next((i for i in self._model.strategies if i.id == found.spec.strategy), None)
        if info is None:
            return
        result = self._results.get(path) or self._add(path, info)
        if result.run.busy:
            return
        result.expected = found.expected
        result.run.choose_strategy(info)
        result.run.set_params(dict(found.spec.params))
        result.run.expected = found.expected
        result.run.load(found.run_id, found.spec, found.state)

    def _add(self, path: str, info: StrategyInfo) -> _Result:
        run = RunModel(self._bridge, info, {})
        run.setParent(self)
        result = self._results[path] = _Result(run)
        run.changed.connect(functools.partial(self._on_run, result))
        return result

    def _path_of(self, result: _Result) -> str:
        return next(path for path, each in self._results.items() if each is result)

    def _on_run(self, result: _Result) -> None:
        run_id = result.run.run_id
        if run_id is not None and run_id != result.kept:
            result.kept = run_id
            self._keep_result(result)
        busy = any(each.run.busy for each in self._results.values())
        if busy != self._was_busy:
            self._was_busy = busy
            self.busy_changed.emit(busy)
        if result is self._current:
            self.changed.emit()

    def _keep_result(self, result: _Result) -> None:
        path = self._path_of(result)
        kept: dict[str, Any] = {"run": result.kept, "expected": result.expected}
        self._bridge.call(lambda core: core.session.keep(RESULT_STATE + path, kept))

    # --- of an earlier session ------------------------------------------------------------------

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        if path not in self._asked and path not in self._results:
            self._asked.add(path)
            self._read_kept(path)
        self.changed.emit()
        self._settle(path)

    @background
    async def _read_kept(self, path: str) -> None:
        found: _Stored | None = None
        with contextlib.suppress(WorkbenchError):  # History says what is wrong with it
            found = await self._bridge.ask(lambda core: _kept_run(core, path))
        if found is None:
            self._without.add(path)
            self.changed.emit()
        elif path not in self._results:
            self._loaded[path] = found
            self._show_loaded()
        self._settle(path)

    def _settle(self, path: str) -> None:
        document = self._model.current
        if document is not None and document.path == path and self.is_known:
            self.settled.emit(self.run is not None)

    @Slot()
    def _show_loaded(self) -> None:
        known = {info.id for info in self._model.strategies}
        for path, found in [*self._loaded.items()]:
            if found.spec.strategy in known:
                del self._loaded[path]
                if path not in self._results:
                    self._show(path, found)
                    self._settle(path)

    @Slot(str, str)
    def _on_moved(self, old: str, new: str) -> None:
        if old in self._results:
            self._results[new] = self._results.pop(old)
        if old in self._loaded:
            self._loaded[new] = self._loaded.pop(old)
        self._asked.add(new)
        if old in self._without:
            self._without.add(new)


async def _kept_run(core: Workbench, path: str) -> _Stored | None:
    """The run that is kept as the result of a prompt, with the right answer known then."""
    kept = await core.session.get(RESULT_STATE + path)
    if not isinstance(kept, dict) or not isinstance(kept.get("run"), int):
        return None
    return await _stored_run(core, kept["run"], str(kept.get("expected", "")))


async def _stored_run(core: Workbench, run_id: int, expected: str) -> _Stored:
    spec, state = await core.runs.spec(run_id), await core.runs.load(run_id)
    return _Stored(run_id, expected, spec, state)
