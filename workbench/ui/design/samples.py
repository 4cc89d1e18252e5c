"""The sample sets of the open prompts: which there are, which is chosen, whether it was changed."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.datasets import EXPECTED, HEAD_SET, SampleFile, SampleSet, expected_of
from workbench.domain.errors import FileChangedError, WorkbenchError
from workbench.domain.spec import Json
from workbench.ui.widgets.input_values import same_values

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.design.document import Document
    from workbench.ui.design.view_model import DesignModel

_KEY = "sample set of "
_MOST_KEPT = 100_000
"""Characters of values that are kept between sessions beside the chosen set's name."""


@dataclass
class _State:
    """What is known of a prompt's sets. ``edits`` are unsaved values of sets left meanwhile."""

    file: SampleFile = field(default_factory=lambda: SampleFile(path=""))
    chosen: str = HEAD_SET
    origin: str = ""
    """What filled the form in place of a set: "row 3 of tickets.jsonl"."""
    edits: dict[str, dict[str, Json]] = field(default_factory=dict)
    touched: bool = False
    """Whether the form was filled here, so that what was kept is no longer asked for."""
    looked: bool = False
    """Whether the set that fills a prompt when it is opened was asked for the right answer."""


class SamplesModel(QObject):
    """Sets of the current prompt of ``design``.

    Signals:
        changed(): the sets, the chosen one, or whether its values are changed.
        deleted(str): a set was deleted and can be brought back by :meth:`undo`.
        failed(str): a sentence.
    """

    changed = Signal()
    deleted = Signal(str)
    failed = Signal(str)

    def __init__(self, design: DesignModel) -> None:
        super().__init__()
        self._design = design
        self._bridge = design.bridge
        self._states: dict[str, _State] = {}
        self._undo: tuple[str, SampleSet, int] | None = None
        design.opened.connect(self._on_opened)
        design.analysed.connect(self._on_analysed)

    # --- what is ----------------------------------------------------------------------------------

    @property
    def _document(self) -> Document | None:
        return self._design.current

    @property
    def _state(self) -> _State:
        path = self._document.path if self._document is not None else ""
        return self._states.setdefault(path, _State())

    @property
    def sets(self) -> tuple[SampleSet, ...]:
        """The set of the head first, unless a set of the file has its name."""
        sets = self._state.file.sets
        head = self._document.analysis.sample if self._document is not None else {}
        if not head or any(each.name == HEAD_SET for each in sets):
            return sets
        return (SampleSet(HEAD_SET, head, own=False), *sets)

    @property
    def chosen(self) -> SampleSet | None:
        """The chosen set; None where there is none, or the form was filled from elsewhere."""
        name = self._state.chosen
        return next((each for each in self.sets if each.name == name), None)

    @property
    def origin(self) -> str:
        """Where the values come from in place of a set, "" otherwise."""
        return self._state.origin

    @property
    def title(self) -> str:
        """What filled the form, in a few words; "" where nothing did."""
        chosen = self.chosen
        return self.origin or (f"set {chosen.name}" if chosen is not None else "")

    @property
    def modified(self) -> bool:
        """Whether the form holds other values than the chosen set."""
        chosen, document = self.chosen, self._document
        if chosen is None or document is None:
            return False
        return not same_values(document.analysis.inputs, chosen.values, document.values)

    @property
    def can_change(self) -> bool:
        """Whether the chosen set can be saved over, renamed and deleted."""
        return self.chosen is not None and self.chosen.own

    def is_own(self, name: str) -> bool:
        """Whether a set of that name is the person's own."""
        return any(each.name == name and each.own for each in self.sets)

    # --- reading ----------------------------------------------------------------------------------

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        if path not in self._states:
            self._states[path] = _State()
            self._bridge.call(
                lambda core: core.get_state(_KEY + path),
                functools.partial(self._on_kept, path),
                owner=self,
            )
        self._read(path)
        self.changed.emit()

    @Slot()
    def _on_analysed(self) -> None:
        state, chosen, document = self._state, self.chosen, self._document
        if document is not None and not state.looked and not state.touched:
            state.looked = True
            if chosen is not None and not self.modified:
                document.expected = document.expected or self._expected_in(chosen.values)
                if document.expected:
                    self._design.filled.emit()
        self.changed.emit()

    def _on_kept(self, path: str, kept: Any) -> None:
        state = self._states[path]
        if isinstance(kept, dict) and not state.touched:
            state.chosen = str(kept.get("chosen", state.chosen))
            state.origin = str(kept.get("origin", ""))
            state.edits = kept.get("edits") or {}
            self.changed.emit()

    def _read(self, path: str) -> None:
        self._bridge.call(
            lambda core: core.sample_sets(path),
            functools.partial(self._on_file, path),
            self._on_failed,
            owner=self,
        )

    def _on_file(self, path: str, file: SampleFile) -> None:
        self._states.setdefault(path, _State()).file = file
        self.changed.emit()

    def _on_failed(self, error: WorkbenchError) -> None:
        if isinstance(error, FileChangedError) and self._document is not None:
            self._read(self._document.path)
            self.failed.emit(
                "The sample sets were changed by another program, so nothing was saved. They were "
                "read again: look at them and save once more."
            )
        else:
            self.failed.emit(str(error))

    # --- choosing ---------------------------------------------------------------------------------

    def choose(self, name: str) -> None:
        """Show the values of a set; those of the former one that were not saved are kept."""
        wanted = next((each for each in self.sets if each.name == name), None)
        if wanted is None or self._document is None:
            return
        self._leave()
        state = self._state
        state.chosen, state.origin = name, ""
        values = dict(state.edits.pop(name, wanted.values))
        self._design.fill(values, self._expected_in(wanted.values))
        self._keep()
        self.changed.emit()

    def step(self, by: int) -> None:
        """The next set (1) or the one before (-1), round and round."""
        names = [each.name for each in self.sets]
        if names:
            here = names.index(self._state.chosen) if self._state.chosen in names else -by
            self.choose(names[(here + by) % len(names)])

    def reset(self) -> None:
        """Take the saved values of the chosen set again."""
        if self.chosen is not None:
            values = self.chosen.values
            self._design.fill(dict(values), self._expected_in(values))
            self.changed.emit()

    def _expected_in(self, values: Mapping[str, Json]) -> str:
        """The right answer that a set has beside the values of the inputs."""
        document = self._document
        names = {each.name for each in document.analysis.inputs} if document is not None else ()
        return expected_of(values, names)

    def leave(self, origin: str) -> None:
        """The form is about to be filled from elsewhere, as from "row 3 of tickets.jsonl"."""
        self._leave()
        self._state.chosen, self._state.origin = "", origin
        self._keep()

    def _leave(self) -> None:
        if self._document is not None and self._state.chosen:
            if self.modified:
                self._state.edits[self._state.chosen] = dict(self._document.values)
            else:
                self._state.edits.pop(self._state.chosen, None)

    def _keep(self) -> None:
        """Have the choice found again at the next start."""
        document, state = self._document, self._state
        if document is None:
            return
        state.touched = True
        kept: dict[str, Any] = {"chosen": state.chosen, "origin": state.origin}
        if len(json.dumps(state.edits)) <= _MOST_KEPT:
            kept["edits"] = dict(state.edits)
        path = document.path
        self._bridge.call(lambda core: core.set_state(_KEY + path, kept), owner=self)

    # --- changing ---------------------------------------------------------------------------------

    def save(self, name: str = "") -> None:
        """Save the values as the chosen own set, or as the set of that name."""
        document = self._document
        name = " ".join(name.split()) or self._state.chosen
        if document is None or not name:
            return
        values, place = document.given_values(), -1
        free = [each for each in EXPECTED if each not in values]
        if document.expected and free:
            values[free[0]] = document.expected
        self._change(
            lambda core, path, digest: core.save_sample_set(path, name, values, digest, place),
            name,
        )

    def rename(self, name: str) -> None:
        """Give the chosen set another name."""
        old = self._state.chosen
        name = " ".join(name.split())
        if self.can_change and name != old:
            self._change(
                lambda core, path, digest: core.rename_sample_set(path, old, name, digest), name
            )

    def delete(self) -> None:
        """Delete the chosen set; the form keeps its values."""
        chosen, document = self.chosen, self._document
        if chosen is None or document is None or not chosen.own:
            return
        own = [each.name for each in self._state.file.sets if each.own]
        self._undo = (document.path, chosen, own.index(chosen.name))
        self._change(
            lambda core, path, digest: core.delete_sample_set(path, chosen.name, digest),
            "",
            functools.partial(self.deleted.emit, chosen.name),
        )

    def undo(self) -> None:
        """Bring the set back that was deleted last."""
        if self._undo is None or self._document is None or self._undo[0] != self._document.path:
            return
        _, gone, place = self._undo
        self._undo = None
        self._change(
            lambda core, path, digest: core.save_sample_set(
                path, gone.name, gone.values, digest, place
            ),
            gone.name,
        )

    def _change(
        self,
        ask: Callable[[Workbench, str, str], Awaitable[SampleFile]],
        chosen: str,
        then: Callable[[], None] | None = None,
    ) -> None:
        document = self._document
        assert document is not None
        path, digest = document.path, self._state.file.sha256

        def done(file: SampleFile) -> None:
            state = self._states[path]
            state.file, state.chosen, state.origin = file, chosen, ""
            state.edits.pop(chosen, None)
            if self._document is not None and self._document.path == path:
                self._keep()
            self.changed.emit()
            if then is not None:
                then()

        self._bridge.call(lambda core: ask(core, path, digest), done, self._on_failed, owner=self)
