"""One check: folded to a line, or with the form of its metric and a preview."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QToolButton,
    QWidget,
)

from workbench.domain.evaluation.checks import AnyCheck, Check, CheckSet, NotImported
from workbench.domain.evaluation.setting_up import CheckPreview, MetricInfo
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.ui.kit import IconButton, Label, column, row, set_tone
from workbench.ui.kit.forms.parameter_form import ParameterForm, quiet_wheel
from workbench.ui.theme import font, icon, theme

_PREVIEW_MS = 400
_LABELS, _FIELDS = 88, 190
_MOST_FACTS = 3


class CheckFold(QFrame):
    """A check of the set.

    Args:
        check: to be shown.
        metric: of it; None for checks that are joined or were not imported.

    Signals:
        changed(object, str): the check as it is now, and what was typed into.
        menu_wanted(): its commands. preview_wanted(): what it says of an output.
    """

    changed = Signal(object, str)
    menu_wanted = Signal()
    preview_wanted = Signal()

    def __init__(self, check: AnyCheck, metric: MetricInfo | None) -> None:
        super().__init__()
        self.check = check
        self.info = metric
        self.form: ParameterForm | None = None
        self._is_showing = False
        self.setProperty("rule", "bottom")
        self.head = QToolButton()
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setIconSize(QSize(14, 14))
        self.head.setFont(font("body"))
        self.head.setProperty("bare", True)
        self.head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.kind = Label("", "body", "text-3", elide=True)
        self.kind.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.more = IconButton("more", "Commands of the check", size=24, glyph=14)
        self.facts = Label("", "small", "text-3", elide=True)
        self.facts.setContentsMargins(22, 0, 0, 0)
        self.body = QWidget()
        self.preview = Label("", "small", "text-3", wrap=True)
        top = row(self.head, self.kind, self.more, gap=6)
        top.setStretch(1, 1)
        inner = column(top, self.facts, self.body, margins=(12, 8, 8, 8), gap=4)
        self.setLayout(inner)
        self._waits = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._waits.timeout.connect(self.preview_wanted)
        self.body.hide()
        self.head.clicked.connect(self._toggle)
        self.more.clicked.connect(self.menu_wanted)
        theme().changed.connect(self._recolour)
        self.show_check(check)
        self._recolour()

    @property
    def is_open(self) -> bool:
        """Whether the form is shown."""
        return not self.body.isHidden()

    @Slot()
    def _toggle(self) -> None:
        self.set_open(not self.is_open)

    def set_open(self, opened: bool) -> None:
        """Show the form or fold it; it is made when it is first shown."""
        if opened and self.form is None and self.info is not None:
            self._make_form(self.info)
        can_open = self.form is not None
        self.body.setVisible(opened and can_open)
        self.facts.setVisible(not (opened and can_open) and bool(self.facts.text()))
        self.head.setAccessibleDescription("open" if self.is_open else "folded")
        self._recolour()
        if self.is_open:
            self.preview_wanted.emit()

    @Slot()
    def _recolour(self) -> None:
        name = "chevron-down" if self.is_open else "chevron-right"
        self.head.setIcon(icon(name if self.info is not None else "minus", "text-2"))

    # --- the form -------------------------------------------------------------------------------

    def _make_form(self, metric: MetricInfo) -> None:
        self.name = QLineEdit()
        self.expected = QLineEdit()
        self.expected.setPlaceholderText("the row's expected value")
        self.expected.setToolTip("In place of the row's; several are divided by |")
        self.expected_in = QLineEdit()
        self.expected_in.setPlaceholderText("the column that is expected")
        self.expected_in.setToolTip(
            "Columns of the row that hold what this check expects; several are divided by |"
        )
        self.weight = _number("Weight", 0.0, 1000.0, 0.5)
        self.threshold = QLineEdit()
        self.threshold.setPlaceholderText("as the metric decides")
        self.negate = QCheckBox("not: the opposite is asked for")
        described = Label(metric.description, "small", "text-3", wrap=True)
        self.form = ParameterForm(metric.fields, label_width=_LABELS, field_width=_FIELDS)
        common = QFormLayout()
        common.setContentsMargins(0, 0, 0, 0)
        common.setHorizontalSpacing(16)
        common.setVerticalSpacing(6)
        rows: list[tuple[str, QWidget]] = [("Name", self.name)]
        if metric.uses_expected:
            rows += [("Expected", self.expected), ("From column", self.expected_in)]
        rows += [("Weight", self.weight), ("Threshold", self.threshold)]
        for title, editor in rows:
            label = Label(title, "body", "text-2")
            label.setMinimumWidth(_LABELS)
            label.setBuddy(editor)
            editor.setAccessibleName(f"{title} of the check")
            common.addRow(label, editor)
        self.negate.setAccessibleName("Ask for the opposite")
        self.body.setLayout(
            column(
                described, self.form, common, self.negate, self.preview,
                margins=(22, 4, 8, 4), gap=8,
            )
        )  # fmt: skip
        self._show_values()
        self.form.changed.connect(self._on_params)
        self.name.textEdited.connect(self._on_common)
        self.expected.textEdited.connect(self._on_common)
        self.expected_in.textEdited.connect(self._on_common)
        self.weight.valueChanged.connect(self._on_common)
        self.threshold.textEdited.connect(self._on_common)
        self.negate.toggled.connect(self._on_common)

    def show_check(self, check: AnyCheck) -> None:
        """Show another check of the same metric; a field that is typed into stays as it is."""
        is_new = check != self.check
        self.check = check
        self.head.setText(title_of(check, self.info))
        self.head.setAccessibleName(title_of(check, self.info))
        self.kind.setText(kind_of(check, self.info))
        self.facts.setText(facts_of(check, self.info))
        self.facts.setVisible(not self.is_open and bool(self.facts.text()))
        if self.form is not None and is_new:
            self._show_values()

    def _show_values(self) -> None:
        check, form, metric = self.check, self.form, self.info
        if not isinstance(check, Check) or form is None or metric is None:
            return
        self._is_showing = True
        form.set_values({f.name: f.default for f in metric.fields} | check.params)
        expected = " | ".join(_text(each) for each in check.expected)
        threshold = "" if check.threshold is None else f"{check.threshold:g}"
        for line, text in (
            (self.name, check.name), (self.expected, expected), (self.threshold, threshold),
            (self.expected_in, " | ".join(check.expected_in)),
        ):  # fmt: skip
            if not line.hasFocus():
                line.setText(text)
        self.weight.setValue(check.weight)
        self.negate.setChecked(check.negate)
        self._is_showing = False

    @Slot()
    def _on_params(self) -> None:
        check, form, metric = self.check, self.form, self.info
        if self._is_showing or not isinstance(check, Check) or form is None or metric is None:
            return
        usual = {field.name: _listed(field.default) for field in metric.fields}
        values = {name: each for name, each in form.values().items() if each != usual[name]}
        others = {name: each for name, each in check.params.items() if name not in usual}
        self._tell(msgspec.structs.replace(check, params=others | values), "params")

    @Slot()
    def _on_common(self) -> None:
        check = self.check
        if self._is_showing or not isinstance(check, Check):
            return
        threshold = _threshold(self.threshold.text())
        is_wrong = threshold is None and bool(self.threshold.text().strip())
        self.threshold.setProperty("invalid", is_wrong)
        if is_wrong:
            self.preview.setText("The threshold is no number.")
            set_tone(self.preview, "bad")
            return
        expected = _parts(self.expected.text())
        self._tell(
            msgspec.structs.replace(
                check,
                name=self.name.text().strip(),
                expected=expected,
                expected_in=() if expected else _parts(self.expected_in.text()),
                weight=self.weight.value(),
                threshold=threshold,
                negate=self.negate.isChecked(),
            ),
            "common",
        )

    def _tell(self, check: Check, what: str) -> None:
        if check != self.check:
            self.check = check
            self.show_check(check)
            self.changed.emit(check, what)
            self._waits.start()

    def show_preview(self, found: CheckPreview | None, error: str = "") -> None:
        """Show what the check says of an output that is there."""
        if error:
            self.preview.setText(error)
            set_tone(self.preview, "bad")
            return
        self.preview.setText(preview_text(found))
        tones = {True: "ok", False: "bad", None: "text-3"}
        set_tone(self.preview, tones[found.passed if found is not None else None])


def preview_text(found: CheckPreview | None) -> str:
    """What a check says of an output: "On row 4, v6: wrong. It is “delivery”"."""
    if found is None:
        return ""
    words = {True: "right", False: "wrong", None: "no verdict"}[found.passed]
    return f"On row {found.number:,}, {found.variant}: {words}. {found.reason}".strip()


def title_of(check: AnyCheck, metric: MetricInfo | None) -> str:
    """What a check is called."""
    if isinstance(check, CheckSet):
        return check.name or "Joined checks"
    if isinstance(check, NotImported):
        return check.kind
    title = metric.title if metric is not None else check.metric
    return check.name or (f"Not: {title}" if check.negate else title)


def kind_of(check: AnyCheck, metric: MetricInfo | None) -> str:
    """What is shown of a check next to its name: its metric."""
    if isinstance(check, CheckSet):
        return count_text(len(check.checks), "check")
    if isinstance(check, NotImported):
        return "not imported"
    if metric is None:
        return "unknown metric"
    return f"not {check.metric}" if check.negate else check.metric


def facts_of(check: AnyCheck, metric: MetricInfo | None) -> str:
    """What differs from the usual, in a line."""
    if isinstance(check, NotImported):
        return check.text
    if isinstance(check, CheckSet):
        names = ", ".join(
            each.name or each.metric for each in check.checks if isinstance(each, Check)
        )
        return names if check.threshold is None else f"{names} · mean at least {check.threshold:g}"
    fields = {field.name: field for field in metric.fields} if metric is not None else {}
    facts = [
        f"{fields[name].label}: {fields[name].words(value, check.params)}"
        for name, value in check.params.items()
        if name in fields
    ][:_MOST_FACTS]
    if check.expected:
        facts.insert(0, "expected " + " | ".join(_text(each) for each in check.expected))
    if check.expected_in:
        facts.insert(0, f"expected from {' | '.join(check.expected_in)}")
    if check.weight != 1:
        facts.append(f"weight {check.weight:g}")
    if check.threshold is not None:
        facts.append(f"threshold {check.threshold:g}")
    return " · ".join(facts)


def _parts(text: str) -> tuple[str, ...]:
    """What is divided by |."""
    return tuple(part for each in text.split("|") if (part := each.strip()))


def _threshold(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _number(name: str, least: float, most: float, step: float) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setAccessibleName(name)
    field.setRange(least, most)
    field.setSingleStep(step)
    field.lineEdit().setTextMargins(6, 0, 0, 0)
    quiet_wheel(field)
    return field


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
