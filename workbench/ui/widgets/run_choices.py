"""How a run is made: strategy and its parameters, model, sampling and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from workbench.domain.parameters import Field
from workbench.domain.sampling import Sampling
from workbench.domain.spec import KvMode
from workbench.domain.views import EngineStatus, ModelEntry, StrategyInfo
from workbench.ui.bridge import Bridge
from workbench.ui.widgets.chooser import Chooser
from workbench.ui.widgets.parameter_form import FormButton, ParameterForm
from workbench.ui.widgets.sampling_form import SamplingForm, changed_count

_SAID = ("temperature", "top_p", "seed", "mode", "max_tokens", "grammar", "json_schema")
"""Parameters that the button of the sampling names by themselves, or that change no sampler."""


class SamplingButton(FormButton):
    """Says temperature, top-p and seed; opens the form of all sampling parameters.

    Args:
        bridge: to the core, which checks grammars.
        short: say the temperature only.
    """

    def __init__(self, bridge: Bridge, *, short: bool = False) -> None:
        self._short = short
        self.form = SamplingForm(bridge)
        super().__init__("Sampling", self.form)
        self.form.changed.connect(self.on_form)
        self.form.resized.connect(self.refit)
        self.show_summary()

    @property
    def sampling(self) -> Sampling:
        """The sampling that the form shows."""
        values = self.form.values()
        for name in ("seed", "mode"):
            values.pop(name)
        return msgspec.convert(values, Sampling)

    @property
    def seed(self) -> int:
        """The seed that the form shows; 0 is a new one each time."""
        return int(self.form.values()["seed"])

    @property
    def mode(self) -> KvMode:
        """The mode that the form shows."""
        mode: KvMode = "strict" if self.form.values()["mode"] == "strict" else "fast"
        return mode

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show other values (names of Sampling, "seed" and "mode")."""
        with QSignalBlocker(self.form):
            self.form.set_values(values)
        self.show_summary()

    def summary(self) -> str:
        values = self.form.values()
        seed = f"seed {values['seed']}" if values["seed"] else "new seed"
        said = [f"temp {values['temperature']:g}"]
        if not self._short:
            said += [f"top-p {values['top_p']:g}", seed]
        if values["mode"] == "strict":
            said.append("strict")
        if values["grammar"] or values["json_schema"]:
            said.append("grammar" if values["grammar"] else "JSON")
        more = changed_count(values, beside=_SAID)
        if more:
            said.append(f"{more} more")
        return " · ".join(said)


class ParametersButton(FormButton):
    """Opens the parameters of the chosen strategy; says how many differ from the defaults."""

    def __init__(self) -> None:
        self._fields: tuple[Field, ...] = ()
        self.form = ParameterForm(())
        super().__init__("Parameters", self.form)

    def show_strategy(self, info: StrategyInfo, values: Mapping[str, Any]) -> None:
        """The form of another strategy."""
        self._fields = info.fields
        self.form = ParameterForm(info.fields)
        self.form.set_values(values)
        self.form.changed.connect(self.on_form)
        self.replace_form(self.form)
        self.setEnabled(bool(info.fields))
        self.show_summary()

    def summary(self) -> str:
        values = self.form.values()
        changed = sum(values.get(field.name) != field.default for field in self._fields)
        return f"Parameters · {changed} changed" if changed else "Parameters"


class StrategyChooser(Chooser):
    """The strategies, each with its icon and colour.

    Signals:
        strategy_chosen(str): the id of another strategy.
    """

    strategy_chosen = Signal(str)

    def __init__(self, *, height: int = 32, flat: bool = False) -> None:
        super().__init__("Strategy", height=height, flat=flat)
        self.infos: dict[str, StrategyInfo] = {}
        self.currentIndexChanged.connect(self._on_index)

    def set_strategies(self, infos: Sequence[StrategyInfo], chosen: str = "direct") -> None:
        """Fill the list."""
        self.infos = {info.id: info for info in infos}
        with QSignalBlocker(self):
            self.clear()
            for info in infos:
                self.add_choice(info.title, info.id, icon=info.short, tone=info.short)
        self.choose(chosen)
        self._on_index()

    @property
    def strategy(self) -> str:
        """The id of the chosen strategy."""
        return str(self.currentData() or "direct")

    @Slot()
    def _on_index(self) -> None:
        self.setMinimumWidth(self.sizeHint().width())
        if self.currentData():
            self.strategy_chosen.emit(self.strategy)


class ModelChooser(Chooser):
    """The models; choosing one loads it.

    Args:
        bridge: to the core.
        owner: whose life the calls end with.
    """

    def __init__(self, bridge: Bridge, owner: QWidget, *, height: int = 32) -> None:
        super().__init__("Model", height=height)
        self._bridge = bridge
        self._owner = owner
        self.setPlaceholderText("No model")
        bridge.opened.connect(self.refresh)
        bridge.engine_changed.connect(self._on_engine)
        self.activated.connect(self._on_activated)
        self.refresh()

    @property
    def model_path(self) -> str:
        """The path of the chosen model, "" for the default."""
        return str(self.currentData() or "")

    @Slot()
    def refresh(self) -> None:
        """Read the list again."""
        self._bridge.call(lambda core: core.list_models(), self._show, owner=self._owner)

    def showEvent(self, event: QShowEvent) -> None:
        """Look for models that came while another workspace was shown."""
        super().showEvent(event)
        self.refresh()

    def _show(self, entries: Sequence[ModelEntry]) -> None:
        chosen = self.model_path or self._bridge.engine_status.model_path
        with QSignalBlocker(self):
            self.clear()
            for entry in entries:
                if not entry.error:
                    note = entry.quantization
                    name = entry.name.removesuffix(f".{note}").removesuffix(f"-{note}")
                    self.add_choice(name, entry.path, icon="models", note=note)
            self.choose(chosen)
        self.updateGeometry()

    @Slot(object)
    def _on_engine(self, status: EngineStatus) -> None:
        if status.model_path and status.model_path != self.model_path:
            self.choose(status.model_path)

    @Slot()
    def _on_activated(self) -> None:
        path = self.model_path
        self._bridge.call(lambda core: core.load_model(path), owner=self._owner)
