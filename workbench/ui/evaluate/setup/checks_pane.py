"""The checks of a set, each folded or with its form."""

from __future__ import annotations

import functools

import msgspec
from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.checks import AnyCheck, Check
from workbench.ui.evaluate.setup.add_check import AddCheck
from workbench.ui.evaluate.setup.check_fold import CheckFold
from workbench.ui.evaluate.setup.goal_pane import GoalPane
from workbench.ui.evaluate.setup.setup_model import SetupModel
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.kit import Button, Label, Pane, column
from workbench.ui.kit.forms.parameter_form import Popover
from workbench.ui.kit.menu import Menu
from workbench.ui.tasks import latest

_ALWAYS = "Always counted: format failures, errors, tokens, seconds"


class ChecksPane(Pane):
    """Checks, repeats, and what is worth finding."""

    def __init__(self, model: EvaluationModel, setup: SetupModel) -> None:
        super().__init__("Checks")
        self._model, self._setup = model, setup
        self.row = ""
        """The case whose output checks are previewed on."""
        self.folds: list[CheckFold] = []
        self.count = Label("", "body", "text-3")
        self.add = Button("Check", "plus", tip="Add a check")
        self._popover: Popover | None = None
        self.header.insertWidget(1, self.count)
        self.header.addWidget(self.add)
        self.setMinimumWidth(300)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.nothing = Label(
            "There is no check yet: outputs are shown, and nothing is counted as right.",
            "body", "text-3", wrap=True,
        )  # fmt: skip
        self.nothing.setContentsMargins(16, 12, 16, 12)
        always = Label(_ALWAYS, "small", "text-3", wrap=True)
        always.setContentsMargins(16, 8, 16, 8)
        self.goal = GoalPane(model, setup)
        held = QWidget()
        held.setLayout(column(self._list, self.nothing, always, self.goal, None, gap=0))
        scroll = QScrollArea()
        scroll.setWidget(held)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        held.setAutoFillBackground(False)
        self.body.addWidget(scroll, 1)
        self.add.clicked.connect(self._choose_check)
        model.set_changed.connect(self.refresh)
        model.opened.connect(self.refresh)
        model.result_changed.connect(self.preview_again)
        setup.choices_changed.connect(self._on_choices)
        self._on_choices()

    @Slot()
    def _on_choices(self) -> None:
        self._rebuild()

    @Slot()
    def refresh(self) -> None:
        """Show the set as it is now; a form that is typed into stays."""
        given = self._model.set
        if given is None:
            return
        checks = given.checks.checks
        same = len(checks) == len(self.folds) and all(
            _kind(fold.check) == _kind(check)
            for fold, check in zip(self.folds, checks, strict=True)
        )
        if not same:
            self._rebuild()
            return
        for fold, check in zip(self.folds, checks, strict=True):
            fold.show_check(check)

    def _rebuild(self) -> None:
        opened = {place for place, fold in enumerate(self.folds) if fold.is_open}
        for fold in self.folds:
            self._list.removeWidget(fold)
            fold.hide()
            fold.deleteLater()
        given = self._model.set
        checks = given.checks.checks if given is not None else ()
        self.folds = []
        for place, check in enumerate(checks):
            metric = self._setup.metrics.get(check.metric) if isinstance(check, Check) else None
            fold = CheckFold(check, metric)
            fold.changed.connect(functools.partial(self._on_changed, place))
            fold.menu_wanted.connect(functools.partial(self._show_menu, place))
            fold.preview_wanted.connect(functools.partial(self._preview_soon, place))
            self._list.addWidget(fold)
            self.folds.append(fold)
            if place in opened:
                fold.set_open(True)
        self.count.setText(f"{len(checks):,}")
        self.nothing.setVisible(not checks)

    # --- changes --------------------------------------------------------------------------------

    def _replace(self, checks: tuple[AnyCheck, ...], field: str = "") -> None:
        given = self._model.set
        if given is not None:
            changed = msgspec.structs.replace(given.checks, checks=checks)
            self._model.edit(msgspec.structs.replace(given, checks=changed), field)

    def _checks(self) -> tuple[AnyCheck, ...]:
        return self._model.set.checks.checks if self._model.set is not None else ()

    def _on_changed(self, place: int, check: AnyCheck, what: str) -> None:
        checks = self._checks()
        self._replace((*checks[:place], check, *checks[place + 1 :]), f"check {place} {what}")

    @Slot()
    def _choose_check(self) -> None:
        if self._popover is not None:
            self._popover.deleteLater()
        chooser = AddCheck(tuple(self._setup.metrics.values()))
        chooser.wanted.connect(self.add_check)
        self._popover = Popover("Add a check", chooser)
        self._popover.open_at(self.add)
        chooser.search.setFocus()

    @Slot(str)
    def add_check(self, metric: str) -> None:
        """Add a check with the usual parameters of its metric, its form open."""
        if self._popover is not None:
            self._popover.hide()
        self._replace((*self._checks(), Check(metric=metric)))
        self.folds[-1].set_open(True)
        self.folds[-1].head.setFocus()

    def _show_menu(self, place: int) -> None:
        fold, checks = self.folds[place], self._checks()
        menu = Menu("The check", self)
        up, down = menu.addAction("Move up"), menu.addAction("Move down")
        copy, remove = menu.addAction("Duplicate"), menu.addAction("Remove")
        up.setEnabled(place > 0)
        down.setEnabled(place + 1 < len(checks))
        done = menu.exec(fold.more.mapToGlobal(QPoint(0, fold.more.height())))
        menu.deleteLater()
        moved = list(checks)
        if done is up or done is down:
            moved.insert(place + (1 if done is down else -1), moved.pop(place))
        elif done is copy:
            moved.insert(place, checks[place])
        elif done is remove:
            del moved[place]
        self._replace(tuple(moved))

    # --- preview --------------------------------------------------------------------------------

    @Slot()
    def preview_again(self) -> None:
        """Preview the checks whose forms are shown."""
        self._preview([fold for fold in self.folds if fold.is_open])

    def _preview_soon(self, place: int) -> None:
        self._preview([self.folds[place]])

    @latest
    async def _preview(self, folds: list[CheckFold]) -> None:
        for fold in folds:
            if not isinstance(fold.check, Check):
                continue
            try:
                found = await self._setup.preview(fold.check, self.row)
            except WorkbenchError as error:
                fold.show_preview(None, str(error))
            else:
                fold.show_preview(found)


def _kind(check: AnyCheck) -> tuple[type, str]:
    """What decides the form of a check."""
    return type(check), check.metric if isinstance(check, Check) else ""
