"""The form of all sampling parameters, the usual ones first."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from workbench.domain.parameters import Field, describe
from workbench.domain.runs.sampling import Sampling
from workbench.ui.bridge import Bridge
from workbench.ui.kit.forms.answer_shape import AnswerShape
from workbench.ui.kit.forms.bias_rows import BiasRows
from workbench.ui.kit.forms.parameter_form import ParameterForm
from workbench.ui.kit.forms.sampler_order import SamplerOrder
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, show_part
from workbench.ui.kit.panes.section import Section

SEED = Field(
    name="seed",
    title="Seed",
    lowest="New each time",
    kind="int",
    default=0,
    description="The same seed gives the same answer in strict mode.",
    minimum=0,
    maximum=2**31 - 1,
)
MODE = Field(
    name="mode",
    title="Mode",
    kind="choice",
    default="fast",
    description="How much of the engine's work is shared: with a seed, strict repeats every byte.",
    choices=("fast", "strict"),
)
MODE_WORDS = {
    "fast": "Fast: prompts read before are not read again, and answers are written together.",
    "strict": "Strict: each call is alone with an empty cache; the same seed gives the same bytes.",
}
_FIELDS = {field.name: field for field in (*describe(Sampling), SEED, MODE)}
_BASIC = ("temperature", "top_k", "top_p", "min_p", "max_tokens", "seed", "mode")
_GROUPS = {
    "Penalties": ("repeat_penalty", "frequency_penalty", "presence_penalty", "penalty_last_n"),
    "DRY: no repeated sequences": (
        "dry_multiplier",
        "dry_base",
        "dry_allowed_length",
        "dry_penalty_last_n",
        "dry_sequence_breakers",
    ),
    "XTC: leave out the obvious": ("xtc_probability", "xtc_threshold"),
    "Other cuts": ("typical_p", "top_n_sigma"),
    "Dynamic temperature": ("dynatemp_range", "dynatemp_exponent"),
    "Mirostat": ("mirostat", "mirostat_tau", "mirostat_eta"),
    "Adaptive-p": ("adaptive_target", "adaptive_decay"),
    "Ends and details": ("stop", "logprobs"),
}
_WIDTH = 392
_LABELS = 144
_FIELDS_WIDTH = 216
_HEIGHT = 560


class SamplingForm(QScrollArea):
    """The usual parameters, and foldable parts with the others.

    Signals:
        changed(): a value changed.
        resized(): it wants another height.
    """

    changed = Signal()
    resized = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setAccessibleName("Sampling")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        # What is empty is put into each other and filled then: Qt styles all that is in a widget
        # again each time the widget moves into another.
        self._body = QWidget()
        layout = column(margins=(0, 0, 10, 0), gap=8)
        self._body.setLayout(layout)
        self.setWidget(self._body)
        self._forms = [_form(_BASIC)]
        self.mode_words = Label(MODE_WORDS["fast"], "small", "text-3", wrap=True)
        self.order = SamplerOrder()
        self.biases = BiasRows()
        self.shape = AnswerShape(bridge)
        self.sections = (
            Section("Shape of the answer", self.shape, opened=False),
            Section("More samplers", self._groups(), opened=False),
            Section("Order of samplers", self.order, opened=False),
            Section("Likely and banned texts", self.biases, opened=False),
        )
        for part in (self._forms[0], self.mode_words, *self.sections):
            layout.addWidget(part)
        layout.addStretch(1)
        self.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)
        self._connect()

    def _groups(self) -> QWidget:
        """Small forms under their headings."""
        self._parts: list[tuple[QWidget, ParameterForm]] = []
        for title, names in _GROUPS.items():
            form = _form(names)
            self._forms.append(form)
            group = QWidget()
            group.setLayout(column(Label(title, "small", "text-3"), form, gap=6))
            self._parts.append((group, form))
        made = QWidget()
        made.setLayout(column(*(part for part, _ in self._parts), margins=(0, 4, 0, 4), gap=14))
        return made

    def _connect(self) -> None:
        signals = (self.order.changed, self.biases.changed, self.shape.changed)
        for changed in (*(form.changed for form in self._forms), *signals):
            changed.connect(self._on_changed)
        for section in self.sections:
            section.head.clicked.connect(functools.partial(self._on_section, section))
        self.biases.resized.connect(self._on_resized)
        self.shape.resized.connect(self._on_resized)

    def sizeHint(self) -> QSize:
        layout = self._body.layout()
        assert layout is not None
        wanted = layout.totalHeightForWidth(_WIDTH)
        height = wanted if wanted > 0 else layout.totalSizeHint().height()
        return QSize(_WIDTH, min(height, _HEIGHT, self.screen().availableGeometry().height() - 96))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @property
    def editors(self) -> dict[str, QWidget]:
        """The fields of plain parameters, by name."""
        return {name: editor for form in self._forms for name, editor in form.editors.items()}

    def values(self) -> dict[str, Any]:
        """All parameters of Sampling, "seed" and "mode", by name."""
        found: dict[str, Any] = {}
        for form in self._forms:
            found |= form.values()
        found["samplers"] = self.order.order
        found["logit_bias"] = self.biases.biases
        found["grammar"] = self.shape.grammar
        found["json_schema"] = self.shape.json_schema
        return found

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show other values; names that are not in the form are passed over."""
        for form in self._forms:
            form.set_values(values)
        if "samplers" in values:
            self.order.show_order(values["samplers"])
        if "logit_bias" in values:
            self.biases.show_biases(values["logit_bias"])
        if "grammar" in values or "json_schema" in values:
            self.shape.show_shape(
                grammar=values.get("grammar", ""), json_schema=values.get("json_schema", "")
            )
        self._show_notes()

    @Slot()
    def _on_changed(self) -> None:
        self._show_notes()
        self.changed.emit()

    def _on_section(self, section: Section) -> None:
        self._on_resized()
        if section.is_open:
            QTimer.singleShot(0, section, functools.partial(self._scroll_to, section))

    def _scroll_to(self, section: Section) -> None:
        top = section.y()
        self.ensureVisible(0, min(top + section.height(), top + self.viewport().height()), 0, 0)

    @Slot()
    def _on_resized(self) -> None:
        layout = self._body.layout()
        assert layout is not None
        layout.activate()
        self.updateGeometry()
        self.resized.emit()

    def _show_notes(self) -> None:
        """Say what the mode does, and at each folded part what differs from the defaults."""
        shape, more, order, biases = (section.note for section in self.sections)
        values = self.values()
        self.mode_words.setText(MODE_WORDS[values["mode"]])
        for form in self._forms:
            form.show_others(values)
        for part, form in self._parts:
            show_part(part, shown=form.shows_any)
        changed = [
            _FIELDS[name].label
            for names in _GROUPS.values()
            for name in names
            if values[name] != _default_of(name)
        ]
        shape.setText(
            "grammar" if values["grammar"] else "JSON schema" if values["json_schema"] else ""
        )
        more.setText(", ".join(changed))
        order.setText("" if values["samplers"] == _default_of("samplers") else "changed")
        biases.setText(", ".join(values["logit_bias"]))


def _form(names: Sequence[str]) -> ParameterForm:
    return ParameterForm(
        [_FIELDS[name] for name in names], label_width=_LABELS, field_width=_FIELDS_WIDTH
    )


def _default_of(name: str) -> Any:
    default = _FIELDS[name].default
    return list(default) if isinstance(default, tuple) else default


def changed_count(values: Mapping[str, Any], ignoring: tuple[str, ...] = ()) -> int:
    """How many parameters differ from their defaults, without those in ``ignoring``."""
    names = [name for name in _FIELDS if name in values and name not in ignoring]
    return sum(is_changed(name, values[name]) for name in names)


def is_changed(name: str, value: Any) -> bool:
    """Whether a parameter differs from its default."""
    return bool(value != _default_of(name))
