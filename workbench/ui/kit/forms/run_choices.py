"""The choices of a run: strategy and its parameters, model, sampling and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from PySide6.QtCore import QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import KvMode
from workbench.domain.views import EngineStatus, ModelEntry, StrategyInfo
from workbench.ui.bridge import Bridge
from workbench.ui.kit.chooser import Chooser
from workbench.ui.kit.forms.option_origins import OptionOrigins, Origins
from workbench.ui.kit.forms.parameter_form import FormButton, ParameterForm
from workbench.ui.kit.forms.sampling_defaults import sampling_defaults
from workbench.ui.kit.forms.sampling_form import SamplingForm, changed_count, is_changed
from workbench.ui.kit.label import plain_tip
from workbench.ui.kit.panes.layout import column
from workbench.ui.tasks import latest

_SHOWN_ELSEWHERE = ("temperature", "top_p", "seed", "mode", "max_tokens", "grammar", "json_schema")
"""Parameters that the button of the sampling names by themselves, or that change no sampler."""


class SamplingButton(FormButton):
    """Says temperature, top-p and seed; opens the form of all sampling parameters.

    A prompt's front matter may give some of them: :meth:`show_prompt`. Changes here override it
    until another prompt is shown.

    Args:
        bridge: to the core, which checks grammars.
        short: say the temperature only.
        writes: offer to write changes into the prompt.

    Signals:
        write_wanted(): the changes are to be written into the prompt.
    """

    write_wanted = Signal()

    def __init__(self, bridge: Bridge, *, short: bool = False, writes: bool = False) -> None:
        self._short = short
        self.form = SamplingForm(bridge)
        self._last_given: dict[str, Any] = {}
        self._given: dict[str, Any] = {}
        self._shown: dict[str, Any] = {}
        """The form's values of the options in the front matter: it may round them."""
        self._own: dict[str, Any] = {}
        """What the form had in place of these values."""
        self.origins_view = OptionOrigins(writes=writes)
        body = QWidget()
        body.setLayout(column(self.form, self.origins_view, gap=12))
        super().__init__("Sampling", body)
        self.form.changed.connect(self.on_form)
        self.form.resized.connect(self.refit)
        self.form.set_values(sampling_defaults().values)
        sampling_defaults().changed.connect(self._on_defaults)
        self.clicked.connect(self._fit_soon)
        self.origins_view.reset_wanted.connect(self._on_reset)
        self.origins_view.write_wanted.connect(self.write_wanted)
        self.show_summary()

    # --- values ---------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """The values that apply; those equal to the front matter's exactly as written there."""
        values = self.form.values()
        for name, shown in self._shown.items():
            if values[name] == shown:
                values[name] = self._given[name]
        return values

    @property
    def sampling(self) -> Sampling:
        """The sampling that counts."""
        values = self.values()
        for name in ("seed", "mode"):
            values.pop(name)
        return msgspec.convert(values, Sampling)

    @property
    def seed(self) -> int:
        """The seed that counts; 0 is a new one each time."""
        return int(self.values()["seed"])

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

    @Slot(object, object)
    def _on_defaults(self, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """What still had the former default follows; the prompt's own options do not."""
        values = self.form.values()
        follows = {
            name: value
            for name, value in now.items()
            if name in values and name not in self._given and values[name] == before[name] != value
        }
        self._own |= {name: now[name] for name, value in self._own.items() if value == before[name]}
        if follows:
            with QSignalBlocker(self.form):
                self.form.set_values(follows)
            self.on_form()

    # --- the prompt's front matter --------------------------------------------------------------

    def show_prompt(self, given: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        """Show another prompt, or the same with another front matter.

        Args:
            given: options of its front matter, by name.
            changed: what was changed of them for this prompt.
        """
        if (given, changed) == (self._last_given, self.changed_values()):
            return
        self._last_given = dict(given)
        with QSignalBlocker(self.form):
            self.form.set_values(self._own)
            before = self.form.values()
            self._given = {name: value for name, value in given.items() if name in before}
            if self._given.get("grammar") or self._given.get("json_schema"):
                self._given = {"grammar": "", "json_schema": ""} | self._given
            self._own = {name: before[name] for name in self._given}
            self.form.set_values(self._given)
            after = self.form.values()
            self._shown = {name: after[name] for name in self._given}
            self.form.set_values({n: value for n, value in changed.items() if n in self._given})
        self.show_summary()

    def show_for_prompt(self, given: Mapping[str, Any]) -> None:
        """The same for a prompt that comes with the values that are shown: these stay."""
        values = self.values()
        changed = {n: values[n] for n in given if n in values and values[n] != given[n]}
        self._last_given, self._given, self._shown, self._own = {}, {}, {}, {}
        self.show_prompt(given, changed)

    def own_values(self) -> dict[str, Any]:
        """The form's values without those of the prompt: what holds for all prompts."""
        return self.form.values() | self._own

    def changed_values(self) -> dict[str, Any]:
        """Of the options that the front matter gives, those that differ here."""
        values = self.form.values()
        return {name: values[name] for name, was in self._shown.items() if values[name] != was}

    def origins(self) -> Origins:
        """Which values are the prompt's, and which were changed here."""
        values = self.form.values()
        others = {
            name: value
            for name, value in values.items()
            if name not in self._given and name != "mode" and is_changed(name, value)
        }
        given = {name: value for name, value in self._given.items() if value not in ("", None)}
        return Origins(given, self.changed_values() | others)

    @Slot()
    def _fit_soon(self) -> None:
        """Wrapped words know their height once they are shown."""
        QTimer.singleShot(0, self, self.refit)

    @Slot()
    def _on_reset(self) -> None:
        with QSignalBlocker(self.form):
            self.form.set_values(self._given)
        self.on_form()
        self._fit_soon()

    # --- words ----------------------------------------------------------------------------------

    def show_summary(self) -> None:
        """Put the summary on the button, and where the values come from into its tooltip."""
        super().show_summary()
        origins = self.origins()
        self.origins_view.show_origins(origins)
        self.setToolTip(plain_tip("\n".join(origins.lines)) if origins.given else "")
        self.setAccessibleDescription(". ".join(origins.lines) if origins.given else "")

    def summary(self) -> str:
        values = self.values()
        seed = f"seed {values['seed']}" if values["seed"] else "new seed"
        message = [f"temp {values['temperature']:g}"]
        if not self._short:
            message += [f"top-p {values['top_p']:g}", seed]
        if values["mode"] == "strict":
            message.append("strict")
        if values["grammar"] or values["json_schema"]:
            message.append("grammar" if values["grammar"] else "JSON")
        more = changed_count(values, ignoring=_SHOWN_ELSEWHERE)
        if more:
            message.append(f"{more} more")
        return " · ".join(message)


class ParametersButton(FormButton):
    """Opens the parameters of the chosen strategy; says how many differ from the defaults."""

    def __init__(self) -> None:
        self._usual: dict[str, Any] = {}
        self.form = ParameterForm(())
        super().__init__("Parameters", self.form)

    def show_strategy(
        self,
        info: StrategyInfo,
        values: Mapping[str, Any],
        usual: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """The form of another strategy; ``usual`` are values that count as not changed here."""
        self._usual = {field.name: usual.get(field.name, field.default) for field in info.fields}
        self.form = ParameterForm(info.fields)
        self.form.set_values({**usual, **values})
        self.form.changed.connect(self.on_form)
        self.replace_form(self.form)
        self.setEnabled(bool(info.fields))
        self.show_summary()

    def changed_values(self) -> dict[str, Any]:
        """The values that differ from the usual ones."""
        values = self.form.values()
        return {name: values[name] for name, usual in self._usual.items() if values[name] != usual}

    def show_cost(self, words: str) -> None:
        """Say in the form what a run with its values would cost."""
        self.form.show_cost(words)

    def summary(self) -> str:
        changed = len(self.changed_values())
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
                self.add_choice(
                    info.title,
                    info.id,
                    icon=info.short,
                    tone=info.short,
                    description=info.description,
                )
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

    A prompt may want one of its own: :meth:`want`. It is shown, and loaded once it is run.

    Args:
        bridge: to the core.

    Signals:
        listed(): other models can be chosen. picked(): the user chose one.
    """

    listed = Signal()
    picked = Signal()

    def __init__(self, bridge: Bridge, *, height: int = 32) -> None:
        super().__init__("Model", height=height)
        self._bridge = bridge

        self._wanted = ""
        self.entries: tuple[ModelEntry, ...] = ()
        bridge.opened.connect(self.refresh)
        bridge.engine_changed.connect(self._on_engine)
        self.activated.connect(self._on_activated)
        self.refresh()

    @property
    def model_path(self) -> str:
        """The path of the chosen model, "" for the default."""
        return str(self.currentData() or "")

    def want(self, path: str) -> None:
        """Show the model that the prompt wants; "" follows the engine again."""
        if path != self._wanted:
            self._wanted = path
            self.choose(path or self._bridge.engine_status.model_path)

    @latest
    async def refresh(self) -> None:
        """Read the list again."""
        self._show(await self._bridge.ask(lambda core: core.model_files.all()))

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
            if not self.choose(chosen):
                self._follow(self._bridge.engine_status)
        self.setPlaceholderText("No model")  # only now this is known
        self.updateGeometry()
        if tuple(entries) != self.entries:
            self.entries = tuple(entries)
            self.listed.emit()

    @Slot(object)
    def _on_engine(self, status: EngineStatus) -> None:
        if status.model_path and not self._wanted and status.model_path != self.model_path:
            self._follow(status)

    def _follow(self, status: EngineStatus) -> None:
        """Show the loaded model; one outside of the folders that are looked through is added."""
        if status.model_path and not self.choose(status.model_path):
            self.add_choice(status.model_name, status.model_path, icon="models")
            self.choose(status.model_path)

    @Slot()
    def _on_activated(self) -> None:
        path, self._wanted = self.model_path, ""
        self.picked.emit()
        self._bridge.call(lambda core: core.models.load(path))
