"""How a run is made: strategy and its parameters, model, sampling and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.parameters import Field, describe
from workbench.domain.sampling import Sampling
from workbench.domain.views import EngineStatus, ModelEntry, StrategyInfo
from workbench.ui.bridge import Bridge
from workbench.ui.widgets.chooser import Chooser
from workbench.ui.widgets.parameter_form import FormButton

_SEED = Field(
    name="seed",
    kind="int",
    default=0,
    description="The same seed gives the same answer in strict mode; 0 picks one for each run.",
    minimum=0,
    maximum=2**31 - 1,
)
_HIDDEN = (
    "stop",
    "logprobs",
    "logit_bias",
    "samplers",
    "dry_sequence_breakers",
    "grammar",
    "json_schema",
)


def _sampling_fields() -> tuple[Field, ...]:
    shown = tuple(field for field in describe(Sampling) if field.name not in _HIDDEN)
    return (*shown, _SEED)


class SamplingButton(FormButton):
    """Says temperature, top-p and seed; opens the form of all sampling parameters."""

    def __init__(self) -> None:
        super().__init__("Sampling", _sampling_fields())
        self.show_summary()

    @property
    def sampling(self) -> Sampling:
        """The sampling that the form shows."""
        values = self.form.values()
        values.pop("seed")
        return msgspec.convert(values, Sampling)

    @property
    def seed(self) -> int:
        """The seed that the form shows; 0 is a new one each time."""
        return int(self.form.values()["seed"])

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show other values (names of Sampling, and "seed")."""
        with QSignalBlocker(self.form):
            self.form.set_values(values)
        self.show_summary()

    def summary(self) -> str:
        values = self.form.values()
        seed = f"seed {values['seed']}" if values["seed"] else "new seed"
        return f"temp {values['temperature']:g} · top-p {values['top_p']:g} · {seed}"


class ParametersButton(FormButton):
    """Opens the parameters of the chosen strategy; says how many differ from the defaults."""

    def __init__(self) -> None:
        super().__init__("Parameters")
        self._fields: tuple[Field, ...] = ()

    def show_strategy(self, info: StrategyInfo, values: Mapping[str, Any]) -> None:
        """The form of another strategy."""
        self._fields = info.fields
        self.set_fields(info.fields, values)

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
