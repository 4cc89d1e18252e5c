"""The sample sets of the open prompts: which there are, which is chosen, whether it was changed."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import FileChangedError, NameTakenError, WorkbenchError
from workbench.domain.prompts.datasets import EXPECTED, HEAD_SET, SampleFile, SampleSet, expected_of
from workbench.domain.prompts.library import SAMPLES_STATE
from workbench.domain.runs.spec import Json
from workbench.ui.kit.inputs.values import same_values
from workbench.ui.tasks import background, errors_to

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.design.document import Document
    from workbench.ui.design.view_model import DesignModel

_KEEP_MS = 400
_MOST_KEPT = 100_000
"""Characters of values that are kept between sessions in addition to the chosen set's name."""


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


class SampleChoice(NamedTuple):
    """What fills the form: a set, or a row or run in place of one."""

    chosen: str
    origin: str


class SamplesModel(QObject):
    """Sets of the current prompt of ``design``.

    Signals:
        changed(): the sets, the chosen one, or whether its values are changed.
        deleted(str), replaced(str): a set was deleted, or got other values; :meth:`undo` brings it
            back as it was.
        failed(str): a sentence.
    """

    changed = Signal()
    deleted = Signal(str)
    replaced = Signal(str)
    failed = Signal(str)

    def __init__(self, design: DesignModel) -> None:
        super().__init__()
        self._design = design
        self._bridge = design.bridge
        self._states: dict[str, _State] = {}
        self._undo: tuple[str, SampleSet, int] | None = None
        design.opened.connect(self._on_opened)
        design.moved.connect(self._on_moved)
        design.expected_changed.connect(self._on_expected)
        self._kept_soon = QTimer(self, singleShot=True, interval=_KEEP_MS)
        self._kept_soon.timeout.connect(self._keep)
        design.opened.connect(self._kept_soon.stop)
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
        """The set of the front matter first, unless a set of the file has its name."""
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
        """Whether a set of that name is the user's own."""
        return any(each.name == name and each.own for each in self.sets)

    # --- reading ----------------------------------------------------------------------------------

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        if path not in self._states:
            self._states[path] = _State()
            self._read_kept(path)
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

    @Slot(str, str)
    def _on_moved(self, old: str, new: str) -> None:
        if old in self._states:
            self._states[new] = self._states.pop(old)

    @Slot()
    def _on_expected(self) -> None:
        self._state.looked = True  # what was typed, or emptied, goes before what a set says
        self._kept_soon.start()

    @background
    async def _read_kept(self, path: str) -> None:
        kept: Any = await self._bridge.ask(lambda core: core.session.get(SAMPLES_STATE + path))
        state = self._states[path]
        if isinstance(kept, dict) and not state.touched:
            self._take_expected(path, kept)
            state.chosen = str(kept.get("chosen", state.chosen))
            state.origin = str(kept.get("origin", ""))
            state.edits = kept.get("edits") or {}
            self.changed.emit()

    def _take_expected(self, path: str, kept: dict[str, Any]) -> None:
        document = self._design.documents.get(path)
        if document is not None and "expected" in kept:
            self._states[path].looked = True
            document.expected = str(kept["expected"])
            if document is self._document:
                self._design.expected_changed.emit()

    @background
    async def _read(self, path: str) -> None:
        with errors_to(self.failed.emit):
            file = await self._bridge.ask(lambda core: core.samples.read(path))
            self._states.setdefault(path, _State()).file = file
            self.changed.emit()

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
        """The expected answer of a set, next to the values of the inputs."""
        document = self._document
        names = {each.name for each in document.analysis.inputs} if document is not None else ()
        return expected_of(values, names)

    def leave(self, origin: str) -> None:
        """The form is about to be filled from elsewhere, as from "row 3 of tickets.jsonl"."""
        self._leave()
        self._state.chosen, self._state.origin = "", origin
        self._keep()
        self._kept_soon.start()  # with the right answer, which comes with the values

    def choice(self) -> SampleChoice:
        """What fills the form now, for :meth:`go_back`."""
        return SampleChoice(self._state.chosen, self._state.origin)

    def go_back(self, choice: SampleChoice) -> None:
        """What filled the form then fills it again; its values come from elsewhere."""
        self._state.chosen, self._state.origin = choice
        self._state.edits.pop(choice.chosen, None)
        self._keep()
        self._kept_soon.start()
        self.changed.emit()

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
        kept["expected"] = document.expected[:_MOST_KEPT]
        if len(json.dumps(state.edits)) <= _MOST_KEPT:
            kept["edits"] = dict(state.edits)
        path = document.path
        self._bridge.call(lambda core: core.session.keep(SAMPLES_STATE + path, kept), owner=self)

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
        former = next((each for each in self.sets if each.name == name and each.own), None)
        then = None
        if former is not None and dict(former.values) != values:
            own = [each.name for each in self._state.file.sets if each.own]
            self._undo = (document.path, former, own.index(name))
            then = functools.partial(self.replaced.emit, name)
        self._change(
            lambda core, path, digest: core.samples.save(path, name, values, digest, place),
            name,
            then,
        )

    def rename(self, name: str) -> None:
        """Give the chosen set another name."""
        old = self._state.chosen
        name = " ".join(name.split())
        if self.can_change and name != old:
            self._change(
                lambda core, path, digest: core.samples.rename(path, old, name, digest), name
            )

    def delete(self) -> None:
        """Delete the chosen set; the form keeps its values."""
        chosen, document = self.chosen, self._document
        if chosen is None or document is None or not chosen.own:
            return
        own = [each.name for each in self._state.file.sets if each.own]
        self._undo = (document.path, chosen, own.index(chosen.name))
        self._change(
            lambda core, path, digest: core.samples.delete(path, chosen.name, digest),
            "",
            functools.partial(self.deleted.emit, chosen.name),
        )

    def undo(self) -> None:
        """Bring the set back that was deleted or saved over last; the form keeps its values."""
        if self._undo is None or self._document is None or self._undo[0] != self._document.path:
            return
        _, gone, place = self._undo
        self._undo = None
        self._change(
            lambda core, path, digest: core.samples.save(
                path, gone.name, gone.values, digest, place
            ),
            gone.name,
        )

    @background
    async def _change(
        self,
        ask: Callable[[Workbench, str, str], Awaitable[SampleFile]],
        chosen: str,
        then: Callable[[], None] | None = None,
    ) -> None:
        document = self._document
        assert document is not None
        path, digest = document.path, self._state.file.sha256
        try:
            file = await self._bridge.ask(lambda core: ask(core, path, digest))
        except (FileChangedError, NameTakenError):
            self._read(path)
            self.failed.emit(
                "The sample sets were changed by another program, so nothing was saved. They were "
                "read again: look at them and save once more."
            )
        except WorkbenchError as error:
            self.failed.emit(str(error))
        else:
            state = self._states.setdefault(path, _State())
            state.file, state.chosen, state.origin = file, chosen, ""
            state.edits.pop(chosen, None)
            if self._document is not None and self._document.path == path:
                self._keep()
            self.changed.emit()
            if then is not None:
                then()
