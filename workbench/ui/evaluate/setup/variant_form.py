"""The form of one variant: name, strategy and parameters, prompt and version, model, sampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.evaluation_set import VariantSpec
from workbench.domain.prompts.library import PromptRecord
from workbench.domain.prompts.versions import PromptVersion
from workbench.domain.runs.sampling import Sampling
from workbench.domain.views import ModelEntry, StrategyInfo
from workbench.ui.kit import Chooser, Label, column, row
from workbench.ui.kit.forms.run_choices import ParametersButton, SamplingButton, StrategyChooser
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.service.evaluation.variants import ReadyVariant
    from workbench.ui.bridge import Bridge

_OWN = "own text"


class VariantForm(QFrame):
    """Edits one variant; what is as in the front matter of its prompt is left out of the set.

    Signals:
        changed(VariantSpec): the variant as it is now.
    """

    changed = Signal(object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._spec = VariantSpec(name="")
        self._folder = Path()
        self._is_showing = False
        self._shown_params: dict[str, Any] = {}
        self._shown_sampling: dict[str, Any] = {}
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the variant")
        self.name.setFixedWidth(150)
        self.strategy = StrategyChooser(height=28)
        self.parameters = ParametersButton()
        self.prompt = Chooser("Prompt of the variant")
        self.prompt.setMinimumWidth(112)
        self.prompt.setMaximumWidth(220)
        self.version = Chooser("Version of the prompt")
        self.model = Chooser("Model of the variant")
        self.model.setMaximumWidth(220)
        self.sampling = SamplingButton(bridge, short=True)
        self.problem = Label("", "small", "bad", wrap=True)
        for button in (self.parameters, self.sampling):
            button.setFixedHeight(28)
        first = row(self.name, self.strategy, self.parameters, None, gap=8)
        second = row(self.prompt, self.version, self.model, self.sampling, None, gap=8)
        self.setLayout(column(first, second, self.problem, margins=(16, 8, 16, 8), gap=6))
        self.problem.hide()
        self._connect()

    def _connect(self) -> None:
        self.name.editingFinished.connect(self._on_name)
        self.strategy.strategy_chosen.connect(self._on_strategy)
        self.parameters.changed.connect(self._on_parameters)
        self.prompt.activated.connect(self._on_prompt)
        self.version.activated.connect(self._on_version)
        self.model.activated.connect(self._on_model)
        self.sampling.changed.connect(self._on_sampling)

    # --- choices --------------------------------------------------------------------------------

    def show_choices(
        self, strategies: Sequence[StrategyInfo], prompts: Sequence[PromptRecord]
    ) -> None:
        """What there is to choose from."""
        self._is_showing = True
        self.strategy.set_strategies(strategies, self._spec.strategy or "direct")
        self._prompts = {each.path: each.name for each in prompts if not each.problem}
        self._is_showing = False

    def show_models(self, models: Sequence[ModelEntry]) -> None:
        """The models to choose from; the first entry is the default one."""
        with QSignalBlocker(self.model):
            self.model.clear()
            self.model.add_choice("Default model", "", icon="models")
            for each in models:
                if not each.error:
                    self.model.add_choice(
                        each.name, each.path, icon="models", note=each.quantization
                    )
        self._show_model()

    def _show_model(self) -> None:
        with QSignalBlocker(self.model):
            if self._spec.model and not self._choose_model(self._spec.model):
                self.model.add_choice(self._spec.model, self._spec.model, icon="warning")
                self.model.choose(self._spec.model)
            elif not self._spec.model:
                self.model.choose("")

    def _choose_model(self, name: str) -> bool:
        """Choose a model by path or name."""
        if self.model.choose(name):
            return True
        place = self.model.findText(name)
        self.model.setCurrentIndex(max(place, 0))
        return place > 0

    # --- the variant ----------------------------------------------------------------------------

    def show_variant(self, spec: VariantSpec, ready: ReadyVariant | None, folder: Path) -> None:
        """Show a variant.

        Args:
            spec: as the set has it.
            ready: with what the front matter gives; None before it was read.
            folder: of the set, from which the paths of prompts begin.
        """
        other_prompt = (spec.prompt, spec.text) != (self._spec.prompt, self._spec.text)
        is_other = other_prompt or folder != self._folder
        self._spec, self._folder = spec, folder
        self._is_showing = True
        if not self.name.hasFocus():
            self.name.setText(spec.name)
        run = ready.run if ready is not None else None
        strategy = run.spec.strategy if run is not None else spec.strategy or "direct"
        self.strategy.choose(strategy)
        params = run.spec.params if run is not None else spec.params
        info = self.strategy.infos.get(strategy)
        if info is not None:
            self.parameters.setVisible(bool(info.fields))
            if params != self._shown_params or self._strategy_of_form != strategy:
                self._strategy_of_form = strategy
                self._shown_params = dict(params)
                self.parameters.show_strategy(info, params)
        given = Sampling() if run is None else run.spec.sampling
        self._show_sampling(msgspec.to_builtins(given) | ({} if run else spec.sampling))
        self._show_prompt()
        self._show_model()
        problem = ready.problem if ready is not None else ""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self._is_showing = False
        if is_other or self.version.count() == 0:
            self._read_versions()

    _strategy_of_form = ""
    _prompts: Mapping[str, str] = {}

    def _show_sampling(self, values: dict[str, Any]) -> None:
        if values != self._shown_sampling:
            self.sampling.set_values(values)
            self._shown_sampling = {
                name: value for name, value in self.sampling.values().items() if name in values
            }

    def _show_prompt(self) -> None:
        with QSignalBlocker(self.prompt):
            self.prompt.clear()
            if self._spec.text:
                self.prompt.add_choice(_OWN, _OWN, icon="edit")
            path = self._path
            if path and path not in self._prompts:
                self.prompt.add_choice(PurePath(path).stem, path, icon="warning")
            for each, name in self._prompts.items():
                self.prompt.add_choice(name, each, icon="prompt")
            self.prompt.choose(_OWN if self._spec.text else path)

    @property
    def _path(self) -> str:
        """The prompt's absolute path, "" for a text of the set."""
        return "" if self._spec.text else str((self._folder / self._spec.prompt).resolve())

    @latest
    async def _read_versions(self) -> None:
        path = self._path
        versions: tuple[PromptVersion, ...] = ()
        if path:
            try:
                versions = await self._bridge.ask(lambda core: core.versions.all(path))
            except WorkbenchError:  # of a file that is gone there are none to choose from
                versions = ()
        with QSignalBlocker(self.version):
            self.version.clear()
            self.version.add_choice("as in the file", None)
            for each in versions:
                self.version.add_choice(f"v{each.number}", each.number, note=each.name)
            wanted = self._spec.version
            if wanted is not None and not self.version.choose(wanted):
                self.version.add_choice(f"v{wanted}", wanted, icon="warning")
            self.version.choose(wanted)
        self.version.setVisible(bool(path))

    def _tell(self, **changes: object) -> None:
        if not self._is_showing:
            self._spec = msgspec.structs.replace(self._spec, **changes)
            self.changed.emit(self._spec)

    @Slot()
    def _on_name(self) -> None:
        name = self.name.text().strip()
        if name and name != self._spec.name:
            self._tell(name=name)
        else:
            self.name.setText(self._spec.name)

    @Slot(str)
    def _on_strategy(self, strategy: str) -> None:
        if not self._is_showing:
            self._shown_params = {}
            self._tell(strategy=strategy, params={})

    @Slot()
    def _on_parameters(self) -> None:
        values = self.parameters.form.values()
        info = self.strategy.infos.get(self.strategy.strategy)
        usual = {field.name: _listed(field.default) for field in info.fields} if info else {}
        before = usual | self._shown_params
        changed = {name: value for name, value in values.items() if value != before.get(name)}
        self._shown_params = values
        self._tell(params=self._spec.params | changed)

    @Slot()
    def _on_sampling(self) -> None:
        values = {n: v for n, v in self.sampling.values().items() if n in self._shown_sampling}
        before, self._shown_sampling = self._shown_sampling, values
        changed = {name: value for name, value in values.items() if value != before[name]}
        if changed:
            self._tell(sampling=self._spec.sampling | changed)

    @Slot()
    def _on_prompt(self) -> None:
        path = str(self.prompt.currentData())
        if path not in (_OWN, self._path):
            self._tell(prompt=_relative(path, self._folder), text="", version=None)
            self._read_versions()

    @Slot()
    def _on_version(self) -> None:
        self._tell(version=self.version.currentData())

    @Slot()
    def _on_model(self) -> None:
        self._tell(model=str(self.model.currentData()))


def _relative(path: str, folder: Path) -> str:
    """A path as the set writes it: relative where it is in the set's folder or below."""
    place = Path(path)
    return str(place.relative_to(folder)) if place.is_relative_to(folder) else path


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
